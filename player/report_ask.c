/* SPDX-License-Identifier: ISC */
/* Gathers a report from the gate, page by page. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/proof/pin.h"
#include "lib/store/event.h"
#include "player/report.h"

_Static_assert(REPORT_ENTRY == EVENT_ENTRY, "an entry is what it is");

const char *const report_version_names[REPORT_VERSIONS] = { "policy", "roster", "members" };

/* One more item behind `count`; the array doubles when the count is a power of two. */
static void *
grown(void *items, size_t count, size_t size)
{
	return (count & (count - 1)) == 0 ? own_grow(items, count == 0 ? 1 : 2 * count, size) : items;
}

static void
take_session(struct report *report, struct wire_message *message)
{
	struct report_session *session;

	report->sessions = grown(report->sessions, report->session_count, sizeof *report->sessions);
	session = &report->sessions[report->session_count++];
	*session = (struct report_session){ .message = TAKE(*message, (struct wire_message){ 0 }), .entered = -1, .ended = -1 };
	session->row = session->message.fields;
	session->is_earlier = session->row->started_us < report->from_us;
}

static void
take_request(struct report *report, struct wire_message *message)
{
	struct report_request *request;

	report->requests = grown(report->requests, report->request_count, sizeof *report->requests);
	request = &report->requests[report->request_count++];
	*request = (struct report_request){ .message = TAKE(*message, (struct wire_message){ 0 }) };
	request->row = request->message.fields;
}

static void
keep_entry(struct report_log *log, const struct wire_audit_event *row)
{
	if (log->count == log->room) {
		log->room = log->room == 0 ? 1024 : 2 * log->room;
		log->entries = own_grow(log->entries, log->room, REPORT_ENTRY);
		log->leaves = own_grow(log->leaves, log->room, sizeof *log->leaves);
	}
	memset(log->entries + log->count * REPORT_ENTRY, 0, REPORT_ENTRY);
	memcpy(log->entries + log->count * REPORT_ENTRY, row->entry.data, row->entry.count < REPORT_ENTRY ? row->entry.count : REPORT_ENTRY);
	tree_leaf(log->entries + log->count * REPORT_ENTRY, REPORT_ENTRY, log->leaves[log->count]);
	log->count++;
}

/* Of segments and the like nothing but the entry is needed. */
static void
take_event(struct report *report, struct wire_message *message)
{
	const struct wire_audit_event *row = message->fields;
	struct report_event *event;

	if (row->seq < report->log.end)
		keep_entry(&report->log, row);
	if (row->number == EVENT_SEGMENT)
		return;
	report->events = grown(report->events, report->event_count, sizeof *report->events);
	event = &report->events[report->event_count++];
	*event = (struct report_event){ .message = TAKE(*message, (struct wire_message){ 0 }) };
	event->row = event->message.fields;
}

static void
take_could(struct report *report, struct wire_message *message)
{
	report->could = grown(report->could, report->could_count, sizeof *report->could);
	report->could[report->could_count++] = TAKE(*message, (struct wire_message){ 0 });
}

/* What is asked page by page. */
struct paging {
	struct report	*report;
	enum wire_kind	 question, row;
	void		(*take)(struct report *report, struct wire_message *message);
	char		*what;
	int64_t		 at_us, after;	/* of WIRE_COULD */
};

static int
ask_page(const struct paging *paging, struct wire_page_end *end)
{
	struct client *client = paging->report->client;
	struct wire_page page = { .what = paging->what, .after = end->after, .after_id = end->after_id };
	struct wire_could could = { .at_us = paging->at_us, .after = end->after };
	int r = wire_send(&client->conn, paging->question, paging->question == WIRE_COULD ? (void *)&could : (void *)&page);

	if (r < 0)
		return client_lost(client, r);
	for (;;) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		r = client_wait(client, &message);
		if (r != 0)
			return r;
		if (message.kind == WIRE_PAGE_END) {
			*end = *(const struct wire_page_end *)message.fields;
			return 0;
		}
		if (message.kind != (unsigned)paging->row)
			return client_lost(client, ERR_MSG_REFUSED);
		paging->take(paging->report, &message);
	}
}

static int
ask_pages(const struct paging *paging)
{
	struct wire_page_end end = { .more = true, .after = paging->after };
	int r = 0;

	while (r == 0 && end.more)
		r = ask_page(paging, &end);
	return r;
}

/* Where the answer to WIRE_AUDIT goes. */
struct answer {
	struct report	*report;
	struct buf	*proof;	/* the way from the head that is known; NULL: not asked for */
};

static int
take_audit(struct client *client, const void *fields, void *user)
{
	const struct wire_audit_row *row = fields;
	const struct answer *answer = user;
	struct report *report = answer->report;
	struct report_log *log = &report->log;

	(void)client;
	if (answer->proof != NULL && buf_add(answer->proof, row->proof.data, row->proof.count) < 0)
		return STATUS_FAILED;
	free(report->host);
	free(log->key);
	free(log->note);
	report->host = own_dup(row->host);
	report->from_us = row->from_us;
	report->end_us = row->end_us;
	if (report->entry == 0)
		report->entry = row->entry;
	log->first = row->first;
	log->end = row->end < row->size ? row->end : row->size;
	if (log->first > log->end)
		log->first = log->end;
	log->unsigned_entries = row->unsigned_entries;
	log->key = own_dup(row->log);
	log->note = strndup((const char *)row->note.data, row->note.count);
	log->range = (struct range){ .first = (uint64_t)log->first, .end = (uint64_t)log->end, .size = (uint64_t)row->size,
		.left_count = row->left.count / TREE_HASH, .right_count = row->right.count / TREE_HASH };
	if (log->range.left_count > RANGE_HASHES || log->range.right_count > RANGE_HASHES)
		return cli_fail(report->cli, STATUS_FAILED, "the gate's proof is too long");
	memcpy(log->range.left, row->left.data, log->range.left_count * TREE_HASH);
	memcpy(log->range.right, row->right.data, log->range.right_count * TREE_HASH);
	return 0;
}

static int
ask_audit(struct report *report, struct wire_audit *question, struct buf *proof)
{
	struct answer answer = { report, proof };

	return client_ask(report->client, WIRE_AUDIT, question, WIRE_AUDIT_ROW, take_audit, &answer);
}

static int
role_kept(struct client *client, const void *fields, void *user)
{
	const struct wire_role *row = fields;
	struct report *report = user;
	struct wire_role *copy = own_alloc(sizeof *copy);

	(void)client;
	copy->role = own_dup(row->role);
	copy->about = own_dup(row->about);
	copy->asks = own_dup(row->asks);
	report->roles = grown(report->roles, report->role_count, sizeof *report->roles);
	report->roles[report->role_count++] = (struct wire_message){ .kind = WIRE_ROLE, .fields = copy };
	return 0;
}

/* What the log will say about this report: its filters, in words. The caller frees it. */
static char *
words_of(const struct report *report)
{
	AUTO_BUF struct buf words = { .max = 1024 };
	const struct { const char *name, *value; } filters[] = {
		{ "person", report->person }, { "role", report->role }, { "ticket", report->ticket },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof filters / sizeof filters[0]; i++)
		if (filters[i].value != NULL)
			r = buf_addf(&words, "%s%s %s", buf_len(&words) > 0 ? ", " : "", filters[i].name, filters[i].value);
	if (r == 0 && report->could_us != 0)
		(void)buf_addf(&words, "%swho could do what", buf_len(&words) > 0 ? ", " : "");
	return buf_text(&words);
}

/*
 * The head must be signed and have grown from the one that was seen here last. Through a login nothing is kept on this machine, so
 * only the signature counts there.
 */
static int
check_head(struct report *report, struct wire_audit *question)
{
	AUTO_PIN struct pin pin = { 0 };
	AUTO_BUF struct buf note = { .max = NOTE_MOST }, proof = { .max = NOTE_MOST };
	struct client *client = report->client;
	struct report_log *log = &report->log;
	char why[PIN_WHY];
	int r;

	if (log->key[0] == '\0' || getenv("POSTERN_LOGIN") != NULL)
		return 0;
	r = pin_open(log->key, &pin, why);
	if (r == 0 && pin.head.size > 0) {
		log->was_known = true;
		log->known_size = (int64_t)pin.head.size;
		question->known = log->known_size;
		question->from_us = report->from_us;
		question->end_us = report->end_us;
		r = ask_audit(report, question, &proof);
		if (r != 0)
			return r;
	}
	if (r == 0)
		r = buf_add_text(&note, log->note);
	if (r == 0)
		r = pin_advance(&pin, &note, &proof, why);
	return r < 0 ? cli_fail(client->cli, STATUS_RESIGNED, "%s", why) : 0;
}

/* The note's own signature, as nobody else may have looked at it. */
static int
read_head(struct report *report)
{
	struct report_log *log = &report->log;
	struct note_key key;
	struct note note;
	int r;

	if (log->key[0] == '\0')
		return 0;
	r = note_key_parse(log->key, &key);
	if (r == 0)
		r = note_parse(log->note, strlen(log->note), &note);
	if (r == 0)
		r = note_verify(&note, &key, NULL);
	if (r == 0)
		r = checkpoint_parse(note.text, note.text_bytes, &log->checkpoint);
	if (r == 0 && (strcmp(log->checkpoint.origin, key.name) != 0 || log->checkpoint.head.size != log->range.size))
		r = ERR_NOTE;
	return r < 0 ? cli_fail(report->cli, STATUS_RESIGNED, "the gate's head of the log is not signed as it should be: %s", err_text(r)) : 0;
}

int
report_ask(struct report *report)
{
	AUTO_FREE char *what = words_of(report), *reason = own_dup(report->reason);
	struct wire_audit question = { .from_us = report->from_us, .end_us = report->end_us, .what = what, .reason = reason };
	struct wire_roles roles = { .all = true };
	const struct paging pagings[] = {
		{ report, WIRE_PAGE, WIRE_AUDIT_SESSION, take_session, (char[]){ WIRE_PAGE_SESSIONS }, 0, 0 },
		{ report, WIRE_PAGE, WIRE_AUDIT_REQUEST, take_request, (char[]){ WIRE_PAGE_REQUESTS }, 0, 0 },
		{ report, WIRE_PAGE, WIRE_AUDIT_EVENT, take_event, (char[]){ WIRE_PAGE_EVENTS }, 0, 0 },
	};
	int r = ask_audit(report, &question, NULL);

	if (r == 0)
		r = check_head(report, &question);
	if (r == 0)
		r = read_head(report);
	for (size_t i = 0; r == 0 && i < sizeof pagings / sizeof pagings[0]; i++)
		r = ask_pages(&pagings[i]);
	return r == 0 ? client_ask(report->client, WIRE_ROLES, &roles, WIRE_ROLE, role_kept, report) : r;
}

int
report_ask_could(struct report *report)
{
	const struct paging paging = { report, WIRE_COULD, WIRE_COULD_ROW, take_could, NULL, report->could_us, 0 };

	return ask_pages(&paging);
}

static void
take_version(struct report *report, struct wire_message *message)
{
	const struct wire_could_row *row = message->fields;

	for (int i = 0; i < REPORT_VERSIONS; i++)
		if (strcmp(row->what, report_version_names[i]) == 0)
			snprintf(report->versions[i], sizeof report->versions[i], "%.64s", row->who);
}

int
report_ask_versions(struct report *report, int64_t at_us)
{
	const struct paging paging = { report, WIRE_COULD, WIRE_COULD_ROW, take_version, NULL, at_us, WIRE_COULD_VERSIONS };

	memset(report->versions, 0, sizeof report->versions);
	return ask_pages(&paging);
}
