/* SPDX-License-Identifier: ISC */
/* Words on the terminal: each placed by row and column, cleaned, cut, and in ASCII where the locale knows no more. */
#include "config.h"

#include <curses.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/draw.h"

#define LINE_MOST	4096

/* clang-format off */
static const struct {
	short	colour;		/* -1: none */
	attr_t	more;		/* beside the colour */
	attr_t	alone;		/* where there is no colour */
} inks[INK_COUNT] = {
	[INK_PLAIN]	= { -1,			0,		0 },
	[INK_BOLD]	= { -1,			A_BOLD,		A_BOLD },
	[INK_DIM]	= { -1,			A_DIM,		A_DIM },
	[INK_ACCENT]	= { COLOR_CYAN,		A_BOLD,		A_BOLD },
	[INK_GOOD]	= { COLOR_GREEN,	0,		0 },
	[INK_WARN]	= { COLOR_YELLOW,	0,		A_BOLD },
	[INK_BAD]	= { COLOR_RED,		A_BOLD,		A_BOLD },
	[INK_HERE]	= { COLOR_CYAN,		A_REVERSE,	A_REVERSE },
};

static const struct {
	const char *utf8, *ascii;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_PLAY]		= { "\u25b6",	">" },
	[GLYPH_PAUSE]		= { "\u2016",	"=" },
	[GLYPH_LIVE]		= { "\u25cf",	"*" },
	[GLYPH_ARROW]		= { "\u2192",	"->" },
	[GLYPH_LEFT_END]	= { "\u251c",	"|" },
	[GLYPH_RIGHT_END]	= { "\u2524",	"|" },
	[GLYPH_RULE]		= { "\u2500",	"-" },
	[GLYPH_SIDE]		= { "\u2502",	"|" },
	[GLYPH_MOST]		= { "\u2264",	"<=" },
	[GLYPH_LINE]		= { "\u00b7",	"." },
	[GLYPH_RESIZE]		= { "\u2194",	"r" },
	[GLYPH_NOTE]		= { "\u266a",	"n" },
	[GLYPH_STATE]		= { "\u25c6",	"s" },
	[GLYPH_OVER]		= { "\u2715",	"x" },
	[GLYPH_ENTER]		= { "\u23ce",	"<Enter>" },
	[GLYPH_BACK]		= { "\u232b",	"<BS>" },
	[GLYPH_UP]		= { "\u2191",	"<Up>" },
	[GLYPH_DOWN]		= { "\u2193",	"<Down>" },
	[GLYPH_RIGHT]		= { "\u2192",	"<Right>" },
	[GLYPH_LEFT]		= { "\u2190",	"<Left>" },
	[GLYPH_SPACE]		= { "\u2423",	"_" },
};

static const struct {
	const char *utf8, *ascii;
} levels[] = {
	{ "\u2500", "-" }, { "\u2581", "." }, { "\u2582", ":" }, { "\u2583", ":" },
	{ "\u2584", "+" }, { "\u2585", "+" }, { "\u2586", "*" }, { "\u2587", "#" },
};
/* clang-format on */

void
theme_init(struct theme *theme)
{
	const char *no_color = getenv("NO_COLOR");
	bool background;

	*theme = (struct theme){ .ascii = !text_utf8_locale() };
	theme->colour = (no_color == NULL || no_color[0] == '\0') && has_colors() && start_color() == OK;
	background = theme->colour && use_default_colors() == OK;
	for (enum ink ink = 0; ink < INK_COUNT; ink++) {
		theme->ink[ink] = theme->colour ? inks[ink].more : inks[ink].alone;
		if (!theme->colour || inks[ink].colour < 0)
			continue;
		init_pair((short)(ink + 1), inks[ink].colour, background ? -1 : COLOR_BLACK);
		theme->ink[ink] |= COLOR_PAIR(ink + 1);
	}
}

const char *
draw_glyph(const struct theme *theme, enum glyph glyph)
{
	return theme->ascii ? glyphs[glyph].ascii : glyphs[glyph].utf8;
}

const char *
draw_level(const struct theme *theme, int level)
{
	int i = level < 0 ? 0 : level > 7 ? 7 : level;

	return theme->ascii ? levels[i].ascii : levels[i].utf8;
}

/* Without UTF-8 each other character is a question mark. */
static char *
clean(const struct theme *theme, const char *text)
{
	char *copy = text_clean(text, strlen(text));
	size_t count = strlen(copy), out = 0;
	uint32_t c;
	int used;

	for (size_t i = 0; theme->ascii && i < count; i += (size_t)used) {
		used = text_decode((const uint8_t *)copy + i, count - i, &c);
		if (used <= 0)
			break;
		copy[out++] = c < 0x80 ? (char)c : '?';
	}
	if (theme->ascii)
		copy[out] = '\0';
	return copy;
}

int
draw_text(const struct theme *theme, struct spot spot, const char *text)
{
	AUTO_FREE char *copy = clean(theme, text);
	char line[LINE_MOST];
	int used;

	if (spot.row < 0 || spot.row >= LINES || spot.col < 0 || spot.col >= COLS)
		return 0;
	if (spot.width > COLS - spot.col)
		spot.width = COLS - spot.col;
	if (spot.width <= 0)
		return 0;
	used = text_fit(copy, spot.width, theme->ascii, line, sizeof line);
	attrset((int)theme->ink[spot.ink]);
	mvaddstr(spot.row, spot.col, line);
	attrset(A_NORMAL);
	return used;
}

int
draw_format(const struct theme *theme, struct spot spot, const char *format, ...)
{
	char text[LINE_MOST];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return draw_text(theme, spot, text);
}

/* Bytes of the longest beginning that fits in `width` columns and ends between words, or anywhere if one is longer. */
static size_t
line_end(const char *text, int width)
{
	size_t count = strlen(text), space = 0;
	int columns = 0, used;
	uint32_t c;

	for (size_t i = 0; i < count; i += (size_t)used) {
		used = text_decode((const uint8_t *)text + i, count - i, &c);
		if (used <= 0)
			return count;
		columns += text_char_width(c);
		if (columns > width)
			return c == ' ' || space == 0 ? (i > 0 ? i : (size_t)used) : space;
		if (c == ' ')
			space = i;
	}
	return count;
}

int
draw_paragraph(const struct theme *theme, struct spot spot, int bottom, const char *text)
{
	AUTO_FREE char *copy = clean(theme, text);
	const char *rest = copy;
	int rows = 0;

	while (*rest != '\0' && spot.width > 0) {
		size_t count = line_end(rest, spot.width);
		AUTO_FREE char *line = strndup(rest, count);

		if (line != NULL && spot.row + rows < bottom)
			draw_text(theme, (struct spot){ spot.row + rows, spot.col, spot.width, spot.ink }, line);
		rows++;
		for (rest += count; *rest == ' '; rest++)
			;
	}
	return rows;
}

void
draw_blank(int row)
{
	move(row, 0);
	clrtoeol();
}
