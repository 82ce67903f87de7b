/* SPDX-License-Identifier: ISC */
/* The one table of keys: dispatch, footer, help and the reason why a key is not available come from its rows. */
#ifndef POSTERN_CONSOLE_KEYS_H
#define POSTERN_CONSOLE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct console;

/* What must hold before a key does something. */
enum need {
	NEEDS_NOTHING = 0,
	NEEDS_ROW = 1,		/* something under the pointer */
	NEEDS_REQUEST = 2,
	NEEDS_SESSION = 4,
	NEEDS_HOLDER = 8,	/* a session, or a grant not entered yet */
	NEEDS_THERE = 16,	/* it has not gone meanwhile */
	NEEDS_LINK = 32,	/* its gate is there */
	NEEDS_CAN = 64,		/* this person may decide it, or review it */
	NEEDS_REVIEW = 128,
	NEEDS_SIGN = 256	/* a grant of it can be signed from here, if it must be */
};

#define KEYS_SPECIAL(code)	(-(code))	/* curses' KEY_... in the table, apart from characters */

struct key {
	int		 key;		/* a character, or KEYS_SPECIAL(KEY_...) */
	int		 twin;		/* another key that does the same; 0 = none */
	const char	*name;		/* as shown */
	unsigned	 views;		/* enum view_bit: where it is heard */
	unsigned	 needs;		/* enum need */
	void		(*run)(struct console *console);
	const char	*footer;	/* words for the footer; NULL: not there */
	const char	*help;		/* words for the help screen; never NULL */
};

extern const struct key keys[];
extern const size_t key_count;

/* Does what the key does in the present view, or says why not. False if no row knows the key there. */
bool		 keys_press(struct console *console, int key);

/* NULL if the key is available now, else a sentence (no full stop) that says why not. */
const char	*keys_why(const struct console *console, const struct key *key);

/* True if the key makes sense for the row under the pointer: then the footer shows it, available or not. */
bool		 keys_fits(const struct console *console, const struct key *key);

/* Draws the footer of the present view. */
void		 keys_footer(const struct console *console, int row);

#endif
