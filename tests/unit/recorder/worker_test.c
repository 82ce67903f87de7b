/* SPDX-License-Identifier: ISC */
/* postern-worker as its peers see it: the real program, with this test as gate, client, warden, and session. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <sodium.h>
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
#include "recorder/contract.h"

#define LIMIT_MS	20000

/* A stage: the worker and everybody around it. */
struct stage {
	char			 dir[64];
	pid_t			 worker;
	struct wire_conn	 client, gate;
	int			 warden;
	int			 slave;			/* with a tty */
	int			 in, out, err;		/* without: the command's ends */
	uint8_t			 identity[AGE_KEY];
	char			 recipient[AGE_TEXT];
	struct buf		 shown, shown_err;	/* what the client got */
	struct grid		*screen;		/* what its terminal shows */
	rlim_t			 file_most;		/* longest file the worker may write; 0 = any: a full disk for everybody */
};

static char *
path_of(const struct stage *s, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", s->dir, name) > 0);
	return path;
}

static int
new_file(const struct stage *s, const char *name)
{
	AUTO_FREE char *path = path_of(s, name);

	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static int
setup(void **state)
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

static int
teardown(void **state)
{
	static const char *const names[] = { "s.rec", "s.tail", "listen", "inside" };
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
		AUTO_FREE char *path = path_of(s, names[i]);

		unlink(path);
	}
	rmdir(s->dir);
	buf_done(&s->shown);
	buf_done(&s->shown_err);
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
static void
start_worker(struct stage *s, struct wire_start *start)
{
	AUTO_FREE char *listen = path_of(s, "listen");
	AUTO_FREE char *inside = path_of(s, "inside");
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
	fds[WORKER_REC] = new_file(s, "s.rec");
	fds[WORKER_TAIL] = new_file(s, "s.tail");
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

static void
readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
}

static void
hear(struct wire_conn *conn, struct wire_message *message)
{
	int r;

	while ((r = wire_next(conn, message)) == 0) {
		readable(conn->fd);
		assert_true(wire_fill(conn) >= 0);
	}
	assert_int_equal(r, 1);
}

/* The next message; it must be of this kind. */
static void
expect(struct wire_conn *conn, enum wire_kind kind, struct wire_message *message)
{
	hear(conn, message);
	assert_string_equal(wire_name(message->kind), wire_name(kind));
}

/* The next message to the client that is not output; output is collected. */
static unsigned
client_hear(struct stage *s, struct wire_message *message)
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
static void
screen_until(struct stage *s, const char *text, bool is_there)
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
		expect(&s->client, WIRE_OUTPUT, &message);
		output = message.fields;
		grid_write(s->screen, output->bytes.data, output->bytes.count);
	}
}

static void
say(struct wire_conn *conn, enum wire_kind kind, const void *fields)
{
	assert_int_equal(wire_send(conn, kind, fields), 0);
}

static void
expect_started(struct stage *s)
{
	AUTO_MESSAGE struct wire_message message = { 0 };

	assert_int_equal(client_hear(s, &message), WIRE_STARTED);
}

/* The gate's go, and the report that it has begun. */
static void
go(struct stage *s)
{
	AUTO_MESSAGE struct wire_message report = { 0 };
	const struct wire_go go = { true };

	say(&s->gate, WIRE_GO, &go);
	expect_started(s);
	expect(&s->gate, WIRE_REPORT, &report);
	assert_string_equal(((struct wire_report *)report.fields)->type, "started");
}

static void
warden_says(struct stage *s, uint32_t what, int32_t status, int64_t killed)
{
	struct warden_word word = { .what = what, .exit_status = status, .killed = killed };

	assert_int_equal(send(s->warden, &word, sizeof word, 0), sizeof word);
}

static void
warden_is_ordered(struct stage *s)
{
	struct warden_order order;

	readable(s->warden);
	assert_int_equal(recv(s->warden, &order, sizeof order, 0), sizeof order);
	assert_int_equal(order.op, WARDEN_END);
}

/* Reads until wire_ended, whose sentence must contain the words. */
static void
expect_ended(struct stage *s, const char *words)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	const struct wire_ended *ended;

	assert_int_equal(client_hear(s, &message), WIRE_ENDED);
	ended = message.fields;
	if (strstr(ended->text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, ended->text);
}

/* Acknowledges everything until the report of this type has come. */
static void
ack_until(struct stage *s, const char *type)
{
	bool found = false;

	while (!found) {
		AUTO_MESSAGE struct wire_message message = { 0 };
		const struct wire_report *report;
		struct wire_ack ack;

		expect(&s->gate, WIRE_REPORT, &message);
		report = message.fields;
		found = strcmp(report->type, type) == 0;
		ack.n = report->n;
		say(&s->gate, WIRE_ACK, &ack);
	}
}

static void
worker_exits(struct stage *s)
{
	int status = -1;

	assert_int_equal(waitpid(s->worker, &status, 0), s->worker);
	s->worker = 0;
	assert_int_equal(status, 0);
}

/* All events of a kind in the recording, joined. */
static char *
recorded(struct stage *s, enum rec_kind kind)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	AUTO_REC_SOURCE struct rec_source source = { 0 };
	AUTO_REC_READER struct rec_reader *reader = NULL;
	AUTO_FREE char *path = path_of(s, "s.rec");
	AUTO_BUF struct buf bytes;
	struct rec_keyring keyring = { .identities = ring };
	struct rec_event event;

	buf_init(&bytes, 1u << 20);
	assert_int_equal(age_ring_add(ring, s->identity), 0);
	assert_int_equal(rec_source_files(&source, path), 0);
	assert_int_equal(rec_reader_open(&source, &keyring, &reader), 0);
	while (rec_reader_next(reader, &event) > 0)
		if (event.kind == kind)
			assert_int_equal(buf_add(&bytes, event.bytes, event.count), 0);
	return buf_text(&bytes);
}

static void
type(struct stage *s, const char *keys)
{
	struct wire_input input = { { (uint8_t *)(uintptr_t)keys, strlen(keys) } };

	say(&s->client, WIRE_INPUT, &input);
}

/* ---- the tests */

static void
nothing_is_shown_before_the_gate_says_go(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .external = true };
	AUTO_MESSAGE struct wire_message envelope = { 0 };
	struct pollfd p;

	start_worker(s, &start);
	assert_int_equal(write(s->slave, "early", 5), 5);
	expect(&s->gate, WIRE_ENVELOPE, &envelope);
	p = (struct pollfd){ .fd = s->client.fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 200), 0);
	go(s);
	screen_until(s, "early", true);
}

static void
a_gate_that_goes_before_its_word_ends_the_session(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	start_worker(s, &start);
	wire_conn_done(&s->gate);
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 0);
	expect_ended(s, "The gate did not confirm the session");
}

static void
a_revoked_session_ends_with_the_reason_and_a_receipt(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .kept = (char[]){ "kept 90 days" } };
	struct wire_stop stop = { .reason = (char[]){ "wrong host" }, .by = (char[]){ "appr-02" } };

	start_worker(s, &start);
	go(s);
	say(&s->gate, WIRE_STOP, &stop);
	warden_is_ordered(s);
	assert_int_equal(write(s->slave, "last words", 10), 10);
	warden_says(s, WARDEN_RECEIPT, 0, 2);
	expect_ended(s, "revoked by appr-02: wrong host. 2 processes were ended. Recording ab000000, kept 90 days.");
	ack_until(s, "ended");
	worker_exits(s);
	assert_memory_equal(buf_data(&s->shown), "last words", 10);
	{
		AUTO_FREE char *output = recorded(s, REC_OUTPUT);

		assert_string_equal(output, "last words");
	}
}

static void
the_deadline_ends_it_and_names_the_grant(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .by = (char[]){ "appr-02" }, .seconds = 1200,
		.deadline_boot_us = clock_boot_us() + CLOCK_US / 2, .ends_us = clock_wall_us() + CLOCK_US / 2 };

	start_worker(s, &start);
	go(s);
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 1);
	expect_ended(s, "Your 20 minutes are over (granted by appr-02 until ");
}

static void
the_warning_leaves_the_picture_as_it_was(void **state)
{
	static const char picture[] = "\033[?1049h\033[2J\033[1;1Htop\033[24;1H\033[7mbottom row of the program\033[0m\033[12;40Hmiddle";
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .deadline_boot_us = clock_boot_us() + 61 * CLOCK_US,
		.ends_us = clock_wall_us() + 61 * CLOCK_US };
	AUTO_GRID struct grid *want = grid_new(80, 24);
	AUTO_BUF struct buf a;
	AUTO_BUF struct buf b;
	int row, col;

	buf_init(&a, 1u << 20);
	buf_init(&b, 1u << 20);
	start_worker(s, &start);
	go(s);
	assert_int_equal(write(s->slave, picture, sizeof picture - 1), sizeof picture - 1);
	screen_until(s, "This session ends in 1 minute", true);
	screen_until(s, "This session ends in 1 minute", false);
	grid_write(want, picture, sizeof picture - 1);
	assert_int_equal(grid_text(want, &a), 0);
	assert_int_equal(grid_text(s->screen, &b), 0);
	assert_int_equal(buf_len(&a), buf_len(&b));
	assert_memory_equal(buf_data(&a), buf_data(&b), buf_len(&a));
	grid_cursor(s->screen, &row, &col);
	assert_int_equal(row, 11);
	assert_int_equal(col, 45);
	assert_true(grid_cell(s->screen, 23, 0)->pen == grid_cell(want, 23, 0)->pen);
	assert_true(grid_pen(s->screen) == 0);
	{
		AUTO_FREE char *output = recorded(s, REC_OUTPUT);
		AUTO_FREE char *states = recorded(s, REC_STATE);

		assert_string_equal(output, picture);
		assert_non_null(strstr(states, "warned: 1 minute left"));
	}
}

static void
the_next_gate_gets_every_report_that_was_not_acknowledged(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };
	struct wire_hello hello = { .version = WIRE_VERSION };
	AUTO_FREE char *path = path_of(s, "listen");
	AUTO_MESSAGE struct wire_message row = { 0 };
	AUTO_MESSAGE struct wire_message report = { 0 };
	AUTO_FD int garbage = -1;
	char byte;

	start_worker(s, &start);
	go(s);
	wire_conn_done(&s->gate);
	type(s, "x");
	screen_until(s, "x", true);
	garbage = fdio_connect(path);
	assert_int_equal(write(garbage, "\377\377\377\377garbage", 11), 11);
	readable(garbage);
	assert_true(read(garbage, &byte, 1) <= 0);
	wire_conn_init(&s->gate, fdio_connect(path), WIRE_WORKER_TO_GATE, 1u << 20);
	say(&s->gate, WIRE_HELLO, &hello);
	expect(&s->gate, WIRE_STATUS_ROW, &row);
	assert_string_equal(((struct wire_status_row *)row.fields)->state, "running");
	expect(&s->gate, WIRE_REPORT, &report);
	assert_int_equal(((struct wire_report *)report.fields)->n, 1);
}

static void
a_gate_that_talks_garbage_loses_only_its_connection(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	start_worker(s, &start);
	go(s);
	assert_int_equal(write(s->gate.fd, "\0\0\0\1\377", 5), 5);
	type(s, "still here");
	screen_until(s, "still here", true);
}

static void
from_inside_one_can_ask_note_and_give_back(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true, .person = (char[]){ "eng-07" } };
	struct wire_inside_status status = { true };
	struct wire_inside_note note = { .text = (char[]){ "restarted nginx" } };
	struct wire_inside_end end = { true };
	AUTO_FREE char *path = path_of(s, "inside");
	AUTO_CONN struct wire_conn inside = { 0 };
	AUTO_MESSAGE struct wire_message row = { 0 };
	AUTO_MESSAGE struct wire_message noted = { 0 };
	AUTO_FREE char *text = NULL;

	start_worker(s, &start);
	expect_started(s);
	wire_conn_init(&inside, fdio_connect(path), WIRE_WORKER_TO_INSIDE, 1u << 20);
	say(&inside, WIRE_INSIDE_STATUS, &status);
	expect(&inside, WIRE_INSIDE_ROW, &row);
	assert_string_equal(((struct wire_inside_row *)row.fields)->person, "eng-07");
	say(&inside, WIRE_INSIDE_NOTE, &note);
	expect(&inside, WIRE_DONE, &noted);
	text = recorded(s, REC_NOTE);
	assert_string_equal(text, "restarted nginx");
	say(&inside, WIRE_INSIDE_END, &end);
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 1);
	expect_ended(s, "You gave the access back. 1 process was ended.");
	worker_exits(s);
}

static void
many_connections_from_inside_do_not_shut_out_the_next(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };
	struct wire_inside_status status = { true };
	AUTO_FREE char *path = path_of(s, "inside");
	AUTO_CONN struct wire_conn inside = { 0 };
	AUTO_MESSAGE struct wire_message row = { 0 };
	int held[32];

	start_worker(s, &start);
	expect_started(s);
	for (size_t i = 0; i < 32; i++)
		held[i] = fdio_connect(path);
	wire_conn_init(&inside, fdio_connect(path), WIRE_WORKER_TO_INSIDE, 1u << 20);
	say(&inside, WIRE_INSIDE_STATUS, &status);
	expect(&inside, WIRE_INSIDE_ROW, &row);
	for (size_t i = 0; i < 32; i++)
		close(held[i]);
}

static void
without_a_terminal_the_streams_stay_apart(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .warden = true };
	struct wire_input_end end = { true };
	char bytes[8] = "";

	start_worker(s, &start);
	expect_started(s);
	type(s, "in");
	say(&s->client, WIRE_INPUT_END, &end);
	assert_int_equal(fdio_read(s->in, bytes, 2), 0);
	assert_string_equal(bytes, "in");
	assert_int_equal(read(s->in, bytes, 1), 0);
	assert_int_equal(write(s->out, "out", 3), 3);
	assert_int_equal(write(s->err, "err", 3), 3);
	own_close(&s->out);
	own_close(&s->err);
	warden_says(s, WARDEN_EXITED, 7, 0);
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 0);
	{
		AUTO_MESSAGE struct wire_message message = { 0 };
		AUTO_FREE char *output = NULL;
		AUTO_FREE char *errors = NULL;

		assert_int_equal(client_hear(s, &message), WIRE_ENDED);
		assert_int_equal(((struct wire_ended *)message.fields)->exit_status, 7);
		assert_memory_equal(buf_data(&s->shown), "out", 3);
		assert_memory_equal(buf_data(&s->shown_err), "err", 3);
		worker_exits(s);
		output = recorded(s, REC_OUTPUT);
		errors = recorded(s, REC_ERROR_OUTPUT);
		assert_string_equal(output, "out");
		assert_string_equal(errors, "err");
	}
}

static void
a_warden_that_dies_takes_the_session_along(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };

	start_worker(s, &start);
	expect_started(s);
	own_close(&s->warden);
	expect_ended(s, "The warden died");
	worker_exits(s);
}

static void
a_client_that_breaks_the_protocol_ends_its_session_only(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	start_worker(s, &start);
	go(s);
	assert_int_equal(write(s->client.fd, "\0\0\0\1\1", 5), 5);	/* a hello has no business here */
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 0);
	ack_until(s, "ended");
	worker_exits(s);
}

static void
a_terminated_worker_ends_the_session_in_order(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };

	start_worker(s, &start);
	expect_started(s);
	kill(s->worker, SIGTERM);
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 0);
	expect_ended(s, "The recorder was told to stop");
	worker_exits(s);
}

static void
an_idle_session_ends(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true, .idle_s = 1 };

	start_worker(s, &start);
	expect_started(s);
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 0);
	expect_ended(s, "Nothing was typed for 1 s");
}

static void
a_disk_that_stays_full_ends_the_session_and_shows_nothing_unrecorded(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .warden = true, .grace_s = 1 };
	char bytes[4096];
	AUTO_FREE char *output = NULL;

	s->file_most = 40000;
	start_worker(s, &start);
	expect_started(s);
	randombytes_buf(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)('a' + (bytes[i] & 15));
	for (int i = 0; i < 12; i++)
		assert_int_equal(fdio_write(s->out, bytes, sizeof bytes), 0);
	{
		AUTO_MESSAGE struct wire_message notice = { 0 };

		assert_int_equal(client_hear(s, &notice), WIRE_NOTICE);
	}
	warden_is_ordered(s);
	warden_says(s, WARDEN_RECEIPT, 0, 1);
	expect_ended(s, "could not be written for too long");
	worker_exits(s);
	output = recorded(s, REC_OUTPUT);
	assert_true(buf_len(&s->shown) < 12 * sizeof bytes);
	assert_true(strlen(output) >= buf_len(&s->shown));
	assert_memory_equal(output, buf_data(&s->shown), buf_len(&s->shown));
}

static void
a_start_with_a_bad_key_is_refused_with_a_sentence(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };
	AUTO_MESSAGE struct wire_message message = { 0 };
	int status;

	strcpy(s->recipient, "age1nonsense");
	start_worker(s, &start);
	assert_int_equal(client_hear(s, &message), WIRE_FAIL);
	assert_int_equal(waitpid(s->worker, &status, 0), s->worker);
	s->worker = 0;
	assert_int_equal(WEXITSTATUS(status), 1);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_shown_before_the_gate_says_go),
		TEST(a_gate_that_goes_before_its_word_ends_the_session),
		TEST(a_revoked_session_ends_with_the_reason_and_a_receipt),
		TEST(the_deadline_ends_it_and_names_the_grant),
		TEST(the_warning_leaves_the_picture_as_it_was),
		TEST(the_next_gate_gets_every_report_that_was_not_acknowledged),
		TEST(a_gate_that_talks_garbage_loses_only_its_connection),
		TEST(from_inside_one_can_ask_note_and_give_back),
		TEST(many_connections_from_inside_do_not_shut_out_the_next),
		TEST(without_a_terminal_the_streams_stay_apart),
		TEST(a_warden_that_dies_takes_the_session_along),
		TEST(a_client_that_breaks_the_protocol_ends_its_session_only),
		TEST(a_terminated_worker_ends_the_session_in_order),
		TEST(an_idle_session_ends),
		TEST(a_disk_that_stays_full_ends_the_session_and_shows_nothing_unrecorded),
		TEST(a_start_with_a_bad_key_is_refused_with_a_sentence),
	};

	secret_init();
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
