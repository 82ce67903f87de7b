/* SPDX-License-Identifier: ISC */
/* The user's own terminal in raw mode, and its way back on every way out of the program. */
#ifndef POSTERN_LIB_TERM_RAWTTY_H
#define POSTERN_LIB_TERM_RAWTTY_H

#include <stdbool.h>

struct grid;
struct rawtty;

bool		 rawtty_is(int fd);

/* Columns and rows of the window, each at least 1; 80 and 24 if the terminal does not say. 0 or -errno if fd is none. */
int		 rawtty_size(int fd, int *cols, int *rows);

/*
 * Raw mode on fd, which stays the caller's and open. *tty owns the memory of how it was. One at a time: leaving is
 * also hung on exit(), as a net under the ways out that forget it. 0, -EBUSY or -errno. Signals are the caller's
 * (signalfd): after SIGTERM, SIGHUP or SIGINT it leaves its loop and calls rawtty_leave().
 */
int		 rawtty_enter(int fd, struct rawtty **tty);

/* A grid that sees what is written to fd: on leaving, what the session left switched on is taken back (paint_sane). */
void		 rawtty_follow(struct rawtty *tty, const struct grid *grid);

/* The terminal as it was; frees tty. Harmless with NULL. The caller's errno is kept. */
void		 rawtty_leave(struct rawtty *tty);

#endif
