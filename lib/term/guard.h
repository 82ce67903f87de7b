/* SPDX-License-Identifier: ISC */
/*
 * libvterm 0.1.4 and later with a guard in front. libvterm never sees the recorded bytes: they are parsed here, and it
 * gets only sequences written anew, bounded, from a fixed table. Even so it belongs in a sandbox (screen.h); only
 * tests use it in their own process.
 */
#ifndef POSTERN_LIB_TERM_GUARD_H
#define POSTERN_LIB_TERM_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct guard;
struct screen_cell;

/* Sizes are brought into 1 to 500. Never NULL. */
struct guard	*guard_new(int cols, int rows);
void		 guard_free(struct guard *guard);

void		 guard_write(struct guard *guard, const void *bytes, size_t count);
void		 guard_resize(struct guard *guard, int cols, int rows);

int		 guard_cols(const struct guard *guard);
int		 guard_rows(const struct guard *guard);

/* A blank cell outside of the screen. */
void		 guard_cell(const struct guard *guard, int row, int col, struct screen_cell *cell);
void		 guard_cursor(const struct guard *guard, int *row, int *col, bool *is_visible);
bool		 guard_is_alternate(const struct guard *guard);
const char	*guard_title(const struct guard *guard);	/* clean; "" if none was set */

/* Answers to the program's questions (device attributes, cursor reports) go to `out` from now on; NULL drops them. */
void		 guard_answer(struct guard *guard, struct buf *out);

#endif
