/* SPDX-License-Identifier: ISC */
/* The row of keys that were typed, the last ones at its end. */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/player.h"
#include "player/stage.h"

#define PIECES_MOST	512	/* events that are looked at: more do not fit into a row */
#define STRIP_MOST	65536

/* clang-format off */
static const struct { const char *keys; enum glyph glyph; } named[] = {
	{ "\033[A", GLYPH_UP },		{ "\033OA", GLYPH_UP },
	{ "\033[B", GLYPH_DOWN },	{ "\033OB", GLYPH_DOWN },
	{ "\033[C", GLYPH_RIGHT },	{ "\033OC", GLYPH_RIGHT },
	{ "\033[D", GLYPH_LEFT },	{ "\033OD", GLYPH_LEFT },
	{ "\r", GLYPH_ENTER },		{ "\n", GLYPH_ENTER },
	{ "\177", GLYPH_BACK },		{ "\b", GLYPH_BACK },
	{ " ", GLYPH_SPACE },
};
/* clang-format on */

/* One key of the bytes, by its name. The bytes it used. */
static size_t
add_key(const struct theme *theme, const uint8_t *bytes, size_t count, struct buf *out)
{
	uint32_t c;
	int used;

	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		size_t length = strlen(named[i].keys);

		if (length <= count && memcmp(bytes, named[i].keys, length) == 0) {
			(void)buf_add_text(out, draw_glyph(theme, named[i].glyph));
			return length;
		}
	}
	if (bytes[0] < 0x20) {
		(void)buf_addf(out, "^%c", bytes[0] + '@');
		return 1;
	}
	used = text_decode(bytes, count, &c);
	if (used <= 0) {
		(void)buf_add_text(out, "?");
		return 1;
	}
	(void)buf_add(out, bytes, (size_t)used);
	return (size_t)used;
}

static void
add_piece(const struct player *p, const struct typed *typed, struct buf *out)
{
	const uint8_t *bytes = buf_data(&p->deck.scout.keys) + typed->from;

	if (typed->hidden > 0)
		(void)buf_addf(out, "(%u not shown)", typed->hidden);
	for (size_t at = 0; at < typed->count && buf_room(out) > 64;)
		at += add_key(&p->theme, bytes + at, typed->count - at, out);
}

/* The last part of the text that fits. */
static const char *
last_part(const char *text, int columns)
{
	int width = text_width(text);

	while (width > columns && *text != '\0') {
		uint32_t c = 0;
		int used = text_decode((const uint8_t *)text, strlen(text), &c);

		width -= text_char_width(c);
		text += used > 0 ? used : 1;
	}
	return text;
}

void
stage_strip(const struct player *p, int row)
{
	const struct scout *scout = &p->deck.scout;
	AUTO_BUF struct buf out = { .max = STRIP_MOST };
	AUTO_FREE char *text = NULL;
	size_t end = scout->typed_count, first;
	int col = 1;

	while (end > 0 && scout->typed[end - 1].n > p->deck.n)
		end--;
	first = end > PIECES_MOST ? end - PIECES_MOST : 0;
	for (size_t i = first; i < end; i++)
		add_piece(p, &scout->typed[i], &out);
	text = buf_text(&out);
	draw_blank(row);
	col += draw_text(&p->theme, (struct spot){ row, col, 6, INK_ACCENT }, "keys") + 1;
	draw_text(&p->theme, (struct spot){ row, col, COLS - col, INK_PLAIN },
	    text[0] != '\0' ? last_part(text, COLS - col) : scout->typed_count > 0 ? "" : "none were recorded");
}
