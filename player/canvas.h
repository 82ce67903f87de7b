/* SPDX-License-Identifier: ISC */
/*
 * The recorded picture on the auditor's terminal: each cell by its row and column, in colours that this terminal has. It draws
 * cells, never bytes of the recording.
 */
#ifndef POSTERN_PLAYER_CANVAS_H
#define POSTERN_PLAYER_CANVAS_H

#include <stdbool.h>

struct screen;
struct screen_view;
struct theme;

/* Where on the terminal, and which part of the picture stands at its upper left. */
struct canvas {
	int	top, left, rows, cols;
	int	from_row, from_col;
};

void	canvas_paint(const struct canvas *canvas, const struct theme *theme, const struct screen *screen,
	    const struct screen_view *view);

#endif
