/* SPDX-License-Identifier: ISC */
/* Characters into cells: the path that every byte of ordinary output takes. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/term/gridstate.h"
#include "lib/term/pen.h"
#include "lib/term/width.h"

/* One behind the last column that text from the cursor on may fill. */
static int
line_end(const struct grid *g)
{
	return g->cursor.col <= g->right ? g->right + 1 : g->cols;
}

/* The last column was written before: on to the next row, or over it again if wrapping is off. */
static void
wrap(struct grid *g)
{
	g->cursor.is_pending = false;
	if ((g->modes & GRID_WRAP) == 0)
		return;
	g->row[g->cursor.row].is_wrapped = true;
	grid_line_feed(g);
	g->cursor.col = g->cursor.col >= g->left ? g->left : 0;
}

/* The cursor stands behind `width` cells just written at it. */
static void
advance(struct grid *g, int width)
{
	int end = line_end(g);

	if (g->cursor.col + width < end) {
		g->cursor.col = (uint16_t)(g->cursor.col + width);
		return;
	}
	g->cursor.col = (uint16_t)(end - 1);
	g->cursor.is_pending = true;
}

static void
mark_used(const struct grid *g, struct grid_row *row, int end)
{
	if (row->used < end)
		row->used = (uint16_t)end;
	if (end == g->cols)
		row->is_wrapped = false;
}

/* A run of ASCII that fits in the row. */
static void
put_run(struct grid *g, const uint8_t *text, int count)
{
	struct grid_row *row = &g->row[g->cursor.row];
	int col = g->cursor.col;
	struct grid_cell *cell = row->cells + col;
	uint64_t pen = g->cursor.pen;
	uint32_t origin = (uint32_t)g->place;

	grid_look_before_put(g, col, count);
	grid_unsplit(g, g->cursor.row, col);
	grid_unsplit(g, g->cursor.row, col + count);
	for (int i = 0; i < count; i++)
		cell[i] = (struct grid_cell){ .glyph = text[i], .origin = origin + (uint32_t)i, .pen = pen };
	mark_used(g, row, col + count);
	g->place += (unsigned)count;
	g->last_origin = origin + (uint32_t)count - 1;
}

void
grid_put_text(struct grid *g, const uint8_t *text, size_t count)
{
	if (!charset_is_plain(&g->cursor.charset) || (g->modes & GRID_INSERT) != 0) {
		for (size_t i = 0; i < count; i++) {
			grid_put_char(g, charset_map(&g->cursor.charset, text[i]));
			g->place++;
		}
		return;
	}
	while (count > 0) {
		int room, run;

		if (g->cursor.is_pending)
			wrap(g);
		room = line_end(g) - g->cursor.col;
		run = count < (size_t)room ? (int)count : room;
		put_run(g, text, run);
		g->last = text[run - 1];
		advance(g, run);
		text += run;
		count -= (size_t)run;
		if ((g->modes & GRID_WRAP) == 0 && count > 1) {	/* they all fall on the last column */
			text += count - 1;
			g->place += count - 1;
			count = 1;
		}
	}
}

static bool
cluster_equals(const struct grid_cluster *cluster, const uint32_t chars[GRID_CHARS])
{
	return memcmp(cluster->chars, chars, sizeof cluster->chars) == 0;
}

static void
each_cell(struct grid *g, uint16_t *place, bool is_rewrite)
{
	for (int s = 0; s < 2; s++) {
		struct grid_cell *cell = g->screens[s].block;
		size_t count = cell != NULL ? (size_t)g->cols * g->rows : 0;

		for (; count > 0; count--, cell++) {
			uint32_t index = cell->glyph & GLYPH_VALUE;

			if ((cell->glyph & GLYPH_CLUSTER) == 0)
				continue;
			if (is_rewrite)
				cell->glyph = (cell->glyph & ~GLYPH_VALUE) | place[index];
			else
				place[index] = 1;
		}
	}
}

/* Drops clusters that no cell shows any more. It walks all cells, so it rests until as many bytes have come. */
static void
sweep_clusters(struct grid *g)
{
	uint16_t place[GRID_CLUSTERS] = { 0 };
	uint16_t kept = 0;

	if (g->place < g->cluster_rest)
		return;
	g->cluster_rest = g->place + 2u * g->cols * g->rows;
	each_cell(g, place, false);
	for (uint16_t i = 0; i < g->cluster_count; i++) {
		if (place[i] == 0)
			continue;
		g->clusters[kept] = g->clusters[i];
		place[i] = kept++;
	}
	each_cell(g, place, true);
	g->cluster_count = kept;
}

/* Index of a cluster, or -1 if there is no room for one more. */
static int
find_cluster(struct grid *g, const uint32_t chars[GRID_CHARS])
{
	for (int i = g->cluster_count; i-- > 0;)
		if (cluster_equals(&g->clusters[i], chars))
			return i;
	if (g->cluster_count == GRID_CLUSTERS)
		sweep_clusters(g);
	if (g->cluster_count == GRID_CLUSTERS)
		return -1;
	if (g->cluster_count == g->cluster_room) {
		g->cluster_room = (uint16_t)(g->cluster_room == 0 ? 16 : 2 * g->cluster_room);
		g->clusters = own_grow(g->clusters, g->cluster_room, sizeof *g->clusters);
	}
	memcpy(g->clusters[g->cluster_count].chars, chars, sizeof g->clusters->chars);
	return g->cluster_count++;
}

/* A character without width joins the one left of the cursor; too many are dropped. */
static void
join(struct grid *g, uint32_t character)
{
	struct grid_cell *cells = g->row[g->cursor.row].cells;
	int col = g->cursor.is_pending ? g->cursor.col : g->cursor.col - 1;
	uint32_t chars[GRID_CHARS] = { 0 };
	size_t count;
	int index;

	if (col > 0 && (cells[col].glyph & GLYPH_TAIL) != 0)
		col--;
	if (col < 0)
		return;
	count = grid_cell_chars(g, &cells[col], chars);
	if (count == 0 || count == GRID_CHARS)
		return;
	chars[count] = character;
	index = find_cluster(g, chars);
	if (index >= 0)
		cells[col].glyph = (cells[col].glyph & GLYPH_WIDE) | GLYPH_CLUSTER | (uint32_t)index;
}

static void
put_cells(struct grid *g, uint32_t character, int width)
{
	struct grid_row *row = &g->row[g->cursor.row];
	struct grid_cell *cell = row->cells + g->cursor.col;

	grid_look_before_put(g, g->cursor.col, width);
	grid_unsplit(g, g->cursor.row, g->cursor.col);
	grid_unsplit(g, g->cursor.row, g->cursor.col + width);
	cell[0] = (struct grid_cell){ .glyph = character | g->glyph_marks, .origin = (uint32_t)g->place,
		.pen = g->cursor.pen };
	if (width == 2) {
		cell[0].glyph |= GLYPH_WIDE;
		cell[1] = (struct grid_cell){ .glyph = GLYPH_TAIL, .origin = (uint32_t)g->place, .pen = g->cursor.pen };
	}
	mark_used(g, row, g->cursor.col + width);
}

void
grid_put_char(struct grid *g, uint32_t character)
{
	int width = width_of(character);

	if (width == 0) {
		join(g, character);
		return;
	}
	if (g->cursor.is_pending)
		wrap(g);
	if (width > line_end(g) - g->cursor.col) {
		if ((g->modes & GRID_WRAP) != 0 && g->cursor.col > g->left)
			wrap(g);
		else if (g->cursor.col > 0)
			g->cursor.col--;
		if (width > line_end(g) - g->cursor.col) {	/* not even a whole row is wide enough */
			character = 0xfffd;
			width = 1;
		}
	}
	if ((g->modes & GRID_INSERT) != 0)
		grid_shift(g, g->cursor.row, g->cursor.col, -width);
	put_cells(g, character, width);
	g->last = character | g->glyph_marks;
	g->last_origin = (uint32_t)g->place;
	advance(g, width);
}

void
grid_put_again(struct grid *g, int times)
{
	uint32_t character = g->last & ~GLYPH_BREAK;
	uint64_t place = g->place;

	/* The copies come from the byte of the character, not from those of the sequence. */
	g->place = (g->place & ~(uint64_t)UINT32_MAX) | g->last_origin;
	g->glyph_marks = g->last & GLYPH_BREAK;
	for (int i = 0; character != 0 && i < times && i < g->cols; i++)
		grid_put_char(g, character);
	g->glyph_marks = 0;
	g->place = place;
}
