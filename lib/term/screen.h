/* SPDX-License-Identifier: ISC */
/*
 * The picture of a recorded terminal for people's eyes: libvterm behind the guard, in a child process without
 * privileges that gets bytes and returns cells. Hostile bytes may kill the child or make it hang; then every function
 * here gives ERR_SCREEN, and a fresh screen can be made. Cells are checked on their way out of the child: they hold
 * nothing but printable characters.
 *
 * The child is a fork that keeps a copy of this process's memory: make the screen before keys are opened.
 */
#ifndef POSTERN_LIB_TERM_SCREEN_H
#define POSTERN_LIB_TERM_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/term/screencell.h"

#define SCREEN_TITLE	256
#define SCREEN_WAIT_MS	2000	/* for each piece of work; then the child is killed */

struct screen;

/* What screen_look() sees besides cells. */
struct screen_view {
	int	cols, rows;
	int	row, col;	/* of the cursor */
	bool	is_visible;	/* the cursor */
	bool	is_alternate;
	char	title[SCREEN_TITLE];	/* clean */
};

/* Sizes are brought into 1 to 500. 0 and *screen, or -errno. */
int	screen_new(int cols, int rows, struct screen **screen);
void	screen_free(struct screen *screen);	/* NULL is fine */

/* 0 or ERR_SCREEN. */
int	screen_write(struct screen *screen, const void *bytes, size_t count);
int	screen_resize(struct screen *screen, int cols, int rows);

/* Brings the picture over; after this screen_cells() shows what was written so far. 0 or ERR_SCREEN. */
int	screen_look(struct screen *screen, struct screen_view *view);

/* Row `row` of the last screen_look(): `cells` has room for view.cols. Blank outside of the screen. */
void	screen_cells(const struct screen *screen, int row, struct screen_cell *cells);

/* The child, for tests and for the curious; -1 once it is dead. */
pid_t	screen_pid(const struct screen *screen);

#endif
