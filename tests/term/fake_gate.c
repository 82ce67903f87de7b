/* SPDX-License-Identifier: ISC */
/*
 * A gate that says what it is told to: for screens of states that a real one shows seldom.
 *   fake_gate DIR NOW_US     listens on DIR/run/gate.sock; NOW_US is its wall time (0 = the real one)
 * Standard input, one command a line, fields separated by '|':
 *   me|name=appr-02|approver=1|trial=0
 *   request|id=1|role=orders-ro|person=eng-07|for=1800|ago=42|asks=one of dba|why=...|reason=...   (why: cannot decide)
 *   grant|id=1|...    session|id=1|role=..|person=..|left=600|ago=900|idle=3|processes=3|state=running
 *   gone|id=1|state=granted|by=appr-05       fail|text=...  (the answer to the next act)
 *   away   (closes everything)               back
 * Standard output: "ready", then one line for each thing that a console asked to be done.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

#define CLIENTS	8
#define ROWS	256
#define LINE	8192

struct fake {
	int		 listener;
	char		*socket;
	int64_t		 now_us;
	struct wire_conn clients[CLIENTS];
	bool		 told[CLIENTS];		/* subscribed */
	struct wire_welcome welcome;
	struct wire_request_row requests[ROWS];
	struct wire_grant_row grants[ROWS];
	struct wire_session_row sessions[ROWS];
	size_t		 request_count, grant_count, session_count;
	char		 fail[512];		/* answer to the next act; empty: it works */
	struct buf	 in;
	bool		 over;
};

static int64_t
now(const struct fake *fake)
{
	return fake->now_us != 0 ? fake->now_us : clock_wall_us();
}

/* The value of `key` in a command; "" if it is not there. Allocated and never freed: the program is short-lived. */
static char *
field(const char *line, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = line; at != NULL; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, key, length) == 0 && at[length] == '=')
			return strndup(at + length + 1, strcspn(at + length + 1, "|"));
	}
	return own_dup("");
}

static int64_t
number(const char *line, const char *key)
{
	return strtoll(field(line, key), NULL, 10);
}

static struct id
id_of(int64_t n)
{
	struct id id = { .bytes = { 0xa0 } };

	for (int i = 0; i < 8; i++)
		id.bytes[ID_BYTES - 1 - i] = (uint8_t)(n >> (8 * i));
	return id;
}

static void
tell_changed(struct fake *fake, const char *what)
{
	struct wire_changed changed = { .what = own_dup(what) };

	for (size_t i = 0; i < CLIENTS; i++)
		if (fake->clients[i].fd >= 0 && fake->told[i])
			wire_put(&fake->clients[i], WIRE_CHANGED, &changed);
	free(changed.what);
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

static void
command_me(struct fake *fake, const char *line)
{
	fake->welcome = (struct wire_welcome){ .version = WIRE_VERSION, .host = own_dup("bastion-1"),
		.person = field(line, "name"), .approver = number(line, "approver") != 0,
		.trial = number(line, "trial") != 0, .release = own_dup("0") };
}

static void
command_request(struct fake *fake, const char *line)
{
	struct wire_request_row *row = &fake->requests[fake->request_count++ % ROWS];

	*row = (struct wire_request_row){ .request = id_of(number(line, "id")), .person = field(line, "person"),
		.role = field(line, "role"), .host = own_dup("bastion-1"), .reason = field(line, "reason"),
		.about = field(line, "about"), .seconds = number(line, "for"), .state = own_dup("waiting"),
		.created_us = now(fake) - number(line, "ago") * CLOCK_US, .asks = field(line, "asks"), .need = 1,
		.why = field(line, "why"), .details = field(line, "details"), .deciders = 5, .online = 2 };
	row->lapses_us = row->created_us + 3600 * CLOCK_US;
	row->can = row->why[0] == '\0';
	row->signs = number(line, "signs") != 0;
	if (number(line, "extends") > 0) {
		row->extends = id_of(number(line, "extends"));
		row->ends_us = now(fake) + number(line, "left") * CLOCK_US;
	}
	if (number(line, "need") > 0)
		row->need = (uint32_t)number(line, "need");
	tell_changed(fake, "request");
}

static void
command_grant(struct fake *fake, const char *line)
{
	fake->grants[fake->grant_count++ % ROWS] = (struct wire_grant_row){ .grant = id_of(number(line, "id")),
		.person = field(line, "person"), .role = field(line, "role"), .by = field(line, "by"),
		.reason = field(line, "reason"), .state = own_dup("live"), .seconds = number(line, "for"),
		.usable_us = now(fake) - number(line, "ago") * CLOCK_US,
		.lapses_us = now(fake) + number(line, "left") * CLOCK_US };
	tell_changed(fake, "grant");
}

static void
command_session(struct fake *fake, const char *line)
{
	fake->sessions[fake->session_count++ % ROWS] = (struct wire_session_row){ .session = id_of(number(line, "id")),
		.person = field(line, "person"), .role = field(line, "role"), .host = own_dup("bastion-1"),
		.reason = field(line, "reason"), .by = field(line, "by"), .state = field(line, "state"),
		.started_us = now(fake) - number(line, "ago") * CLOCK_US,
		.ends_us = now(fake) + number(line, "left") * CLOCK_US,
		.active_us = now(fake) - number(line, "idle") * CLOCK_US, .cols = 120, .rows = 40,
		.processes = (uint32_t)number(line, "processes"), .output_bytes = 1234567, .survivors = -1 };
	tell_changed(fake, "session");
}

static struct wire_request_row *
request_by_id(struct fake *fake, const struct id *id)
{
	for (size_t i = 0; i < fake->request_count; i++)
		if (id_equal(&fake->requests[i].request, id))
			return &fake->requests[i];
	return NULL;
}

static struct wire_session_row *
session_by_id(struct fake *fake, const struct id *id)
{
	for (size_t i = 0; i < fake->session_count; i++)
		if (id_equal(&fake->sessions[i].session, id))
			return &fake->sessions[i];
	return NULL;
}

static void
command_gone(struct fake *fake, const char *line)
{
	struct id id = id_of(number(line, "id"));
	struct wire_request_row *request = request_by_id(fake, &id);
	struct wire_session_row *session = session_by_id(fake, &id);
	static char token[] = "github-token=3", column[] = "column pay=scale=12";
	static char *masked[] = { token, column, NULL };

	if (request != NULL) {
		request->state = field(line, "state");
		request->by = field(line, "by");
		request->decided_us = now(fake);
		tell_changed(fake, "request");
	} else if (session != NULL) {
		session->state = own_dup("ended");
		session->why = field(line, "why");
		session->ended_us = now(fake);
		session->masked = masked;
		tell_changed(fake, "session");
	}
}

static void
command_away(struct fake *fake, const char *line)
{
	(void)line;
	for (size_t i = 0; i < CLIENTS; i++)
		if (fake->clients[i].fd >= 0)
			wire_conn_done(&fake->clients[i]);
	if (fake->listener >= 0)
		close(fake->listener);
	fake->listener = -1;
	unlink(fake->socket);
	puts("away");
}

static void
command_back(struct fake *fake, const char *line)
{
	(void)line;
	fake->listener = fdio_listen(fake->socket, 0666);
	if (fake->listener < 0) {
		fprintf(stderr, "fake_gate: %s: %s\n", fake->socket, err_text(fake->listener));
		exit(1);
	}
}

static void
command_fail(struct fake *fake, const char *line)
{
	snprintf(fake->fail, sizeof fake->fail, "%s", field(line, "text"));
}

static const struct {
	const char *word;
	void (*run)(struct fake *, const char *);
} commands[] = {
	{ "me", command_me }, { "request", command_request }, { "grant", command_grant }, { "session", command_session },
	{ "gone", command_gone }, { "away", command_away }, { "back", command_back }, { "fail", command_fail },
};

static void
run_line(struct fake *fake, const char *line)
{
	size_t word = strcspn(line, "|");

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strlen(commands[i].word) == word && strncmp(commands[i].word, line, word) == 0)
			commands[i].run(fake, line);
}

static void
on_commands(struct fake *fake)
{
	uint8_t *to = buf_reserve(&fake->in, LINE);
	ssize_t n = to != NULL ? read(STDIN_FILENO, to, LINE) : 0;
	const uint8_t *end;

	if (n <= 0) {
		fake->over = true;
		return;
	}
	buf_commit(&fake->in, (size_t)n);
	while ((end = memchr(buf_data(&fake->in), '\n', buf_len(&fake->in))) != NULL) {
		size_t length = (size_t)(end - buf_data(&fake->in));
		char *line = strndup((const char *)buf_data(&fake->in), length);

		run_line(fake, line);
		free(line);
		buf_consume(&fake->in, length + 1);
	}
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void
done(struct wire_conn *conn, const char *text)
{
	struct wire_done message = { .text = own_dup(text) };

	wire_put(conn, WIRE_DONE, &message);
	free(message.text);
}

/* The prepared refusal, once. */
static bool
refused(struct fake *fake, struct wire_conn *conn)
{
	struct wire_fail message = { .status = STATUS_FAILED, .text = fake->fail };

	if (fake->fail[0] == '\0')
		return false;
	wire_put(conn, WIRE_FAIL, &message);
	fake->fail[0] = '\0';
	return true;
}

static void
answer_requests(struct fake *fake, struct wire_conn *conn, const struct wire_requests *ask)
{
	size_t most = ask->limit == 0 ? ROWS : ask->limit;
	struct id id;

	if (id_parse(ask->which, &id) == 0 && request_by_id(fake, &id) != NULL)
		wire_put(conn, WIRE_REQUEST_ROW, request_by_id(fake, &id));
	else
		for (size_t i = fake->request_count > most ? fake->request_count - most : 0; i < fake->request_count; i++)
			if (ask->state[0] == '\0' || strcmp(ask->state, fake->requests[i].state) == 0)
				wire_put(conn, WIRE_REQUEST_ROW, &fake->requests[i]);
	done(conn, "");
}

static void
answer_grants(struct fake *fake, struct wire_conn *conn)
{
	for (size_t i = 0; i < fake->grant_count; i++)
		wire_put(conn, WIRE_GRANT_ROW, &fake->grants[i]);
	done(conn, "");
}

static void
answer_sessions(struct fake *fake, struct wire_conn *conn, const struct wire_sessions *ask)
{
	for (size_t i = 0; i < fake->session_count; i++)
		if (!ask->running || strcmp(fake->sessions[i].state, "ended") != 0)
			wire_put(conn, WIRE_SESSION_ROW, &fake->sessions[i]);
	done(conn, "");
}

static void
answer_decide(struct fake *fake, struct wire_conn *conn, const struct wire_decide *decide)
{
	struct wire_request_row *row;
	char text[256];
	struct id id;

	printf("decide grant=%d seconds=%" PRId64 " comment=%s which=%s\n", decide->grant, decide->seconds, decide->comment,
	    decide->which);
	if (refused(fake, conn) || id_parse(decide->which, &id) < 0 || (row = request_by_id(fake, &id)) == NULL)
		return;
	row->state = own_dup(decide->grant ? "granted" : "denied");
	row->by = own_dup(fake->welcome.person);
	row->comment = own_dup(decide->comment);
	row->decided_us = now(fake);
	snprintf(text, sizeof text, decide->grant ? "Granted %s to %s; it lapses if it is not used in 15 min." :
	    "Denied %s to %s.", row->role, row->person);
	done(conn, text);
	if (decide->grant)
		fake->grants[fake->grant_count++ % ROWS] = (struct wire_grant_row){ .grant = id_of(0x1000 + id.bytes[15]),
			.request = id, .person = row->person, .role = row->role, .by = row->by, .reason = row->reason,
			.comment = row->comment, .state = own_dup("live"), .usable_us = now(fake),
			.seconds = decide->seconds != 0 ? decide->seconds : row->seconds,
			.lapses_us = now(fake) + 900 * CLOCK_US };
	tell_changed(fake, "request");
}

static void
answer_freeze(struct fake *fake, struct wire_conn *conn, const struct wire_freeze *freeze)
{
	struct wire_session_row *row;
	struct id id;

	printf("%s reason=%s which=%s\n", freeze->on ? "freeze" : "thaw", freeze->reason, freeze->which);
	if (refused(fake, conn) || id_parse(freeze->which, &id) < 0)
		return;
	row = session_by_id(fake, &id);
	if (row != NULL)
		row->state = own_dup(freeze->on ? "frozen" : "running");
	done(conn, freeze->on ? "Frozen." : "Thawed.");
	tell_changed(fake, "session");
}

static void
answer_time(struct fake *fake, struct wire_conn *conn, const struct wire_message *message)
{
	const struct wire_extend *extend = message->fields;	/* struct wire_shorten has the same fields */

	printf("%s seconds=%d reason=%s which=%s\n", message->kind == WIRE_EXTEND ? "extend" : "shorten", (int)extend->seconds,
	    extend->reason, extend->which);
	if (!refused(fake, conn))
		done(conn, message->kind == WIRE_EXTEND ? "Extended." : "Shortened.");
}

static void
answer_revoke(struct fake *fake, struct wire_conn *conn, const struct wire_revoke *revoke)
{
	struct wire_session_row *row;
	char text[256];
	struct id id;

	printf("revoke reason=%s which=%s\n", revoke->reason, revoke->which);
	if (refused(fake, conn) || id_parse(revoke->which, &id) < 0)
		return;
	row = session_by_id(fake, &id);
	if (row != NULL) {
		row->state = own_dup("ended");
		row->why = own_dup("revoked by appr-02");
		row->ended_us = now(fake);
		snprintf(text, sizeof text, "Revoked %s of %s.", row->role, row->person);
	} else {
		for (size_t i = 0; i < fake->grant_count; i++)
			if (id_equal(&fake->grants[i].grant, &id))
				fake->grants[i].state = own_dup("ended");
		snprintf(text, sizeof text, "The grant is taken back.");
	}
	done(conn, text);
	tell_changed(fake, row != NULL ? "session" : "grant");
}

static void
answer(struct fake *fake, size_t client, const struct wire_message *message)
{
	struct wire_conn *conn = &fake->clients[client];
	const struct wire_say *say = message->fields;

	switch (message->kind) {
	case WIRE_HELLO:
		conn->phase = WIRE_PHASE_KNOWN;
		wire_put(conn, WIRE_WELCOME, &fake->welcome);
		break;
	case WIRE_SUBSCRIBE:
		fake->told[client] = true;
		done(conn, "");
		break;
	case WIRE_REQUESTS:
		answer_requests(fake, conn, message->fields);
		break;
	case WIRE_GRANTS:
		answer_grants(fake, conn);
		break;
	case WIRE_SESSIONS:
		answer_sessions(fake, conn, message->fields);
		break;
	case WIRE_DECIDE:
		answer_decide(fake, conn, message->fields);
		break;
	case WIRE_REVOKE:
		answer_revoke(fake, conn, message->fields);
		break;
	case WIRE_FREEZE:
		answer_freeze(fake, conn, message->fields);
		break;
	case WIRE_EXTEND:
	case WIRE_SHORTEN:
		answer_time(fake, conn, message);
		break;
	case WIRE_SAY:
		printf("say text=%s which=%s\n", say->text, say->which);
		if (!refused(fake, conn))
			done(conn, "Said.");
		break;
	default:
		printf("unexpected %s\n", wire_name(message->kind));
	}
}

static void
on_client(struct fake *fake, size_t client)
{
	struct wire_conn *conn = &fake->clients[client];
	int r = wire_fill(conn);

	while (r >= 0 && conn->fd >= 0) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		r = wire_next(conn, &message);
		if (r <= 0)
			break;
		answer(fake, client, &message);
	}
	if (r < 0 && r != ERR_PEER_GONE)
		printf("broken %s\n", err_text(r));
	if (r < 0)
		wire_conn_done(conn);
}

static void
on_caller(struct fake *fake)
{
	int fd = accept4(fake->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	for (size_t i = 0; fd >= 0 && i < CLIENTS; i++)
		if (fake->clients[i].fd < 0) {
			wire_conn_init(&fake->clients[i], fd, WIRE_FROM_CLIENT, 8u << 20);
			fake->told[i] = false;
			return;
		}
	if (fd >= 0)
		close(fd);
}

static void
turn(struct fake *fake)
{
	struct pollfd fds[CLIENTS + 2] = { { .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = fake->listener, .events = POLLIN } };

	for (size_t i = 0; i < CLIENTS; i++)
		fds[i + 2] = (struct pollfd){ .fd = fake->clients[i].fd,
			.events = wire_wants_write(&fake->clients[i]) ? POLLIN | POLLOUT : POLLIN };
	if (poll(fds, CLIENTS + 2, -1) < 0)
		return;
	if (fds[0].revents != 0)
		on_commands(fake);
	if (fds[1].revents != 0 && fake->listener >= 0)
		on_caller(fake);
	for (size_t i = 0; i < CLIENTS; i++) {
		if (fds[i + 2].revents != 0 && fake->clients[i].fd == fds[i + 2].fd)
			on_client(fake, i);
		if (fake->clients[i].fd >= 0)
			wire_flush(&fake->clients[i]);
	}
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct fake *fake = own_alloc(sizeof *fake);
	struct place place;

	if (argc != 3)
		return 2;
	place_init(&place, argv[1]);
	mkdir(place.run, 0755);
	fake->socket = place_path(place.run, "gate.sock", NULL);
	fake->now_us = strtoll(argv[2], NULL, 10);
	buf_init(&fake->in, 1u << 20);
	for (size_t i = 0; i < CLIENTS; i++)
		wire_conn_init(&fake->clients[i], -1, WIRE_FROM_CLIENT, 1);
	command_me(fake, "me|name=appr-02|approver=1");
	command_back(fake, "");
	puts("ready");
	while (!fake->over) {
		fflush(stdout);
		turn(fake);
	}
	command_away(fake, "");
	return 0;
}
