/* SPDX-License-Identifier: ISC */
/*
 * Questions to a gate that no client of ours asks, and a gate with news at the wrong moment.
 *
 *	gate_probe turns SOCKET PERSON OTHER	PERSON asks hundreds of times at once; 0 if OTHER is served before all is done
 *	gate_probe play SOCKET			is a gate for one `postern enter`, which ends with status 42
 *	gate_probe newer SOCKET PERSON		is a program of the next release: prints what the gate says to it
 *	gate_probe older SOCKET			is a gate of the release before that comes to a worker; 0 if that hangs up
 *	gate_probe worker SOCKET		is a worker that was taken over: it reports a note of the far future and an end of long ago
 *	gate_probe flood SOCKET			is a worker that reports more than a gate takes, until its input ends; then its session does
 */
#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

#define WAIT_MS		20000
#define QUESTIONS	400u

static void
fail(const char *what)
{
	fprintf(stderr, "gate_probe: %s\n", what);
	exit(1);
}

static void
dial(struct wire_conn *conn, const char *path, const char *person)
{
	char program[] = "gate_probe";
	AUTO_FREE char *as = own_dup(person);
	struct wire_hello hello = { .version = WIRE_VERSION, .program = program, .as = as };
	int fd = fdio_connect(path);

	if (fd < 0)
		fail(err_text(fd));
	wire_conn_init(conn, fd, WIRE_FROM_GATE, 1u << 20);
	if (fdio_nonblock(fd, true) < 0 || wire_send(conn, WIRE_HELLO, &hello) < 0)
		fail("hello cannot be said");
}

/* The next answer's kind, 0 if there is none yet. */
static int
next(struct wire_conn *conn)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	int r = wire_next(conn, &message);

	if (r < 0)
		fail(err_text(r));
	return r == 0 ? 0 : (int)message.kind;
}

static int
await(struct wire_conn *conn)
{
	struct pollfd p = { .fd = conn->fd, .events = POLLIN };
	int kind;

	while ((kind = next(conn)) == 0)
		if (poll(&p, 1, WAIT_MS) <= 0 || wire_fill(conn) < 0)
			fail("the gate does not answer");
	return kind;
}

/* How many requests a listing has. */
static unsigned
count_rows(struct wire_conn *conn)
{
	struct wire_requests question = { .limit = 0 };
	unsigned rows = 0;
	int kind;

	conn->phase = WIRE_PHASE_KNOWN;
	if (wire_send(conn, WIRE_REQUESTS, &question) < 0)
		fail("the list cannot be asked for");
	while ((kind = await(conn)) == WIRE_REQUEST_ROW)
		rows++;
	return kind == WIRE_DONE ? rows : QUESTIONS;
}

static int
turns(char **words)
{
	AUTO_CONN struct wire_conn asker;
	AUTO_CONN struct wire_conn other;
	char role[] = "shell2";
	char reason[] = "all at once";
	struct wire_ask ask = { .role = role, .reason = reason };
	unsigned rows;

	dial(&asker, words[0], words[1]);
	if (await(&asker) != WIRE_WELCOME)
		return 1;
	for (unsigned i = 0; i < QUESTIONS; i++)
		if (wire_put(&asker, WIRE_ASK, &ask) < 0)
			return 1;
	if (wire_flush(&asker) < 0 || await(&asker) != WIRE_ASKED)
		return 1;
	dial(&other, words[0], words[2]);
	if (await(&other) != WIRE_WELCOME)
		return 1;
	rows = count_rows(&other);
	fprintf(stderr, "# %u of %u were done before the other peer was served\n", rows, QUESTIONS);
	return rows < QUESTIONS ? 0 : 1;
}

static void
say(struct wire_conn *conn, enum wire_kind kind, const void *fields)
{
	if (wire_send(conn, kind, fields) < 0)
		fail("the client does not hear");
}

/* What a gate says to one client that asks, waits and enters; whoever is subscribed when it enters gets news first. */
static bool
answer(struct wire_conn *conn, const struct wire_message *message, bool *subscribed)
{
	char granted[] = "granted";
	struct wire_done done = { .text = NULL };
	struct wire_welcome welcome = { .version = WIRE_VERSION };
	struct wire_asked asked = { .request = id_new() };
	struct wire_request_row row = { .state = granted, .grant = id_new(), .seconds = 60, .granted_s = 60 };
	struct wire_changed changed = { .what = granted };
	struct wire_ended ended = { .exit_status = 42 };

	if (message->kind == WIRE_SUBSCRIBE)
		*subscribed = ((const struct wire_subscribe *)message->fields)->on;
	if (message->kind == WIRE_HELLO) {
		say(conn, WIRE_WELCOME, &welcome);
		conn->phase = WIRE_PHASE_KNOWN;
	} else if (message->kind == WIRE_ASK) {
		say(conn, WIRE_ASKED, &asked);
	} else if (message->kind == WIRE_ENTER) {
		if (*subscribed)
			say(conn, WIRE_CHANGED, &changed);
		say(conn, WIRE_ENDED, &ended);
		return false;
	} else {
		if (message->kind == WIRE_REQUESTS)
			say(conn, WIRE_REQUEST_ROW, &row);
		say(conn, WIRE_DONE, &done);
	}
	return true;
}

static int
play(char **words)
{
	AUTO_FD int listener = fdio_listen(words[0], 0600);
	AUTO_CONN struct wire_conn conn = { .fd = -1 };
	struct pollfd p = { .fd = listener, .events = POLLIN };
	bool subscribed = false;
	bool more = true;

	if (listener < 0 || poll(&p, 1, WAIT_MS) <= 0)
		fail("nobody connects");
	wire_conn_init(&conn, accept4(listener, NULL, NULL, SOCK_CLOEXEC), WIRE_FROM_CLIENT, 1u << 20);
	while (more) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		if (wire_wait(&conn, &message) < 0)
			fail("the client has gone");
		more = answer(&conn, &message, &subscribed);
	}
	return 0;
}

/* The next connection that says hello; others (a keeper that looks who lives) hang up. */
static void
accept_gate(int listener, struct wire_conn *conn)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	AUTO_MESSAGE struct wire_message hello = { 0 };

	do {
		wire_conn_done(conn);
		if (poll(&p, 1, WAIT_MS) <= 0)
			fail("no gate connects");
		wire_conn_init(conn, accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), WIRE_GATE_TO_WORKER, 1u << 20);
	} while (wire_wait(conn, &hello) < 0);
}

static void
await_ack(struct wire_conn *conn, int64_t last)
{
	for (int64_t n = 0; n < last;) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		if (wire_wait(conn, &message) < 0)
			fail("the gate does not take the reports");
		n = message.kind == WIRE_ACK ? ((const struct wire_ack *)message.fields)->n : n;
	}
}

static int
worker(char **words)
{
	AUTO_FD int listener = fdio_listen(words[0], 0666);
	AUTO_CONN struct wire_conn conn = { .fd = -1 };
	char note[] = "note";
	char end[] = "ended";
	char why[] = "exited";
	struct wire_report reports[] = {
		{ .n = 1000, .time_us = INT64_C(4102444800000000), .type = note, .text = why },
		{ .n = 1001, .time_us = 1, .type = end, .text = why },
	};

	if (listener < 0)
		fail("cannot listen");
	accept_gate(listener, &conn);
	conn.phase = WIRE_PHASE_KNOWN;
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		say(&conn, WIRE_REPORT, &reports[i]);
	await_ack(&conn, 1001);
	return 0;
}

static int
flood(char **words)
{
	AUTO_FD int listener = fdio_listen(words[0], 0666);
	AUTO_CONN struct wire_conn conn = { .fd = -1 };
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char note[] = "note", why[] = "exited", end[] = "ended";
	struct wire_report report = { .n = 1000, .type = note, .text = why };

	if (listener < 0)
		fail("cannot listen");
	accept_gate(listener, &conn);
	conn.phase = WIRE_PHASE_KNOWN;
	while (poll(&input, 1, 0) == 0) {
		for (unsigned i = 0; i < QUESTIONS; i++, report.n++)
			if (wire_put(&conn, WIRE_REPORT, &report) < 0)
				fail("too much for a socket");
		if (wire_flush(&conn) < 0)
			fail("the gate does not hear");
		await_ack(&conn, report.n - 1);
	}
	report.type = end;
	say(&conn, WIRE_REPORT, &report);
	await_ack(&conn, report.n);
	return 0;
}

static int
greet_as(struct wire_conn *conn, const char *path, const char *person, uint32_t version)
{
	char program[] = "gate_probe";
	AUTO_FREE char *as = own_dup(person);
	struct wire_hello hello = { .version = version, .program = program, .as = as };

	wire_conn_init(conn, fdio_connect(path), WIRE_FROM_GATE, 1u << 20);
	if (conn->fd < 0 || wire_send(conn, WIRE_HELLO, &hello) < 0)
		fail("hello cannot be said");
	return conn->fd;
}

static int
newer(char **words)
{
	AUTO_CONN struct wire_conn conn;
	AUTO_MESSAGE struct wire_message message = { 0 };

	greet_as(&conn, words[0], words[1], WIRE_VERSION + 1);
	if (wire_wait(&conn, &message) < 0 || message.kind != WIRE_FAIL)
		fail("the gate does not say that it refuses");
	printf("%s\n", ((const struct wire_fail *)message.fields)->text);
	return 0;
}

static int
older(char **words)
{
	AUTO_CONN struct wire_conn conn;
	struct pollfd p = { .fd = greet_as(&conn, words[0], "", WIRE_VERSION - 1), .events = POLLIN };
	char byte;

	return poll(&p, 1, WAIT_MS) > 0 && read(p.fd, &byte, 1) <= 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static const struct { const char *verb; int words; int (*run)(char **words); } verbs[] = {
		{ "turns", 3, turns }, { "play", 1, play }, { "worker", 1, worker }, { "flood", 1, flood },
		{ "newer", 2, newer }, { "older", 1, older },
	};

	for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(argv[1], verbs[i].verb) == 0 && argc == verbs[i].words + 2)
			return verbs[i].run(argv + 2);
	fail("see the head of gate_probe.c");
	return 1;
}
