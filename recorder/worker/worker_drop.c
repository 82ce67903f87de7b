/* SPDX-License-Identifier: ISC */
/*
 * A session without its client: where the role says so it goes on, recorded as before, until the same person comes back
 * through the gate with a new connection, or for too long does not. The deadline never moves.
 */
#include "config.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/term/grid.h"
#include "lib/term/paint.h"
#include "recorder/worker/worker.h"

#define HALF_US	(CLOCK_US / 4)	/* so long the rest of an unfinished sequence is waited for */

bool
drop_is_possible(const struct worker *w)
{
	return w->phase == WORKER_RUNNING && w->start->keep_s > 0 && w->start->gate && w->bar.grid != NULL;
}

static void
report(struct worker *w, const char *what, const char *text)
{
	struct worker_news news = { .type = what, .text = text };
	char state[WORKER_NOTICE];

	snprintf(state, sizeof state, "%s: %s", what, text);
	tape_text(w, REC_STATE, state);
	gate_report(w, &news);
}

/* From here on nobody sees it: what it shows is in the grid and in the recording. */
static void
let_go(struct worker *w)
{
	wire_conn_done(&w->client.conn);
	w->client.is_silent = true;
	w->menu.view = MENU_CLOSED;
	w->port.input_over = false;
	w->bar.is_blind = true;
	w->drop.is_blank = false;
}

static void
wait_for_it(struct worker *w, const char *why)
{
	let_go(w);
	w->drop.is_away = true;
	w->drop.since_us = clock_boot_us();
	w->due[DUE_KEEP] = w->drop.since_us + w->start->keep_s * CLOCK_US;
	report(w, "away", why);
}

bool
drop_begin(struct worker *w, const char *why)
{
	if (w->drop.is_away)
		return true;
	if (!drop_is_possible(w))
		return false;
	wait_for_it(w, why != NULL ? why : "the connection was lost");
	return true;
}

/* The client's terminal as it should be, and the last word to it. */
static void
farewell(struct worker *w, const char *text)
{
	struct wire_ended ended = { .why = (char[]){ "detached" }, .text = (char *)(uintptr_t)text };

	bar_leave(w);
	client_put(w, WIRE_ENDED, &ended);
	client_flush(w);
}

void
drop_detach(struct worker *w)
{
	char text[160], span[CLOCK_TEXT], minute[CLOCK_TEXT];

	if (w->drop.is_away || !drop_is_possible(w))
		return;
	snprintf(text, sizeof text, "Detached. The session goes on, until %s; enter the role again within %s to come back.",
	    w->deadline_us > 0 ? clock_minute(w->ends_us, minute) : "somebody ends it", clock_span(w->start->keep_s, span));
	farewell(w, text);
	if (!w->drop.is_away)	/* unless the farewell met nobody */
		wait_for_it(w, "detached");
}

/* The whole picture. Half a sequence would be torn by it, so its rest is waited for a moment. */
void
drop_paint(struct worker *w)
{
	if (!w->drop.is_blank)
		return;
	if (grid_mid_sequence(w->bar.grid) && clock_boot_us() < w->drop.since_us + HALF_US) {
		w->due[DUE_PAINT] = w->drop.since_us + HALF_US;
		return;
	}
	w->drop.is_blank = false;
	bar_anew(w);
}

static void
refuse(int fd)
{
	AUTO_CONN struct wire_conn conn;
	struct wire_fail fail = { .status = 1, .text = (char[]){ "the session is over, or nobody can come back to it" } };

	wire_conn_init(&conn, fd, WIRE_CLIENT_TO_WORKER, WIRE_CHUNK);
	if (wire_put(&conn, WIRE_FAIL, &fail) == 0)
		(void)wire_flush(&conn);
}

static void
greet(struct worker *w)
{
	struct wire_started started = { .session = w->start->session, .ends_us = w->ends_us, .text = (char[]){ "" } };

	client_put(w, WIRE_STARTED, &started);
	w->drop.is_blank = true;
	w->drop.since_us = clock_boot_us();
	drop_paint(w);
}

void
drop_back(struct worker *w, int fd, const struct wire_back *back)
{
	char text[80], span[CLOCK_TEXT];
	bool was_away = w->drop.is_away;

	if (!drop_is_possible(w)) {
		refuse(fd);
		return;
	}
	snprintf(text, sizeof text, "after %s", clock_span((clock_boot_us() - w->drop.since_us) / CLOCK_US, span));
	if (!was_away)
		farewell(w, "You came back over another connection; this one lets go.");
	let_go(w);
	client_take(w, fd);
	w->drop.is_away = false;
	w->due[DUE_KEEP] = 0;
	w->bar.is_blind = false;
	report(w, "back", was_away ? text : "over another connection, which took the place of the first");
	port_resize(w, back->cols, back->rows);
	greet(w);
}
