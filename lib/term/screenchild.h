/* SPDX-License-Identifier: ISC */
/* What a screen and its child agree on: orders over a socket, the picture in shared memory. */
#ifndef POSTERN_LIB_TERM_SCREENCHILD_H
#define POSTERN_LIB_TERM_SCREENCHILD_H

#include <stdint.h>

#include "lib/term/grid.h"
#include "lib/term/screen.h"

#define SCREEN_PIECE	4096	/* most bytes of one order */

enum screen_kind { SCREEN_BYTES = 1, SCREEN_SIZE, SCREEN_SHOW };

/* Each order is answered with one byte when it is done. */
struct screen_order {
	uint32_t	kind;
	uint32_t	a, b;	/* BYTES: how many follow. SIZE: columns, rows */
};

/* Written by the child, believed by nobody. */
struct screen_shared {
	int32_t			row, col;
	uint8_t			is_visible, is_alternate;
	char			title[SCREEN_TITLE];
	struct screen_cell	cells[GRID_MOST * GRID_MOST];
};

/* In the forked child: gives up every right, then serves orders from `socket` until it is closed. */
void	screen_child(int socket, struct screen_shared *shared, int cols, int rows) __attribute__((noreturn));

#endif
