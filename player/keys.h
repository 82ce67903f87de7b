/* SPDX-License-Identifier: ISC */
/* One table of keys: what they do, the footer, the help page and the manual come from the same rows. */
#ifndef POSTERN_PLAYER_KEYS_H
#define POSTERN_PLAYER_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct player;

struct key {
	int		 key, twin;	/* a character, or KEYS_SPECIAL(curses code); twin 0: none */
	int		 argument;	/* for run */
	void		(*run)(struct player *player, int argument);
	const char	*name;		/* "Left, Right": NULL goes with the row before it */
	const char	*footer;	/* NULL: not there */
	const char	*help;
};

#define KEYS_SPECIAL(code)	((code) | 0x1000000)

/* Arrows with Ctrl, for which curses has no codes of its own. */
enum { KEYS_CTRL_LEFT = 0xe000, KEYS_CTRL_RIGHT, KEYS_CTRL_UP, KEYS_CTRL_DOWN };

extern const struct key keys[];
extern const size_t key_count;

void	keys_open(void);	/* after initscr() */

/* False if the key means nothing. */
bool	keys_press(struct player *player, int key);
void	keys_footer(const struct player *player, int row);

#endif
