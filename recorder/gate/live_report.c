/* SPDX-License-Identifier: ISC */
/* What workers report, into the log: many reports are one transaction, and are acknowledged when that is on the disk. */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/event.h"
#include "lib/store/recording.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_guard.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/live.h"
#include "recorder/gate/live_report.h"
#include "recorder/gate/peer.h"

#define WAIT_MS		10		/* at most; what comes meanwhile shares one wait for the disk */
#define BUSY_US		(2 * CLOCK_US)	/* nobody new enters so long after the queue was full */

struct live_waiting {
	struct id		 session;
	struct wire_message	 message;
	int			 result;
};

/*
 * A worker is believed about times between its session's start and now. Retention counts from an end and is held up by
 * the newest entry of the log: neither an end long ago nor an entry far ahead may come from a process that hears
 * hostile bytes.
 */
static int64_t
report_time(const struct live *live, const struct wire_report *report)
{
	int64_t now = gate_now(live->gate).wall_us;
	int64_t at = report->time_us < now ? report->time_us : now;

	return at > live->session.clock.started.wall_us ? at : live->session.clock.started.wall_us;
}

static enum log_type
report_type(const char *type)
{
	if (strcmp(type, "segment") == 0)
		return LOG_SEGMENT;
	if (strcmp(type, "trail-segment") == 0)
		return LOG_TRAIL_SEGMENT;
	if (strcmp(type, "masked") == 0)
		return LOG_MASKED;
	return strcmp(type, "running") == 0 ? LOG_SESSION_STARTED : LOG_SESSION;
}

static int
close_recording(struct live *live, const struct wire_report *report)
{
	int64_t at = report_time(live, report);
	struct recording_file file = { .closed_us = at, .bytes = report->a, .duration_us = at - live->session.clock.started.wall_us };

	if (report->sha256.count == sizeof file.sha256)
		memcpy(file.sha256, report->sha256.data, sizeof file.sha256);
	return (report_type(report->type) == LOG_TRAIL_SEGMENT ? recording_trail_close : recording_close)(live->gate->store, &live->session.id, &file);
}

/* The worker's reasons are words with spaces; the catalogue takes a-z and '-'. */
static void
set_why(struct session_end *end, const char *text)
{
	snprintf(end->why, sizeof end->why, "%s", text[0] != '\0' ? text : "ended");
	for (char *c = end->why; *c != '\0'; c++)
		if ((*c < 'a' || *c > 'z') && (*c < '0' || *c > '9'))
			*c = '-';
}

static const struct session_end *
report_end(struct live *live, const struct wire_report *report, struct session_end *end)
{
	*end = (struct session_end){ .status = (int)report->a, .killed = report->b, .survivors = report->c,
		.at_us = report_time(live, report) };
	set_why(end, report->text);
	return end;
}

/* What people should see beside the session while it lasts. */
static void
note_trouble(struct live *live, const struct wire_report *report)
{
	if (strcmp(report->type, "away") == 0 || strcmp(report->type, "back") == 0)
		live->away = report->type[0] == 'a';
	if (strcmp(report->type, "frozen") == 0)
		snprintf(live->frozen, sizeof live->frozen, "frozen %.110s", report->text);
	else if (strcmp(report->type, "thawed") == 0)
		live->frozen[0] = '\0';
	if (strcmp(report->type, "guard-asked") == 0 || strcmp(report->type, "guarded") == 0)
		gate_guard_note(live, report);
	if (strcmp(report->type, "disk-full") == 0)
		snprintf(live->trouble, sizeof live->trouble, "its recording cannot be written (%s): input and output are held", report->text);
	else if (strcmp(report->type, "trail-mismatch") == 0)
		snprintf(live->trouble, sizeof live->trouble, "ALERT: %s", report->text);
	else if (strcmp(report->type, "disk-space") == 0)
		live->trouble[0] = '\0';
}

/* "RULE=COUNT" of each rule: gate_session_masked() finds them again. */
static int
log_masked(struct live *live, const struct log_entry *entry, const struct wire_report *report)
{
	if (report->b == 0)
		return gate_log(live->gate, entry, "%s", report->text);
	return gate_log(live->gate, entry, "%s (%" PRId64 " of their characters stood on the screen for a moment, %" PRId64 " ms at most)",
	    report->text, report->b, report->c / 1000);
}

/* Into the log, once: a report repeated after a restart of the gate is known by its number. */
static int
log_report(struct live *live, const struct wire_report *report)
{
	const struct log_entry entry = { .type = report_type(report->type), .subject = live->session.id, .number = report->n,
		.time_us = report_time(live, report), .unit = live->session.texts_unit };
	const char *colon = report->text[0] != '\0' ? ": " : "";
	char sha256[2 * SECRET_SHA256 + 1] = "";
	AUTO_FREE char *text = NULL;

	if (report->sha256.count == SECRET_SHA256)
		id_hex(report->sha256.data, SECRET_SHA256, sha256);
	if (entry.type == LOG_SEGMENT || entry.type == LOG_TRAIL_SEGMENT)
		return gate_log(live->gate, &entry, "%s%s%s: %" PRId64 " bytes so far, SHA-256 %s", report->type, colon, report->text, report->a, sha256);
	if (entry.type == LOG_MASKED)
		return log_masked(live, &entry, report);
	/* The worker has done the same already; but it hears what the session says, and this is for good. */
	text = gate_mask_text(live->gate, live->session.role, report->text);
	if (strcmp(report->type, "file") == 0 && report->b != 0)
		return gate_log(live->gate, &entry, "%s%s%s, %" PRId64 " bytes, SHA-256 %s", report->type, colon, text, report->a,
		    sha256[0] != '\0' ? sha256 : "not known: it came in pieces");
	if (strcmp(report->type, "ended") == 0)
		return gate_log(live->gate, &entry, "%s%s%s: exit status %" PRId64 ", %" PRId64 " killed, %" PRId64 " survivors", report->type,
		    colon, text, report->a, report->b, report->c);
	if (report->a != 0 && strcmp(report->type, "receipt") != 0)	/* its text has the numbers */
		return gate_log(live->gate, &entry, "%s%s%s (%" PRId64 ")", report->type, colon, text, report->a);
	return gate_log(live->gate, &entry, "%s%s%s", report->type, colon, text);
}

static bool
is_segment(const struct wire_report *report)
{
	return report_type(report->type) == LOG_SEGMENT || report_type(report->type) == LOG_TRAIL_SEGMENT;
}

/* What a report means for the catalogue besides its entry. */
static int
apply(struct live *live, const struct wire_report *report)
{
	struct store *store = live->gate->store;

	if (strcmp(report->type, "running") == 0)
		return session_started(store, &live->session.id, live->session.worker_pid, live->session.warden_pid);
	if (strcmp(report->type, "frozen") == 0 || strcmp(report->type, "thawed") == 0)
		return session_turn(store, &live->session.id, report->type[0] == 'f' ? SESSION_FROZEN : SESSION_RUNNING);
	if (is_segment(report) && strcmp(report->text, "complete") == 0)
		return close_recording(live, report);
	return 0;
}

static bool
is_end(const struct wire_report *report)
{
	return strcmp(report->type, "ended") == 0;
}

/* Inside the transaction. Negative: it is not in the log. */
static int
take_in(struct live *live, const struct wire_report *report)
{
	int r;

	note_trouble(live, report);
	/* What is not in the log is not acknowledged, nor what comes after it: the worker says all of it again. */
	r = live->behind ? ERR_STORE_BUSY : log_report(live, report);
	if (r >= 0 && is_end(report))
		r = live_finish(live, report_end(live, report, &(struct session_end){ 0 }));
	if (r < 0) {
		live->behind = true;
		return r;
	}
	r = apply(live, report);
	if (r < 0 && r != ERR_LAPSED)
		log_warn("a report of a worker is not in the catalogue: %s", err_text(r));
	return 0;
}

/* All of them into one transaction; `result` of each is 0 or why it is not there. */
static void
take_all_in(struct gate *gate, struct live_waiting *waiting, unsigned count)
{
	AUTO_TXN struct txn txn = { 0 };
	int r = gate_store(gate);

	if (r == 0)
		r = txn_begin(&txn, gate->store);
	for (unsigned i = 0; i < count; i++) {
		struct live *live = live_find(gate, &waiting[i].session);

		waiting[i].result = live == NULL ? ERR_PEER_GONE : r < 0 ? r : take_in(live, waiting[i].message.fields);
	}
	if (r == 0)
		r = txn_commit(&txn);
	for (unsigned i = 0; i < count && r < 0; i++)
		waiting[i].result = r;
}

static void
answer(struct gate *gate, const struct live_waiting *waiting)
{
	const struct wire_report *report = waiting->message.fields;
	struct wire_ack ack = { .n = report->n };
	struct live *live = live_find(gate, &waiting->session);

	if (live == NULL)
		return;
	if (waiting->result < 0)
		live->behind = true;
	else
		live_put(live, WIRE_ACK, &ack);
	if (waiting->result == 0 && is_end(report))
		live_leave(live);
	else
		peers_changed(gate, "session", &waiting->session);
}

void
live_reports_write(struct gate *gate)
{
	unsigned count = TAKE(gate->reports.count, 0);
	struct live_waiting *waiting = TAKE(gate->reports.waiting, NULL);

	if (count > 0)
		take_all_in(gate, waiting, count);
	for (unsigned i = 0; i < count; i++) {
		answer(gate, &waiting[i]);
		wire_message_done(&waiting[i].message);
	}
	free(waiting);
}

static void
on_due(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	live_reports_write(user);
}

void
live_reports_add(struct live *live, struct wire_message *message)
{
	static const struct timeval wait = { 0, WAIT_MS * 1000 };
	struct gate *gate = live->gate;
	struct gate_reports *reports = &gate->reports;

	if (reports->due == NULL)
		reports->due = event_new(gate->base, -1, 0, on_due, gate);
	if (reports->due == NULL)
		log_fatal("out of memory");
	if (reports->waiting == NULL)
		reports->waiting = own_grow(NULL, LIVE_REPORTS_MOST, sizeof *reports->waiting);
	if (reports->count == 0)
		event_add(reports->due, &wait);
	reports->waiting[reports->count++] = (struct live_waiting){ .session = live->session.id, .message = TAKE(*message, (struct wire_message){ 0 }) };
	if (reports->count < LIVE_REPORTS_MOST)
		return;
	reports->full_boot_us = clock_boot_us();
	live_reports_write(gate);
}

bool
live_reports_are_full(const struct gate *gate)
{
	return gate->reports.full_boot_us != 0 && clock_boot_us() - gate->reports.full_boot_us < BUSY_US;
}

void
live_reports_done(struct gate *gate)
{
	live_reports_write(gate);
	if (gate->reports.due != NULL)
		event_free(gate->reports.due);
	gate->reports.due = NULL;
}
