/* SPDX-License-Identifier: ISC */
/* The timeline: how much happened when, the marks, and where one is. */
#include "config.h"

#include <curses.h>

#include "lib/base/clock.h"
#include "player/player.h"
#include "player/stage.h"

#define WIDTH_MOST	512

/* clang-format off */
static const struct { enum glyph glyph; enum ink ink; } marks[MARK_KINDS] = {
	[MARK_LINE]	= { GLYPH_LINE, INK_PLAIN },
	[MARK_RESIZE]	= { GLYPH_RESIZE, INK_PLAIN },
	[MARK_NOTE]	= { GLYPH_NOTE, INK_ACCENT },
	[MARK_STATE]	= { GLYPH_STATE, INK_WARN },
	[MARK_END]	= { GLYPH_OVER, INK_BAD },
};
/* clang-format on */

static int
column_of(int64_t t_us, int64_t length_us, int width)
{
	int col = length_us > 0 ? (int)((double)t_us / (double)length_us * (double)width) : 0;

	return col < 0 ? 0 : col >= width ? width - 1 : col;
}

/* Bytes of output in each column; returns the most in one. */
static uint64_t
measure(const struct scout *scout, int64_t length_us, int width, uint64_t sums[WIDTH_MOST])
{
	uint64_t most = 0;

	for (int i = 0; i < width; i++)
		sums[i] = 0;
	for (size_t s = 0; s < scout->seconds; s++)
		if (scout->activity[s] > 0)
			sums[column_of((int64_t)s * CLOCK_US, length_us, width)] += scout->activity[s];
	for (int i = 0; i < width; i++)
		most = sums[i] > most ? sums[i] : most;
	return most;
}

/* A few bytes are visible beside very many: by magnitude. */
static int
level_of(uint64_t sum, uint64_t most)
{
	int high = 0, low = 0;

	if (sum == 0)
		return 0;
	for (uint64_t i = most; i > 1; i /= 2)
		high++;
	for (uint64_t i = sum; i > 1; i /= 2)
		low++;
	return high == 0 ? 7 : 1 + low * 6 / high;
}

/* Lines typed are too many to be more than a dot where nothing else is. */
static void
paint_marks(const struct player *p, int row, int width, int64_t length_us)
{
	const struct scout *scout = &p->deck.scout;

	for (size_t i = 0; i < scout->mark_count; i++) {
		const struct mark *mark = &scout->marks[i];

		if (mark->kind != MARK_LINE)
			draw_text(&p->theme, (struct spot){ row, 1 + column_of(mark->t_us, length_us, width), 1, marks[mark->kind].ink },
			    draw_glyph(&p->theme, marks[mark->kind].glyph));
	}
}

void
stage_bar(const struct player *p, int row)
{
	int64_t length_us = deck_length_us(&p->deck);
	int width = COLS - 2 < WIDTH_MOST ? COLS - 2 : WIDTH_MOST;
	uint64_t sums[WIDTH_MOST];
	uint64_t most = measure(&p->deck.scout, length_us, width, sums);

	draw_text(&p->theme, (struct spot){ row, 0, 1, INK_DIM }, draw_glyph(&p->theme, GLYPH_LEFT_END));
	for (int i = 0; i < width; i++)
		draw_text(&p->theme, (struct spot){ row, 1 + i, 1, sums[i] > 0 ? INK_PLAIN : INK_DIM },
		    draw_level(&p->theme, level_of(sums[i], most)));
	paint_marks(p, row, width, length_us);
	draw_text(&p->theme, (struct spot){ row, 1 + width, 1, INK_DIM }, draw_glyph(&p->theme, GLYPH_RIGHT_END));
	draw_text(&p->theme, (struct spot){ row, 1 + column_of(p->deck.t_us, length_us, width), 1, INK_HERE },
	    draw_glyph(&p->theme, GLYPH_LIVE));
}
