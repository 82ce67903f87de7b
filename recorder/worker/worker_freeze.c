/* SPDX-License-Identifier: ISC */
/*
 * A session that stands still, by an approver's word or because its time is over: input is withheld first, then the
 * warden stops the processes. The deadline goes on.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "recorder/keeper/contract.h"
#include "recorder/worker/worker.h"

#define SAID	256

bool
freeze_is_on(const struct worker *w)
{
	return w->freeze.why != 0;
}

void
freeze_done(struct worker_freeze *freeze)
{
	free(freeze->by);
	free(freeze->text);
	*freeze = (struct worker_freeze){ 0 };
}

static void
order(const struct worker *w, uint32_t op)
{
	const struct warden_order order = { .op = op };

	if (w->warden >= 0)	/* if it has gone, its end of file is on its way */
		(void)send(w->warden, &order, sizeof order, MSG_NOSIGNAL);
}

char *
freeze_notice(const struct worker *w, char text[WORKER_NOTICE])
{
	const struct worker_freeze *freeze = &w->freeze;
	char minute[CLOCK_TEXT];

	if ((freeze->why & FREEZE_DEADLINE) != 0)
		snprintf(text, WORKER_NOTICE, "Your time is over; everything stands still. Unless it is extended, the session ends at %s.",
		    clock_minute(w->ends_us + w->start->freeze_s * CLOCK_US, minute));
	else
		snprintf(text, WORKER_NOTICE, "Frozen by %.40s%s%.100s. Nothing you type is taken until it goes on.", freeze->by,
		    freeze->text[0] != '\0' ? ": " : "", freeze->text);
	return text;
}

/* Into the recording and to the gate, as "frozen: by alice: reason". */
static void
report(struct worker *w, const char *what, const char *by, const char *text)
{
	struct worker_news news = { .type = what };
	char said[SAID], state[SAID + 16];

	snprintf(said, sizeof said, "by %.60s%s%.160s", by, text[0] != '\0' ? ": " : "", text);
	snprintf(state, sizeof state, "%s: %s", what, said);
	tape_text(w, REC_STATE, state);
	news.text = said;
	gate_report(w, &news);
}

void
freeze_on(struct worker *w, unsigned why, const char *by, const char *text)
{
	struct worker_freeze *freeze = &w->freeze;
	char notice[WORKER_NOTICE];

	if (w->phase != WORKER_RUNNING || (freeze->why & why) != 0)
		return;
	if (why == FREEZE_PERSON) {
		free(freeze->by);
		free(freeze->text);
		freeze->by = own_dup(by);
		freeze->text = own_dup(text);
	}
	if (!freeze_is_on(w))
		order(w, WARDEN_FREEZE);
	freeze->why |= why;
	w->due[DUE_IDLE] = 0;	/* nobody can type */
	report(w, "frozen", by, text);
	bar_say(w, freeze_notice(w, notice), true);
}

void
freeze_off(struct worker *w, unsigned why, const char *by)
{
	if (w->phase != WORKER_RUNNING || (w->freeze.why & why) == 0)
		return;
	w->freeze.why &= ~why;
	report(w, freeze_is_on(w) ? "still frozen" : "thawed", by, "");
	bar_clear(w);
	if (freeze_is_on(w))
		return;
	order(w, WARDEN_THAW);
	if (w->start->idle_s > 0)
		w->due[DUE_IDLE] = clock_boot_us() + w->start->idle_s * CLOCK_US;
	bar_say(w, "The session goes on.", false);
}

/* How it was done, and how long it took: what is not certain is said. */
void
freeze_heard(struct worker *w, const struct warden_word *word)
{
	const char *what = word->what == WARDEN_FROZEN ? "stands still" : "goes on";
	struct worker_news news = { .type = what, .text = word->text, .a = word->took_us };
	char state[SAID + 128];

	snprintf(state, sizeof state, "%s: %s, after %" PRId64 " us", what, word->text, word->took_us);
	tape_text(w, REC_STATE, state);
	gate_report(w, &news);
}
