/* SPDX-License-Identifier: ISC */
/*
 * The worker and the gate, which may die and come back: reports wait until they are acknowledged, and whatever the
 * gate says is checked as anybody's bytes are.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "recorder/keeper/contract.h"
#include "recorder/worker/worker.h"

#define KEPT_MOST	512	/* reports: more than an hour of a busy session */
#define REPORT_MOST	2000	/* bytes of its text: the wire takes 2048 */
#define OUT_MOST	(512u * 1024)

void
gate_init(struct worker *w)
{
	struct worker_gate *gate = &w->gate;

	wire_conn_init(&gate->conn, w->start->gate ? WORKER_GATE : -1, WIRE_GATE_TO_WORKER, OUT_MOST);
	wire_conn_init(&gate->next, -1, WIRE_GATE_TO_WORKER, OUT_MOST);
	gate->conn.phase = WIRE_PHASE_KNOWN;
	gate->listener = w->start->gate && fdio_nonblock(WORKER_LISTEN, true) == 0 ? WORKER_LISTEN : -1;
	if (gate->conn.fd >= 0)
		(void)fdio_nonblock(gate->conn.fd, true);
}

static void
drop_first(struct worker_gate *gate)
{
	free(gate->kept[0].type);
	free(gate->kept[0].text);
	free(gate->kept[0].sha256.data);
	gate->count--;
	memmove(gate->kept, gate->kept + 1, gate->count * sizeof gate->kept[0]);
}

void
gate_done(struct worker_gate *gate)
{
	while (gate->count > 0)
		drop_first(gate);
	free(gate->kept);
	wire_conn_done(&gate->conn);
	wire_conn_done(&gate->next);
	own_close(&gate->passed);
}

/* The session goes on without it. */
static void
lose(struct worker *w, int why)
{
	if (why != ERR_PEER_GONE)
		log_warn("the gate's connection is closed: %s", err_text(why));
	wire_conn_done(&w->gate.conn);
	wish_lost(w);
	if (w->phase == WORKER_WAITING)
		end_begin(w, WHY_GATE, NULL, NULL);
}

static void
send_report(struct worker *w, const struct wire_report *report)
{
	int r;

	if (w->gate.conn.fd < 0)
		return;
	r = wire_put(&w->gate.conn, WIRE_REPORT, report);
	if (r < 0)
		lose(w, r);
}

/* A report that does not fit would end the connection, and each one after it. */
static void
keep(struct worker *w, const struct worker_news *news)
{
	struct worker_gate *gate = &w->gate;
	const char *text = news->text != NULL ? news->text : "";
	struct wire_report *report;

	gate->kept = own_grow(gate->kept, gate->count + 1, sizeof gate->kept[0]);
	report = &gate->kept[gate->count++];
	*report = (struct wire_report){ .n = ++gate->last, .time_us = clock_wall_us(), .type = own_dup(news->type),
		.text = text_clean(text, strnlen(text, REPORT_MOST)), .a = news->a, .b = news->b, .c = news->c };
	if (news->sha256 != NULL) {
		report->sha256.data = own_alloc(SECRET_SHA256);
		report->sha256.count = SECRET_SHA256;
		memcpy(report->sha256.data, news->sha256, SECRET_SHA256);
	}
	send_report(w, report);
}

/* The end is always kept; of the rest, what finds no room is counted and said as soon as there is room again. */
void
gate_report(struct worker *w, const struct worker_news *news)
{
	struct worker_gate *gate = &w->gate;
	struct worker_news dropped = { .type = "dropped", .a = gate->dropped };

	if (!w->start->gate)
		return;
	if (gate->count >= KEPT_MOST && strcmp(news->type, "ended") != 0) {
		gate->dropped++;
		return;
	}
	if (gate->dropped > 0) {
		gate->dropped = 0;
		keep(w, &dropped);
	}
	keep(w, news);
}

bool
gate_has_all(const struct worker_gate *gate)
{
	return gate->count == 0 || (gate->conn.fd < 0 && gate->listener < 0);
}

static void
send_status(struct worker *w)
{
	struct wire_status_row row = { .session = w->start->session,
		.state = (char *)(uintptr_t)(w->phase >= WORKER_ENDING ? "ended" : w->drop.is_away ? "away" : freeze_is_on(w) ? "frozen" : "running"), .active_us = w->port.active_us,
		.output_bytes = w->port.output_bytes, .deadline_boot_us = w->deadline_us, .cols = w->port.cols, .rows = w->port.rows,
		.reports = (uint32_t)w->gate.last };
	int r = wire_put(&w->gate.conn, WIRE_STATUS_ROW, &row);

	if (r < 0)
		lose(w, r);
}

static int
hear_hello(struct worker *w, const void *fields)
{
	(void)w;
	(void)fields;
	return ERR_MSG_REFUSED;	/* the first gate needs none; a later one has said it before it came here */
}

static int
hear_go(struct worker *w, const void *fields)
{
	(void)fields;
	if (w->phase == WORKER_RUNNING)
		return ERR_MSG_REFUSED;
	if (w->phase == WORKER_WAITING)	/* else it has ended before it began */
		worker_run(w);
	return 0;
}

static int
hear_ack(struct worker *w, const void *fields)
{
	const struct wire_ack *ack = fields;

	if (ack->n > w->gate.last)
		return ERR_MSG_REFUSED;
	while (w->gate.count > 0 && w->gate.kept[0].n <= ack->n)
		drop_first(&w->gate);
	return 0;
}

static int
hear_status(struct worker *w, const void *fields)
{
	(void)fields;
	send_status(w);
	return 0;
}

static int
hear_stop(struct worker *w, const void *fields)
{
	const struct wire_stop *stop = fields;

	end_begin(w, WHY_REVOKED, stop->by, stop->reason);
	return 0;
}

static int
hear_deadline(struct worker *w, const void *fields)
{
	const struct wire_deadline *deadline = fields;
	struct warden_order order = { .op = WARDEN_DEADLINE };

	if (deadline->boot_us < 0 || deadline->wall_us < 0)
		return ERR_MSG_REFUSED;
	bar_deadline(w, deadline);
	order.deadline_boot_us = deadline->boot_us;
	if (w->warden >= 0)	/* if it has gone, its end of file is on its way */
		(void)send(w->warden, &order, sizeof order, MSG_NOSIGNAL);
	return 0;
}

static int
hear_tell(struct worker *w, const void *fields)
{
	const struct wire_tell *tell = fields;

	bar_say(w, tell->text, false);
	tape_text(w, REC_STATE, tell->text);
	return 0;
}

static int
hear_wished(struct worker *w, const void *fields)
{
	wish_heard(w, fields);
	return 0;
}

static int
hear_verdict(struct worker *w, const void *fields)
{
	guard_heard(w, fields);
	return 0;
}

static int
hear_halt(struct worker *w, const void *fields)
{
	const struct wire_halt *halt = fields;

	if (halt->on)
		freeze_on(w, FREEZE_PERSON, halt->by, halt->reason);
	else
		freeze_off(w, FREEZE_PERSON, halt->by);
	return 0;
}

/* clang-format off */
static int (*const hear[WIRE_KINDS])(struct worker *, const void *fields) = {
	[WIRE_HELLO] = hear_hello,
	[WIRE_GO] = hear_go,
	[WIRE_ACK] = hear_ack,
	[WIRE_STATUS] = hear_status,
	[WIRE_STOP] = hear_stop,
	[WIRE_DEADLINE] = hear_deadline,
	[WIRE_TELL] = hear_tell,
	[WIRE_HALT] = hear_halt,
	[WIRE_VERDICT] = hear_verdict,
	[WIRE_WISHED] = hear_wished,
};
/* clang-format on */

/* 1 if a message was heard, 0 if none is complete, negative: the peer is to be dropped. */
static int
hear_one(struct worker *w)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	int r = wire_next(&w->gate.conn, &message);

	if (r <= 0)
		return r;
	r = hear[message.kind] == NULL ? ERR_MSG_REFUSED : hear[message.kind](w, message.fields);
	return r < 0 ? r : 1;
}

void
gate_read(struct worker *w)
{
	int filled = wire_fill(&w->gate.conn);
	int r = 1;

	while (r > 0 && w->gate.conn.fd >= 0)
		r = hear_one(w);
	if (w->gate.conn.fd >= 0 && (r < 0 || filled < 0))
		lose(w, r < 0 ? r : filled);
}

void
gate_flush(struct worker *w)
{
	int r = 0;

	if (w->gate.conn.fd >= 0 && wire_wants_write(&w->gate.conn))
		r = wire_flush(&w->gate.conn);
	if (r < 0)
		lose(w, r);
}

void
gate_accept(struct worker *w)
{
	int fd = accept4(w->gate.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	wire_conn_done(&w->gate.next);	/* one that never said hello */
	wire_conn_init(&w->gate.next, fd, WIRE_GATE_TO_WORKER, OUT_MOST);
}

/* From here on it is the gate; one that was there before is told nothing more. */
static void
take_over(struct worker *w)
{
	struct worker_gate *gate = &w->gate;

	wire_conn_done(&gate->conn);
	wish_lost(w);
	gate->conn = gate->next;
	wire_conn_init(&gate->next, -1, WIRE_GATE_TO_WORKER, OUT_MOST);
	gate->conn.phase = WIRE_PHASE_KNOWN;
	log_info("a gate has connected again; %zu reports are waiting for it", gate->count);
	send_status(w);
	for (size_t i = 0; i < gate->count && gate->conn.fd >= 0; i++)
		send_report(w, &gate->kept[i]);
	guard_again(w);
}

/* As wire_fill(), with a descriptor beside the bytes: a client's socket. */
static int
fill_next(struct worker_gate *gate)
{
	size_t room = buf_room(&gate->next.in), count = 0;
	uint8_t *to = buf_reserve(&gate->next.in, room);
	int fds[FDIO_MOST];
	ssize_t n = room > 0 ? fdio_recv(gate->next.fd, to, room, fds, &count) : 0;

	for (size_t i = 0; i < count; i++) {
		own_close(&gate->passed);
		gate->passed = fds[i];
	}
	if (n > 0)
		buf_commit(&gate->next.in, (size_t)n);
	return n > 0 || n == -EAGAIN ? 0 : n == 0 ? ERR_PEER_GONE : (int)n;
}

void
gate_next_read(struct worker *w)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	const struct wire_hello *hello;
	int r = fill_next(&w->gate);

	if (r >= 0)
		r = wire_next(&w->gate.next, &message);
	if (r == 0)
		return;
	if (r > 0 && message.kind == WIRE_BACK && w->gate.passed >= 0) {
		wire_conn_done(&w->gate.next);
		drop_back(w, TAKE(w->gate.passed, -1), message.fields);
		return;
	}
	own_close(&w->gate.passed);
	hello = message.fields;
	if (r < 0 || message.kind != WIRE_HELLO || hello->version < WIRE_VERSION) {
		if (r > 0 && message.kind == WIRE_HELLO)
			log_warn("a gate that speaks version %u of the protocol came to a session that speaks %u: start the newer release again, or the session ends unseen",
			    hello->version, WIRE_VERSION);
		else if (r != ERR_PEER_GONE)
			log_warn("a connection that is not the gate's is closed: %s", err_text(r < 0 ? r : ERR_MSG_REFUSED));
		wire_conn_done(&w->gate.next);
		return;
	}
	take_over(w);
	while (w->gate.conn.fd >= 0 && (r = hear_one(w)) > 0)
		continue;
	if (r < 0 && w->gate.conn.fd >= 0)
		lose(w, r);
}
