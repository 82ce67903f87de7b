/* SPDX-License-Identifier: ISC */
/* Lines that are entered go into the recording, masked. What finds them is in recorder/mask/mask_entered*.c. */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/record/command.h"
#include "lib/record/event.h"
#include "recorder/mask/mask_entered.h"
#include "recorder/worker/worker.h"

static void
on_line(void *user, const struct mask_entered_line *line)
{
	struct worker *w = user;
	AUTO_FREE uint8_t *room = own_alloc(REC_COMMAND_HEAD + REC_COMMAND_MOST);
	AUTO_FREE char *text = masking_text(w, line->text);
	struct rec_command command = { .n = line->n, .text = text, .count = strlen(text) };
	struct rec_event event;

	rec_event_make_command(&event, &command, room);
	tape_put(w, &event);
}

static void
on_end(void *user, const struct mask_entered_end *told)
{
	const struct rec_command_end end = { .n = told->n, .has_status = told->has_status, .status = told->status, .took_us = told->took_us };
	struct worker *w = user;
	struct rec_event event;
	uint8_t room[17];

	rec_event_make_command_end(&event, &end, room);
	tape_put(w, &event);
}

void
line_open(struct worker *w, const struct grid *grid)
{
	const struct mask_entered_params params = { .grid = grid, .line = on_line, .end = on_end, .user = w };

	w->line.entered = mask_entered_new(&params);
}

void
line_done(struct worker_line *line)
{
	mask_entered_free(line->entered);
	*line = (struct worker_line){ .entered = NULL };
}

void
line_typed(struct worker *w, const uint8_t *bytes, size_t count, int tty)
{
	if (w->line.entered != NULL)
		mask_entered_typed(w->line.entered, bytes, count, (enum mask_tty)tty, clock_boot_us());
}

size_t
line_piece(const struct worker *w, const uint8_t *bytes, size_t count)
{
	return w->line.entered != NULL ? mask_entered_piece(w->line.entered, bytes, count, clock_boot_us()) : count;
}

void
line_shown(struct worker *w)
{
	if (w->line.entered != NULL)
		mask_entered_shown(w->line.entered, clock_boot_us());
}
