/* SPDX-License-Identifier: ISC */
/* All keys, in the table's own words, each with the reason if it would do nothing now. */
#include "config.h"

#include <curses.h>

#include "console/console.h"
#include "console/keys.h"
#include "console/view.h"

#define NAME_COL	3
#define WORDS_COL	14

static void
help_paint(struct console *console, int top, int bottom)
{
	const struct theme *theme = &console->theme;
	int room = bottom - top - 1;
	int most = (int)key_count > room ? (int)key_count - room : 0;

	if (console->scroll > most)
		console->scroll = most;
	draw_text(theme, (struct spot){ top, 1, COLS - 2, INK_BOLD }, "KEYS");
	if (most == 0)
		draw_text(theme, (struct spot){ top, WORDS_COL, COLS - WORDS_COL - 1, INK_DIM },
		    "and, in brackets, why one does nothing now");
	else
		draw_format(theme, (struct spot){ top, WORDS_COL, COLS - WORDS_COL - 1, INK_DIM },
		    "%d to %d of %zu; the arrows show the rest", console->scroll + 1, console->scroll + room, key_count);
	for (int i = 0; i < room && i + console->scroll < (int)key_count; i++) {
		const struct key *key = &keys[i + console->scroll];
		const char *why = keys_why(console, key);
		int row = top + 1 + i;
		int used;

		draw_text(theme, (struct spot){ row, NAME_COL, WORDS_COL - NAME_COL - 1, why == NULL ? INK_ACCENT : INK_DIM },
		    key->name);
		used = draw_text(theme, (struct spot){ row, WORDS_COL, COLS - WORDS_COL - 1, why == NULL ? INK_PLAIN : INK_DIM },
		    key->help);
		if (why != NULL)
			draw_format(theme, (struct spot){ row, WORDS_COL + used + 1, COLS - WORDS_COL - used - 2, INK_WARN },
			    "(%s)", why);
	}
}

static void
help_step(struct console *console, long by)
{
	console->scroll += (int)by;
	if (console->scroll < 0)
		console->scroll = 0;
}

const struct view view_help = { .name = "help", .bit = VIEW_HELP, .paint = help_paint, .step = help_step };
