/* SPDX-License-Identifier: ISC */
/*
 * Panes side by side, as multiplexers and editors draw them, with lines of box characters between: what stands in one is a line
 * of its own, and goes on in the next row of the same pane if it fills the pane.
 */
#include "config.h"

#include "lib/term/grid.h"
#include "recorder/mask/mask_inside.h"

#define BOX_FIRST	0x2500u
#define BOX_LAST	0x257fu
#define CHARACTER	UINT32_C(0x1fffff)

static bool
is_bar(const struct grid *grid, int row, int col)
{
	const struct grid_cell *cell = grid_cell(grid, row, col);
	uint32_t character = cell != NULL ? cell->glyph & CHARACTER : 0;

	return character >= BOX_FIRST && character <= BOX_LAST && character != 0x2500 && character != 0x2501 && character != 0x2550;
}

bool
mask_pane_next(const struct grid *grid, int row, struct mask_pane *pane)
{
	int end = grid_row_used(grid, row), col;

	for (col = pane->to + 1; col < end && is_bar(grid, row, col); col++)
		;
	if (col >= end)
		return false;
	pane->from = col;
	while (col < end && !is_bar(grid, row, col))
		col++;
	pane->to = col < end ? col : grid_cols(grid);
	return pane->from > 0 || pane->to < grid_cols(grid);
}

static bool
is_in(const struct grid *grid, int row, const struct mask_pane *pane)
{
	if (pane->from > 0 && !is_bar(grid, row, pane->from - 1))
		return false;
	if (pane->to < grid_cols(grid) && !is_bar(grid, row, pane->to))
		return false;
	return true;
}

static bool
is_full(const struct grid *grid, int row, const struct mask_pane *pane)
{
	const struct grid_cell *last = grid_cell(grid, row, pane->to - 1);

	return last != NULL && last->glyph != 0 && (last->glyph & ~GRID_MARKS) != ' ' && is_in(grid, row, pane);
}

void
mask_pane_build(struct mask_line *line, const struct grid *grid, int row, const struct mask_pane *pane)
{
	int most = MASK_LINE_MOST / 2 / (pane->to - pane->from), first = row, last = row;

	while (first > 0 && row - first < most && is_full(grid, first - 1, pane))
		first--;
	while (last + 1 < grid_rows(grid) && last - row < most && is_full(grid, last, pane) && is_in(grid, last + 1, pane))
		last++;
	line->count = line->cut_count = 0;
	line->has_carry = line->has_margin = false;
	for (int i = first; i <= last; i++)
		mask_line_part(line, grid, i, pane->from, pane->to);
}
