/* SPDX-License-Identifier: ISC */
/* libvterm's cells as ours. */
#include "config.h"

#include <string.h>

#include "lib/term/guard.h"
#include "lib/term/guardstate.h"
#include "lib/term/pen.h"
#include "lib/term/screencell.h"
#include "lib/term/width.h"

static uint32_t
colour_of(VTermColor colour)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(&colour) || VTERM_COLOR_IS_DEFAULT_BG(&colour))
		return PEN_DEFAULT;
	if (VTERM_COLOR_IS_INDEXED(&colour))
		return PEN_INDEXED | colour.indexed.idx;
	return PEN_RGB | (uint32_t)colour.rgb.red << 16 | (uint32_t)colour.rgb.green << 8 | colour.rgb.blue;
}

static uint64_t
pen_of(const VTermScreenCell *cell)
{
	uint64_t pen = pen_with_bg(pen_with_fg(0, colour_of(cell->fg)), colour_of(cell->bg));

	pen |= cell->attrs.bold ? PEN_BOLD : 0;
	pen |= cell->attrs.italic ? PEN_ITALIC : 0;
	pen |= cell->attrs.blink ? PEN_BLINK : 0;
	pen |= cell->attrs.reverse ? PEN_REVERSE : 0;
	pen |= cell->attrs.strike ? PEN_STRIKE : 0;
	pen |= (cell->attrs.font & 1) != 0 ? PEN_DIM : 0;
	pen |= (cell->attrs.font & 2) != 0 ? PEN_HIDDEN : 0;
	pen |= (cell->attrs.font & 4) != 0 ? PEN_OVERLINE : 0;
	return pen | (uint64_t)cell->attrs.underline << PEN_UNDERLINE;
}

static uint32_t
base_of(const struct guard *g, int row, int col)
{
	VTermScreenCell cell;
	VTermPos pos = { row, col };

	if (col < 0 || col >= g->cols || !vterm_screen_get_cell(g->screen, pos, &cell))
		return 0;
	return guard_undisguise(cell.chars[0]);
}

#define HALF	UINT32_MAX	/* libvterm's mark of a right half */

/* libvterm leaves halves of overwritten wide characters behind: they are blank, as on other terminals. */
void
guard_cell(const struct guard *guard, int row, int col, struct screen_cell *cell)
{
	VTermScreenCell from;
	VTermPos pos = { row, col };

	memset(cell, 0, sizeof *cell);
	cell->width = 1;
	if (row < 0 || row >= guard->rows || col < 0 || col >= guard->cols ||
	    !vterm_screen_get_cell(guard->screen, pos, &from))
		return;
	cell->pen = pen_of(&from);
	if (from.chars[0] == HALF) {
		uint32_t left = base_of(guard, row, col - 1);

		cell->width = left != HALF && width_of(left) == 2 ? 0 : 1;
		return;
	}
	from.chars[0] = guard_undisguise(from.chars[0]);
	if (width_of(from.chars[0]) == 2) {
		if (base_of(guard, row, col + 1) != HALF)
			return;
		cell->width = 2;
	}
	while (cell->count < SCREEN_CHARS && from.chars[cell->count] != 0) {
		cell->chars[cell->count] = from.chars[cell->count];
		cell->count++;
	}
}

