/* SPDX-License-Identifier: ISC */
/* session.sock: what the engineer may ask from inside. Each connection is one question. */
#include "config.h"

#include <sys/socket.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/worker/worker.h"

#define OUT_MOST	(16u * 1024)
#define NOTE_US		CLOCK_US	/* a note a second, in the long run ... */
#define NOTES_US	(20 * NOTE_US)	/* ... and so many at once: each is an entry of the log, on the disk of all */

void
inside_init(struct worker_inside *inside, int listener)
{
	inside->listener = listener >= 0 && fdio_nonblock(listener, true) == 0 ? listener : -1;
	for (size_t i = 0; i < WORKER_INSIDE_MOST; i++)
		wire_conn_init(&inside->conn[i], -1, WIRE_INSIDE_TO_WORKER, OUT_MOST);
}

void
inside_done(struct worker_inside *inside)
{
	for (size_t i = 0; i < WORKER_INSIDE_MOST; i++)
		wire_conn_done(&inside->conn[i]);
}

void
inside_accept(struct worker *w)
{
	int fd = accept4(w->inside.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	size_t i = 0;

	while (i < WORKER_INSIDE_MOST && w->inside.conn[i].fd >= 0)
		i++;
	if (fd < 0)
		return;
	if (i == WORKER_INSIDE_MOST) {	/* the place that was taken first is taken from a peer that only holds it */
		i = w->inside.oldest++ % WORKER_INSIDE_MOST;
		wish_forget(w, (int)i);
		wire_conn_done(&w->inside.conn[i]);
	}
	wire_conn_init(&w->inside.conn[i], fd, WIRE_INSIDE_TO_WORKER, OUT_MOST);
}

static int
answer_status(struct worker *w, struct wire_conn *conn, const void *fields)
{
	const struct wire_start *start = w->start;
	struct wire_inside_row row = { .session = start->session, .person = start->person, .role = start->role, .by = start->by,
		.reason = start->reason, .started_us = start->started_us, .ends_us = w->ends_us };

	(void)fields;
	return wire_put(conn, WIRE_INSIDE_ROW, &row);
}

static int
answer_done(struct wire_conn *conn, const char *text)
{
	struct wire_done done = { .text = (char *)(uintptr_t)text };

	return wire_put(conn, WIRE_DONE, &done);
}

static int
answer_end(struct worker *w, struct wire_conn *conn, const void *fields)
{
	int r = answer_done(conn, "The session ends now.");

	(void)fields;
	if (r == 0)
		(void)wire_flush(conn);	/* before the asker is ended with the rest */
	end_begin(w, WHY_GIVEN_BACK, NULL, NULL);
	return r;
}

int
inside_note(struct worker *w, const char *said)
{
	AUTO_FREE char *text = masking_text(w, said);
	struct worker_news news = { .type = "note", .text = text };
	int64_t now = clock_boot_us();

	if (w->inside.notes_us < now)
		w->inside.notes_us = now;
	if (w->inside.notes_us - now >= NOTES_US)
		return ERR_IN_USE;
	w->inside.notes_us += NOTE_US;
	tape_text(w, REC_NOTE, text);
	tape_seal(w);
	gate_report(w, &news);
	return 0;
}

static int
answer_note(struct worker *w, struct wire_conn *conn, const void *fields)
{
	const struct wire_inside_note *note = fields;
	struct wire_fail fail = { .status = STATUS_FAILED, .text = (char[]){ "too many notes at once; wait a moment" } };

	if (inside_note(w, note->text) < 0)
		return wire_put(conn, WIRE_FAIL, &fail);
	return answer_done(conn, "The note is in the recording.");
}

static int
answer_extend(struct worker *w, struct wire_conn *conn, const void *fields)
{
	const struct wire_inside_extend *extend = fields;
	int r = w->start->gate ? wish_send(w, (int)(conn - w->inside.conn), extend->seconds, extend->reason) : ERR_PEER_GONE;
	char busy[] = "another wish for more time has not been answered yet";
	char gone[] = "the gate cannot be asked now; try again in a moment";
	struct wire_fail fail = { .status = STATUS_FAILED, .text = r == ERR_PEER_GONE ? gone : busy };

	return r < 0 ? wire_put(conn, WIRE_FAIL, &fail) : 0;
}

/* clang-format off */
static int (*const answer[WIRE_KINDS])(struct worker *, struct wire_conn *, const void *fields) = {
	[WIRE_INSIDE_STATUS] = answer_status,
	[WIRE_INSIDE_END] = answer_end,
	[WIRE_INSIDE_NOTE] = answer_note,
	[WIRE_INSIDE_EXTEND] = answer_extend,
};
/* clang-format on */

static int
answer_one(struct worker *w, struct wire_conn *conn)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	int r = wire_next(conn, &message);

	if (r <= 0)
		return r;
	if (w->phase != WORKER_RUNNING || answer[message.kind] == NULL)
		return ERR_MSG_REFUSED;
	r = answer[message.kind](w, conn, message.fields);
	return r < 0 ? r : 1;
}

/* A peer that breaks a rule, does not read its answers or goes away is dropped, and nobody else notices. */
void
inside_read(struct worker *w, size_t i)
{
	struct wire_conn *conn = &w->inside.conn[i];
	int filled = wire_fill(conn);
	int r = 1;

	while (r > 0)
		r = answer_one(w, conn);
	if (r == 0)
		r = wire_flush(conn);
	if (r < 0 || filled < 0) {
		wish_forget(w, (int)i);
		wire_conn_done(conn);
	}
}
