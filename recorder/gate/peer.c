/* SPDX-License-Identifier: ISC */
/* Connections: accepted, heard message by message, answered, dropped. A bad one costs nobody else anything. */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_keeper.h"
#include "recorder/gate/gate_deposit.h"
#include "recorder/gate/gate_refused.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_watch.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"

#define PEERS_MOST	4000u
#define PEERS_OF_UID	64u		/* one uid cannot crowd the others out */
#define OUT_MOST	(4u << 20)	/* a peer that leaves so much unread is dropped */
#define SILENT_S	20		/* hello must come within */
#define HEAR_ONCE	16u		/* messages of one peer in one turn of the loop; then it is others' turn */

void
peer_reading_over(struct peer *peer)
{
	gate_watch_over(peer);
	for (size_t i = 0; i < 2; i++) {
		own_close(&peer->reading.rec[i]);
		own_close(&peer->reading.tail[i]);
	}
}

static void
peer_free(struct peer *peer)
{
	struct peer **link = &peer->gate->peers;

	while (*link != peer)
		link = &(*link)->next;
	*link = peer->next;
	live_forget_peer(peer->gate, peer);
	peer->gate->peer_count--;
	event_free(peer->readable);
	event_free(peer->writable);
	event_free(peer->silent);
	wire_message_done(&peer->held);
	wire_conn_done(&peer->conn);
	peer_reading_over(peer);
	deposits_free(&peer->deposits);
	who_free(peer->who);
	free(peer->program);
	free(peer->as);
	free(peer->login);
	free(peer);
}

void
peer_drop(struct peer *peer, const char *why)
{
	if (peer->broken)
		return;
	if (why != NULL)
		log_info("connection of uid %u (%s) closed: %s", (unsigned)peer->uid,
		    peer->program != NULL ? peer->program : "before hello", why);
	peer->broken = true;
	event_del(peer->readable);
	/* Freed from the loop, because a caller may still hold the peer. */
	event_active(peer->silent, EV_TIMEOUT, 0);
}

static void
push(struct peer *peer)
{
	int r = wire_flush(&peer->conn);

	if (r < 0)
		peer_drop(peer, NULL);
	else if (wire_wants_write(&peer->conn))
		event_add(peer->writable, NULL);
}

void
peer_put(struct peer *peer, enum wire_kind kind, const void *fields)
{
	int r;

	if (peer->broken)
		return;
	r = wire_put(&peer->conn, kind, fields);
	if (r == ERR_BUF_FULL)
		peer_drop(peer, "it does not read its answers");
	else if (r < 0)
		log_error("cannot say '%s': %s", wire_name(kind), err_text(r));
	else
		push(peer);
}

/* A clean copy of what was formatted. */
static char * __attribute__((format(printf, 1, 0)))
sentence(const char *format, va_list args)
{
	AUTO_FREE char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		log_fatal("out of memory");
	return text_clean(text, strnlen(text, 2000));
}

void
peer_done(struct peer *peer, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	text = sentence(format, args);
	va_end(args);
	peer_put(peer, WIRE_DONE, &(struct wire_done){ .text = text });
}

void
peer_fail(struct peer *peer, int status, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	text = sentence(format, args);
	va_end(args);
	peer_put(peer, WIRE_FAIL, &(struct wire_fail){ .status = (uint32_t)status, .text = text });
}

void
peer_error(struct peer *peer, int error)
{
	peer_fail(peer, cli_status(error), "%s", err_text(error));
}

const char *
peer_person(const struct peer *peer)
{
	return peer->who != NULL && peer->who->person != NULL ? peer->who->person : "";
}

void
peers_doubt(struct gate *gate)
{
	for (struct peer *p = gate->peers; p != NULL; p = p->next)
		if (p->who != NULL)
			p->who->boot_us = INT64_MIN / 2;
}

void
peers_changed(struct gate *gate, const char *what, const struct id *id)
{
	AUTO_FREE char *copy = own_dup(what);
	struct wire_changed changed = { .what = copy };

	if (id != NULL)
		changed.id = *id;
	for (struct peer *p = gate->peers; p != NULL; p = p->next)
		if (p->subscribed && !p->entering)
			peer_put(p, WIRE_CHANGED, &changed);
}

unsigned
peers_count(struct gate *gate, bool (*may)(const struct peer *peer, void *user), void *user)
{
	unsigned count = 0;

	for (const struct peer *p = gate->peers; p != NULL; p = p->next) {
		bool again = false;

		if (p->who == NULL || p->program == NULL || strcmp(p->program, "postern-console") != 0)
			continue;
		for (const struct peer *q = gate->peers; q != p; q = q->next)
			again = again || (q->program != NULL && strcmp(q->program, "postern-console") == 0 &&
			    strcmp(peer_person(q), peer_person(p)) == 0);
		if (!again && may(p, user))
			count++;
	}
	return count;
}

static void	hear(struct peer *peer);

void
peer_hand_over(struct peer *peer)
{
	peer->entering = true;
	peer->conn.phase = WIRE_PHASE_GONE;
	event_del(peer->readable);
}

/* Held until the keeper has read the policy that the gate has read already; peers_keeper() lets it go. */
static bool
must_wait(struct peer *peer, struct wire_message *message)
{
	if (message->kind != WIRE_ENTER || !gate_keeper_is_reading(peer->gate))
		return false;
	peer->held = TAKE(*message, ((struct wire_message){ 0 }));
	peer->asking = peer->waits = true;
	event_del(peer->readable);
	return true;
}

/* The answer about who the peer is; what was held back is heard now. */
static void
on_who(void *user, struct who *who, const char *why)
{
	struct peer *peer = user;
	struct wire_message message;

	peer->asking = false;
	if (peer->broken) {	/* it is about to be freed: what it held back is not done any more */
		who_free(who);
		return;
	}
	event_add(peer->readable, NULL);
	if (who == NULL) {
		gate_refused(peer->gate, peer->uid, why);
		peer_fail(peer, STATUS_DENIED, "%s", why);
		peer_drop(peer, "it cannot be identified");
		return;
	}
	who_free(peer->who);
	peer->who = who;
	message = TAKE(peer->held, ((struct wire_message){ 0 }));
	if (message.fields != NULL && must_wait(peer, &message))
		return;
	if (message.fields != NULL) {
		gate_handle(peer, &message);
		wire_message_done(&message);
	}
	hear(peer);
}

void
peers_keeper(struct gate *gate)
{
	if (gate_keeper_is_reading(gate))
		return;
	for (struct peer *p = gate->peers; p != NULL; p = p->next) {
		if (!p->waits)
			continue;
		p->waits = false;
		who_ask(gate, p->uid, p->as, on_who, p);
	}
}

/* Takes whole messages off the queue as long as nothing has to be looked up first, and nobody waits for too long. */
static void
hear(struct peer *peer)
{
	static const struct timeval next_turn = { 0, 0 };
	unsigned heard = 0;

	while (!peer->asking && !peer->broken && !peer->entering) {
		struct wire_message message = { 0 };
		int r;

		if (heard++ == HEAR_ONCE) {
			event_add(peer->readable, &next_turn);
			return;
		}
		r = wire_next(&peer->conn, &message);
		if (r == 0)
			return;
		if (r < 0) {
			peer_fail(peer, STATUS_FAILED, "%s", err_text(r));
			peer_drop(peer, err_text(r));
			return;
		}
		if (gate_needs_who(peer, message.kind)) {
			if (message.kind == WIRE_HELLO)
				gate_greeting(peer, message.fields);
			peer->held = message;
			peer->asking = true;
			event_del(peer->readable);	/* bytes that nobody takes would wake the loop again and again */
			who_ask(peer->gate, peer->uid, peer->as, on_who, peer);
			continue;
		}
		if (must_wait(peer, &message))
			return;
		gate_handle(peer, &message);
		wire_message_done(&message);
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *user)
{
	struct peer *peer = user;
	int r;

	(void)fd;
	if (peer->entering || peer->broken)
		return;
	if ((what & EV_TIMEOUT) != 0)
		event_add(peer->readable, NULL);	/* libevent has taken it off when its next turn came by the timer */
	r = wire_fill(&peer->conn);
	if (r < 0) {
		peer_drop(peer, NULL);
		return;
	}
	hear(peer);
}

static void
on_writable(evutil_socket_t fd, short what, void *user)
{
	struct peer *peer = user;

	(void)fd;
	(void)what;
	if (!peer->broken)
		push(peer);
}

/* Either hello did not come in time, or the peer is to be freed. */
static void
on_silent(evutil_socket_t fd, short what, void *user)
{
	struct peer *peer = user;

	(void)fd;
	(void)what;
	if (!peer->broken && peer->conn.phase != WIRE_PHASE_NEW)
		return;
	if (!peer->broken)
		log_info("connection of uid %u closed: it did not say hello", (unsigned)peer->uid);
	if (peer->asking)
		who_forget_user(peer->gate, peer);
	if (peer->broken)
		wire_flush(&peer->conn);
	peer_free(peer);
}

/* Levels of pid namespaces of a process, 0 if it has gone: inside a session there is one more than here. */
static unsigned
namespace_levels(pid_t pid)
{
	AUTO_FREE char *text = NULL;
	char path[64];
	const char *line;
	unsigned levels = 0;

	snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
	if (fdio_slurp_path(path, 65536, &text, NULL) < 0)
		return 0;
	line = strstr(text, "\nNSpid:");
	if (line == NULL)
		return 1;
	for (line += 7; *line != '\n' && *line != '\0'; line++)
		if (line[0] == '\t')
			levels++;
	return levels;
}

static unsigned
count_of(const struct gate *gate, uid_t uid)
{
	unsigned count = 0;

	for (const struct peer *p = gate->peers; p != NULL; p = p->next)
		count += p->uid == uid;
	return count;
}

static const char *
refuse(const struct gate *gate, uid_t uid, pid_t pid)
{
	if (gate->peer_count >= PEERS_MOST || count_of(gate, uid) >= PEERS_OF_UID)
		return "there are too many connections of yours";
	if (gate->daemon.trial && uid != geteuid() && uid != 0)
		return "this trial belongs to somebody else";
	if (namespace_levels(pid) != namespace_levels(getpid()))
		return "the gate cannot be reached from inside a session";
	return NULL;
}

static void
turn_away(int fd, const char *why)
{
	AUTO_CONN struct wire_conn conn;
	AUTO_FREE char *text = own_dup(why);
	struct wire_fail fail = { .status = STATUS_DENIED, .text = text };

	wire_conn_init(&conn, fd, WIRE_FROM_CLIENT, 8192);
	if (wire_put(&conn, WIRE_FAIL, &fail) == 0)
		wire_flush(&conn);
}

static void
peer_new(struct gate *gate, int fd, uid_t uid, pid_t pid)
{
	static const struct timeval limit = { SILENT_S, 0 };
	struct peer *peer = own_alloc(sizeof *peer);

	*peer = (struct peer){ .gate = gate, .next = gate->peers, .uid = uid, .pid = pid, .reading = { .rec = { -1, -1 }, .tail = { -1, -1 } } };
	wire_conn_init(&peer->conn, fd, WIRE_FROM_CLIENT, OUT_MOST);
	peer->readable = event_new(gate->base, fd, EV_READ | EV_PERSIST, on_readable, peer);
	peer->writable = event_new(gate->base, fd, EV_WRITE, on_writable, peer);
	peer->silent = event_new(gate->base, -1, 0, on_silent, peer);
	if (peer->readable == NULL || peer->writable == NULL || peer->silent == NULL)
		log_fatal("out of memory");
	event_add(peer->readable, NULL);
	event_add(peer->silent, &limit);
	gate->peers = peer;
	gate->peer_count++;
}

int
peer_accept(struct gate *gate, int listener)
{
	const char *why;
	uid_t uid;
	gid_t gid;
	pid_t pid;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		int r = errno;

		return r == EMFILE || r == ENFILE || r == ENOBUFS || r == ENOMEM ? -r : 0;
	}
	if (fdio_peer(fd, &uid, &gid, &pid) < 0) {
		close(fd);
		return 0;
	}
	why = refuse(gate, uid, pid);
	if (why != NULL) {
		gate_refused(gate, uid, why);
		turn_away(fd, why);
	} else {
		peer_new(gate, fd, uid, pid);
	}
	return 0;
}
