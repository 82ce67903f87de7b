/* SPDX-License-Identifier: ISC */
/* Each text is placed by (row, column), never behind running text: terminals disagree about the width of characters. */
#include "config.h"

#include <curses.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/draw.h"
#include "lib/base/own.h"
#include "lib/base/text.h"

#define LINE_MOST	2048	/* bytes of one drawn line: 500 columns with combining characters */
#define MARKS_MOST	2	/* combining characters on one base: more would smear over the rows above and below */

/* clang-format off */
static const struct {
	short	colour;		/* -1: none */
	attr_t	more;		/* beside the colour */
	attr_t	alone;		/* where there is no colour */
} inks[INK_COUNT] = {
	[INK_PLAIN]	= { -1,			0,	0 },
	[INK_BOLD]	= { -1,			A_BOLD,	A_BOLD },
	[INK_DIM]	= { -1,			A_DIM,	A_DIM },
	[INK_ACCENT]	= { COLOR_CYAN,		A_BOLD,	A_BOLD },
	[INK_GOOD]	= { COLOR_GREEN,	0,	0 },
	[INK_WARN]	= { COLOR_YELLOW,	0,	0 },
	[INK_BAD]	= { COLOR_RED,		A_BOLD,	A_BOLD },
};

static const struct {
	const char *utf8, *ascii;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_POINTER]	= { "\u258c",	">" },
	[GLYPH_FULL]	= { "\u2588",	"#" },
	[GLYPH_EMPTY]	= { "\u2591",	"." },
	[GLYPH_FROZEN]	= { "\u2744",	"*" },
	[GLYPH_NO]	= { "\u2715",	"x" },
	[GLYPH_GONE]	= { "\u2190",	"<" },
	[GLYPH_BELOW]	= { "\u2193",	"v" },
	[GLYPH_ABOVE]	= { "\u2191",	"^" },
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

/* Our own punctuation has a twin in ASCII; anything else of a stranger's text becomes a question mark. */
static char
to_ascii(uint32_t character)
{
	switch (character) {
	case 0x2013: case 0x2014: return '-';
	case 0x2018: case 0x2019: return '\'';
	case 0x201c: case 0x201d: return '"';
	case 0x00b7: return ',';
	default: return '?';
	}
}

/* What has no width joins the character before it; formatting characters and long rows of marks are left out. */
static bool
is_kept(uint32_t character, int width, int *marks)
{
	if (width > 0) {
		*marks = 0;
		return true;
	}
	if (character >= 0x2000 || character == 0xad)
		return false;
	return ++*marks <= MARKS_MOST;
}

char *
draw_clean(const struct theme *theme, const char *text)
{
	char *clean = text_clean(text, strlen(text));
	size_t count = strlen(clean);
	size_t out = 0;
	int marks = MARKS_MOST;	/* nothing to join yet */
	uint32_t c = 0;
	int used;

	for (size_t i = 0; i < count; i += (size_t)used) {
		used = text_decode((const uint8_t *)clean + i, count - i, &c);
		if (used <= 0)
			break;
		if (theme->ascii)
			clean[out++] = c < 0x80 ? (char)c : to_ascii(c);
		else if (is_kept(c, text_char_width(c), &marks)) {
			memmove(clean + out, clean + i, (size_t)used);
			out += (size_t)used;
		}
	}
	clean[out] = '\0';
	return clean;
}

/* Cuts the spot to the window; false if nothing of it is there. */
static bool
is_inside(struct spot *spot)
{
	if (spot->row < 0 || spot->row >= LINES || spot->col < 0 || spot->col >= COLS)
		return false;
	if (spot->width > COLS - spot->col)
		spot->width = COLS - spot->col;
	return spot->width > 0;
}

static void
put(const struct theme *theme, struct spot spot, const char *fitted)
{
	attrset((int)theme->ink[spot.ink]);
	mvaddstr(spot.row, spot.col, fitted);
	attrset(A_NORMAL);
}

int
draw_text(const struct theme *theme, struct spot spot, const char *text)
{
	AUTO_FREE char *clean = draw_clean(theme, text);
	char line[LINE_MOST];
	int used;

	if (!is_inside(&spot))
		return 0;
	used = text_fit(clean, spot.width, theme->ascii, line, sizeof line);
	put(theme, spot, line);
	return used;
}

int
draw_right(const struct theme *theme, struct spot spot, const char *text)
{
	AUTO_FREE char *clean = draw_clean(theme, text);
	int width = text_width(clean);

	if (width < spot.width) {
		spot.col += spot.width - width;
		spot.width = width;
	}
	return draw_text(theme, spot, clean);
}

int
draw_format(const struct theme *theme, struct spot spot, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return 0;
	}
	return draw_text(theme, spot, text);
}

int
draw_repeat(const struct theme *theme, struct spot spot, enum glyph glyph)
{
	if (!is_inside(&spot))
		return 0;
	for (int i = 0; i < spot.width; i++)
		put(theme, (struct spot){ spot.row, spot.col + i, 1, spot.ink }, draw_glyph(theme, glyph));
	return spot.width;
}

void
draw_bar(const struct theme *theme, struct spot spot, long part, long whole)
{
	long cells = whole > 0 && part > 0 ? (part * spot.width + whole - 1) / whole : 0;
	int full = cells > spot.width ? spot.width : (int)cells;

	draw_repeat(theme, (struct spot){ spot.row, spot.col, full, spot.ink }, GLYPH_FULL);
	draw_repeat(theme, (struct spot){ spot.row, spot.col + full, spot.width - full, INK_DIM }, GLYPH_EMPTY);
}

/* Bytes of the longest beginning that fits in `width` columns and ends between words, or anywhere if one is longer. */
static size_t
line_end(const char *text, int width)
{
	size_t count = strlen(text);
	size_t space = 0;
	int columns = 0;
	uint32_t c = 0;
	int used;

	for (size_t i = 0; i < count; i += (size_t)used) {
		used = text_decode((const uint8_t *)text + i, count - i, &c);
		if (used <= 0)
			return count;
		columns += text_char_width(c);
		if (c == ' ')
			space = i;
		if (columns > width)
			return c == ' ' || space == 0 ? (i > 0 ? i : (size_t)used) : space;
	}
	return count;
}

int
draw_paragraph(const struct theme *theme, struct spot spot, int bottom, const char *text)
{
	AUTO_FREE char *clean = draw_clean(theme, text);
	const char *rest = clean;
	int rows = 0;

	if (spot.width < 1)
		return 0;
	while (*rest != '\0') {
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
