/* SPDX-License-Identifier: ISC */
/* A recording's events on our own screen (lib/term/grid.h). */
#ifndef POSTERN_PLAYER_PICTURE_H
#define POSTERN_PLAYER_PICTURE_H

struct grid;
struct rec_event;
struct tape;

/* A screen of the size at the start. Without a terminal a line feed also goes to the left, as it does in a file. */
struct grid	*picture_new(const struct tape *tape);

/* Output and resizes; other events leave it as it is. */
void		 picture_event(struct grid *grid, const struct rec_event *event);

/* The bytes that make a fresh terminal treat line feeds so; "" for a recording with a terminal. */
const char	*picture_prologue(const struct tape *tape);

#endif
