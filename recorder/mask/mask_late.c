/* SPDX-License-Identifier: ISC */
/* A value that was completed only after its beginning had been shown: it is painted over, and the moment is counted. */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/term/grid.h"
#include "lib/term/paint.h"
#include "lib/term/pen.h"
#include "recorder/mask/mask_inside.h"

void
mask_late(struct mask_stream *s, uint64_t place)
{
	const struct mask_shown *found = NULL;

	for (size_t i = 0; i < SHOWN_RING; i++)
		if (s->ring[i].place > place && (found == NULL || s->ring[i].place < found->place))
			found = &s->ring[i];
	s->counts.shown++;
	if (found != NULL && s->now_us - found->us > s->counts.shown_us)
		s->counts.shown_us = s->now_us - found->us;
	s->has_late = true;
}

static bool
is_late(const struct grid_cell *cell)
{
	return (cell->glyph & GRID_MARK(MARK_LATE)) != 0;
}

/* Where the terminal's cursor is while we draw, and with which pen. */
struct brush {
	struct buf	*out;
	int		 row, col;
	uint64_t	 pen;
	bool		 is_afloat;	/* only distances are known */
	int		 r;		/* 0 or ERR_BUF_FULL */
};

static void
put_move(struct brush *b, int by, char back, char forth)
{
	if (b->r == 0 && by != 0)
		b->r = buf_addf(b->out, "\033[%d%c", by < 0 ? -by : by, by < 0 ? back : forth);
}

static void
go(struct brush *b, int row, int col)
{
	if (b->row == row && b->col == col)
		return;
	if (!b->is_afloat && b->r == 0)
		b->r = buf_addf(b->out, "\033[%d;%dH", row + 1, col + 1);
	if (b->is_afloat && b->r == 0) {
		b->r = buf_add_text(b->out, "\r");
		put_move(b, row - b->row, 'A', 'B');
		put_move(b, col, 'D', 'C');
	}
	b->row = row;
	b->col = col;
}

static void
set_pen(struct brush *b, uint64_t pen)
{
	if (b->pen == pen)
		return;
	if (b->r == 0)
		b->r = buf_add_text(b->out, "\033[m");
	if (b->r == 0)
		b->r = pen_write(b->out, pen);
	b->pen = pen;
}

static void
paint_cell(struct mask_stream *s, struct brush *b, int row, int col)
{
	const struct grid_cell *cell = grid_cell(s->grid, row, col);
	int width = grid_cell_width(cell);

	go(b, row, col);
	set_pen(b, cell->pen);
	if (b->r == 0)
		b->r = buf_add_text(b->out, width == 2 ? "\357\274\212" : "*");
	b->col += width;
	grid_cell_mark(s->grid, row, col, GRID_MARK(MARK_LATE), false);
	grid_cell_mark(s->grid, row, col, GRID_MARK(MARK_SHOWN), true);
}

/* paint_end() writes the last column again if it waits to wrap: not with what was covered there. */
static const char *
last_column(const struct mask_stream *s)
{
	const struct grid_cell *cell;
	int row, col;

	grid_cursor(s->grid, &row, &col);
	cell = grid_cell(s->grid, row, grid_cols(s->grid) - 1);
	return (cell->glyph & GRID_MARK(MARK_SHOWN)) != 0 ? "*" : NULL;
}

static void
paint_cells(struct mask_stream *s, struct brush *b)
{
	for (int row = 0; row < grid_rows(s->grid); row++)
		for (int col = 0; b->r == 0 && col < grid_row_used(s->grid, row); col++)
			if (is_late(grid_cell(s->grid, row, col)))
				paint_cell(s, b, row, col);
}

static int
paint_all(struct mask_stream *s, struct buf *out)
{
	struct brush b = { .out = out, .row = -1, .pen = ~UINT64_C(0), .r = paint_begin(s->grid, out) };

	paint_cells(s, &b);
	return b.r < 0 ? b.r : paint_end(s->grid, last_column(s), out);
}

/* By moves from the cursor and back to it. */
static int
paint_afloat(struct mask_stream *s, struct buf *out)
{
	struct brush b = { .out = out, .pen = ~UINT64_C(0), .is_afloat = true };
	bool inserts = (grid_modes(s->grid) & GRID_INSERT) != 0;
	int row, col;

	grid_cursor(s->grid, &row, &col);
	b.row = row;
	b.col = col;
	if (inserts)
		b.r = buf_add_text(out, "\033[4l");
	paint_cells(s, &b);
	b.col = -1;
	go(&b, row, col);
	set_pen(&b, grid_pen(s->grid));
	return b.r == 0 && inserts ? buf_add_text(out, "\033[4h") : b.r;
}

/* On the alternate screen programs go by position, so it is known again; in the last column a wrap may wait, which a move would end. */
static bool
is_afloat(const struct mask_stream *s)
{
	return s->params.is_afloat && !grid_is_alternate(s->grid);
}

static bool
can_paint(const struct mask_stream *s)
{
	int row, col;

	grid_cursor(s->grid, &row, &col);
	return s->shown == grid_place(s->grid) && !grid_mid_sequence(s->grid) && (!is_afloat(s) || col < grid_cols(s->grid) - 1);
}

void
mask_paint_late(struct mask_stream *s, struct buf *out)
{
	size_t before = buf_len(out);
	int r;

	if (!s->has_late || !can_paint(s))
		return;
	s->has_late = false;
	r = is_afloat(s) ? paint_afloat(s, out) : paint_all(s, out);
	if (r < 0)
		out->end = out->start + before;
}
