/* SPDX-License-Identifier: ISC */
/* What a report owns. */
#include "config.h"

#include <stdlib.h>

#include "player/report.h"

static void
free_messages(struct wire_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		wire_message_done(&messages[i]);
	free(messages);
}

void
report_done(struct report *report)
{
	for (size_t i = 0; i < report->session_count; i++)
		wire_message_done(&report->sessions[i].message);
	for (size_t i = 0; i < report->request_count; i++)
		wire_message_done(&report->requests[i].message);
	for (size_t i = 0; i < report->event_count; i++)
		wire_message_done(&report->events[i].message);
	for (size_t i = 0; i < report->command_count; i++)
		free(report->commands[i].text);
	for (int i = 0; i < REPORT_TABLES; i++)
		if (report->tables[i].kind != NULL)
			table_done(&report->tables[i]);
	free_messages(report->roles, report->role_count);
	free_messages(report->could, report->could_count);
	free(report->sessions);
	free(report->requests);
	free(report->events);
	free(report->commands);
	free(report->host);
	free(report->log.entries);
	free(report->log.leaves);
	free(report->log.key);
	free(report->log.note);
}
