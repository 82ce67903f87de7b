/* SPDX-License-Identifier: ISC */
/* What of a report is wanted: its filters, and the sample that a seed draws. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "player/report.h"

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || (c & 0x80) != 0;
}

bool
report_has_ticket(const char *text, const char *ticket)
{
	size_t count = strlen(ticket);

	for (const char *at = text; count > 0 && *at != '\0'; at++)
		if (strncasecmp(at, ticket, count) == 0 && (at == text || !is_word(at[-1]) || !is_word(at[0])) &&
		    (!is_word(at[count]) || !is_word(at[count - 1])))
			return true;
	return false;
}

/* What is in question; texts that have expired are empty. */
struct about {
	const char	*person, *role, *reason;
};

static bool
wants(struct report *report, const struct about *about)
{
	if (report->person != NULL && strcmp(about->person, report->person) != 0)
		return false;
	if (report->role != NULL && strcmp(about->role, report->role) != 0)
		return false;
	if (report->ticket == NULL)
		return true;
	report->unreadable += about->reason[0] == '\0';
	return report_has_ticket(about->reason, report->ticket);
}

void
report_draw(const char *seed, const struct id *session, uint8_t draw[32])
{
	char id[ID_TEXT];
	size_t length = strlen(seed);
	AUTO_FREE char *text = own_alloc(length + 1 + ID_TEXT);

	memcpy(text, seed, length);
	text[length] = '\n';
	memcpy(text + length + 1, id_text(session, id), ID_TEXT);
	secret_sha256(text, length + ID_TEXT, draw);
}

static int
by_draw(const void *a, const void *b)
{
	struct report_session *const *x = a, *const *y = b;

	return memcmp((*x)->draw, (*y)->draw, sizeof (*x)->draw);
}

static void
draw_sample(struct report *report)
{
	struct report_session **drawn = own_alloc((report->session_count + 1) * sizeof *drawn);
	size_t count = 0;

	for (size_t i = 0; i < report->session_count; i++) {
		struct report_session *session = &report->sessions[i];

		if (!session->is_wanted || session->is_earlier)
			continue;
		report_draw(report->seed, &session->row->session, session->draw);
		drawn[count++] = session;
	}
	qsort(drawn, count, sizeof *drawn, by_draw);
	for (size_t i = 0; i < count && (int64_t)i < report->sample; i++)
		drawn[i]->is_drawn = true;
	free(drawn);
}

/* Requests by their own id and by that of their grant. */
struct entry {
	struct id			 id;
	const struct report_request	*request;
};

static int
by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return memcmp(x->id.bytes, y->id.bytes, ID_BYTES);
}

static struct entry *
index_requests(const struct report *report)
{
	struct entry *index = own_alloc((2 * report->request_count + 1) * sizeof *index);

	for (size_t i = 0; i < report->request_count; i++) {
		const struct report_request *request = &report->requests[i];

		index[2 * i] = (struct entry){ request->row->request, request };
		index[2 * i + 1] = (struct entry){ id_is_zero(&request->row->grant) ? request->row->request : request->row->grant, request };
	}
	qsort(index, 2 * report->request_count, sizeof *index, by_id);
	return index;
}

/* With filters only what belongs to something that they let through. */
static void
pick_events(struct report *report)
{
	bool has_filter = report->person != NULL || report->role != NULL || report->ticket != NULL;
	struct entry *index = index_requests(report);

	for (size_t i = 0; i < report->event_count; i++) {
		struct report_event *event = &report->events[i];
		const struct entry key = { .id = event->row->subject }, *found = NULL;

		if (event->session == NULL && report->request_count > 0)
			found = bsearch(&key, index, 2 * report->request_count, sizeof key, by_id);
		event->request = found != NULL ? found->request : NULL;
		event->is_wanted = !has_filter || (event->session != NULL && event->session->is_wanted) ||
		    (event->request != NULL && event->request->is_wanted);
	}
	free(index);
}

void
report_pick(struct report *report)
{
	for (size_t i = 0; i < report->session_count; i++) {
		struct report_session *session = &report->sessions[i];
		const struct about about = { session->row->person, session->row->role, session->row->reason };

		session->is_wanted = wants(report, &about);
		report->population += session->is_wanted && !session->is_earlier;
	}
	for (size_t i = 0; i < report->request_count; i++) {
		struct report_request *request = &report->requests[i];
		const struct about about = { request->row->person, request->row->of_role, request->row->reason };

		request->is_wanted = wants(report, &about);
	}
	pick_events(report);
	if (report->sample > 0)
		draw_sample(report);
}
