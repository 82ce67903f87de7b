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
#include "recorder/gate/gate_keeper.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/live.h"
#include "recorder/gate/live_report.h"
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
	wire_message_done(&live->said);
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

int
live_finish(struct live *live, const struct session_end *end)
{
	AUTO_TXN struct txn txn = { 0 };
	struct gate *gate = live->gate;
	const struct id *id = &live->session.id;
	int r = gate_store(gate);

	if (r == 0)
		r = txn_begin(&txn, gate->store);
	if (r == 0)
		r = session_finish(gate->store, id, end);
	if (r == 0)
		r = gate_say(gate, LOG_SESSION_ENDED, id, "%s's session as %s ended: %s; exit status %d, %" PRId64 " killed, %" PRId64 " survivors",
		    live->session.person, live->session.role, end->why, end->status, end->killed, end->survivors);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0)
		log_error("the end of a session is not in the catalogue: %s", err_text(r));
	return r;
}

void
live_leave(struct live *live)
{
	struct gate *gate = live->gate;
	struct id id = live->session.id;

	live_free(live);
	peers_changed(gate, "session", &id);
}

/* What it has reported goes first, and its end may be among that. */
static bool
is_over(struct live *live)
{
	struct gate *gate = live->gate;
	struct id id = live->session.id;

	live_reports_write(gate);
	return live_find(gate, &id) != live;
}

void
live_end(struct live *live, const struct session_end *end)
{
	if (is_over(live))
		return;
	(void)live_finish(live, end);
	live_leave(live);
}

/* Without a word of its end: only the processes are known to be gone. */
static void
live_lost(struct live *live, const char *why)
{
	struct session_end end = { .status = -1, .killed = 0, .survivors = -1, .at_us = gate_now(live->gate).wall_us };
	struct remains remains;
	char text[REMAINS_TEXT];

	if (is_over(live))
		return;
	snprintf(end.why, sizeof end.why, "%s", why);
	remains_look(live->gate, &live->session.id, &remains);
	gate_say(live->gate, LOG_SESSION_LOST, &live->session.id, "the recorder of %s's session as %s went without a word; %s",
	    live->session.person, live->session.role, remains_text(&remains, text));
	if (remains.is_complete)
		remains_close(live->gate, &live->session, false);
	if (live->session.has_trail && remains_is_complete(live->gate, &live->session.id, true))
		remains_close(live->gate, &live->session, true);
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

/*
 * Keeps an envelope and says which one it is, in a fact that outlives every text: no other one takes its place unseen. The
 * recording's comes last: with it the session begins.
 */
static int
keep_envelope(struct live *live, const struct wire_envelope *envelope)
{
	struct store *store = live->gate->store;
	const struct wire_bytes *age = &envelope->age;
	const struct id *session = &live->session.id;
	AUTO_TXN struct txn txn = { 0 };
	uint8_t sha256[SECRET_SHA256];
	struct event_new sealed = { .type = envelope->trail ? LOG_TRAIL_SEALED : LOG_ENVELOPE_SEALED, .subject = *session,
		.class = live->session.class, .time_us = clock_wall_us(), .number = EVENT_NO_NUMBER, .fact = sha256 };
	struct recording trail;
	int64_t seq;
	int r = txn_begin(&txn, store);

	secret_sha256(age->data, age->count, sha256);
	if (r == 0 && !envelope->trail && live->session.has_trail)
		r = recording_trail_get(store, session, &trail);
	if (r == 0)
		r = (envelope->trail ? recording_trail_create : recording_create)(store, session, age->data, age->count, sealed.time_us);
	if (r == 0)
		r = event_append(store, &sealed, &seq);
	return r < 0 ? r : txn_commit(&txn);
}

static int
on_envelope(struct live *live, const void *fields)
{
	const struct wire_envelope *envelope = fields;
	struct wire_go go = { .on = true };
	int r = gate_store(live->gate);

	if (r == 0)
		r = keep_envelope(live, envelope);
	if (r < 0) {
		log_error("an envelope could not be kept: %s; the session will not begin", err_text(r));
		return r;
	}
	if (!envelope->trail)
		live_put(live, WIRE_GO, &go);
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
	[WIRE_REPORT]		= NULL,		/* waits for others: see hear_one() */
	[WIRE_STATUS_ROW]	= on_status_row,
	[WIRE_WISH]		= gate_extend_wish,
};
/* clang-format on */

/*
 * A worker that says its session is over has heard hostile bytes: that is believed when the warden has gone too. One that
 * still holds something is told to end it. Until then the report waits.
 */
static void
hear_end(struct live *live, struct wire_message *message)
{
	bool asked = live->said.kind != 0;

	wire_message_done(&live->said);
	live->said = TAKE(*message, (struct wire_message){ 0 });
	if (!asked && gate_keeper_end(live->gate, &live->session.id, false) < 0)
		log_error("the keeper does not hear");
}

void
live_receipt(struct gate *gate, const struct wire_receipt *receipt)
{
	struct live *live = live_find(gate, &receipt->session);
	AUTO_MESSAGE struct wire_message message = { 0 };
	struct wire_report *said;
	int64_t killed = receipt->known ? receipt->killed : 0, survivors = receipt->known ? receipt->survivors : -1;

	if (live == NULL || live->said.kind == 0)
		return;
	message = TAKE(live->said, (struct wire_message){ 0 });
	said = message.fields;
	if (said->b != killed || said->c != survivors)
		gate_say(gate, LOG_SESSION_LOST, &live->session.id, "the recorder of %s's session as %s said that it ended with %" PRId64
		    " killed and %" PRId64 " survivors; %s", live->session.person, live->session.role, said->b, said->c,
		    receipt->known ? "its warden says otherwise, and is believed" : "there is no receipt of its warden");
	said->b = killed;
	said->c = survivors;
	live_reports_add(live, &message);
}

/* 1 if a message was handled, 0 if there is none, negative: the connection is not worth keeping. */
static int
hear_one(struct live *live)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	int r = wire_next(&live->conn, &message);

	if (r <= 0)
		return r;
	if (message.kind != WIRE_REPORT && rules[message.kind] == NULL)
		return ERR_MSG_REFUSED;
	event_del(live->overdue);
	if (message.kind == WIRE_REPORT) {
		if (strcmp(((const struct wire_report *)message.fields)->type, "ended") == 0)
			hear_end(live, &message);
		else
			live_reports_add(live, &message);
		return 1;
	}
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
	if (live->said.kind != 0) {
		event_del(live->readable);	/* its last word is here; the keeper has the next one */
		return;
	}
	if (r != ERR_PEER_GONE)
		log_error("a worker's connection is closed: %s", err_text(r));
	if (is_over(live))
		return;
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
	int fd;

	/* Nothing that was heard before may be acknowledged behind what it says again from now on. */
	if (is_over(live))
		return 0;
	fd = fdio_connect(path);
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
