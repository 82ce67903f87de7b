/* SPDX-License-Identifier: ISC */
/* postern-worker: the loop of one session. What each part does stands in its own file; worker.h is the map. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/secret.h"
#include "recorder/worker/sandbox.h"
#include "recorder/worker/worker.h"

enum source {
	SRC_TRAIL, SRC_OUT, SRC_ERR, SRC_IN, SRC_SCREEN, SRC_CLIENT, SRC_WARDEN, SRC_SYNCED, SRC_TIMER, SRC_SIGNAL, SRC_GATE, SRC_NEXT, SRC_LISTEN,
	SRC_INSIDE, SRC_PEER, SRC_COUNT = SRC_PEER + WORKER_INSIDE_MOST
};

static void
on_out(struct worker *w)
{
	(void)port_read(w, false);
}

static void
on_err(struct worker *w)
{
	(void)port_read(w, true);
}

static void
on_timer(struct worker *w)
{
	uint64_t times;

	if (read(w->timer, &times, sizeof times) == (ssize_t)sizeof times)
		w->armed_us = 0;
}

static void
on_signal(struct worker *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
		end_begin(w, WHY_TERMINATED, NULL, NULL);
}

/* clang-format off */
static void (*const ready[SRC_PEER])(struct worker *) = {
	[SRC_TRAIL] = trail_ready,
	[SRC_OUT] = on_out,
	[SRC_ERR] = on_err,
	[SRC_IN] = port_write,
	[SRC_SCREEN] = client_keys,
	[SRC_CLIENT] = client_read,
	[SRC_WARDEN] = end_read_warden,
	[SRC_SYNCED] = tape_synced,
	[SRC_TIMER] = on_timer,
	[SRC_SIGNAL] = on_signal,
	[SRC_GATE] = gate_read,
	[SRC_NEXT] = gate_next_read,	/* before another one takes its place */
	[SRC_LISTEN] = gate_accept,
	[SRC_INSIDE] = inside_accept,
};
/* clang-format on */

static void
on_go_missing(struct worker *w)
{
	end_begin(w, WHY_GATE, NULL, NULL);
}

static void
on_deadline(struct worker *w)
{
	if (w->start->freeze_s <= 0) {
		end_begin(w, WHY_DEADLINE, NULL, NULL);
		return;
	}
	if (w->due[DUE_ENDING] == 0)
		w->due[DUE_ENDING] = w->deadline_us + w->start->freeze_s * CLOCK_US;
	freeze_on(w, FREEZE_DEADLINE, "the clock", "the time is over");
}

static void
on_ending(struct worker *w)
{
	end_begin(w, WHY_DEADLINE, NULL, NULL);
}

static void
on_idle(struct worker *w)
{
	char text[CLOCK_TEXT];

	end_begin(w, WHY_IDLE, NULL, clock_span(w->start->idle_s, text));
}

static void
on_not_back(struct worker *w)
{
	end_begin(w, WHY_CLIENT, NULL, "nobody came back to it in time");
}

static void
on_reopen(struct worker *w)
{
	w->port.is_paused = false;
}


static void
on_trail(struct worker *w)
{
	(void)w;	/* the next poll asks for it */
}

static void
on_retry(struct worker *w)
{
	tape_retry(w);	/* nothing, once it is being closed: then end_step() tries again */
}

/* clang-format off */
static void (*const due[DUE_COUNT])(struct worker *) = {
	[DUE_GO] = on_go_missing,
	[DUE_WARN] = bar_warn,
	[DUE_DEADLINE] = on_deadline,
	[DUE_ENDING] = on_ending,
	[DUE_IDLE] = on_idle,
	[DUE_NOTICE] = bar_clear,
	[DUE_PAINT] = bar_tick,
	[DUE_GUARD] = guard_tick,
	[DUE_MENU] = menu_tick,
	[DUE_KEEP] = on_not_back,
	[DUE_RETRY] = on_retry,
	[DUE_GRACE] = tape_grace,
	[DUE_SEGMENT] = tape_tick,
	[DUE_MASK] = masking_tick,
	[DUE_INPUT] = input_tick,
	[DUE_TRAIL] = on_trail,
	[DUE_TRAIL_LOST] = trail_lost,
	[DUE_REOPEN] = on_reopen,
	[DUE_RECEIPT] = end_give_up,
	[DUE_CLOSED] = end_overdue,
};
/* clang-format on */

static void
run_due(struct worker *w)
{
	int64_t now = clock_boot_us();

	for (size_t i = 0; i < DUE_COUNT; i++) {
		if (w->due[i] > 0 && w->due[i] <= now) {
			w->due[i] = 0;
			due[i](w);
		}
	}
}

/* The timer for what comes next, if that has changed. */
static void
arm_timer(struct worker *w)
{
	int64_t next = 0;

	for (size_t i = 0; i < DUE_COUNT; i++)
		if (w->due[i] > 0 && (next == 0 || w->due[i] < next))
			next = w->due[i];
	if (next == w->armed_us)
		return;
	w->armed_us = next;
	(void)clock_timer_set(w->timer, next);
}

static struct pollfd
asked(int fd, bool reads, bool writes)
{
	return (struct pollfd){ .fd = reads || writes ? fd : -1, .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)) };
}

static struct pollfd
asked_conn(const struct wire_conn *conn, bool reads)
{
	return asked(conn->fd, reads, conn->fd >= 0 && wire_wants_write(conn));
}

static bool
hears_client(const struct worker *w)
{
	return w->phase <= WORKER_RUNNING && !w->client.is_silent && buf_room(&w->port.arrived) >= WIRE_CHUNK;
}

static void
set_polls(struct worker *w, struct pollfd fds[SRC_COUNT])
{
	bool output = port_wants_output(w);
	bool hears = hears_client(w);

	fds[SRC_TRAIL] = asked(w->trail.fd, trail_is_wanted(w), false);
	fds[SRC_OUT] = asked(w->port.out, output, false);
	fds[SRC_ERR] = asked(w->port.err, output, false);
	fds[SRC_IN] = asked(w->port.in, false, port_wants_input(w));
	fds[SRC_SCREEN] = asked(w->client.screen, hears, buf_len(&w->client.shown) > 0);
	fds[SRC_CLIENT] = asked_conn(&w->client.conn, hears);
	if (!w->client.is_silent)
		fds[SRC_CLIENT].fd = w->client.conn.fd;	/* a hang-up is always heard */
	fds[SRC_WARDEN] = asked(w->warden, true, false);
	fds[SRC_SYNCED] = asked(w->tape.woken, true, false);
	fds[SRC_TIMER] = asked(w->timer, true, false);
	fds[SRC_SIGNAL] = asked(w->signals, true, false);
	fds[SRC_GATE] = asked_conn(&w->gate.conn, true);
	fds[SRC_LISTEN] = asked(w->gate.listener, true, false);
	fds[SRC_NEXT] = asked(w->gate.next.fd, true, false);
	fds[SRC_INSIDE] = asked(w->inside.listener, w->phase == WORKER_RUNNING, false);
	for (size_t i = 0; i < WORKER_INSIDE_MOST; i++)
		fds[SRC_PEER + i] = asked_conn(&w->inside.conn[i], true);
}

static void
serve(struct worker *w, const struct pollfd fds[SRC_COUNT])
{
	if ((fds[SRC_CLIENT].revents & POLLHUP) != 0 && !hears_client(w))
		client_lost(w);
	if (fds[SRC_OUT].revents != 0 || fds[SRC_ERR].revents != 0)
		(void)trail_read(w);	/* a program is in the recording before what it shows */
	for (size_t i = 0; i < SRC_PEER; i++)
		if (fds[i].revents != 0 && (fds[i].revents != POLLOUT || i == SRC_IN))
			ready[i](w);
	for (size_t i = 0; i < WORKER_INSIDE_MOST; i++)
		if (fds[SRC_PEER + i].revents != 0)
			inside_read(w, i);
}

/* Output and keys are put into the recording, sealed together, and only then go on. */
static int
worker_turn(struct worker *w)
{
	struct pollfd fds[SRC_COUNT];

	arm_timer(w);
	set_polls(w, fds);
	if (poll(fds, SRC_COUNT, guard_exec_is_due(w) ? 0 : -1) < 0)
		return errno == EINTR ? 0 : -errno;
	serve(w, fds);
	client_hear(w);
	port_type(w);
	tape_seal(w);
	guard_exec_send(w);
	port_write(w);
	run_due(w);
	end_step(w);
	client_flush(w);
	gate_flush(w);
	return 0;
}

int
main(void)
{
	struct worker worker;
	int r;

	log_open("postern-worker", LOG_LEVEL_WARN);
	secret_init();
	r = worker_setup(&worker);
	if (r == 0)
		r = worker_begin(&worker);
	if (r < 0) {
		worker_refuse(r);
		worker_release(&worker);
		return 1;
	}
	client_flush(&worker);
	gate_flush(&worker);
	r = sandbox_close();
	while (r == 0 && !end_is_over(&worker))
		r = worker_turn(&worker);
	if (r < 0)
		log_error("%s", err_text(r));
	worker_release(&worker);
	return r < 0 ? 1 : 0;
}
