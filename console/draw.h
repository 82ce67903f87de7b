/* SPDX-License-Identifier: ISC */
/*
 * Ink, glyphs and text on the terminal. The only file that gives a text to curses: everything is cleaned, cut to its
 * place and, where the locale has no UTF-8, written in ASCII.
 */
#ifndef POSTERN_CONSOLE_DRAW_H
#define POSTERN_CONSOLE_DRAW_H

#include <stdbool.h>

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_ACCENT, INK_GOOD, INK_WARN, INK_BAD, INK_COUNT };

enum glyph {
	GLYPH_POINTER, GLYPH_FULL, GLYPH_EMPTY, GLYPH_FROZEN, GLYPH_NO, GLYPH_GONE, GLYPH_BELOW, GLYPH_ABOVE, GLYPH_COUNT
};

struct theme {
	bool		ascii;
	bool		colour;
	unsigned long	ink[INK_COUNT];	/* curses attributes */
};

/* Where a text goes: at most `width` columns from (row, col), which is cut to the window. */
struct spot {
	int		row, col, width;
	enum ink	ink;
};

/* After initscr(). NO_COLOR, the terminal's colours and the locale decide. */
void		 theme_init(struct theme *theme);

const char	*draw_glyph(const struct theme *theme, enum glyph glyph);

/* All return the columns used. Text that does not fit ends in an ellipsis. */
int		 draw_text(const struct theme *theme, struct spot spot, const char *text);
int		 draw_right(const struct theme *theme, struct spot spot, const char *text);	/* against the right end */
int		 draw_format(const struct theme *theme, struct spot spot, const char *format, ...)
		    __attribute__((format(printf, 3, 4)));
int		 draw_repeat(const struct theme *theme, struct spot spot, enum glyph glyph);	/* fills the width */

/* `part` of `whole` as a bar. */
void		 draw_bar(const struct theme *theme, struct spot spot, long part, long whole);

/* A paragraph from spot.row on, broken between words, above row `bottom`. Returns the rows it needs. */
int		 draw_paragraph(const struct theme *theme, struct spot spot, int bottom, const char *text);

/* As draw_text would show it: clean, ASCII where needed. The caller frees it. */
char		*draw_clean(const struct theme *theme, const char *text);

#endif
