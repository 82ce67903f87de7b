/* SPDX-License-Identifier: ISC */
/* The session's side of the worker: reads output, writes input. */
#include "config.h"

#include <errno.h>
#include <sodium.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "recorder/keeper/contract.h"
#include "recorder/worker/worker.h"

#define ARRIVED_MOST	(128u * 1024)
#define TYPED_ONCE	4096u		/* what a terminal's input queue takes */
#define CLIENT_PAUSE	(128u * 1024)	/* so much waits for the client: no more output is read */
#define REOPEN_US	(CLOCK_US / 5)
#define READ_MORE	1024
#define READ_MASKED	4096u		/* at once; as much as a terminal gives */
#define SIZE_MOST	4096u

static uint32_t
clamp(uint32_t value, uint32_t otherwise)
{
	if (value == 0)
		return otherwise;
	return value < SIZE_MOST ? value : SIZE_MOST;
}

int
port_open(struct worker *w)
{
	struct worker_port *port = &w->port;
	int r;

	*port = (struct worker_port){ .in = WORKER_PTY, .out = WORKER_PTY, .err = -1,
		.cols = clamp(w->start->cols, 80), .rows = clamp(w->start->rows, 24), .active_us = clock_wall_us() };
	buf_init(&port->arrived, ARRIVED_MOST);
	buf_init(&port->typed, WIRE_CHUNK);
	r = fdio_nonblock(WORKER_PTY, true);
	if (r < 0 || w->start->tty)
		return r;
	port->out = WORKER_OUT;
	port->err = WORKER_ERR;
	r = fdio_nonblock(WORKER_OUT, true);
	return r < 0 ? r : fdio_nonblock(WORKER_ERR, true);
}

void
port_done(struct worker_port *port)
{
	buf_wipe(&port->arrived);
	buf_wipe(&port->typed);
}

bool
port_wants_output(const struct worker *w)
{
	if (w->tape.is_held || w->port.is_paused || w->phase < WORKER_RUNNING || w->phase > WORKER_ENDING)
		return false;
	return w->end.is_forced || client_waiting(w) < CLIENT_PAUSE;
}

/* All who had the terminal open have closed it; with pipes that is for good. */
static void
ended(struct worker *w, bool is_err)
{
	struct worker_port *port = &w->port;

	if (w->start->tty) {
		port->is_paused = true;
		w->due[DUE_REOPEN] = clock_boot_us() + REOPEN_US;
		masking_flush(w);
	} else if (is_err) {
		close(port->err);
		port->err = -1;
	} else {
		close(port->out);
		port->out = -1;
	}
}

/* Whatever is there, up to a batch, through the mask. False if there was nothing. */
static bool
read_masked(struct worker *w, bool is_err)
{
	uint8_t bytes[READ_MASKED];
	size_t count = 0;
	ssize_t n = READ_MORE;

	while (n >= READ_MORE && count < WORKER_BATCH && w->phase <= WORKER_ENDING) {
		n = read(is_err ? w->port.err : w->port.out, bytes, sizeof bytes);
		if (n > 0)
			masking_write(w, is_err, bytes, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			ended(w, is_err);
		count += n > 0 ? (size_t)n : 0;
	}
	sodium_memzero(bytes, sizeof bytes);
	if (count == 0)
		return false;
	w->port.output_bytes += (int64_t)count;
	w->port.active_us = clock_wall_us();
	return true;
}

/* The same without a mask, as one event. */
static bool
read_batch(struct worker *w, bool is_err)
{
	struct buf *stage = is_err ? &w->tape.err : &w->tape.out;
	struct rec_event event = { .kind = is_err ? REC_ERROR_OUTPUT : REC_OUTPUT };
	size_t before = buf_len(stage);
	ssize_t n = READ_MORE;

	/* A short read has emptied it: what comes meanwhile is the next turn's. */
	while (n >= READ_MORE && buf_len(stage) < WORKER_BATCH) {
		size_t room = buf_room(stage);
		uint8_t *to = buf_reserve(stage, room);

		n = read(is_err ? w->port.err : w->port.out, to, room);
		if (n > 0) {
			buf_commit(stage, (size_t)n);
			input_shown(w, to, is_err ? 0 : (size_t)n);
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			ended(w, is_err);
	}
	if (buf_len(stage) == before)
		return false;
	event.bytes = buf_data(stage) + before;
	event.count = buf_len(stage) - before;
	tape_put(w, &event);
	w->port.output_bytes += (int64_t)event.count;
	w->port.active_us = clock_wall_us();
	return true;
}

/* An answer of the file server goes through as it is, once it is known what it says. */
static bool
read_files(struct worker *w)
{
	struct buf *stage = &w->tape.out;
	size_t before = buf_len(stage), count = 0;
	ssize_t n = READ_MORE;

	while (n >= READ_MORE && count < WORKER_BATCH && buf_len(stage) < WORKER_BATCH) {
		size_t room = buf_room(stage) < WORKER_BATCH ? buf_room(stage) : WORKER_BATCH;
		uint8_t *to = buf_reserve(stage, room);

		n = read(w->port.out, to, room);
		if (n > 0 && files_hear(w, true, to, (size_t)n) == 0)
			buf_commit(stage, (size_t)n);
		else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			ended(w, false);
		count += n > 0 ? (size_t)n : 0;
	}
	if (count == 0)
		return false;
	w->port.output_bytes += (int64_t)(buf_len(stage) - before);
	w->port.active_us = clock_wall_us();
	return true;
}

bool
port_read(struct worker *w, bool is_err)
{
	if (!port_wants_output(w) || (is_err ? w->port.err : w->port.out) < 0)
		return false;
	if (files_is_on(w) && !is_err)
		return read_files(w);
	return w->mask.match != NULL ? read_masked(w, is_err) : read_batch(w, is_err);
}

/* One piece of what has arrived, when the one before has been taken: only then is known what the terminal does with it. */
void
port_type(struct worker *w)
{
	struct worker_port *port = &w->port;
	size_t count = buf_len(&port->arrived) < TYPED_ONCE ? buf_len(&port->arrived) : TYPED_ONCE;

	if (count == 0 || w->phase != WORKER_RUNNING || w->tape.is_held || freeze_is_on(w) || buf_len(&port->typed) > 0 || buf_len(&w->tape.in) > 0)
		return;
	if (files_is_on(w) && files_hear(w, false, buf_data(&port->arrived), count) < 0)
		return;
	if (!w->start->tty && !files_is_on(w))
		input_piped(w, buf_data(&port->arrived), count);
	(void)buf_add(w->start->tty ? &port->typed : &w->tape.in, buf_data(&port->arrived), count);
	buf_consume(&port->arrived, count);
	port->active_us = clock_wall_us();
	masking_typed(w);
	if (w->start->idle_s > 0)
		w->due[DUE_IDLE] = clock_boot_us() + w->start->idle_s * CLOCK_US;
}

/* A terminal has no end of file: its EOF character says it, at the beginning of a line. */
static void
type_end(struct worker_port *port)
{
	struct termios modes;
	uint8_t ends[2];

	port->input_over = false;
	if (tcgetattr(port->in, &modes) < 0 || (modes.c_lflag & ICANON) == 0)
		return;
	ends[0] = ends[1] = modes.c_cc[VEOF];
	port->typed_end = true;
	(void)buf_add(&port->typed, ends, port->last == 0 || port->last == '\n' || port->last == '\r' ? 1 : 2);
}

static void
close_input(struct worker *w)
{
	struct worker_port *port = &w->port;

	if (w->start->tty) {
		type_end(port);
		port_write(w);
		return;
	}
	close(port->in);
	port->in = -1;
	port->input_over = false;
}

bool
port_wants_input(const struct worker *w)
{
	bool arrived = buf_len(&w->port.arrived) > 0 && !w->tape.is_held;

	return (arrived || buf_len(&w->port.typed) > 0) && w->phase == WORKER_RUNNING && !freeze_is_on(w) && w->due[DUE_GUARD] == 0;
}

void
port_write(struct worker *w)
{
	struct worker_port *port = &w->port;
	ssize_t n = 1;

	if (freeze_is_on(w) && w->phase == WORKER_RUNNING)
		return;
	if (port->in < 0)
		buf_clear(&port->typed);	/* a command that closed its input: as a broken pipe */
	while (n > 0 && buf_len(&port->typed) > 0) {
		size_t count = port->typed_end ? buf_len(&port->typed) : guard_limit(w, buf_data(&port->typed), buf_len(&port->typed));
		int tty = input_tty(w);

		if (count == 0)
			break;
		n = write(port->in, buf_data(&port->typed), count);
		if (n > 0) {
			if (!port->typed_end)
				input_handed(w, buf_data(&port->typed), (size_t)n, tty);
			guard_handed(w, buf_data(&port->typed), (size_t)n);
			port->last = buf_data(&port->typed)[n - 1];
			buf_consume(&port->typed, (size_t)n);
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			buf_clear(&port->typed);
		}
	}
	if (port->input_over && port->in >= 0 && buf_len(&port->typed) == 0 && buf_len(&port->arrived) == 0 &&
	    buf_len(&w->tape.in) == 0)
		close_input(w);
}

void
port_resize(struct worker *w, uint32_t cols, uint32_t rows)
{
	struct worker_port *port = &w->port;
	struct winsize size = { .ws_col = (uint16_t)clamp(cols, 80), .ws_row = (uint16_t)clamp(rows, 24) };
	struct rec_event event;
	uint8_t room[REC_PAYLOAD];

	if (!w->start->tty || (size.ws_col == port->cols && size.ws_row == port->rows))
		return;
	port->cols = size.ws_col;
	port->rows = size.ws_row;
	masking_resize(w);
	input_resize(w);
	rec_event_make_resize(&event, size.ws_col, size.ws_row, room);
	tape_put(w, &event);
	tape_seal(w);
	bar_resize(w);
	(void)ioctl(port->in, TIOCSWINSZ, &size);
}
