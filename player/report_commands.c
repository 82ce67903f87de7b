/* SPDX-License-Identifier: ISC */
/* What was run, from the recordings: each is opened with the auditor's key, which is an act in the log as any other opening. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/agekey.h"
#include "lib/record/command.h"
#include "lib/record/event.h"
#include "player/report.h"
#include "player/tape.h"

static void
add(struct report *report, const struct report_session *session, int64_t time_us, char *text)
{
	if ((report->command_count & (report->command_count - 1)) == 0)
		report->commands = own_grow(report->commands, report->command_count == 0 ? 1 : 2 * report->command_count, sizeof *report->commands);
	report->commands[report->command_count++] = (struct report_command){ .session = session, .time_us = time_us, .text = text, .status = TABLE_NONE };
}

/* How a line of this session ended; `first` is its first line, and lines are numbered from 1. */
static void
add_end(struct report *report, size_t first, const struct rec_command_end *end)
{
	if (end->has_status && end->n >= 1 && end->n <= report->command_count - first)
		report->commands[first + end->n - 1].status = end->status;
}

static int
read_lines(struct report *report, const struct report_session *session, struct tape *tape)
{
	struct rec_command_end end;
	struct rec_command command;
	struct rec_event event;
	size_t first;
	int got;

	if (tape->meta.command[0] != '\0')
		add(report, session, tape->info->start_wall_us, own_dup(tape->meta.command));
	first = report->command_count;
	while ((got = rec_reader_next(tape->reader, &event)) == 1) {
		if (rec_event_read_command(&event, &command) == 0)
			add(report, session, tape->info->start_wall_us + event.t_us, text_clean(command.text, command.count));
		else if (event.kind == REC_COMMAND_END && rec_event_read_command_end(&event, &end) == 0)
			add_end(report, first, &end);
	}
	return tape_verdict(tape, tape->reader);
}

static int
ask_one(struct report *report, const struct report_session *session, struct age_ring *ring)
{
	AUTO_TAPE struct tape tape = { 0 };
	char id[ID_TEXT];
	const struct tape_ask ask = { id_text(&session->row->session, id), "report" };
	int r = tape_open_with(&tape, ring, report->cli, &ask);

	return r == STATUS_OK ? read_lines(report, session, &tape) : r;
}

/* Of the sample, if there is one; else of all that the filters let through. */
int
report_ask_commands(struct report *report)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	int worst = STATUS_OK;

	report->has_commands = true;
	for (size_t i = 0; i < report->session_count; i++) {
		const struct report_session *session = &report->sessions[i];
		const char *kept = session->row->trail[0] != '\0' ? session->row->trail : session->row->recording;
		bool is_there = kept[0] != '\0' && strcmp(kept, "expired") != 0;
		int r = STATUS_OK;

		if (session->is_wanted && is_there && (report->sample == 0 || session->is_drawn))
			r = ask_one(report, session, ring);
		if (r == STATUS_KEY)
			return r;
		worst = worst == STATUS_OK ? r : worst;
	}
	return worst;
}
