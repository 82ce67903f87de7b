/* SPDX-License-Identifier: ISC */
/* Cells with curses. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "lib/term/pen.h"
#include "lib/term/screen.h"
#include "player/canvas.h"
#include "player/draw.h"

#define COLS_MOST	500
#define JOINED_MOST	4	/* curses takes the character and so many that join it */

/* The first 16 colours as people's terminals show them by default. */
static const uint32_t basic[16] = {
	0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
	0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};

static const int cube[6] = { 0, 95, 135, 175, 215, 255 };

static uint32_t
rgb_of(unsigned index)
{
	unsigned grey;

	if (index < 16)
		return basic[index];
	if (index < 232) {
		index -= 16;
		return (uint32_t)(cube[index / 36] << 16 | cube[index / 6 % 6] << 8 | cube[index % 6]);
	}
	grey = 8 + (index - 232) * 10;
	return grey << 16 | grey << 8 | grey;
}

static long
distance(uint32_t a, uint32_t b)
{
	long red = (long)(a >> 16 & 0xff) - (long)(b >> 16 & 0xff);
	long green = (long)(a >> 8 & 0xff) - (long)(b >> 8 & 0xff);
	long blue = (long)(a & 0xff) - (long)(b & 0xff);

	return 3 * red * red + 4 * green * green + 2 * blue * blue;
}

/* The nearest colour of those numbered first to last - 1. */
static int
nearest(uint32_t rgb, unsigned first, unsigned last)
{
	unsigned best = first;

	for (unsigned i = first + 1; i < last; i++)
		if (distance(rgb, rgb_of(i)) < distance(rgb, rgb_of(best)))
			best = i;
	return (int)best;
}

/* The nearest of the cube and the greys, without looking at all 240. */
static int
nearest_of_240(uint32_t rgb)
{
	int step[3], average = 0;
	unsigned in_cube, grey;

	for (int i = 0; i < 3; i++) {
		int part = (int)(rgb >> (16 - 8 * i) & 0xff);

		step[i] = part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40;
		average += part;
	}
	average /= 3;
	in_cube = (unsigned)(16 + 36 * step[0] + 6 * step[1] + step[2]);
	grey = 232 + (unsigned)(average < 8 ? 0 : average > 238 ? 23 : (average - 3) / 10);
	return (int)(distance(rgb, rgb_of(grey)) < distance(rgb, rgb_of(in_cube)) ? grey : in_cube);
}

/* A colour of this terminal; -1 its default. *bright: the foreground should be bold instead. */
static int
colour_of(uint32_t colour, bool *bright)
{
	unsigned index = colour & 0xff;
	uint32_t rgb = colour & 0xffffff;

	if ((colour & PEN_KIND) == PEN_DEFAULT)
		return -1;
	if ((colour & PEN_KIND) == PEN_INDEXED) {
		if (index < 8 || (COLORS <= 256 && (int)index < COLORS))
			return (int)index;
		if (index < 16 && COLORS < 16) {
			*bright = true;
			return (int)index - 8;
		}
		rgb = rgb_of(index);
	}
	if (COLORS > 256)	/* exact ones; the first eight numbers are those of the palette */
		return rgb < 8 ? 8 : (int)rgb;
	if (COLORS == 256)
		return nearest_of_240(rgb);
	return nearest(rgb, 0, COLORS >= 16 ? 16 : 8);
}

/* Pairs are few on old terminals; those of a picture long gone are taken back by ncurses, and 0 is always there. */
static int
pair_of(int fg, int bg)
{
	int pair = fg < 0 && bg < 0 ? 0 : alloc_pair(fg, bg);

	return pair < 0 ? 0 : pair;
}

static attr_t
attributes_of(const struct theme *theme, uint64_t pen, int *pair)
{
	/* clang-format off */
	static const struct { uint64_t pen; attr_t curses; } table[] = {
		{ PEN_BOLD, A_BOLD }, { PEN_DIM, A_DIM }, { PEN_ITALIC, A_ITALIC }, { PEN_BLINK, A_BLINK },
		{ PEN_REVERSE, A_REVERSE }, { PEN_STRIKE, A_DIM },
	};
	/* clang-format on */
	attr_t attributes = pen_underline(pen) != 0 ? A_UNDERLINE : 0;
	bool bold = false, unused = false;
	int fg, bg;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if ((pen & table[i].pen) != 0)
			attributes |= table[i].curses;
	*pair = 0;
	if (!theme->colour)
		return attributes;
	fg = colour_of(pen_fg(pen), &bold);
	bg = colour_of(pen_bg(pen), &unused);
	*pair = pair_of(fg, bg);
	return attributes | (bold ? A_BOLD : 0);
}

/* Lines and blocks have twins in ASCII, everything else a question mark. */
static wchar_t
ascii_of(uint32_t c)
{
	if (c < 0x80)
		return (wchar_t)c;
	if (c == 0x2500 || c == 0x2501 || (c >= 0x2010 && c <= 0x2015) || c == 0x2550)
		return '-';
	if (c == 0x2502 || c == 0x2503 || c == 0x2551)
		return '|';
	if (c >= 0x2500 && c <= 0x257f)
		return '+';
	if (c >= 0x2580 && c <= 0x259f)
		return '#';
	return c == 0xa0 ? ' ' : '?';
}

/* The characters of a cell as this terminal's libc can place them. Columns: 1 or 2. */
static int
characters_of(const struct theme *theme, const struct screen_cell *cell, wchar_t text[JOINED_MOST + 2])
{
	int count = 0, width;

	text[0] = L' ';
	text[1] = L'\0';
	if (cell->count == 0 || (cell->pen & PEN_HIDDEN) != 0)
		return cell->width == 2 ? 2 : 1;
	if (theme->ascii) {
		text[0] = ascii_of(cell->chars[0]);
		return 1;
	}
	width = wcwidth((wchar_t)cell->chars[0]);
	if (width <= 0 || width > cell->width) {
		text[0] = L'?';
		return 1;
	}
	for (int i = 0; i < cell->count && count <= JOINED_MOST; i++)
		if (i == 0 || wcwidth((wchar_t)cell->chars[i]) == 0)
			text[count++] = (wchar_t)cell->chars[i];
	text[count] = L'\0';
	return width;
}

static void
put(int row, int col, const wchar_t *text, attr_t attributes, int pair)
{
	cchar_t c;

	if (setcchar(&c, text, attributes, (short)(pair < 0x7fff ? pair : 0x7fff), &pair) == OK)
		mvadd_wch(row, col, &c);
}

static void
paint_row(const struct canvas *canvas, const struct theme *theme, const struct screen_cell *cells, int row)
{
	wchar_t text[JOINED_MOST + 2];
	uint64_t last_pen = 0;
	attr_t attributes = 0;
	int pair = 0, width;

	for (int col = 0; col < canvas->cols; col += width) {
		const struct screen_cell *cell = &cells[canvas->from_col + col];

		if (cell->pen != last_pen)
			attributes = attributes_of(theme, cell->pen, &pair);
		last_pen = cell->pen;
		width = characters_of(theme, cell, text);
		/* Half a character at either edge would go on to the next row. */
		if (cell->width == 0 || (width == 2 && col + 1 == canvas->cols)) {
			text[0] = L' ';
			text[1] = L'\0';
			width = 1;
		}
		if (text[0] != L' ' || attributes != 0 || pair != 0)
			put(canvas->top + row, canvas->left + col, text, attributes, pair);
	}
}

void
canvas_paint(const struct canvas *canvas, const struct theme *theme, const struct screen *screen, const struct screen_view *view)
{
	struct screen_cell cells[COLS_MOST];

	for (int row = 0; row < canvas->rows && canvas->from_row + row < view->rows; row++) {
		screen_cells(screen, canvas->from_row + row, cells);
		paint_row(canvas, theme, cells, row);
	}
}
