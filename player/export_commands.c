/* SPDX-License-Identifier: ISC */
/* The lines that were entered, one each: when, how long it took, exit status, the line; and what guards said to lines. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/command.h"
#include "lib/record/event.h"
#include "player/export.h"
#include "player/tape.h"

#define LINES_MOST	(1u << 20)	/* as many as stay in memory; how the later ones ended is not told */

/* How a line ended is known later, perhaps after others: all are printed at the end. */
struct entered {
	int64_t	 t_us;
	char	*text;		/* clean; with "guard: " before it if it is about one */
	uint32_t n;		/* 0: not a command */
	bool	 has_end, has_status;
	int32_t	 status;
	int64_t	 took_us;
};

struct list {
	struct entered	*items;
	size_t		 count, room;
};

static int
begin(struct export *export)
{
	export->state = own_alloc(sizeof(struct list));
	return 0;
}

/* On one line: what was entered as several shows where they end. */
static char *
one_line(const char *text, size_t count)
{
	AUTO_FREE char *joined = own_alloc(3 * count + 1);
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] == '\n') {
			memcpy(joined + used, "\u23ce", 3);	/* the sign of a return key */
			used += 3;
		} else {
			joined[used++] = text[i];
		}
	}
	return text_clean(joined, used);
}

static void
add(struct list *list, int64_t t_us, uint32_t n, char *text)
{
	if (list->count == LINES_MOST) {
		free(text);
		return;
	}
	if (list->count == list->room) {
		list->room = list->room == 0 ? 64 : 2 * list->room;
		list->items = own_grow(list->items, list->room, sizeof *list->items);
	}
	list->items[list->count++] = (struct entered){ .t_us = t_us, .n = n, .text = text };
}

static void
add_guard(struct list *list, const struct rec_event *event)
{
	struct rec_guard guard;
	char *text = NULL;

	if (rec_event_read_guard(event, &guard) < 0)
		return;
	AUTO_FREE char *line = one_line(guard.text, guard.count);
	AUTO_FREE char *rule = one_line(guard.rule, strlen(guard.rule));
	AUTO_FREE char *by = one_line(guard.by, strlen(guard.by));

	if (asprintf(&text, "[guard %s: %s%s%s] %s", rule, rec_guard_word(guard.did), by[0] != '\0' ? " by " : "", by, line) >= 0)
		add(list, event->t_us, 0, text);
}

static void
add_end(struct list *list, const struct rec_event *event)
{
	struct rec_command_end end;

	if (rec_event_read_command_end(event, &end) < 0)
		return;
	for (size_t i = list->count; i-- > 0;) {
		struct entered *line = &list->items[i];

		if (line->n != end.n || line->n == 0)
			continue;
		line->has_end = true;
		line->has_status = end.has_status;
		line->status = end.status;
		line->took_us = end.took_us;
		return;
	}
}

static int
take(struct export *export, const struct rec_event *event)
{
	struct list *list = export->state;
	struct rec_command command;

	if (rec_event_read_command(event, &command) == 0)
		add(list, event->t_us, command.n, one_line(command.text, command.count));
	else if (event->kind == REC_COMMAND_END)
		add_end(list, event);
	else if (event->kind == REC_GUARD)
		add_guard(list, event);
	return 0;
}

static int
end(struct export *export)
{
	const struct list *list = export->state;
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->count; i++) {
		const struct entered *line = &list->items[i];
		char time[CLOCK_TEXT], took[CLOCK_TEXT] = "-", status[16] = "-";
		AUTO_FREE char *text = NULL;

		if (line->has_end)
			snprintf(took, sizeof took, "%.1fs", (double)line->took_us / CLOCK_US);
		if (line->has_status)
			snprintf(status, sizeof status, "%d", line->status);
		clock_local(export->tape->info->start_wall_us + line->t_us, time);
		if (asprintf(&text, "%s %8s %4s  %s\n", time, took, status, line->text) < 0)
			return 0;
		r = out_put_text(&export->out, text);
	}
	return r;
}

static void
done(struct export *export)
{
	struct list *list = export->state;

	for (size_t i = 0; list != NULL && i < list->count; i++)
		free(list->items[i].text);
	if (list != NULL)
		free(list->items);
	own_free(&export->state);
}

const struct export_format export_commands = { .name = "commands", .trail = true, .begin = begin, .event = take, .end = end, .done = done };
