/* SPDX-License-Identifier: ISC */
/* The cursor's ways, and cells that are erased or moved. */
#include "config.h"

#include <string.h>

#include "lib/term/gridstate.h"
#include "lib/term/pen.h"

bool
grid_in_sides(const struct grid *g)
{
	return g->cursor.col >= g->left && g->cursor.col <= g->right;
}

void
grid_unsplit(struct grid *g, int row, int col)
{
	struct grid_cell *cells = g->row[row].cells;

	if (col <= 0 || col >= g->cols || (cells[col].glyph & GLYPH_TAIL) == 0)
		return;
	cells[col] = (struct grid_cell){ .pen = pen_erased(cells[col].pen) };
	cells[col - 1] = cells[col];
}

void
grid_blank(struct grid *g, int row, int from, int to)
{
	struct grid_row *line = &g->row[row];
	uint64_t pen = pen_erased(g->cursor.pen);

	if (from >= to)
		return;
	grid_unsplit(g, row, from);
	grid_unsplit(g, row, to);
	if (to == g->cols)
		line->is_wrapped = false;
	if (from == 0 && to == g->cols) {
		line->is_new = false;
		line->mark = 0;
	}
	if (pen == 0) {
		if (from >= line->used)
			return;
		if (to >= line->used) {
			memset(line->cells + from, 0, sizeof *line->cells * (size_t)(line->used - from));
			line->used = (uint16_t)from;
			return;
		}
		memset(line->cells + from, 0, sizeof *line->cells * (size_t)(to - from));
		return;
	}
	for (int i = from; i < to; i++)
		line->cells[i] = (struct grid_cell){ .pen = pen };
	if (line->used < to)
		line->used = (uint16_t)to;
}

void
grid_blank_rows(struct grid *g, int from, int to)
{
	for (int row = from; row < to; row++)
		grid_blank(g, row, 0, g->cols);
}

void
grid_go(struct grid *g, int row, int col)
{
	g->cursor.row = (uint16_t)(row < 0 ? 0 : row >= g->rows ? g->rows - 1 : row);
	g->cursor.col = (uint16_t)(col < 0 ? 0 : col >= g->cols ? g->cols - 1 : col);
	g->cursor.is_pending = false;
}

/* Rows [top, bottom] of the whole width: their pointers go round, and those that come in are blanked. */
static void
rotate(struct grid *g, int top, int count)
{
	size_t height = (size_t)(g->bottom - top + 1);
	size_t up = count > 0 ? (size_t)count : height - (size_t)-count;
	struct grid_row kept[GRID_MOST] __attribute__((uninitialized));	/* else hardening zeroes 12 kB for each line feed */

	memcpy(kept, g->row + top, up * sizeof *kept);
	memmove(g->row + top, g->row + top + up, (height - up) * sizeof *kept);
	memcpy(g->row + top + height - up, kept, up * sizeof *kept);
	if (count > 0)
		grid_blank_rows(g, g->bottom + 1 - count, g->bottom + 1);
	else
		grid_blank_rows(g, top, top - count);
}

/* The part of a row between the side margins becomes a copy of another row's. */
static void
copy_between(struct grid *g, int to, int from)
{
	grid_unsplit(g, from, g->left);
	grid_unsplit(g, from, g->right + 1);
	grid_unsplit(g, to, g->left);
	grid_unsplit(g, to, g->right + 1);
	memcpy(g->row[to].cells + g->left, g->row[from].cells + g->left,
	    sizeof(struct grid_cell) * (size_t)(g->right - g->left + 1));
	if (g->row[to].used <= g->right)
		g->row[to].used = (uint16_t)(g->right + 1);
	grid_mark_new(g, to);
}

static void
scroll_between(struct grid *g, int top, int count)
{
	if (count > 0) {
		for (int row = top; row + count <= g->bottom; row++)
			copy_between(g, row, row + count);
		for (int row = g->bottom - count + 1; row <= g->bottom; row++)
			grid_blank(g, row, g->left, g->right + 1);
		return;
	}
	for (int row = g->bottom; row + count >= top; row--)
		copy_between(g, row, row + count);
	for (int row = top; row < top - count; row++)
		grid_blank(g, row, g->left, g->right + 1);
}

void
grid_scroll(struct grid *g, int top, int count)
{
	int height = g->bottom - top + 1;

	if (height <= 0 || count == 0)
		return;
	count = count > height ? height : count < -height ? -height : count;
	if (top == 0 && count > 0 && g->bottom == g->rows - 1 && g->left == 0 && g->right == g->cols - 1)
		grid_look_before_leave(g, count);
	else
		grid_look(g, top - 1, g->bottom + 1);
	g->moves++;
	if (g->left > 0 || g->right < g->cols - 1) {
		scroll_between(g, top, count);
	} else {
		if (g->leave != NULL && top == 0)
			grid_tell_leave(g, count);
		rotate(g, top, count);
	}
	if (top > 0)
		g->row[top - 1].is_wrapped = false;
}

void
grid_shift(struct grid *g, int row, int col, int count)
{
	struct grid_cell *cells = g->row[row].cells;
	int end = col <= g->right ? g->right + 1 : g->cols;
	int room = end - col;
	int much = count < 0 ? -count : count;

	if (room <= 0 || much == 0)
		return;
	much = much > room ? room : much;
	grid_look_before_erase(g, row, col, end);
	grid_unsplit(g, row, col);
	grid_unsplit(g, row, end);
	grid_unsplit(g, row, count > 0 ? col + much : end - much);
	if (count > 0)
		memmove(cells + col, cells + col + much, sizeof *cells * (size_t)(room - much));
	else
		memmove(cells + col + much, cells + col, sizeof *cells * (size_t)(room - much));
	if (count > 0)
		col = end - much;
	memset(cells + col, 0, sizeof *cells * (size_t)much);	/* what moved away is nobody's half */
	g->row[row].used = (uint16_t)(g->row[row].used > end ? g->row[row].used : end);
	grid_mark_new(g, row);
	grid_blank(g, row, col, col + much);
}

void
grid_line_feed(struct grid *g)
{
	g->cursor.is_pending = false;
	if (g->cursor.row == g->bottom) {
		if (grid_in_sides(g))
			grid_scroll(g, g->top, 1);
	} else if (g->cursor.row < g->rows - 1) {
		g->cursor.row++;
	}
}

void
grid_reverse_feed(struct grid *g)
{
	g->cursor.is_pending = false;
	if (g->cursor.row == g->top) {
		if (grid_in_sides(g))
			grid_scroll(g, g->top, -1);
	} else if (g->cursor.row > 0) {
		g->cursor.row--;
	}
}

void
grid_tab(struct grid *g, int times)
{
	int last = g->cursor.col <= g->right ? g->right : g->cols - 1;
	int first = g->cursor.is_origin ? g->left : 0;
	int step = times < 0 ? -1 : 1;
	int col = g->cursor.col;

	for (int left = times * step; left > 0 && (step > 0 ? col < last : col > first); left--) {
		do
			col += step;
		while (col > first && col < last && (g->tabs[col / 64] >> (col % 64) & 1) == 0);
	}
	if (col != g->cursor.col)
		grid_go(g, g->cursor.row, col);
}
