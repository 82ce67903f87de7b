/* SPDX-License-Identifier: ISC */
/* Making, writing to, resizing and reading a grid. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/gridstate.h"
#include "lib/term/pen.h"

static uint16_t
clamp_size(int size)
{
	return (uint16_t)(size < 1 ? 1 : size > GRID_MOST ? GRID_MOST : size);
}

void
grid_screen_make(struct grid *g, int screen)
{
	struct grid_screen *s = &g->screens[screen];

	s->block = own_alloc(sizeof *s->block * g->cols * g->rows);
	s->rows = own_alloc(sizeof *s->rows * g->rows);
	for (int i = 0; i < g->rows; i++)
		s->rows[i].cells = s->block + (size_t)i * g->cols;
}

static void
screen_free(struct grid_screen *screen)
{
	free(screen->block);
	free(screen->rows);
	screen->block = NULL;
	screen->rows = NULL;
}

struct grid *
grid_new(int cols, int rows)
{
	struct grid *g = own_alloc(sizeof *g);

	g->cols = clamp_size(cols);
	g->rows = clamp_size(rows);
	grid_screen_make(g, 0);
	g->row = g->screens[0].rows;
	parser_init(&g->parser);
	grid_reset(g, true);
	return g;
}

void
grid_free(struct grid *g)
{
	if (g == NULL)
		return;
	screen_free(&g->screens[0]);
	screen_free(&g->screens[1]);
	free(g->clusters);
	free(g->title);
	free(g);
}

void
grid_free_at(struct grid **grid)
{
	grid_free(*grid);
}

/* `0;TEXT` and `2;TEXT` name the window. */
static void
take_title(struct grid *g)
{
	const char *text = g->parser.string;
	size_t count = g->parser.string_count;
	size_t whole = 2;
	uint32_t c;

	if (count < 2 || (text[0] != '0' && text[0] != '2') || text[1] != ';')
		return;
	while (whole < count) {
		int used = text_decode((const uint8_t *)text + whole, count - whole, &c);

		if (used == 0)	/* cut inside its last character */
			break;
		whole += used > 0 ? (size_t)used : 1;
	}
	free(g->title);
	g->title = text_clean(text + 2, whole - 2);
}

void
grid_write(struct grid *grid, const void *bytes, size_t count)
{
	const uint8_t *begin = bytes, *at = begin, *end = begin + count;
	struct parser *p = &grid->parser;
	uint64_t base = grid->place;
	enum parser_event event;

	while ((event = parser_next(p, &at, end)) != PARSER_END) {
		grid->place = base + (uint64_t)(at - begin);
		switch (event) {
		case PARSER_TEXT:
			grid->place -= p->text_count;
			grid_put_text(grid, p->text, p->text_count);
			break;
		case PARSER_CHAR:
			grid->place -= p->character_bytes;
			grid->glyph_marks = p->has_broken ? GLYPH_BREAK : 0;
			grid_put_char(grid, p->character);
			grid->glyph_marks = 0;
			break;
		case PARSER_CONTROL:
			grid_do_control(grid, p->byte);
			break;
		case PARSER_ESC:
			grid_do_escape(grid, p->csi.inter, p->byte);
			break;
		case PARSER_CSI:
			grid_do_csi(grid, &p->csi);
			break;
		case PARSER_OSC:
			take_title(grid);
			grid_tell_string(grid);
			break;
		case PARSER_STRING:
			grid_tell_string(grid);
			break;
		case PARSER_END:
			break;
		}
	}
	grid->place = base + count;
}

static bool
is_blank_row(const struct grid_row *row, int cols)
{
	for (int i = 0; i < cols && i < row->used; i++)
		if (row->cells[i].glyph != 0 || row->cells[i].pen != 0)
			return false;
	return true;
}

/* Rows that leave at the top when the primary screen gets `rows` rows: blank ones at the bottom go first. */
static int
rows_to_drop(const struct grid *g, int rows)
{
	int last = g->rows - 1;

	if (g->shown != 0)
		return 0;
	while (last >= rows && last > g->cursor.row && is_blank_row(&g->row[last], g->cols))
		last--;
	return last >= rows ? last - rows + 1 : 0;
}

static void
copy_row(struct grid_row *to, const struct grid_row *from, int cols)
{
	int used = from->used < cols ? from->used : cols;

	memcpy(to->cells, from->cells, sizeof *to->cells * (size_t)used);
	to->used = (uint16_t)used;
	to->is_wrapped = from->is_wrapped && from->used <= cols;
	to->mark = from->mark;
	if (used == cols && (to->cells[cols - 1].glyph & GLYPH_WIDE) != 0)
		to->cells[cols - 1] = (struct grid_cell){ .pen = pen_erased(to->cells[cols - 1].pen) };	/* cut in half */
}

/* g->cols and g->rows are the new size already. */
static void
resize_screen(struct grid *g, int screen, int old_rows, int dropped)
{
	struct grid_screen *s = &g->screens[screen];
	struct grid_screen old = *s;

	if (old.block == NULL)
		return;
	grid_screen_make(g, screen);
	for (int i = 0; i < g->rows && i + dropped < old_rows; i++)
		copy_row(&s->rows[i], &old.rows[i + dropped], g->cols);
	screen_free(&old);
	if (s->saved.row >= g->rows)
		s->saved.row = (uint16_t)(g->rows - 1);
	if (s->saved.col >= g->cols)
		s->saved.col = (uint16_t)(g->cols - 1);
	s->saved.is_pending = false;
}

void
grid_resize(struct grid *grid, int cols, int rows)
{
	int old_cols = grid->cols, old_rows = grid->rows;
	int new_rows = clamp_size(rows);
	int dropped = rows_to_drop(grid, new_rows);

	if (clamp_size(cols) == old_cols && new_rows == old_rows)
		return;
	grid_look(grid, 0, old_rows - 1);
	if (grid->leave != NULL)
		grid_tell_leave(grid, dropped);
	grid->cols = clamp_size(cols);
	grid->rows = (uint16_t)new_rows;
	resize_screen(grid, 0, old_rows, dropped);
	resize_screen(grid, 1, old_rows, 0);
	grid->row = grid->screens[grid->shown].rows;
	grid_reset_margins(grid);
	for (int i = old_cols; i < grid->cols; i++)
		if (i % 8 == 0)
			grid->tabs[i / 64] |= UINT64_C(1) << (i % 64);
	if (grid->cursor.is_pending && grid->cols > old_cols)
		grid->cursor.col++;
	grid_go(grid, grid->cursor.row - dropped, grid->cursor.col);
	grid->moves++;
}

void
grid_on_leave(struct grid *grid, grid_leave *leave, void *user)
{
	grid->leave = leave;
	grid->leave_user = user;
}

void
grid_tell_leave(struct grid *grid, int count)
{
	if (grid->shown != 0)
		return;
	for (int row = 0; row < count; row++)
		grid->leave(grid->leave_user, grid, row);
}

int
grid_cols(const struct grid *grid)
{
	return grid->cols;
}

int
grid_rows(const struct grid *grid)
{
	return grid->rows;
}

const struct grid_cell *
grid_cell(const struct grid *grid, int row, int col)
{
	if (row < 0 || row >= grid->rows || col < 0 || col >= grid->cols)
		return NULL;
	return &grid->row[row].cells[col];
}

int
grid_cell_width(const struct grid_cell *cell)
{
	return (cell->glyph & GLYPH_TAIL) != 0 ? 0 : (cell->glyph & GLYPH_WIDE) != 0 ? 2 : 1;
}

size_t
grid_cell_chars(const struct grid *grid, const struct grid_cell *cell, uint32_t chars[GRID_CHARS])
{
	uint32_t value = cell->glyph & GLYPH_VALUE;
	size_t count = 0;

	if (cell->glyph == 0 || (cell->glyph & GLYPH_TAIL) != 0)
		return 0;
	if ((cell->glyph & GLYPH_CLUSTER) == 0) {
		chars[0] = value;
		return 1;
	}
	while (count < GRID_CHARS && grid->clusters[value].chars[count] != 0) {
		chars[count] = grid->clusters[value].chars[count];
		count++;
	}
	return count;
}

static int
add_chars(struct buf *out, const uint32_t *chars, size_t count)
{
	uint8_t bytes[4];
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = buf_add(out, bytes, (size_t)text_encode(chars[i], bytes));
	return r;
}

int
grid_row_text(const struct grid *grid, int row, struct buf *out)
{
	const struct grid_row *line;
	uint32_t chars[GRID_CHARS];
	int last, r = 0;

	if (row < 0 || row >= grid->rows)
		return 0;
	line = &grid->row[row];
	for (last = line->used - 1; last >= 0; last--)
		if (line->cells[last].glyph != 0 && line->cells[last].glyph != ' ')
			break;
	for (int col = 0; r == 0 && col <= last; col++) {
		const struct grid_cell *cell = &line->cells[col];
		size_t count = grid_cell_chars(grid, cell, chars);

		if (count > 0)
			r = add_chars(out, chars, count);
		else if (grid_cell_width(cell) != 0)
			r = buf_add_text(out, " ");
	}
	return r;
}

int
grid_text(const struct grid *grid, struct buf *out)
{
	int blank = 0, r = 0;

	for (int row = 0; r == 0 && row < grid->rows; row++) {
		size_t before = buf_len(out);
		AUTO_BUF struct buf line;

		buf_init(&line, GRID_MOST * GRID_CHARS * 4);
		r = grid_row_text(grid, row, &line);
		if (r == 0 && buf_len(&line) == 0) {
			blank++;
			continue;
		}
		for (; r == 0 && blank > 0; blank--)
			r = buf_add_text(out, "\n");
		if (r == 0)
			r = buf_add(out, buf_data(&line), buf_len(&line));
		if (r == 0 && buf_len(out) > before)
			r = buf_add_text(out, "\n");
	}
	return r;
}

bool
grid_row_wrapped(const struct grid *grid, int row)
{
	return row >= 0 && row < grid->rows && grid->row[row].is_wrapped;
}

void
grid_cursor(const struct grid *grid, int *row, int *col)
{
	*row = grid->cursor.row;
	*col = grid->cursor.col;
}

bool
grid_wraps_next(const struct grid *grid)
{
	return grid->cursor.is_pending;
}

uint32_t
grid_modes(const struct grid *grid)
{
	return grid->modes | (grid->cursor.is_origin ? GRID_ORIGIN : 0);
}

bool
grid_is_alternate(const struct grid *grid)
{
	return grid->shown == 1;
}

uint64_t
grid_pen(const struct grid *grid)
{
	return grid->cursor.pen;
}

const char *
grid_title(const struct grid *grid)
{
	return grid->title != NULL ? grid->title : "";
}

uint64_t
grid_place(const struct grid *grid)
{
	return grid->place;
}

bool
grid_mid_sequence(const struct grid *grid)
{
	return parser_is_inside(&grid->parser) || grid->cursor.charset.once != 0;
}

uint64_t
grid_moves(const struct grid *grid)
{
	return grid->moves;
}

size_t
grid_memory(const struct grid *grid)
{
	size_t screens = (grid->screens[0].block != NULL) + (size_t)(grid->screens[1].block != NULL);
	size_t cells = (size_t)grid->rows * grid->cols * sizeof(struct grid_cell);

	return sizeof *grid + screens * (cells + grid->rows * sizeof(struct grid_row)) +
	    grid->cluster_room * sizeof(struct grid_cluster) + (grid->title != NULL ? strlen(grid->title) + 1 : 0);
}
