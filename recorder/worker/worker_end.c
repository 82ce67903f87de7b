/* SPDX-License-Identifier: ISC */
/*
 * How a session ends: input stops, the warden ends the processes, their last output is recorded, the recording is
 * closed, and then everybody is told why.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/keeper/contract.h"
#include "recorder/worker/worker.h"

#define ENFORCED_MOST	2000	/* bytes: a report's text may have 2048 */
#define RECEIPT_US	(5 * CLOCK_US)
#define CLOSE_US	(5 * CLOCK_US)	/* for closing the recording on a full disk */
#define CLOSE_AGAIN_US	(CLOCK_US / 4)
#define GOODBYE_US	(3 * CLOCK_US)	/* for the client to take the last words */
#define NEXT_GATE_US	(30 * CLOCK_US)	/* for a gate, the next one after a restart too, to take them */

/*
 * code: stands in the recording, the log and wire_ended. sentence: for people; "%s" becomes what was said (by, then
 * text) where a row has them.
 */
static const struct {
	const char	*code, *sentence;
	bool		 has_by, has_text;
} rows[WHY_COUNT] = {
	[WHY_NONE]	 = { "ended", "The session is over.", false, false },
	[WHY_EXITED]	 = { "exited", "The session is over.", false, false },
	[WHY_DEADLINE]	 = { "deadline", NULL, false, false },
	[WHY_REVOKED]	 = { "revoked", "Your access was revoked by %s: %s.", true, true },
	[WHY_GIVEN_BACK] = { "given back", "You gave the access back.", false, false },
	[WHY_IDLE]	 = { "idle", "Nothing was typed for %s, so the session was ended.", false, true },
	[WHY_CLIENT]	 = { "client gone", "The connection to you was lost.", false, false },
	[WHY_DISK]	 = { "disk full", "The recording could not be written for too long, so the session was ended.", false, false },
	[WHY_RECORDING]	 = { "recording lost", "The recording failed (%s), so the session was ended.", false, true },
	[WHY_WARDEN]	 = { "warden died", "The warden died, so the session was ended.", false, false },
	[WHY_START]	 = { "not started", "The session could not be started: %s.", false, true },
	[WHY_GATE]	 = { "gate gone", "The gate did not confirm the session, so it was ended.", false, false },
	[WHY_TRAIL]	 = { "trail lost", "The trail was lost, so the session was ended.", false, false },
	[WHY_FILES]	 = { "no sftp", "What came was not SFTP as OpenSSH speaks it, so the session was ended.", false, false },
	[WHY_TERMINATED] = { "terminated", "The recorder was told to stop, so the session was ended.", false, false },
};

/* The receipt, in the recording and in the log. */
static void
note_receipt(struct worker *w, int64_t took_us)
{
	struct worker_news news = { .type = "receipt", .a = w->end.killed, .b = w->end.survivors, .c = took_us };
	char text[160], state[200];

	if (w->end.survivors < 0)
		snprintf(text, sizeof text, "none came from the warden, so what is left is not known");
	else if (w->end.killed < 0)
		snprintf(text, sizeof text, "all killed by the kernel with the first process, %" PRId64 " survivors, %" PRId64 " us",
		    w->end.survivors, took_us);
	else
		snprintf(text, sizeof text, "%" PRId64 " killed, %" PRId64 " survivors, %" PRId64 " us", w->end.killed,
		    w->end.survivors, took_us);
	snprintf(state, sizeof state, "receipt: %s", text);
	tape_text(w, REC_STATE, state);
	news.text = text;
	gate_report(w, &news);
}

static void
no_receipt(struct worker *w)
{
	w->end.has_receipt = true;
	w->end.survivors = -1;
	note_receipt(w, 0);
}

static void
order_end(struct worker *w)
{
	const struct warden_order order = { .op = WARDEN_END };

	if (w->warden < 0 || w->end.has_receipt) {
		w->end.has_receipt = true;
		return;
	}
	(void)send(w->warden, &order, sizeof order, MSG_NOSIGNAL);	/* one that has gone has perhaps left its receipt to be read */
	w->due[DUE_RECEIPT] = clock_boot_us() + RECEIPT_US;
}

void
end_begin(struct worker *w, enum worker_why why, const char *by, const char *text)
{
	if (why != WHY_EXITED)
		w->end.is_forced = true;
	if (w->end.why != WHY_NONE)
		return;
	w->end.why = why;
	w->end.by = by != NULL ? own_dup(by) : NULL;
	w->end.text = text != NULL ? own_dup(text) : NULL;
	w->phase = WORKER_ENDING;
	for (size_t i = 0; i < WORKER_DUE_RUNNING; i++)
		w->due[i] = 0;
	buf_clear(&w->port.arrived);
	if (why != WHY_EXITED)
		log_info("the session ends: %s", rows[why].code);
	order_end(w);
}

static void
warden_gone(struct worker *w)
{
	close(w->warden);
	w->warden = -1;
	if (w->end.has_receipt)
		return;
	no_receipt(w);
	end_begin(w, WHY_WARDEN, NULL, NULL);
}

static void
hear_running(struct worker *w, const struct warden_word *word)
{
	struct worker_news news = { .type = "running", .text = word->text, .a = word->pid };

	gate_report(w, &news);
}

static void
hear_exited(struct worker *w, const struct warden_word *word)
{
	w->end.has_status = true;
	w->end.status = word->exit_status;
	end_begin(w, trail_is_lost(w) ? WHY_TRAIL : WHY_EXITED, NULL, NULL);
}

static void
hear_failed(struct worker *w, const struct warden_word *word)
{
	AUTO_FREE char *text = text_clean(word->text, strnlen(word->text, sizeof word->text));
	size_t count = strlen(text);

	if (count > 0 && text[count - 1] == '.')	/* PAM's sentences have their own */
		text[count - 1] = '\0';
	w->end.has_status = true;
	w->end.status = SESSION_NO_COMMAND;
	end_begin(w, WHY_START, NULL, text);
}

static void
hear_receipt(struct worker *w, const struct warden_word *word)
{
	w->end.has_receipt = true;
	w->end.killed = word->killed;
	w->end.survivors = word->survivors;
	w->due[DUE_RECEIPT] = 0;
	note_receipt(w, word->took_us);
	if (w->end.why == WHY_NONE)
		end_begin(w, WHY_WARDEN, NULL, NULL);	/* it ended the session by itself */
}

/* clang-format off */
static void (*const hear[])(struct worker *, const struct warden_word *) = {
	[WARDEN_RUNNING] = hear_running,
	[WARDEN_EXITED] = hear_exited,
	[WARDEN_FAILED] = hear_failed,
	[WARDEN_RECEIPT] = hear_receipt,
	[WARDEN_FROZEN] = freeze_heard,
	[WARDEN_THAWED] = freeze_heard,
};
/* clang-format on */

/* What the session is held to: into the recording, and to the gate. */
static void
hear_enforced(struct worker *w, const struct enforced *enforced)
{
	struct worker_news news = { .type = "enforced" };
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *state = NULL;
	AUTO_BUF struct buf json;

	buf_init(&json, ENFORCED_MOST);
	if (enforced_json(enforced, &json) < 0)
		return;
	text = buf_text(&json);
	news.text = text;
	if (asprintf(&state, "enforced: %s", text) >= 0)
		tape_text(w, REC_STATE, state);
	gate_report(w, &news);
}

void
end_read_warden(struct worker *w)
{
	union {
		struct warden_word	word;
		struct enforced		enforced;
	} heard;
	struct warden_word word;
	ssize_t n = recv(w->warden, &heard, sizeof heard, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNRESET))
		return;	/* reset: it went without reading our order; what it said before comes next */
	if (n == (ssize_t)sizeof heard.enforced && heard.enforced.what == WARDEN_ENFORCED && enforced_valid(&heard.enforced)) {
		hear_enforced(w, &heard.enforced);
		return;
	}
	memcpy(&word, &heard, sizeof word);
	if (n != (ssize_t)sizeof word || word.what >= sizeof hear / sizeof hear[0] || hear[word.what] == NULL) {
		warden_gone(w);
		return;
	}
	word.text[sizeof word.text - 1] = '\0';
	hear[word.what](w, &word);
}

void
end_give_up(struct worker *w)
{
	if (w->phase != WORKER_ENDING || w->end.has_receipt)
		return;
	log_error("the warden has not answered; what is left of the session is not known");
	no_receipt(w);
}

/* "Your 20 minutes are over (granted by appr-02 until 14:27)." */
static void
add_deadline(const struct worker *w, struct buf *out)
{
	const struct wire_start *start = w->start;
	int64_t minutes = start->seconds / 60;
	char text[CLOCK_TEXT];

	if (w->ends_us != start->ends_us || start->seconds <= 0)
		(void)buf_add_text(out, "Your time is over");
	else if (minutes > 0 && minutes <= 120 && start->seconds % 60 == 0)
		(void)buf_addf(out, "Your %" PRId64 " minute%s over", minutes, minutes == 1 ? " is" : "s are");
	else
		(void)buf_addf(out, "Your %s are over", clock_span(start->seconds, text));
	if (start->by[0] != '\0')
		(void)buf_addf(out, " (granted by %s until %s)", start->by, clock_minute(w->ends_us, text));
	(void)buf_add_text(out, ".");
}

static void
add_reason(const struct worker *w, struct buf *out)
{
	const char *said[2] = { w->end.by != NULL && w->end.by[0] != '\0' ? w->end.by : "an approver",
		w->end.text != NULL && w->end.text[0] != '\0' ? w->end.text : "no reason was given" };
	size_t next = rows[w->end.why].has_by ? 0 : 1;

	for (const char *at = rows[w->end.why].sentence; *at != '\0'; at++) {
		if (at[0] == '%' && at[1] == 's' && next < 2) {
			(void)buf_add_text(out, said[next++]);
			at++;
		} else {
			(void)buf_add(out, at, 1);
		}
	}
}

/* The whole sentence, by the caller to be freed. */
static char *
sentence(const struct worker *w, bool is_complete)
{
	AUTO_BUF struct buf out;
	char id[ID_TEXT];

	buf_init(&out, 4096);
	if (w->end.why == WHY_DEADLINE)
		add_deadline(w, &out);
	else
		add_reason(w, &out);
	if (w->end.killed > 0)
		(void)buf_addf(&out, " %" PRId64 " process%s ended.", w->end.killed, w->end.killed == 1 ? " was" : "es were");
	if (w->end.survivors > 0)
		(void)buf_addf(&out, " %" PRId64 " could not be ended.", w->end.survivors);
	(void)buf_addf(&out, " Recording %.*s", ID_SHORT, id_text(&w->start->session, id));
	if (w->start->kept[0] != '\0')
		(void)buf_addf(&out, ", %s", w->start->kept);
	(void)buf_add_text(&out, is_complete ? "." : "; its end could not be written.");
	return buf_text(&out);
}

static void
say_goodbye(struct worker *w, int64_t length)
{
	AUTO_FREE char *text = sentence(w, length >= 0);
	struct wire_ended ended = { .why = (char *)(uintptr_t)rows[w->end.why].code, .exit_status = w->end.status, .text = text };
	struct worker_news news = { .type = "ended", .text = rows[w->end.why].code, .a = w->end.status, .b = w->end.killed,
		.c = w->end.survivors };
	uint8_t sha256[32];

	if (length >= 0 && tape_sum(&w->tape, sha256)) {
		struct worker_news last = { .type = "segment", .text = "complete", .a = length, .sha256 = sha256 };

		gate_report(w, &last);
	}
	length = tape_trail_sum(&w->tape, sha256);
	if (length >= 0) {
		struct worker_news last = { .type = "trail-segment", .text = "complete", .a = length, .sha256 = sha256 };

		gate_report(w, &last);
	}
	bar_leave(w);
	client_put(w, WIRE_ENDED, &ended);
	gate_report(w, &news);
	w->phase = WORKER_CLOSING;
	w->due[DUE_CLOSED] = clock_boot_us() + GOODBYE_US;
}

/* The sync thread must be done first; a full disk is tried for a while. */
static void
close_recording(struct worker *w)
{
	int64_t now = clock_boot_us();
	int64_t length;

	if (w->tape.is_syncing)
		return;
	if (!w->end.has_status)
		w->end.status = 1;
	length = tape_close(w, rows[w->end.why].code);
	if (length < 0 && (w->end.close_until_us == 0 || now < w->end.close_until_us)) {
		if (w->end.close_until_us == 0)
			w->end.close_until_us = now + CLOSE_US;
		w->due[DUE_RETRY] = now + CLOSE_AGAIN_US;
		return;
	}
	if (length < 0)
		log_error("the recording could not be closed: %s; what was shown is in its tail", err_text((int)length));
	say_goodbye(w, length);
}

/* What processes that are gone have left in the terminal is read until there is no more. */
static bool
is_drained(struct worker *w)
{
	bool more;

	if (w->tape.is_held)
		return w->end.is_forced;
	w->port.is_paused = false;
	if (!port_wants_output(w))
		return false;
	more = port_read(w, false);
	more = port_read(w, true) || more;
	more = trail_read(w) || more;
	tape_seal(w);
	return !more;
}

static bool
is_client_done(const struct worker *w)
{
	return w->client.is_silent || client_waiting(w) == 0;
}

/* A client that does not read is let go at once; a gate that is being started again may still come. */
void
end_overdue(struct worker *w)
{
	if (w->end.is_told || gate_has_all(&w->gate)) {
		w->phase = WORKER_OVER;
		return;
	}
	wire_conn_done(&w->client.conn);
	w->client.is_silent = true;
	w->end.is_told = true;
	w->due[DUE_CLOSED] = clock_boot_us() + NEXT_GATE_US;
}

void
end_step(struct worker *w)
{
	if (w->phase == WORKER_ENDING && w->end.has_receipt && (w->end.close_until_us != 0 || is_drained(w)))
		close_recording(w);
	if (w->phase == WORKER_CLOSING && !w->end.is_told && is_client_done(w) && !gate_has_all(&w->gate))
		end_overdue(w);
}

bool
end_is_over(const struct worker *w)
{
	if (w->phase != WORKER_CLOSING)
		return w->phase == WORKER_OVER;
	return is_client_done(w) && gate_has_all(&w->gate);
}
