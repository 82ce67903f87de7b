/* SPDX-License-Identifier: ISC */
/* A view fills the rows between header and status line. A new one is a file and a row in the key table's `views`. */
#ifndef POSTERN_CONSOLE_VIEW_H
#define POSTERN_CONSOLE_VIEW_H

#include <stddef.h>

struct console;

enum view_bit { VIEW_LIST = 1, VIEW_DETAIL = 2, VIEW_HELP = 4, VIEW_ALL = 7 };

struct view {
	const char	*name;
	enum view_bit	 bit;
	/* Draws rows top (included) to bottom (excluded) of the erased screen. */
	void		(*paint)(struct console *console, int top, int bottom);
	/* The arrows: by so many rows; a page is more than one. */
	void		(*step)(struct console *console, long by);
	/* What the status line says when there is nothing else to say; NULL: nothing. `text` is empty. */
	void		(*hint)(const struct console *console, char *text, size_t size);
};

extern const struct view view_list, view_detail, view_help;

#endif
