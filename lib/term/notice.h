/* SPDX-License-Identifier: ISC */
/*
 * One line of our own over the bottom row of the engineer's terminal, put there and taken away without the program's
 * picture, pen or cursor coming to harm. The caller holds both back while grid_mid_sequence().
 */
#ifndef POSTERN_LIB_TERM_NOTICE_H
#define POSTERN_LIB_TERM_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct grid;

/* Zeroed: no notice is shown. */
struct notice {
	bool		is_shown;
	bool		remains[2];	/* on the primary and the alternate screen: parts of it may stand there */
	int		row;
	uint64_t	moves;		/* grid_moves() when it was drawn */
};

/*
 * Bytes that draw `text` (cleaned and cut to the width) in reverse video over the bottom row. A notice already shown is
 * replaced. 0 or ERR_BUF_FULL.
 */
int	notice_show(struct notice *notice, const struct grid *grid, const char *text, struct buf *out);

/*
 * Bytes that bring back what the program has there: one row, or every row if the picture has moved since. If the
 * program has changed screens, what remains on the other one is left until that one is shown again.
 */
int	notice_hide(struct notice *notice, const struct grid *grid, struct buf *out);

/*
 * Parts of a notice stand where they should not, because the program has scrolled, or has come back to a screen on
 * which one was left: call notice_hide() (and show it again if its time is not over).
 */
bool	notice_is_torn(const struct notice *notice, const struct grid *grid);

#endif
