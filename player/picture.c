/* SPDX-License-Identifier: ISC */
/* Events on a grid. */
#include "config.h"

#include <string.h>

#include "lib/record/event.h"
#include "lib/term/grid.h"
#include "player/picture.h"
#include "player/tape.h"

#define NEWLINE_MODE	"\033[20h"

const char *
picture_prologue(const struct tape *tape)
{
	return tape->meta.has_terminal ? "" : NEWLINE_MODE;
}

struct grid *
picture_new(const struct tape *tape)
{
	struct grid *grid = grid_new(tape->info->columns, tape->info->rows);
	const char *prologue = picture_prologue(tape);

	grid_write(grid, prologue, strlen(prologue));
	return grid;
}

void
picture_event(struct grid *grid, const struct rec_event *event)
{
	uint16_t columns, rows;

	if (event->kind == REC_OUTPUT || event->kind == REC_ERROR_OUTPUT)
		grid_write(grid, event->bytes, event->count);
	else if (rec_event_read_resize(event, &columns, &rows) == 0)
		grid_resize(grid, columns, rows);
}
