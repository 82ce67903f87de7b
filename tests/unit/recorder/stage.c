/* SPDX-License-Identifier: ISC */
/* The worker's peers, played by a test. */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/agekey.h"
#include "lib/record/reader.h"
#include "lib/term/grid.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"
#include "recorder/keeper/contract.h"
#include "tests/unit/recorder/stage.h"

char *
stage_path(const struct stage *s, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", s->dir, name) > 0);
	return path;
}

static int
new_file(const struct stage *s, const char *name)
{
	AUTO_FREE char *path = stage_path(s, name);

	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

int
stage_setup(void **state)
{
	struct stage *s = own_alloc(sizeof *s);
	struct age_recipient recipient;

	strcpy(s->dir, "/tmp/worker-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	age_identity_new(s->identity);
	age_identity_recipient(s->identity, &recipient);
	age_recipient_text(&recipient, s->recipient);
	buf_init(&s->shown, 8u << 20);
	buf_init(&s->shown_err, 8u << 20);
	s->screen = grid_new(80, 24);
	s->slave = s->in = s->out = s->err = s->warden = s->client.fd = s->gate.fd = -1;
	*state = s;
	return 0;
}

int
stage_teardown(void **state)
{
	static const char *const names[] = { "s.rec", "s.tail", "t.rec", "t.tail", "listen", "inside" };
	struct stage *s = *state;

	if (s->worker > 0) {
		kill(s->worker, SIGKILL);
		waitpid(s->worker, NULL, 0);
	}
	wire_conn_done(&s->client);
	wire_conn_done(&s->gate);
	own_close(&s->warden);
	own_close(&s->slave);
	own_close(&s->in);
	own_close(&s->out);
	own_close(&s->err);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = stage_path(s, names[i]);

		unlink(path);
	}
	rmdir(s->dir);
	buf_done(&s->shown);
	buf_done(&s->shown_err);
	buf_done(&s->rules);
	grid_free(s->screen);
	free(s);
	return 0;
}

static int
start_file(const struct wire_start *start)
{
	AUTO_BUF struct buf bytes;
	int ends[2];

	buf_init(&bytes, WIRE_FRAME_MOST + 4);
	assert_int_equal(wire_pack(WIRE_START, start, &bytes), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fdio_write(ends[1], buf_data(&bytes), buf_len(&bytes)), 0);
	close(ends[1]);
	return ends[0];
}

/* Ours and the worker's end of a socket. */
static int
pair(int type, int *ours)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
	*ours = ends[0];
	return ends[1];
}

static void
open_port(struct stage *s, bool tty, int fds[WORKER_LAST + 1])
{
	int ends[2];

	if (tty) {
		fds[WORKER_PTY] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		assert_int_equal(unlockpt(fds[WORKER_PTY]), 0);
		s->slave = ioctl(fds[WORKER_PTY], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
		return;
	}
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	s->in = ends[0];
	fds[WORKER_PTY] = ends[1];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	s->out = ends[1];
	fds[WORKER_OUT] = ends[0];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	s->err = ends[1];
	fds[WORKER_ERR] = ends[0];
}

static void __attribute__((noreturn))
become_worker(const struct stage *s, const int fds[WORKER_LAST + 1])
{
	const struct rlimit limit = { s->file_most, s->file_most };
	const char *build = getenv("TOP_BUILDDIR");
	char path[4096];
	char name[] = "postern-worker";
	char *argv[] = { name, NULL };
	int targets[WORKER_LAST + 1];

	for (int i = 0; i <= WORKER_LAST; i++)
		targets[i] = i;
	snprintf(path, sizeof path, "%s/recorder/postern-worker", build != NULL ? build : ".");
	if (s->file_most > 0)
		setrlimit(RLIMIT_FSIZE, &limit);
	if (fdio_arrange(fds + 3, targets + 3, WORKER_LAST - 2, WORKER_LAST) == 0)
		execv(path, argv);
	_exit(126);
}

/* Starts the worker; `start` says what there is. */
void
stage_start(struct stage *s, struct wire_start *start)
{
	AUTO_FREE char *listen = stage_path(s, "listen");
	AUTO_FREE char *inside = stage_path(s, "inside");
	char *recipients[] = { s->recipient, NULL };
	int fds[WORKER_LAST + 1];
	int end;

	for (int i = 0; i <= WORKER_LAST; i++)
		fds[i] = -1;
	start->session.bytes[0] = 0xab;
	start->recipients = recipients;
	start->cols = 80;
	start->rows = 24;
	start->started_us = clock_wall_us();
	fds[WORKER_START] = start_file(start);
	if (start->mask)
		fds[WORKER_RULES] = fdio_memory("rules", buf_data(&s->rules), buf_len(&s->rules));
	fds[WORKER_REC] = new_file(s, "s.rec");
	fds[WORKER_TAIL] = new_file(s, "s.tail");
	if (start->own_trail) {
		fds[WORKER_TRAIL_REC] = s->trail_is_full ? open("/dev/full", O_RDWR | O_CLOEXEC) : new_file(s, "t.rec");
		fds[WORKER_TRAIL_TAIL] = new_file(s, "t.tail");
	}
	open_port(s, start->tty, fds);
	fds[WORKER_CLIENT] = pair(SOCK_STREAM, &end);
	wire_conn_init(&s->client, end, WIRE_WORKER_TO_CLIENT, 1u << 20);
	if (start->gate) {
		fds[WORKER_GATE] = pair(SOCK_STREAM, &end);
		wire_conn_init(&s->gate, end, WIRE_WORKER_TO_GATE, 1u << 20);
		fds[WORKER_LISTEN] = fdio_listen(listen, 0600);
	}
	fds[WORKER_INSIDE] = fdio_listen(inside, 0600);
	if (start->warden)
		fds[WORKER_WARDEN] = pair(SOCK_SEQPACKET, &s->warden);
	s->worker = fork();
	if (s->worker == 0)
		become_worker(s, fds);
	for (int i = 3; i <= WORKER_LAST; i++)
		own_close(&fds[i]);
}

/* ---- what is heard */

void
stage_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
}

static void
hear(struct wire_conn *conn, struct wire_message *message)
{
	int r;

	while ((r = wire_next(conn, message)) == 0) {
		stage_readable(conn->fd);
		assert_true(wire_fill(conn) >= 0);
	}
	assert_int_equal(r, 1);
}

/* The next message; it must be of this kind. */
void
stage_expect(struct wire_conn *conn, enum wire_kind kind, struct wire_message *message)
{
	hear(conn, message);
	assert_string_equal(wire_name(message->kind), wire_name(kind));
}

/* The next message to the client that is not output; output is collected. */
unsigned
stage_hear(struct stage *s, struct wire_message *message)
{
	for (;;) {
		hear(&s->client, message);
		if (message->kind == WIRE_OUTPUT) {
			const struct wire_output *output = message->fields;

			grid_write(s->screen, output->bytes.data, output->bytes.count);
			assert_int_equal(buf_add(&s->shown, output->bytes.data, output->bytes.count), 0);
		} else if (message->kind == WIRE_ERROR_OUTPUT) {
			const struct wire_error_output *output = message->fields;

			assert_int_equal(buf_add(&s->shown_err, output->bytes.data, output->bytes.count), 0);
		} else {
			return message->kind;
		}
		wire_message_done(message);
	}
}

/* Until the client's terminal shows the text, or no longer does. */
void
stage_screen(struct stage *s, const char *text, bool is_there)
{
	int64_t end = clock_boot_us() + LIMIT_MS * 1000;

	for (;;) {
		AUTO_MESSAGE struct wire_message message = { 0 };
		AUTO_BUF struct buf picture;
		AUTO_FREE char *words = NULL;
		const struct wire_output *output;

		buf_init(&picture, 1u << 20);
		assert_int_equal(grid_text(s->screen, &picture), 0);
		words = buf_text(&picture);
		if ((strstr(words, text) != NULL) == is_there)
			return;
		assert_true(clock_boot_us() < end);
		stage_expect(&s->client, WIRE_OUTPUT, &message);
		output = message.fields;
		grid_write(s->screen, output->bytes.data, output->bytes.count);
	}
}

void
stage_say(struct wire_conn *conn, enum wire_kind kind, const void *fields)
{
	assert_int_equal(wire_send(conn, kind, fields), 0);
}

void
stage_started(struct stage *s)
{
	AUTO_MESSAGE struct wire_message message = { 0 };

	assert_int_equal(stage_hear(s, &message), WIRE_STARTED);
}

/* The gate's go, and the report that it has begun. */
void
stage_go(struct stage *s)
{
	AUTO_MESSAGE struct wire_message report = { 0 };
	const struct wire_go go = { true };

	stage_say(&s->gate, WIRE_GO, &go);
	stage_started(s);
	stage_expect(&s->gate, WIRE_REPORT, &report);
	assert_string_equal(((struct wire_report *)report.fields)->type, "started");
}

void
stage_warden_says(struct stage *s, uint32_t what, int32_t status, int64_t killed)
{
	struct warden_word word = { .what = what, .exit_status = status, .killed = killed };

	assert_int_equal(send(s->warden, &word, sizeof word, 0), sizeof word);
}

uint32_t
stage_ordered(struct stage *s)
{
	struct warden_order order;

	stage_readable(s->warden);
	assert_int_equal(recv(s->warden, &order, sizeof order, 0), sizeof order);
	return order.op;
}

void
stage_warden_ordered(struct stage *s)
{
	assert_int_equal(stage_ordered(s), WARDEN_END);
}

/* Reads until wire_ended, whose sentence must contain the words. */
void
stage_ended(struct stage *s, const char *words)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	const struct wire_ended *ended;

	assert_int_equal(stage_hear(s, &message), WIRE_ENDED);
	ended = message.fields;
	if (strstr(ended->text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, ended->text);
}

/* Acknowledges everything until the report of this type has come. */
void
stage_ack_until(struct stage *s, const char *type)
{
	bool found = false;

	while (!found) {
		AUTO_MESSAGE struct wire_message message = { 0 };
		const struct wire_report *report;
		struct wire_ack ack;

		stage_expect(&s->gate, WIRE_REPORT, &message);
		report = message.fields;
		found = strcmp(report->type, type) == 0;
		ack.n = report->n;
		stage_say(&s->gate, WIRE_ACK, &ack);
	}
}

void
stage_exits(struct stage *s)
{
	int status = -1;

	assert_int_equal(waitpid(s->worker, &status, 0), s->worker);
	s->worker = 0;
	assert_int_equal(status, 0);
}

static char *
events_of(const struct stage *s, const char *name, enum rec_kind kind)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	AUTO_REC_SOURCE struct rec_source source = { 0 };
	AUTO_REC_READER struct rec_reader *reader = NULL;
	AUTO_FREE char *path = stage_path(s, name);
	AUTO_BUF struct buf bytes;
	struct rec_keyring keyring = { .identities = ring };
	struct rec_event event;

	buf_init(&bytes, 1u << 20);
	assert_int_equal(age_ring_add(ring, s->identity), 0);
	assert_int_equal(rec_source_files(&source, path), 0);
	assert_int_equal(rec_reader_open(&source, &keyring, &reader), 0);
	rec_reader_wants_undecided(reader);
	while (rec_reader_next(reader, &event) > 0)
		if (event.kind == kind)
			assert_int_equal(buf_add(&bytes, event.bytes, event.count), 0);
	return buf_text(&bytes);
}

char *
stage_recorded(struct stage *s, enum rec_kind kind)
{
	return events_of(s, "s.rec", kind);
}

char *
stage_run(struct stage *s, enum rec_kind kind)
{
	return events_of(s, "t.rec", kind);
}

void
stage_type(struct stage *s, const char *keys)
{
	struct wire_input input = { { (uint8_t *)(uintptr_t)keys, strlen(keys) } };

	stage_say(&s->client, WIRE_INPUT, &input);
}
