/* SPDX-License-Identifier: ISC */
/* Writing cells and state back as escape sequences that any xterm-like terminal knows. */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/term/gridstate.h"
#include "lib/term/paint.h"
#include "lib/term/pen.h"

/* Where the terminal is while a row is written; the first error stays. */
struct brush {
	struct buf	*out;
	uint64_t	 pen;
	int		 row, col;	/* col -1: unknown */
	int		 r;
};

static void
put(struct brush *b, const char *text)
{
	if (b->r == 0)
		b->r = buf_add_text(b->out, text);
}

static void
put_number(struct brush *b, const char *before, int number, const char *after)
{
	if (b->r == 0)
		b->r = buf_addf(b->out, "%s%d%s", before, number, after);
}

static void
go(struct brush *b, int row, int col)
{
	if (b->row == row && b->col == col)
		return;
	if (b->r == 0)
		b->r = buf_addf(b->out, "\033[%d;%dH", row + 1, col + 1);
	b->row = row;
	b->col = col;
}

static void
set_pen(struct brush *b, uint64_t pen)
{
	if (b->pen == pen)
		return;
	if (((b->pen ^ pen) & PEN_PROTECTED) != 0)
		put(b, (pen & PEN_PROTECTED) != 0 ? "\033[1\"q" : "\033[0\"q");
	if (b->r == 0)
		b->r = pen_write(b->out, pen & ~PEN_PROTECTED);
	b->pen = pen;
}

static void
put_chars(struct brush *b, const struct grid *g, const struct grid_cell *cell)
{
	uint32_t chars[GRID_CHARS];
	uint8_t bytes[4];
	size_t count = grid_cell_chars(g, cell, chars);

	for (size_t i = 0; b->r == 0 && i < count; i++)
		b->r = buf_add(b->out, bytes, (size_t)text_encode(chars[i], bytes));
	if (count == 0)
		put(b, " ");
}

/* Blank cells in the pen of the first: erased, so that they stay blank and are not spaces. Returns how many. */
static int
erase_run(struct brush *b, const struct grid_row *line, int col)
{
	int end = col + 1;

	while (end < line->used && line->cells[end].glyph == 0 && line->cells[end].pen == line->cells[col].pen)
		end++;
	if (line->cells[col].pen != 0) {
		go(b, b->row, col);
		set_pen(b, line->cells[col].pen);
		put_number(b, "\033[", end - col, "X");
	}
	return end - col;
}

static void
put_row(struct brush *b, const struct grid *g, const struct grid_row *line, int row)
{
	b->col = -1;
	go(b, row, 0);
	set_pen(b, 0);
	put(b, "\033[K");
	for (int col = 0; col < line->used;) {
		const struct grid_cell *cell = &line->cells[col];

		if (cell->glyph == 0) {
			col += erase_run(b, line, col);
			continue;
		}
		go(b, row, col);
		set_pen(b, cell->pen);
		put_chars(b, g, cell);
		col += grid_cell_width(cell) == 2 ? 2 : 1;
		b->col = col < g->cols ? col : -1;
	}
}

static void
put_mode(struct brush *b, int number, bool on)
{
	put_number(b, "\033[?", number, on ? "h" : "l");
}

/* Designations that differ, then the invocation. `from` is what the terminal has. */
static void
put_charset(struct brush *b, const struct charset *from, const struct charset *to)
{
	static const char *const designate[] = { "\033(", "\033)", "\033*", "\033+" };
	static const char *const invoke[] = { "\017", "\016", "\033n", "\033o" };

	for (int i = 0; i < 4; i++) {
		char set[2] = { to->set[i], '\0' };

		if (from->set[i] == to->set[i])
			continue;
		put(b, designate[i]);
		put(b, set);
	}
	if (from->used != to->used)
		put(b, invoke[to->used]);
}

/* Everything that would bend a drawing by position and plain text. */
static void
neutralise(struct brush *b, const struct grid *g)
{
	const struct charset plain = CHARSET_DEFAULT;

	if ((g->modes & GRID_WRAP) != 0)
		put_mode(b, 7, false);	/* a character that is wider there than here must not scroll */
	if ((g->modes & GRID_INSERT) != 0)
		put(b, "\033[4l");
	if (g->cursor.is_origin)
		put_mode(b, 6, false);
	if ((g->modes & GRID_SIDES) != 0)
		put_mode(b, 69, false);
	put_charset(b, &g->cursor.charset, &plain);
	set_pen(b, 0);
}

static void
put_sides(struct brush *b, const struct grid *g)
{
	if ((g->modes & GRID_SIDES) == 0)
		return;
	put_mode(b, 69, true);
	if (b->r == 0 && (g->left > 0 || g->right < g->cols - 1))
		b->r = buf_addf(b->out, "\033[%d;%ds", g->left + 1, g->right + 1);
}

static void
put_place(struct brush *b, const struct grid *g, const struct grid_cursor *cursor, int col)
{
	b->col = -1;
	go(b, cursor->row - (cursor->is_origin ? g->top : 0), col - (cursor->is_origin ? g->left : 0));
}

/*
 * A cursor at its place, with its pen. Waiting to wrap is a state that only writing the last column again brings
 * about: with what is there, or with `last_column`.
 */
static void
put_cursor(struct brush *b, const struct grid *g, const struct grid_cursor *cursor, const struct grid_row *rows,
    const char *last_column)
{
	const struct grid_cell *cells = rows[cursor->row].cells;
	int col = cursor->col;
	bool is_pending = cursor->is_pending && (col == g->cols - 1 || col == g->right);

	if (is_pending && last_column == NULL && col > 0 && grid_cell_width(&cells[col]) == 0)
		col--;
	put_place(b, g, cursor, col);
	if (is_pending && last_column != NULL) {
		put(b, last_column);
		b->pen = ~cursor->pen;	/* unknown: what `last_column` left */
	} else if (is_pending) {
		set_pen(b, cells[col].pen);
		put_chars(b, g, &cells[col]);
	}
	set_pen(b, cursor->pen);
}

/* After neutralise(): back to what the program has. */
static void
revive(struct brush *b, const struct grid *g, const char *last_column)
{
	const struct charset plain = CHARSET_DEFAULT;

	put_sides(b, g);
	if (g->cursor.is_origin)
		put_mode(b, 6, true);
	if ((g->modes & GRID_WRAP) != 0)
		put_mode(b, 7, true);
	put_cursor(b, g, &g->cursor, g->row, last_column);
	if ((g->modes & GRID_INSERT) != 0)
		put(b, "\033[4h");
	put_charset(b, &plain, &g->cursor.charset);
}

int
paint_begin(const struct grid *grid, struct buf *out)
{
	struct brush b = { .out = out, .pen = grid->cursor.pen, .col = -1 };

	neutralise(&b, grid);
	return b.r;
}

int
paint_end(const struct grid *grid, const char *last_column, struct buf *out)
{
	struct brush b = { .out = out, .pen = ~grid->cursor.pen, .col = -1 };

	revive(&b, grid, last_column);
	return b.r;
}

static int
paint_some(const struct grid *grid, int first, int last, struct buf *out)
{
	struct brush b = { .out = out, .pen = grid->cursor.pen, .col = -1 };

	neutralise(&b, grid);
	for (int row = first; row <= last; row++)
		put_row(&b, grid, &grid->row[row], row);
	revive(&b, grid, NULL);
	return b.r;
}

int
paint_row(const struct grid *grid, int row, struct buf *out)
{
	return row < 0 || row >= grid->rows ? 0 : paint_some(grid, row, row, out);
}

int
paint_rows(const struct grid *grid, struct buf *out)
{
	return paint_some(grid, 0, grid->rows - 1, out);
}

int
paint_fresh(int rows, struct buf *out)
{
	struct brush b = { .out = out, .pen = ~UINT64_C(0), .col = -1 };

	put(&b, "\033[r");
	set_pen(&b, 0);
	go(&b, rows - 1, 0);
	for (int i = 0; i < rows; i++)
		put(&b, "\n");
	go(&b, 0, 0);
	return b.r;
}

static void
put_margins(struct brush *b, const struct grid *g)
{
	if (b->r == 0 && (g->top > 0 || g->bottom < g->rows - 1))
		b->r = buf_addf(b->out, "\033[%d;%dr", g->top + 1, g->bottom + 1);
	put_sides(b, g);
}

static void
put_tabs(struct brush *b, const struct grid *g)
{
	bool is_default = true;

	for (int i = 0; i < g->cols; i++)
		is_default = is_default && (g->tabs[i / 64] >> (i % 64) & 1) == (i % 8 == 0);
	if (is_default)
		return;
	put(b, "\033[3g");
	for (int i = 0; i < g->cols; i++) {
		if ((g->tabs[i / 64] >> (i % 64) & 1) == 0)
			continue;
		go(b, 0, i);
		put(b, "\033H");
	}
}

/* A screen's saved cursor: the terminal takes its state and is told to save it (by `save`), then is neutral again. */
static void
put_saved(struct brush *b, const struct grid *g, const struct grid_screen *screen, const char *save)
{
	const struct grid_cursor *saved = &screen->saved;
	const struct charset plain = CHARSET_DEFAULT;
	struct grid_cursor at = *saved;
	bool is_outside = saved->is_origin &&
	    (saved->row < g->top || saved->row > g->bottom || saved->col < g->left || saved->col > g->right);

	if (is_outside) {	/* saved under other margins: under these no place outside can be gone to */
		put(b, "\033[r");
		if ((g->modes & GRID_SIDES) != 0)
			put_mode(b, 69, false);
		at.is_origin = false;
		at.is_pending = saved->is_pending && saved->col == g->cols - 1;
	}
	if (saved->is_origin)
		put_mode(b, 6, true);
	put_cursor(b, g, &at, screen->rows, NULL);
	put_charset(b, &plain, &saved->charset);
	put(b, save);
	if (saved->is_origin)
		put_mode(b, 6, false);
	if (is_outside)
		put_margins(b, g);
	put_charset(b, &saved->charset, &plain);
	set_pen(b, 0);
	b->col = -1;
}

/* The primary screen with its saved cursor, then the switch to the alternate one. */
static void
put_primary(struct brush *b, const struct grid *g)
{
	static const char *const by[] = { "\033[?47h", "\033[?1047h", "\033[?1049h" };
	const struct grid_screen *primary = &g->screens[0];

	for (int row = 0; row < g->rows; row++)
		put_row(b, g, &primary->rows[row], row);
	put_margins(b, g);
	if (primary->has_saved)
		put_saved(b, g, primary, g->alternate_by == 2 ? by[2] : "\0337");
	if (!primary->has_saved || g->alternate_by != 2)
		put(b, by[g->alternate_by]);
	if ((g->modes & GRID_SIDES) != 0)
		put_mode(b, 69, false);
	b->col = -1;
}

static void
put_modes(struct brush *b, const struct grid *g)
{
	const uint32_t elsewhere = GRID_WRAP | GRID_INSERT | GRID_SIDES | GRID_KEYPAD;

	for (uint32_t bit = 1; bit <= GRID_SYNC; bit <<= 1) {
		int number = grid_mode_number(bit);

		if (number != 0 && (bit & elsewhere) == 0 && ((g->modes ^ GRID_MODES_FRESH) & bit) != 0)
			put_mode(b, number, (g->modes & bit) != 0);
	}
	if ((g->modes & GRID_NEWLINE) != 0)
		put(b, "\033[20h");
	if ((g->modes & GRID_KEYPAD) != 0)
		put(b, "\033=");
	if (g->cursor_shape != 0)
		put_number(b, "\033[", g->cursor_shape, " q");
	if (g->other_keys != 0)
		put_number(b, "\033[>4;", g->other_keys, "m");
}

int
paint_whole(const struct grid *grid, struct buf *out)
{
	struct brush b = { .out = out, .col = -1 };
	const struct grid_screen *shown = &grid->screens[grid->shown];

	if (grid->title != NULL) {
		put(&b, "\033]2;");
		put(&b, grid->title);
		put(&b, "\033\\");
	}
	put_mode(&b, 7, false);
	if (grid->shown == 1)
		put_primary(&b, grid);
	for (int row = 0; row < grid->rows; row++)
		put_row(&b, grid, &grid->row[row], row);
	put_tabs(&b, grid);
	put_margins(&b, grid);
	set_pen(&b, 0);
	if (shown->has_saved)
		put_saved(&b, grid, shown, "\0337");
	put_modes(&b, grid);
	revive(&b, grid, NULL);
	return b.r;
}

int
paint_anew(const struct grid *grid, struct buf *out)
{
	/* An open sequence, the alternate screen, all that xterm's soft reset (DECSTR) takes back, mouse, focus, paste, keys. */
	static const char unknown[] = "\030\033\\\033[?1049l\033[!p\033[?9l\033[?1000l\033[?1002l\033[?1003l\033[?1004l\033[?1005l"
	    "\033[?1006l\033[?1015l\033[?1016l\033[?2004l\033[?2026l\033[?1l\033[?5l\033[?69l\033[?12l\033[?45l\033[?25h\033[>4m"
	    "\033[0 q\033[4l\033[20l\033[?6l\033[?7h\033>\033[0\"q\033[m\033(B\033)B\033*B\033+B\017\033[?5W";
	int r = buf_add_text(out, unknown);

	if (r == 0)
		r = paint_fresh(grid->rows, out);
	return r == 0 ? paint_whole(grid, out) : r;
}

static void
leave_alternate(struct brush *b, const struct grid *g)
{
	static const int by[] = { 47, 1047, 1049 };

	if (g->shown == 1 && g->screens[1].key_levels > 0)
		put_number(b, "\033[<", g->screens[1].key_levels, "u");
	if (g->shown == 1)
		put_mode(b, by[g->alternate_by], false);
	if (g->screens[0].key_levels > 0)
		put_number(b, "\033[<", g->screens[0].key_levels, "u");
}

/* Margins, origin, pen and character sets; `cursor` is what the terminal has after leaving the alternate screen. */
static void
leave_drawing(struct brush *b, const struct grid *g, const struct grid_cursor *cursor)
{
	bool has_margins = g->top > 0 || g->bottom < g->rows - 1;
	bool is_origin = g->cursor.is_origin || cursor->is_origin;
	const struct charset plain = CHARSET_DEFAULT;

	if (is_origin)
		put_mode(b, 6, false);
	if (has_margins)
		put(b, "\033[r");
	if ((g->modes & GRID_SIDES) != 0)
		put_mode(b, 69, false);
	if (has_margins || is_origin)
		go(b, cursor->row, cursor->col);
	put_charset(b, &cursor->charset, &plain);
	b->pen = cursor->pen;
	set_pen(b, 0);
}

int
paint_sane(const struct grid *grid, struct buf *out)
{
	const uint32_t elsewhere = GRID_SIDES | GRID_KEYPAD;
	const struct grid_cursor *cursor = &grid->cursor;
	struct brush b = { .out = out, .col = -1 };

	if (grid_mid_sequence(grid))
		put(&b, "\030\033\\");
	if (grid->shown == 1 && grid->alternate_by == 2 && grid->screens[0].has_saved)
		cursor = &grid->screens[0].saved;
	leave_alternate(&b, grid);
	leave_drawing(&b, grid, cursor);
	for (uint32_t bit = 1; bit <= GRID_SYNC; bit <<= 1) {
		int number = grid_mode_number(bit);

		if (number != 0 && (bit & elsewhere) == 0 && ((grid->modes ^ GRID_MODES_FRESH) & bit) != 0)
			put_mode(&b, number, (GRID_MODES_FRESH & bit) != 0);
	}
	if ((grid->modes & GRID_INSERT) != 0)
		put(&b, "\033[4l");
	if ((grid->modes & GRID_NEWLINE) != 0)
		put(&b, "\033[20l");
	if ((grid->modes & GRID_KEYPAD) != 0)
		put(&b, "\033>");
	if (grid->cursor_shape != 0)
		put(&b, "\033[0 q");
	if (grid->other_keys != 0)
		put(&b, "\033[>4m");
	return b.r;
}
