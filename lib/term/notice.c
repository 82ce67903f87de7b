/* SPDX-License-Identifier: ISC */
/* The notice is drawn by position between paint_begin() and paint_end(). */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "lib/term/notice.h"
#include "lib/term/paint.h"
#include "lib/term/width.h"

#define STYLE	"\033[0;7m"

/* As much of `text` as fits, then spaces up to `cols`. *last is what stands in the last column. */
static int
put_line(const char *text, int cols, struct buf *out, char last[8])
{
	size_t count = strlen(text);
	int width = 0, r = 0;
	uint32_t c;

	for (size_t i = 0; r == 0 && i < count;) {
		int used = text_decode((const uint8_t *)text + i, count - i, &c);

		if (used <= 0 || width + width_of(c) > cols)
			break;
		width += width_of(c);
		if (width == cols && width_of(c) == 1)
			memcpy(last, text + i, (size_t)used);
		r = buf_add(out, text + i, (size_t)used);
		i += (size_t)used;
	}
	for (; r == 0 && width < cols; width++)
		r = buf_add_text(out, " ");
	return r;
}

int
notice_show(struct notice *notice, const struct grid *grid, const char *text, struct buf *out)
{
	AUTO_FREE char *clean = text_clean(text, strlen(text));
	char last[8 + sizeof STYLE] = STYLE " ";
	int row, col, r;

	r = notice_hide(notice, grid, out);
	grid_cursor(grid, &row, &col);
	if (r == 0)
		r = paint_begin(grid, out);
	if (r == 0)
		r = buf_addf(out, "\033[%d;1H" STYLE, grid_rows(grid));
	if (r == 0)
		r = put_line(clean, grid_cols(grid), out, last + sizeof STYLE - 1);
	if (r == 0)
		r = paint_end(grid, row == grid_rows(grid) - 1 ? last : NULL, out);
	if (r < 0)
		return r;
	notice->is_shown = true;
	notice->remains[grid_is_alternate(grid)] = true;
	notice->row = grid_rows(grid) - 1;
	notice->moves = grid_moves(grid);
	return 0;
}

bool
notice_is_torn(const struct notice *notice, const struct grid *grid)
{
	return notice->remains[grid_is_alternate(grid)] && (!notice->is_shown || notice->moves != grid_moves(grid));
}

int
notice_hide(struct notice *notice, const struct grid *grid, struct buf *out)
{
	bool *remains = &notice->remains[grid_is_alternate(grid)];
	int r = 0;

	if (*remains)
		r = notice_is_torn(notice, grid) ? paint_rows(grid, out) : paint_row(grid, notice->row, out);
	if (r < 0)
		return r;
	*remains = false;
	notice->is_shown = false;
	return 0;
}
