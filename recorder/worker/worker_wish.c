/* SPDX-License-Identifier: ISC */
/* The engineer asks for more time from inside or from the menu: one wish at a time goes to the gate, its answer comes back. */
#include "config.h"

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "recorder/worker/worker.h"

#define WISH_US	(2 * CLOCK_US)

/* The one who asked is told; from the menu, and when the one inside has gone meanwhile, the screen says it. */
static void
answer(struct worker *w, uint32_t status, char *text)
{
	struct wire_conn *conn = w->wish.slot >= 0 ? &w->inside.conn[w->wish.slot] : NULL;
	struct wire_done done = { .text = text };
	struct wire_fail fail = { .status = status, .text = text };
	int r;

	w->wish.n = 0;
	if (conn == NULL || conn->fd < 0) {
		bar_say(w, text, false);
		return;
	}
	r = status == 0 ? wire_put(conn, WIRE_DONE, &done) : wire_put(conn, WIRE_FAIL, &fail);
	if (r < 0 || wire_flush(conn) < 0)
		wire_conn_done(conn);
}

int
wish_send(struct worker *w, int slot, int64_t seconds, char *reason)
{
	struct wire_wish wish = { .n = ++w->wish.last, .seconds = seconds, .reason = reason };
	int r;

	/* Each one is looked up and written down by the gate, which serves everybody. */
	if (w->wish.n != 0 || clock_boot_us() < w->wish.next_us)
		return ERR_IN_USE;
	if (w->gate.conn.fd < 0)
		return ERR_PEER_GONE;
	r = wire_put(&w->gate.conn, WIRE_WISH, &wish);
	if (r < 0)
		return r;
	w->wish.n = wish.n;
	w->wish.next_us = clock_boot_us() + WISH_US;
	w->wish.slot = slot;
	return 0;
}

void
wish_heard(struct worker *w, const struct wire_wished *wished)
{
	if (w->wish.n != 0 && wished->n == w->wish.n)
		answer(w, wished->status, wished->text);
}

void
wish_lost(struct worker *w)
{
	if (w->wish.n != 0)
		answer(w, STATUS_NO_GATE, (char[]){ "the gate went away before it answered; ask again" });
}

void
wish_forget(struct worker *w, int slot)
{
	if (w->wish.slot == slot)
		w->wish.slot = -1;
}
