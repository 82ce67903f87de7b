/* SPDX-License-Identifier: ISC */
/* The rows of the screen as they stood at the last event. */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "player/export.h"
#include "player/picture.h"

#define ROW_MOST	(GRID_MOST * GRID_CHARS * 4)

static int
begin(struct export *export)
{
	export->state = picture_new(export->tape);
	return 0;
}

static int
add(struct export *export, const struct rec_event *event)
{
	picture_event(export->state, event);
	return 0;
}

static int
last_row(const struct grid *grid)
{
	AUTO_BUF struct buf text = { .max = ROW_MOST };

	for (int row = grid_rows(grid) - 1; row >= 0; row--)
		if (grid_row_text(grid, row, &text) == 0 && buf_len(&text) > 0)
			return row;
	return -1;
}

/* Blank rows at the bottom are left out, those above stay. */
static int
end(struct export *export)
{
	const struct grid *grid = export->state;
	int last = last_row(grid);
	int r = 0;

	for (int row = 0; r == 0 && row <= last; row++) {
		AUTO_BUF struct buf text = { .max = ROW_MOST };
		AUTO_FREE char *clean = NULL;

		r = grid_row_text(grid, row, &text);
		clean = text_clean((const char *)buf_data(&text), buf_len(&text));
		if (r == 0)
			r = out_put_text(&export->out, clean);
		if (r == 0)
			r = out_put_text(&export->out, "\n");
	}
	return r;
}

static void
done(struct export *export)
{
	grid_free(export->state);
}

const struct export_format export_screen = { .name = "screen", .begin = begin, .event = add, .end = end, .done = done };
