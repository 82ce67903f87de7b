/* SPDX-License-Identifier: ISC */
/* The loop between the user's terminal and the worker. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"
#include "lib/term/rawtty.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"
#include "recorder/client/relay.h"

#define QUEUE_MOST	(256u * 1024)	/* output that the terminal has not taken yet */
#define QUEUE_PAUSE	(128u * 1024)	/* so much: nothing more is read from the worker */
#define INPUT_PAUSE	(64u * 1024)	/* the same for input */
#define INPUT_ONCE	(16u * 1024)
#define LEAVE_US	(3 * CLOCK_US)	/* how long the worker may take to finish after a signal */

enum source { SRC_WORKER, SRC_SIGNAL, SRC_IN, SRC_OUT, SRC_ERR, SRC_WATCH, SRC_COUNT = SRC_WATCH + RELAY_WATCHES };

/* Where output goes: its own non-blocking description where there can be one, and what waits for it. */
struct sink {
	int		fd;
	bool		is_gone;	/* nobody reads any more */
	struct buf	queue;
};

struct relay {
	const struct relay_params	*params;
	struct relay_result		*result;
	struct wire_conn		*conn;
	struct rawtty			*raw;		/* NULL: the terminal is as it was */
	struct sink			 out, err;
	struct relay_watch		 watch[RELAY_WATCHES];
	int				 signals;
	bool				 is_started, is_cut, is_over, in_ended;
	int				 left_by;	/* signal that told us to go, 0 = none */
	int64_t				 leave_us;	/* boot time at which we stop waiting */
};

/*
 * O_NONBLOCK belongs to the open file, which the shell that started us shares: a terminal or a pipe is opened once
 * more, so that only our own description changes. What cannot be opened again is written to as it is.
 */
static void
sink_init(struct sink *sink, int fd)
{
	char path[32];
	struct stat st;

	*sink = (struct sink){ .fd = -1 };
	buf_init(&sink->queue, QUEUE_MOST);
	if (fstat(fd, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode))) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		sink->fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	}
	if (sink->fd < 0)
		sink->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	sink->is_gone = sink->fd < 0;
}

static void
sink_done(struct sink *sink)
{
	if (sink->fd >= 0)
		close(sink->fd);
	buf_done(&sink->queue);
}

/* Writes as much as is taken. The number of bytes; all of them if the reader is gone, as they have nowhere to go. */
static size_t
sink_write(struct sink *sink, const uint8_t *bytes, size_t count)
{
	size_t done = 0;

	while (done < count && !sink->is_gone) {
		ssize_t n = write(sink->fd, bytes + done, count - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return done;
		if (n < 0)
			sink->is_gone = true;
		else
			done += (size_t)n;
	}
	return sink->is_gone ? count : done;
}

static void
sink_flush(struct sink *sink)
{
	buf_consume(&sink->queue, sink_write(sink, buf_data(&sink->queue), buf_len(&sink->queue)));
}

/* The queue always has room: the worker is not read while more than QUEUE_PAUSE waits. */
static int
sink_put(struct sink *sink, const struct wire_bytes *bytes)
{
	size_t done = 0;

	if (buf_len(&sink->queue) == 0)
		done = sink_write(sink, bytes->data, bytes->count);
	return buf_add(&sink->queue, bytes->data + done, bytes->count - done);
}

static void
finish(struct relay *relay, enum relay_end end, int status, const char *text)
{
	if (relay->is_over)
		return;
	relay->is_over = true;
	relay->result->end = end;
	relay->result->status = status;
	relay->result->text = own_dup(text);
}

/* Only a session with a terminal takes ours; a stream of bytes leaves it alone. */
static void
go_raw(struct relay *relay)
{
	if (relay->params->tty && relay->raw == NULL && rawtty_is(relay->params->in))
		(void)rawtty_enter(relay->params->in, &relay->raw);
}

static void
go_back(struct relay *relay)
{
	rawtty_leave(relay->raw);
	relay->raw = NULL;
}

static void
send_size(struct relay *relay)
{
	struct wire_size size = { 0, 0 };	/* what comes out is no picture: nobody may paint on it */
	int cols, rows;

	if (!relay->params->tty || !relay->is_started)
		return;
	if (rawtty_size(relay->params->out, &cols, &rows) == 0)
		size = (struct wire_size){ (uint32_t)cols, (uint32_t)rows };
	(void)wire_put(relay->conn, WIRE_SIZE, &size);	/* full: the next size comes with the next change */
}

static int
hear_started(struct relay *relay, const void *fields)
{
	if (relay->is_started)
		return ERR_MSG_REFUSED;
	relay->is_started = true;
	if (relay->params->started != NULL)
		relay->params->started(relay->params->user, fields);
	go_raw(relay);
	send_size(relay);
	return 0;
}

static int
hear_output(struct relay *relay, const void *fields)
{
	const struct wire_output *output = fields;

	return relay->left_by != 0 ? 0 : sink_put(&relay->out, &output->bytes);
}

static int
hear_error_output(struct relay *relay, const void *fields)
{
	const struct wire_error_output *output = fields;

	return relay->left_by != 0 ? 0 : sink_put(&relay->err, &output->bytes);
}

static int
hear_notice(struct relay *relay, const void *fields)
{
	const struct wire_notice *notice = fields;
	AUTO_BUF struct buf line;
	struct wire_bytes bytes;

	buf_init(&line, WIRE_CHUNK);
	(void)buf_addf(&line, "%spostern: %s%s\n", relay->raw != NULL ? "\r" : "", notice->text, relay->raw != NULL ? "\r" : "");
	bytes = (struct wire_bytes){ line.bytes + line.start, buf_len(&line) };
	return sink_put(&relay->err, &bytes);
}

static int
hear_ended(struct relay *relay, const void *fields)
{
	const struct wire_ended *ended = fields;

	if (!relay->is_over)
		relay->result->why = own_dup(ended->why);
	finish(relay, RELAY_ENDED, (int)(ended->exit_status & 0xff), ended->text);
	return 0;
}

static int
hear_fail(struct relay *relay, const void *fields)
{
	const struct wire_fail *fail = fields;

	finish(relay, RELAY_FAILED, (int)fail->status, fail->text);
	return 0;
}

/* clang-format off */
static int (*const hear[WIRE_KINDS])(struct relay *, const void *fields) = {
	[WIRE_STARTED] = hear_started,
	[WIRE_OUTPUT] = hear_output,
	[WIRE_ERROR_OUTPUT] = hear_error_output,
	[WIRE_NOTICE] = hear_notice,
	[WIRE_ENDED] = hear_ended,
	[WIRE_FAIL] = hear_fail,
};
/* clang-format on */

static bool
has_room(const struct relay *relay)
{
	return buf_len(&relay->out.queue) < QUEUE_PAUSE && buf_len(&relay->err.queue) < QUEUE_PAUSE;
}

static void
worker_gone(struct relay *relay)
{
	if (relay->left_by != 0)
		finish(relay, RELAY_LEFT, 128 + relay->left_by, "");
	else if (relay->is_started)
		finish(relay, RELAY_BROKEN, 1, "The recorder died; the session was ended.");
	else
		finish(relay, RELAY_BROKEN, 1, "The session could not be started: the recorder died.");
}

/* Takes messages as long as their output finds room; the rest waits in the connection. */
static void
hear_all(struct relay *relay)
{
	int r = 1;

	while (r > 0 && !relay->is_over && has_room(relay)) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		r = wire_next(relay->conn, &message);
		if (r > 0)
			r = hear[message.kind] == NULL || hear[message.kind](relay, message.fields) < 0 ? ERR_MSG_REFUSED : 1;
	}
	if (r < 0 || (r == 0 && relay->is_cut))
		worker_gone(relay);
}

static void
on_worker(struct relay *relay, short events)
{
	int r = 0;

	if ((events & POLLOUT) != 0)
		r = wire_flush(relay->conn);
	if (r == 0 && (events & (POLLIN | POLLHUP | POLLERR)) != 0)
		r = wire_fill(relay->conn);
	if (r < 0)
		relay->is_cut = true;	/* what it said last is still to be heard: see hear_all */
}

static void
on_in(struct relay *relay)
{
	uint8_t bytes[INPUT_ONCE];
	struct wire_input input = { { bytes, 0 } };
	struct wire_input_end end = { true };
	ssize_t n = read(relay->params->in, bytes, sizeof bytes);

	if (n > 0) {
		input.bytes.count = (size_t)n;
		(void)wire_put(relay->conn, WIRE_INPUT, &input);	/* there is room: see INPUT_PAUSE */
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		relay->in_ended = true;
		(void)wire_put(relay->conn, WIRE_INPUT_END, &end);
	}
}

/* The terminal is restored at once; the session's end is waited for, but not for long. */
static void
leave(struct relay *relay, int signal)
{
	if (relay->left_by != 0)
		return;
	relay->left_by = signal;
	relay->leave_us = clock_boot_us() + LEAVE_US;
	go_back(relay);
	buf_clear(&relay->out.queue);
	shutdown(relay->conn->fd, SHUT_WR);
	if (!relay->is_started)
		worker_gone(relay);
}

static void
on_signal(struct relay *relay)
{
	struct signalfd_siginfo info;

	while (read(relay->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGWINCH) {
			send_size(relay);
		} else if (info.ssi_signo == SIGCONT) {
			if (relay->raw != NULL) {	/* a shell that stopped us may have changed it */
				go_back(relay);
				go_raw(relay);
			}
			send_size(relay);
		} else {
			leave(relay, (int)info.ssi_signo);
		}
	}
}

static void
on_watch(struct relay *relay, size_t i)
{
	if (relay->watch[i].ready(relay->params->user) < 0)
		relay->watch[i].fd = -1;
}

/* Bytes for somebody: when nobody reads them any more (`| head`, a line that dropped), the session has no point. */
static bool
ends_with_reader(const struct relay *relay)
{
	return !relay->params->tty && !relay->params->direct && relay->left_by == 0;
}

static void
set_polls(struct relay *relay, struct pollfd fds[SRC_COUNT])
{
	bool input = relay->is_started && !relay->in_ended && !relay->params->direct && relay->left_by == 0 && buf_len(&relay->conn->out) < INPUT_PAUSE;

	fds[SRC_WORKER] = (struct pollfd){ .fd = relay->conn->fd, .events = (short)(has_room(relay) ? POLLIN : 0) };
	if (wire_wants_write(relay->conn) && relay->left_by == 0)
		fds[SRC_WORKER].events |= POLLOUT;
	if (fds[SRC_WORKER].events == 0 || relay->is_cut)
		fds[SRC_WORKER].fd = -1;	/* a hang-up would be reported again and again */
	fds[SRC_SIGNAL] = (struct pollfd){ .fd = relay->signals, .events = POLLIN };
	fds[SRC_IN] = (struct pollfd){ .fd = input ? relay->params->in : -1, .events = POLLIN };
	if (buf_len(&relay->out.queue) > 0)
		fds[SRC_OUT] = (struct pollfd){ .fd = relay->out.fd, .events = POLLOUT };
	else	/* without events the loss of its reader is reported all the same */
		fds[SRC_OUT] = (struct pollfd){ .fd = ends_with_reader(relay) ? relay->out.fd : -1 };
	fds[SRC_ERR] = (struct pollfd){ .fd = buf_len(&relay->err.queue) > 0 ? relay->err.fd : -1, .events = POLLOUT };
	for (size_t i = 0; i < RELAY_WATCHES; i++)
		fds[SRC_WATCH + i] = (struct pollfd){ .fd = relay->watch[i].fd, .events = POLLIN };
}

static void
serve(struct relay *relay, const struct pollfd fds[SRC_COUNT])
{
	if (fds[SRC_SIGNAL].revents != 0)
		on_signal(relay);
	for (size_t i = 0; i < RELAY_WATCHES; i++)
		if (fds[SRC_WATCH + i].revents != 0)
			on_watch(relay, i);
	if (fds[SRC_IN].revents != 0)
		on_in(relay);
	if ((fds[SRC_OUT].revents & POLLERR) != 0)
		relay->out.is_gone = true;
	if (fds[SRC_OUT].revents != 0)
		sink_flush(&relay->out);
	if (fds[SRC_ERR].revents != 0)
		sink_flush(&relay->err);
	if (fds[SRC_WORKER].revents != 0)
		on_worker(relay, fds[SRC_WORKER].revents);
}

static int
step(struct relay *relay)
{
	struct pollfd fds[SRC_COUNT];
	int64_t left_us = relay->left_by != 0 ? relay->leave_us - clock_boot_us() : 0;

	if (relay->left_by != 0 && left_us <= 0) {
		worker_gone(relay);
		return 0;
	}
	if (wire_wants_write(relay->conn) && relay->left_by == 0)
		(void)wire_flush(relay->conn);	/* an error comes back from the next read */
	set_polls(relay, fds);
	if (poll(fds, SRC_COUNT, relay->left_by != 0 ? (int)(left_us / 1000) + 1 : -1) < 0)
		return errno == EINTR ? 0 : -errno;
	serve(relay, fds);
	hear_all(relay);
	if (relay->out.is_gone && ends_with_reader(relay) && !relay->is_over)
		leave(relay, SIGPIPE);
	return 0;
}

/* What the terminal has not taken yet; a terminal that takes nothing for a while is not waited for. */
static void
drain(struct sink *sink)
{
	struct pollfd p = { .fd = sink->fd, .events = POLLOUT };

	while (!sink->is_gone && buf_len(&sink->queue) > 0 && poll(&p, 1, 10000) > 0)
		sink_flush(sink);
}

static int
listen_signals(sigset_t *before)
{
	static const int heard[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGCONT, 0 };
	static const int ignored[] = { SIGPIPE, SIGTTIN, SIGTTOU };

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	return signals_open(heard, before);
}

static void
relay_init(struct relay *relay, const struct relay_params *params, struct relay_result *result)
{
	*relay = (struct relay){ .params = params, .result = result, .conn = params->conn };
	*result = (struct relay_result){ 0 };
	sink_init(&relay->out, params->out);
	sink_init(&relay->err, params->err);
	for (size_t i = 0; i < RELAY_WATCHES; i++)
		relay->watch[i] = i < params->watch_count ? params->watch[i] : (struct relay_watch){ .fd = -1 };
}

int
relay_run(const struct relay_params *params, struct relay_result *result)
{
	struct relay relay;
	sigset_t before;
	int r;

	relay_init(&relay, params, result);
	relay.signals = listen_signals(&before);
	r = relay.signals < 0 ? relay.signals : fdio_nonblock(params->conn->fd, true);
	if (r == 0)
		hear_all(&relay);	/* what was read together with the gate's last words */
	while (r == 0 && !relay.is_over)
		r = step(&relay);
	if (relay.left_by == 0) {
		drain(&relay.out);
		drain(&relay.err);
	}
	go_back(&relay);
	sink_done(&relay.out);
	sink_done(&relay.err);
	if (relay.signals >= 0)
		close(relay.signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

void
relay_result_done(struct relay_result *result)
{
	free(result->text);
	free(result->why);
	result->text = result->why = NULL;
}
