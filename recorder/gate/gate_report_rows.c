/* SPDX-License-Identifier: ISC */
/* Rows of a report: sessions, requests with all that became of them, entries of the log. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/store/decision.h"
#include "lib/store/event.h"
#include "lib/store/glass.h"
#include "lib/store/grant.h"
#include "lib/store/recording.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_opening.h"
#include "recorder/gate/gate_report.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/peer.h"

#define TEXT_MOST	8000	/* bytes of an entry's text */
#define BY_MOST		1900
#define WORDS_EACH	6	/* of a decision */
#define WORDS_MOST	(WIRE_WORD_COUNT - WORDS_EACH)
#define ROW_BYTES	1024	/* about so many besides texts */

static struct page
page_of(const struct report_page *page)
{
	const struct peer_audit *audit = &page->peer->audit;

	return (struct page){ .from_us = audit->from_us, .end_us = audit->end_us, .after_us = page->after, .after = page->after_id,
		.limit = REPORT_PAGE };
}

/* Why it was asked for and who granted it, and the request itself. */
static void
fill_origin(struct gate *gate, struct wire_audit_session *row, char **reason, char **by)
{
	AUTO_REQUEST struct request request = { 0 };
	AUTO_BUF struct buf names = { .max = BY_MOST };
	struct grant grant;

	if (grant_get(gate->store, &row->grant, &grant) == 0) {
		row->request = grant.request;
		if (request_get(gate->store, &grant.request, &request) == 0)
			*reason = TAKE(request.reason, NULL);
		(void)gate_session_by(gate, &grant.request, &names);
	}
	*by = buf_text(&names);
}

static void
fill_recording(struct gate *gate, struct wire_audit_session *row, struct recording *recording)
{
	struct recording trail;

	if (recording_trail_get(gate->store, &row->session, &trail) == 0)
		row->trail = (char *)(uintptr_t)gate_audit_state(&trail);
	if (recording_get(gate->store, &row->session, recording) < 0)
		return;
	row->recording = (char *)(uintptr_t)gate_audit_state(recording);
	row->bytes = recording->file.bytes;
	if (recording->file.closed_us != 0)
		row->sha256 = (struct wire_bytes){ recording->file.sha256, sizeof recording->file.sha256 };
}

static int
put_session(void *ctx, const struct session *session)
{
	struct report_page *page = ctx;
	struct gate *gate = page->peer->gate;
	struct session copy = *session;
	struct recording recording = { .created_us = 0 };
	AUTO_FREE char *state = own_dup(session_state_names[session->state]);
	AUTO_FREE char *reason = NULL;
	AUTO_FREE char *by = NULL;
	AUTO_MASKED char **masked = gate_session_masked(gate, &session->id);
	struct wire_audit_session row = { .session = session->id, .grant = session->grant, .person = copy.person, .account = copy.account,
		.role = copy.role, .host = copy.host, .class = copy.class, .state = state, .started_us = session->clock.started.wall_us,
		.ended_us = session->end.at_us, .ends_us = session->clock.ends_us, .why = copy.end.why, .exit_status = session->end.status,
		.killed = session->end.killed, .survivors = session->end.survivors, .held = session->hold.by[0] != '\0', .masked = masked };

	fill_origin(gate, &row, &reason, &by);
	fill_recording(gate, &row, &recording);
	row.reason = reason;
	row.by = by;
	peer_put(page->peer, WIRE_AUDIT_SESSION, &row);
	page->after = row.started_us;
	page->after_id = row.session;
	return report_page_next(page, ROW_BYTES + (reason != NULL ? strlen(reason) : 0));
}

int
report_sessions(struct report_page *page)
{
	const struct page wanted = page_of(page);
	int r = session_page(page->peer->gate->store, &wanted, put_session, page);

	return r < 0 ? r : 0;
}

/* Words for wire_audit_request.decisions. */
struct words {
	char	**items;
	size_t	 count;
};

static void
words_done(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
}

static void
add_word(struct words *words, const char *text)
{
	words->items = own_grow(words->items, words->count + 2, sizeof *words->items);
	words->items[words->count++] = own_dup(text);
	words->items[words->count] = NULL;
}

static void
add_number(struct words *words, int64_t number)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, number);
	add_word(words, text);
}

/* By what. */
static const char *
vouched(const struct decision *decision)
{
	if (decision->signature_bytes > 0)
		return "signed";
	return decision->text_bytes > 0 ? "login" : decision->text_error == ERR_EXPIRED ? "expired" : "unsigned";
}

static int
add_decision(void *ctx, const struct decision *decision)
{
	struct words *words = ctx;

	if (words->count > WORDS_MOST)
		return 0;
	add_word(words, decision->person);
	add_word(words, verdict_names[decision->verdict]);
	add_number(words, decision->at_us);
	add_word(words, vouched(decision));
	add_number(words, decision->seconds);
	add_word(words, decision->comment != NULL ? decision->comment : "");
	return 0;
}

static int
fill_grant(struct gate *gate, struct wire_audit_request *row, struct grant *grant)
{
	int r = grant_of_request(gate->store, &row->request, grant);

	if (r == ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return r;
	row->grant = grant->id;
	row->granted_s = grant->seconds;
	row->grant_state = (char *)(uintptr_t)grant_state_names[grant->state];
	row->grant_why = grant->end.why;
	row->grant_by = grant->end.by;
	r = session_used(gate->store, &grant->id, gate_now(gate).wall_us, &row->used_s, &row->sessions);
	row->used_s = (row->used_s + 500000) / 1000000;
	return r;
}

static int
put_request(void *ctx, const struct request *request)
{
	struct report_page *page = ctx;
	struct gate *gate = page->peer->gate;
	struct request copy = *request;
	struct words words AUTO(words_done) = { 0 };
	AUTO_GLASS struct glass glass = { 0 };
	AUTO_FREE char *state = own_dup(request_state_names[request->state]);
	struct grant grant = { .seconds = 0 };
	char what[GATE_OPENING_WORDS];
	struct wire_audit_request row = { .request = request->id, .extends = request->extends, .person = copy.person, .account = copy.account,
		.role = gate_opening_what(request, what), .host = copy.host, .reason = copy.reason, .state = state, .closed_by = copy.end.closed_by, .of_role = copy.role,
		.seconds = request->seconds, .created_us = request->created_us, .closed_us = request->end.closed_us };
	int r = decision_list(gate->store, &request->id, add_decision, &words);

	if (r == 0)
		r = fill_grant(gate, &row, &grant);
	if (r < 0)
		return r;
	row.decisions = words.items;
	if (glass_get(gate->store, &request->id, &glass) == 0) {
		row.glass = true;
		row.reviewer = glass.reviewed_by;
		row.review = glass.comment;
		row.reviewed_us = glass.reviewed_us;
	}
	peer_put(page->peer, WIRE_AUDIT_REQUEST, &row);
	page->after = row.created_us;
	page->after_id = row.request;
	return report_page_next(page, ROW_BYTES + ROW_BYTES * words.count / WORDS_EACH);
}

int
report_requests(struct report_page *page)
{
	const struct page wanted = page_of(page);
	int r = request_page(page->peer->gate->store, &wanted, put_request, page);

	return r < 0 ? r : 0;
}

/* A text that is too long is cut between characters. */
static char *
text_of(const struct event *event)
{
	size_t count;

	if (event->text == NULL)
		return own_dup(event->text_error == ERR_EXPIRED ? "" : err_text(event->text_error));
	if (event->is_fact || event->type == LOG_SEGMENT)
		return own_dup("");
	count = event->text_bytes;
	if (count > TEXT_MOST)
		for (count = TEXT_MOST; count > 0 && ((uint8_t)event->text[count] & 0xc0) == 0x80; count--)
			;
	return text_clean(event->text, count);
}

static int
put_event(void *ctx, const struct event *event)
{
	struct report_page *page = ctx;
	AUTO_FREE char *type = own_dup(gate_log_name(event->type));
	AUTO_FREE char *text = text_of(event);
	struct event copy = *event;
	struct wire_audit_event row = { .seq = event->seq, .time_us = event->time_us, .number = event->type, .type = type,
		.subject = event->subject, .text = text, .expired = event->text == NULL && event->text_error == ERR_EXPIRED, .entry = { copy.entry, EVENT_ENTRY } };

	if (event->seq >= page->peer->audit.end)
		return 1;
	peer_put(page->peer, WIRE_AUDIT_EVENT, &row);
	page->after = event->seq + 1;
	return report_page_next(page, EVENT_ENTRY + 128 + strlen(text));
}

int
report_events(struct report_page *page)
{
	int64_t first = page->peer->audit.first;
	const struct event_filter filter = { .type = -1, .since = page->after > first ? page->after : first, .limit = REPORT_PAGE };
	int r = event_list(page->peer->gate->store, &filter, put_event, page);

	return r < 0 ? r : 0;
}
