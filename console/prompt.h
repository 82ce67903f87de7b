/* SPDX-License-Identifier: ISC */
/* One question at a time in the footer: yes or no (no is the default), or a line of text. */
#ifndef POSTERN_CONSOLE_PROMPT_H
#define POSTERN_CONSOLE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

struct console;

#define PROMPT_LABEL	384
#define PROMPT_TEXT	1000	/* bytes; below what the wire allows for a reason */

enum prompt_kind { PROMPT_NONE, PROMPT_YES, PROMPT_LINE };

struct prompt {
	enum prompt_kind kind;
	char		 label[PROMPT_LABEL];
	char		 text[PROMPT_TEXT + 1];	/* UTF-8 */
	size_t		 at;			/* cursor, a byte offset between characters */
	/* Called with the text (a yes: ""), the prompt closed before; it may open the next one. Never called for a no. */
	void		(*done)(struct console *console, const char *text);
};

/* Opens a prompt in place of any other. `text` is there to be edited. */
void	prompt_yes(struct console *console, const char *label, void (*done)(struct console *, const char *));
void	prompt_line(struct console *console, const char *label, const char *text,
	    void (*done)(struct console *, const char *));

void	prompt_close(struct console *console);

/* One key: a character, or a curses key code if `special`. */
void	prompt_key(struct console *console, wint_t key, bool special);

/* Draws it in the footer (row `row`, and the row above if one is too narrow) and places the cursor. */
void	prompt_paint(struct console *console, int row);

/* Rows that it needs: 1, or 2 in a narrow window. */
int	prompt_rows(const struct console *console, int columns);

#endif
