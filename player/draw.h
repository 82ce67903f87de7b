/* SPDX-License-Identifier: ISC */
/* Ink, glyphs and words of our own on the terminal; the recorded picture is drawn by canvas.h. */
#ifndef POSTERN_PLAYER_DRAW_H
#define POSTERN_PLAYER_DRAW_H

#include <stdbool.h>

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_ACCENT, INK_GOOD, INK_WARN, INK_BAD, INK_HERE, INK_COUNT };

enum glyph {
	GLYPH_PLAY, GLYPH_PAUSE, GLYPH_LIVE, GLYPH_ARROW, GLYPH_LEFT_END, GLYPH_RIGHT_END, GLYPH_RULE, GLYPH_SIDE, GLYPH_MOST,
	GLYPH_LINE, GLYPH_RESIZE, GLYPH_NOTE, GLYPH_STATE, GLYPH_OVER, GLYPH_ENTER, GLYPH_BACK, GLYPH_UP, GLYPH_DOWN,
	GLYPH_RIGHT, GLYPH_LEFT, GLYPH_SPACE, GLYPH_COUNT
};

struct theme {
	bool		ascii;		/* the locale has no UTF-8 */
	bool		colour;		/* has_colors() and no NO_COLOR */
	unsigned long	ink[INK_COUNT];	/* curses attributes */
};

struct spot {
	int		row, col, width;
	enum ink	ink;
};

/* After initscr(). */
void		 theme_init(struct theme *theme);
const char	*draw_glyph(const struct theme *theme, enum glyph glyph);

/* A glyph for a share of 0 to 7 eighths. */
const char	*draw_level(const struct theme *theme, int level);

/* Text from anywhere, cleaned and cut to the spot and the window. Columns used. */
int		 draw_text(const struct theme *theme, struct spot spot, const char *text);
int		 draw_format(const struct theme *theme, struct spot spot, const char *format, ...)
		     __attribute__((format(printf, 3, 4)));

/* Wrapped between words into rows spot.row up to `bottom` (excluded). The rows that it takes, drawn or not. */
int		 draw_paragraph(const struct theme *theme, struct spot spot, int bottom, const char *text);

void		 draw_blank(int row);

#endif
