/* SPDX-License-Identifier: ISC */
/* Workers of running sessions: what they report goes into the catalogue once, whoever was away in between. */
#include "config.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/event.h"
#include "lib/store/recording.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_extend.h"
#include "recorder/gate/gate_guard.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/remains.h"
#include "recorder/gate/who.h"

#define OUT_MOST	(256u * 1024)
#define RECONNECTS	3
#define HEAR_ONCE	16u	/* messages of one worker in one turn of the loop: each may wait for the disk */
#define OVERDUE_S	30	/* a worker that has not said anything by then never will */

static void
live_free(struct live *live)
{
	struct live **link = &live->gate->sessions;

	while (*link != live)
		link = &(*link)->next;
	*link = live->next;
	who_forget_user(live->gate, live);
	if (live->readable != NULL)
		event_free(live->readable);
	if (live->writable != NULL)
		event_free(live->writable);
	event_free(live->overdue);
	wire_conn_done(&live->conn);
	free(live->wish.reason);
	free(live);
}

struct live *
live_find(struct gate *gate, const struct id *id)
{
	for (struct live *l = gate->sessions; l != NULL; l = l->next)
		if (id_equal(&l->session.id, id))
			return l;
	return NULL;
}

void
live_forget_peer(struct gate *gate, const struct peer *peer)
{
	for (struct live *l = gate->sessions; l != NULL; l = l->next)
		if (l->client == peer)
			l->client = NULL;
}

/* The first end counts. */
static int
finish(struct live *live, const struct session_end *end)
{
	struct gate *gate = live->gate;
	const struct id *id = &live->session.id;
	int r = gate_store(gate);

	if (r == 0)
		r = session_finish(gate->store, id, end);
	if (r == 0)
		gate_say(gate, LOG_SESSION_ENDED, id, "%s's session as %s ended: %s; exit status %d, %" PRId64 " killed, %" PRId64 " survivors",
		    live->session.person, live->session.role, end->why, end->status, end->killed, end->survivors);
	if (r < 0)
		log_error("the end of a session is not in the catalogue: %s", err_text(r));
	return r;
}

static void
leave(struct live *live)
{
	struct gate *gate = live->gate;
	struct id id = live->session.id;

	live_free(live);
	peers_changed(gate, "session", &id);
}

void
live_end(struct live *live, const struct session_end *end)
{
	(void)finish(live, end);
	leave(live);
}

/* Without a word of its end: only the processes are known to be gone. */
static void
live_lost(struct live *live, const char *why)
{
	struct session_end end = { .status = -1, .killed = 0, .survivors = -1, .at_us = gate_now(live->gate).wall_us };
	struct remains remains;
	char text[REMAINS_TEXT];

	snprintf(end.why, sizeof end.why, "%s", why);
	remains_look(live->gate, &live->session.id, &remains);
	gate_say(live->gate, LOG_SESSION_LOST, &live->session.id, "the recorder of %s's session as %s went without a word; %s",
	    live->session.person, live->session.role, remains_text(&remains, text));
	if (remains.is_complete)
		remains_close(live->gate, &live->session.id, live->session.clock.started.wall_us);
	if (live->client != NULL) {
		peer_fail(live->client, STATUS_FAILED, "the session could not be started");
		peer_drop(live->client, NULL);
	}
	live_end(live, &end);
}

static void
push(struct live *live)
{
	int r = wire_flush(&live->conn);

	if (r == 0 && wire_wants_write(&live->conn))
		event_add(live->writable, NULL);
	/* An error shows itself on the reading side too; it is handled there. */
}

void
live_put(struct live *live, enum wire_kind kind, const void *fields)
{
	int r = live->conn.fd >= 0 ? wire_put(&live->conn, kind, fields) : ERR_PEER_GONE;

	if (r < 0)
		log_error("cannot say '%s' to a worker: %s", wire_name(kind), err_text(r));
	else
		push(live);
}

/* ---- what a worker says ------------------------------------------------------------------------------------------ */

static int
on_envelope(struct live *live, const void *fields)
{
	const struct wire_envelope *envelope = fields;
	struct wire_go go = { .on = true };
	int r = gate_store(live->gate);

	if (r == 0)
		r = recording_create(live->gate->store, &live->session.id, envelope->age.data, envelope->age.count, clock_wall_us());
	if (r < 0) {
		log_error("an envelope could not be kept: %s; the session will not begin", err_text(r));
		return r;
	}
	live_put(live, WIRE_GO, &go);
	return 0;
}

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

static int
close_recording(struct live *live, const struct wire_report *report)
{
	int64_t at = report_time(live, report);
	struct recording_file file = { .closed_us = at, .bytes = report->a, .duration_us = at - live->session.clock.started.wall_us };

	if (report->sha256.count == sizeof file.sha256)
		memcpy(file.sha256, report->sha256.data, sizeof file.sha256);
	return recording_close(live->gate->store, &live->session.id, &file);
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

static int
note_end(struct live *live, const struct wire_report *report)
{
	struct session_end end = { .status = (int)report->a, .killed = report->b, .survivors = report->c,
		.at_us = report_time(live, report) };

	set_why(&end, report->text);
	return finish(live, &end);
}

static enum log_type
report_type(const char *type)
{
	if (strcmp(type, "segment") == 0)
		return LOG_SEGMENT;
	if (strcmp(type, "masked") == 0)
		return LOG_MASKED;
	return strcmp(type, "running") == 0 ? LOG_SESSION_STARTED : LOG_SESSION;
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
	if (strcmp(report->type, "segment") == 0)
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

static int
on_report(struct live *live, const void *fields)
{
	const struct wire_report *report = fields;
	bool is_end = strcmp(report->type, "ended") == 0;
	struct wire_ack ack = { .n = report->n };
	int r;

	note_trouble(live, report);
	/* What is not in the log is not acknowledged, nor what comes after it: the worker says all of it again. */
	r = live->behind ? ERR_STORE_BUSY : log_report(live, report);
	if (r >= 0 && is_end)
		r = note_end(live, report);
	if (r < 0) {
		live->behind = true;
		peers_changed(live->gate, "session", &live->session.id);
		return 0;
	}
	if (strcmp(report->type, "running") == 0)
		r = session_started(live->gate->store, &live->session.id, live->session.worker_pid, live->session.warden_pid);
	if (strcmp(report->type, "frozen") == 0 || strcmp(report->type, "thawed") == 0)
		r = session_turn(live->gate->store, &live->session.id, report->type[0] == 'f' ? SESSION_FROZEN : SESSION_RUNNING);
	if (strcmp(report->type, "segment") == 0 && strcmp(report->text, "complete") == 0)
		r = close_recording(live, report);
	if (r < 0 && r != ERR_LAPSED)
		log_warn("a report of a worker is not in the catalogue: %s", err_text(r));
	live_put(live, WIRE_ACK, &ack);
	if (is_end)
		leave(live);	/* the caller looks for it again */
	else
		peers_changed(live->gate, "session", &live->session.id);
	return 0;
}

static int
on_status_row(struct live *live, const void *fields)
{
	const struct wire_status_row *row = fields;

	if (!id_equal(&row->session, &live->session.id))
		return ERR_MSG_REFUSED;
	if (live->active_us != row->active_us)
		peers_changed(live->gate, "session", &live->session.id);
	live->active_us = row->active_us;
	live->away = strcmp(row->state, "away") == 0;
	live->output_bytes = row->output_bytes;
	live->cols = row->cols;
	live->rows = row->rows;
	return 0;
}

/* clang-format off */
static int (*const rules[WIRE_KINDS])(struct live *live, const void *fields) = {
	[WIRE_ENVELOPE]		= on_envelope,
	[WIRE_REPORT]		= on_report,
	[WIRE_STATUS_ROW]	= on_status_row,
	[WIRE_WISH]		= gate_extend_wish,
};
/* clang-format on */

/* 1 if a message was handled, 0 if there is none, negative: the connection is not worth keeping. */
static int
hear_one(struct live *live)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	int r = wire_next(&live->conn, &message);

	if (r <= 0)
		return r;
	if (rules[message.kind] == NULL)
		return ERR_MSG_REFUSED;
	event_del(live->overdue);
	r = rules[message.kind](live, message.fields);
	return r < 0 ? r : 1;
}

/* 1: its turn is over though there is more, 0: nothing is left (or that was its end, and it is freed), or negative. */
static int
hear_turn(struct live *live)
{
	static const struct timeval next_turn = { 0, 0 };
	struct gate *gate = live->gate;
	struct id id = live->session.id;

	for (unsigned heard = 0; heard < HEAR_ONCE; heard++) {
		int r = hear_one(live);

		if (r <= 0 || live_find(gate, &id) == NULL)
			return r < 0 ? r : 0;
		live->reconnects = 0;	/* only what made sense counts */
	}
	event_add(live->readable, &next_turn);
	return 1;
}

static int	reconnect(struct live *live);

static void
on_readable(evutil_socket_t fd, short what, void *user)
{
	struct live *live = user;
	int r;

	(void)fd;
	if ((what & EV_TIMEOUT) != 0)
		event_add(live->readable, NULL);	/* libevent has taken it off when its next turn came by the timer */
	r = wire_fill(&live->conn);
	if (r >= 0)
		r = hear_turn(live);
	if (r >= 0)
		return;
	if (r != ERR_PEER_GONE)
		log_error("a worker's connection is closed: %s", err_text(r));
	/* A worker that lives listens; one that keeps hanging up is as good as dead. */
	if (live->reconnects++ >= RECONNECTS || reconnect(live) < 0)
		live_lost(live, "recorder-died");
}

static void
on_writable(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	push(user);
}

static void
on_overdue(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	struct live *live = user;

	live_lost(live, live->session.state == SESSION_STARTING ? "not-started" : "recorder-died");
}

static void
attach(struct live *live, int fd)
{
	struct event_base *base = live->gate->base;

	if (live->readable != NULL)
		event_free(live->readable);
	if (live->writable != NULL)
		event_free(live->writable);
	wire_conn_done(&live->conn);
	wire_conn_init(&live->conn, fd, WIRE_WORKER_TO_GATE, OUT_MOST);
	live->conn.phase = WIRE_PHASE_KNOWN;
	fdio_nonblock(fd, true);
	live->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, live);
	live->writable = event_new(base, fd, EV_WRITE, on_writable, live);
	if (live->readable == NULL || live->writable == NULL)
		log_fatal("out of memory");
	event_add(live->readable, NULL);
}

static int
reconnect(struct live *live)
{
	char id[ID_TEXT];
	AUTO_FREE char *path = place_path(live->gate->daemon.place.run, "w", id_text(&live->session.id, id));
	char program[] = "postern-gate";
	struct wire_hello hello = { .version = WIRE_VERSION, .program = program };
	int fd = fdio_connect(path);

	if (fd < 0)
		return fd;
	attach(live, fd);
	live->behind = false;
	live_put(live, WIRE_HELLO, &hello);
	return 0;
}

static struct live *
live_alloc(struct gate *gate, const struct session *session)
{
	static const struct timeval limit = { OVERDUE_S, 0 };
	struct live *live = own_alloc(sizeof *live);

	*live = (struct live){ .gate = gate, .next = gate->sessions, .session = *session, .conn = { .fd = -1 },
		.active_us = session->clock.started.wall_us, .cols = (uint32_t)session->columns, .rows = (uint32_t)session->lines };
	live->overdue = event_new(gate->base, -1, 0, on_overdue, live);
	if (live->overdue == NULL)
		log_fatal("out of memory");
	event_add(live->overdue, &limit);
	gate->sessions = live;
	return live;
}

struct live *
live_new(struct gate *gate, const struct session *session, int fd)
{
	struct live *live = live_alloc(gate, session);

	attach(live, fd);
	return live;
}

/* ---- after a start of the gate ------------------------------------------------------------------------------------- */

struct found {
	struct session	*items;
	size_t		 count;
};

static int
collect(void *ctx, const struct session *session)
{
	struct found *found = ctx;

	found->items = own_grow(found->items, found->count + 1, sizeof *found->items);
	found->items[found->count++] = *session;
	return 0;
}

static void
find_again(struct gate *gate, const struct session *session)
{
	struct live *live = live_find(gate, &session->id);

	if (live != NULL && !live->behind)
		return;
	if (live == NULL) {
		live = live_alloc(gate, session);
		live->launched = true;
		log_info("looking for the session of %s as %s", session->person, session->role);
	}
	if (reconnect(live) < 0)
		live_lost(live, "lost");
}

void
live_find_all(struct gate *gate)
{
	const struct session_filter filter = { .live = true };
	struct found found = { 0 };
	int r = gate_store(gate);

	if (r == 0)
		r = session_list(gate->store, &filter, collect, &found);
	if (r < 0 && r != gate->store_error && r != ERR_STORE_BUSY)
		log_error("running sessions cannot be looked up: %s", err_text(r));
	for (size_t i = 0; i < found.count; i++)
		find_again(gate, &found.items[i]);
	free(found.items);
}
