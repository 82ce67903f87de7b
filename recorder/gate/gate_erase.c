/* SPDX-License-Identifier: ISC */
/* The slot first, with the log's word of it in the same transaction; then the files. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/failure.h"
#include "lib/store/head.h"
#include "lib/store/recording.h"
#include "lib/store/retention.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_erase.h"
#include "recorder/gate/gate_files.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"

#define RETRY_US	(30 * CLOCK_US)
#define RETRY_SLOW_US	(600 * CLOCK_US)
#define RETRY_SOON	10	/* tries at the quick pace */

struct failures {
	struct failure	*items;
	size_t		 count;
};

void
erase_describe(const struct lapse *lapse, char *text, size_t size)
{
	static const char *const words[UNIT_KINDS] = { [UNIT_RECORDING] = "a session's recording", [UNIT_TEXTS] = "a session's texts",
		[UNIT_TRAIL] = "a session's trail",
		[UNIT_DAY] = "log entries of", [UNIT_WORDS] = "reasons and comments of" };
	char day[CLOCK_TEXT];

	if (id_is_zero(&lapse->session))
		snprintf(text, size, "%s %.10s", words[lapse->kind], clock_utc(lapse->day * UNIT_DAY_US, day));
	else
		snprintf(text, size, "%s", words[lapse->kind]);
}

/* Why it stays, in words; of a day's texts any of the sessions in it may be the held one. */
static void
describe_stay(struct peer *peer, const struct lapse *lapse, char *text, size_t size)
{
	struct session session;
	char when[CLOCK_TEXT];

	text[0] = '\0';
	if (lapse->held && !id_is_zero(&lapse->session) && session_get(peer->gate->store, &lapse->session, &session) == 0 && session.hold.until_us != 0)
		snprintf(text, size, "a legal hold stops it until %s", clock_local(session.hold.until_us, when));
	else if (lapse->held)
		snprintf(text, size, "a legal hold stops it");
	else if (lapse->from_us == 0)
		snprintf(text, size, "its session has not ended");
}

void
erase_put(struct peer *peer, const struct lapse *lapse, bool done, const char *text)
{
	struct lapse copy = *lapse;
	char why[128];
	AUTO_FREE char *what = own_dup(unit_kind_names[lapse->kind]);
	AUTO_FREE char *words = own_dup(text);
	struct wire_plan_row row = { .id = lapse->session, .what = what, .class = copy.class, .why = why,
		.lapses_us = lapse->lapses_us, .done = done, .text = words };

	if (peer == NULL)
		return;
	describe_stay(peer, lapse, why, sizeof why);
	peer_put(peer, WIRE_PLAN_ROW, &row);
}

/* What the log says of it: which policy, which envelope, and the head that was signed last before it. */
static char *
deletion_text(struct gate *gate, const struct lapse *lapse, const char *what)
{
	AUTO_BUF struct buf text = { .max = 4096 };
	AUTO_HEAD struct head head = { 0 };
	struct recording recording;
	char hex[2 * SECRET_SHA256 + 1], when[CLOCK_TEXT];
	const char *root;

	(void)buf_addf(&text, "%s deleted under class %s: key slot %" PRIu32 " erased and read back; its time was over at %s; policy %s", what,
	    lapse->class, lapse->unit, clock_utc(lapse->lapses_us, when), id_hex(gate->policy->sha256, SECRET_SHA256, hex));
	if ((lapse->kind == UNIT_RECORDING && recording_get(gate->store, &lapse->session, &recording) == 0) ||
	    (lapse->kind == UNIT_TRAIL && recording_trail_get(gate->store, &lapse->session, &recording) == 0))
		(void)buf_addf(&text, "; envelope %s", id_hex(recording.envelope_sha256, SECRET_SHA256, hex));
	if (head_get(gate->store, INT64_MAX, &head) == 0 && (root = strchr(head.note, '\n')) != NULL && (root = strchr(root + 1, '\n')) != NULL)
		(void)buf_addf(&text, "; head %" PRId64 " %.*s", head.size, (int)strcspn(root + 1, "\n"), root + 1);
	return buf_text(&text);
}

/* Said in the log the first time, shown until it is done. */
static void
note_failure(struct erase_run *run, const struct lapse *lapse, enum failure_part part, int error)
{
	char text[128];
	int tries = failure_note(run->gate->store, lapse->unit, part, run->now_us, err_text(error));

	run->failed++;
	erase_describe(lapse, text, sizeof text);
	if (tries <= 1)
		gate_say(run->gate, LOG_DELETION_FAILED, &lapse->session, "%s under class %s could not be deleted (its %s): %s; it is tried again", text, lapse->class,
		    failure_part_names[part], err_text(error));
	peers_changed(run->gate, "retention", &lapse->session);
}

static void
note_done(struct erase_run *run, const struct lapse *lapse, enum failure_part part)
{
	char text[128];

	if (failure_over(run->gate->store, lapse->unit, part) <= 0)
		return;
	erase_describe(lapse, text, sizeof text);
	gate_say(run->gate, LOG_DELETION_DONE, &lapse->session, "%s under class %s: the %s that could not be deleted is gone now", text, lapse->class,
	    failure_part_names[part]);
	peers_changed(run->gate, "retention", &lapse->session);
}

static void
erase_file(struct erase_run *run, const struct lapse *lapse)
{
	int r = gate_files_remove(run->gate, &lapse->session, lapse->kind == UNIT_TRAIL);

	if (r < 0)
		note_failure(run, lapse, FAILURE_FILE, r);
	else
		note_done(run, lapse, FAILURE_FILE);
}

int
erase_lapse(void *ctx, const struct lapse *lapse)
{
	struct erase_run *run = ctx;
	struct event_new said = { .type = LOG_DELETED, .subject = lapse->session, .time_us = clock_wall_us(), .class = gate_log_class(run->gate),
		.number = EVENT_NO_NUMBER };
	AUTO_FREE char *sentence = NULL;
	char text[128];
	int r;

	erase_describe(lapse, text, sizeof text);
	sentence = deletion_text(run->gate, lapse, text);
	said.text = sentence;
	said.text_bytes = strlen(sentence);
	r = retention_shred_said(run->gate->store, lapse->unit, run->now_us, &said);
	if (r == ERR_HELD)	/* since the run began */
		return 0;
	if (r < 0) {
		note_failure(run, lapse, FAILURE_KEY, r);
		return 0;
	}
	run->erased++;
	log_info("%s: %s", gate_log_name(LOG_DELETED), sentence);
	note_done(run, lapse, FAILURE_KEY);
	erase_put(run->peer, lapse, true, text);
	if (lapse->kind == UNIT_RECORDING || lapse->kind == UNIT_TRAIL) {
		erase_file(run, lapse);
		peers_changed(run->gate, "recording", &lapse->session);
	}
	return 0;
}

/* A file whose key has gone, but which could not be removed then. */
static int
retry_file(void *ctx, const struct failure *failure)
{
	struct erase_run *run = ctx;
	struct lapse lapse = { .unit = failure->unit, .kind = failure->kind, .session = failure->session, .day = failure->day };

	if (failure->part != FAILURE_FILE)
		return 0;
	memcpy(lapse.class, failure->class, sizeof lapse.class);
	erase_file(run, &lapse);
	return 0;
}

/* Collected first: trying changes the rows. */
static int
keep_failure(void *ctx, const struct failure *failure)
{
	struct failures *failures = ctx;

	failures->items = own_grow(failures->items, failures->count + 1, sizeof *failures->items);
	failures->items[failures->count++] = *failure;
	return 0;
}

/* What did not work is tried again, now or when its time has come: soon at first, then each ten minutes. */
void
erase_retry(struct erase_run *run)
{
	struct failures failures = { 0 };
	int r = failure_list(run->gate->store, keep_failure, &failures);

	for (size_t i = 0; r == 0 && i < failures.count; i++) {
		const struct failure *failure = &failures.items[i];

		if (run->peer != NULL || run->now_us - failure->last_us >= (failure->tries < RETRY_SOON ? RETRY_US : RETRY_SLOW_US) || run->now_us < failure->last_us)
			r = retry_file(run, failure);
	}
	free(failures.items);
	if (r < 0)
		log_error("what could not be deleted cannot be tried again: %s", err_text(r));
}

static int
put_failure(void *ctx, const struct failure *failure)
{
	struct peer *peer = ctx;
	const struct lapse lapse = { .kind = failure->kind, .session = failure->session, .day = failure->day };
	AUTO_FREE char *class = own_dup(failure->class), *why = NULL;
	char text[128], when[CLOCK_TEXT];
	struct wire_plan_row row = { .id = failure->session, .what = (char[]){ "failed" }, .class = class, .text = text };

	erase_describe(&lapse, text, sizeof text);
	if (asprintf(&why, "its %s could not be deleted since %s (%" PRId64 " %s): %s", failure_part_names[failure->part],
	    clock_local(failure->since_us, when), failure->tries, failure->tries == 1 ? "try" : "tries", failure->why) < 0)
		why = NULL;
	row.why = why;
	peer_put(peer, WIRE_PLAN_ROW, &row);
	return peer->broken ? ERR_PEER_GONE : 0;
}

int
erase_put_failures(struct peer *peer)
{
	return failure_list(peer->gate->store, put_failure, peer);
}
