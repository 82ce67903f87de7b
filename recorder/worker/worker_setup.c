/* SPDX-License-Identifier: ISC */
/* From descriptors to a session: reads the start, opens all parts, and lets the gate's wire_go begin it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/record/writer.h"
#include "recorder/keeper/contract.h"
#include "recorder/mask/guard_rule.h"
#include "recorder/worker/worker.h"

#define GO_US		(10 * CLOCK_US)

static int
read_start(struct worker *w)
{
	char *bytes = NULL;
	size_t count = 0;
	int r;

	r = fdio_slurp(WORKER_START, WIRE_FRAME_MOST + 4, &bytes, &count);
	if (r == 0)
		r = wire_unpack((const uint8_t *)bytes, count, WIRE_START, &w->message);
	free(bytes);
	close(WORKER_START);
	w->start = w->message.fields;
	return r;
}

/* Every descriptor that the start promises must be there. */
static int
check_descriptors(const struct wire_start *start)
{
	const struct { int fd; bool is_needed; } needs[] = {
		{ WORKER_REC, true }, { WORKER_TAIL, true }, { WORKER_PTY, true }, { WORKER_OUT, !start->tty },
		{ WORKER_ERR, !start->tty }, { WORKER_CLIENT, true }, { WORKER_GATE, start->gate }, { WORKER_WARDEN, start->warden },
		{ WORKER_RULES, start->mask }, { WORKER_TRAIL, start->trail != 0 },
		{ WORKER_TRAIL_REC, start->own_trail }, { WORKER_TRAIL_TAIL, start->own_trail },
		{ WORKER_ANSWERS, start->gate && guard_words_have((const char *const *)start->guard, GUARD_IN_EXEC) },
	};

	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
		if (needs[i].is_needed && fcntl(needs[i].fd, F_GETFD) < 0)
			return -errno;
	return 0;
}

static int
open_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t set;
	int fd;

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int
open_parts(struct worker *w)
{
	int r;

	w->zero_us = clock_boot_us() - (clock_wall_us() - w->start->started_us);
	w->warden = w->start->warden ? WORKER_WARDEN : -1;
	w->deadline_us = w->start->deadline_boot_us;
	w->ends_us = w->start->ends_us;
	trail_open(w);
	client_take(w, WORKER_CLIENT);
	w->client.screen = w->start->direct && w->start->tty ? WORKER_OUT : -1;
	gate_init(w);
	inside_init(&w->inside, fcntl(WORKER_INSIDE, F_GETFD) < 0 ? -1 : WORKER_INSIDE);
	w->signals = open_signals();
	w->timer = clock_timer();
	if (w->signals < 0 || w->timer < 0)
		return w->signals < 0 ? w->signals : w->timer;
	r = fdio_nonblock(WORKER_CLIENT, true);
	if (r == 0)
		r = port_open(w);
	if (r == 0)
		r = masking_open(w);
	if (r == 0)
		input_open(w);
	if (r == 0 && !guard_open(w))
		r = ERR_MASK_RULES;
	if (r == 0)
		files_open(w);
	if (r == 0)
		r = tape_open(w);
	if (r == 0)
		bar_init(w);
	menu_init(w);
	return r;
}

int
worker_setup(struct worker *w)
{
	int r;

	*w = (struct worker){ .signals = -1, .timer = -1, .warden = -1, .client = { .conn.fd = WORKER_CLIENT, .screen = -1, .shown = { .max = WORKER_CLIENT_OUT } },
		.gate.conn.fd = -1,
		.gate.next.fd = -1, .gate.passed = -1 };
	inside_init(&w->inside, -1);
	r = read_start(w);
	if (r == 0)
		r = check_descriptors(w->start);
	if (r < 0)
		return r;
	tzset();	/* reads its file, which cannot be done later */
	return open_parts(w);
}

void
worker_refuse(int error)
{
	AUTO_FREE char *text = NULL;
	AUTO_CONN struct wire_conn conn = { 0 };
	struct wire_fail fail = { .status = 1 };

	log_error("the session cannot be recorded: %s", err_text(error));
	if (asprintf(&text, "The session cannot be recorded: %s.", err_text(error)) < 0)
		text = NULL;
	fail.text = text;
	wire_conn_init(&conn, WORKER_CLIENT, WIRE_CLIENT_TO_WORKER, WIRE_CHUNK);
	(void)wire_send(&conn, WIRE_FAIL, &fail);
	conn.fd = -1;	/* worker_release() closes it */
}

void
worker_release(struct worker *w)
{
	gate_done(&w->gate);
	inside_done(&w->inside);
	bar_done(&w->bar);
	port_done(&w->port);
	input_done(&w->input);
	guard_done(&w->guard);
	line_done(&w->line);
	masking_done(&w->mask);
	tape_done(&w->tape);
	buf_done(&w->client.shown);
	wire_conn_done(&w->client.conn);	/* last: its end tells the client that all is over */
	freeze_done(&w->freeze);
	trail_done(&w->trail);
	files_done(&w->files);
	free(w->end.by);
	free(w->end.text);
	wire_message_done(&w->message);
}

static struct wire_bytes
envelope_of(const struct rec_writer *writer)
{
	const struct buf *age = rec_writer_envelope(writer);

	return (struct wire_bytes){ age->bytes + age->start, buf_len(age) };
}

int
worker_begin(struct worker *w)
{
	struct wire_envelope envelope = { .trail = true };
	int r = 0;

	if (!w->start->gate) {
		worker_run(w);
		return 0;
	}
	w->due[DUE_GO] = clock_boot_us() + GO_US;
	if (!w->start->external)
		return 0;
	if (w->tape.trail != NULL) {
		envelope.age = envelope_of(w->tape.trail);
		r = wire_put(&w->gate.conn, WIRE_ENVELOPE, &envelope);
	}
	envelope = (struct wire_envelope){ .age = envelope_of(w->tape.writer) };
	return r < 0 ? r : wire_put(&w->gate.conn, WIRE_ENVELOPE, &envelope);
}

void
worker_run(struct worker *w)
{
	struct wire_started started = { .session = w->start->session, .ends_us = w->ends_us };
	struct wire_deadline deadline = { .boot_us = w->deadline_us, .wall_us = w->ends_us, .reason = (char[]){ "" }, .by = (char[]){ "" } };
	struct worker_news news = { .type = "started", .a = getpid() };

	w->due[DUE_GO] = 0;
	bar_deadline(w, &deadline);	/* before RUNNING: nothing is said about it */
	w->phase = WORKER_RUNNING;
	if (w->start->idle_s > 0)
		w->due[DUE_IDLE] = clock_boot_us() + w->start->idle_s * CLOCK_US;
	client_put(w, WIRE_STARTED, &started);
	bar_begin(w);
	gate_report(w, &news);
}
