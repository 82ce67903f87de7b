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

/* 0 or ERR_BUF_FULL. */
static int
paint_cell(struct mask_stream *s, int row, int col, struct buf *out)
{
	const struct grid_cell *cell = grid_cell(s->grid, row, col);
	int r = buf_addf(out, "\033[%d;%dH\033[m", row + 1, col + 1);

	if (r == 0)
		r = pen_write(out, cell->pen);
	if (r == 0)
		r = buf_add_text(out, grid_cell_width(cell) == 2 ? "\357\274\212" : "*");
	grid_cell_mark(s->grid, row, col, GRID_MARK(MARK_LATE), false);
	grid_cell_mark(s->grid, row, col, GRID_MARK(MARK_SHOWN), true);
	return r;
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

static int
paint_all(struct mask_stream *s, struct buf *out)
{
	int r = paint_begin(s->grid, out);

	for (int row = 0; row < grid_rows(s->grid); row++)
		for (int col = 0; r == 0 && col < grid_row_used(s->grid, row); col++)
			if (is_late(grid_cell(s->grid, row, col)))
				r = paint_cell(s, row, col, out);
	return r < 0 ? r : paint_end(s->grid, last_column(s), out);
}

void
mask_paint_late(struct mask_stream *s, struct buf *out)
{
	size_t before = buf_len(out);

	if (!s->has_late || s->shown != grid_place(s->grid) || grid_mid_sequence(s->grid))
		return;
	s->has_late = false;
	if (paint_all(s, out) < 0)
		out->end = out->start + before;
}
