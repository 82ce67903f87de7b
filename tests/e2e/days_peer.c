/* SPDX-License-Identifier: ISC */
/*
 * A peer of the gate (or of a worker's sockets) that does what it should not, and an auditor that reads what is left.
 *
 *	days_peer hello SOCKET PERSON			0 if the gate answers
 *	days_peer prefixes|garbage|twice|kinds SOCKET PERSON	0 if each such connection was closed or answered in time
 *	days_peer flood SOCKET COUNT			opens COUNT connections, says "HELD TURNED-AWAY", keeps them till its input ends
 *	days_peer slow SOCKET PERSON			asks and never reads until it is dropped
 *	days_peer chatty SOCKET PERSON GRANT		says more right after enter; 0 if it is dropped
 *	days_peer poke PATH				garbage to any of our sockets; 0 if each time only this peer is closed
 *	days_peer many SOCKET PERSON COUNT		asks for the role "shell" and takes it back, COUNT times
 *	days_peer log ROOT SUBJECT			what the log says about a session or request
 *	days_peer states ROOT SESSION			the states in a recording, one a line
 *	days_peer linger SOCKET PERSON SESSION		opens a recording, says "open", and reads it again and again until that is refused
 *	days_peer read ROOT SESSION			a recording's output, by the auditor's key; on stderr whether it is complete
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/record/agekey.h"
#include "lib/record/event.h"
#include "lib/record/reader.h"
#include "lib/record/source.h"
#include "lib/wire/conn.h"
#include "lib/wire/kinds.h"
#include "lib/wire/messages.h"

#define WAIT_MS	20000	/* a generous limit for an answer or a hang-up */

static int
dial(const char *path)
{
	int fd = fdio_connect(path);

	if (fd < 0) {
		fprintf(stderr, "days_peer: cannot connect to %s: %s\n", path, err_text(fd));
		exit(1);
	}
	return fd;
}

static void
pack_hello(struct buf *out, const char *person)
{
	char program[] = "days_peer";
	AUTO_FREE char *as = own_dup(person);
	struct wire_hello hello = { .version = WIRE_VERSION, .program = program, .as = as };

	if (wire_pack(WIRE_HELLO, &hello, out) < 0)
		abort();
}

/* The kind of the next answer, 0 for a hang-up, -1 if nothing came in time. */
static int
hear(struct wire_conn *conn)
{
	for (;;) {
		AUTO_MESSAGE struct wire_message message = { 0 };
		struct pollfd p = { .fd = conn->fd, .events = POLLIN };
		int r = wire_next(conn, &message);

		if (r != 0)
			return r < 0 ? 0 : (int)message.kind;
		if (poll(&p, 1, WAIT_MS) <= 0)
			return -1;
		if (wire_fill(conn) < 0)
			return 0;
	}
}

static struct wire_conn
greet(const char *path, const char *person)
{
	AUTO_BUF struct buf out = { .max = 4096 };
	struct wire_conn conn;

	wire_conn_init(&conn, dial(path), WIRE_FROM_GATE, 1u << 20);
	conn.phase = WIRE_PHASE_KNOWN;
	pack_hello(&out, person);
	if (fdio_write(conn.fd, buf_data(&out), buf_len(&out)) < 0 || hear(&conn) != WIRE_WELCOME) {
		fprintf(stderr, "days_peer: the gate does not welcome %s\n", person);
		exit(1);
	}
	return conn;
}

static int
hello(char **words)
{
	struct wire_conn conn = greet(words[0], words[1]);

	wire_conn_done(&conn);
	return 0;
}

/* True if the other side hangs up (after whatever it says) within the limit. */
static bool
is_closed(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t bytes[4096];

	while (poll(&p, 1, WAIT_MS) > 0)
		if (read(fd, bytes, sizeof bytes) <= 0)
			return true;
	return false;
}

/* Sends bytes, says no more, and expects to be hung up on. */
static bool
is_refused(const char *path, const void *bytes, size_t count)
{
	AUTO_FD int fd = dial(path);

	if (send(fd, bytes, count, MSG_NOSIGNAL) < 0)
		return true;
	shutdown(fd, SHUT_WR);
	return is_closed(fd);
}

static int
prefixes(char **words)
{
	AUTO_BUF struct buf out = { .max = 4096 };

	pack_hello(&out, words[1]);
	for (size_t i = 0; i < buf_len(&out); i++)
		if (!is_refused(words[0], buf_data(&out), i))
			return 1;
	return 0;
}

static int
garbage(char **words)
{
	static const uint8_t lengths[][5] = { { 0, 0, 0, 0, 1 }, { 255, 255, 255, 255, 1 }, { 127, 255, 255, 255, 1 },
		{ 0, 1, 0, 6, 1 }, { 0, 0, 0, 1, 1 }, { 0, 0, 0, 1, 255 }, { 0, 0, 0, 1, 0 } };
	uint8_t bytes[2048];
	unsigned seed = 20261120;

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		if (!is_refused(words[0], lengths[i], sizeof lengths[i]))
			return 1;
	for (int i = 0; i < 50; i++) {
		for (size_t k = 0; k < sizeof bytes; k++)
			bytes[k] = (uint8_t)((seed = seed * 1103515245u + 12345u) >> 16);
		if (!is_refused(words[0], bytes, sizeof bytes))
			return 1;
	}
	return 0;
}

static int
twice(char **words)
{
	struct wire_conn conn = greet(words[0], words[1]);
	AUTO_BUF struct buf out = { .max = 4096 };
	bool closed;

	pack_hello(&out, words[1]);
	closed = fdio_write(conn.fd, buf_data(&out), buf_len(&out)) < 0 || is_closed(conn.fd);
	wire_conn_done(&conn);
	return closed ? 0 : 1;
}

/* Every kind with empty fields after hello: answered, or this connection closed; the gate never waits or dies. */
static int
kinds(char **words)
{
	for (unsigned kind = 0; kind < 256; kind++) {
		const struct wire_row *row = wire_row(kind);
		struct wire_conn conn = greet(words[0], words[1]);
		AUTO_BUF struct buf out = { .max = 65536 };
		AUTO_FREE void *fields = own_alloc(row != NULL ? row->size : 1);
		const uint8_t bare[] = { 0, 0, 0, 1, (uint8_t)kind };
		int heard;

		if (row == NULL || wire_pack(kind, fields, &out) < 0) {
			buf_clear(&out);
			(void)buf_add(&out, bare, sizeof bare);
		}
		(void)send(conn.fd, buf_data(&out), buf_len(&out), MSG_NOSIGNAL);
		heard = hear(&conn);
		wire_conn_done(&conn);
		if (heard < 0) {
			fprintf(stderr, "days_peer: kind %u (%s) was neither answered nor refused\n", kind, wire_name(kind));
			return 1;
		}
	}
	return 0;
}

static int
flood(char **words)
{
	long count = strtol(words[1], NULL, 10);
	long held = 0;
	struct rlimit limit = { .rlim_cur = 20000, .rlim_max = 20000 };
	AUTO_FREE struct pollfd *polls = own_alloc((size_t)count * sizeof *polls);
	char byte;

	(void)setrlimit(RLIMIT_NOFILE, &limit);
	for (long i = 0; i < count; i++)
		polls[i] = (struct pollfd){ .fd = fdio_connect(words[0]), .events = POLLIN };
	/* One that is turned away is told why and hung up on: then it is readable. */
	(void)poll(polls + count - 1, 1, 5000);
	(void)poll(polls, (nfds_t)count, 0);
	for (long i = 0; i < count; i++)
		held += polls[i].fd >= 0 && polls[i].revents == 0;
	printf("%ld %ld\n", held, count - held);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return 0;
}

static int
slow(char **words)
{
	struct wire_conn conn = greet(words[0], words[1]);
	struct wire_roles question = { .all = true };

	for (int i = 0; i < 200000; i++) {
		AUTO_BUF struct buf out = { .max = 4096 };
		struct pollfd p = { .fd = conn.fd, .events = POLLOUT };

		if (wire_pack(WIRE_ROLES, &question, &out) < 0)
			return 1;
		if (poll(&p, 1, WAIT_MS) <= 0)
			return 1;	/* the gate neither reads nor drops */
		if (send(conn.fd, buf_data(&out), buf_len(&out), MSG_NOSIGNAL) < 0)
			return 0;
	}
	return 1;
}

static int
chatty(char **words)
{
	struct wire_conn conn = greet(words[0], words[1]);
	AUTO_BUF struct buf out = { .max = 65536 };
	char term[] = "dumb";
	char role[] = "shell";
	struct wire_enter enter = { .grant = words[2], .role = role, .tty = true, .term = term, .cols = 80, .rows = 24 };
	bool closed;

	if (wire_pack(WIRE_ENTER, &enter, &out) < 0 || buf_add_text(&out, "and more") < 0)
		return 1;
	(void)fdio_write(conn.fd, buf_data(&out), buf_len(&out));
	closed = is_closed(conn.fd);
	wire_conn_done(&conn);
	return closed ? 0 : 1;
}

static int
poke(char **words)
{
	char *same[] = { words[0], (char[]){ "engineer" } };
	int r = garbage(same);

	for (unsigned kind = 0; r == 0 && kind < 80; kind++) {
		const uint8_t bare[] = { 0, 0, 0, 1, (uint8_t)kind };

		r = is_refused(words[0], bare, sizeof bare) ? 0 : 1;
	}
	return r;
}

static int
many(char **words)
{
	struct wire_conn conn = greet(words[0], words[1]);
	long count = strtol(words[2], NULL, 10);
	char role[] = "shell";
	char reason[] = "one of many";
	struct wire_ask ask = { .role = role, .reason = reason };

	for (long i = 0; i < count; i++) {
		AUTO_MESSAGE struct wire_message message = { 0 };
		struct wire_cancel cancel;
		char id[ID_TEXT];

		if (wire_send(&conn, WIRE_ASK, &ask) < 0 || wire_wait(&conn, &message) < 0 || message.kind != WIRE_ASKED)
			return 1;
		cancel.which = id_text(&((struct wire_asked *)message.fields)->request, id);
		if (wire_send(&conn, WIRE_CANCEL, &cancel) < 0 || hear(&conn) != WIRE_DONE)
			return 1;
	}
	wire_conn_done(&conn);
	return 0;
}

/* Installed, one is who one is: then DAYS_AUDITOR is empty. */
static const char *
auditor(void)
{
	const char *name = getenv("DAYS_AUDITOR");

	return name != NULL ? name : "auditor";
}

static int
print_log(char **words)
{
	AUTO_FREE char *path = place_path(words[0], "run", "gate.sock");
	struct wire_conn conn = greet(path, auditor());
	struct wire_events question = { .subject = words[1] };
	int r = wire_send(&conn, WIRE_EVENTS, &question);

	while (r == 0) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		r = wire_wait(&conn, &message);
		if (r == 0 && message.kind != WIRE_EVENT_ROW)
			break;
		if (r == 0)
			printf("%s %s\n", ((struct wire_event_row *)message.fields)->type, ((struct wire_event_row *)message.fields)->text);
	}
	wire_conn_done(&conn);
	return r < 0 ? 1 : 0;
}

/* The recording's key, from the gate, to the auditor. */
static int
fetch(const char *root, const char *session, struct buf *envelope)
{
	AUTO_FREE char *path = place_path(root, "run", "gate.sock");
	struct wire_conn conn = greet(path, auditor());
	AUTO_FREE char *which = own_dup(session);
	char reason[] = "a test";
	struct wire_open question = { .which = which, .reason = reason };
	AUTO_MESSAGE struct wire_message message = { 0 };
	int r = wire_send(&conn, WIRE_OPEN, &question);

	if (r == 0)
		r = wire_wait(&conn, &message);
	if (r == 0 && message.kind == WIRE_OPENED) {
		const struct wire_opened *opened = message.fields;

		r = buf_add(envelope, opened->envelope.data, opened->envelope.count);
	} else if (r == 0) {
		fprintf(stderr, "days_peer: %s\n", message.kind == WIRE_FAIL ? ((struct wire_fail *)message.fields)->text : "?");
		r = ERR_NOT_FOUND;
	}
	wire_conn_done(&conn);
	return r;
}

static int
linger(char **words)
{
	struct wire_conn conn = greet(words[0], words[1]);
	char reason[] = "a long look";
	struct wire_open question = { .which = words[2], .reason = reason };
	AUTO_MESSAGE struct wire_message opened = { 0 };
	struct wire_read again = { .count = 16 };
	int kind, r = wire_send(&conn, WIRE_OPEN, &question);

	if (r < 0 || wire_wait(&conn, &opened) < 0 || opened.kind != WIRE_OPENED)
		return 1;
	again.session = ((struct wire_opened *)opened.fields)->session;
	printf("open\n");
	fflush(stdout);
	do {
		usleep(100000);
		r = wire_send(&conn, WIRE_READ, &again);
		kind = r == 0 ? hear(&conn) : 0;
	} while (kind == WIRE_DATA || kind == WIRE_OPENED);	/* of the trail, beside it */
	wire_conn_done(&conn);
	return 0;
}

static int
copy(struct rec_reader *reader)
{
	const struct rec_report *report;
	struct rec_event event;
	int r;

	while ((r = rec_reader_next(reader, &event)) > 0)
		if ((event.kind == REC_OUTPUT || event.kind == REC_ERROR_OUTPUT) && fwrite(event.bytes, 1, event.count, stdout) != event.count)
			return -EIO;
	report = rec_reader_report(reader);
	fprintf(stderr, "%s%s%s\n", report->complete ? "complete" : "cut", report->damaged ? ", damaged" : "", report->tail_used ? ", with a tail" : "");
	return r;
}

static int
copy_states(struct rec_reader *reader)
{
	struct rec_event event;
	int r;

	while ((r = rec_reader_next(reader, &event)) > 0)
		if (event.kind == REC_STATE)
			printf("%.*s\n", (int)event.count, (const char *)event.bytes);
	return r;
}

static int
open_recording(char **words, int (*take)(struct rec_reader *reader))
{
	AUTO_FREE char *key = place_path(words[0], "auditor.key", NULL);
	AUTO_BUF struct buf envelope = { .max = 65536 };
	struct rec_source source = { 0 };
	struct age_ring *ring = age_ring_new();
	struct rec_reader *reader = NULL;
	char name[ID_TEXT + 16];
	AUTO_FREE char *path = NULL;
	int r = fetch(words[0], words[1], &envelope);

	snprintf(name, sizeof name, "rec/%.*s.rec", ID_TEXT - 1, words[1]);
	path = place_path(words[0], "state", name);
	if (r == 0)
		r = age_ring_add_file(ring, key, NULL, NULL);
	if (r == 0)
		r = rec_source_files(&source, path);
	if (r == 0)
		r = rec_reader_open(&source, &(struct rec_keyring){ ring, buf_data(&envelope), buf_len(&envelope) }, &reader);
	if (r == 0)
		r = take(reader);
	if (r < 0)
		fprintf(stderr, "days_peer: %s\n", err_text(r));
	rec_reader_free(reader);
	rec_source_done(&source);
	age_ring_free(ring);
	return r < 0 ? 1 : 0;
}

static int
read_recording(char **words)
{
	return open_recording(words, copy);
}

static int
read_states(char **words)
{
	return open_recording(words, copy_states);
}

/* clang-format off */
static const struct {
	const char	*name;
	int		 words;
	int		(*run)(char **words);
} verbs[] = {
	{ "hello",	2, hello },
	{ "prefixes",	2, prefixes },
	{ "garbage",	2, garbage },
	{ "twice",	2, twice },
	{ "kinds",	2, kinds },
	{ "flood",	2, flood },
	{ "slow",	2, slow },
	{ "chatty",	3, chatty },
	{ "poke",	1, poke },
	{ "many",	3, many },
	{ "log",	2, print_log },
	{ "linger",	3, linger },
	{ "read",	2, read_recording },
	{ "states",	2, read_states },
};
/* clang-format on */

int
main(int argc, char **argv)
{
	secret_init();
	for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(argv[1], verbs[i].name) == 0 && argc == verbs[i].words + 2)
			return verbs[i].run(argv + 2);
	fprintf(stderr, "days_peer: see the top of days_peer.c\n");
	return 2;
}
