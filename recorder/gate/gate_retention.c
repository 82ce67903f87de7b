/* SPDX-License-Identifier: ISC */
/*
 * Deletion: the slot first (that closes every copy at once), then the files, then the log says so. A wall clock that
 * jumped, or a run that would take more than a tenth of a class, stops until somebody confirms.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/store/retention.h"
#include "lib/store/session.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_erase.h"
#include "recorder/gate/gate_files.h"
#include "recorder/gate/gate_hold.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_refused.h"
#include "recorder/gate/gate_retention.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/gate/who.h"

#define REMEMBER_US	(60 * CLOCK_US)
#define PURGE_US	(600 * CLOCK_US)

/* What is remembered of the clocks across restarts: state/clock, native byte order, one machine. */
struct clock_file {
	uint32_t	magic;
	uint32_t	zero;
	int64_t		wall_us, boot_us;
	struct id	boot;
};

#define CLOCK_MAGIC	0x504b4c43u

/* The policy's classes as the catalogue takes them; the caller frees items. */
static struct classes
classes_of(const struct policy *policy)
{
	struct class *items = own_alloc((policy->classes_count + 1) * sizeof *items);

	for (unsigned i = 0; i < policy->classes_count; i++) {
		const struct policy_class *from = &policy->classes[i];

		snprintf(items[i].name, sizeof items[i].name, "%s", from->name);
		items[i].recording_s = from->recording_s == POLICY_FOREVER ? 0 : from->recording_s;
		items[i].trail_s = from->trail_s == POLICY_FOREVER ? 0 : from->trail_s;
		items[i].texts_s = from->texts_s == POLICY_FOREVER ? 0 : from->texts_s;
		items[i].log_s = from->log_s == POLICY_FOREVER ? 0 : from->log_s;
	}
	return (struct classes){ .items = items, .count = policy->classes_count };
}

static void
classes_done(struct classes *classes)
{
	free((void *)(uintptr_t)classes->items);
}

#define AUTO_CLASSES	__attribute__((cleanup(classes_done)))

static int64_t
expires(const struct session *session, int64_t kept_s)
{
	return kept_s == POLICY_FOREVER || session->state != SESSION_ENDED ? 0 : session->end.at_us + kept_s * CLOCK_US;
}

int64_t
gate_retention_expires(const struct gate *gate, const struct session *session)
{
	const struct policy_class *class = gate->policy != NULL ? policy_class(gate->policy, session->class) : NULL;

	return class != NULL ? expires(session, class->recording_s) : 0;
}

int64_t
gate_retention_trail_expires(const struct gate *gate, const struct session *session)
{
	const struct policy_class *class = gate->policy != NULL ? policy_class(gate->policy, session->class) : NULL;

	return class != NULL ? expires(session, class->trail_s) : 0;
}

/* ---- the clock --------------------------------------------------------------------------------------------------- */

static char *
clock_path(const struct gate *gate)
{
	return place_path(gate->daemon.place.state, "clock", NULL);
}

static void
remember(struct gate *gate)
{
	AUTO_FREE char *path = clock_path(gate);
	struct clock_file file = { .magic = CLOCK_MAGIC, .wall_us = clock_wall_us(), .boot_us = clock_boot_us(), .boot = gate->boot };
	int r = fdio_replace(path, 0600, &file, sizeof file);

	if (r < 0)
		log_warn("the clock cannot be remembered: %s", err_text(r));
	gate->clock.wall_us = file.wall_us;
	gate->clock.boot_us = file.boot_us;
}

static void
jumped(struct gate *gate, int64_t by_us)
{
	char span[CLOCK_TEXT];

	if (gate->clock.jumped)
		return;
	gate->clock.jumped = true;
	gate_say(gate, LOG_CLOCK_JUMPED, NULL, "the wall clock stands %s %s of where it should; nothing is deleted until `postern retention run --confirm`",
	    clock_span((by_us < 0 ? -by_us : by_us) / CLOCK_US, span), by_us < 0 ? "behind" : "ahead");
}

static int64_t
drift(const struct gate *gate)
{
	return (clock_wall_us() - gate->clock.wall_us) - (clock_boot_us() - gate->clock.boot_us);
}

void
gate_retention_start(struct gate *gate)
{
	AUTO_FREE char *path = clock_path(gate);
	AUTO_FREE char *bytes = NULL;
	struct clock_file file;
	size_t count = 0;
	int64_t by;

	gate->clock.wall_us = clock_wall_us();
	gate->clock.boot_us = clock_boot_us();
	if (fdio_slurp_path(path, sizeof file, &bytes, &count) < 0 || count != sizeof file) {
		remember(gate);
		return;
	}
	memcpy(&file, bytes, sizeof file);
	if (file.magic != CLOCK_MAGIC) {
		remember(gate);
		return;
	}
	/* Within one boot the boottime clock says how much has passed; across boots the wall clock may only go on a little. */
	if (id_equal(&file.boot, &gate->boot)) {
		gate->clock.wall_us = file.wall_us;
		gate->clock.boot_us = file.boot_us;
		by = drift(gate);
	} else {
		by = clock_wall_us() - file.wall_us;
	}
	if (by > GATE_JUMP_US || by < -GATE_JUMP_US)
		jumped(gate, by);
	else
		remember(gate);
}

void
gate_retention_watch(struct gate *gate)
{
	int64_t by = drift(gate);

	if (by > GATE_JUMP_US || by < -GATE_JUMP_US)
		jumped(gate, by);
	else if (!gate->clock.jumped && clock_boot_us() - gate->clock.boot_us > REMEMBER_US)
		remember(gate);
}

/* ---- erasing ------------------------------------------------------------------------------------------------------ */

/* Rewrites the catalogue without what was deleted. Nobody is served meanwhile, so the schedule does it now and then only. */
static void
purge(struct gate *gate, bool now)
{
	struct gate_retention *retention = &gate->retention;
	int64_t boot_us = clock_boot_us();
	int r;

	if (retention->is_purged || (!now && retention->purged_us != 0 && boot_us - retention->purged_us < PURGE_US))
		return;
	r = store_purge(gate->store);
	if (r < 0)
		log_warn("the catalogue could not be rewritten after a deletion: %s; the keys are gone all the same", err_text(r));
	retention->is_purged = true;
	retention->purged_us = clock_boot_us();
}

static int
run_now(struct erase_run *run, const struct classes *classes)
{
	int r;

	if (run->peer != NULL)
		erase_retry(run);
	r = retention_due(run->gate->store, classes, run->now_us, erase_lapse, run);
	if (r < 0 || run->erased == 0)
		return r;
	run->gate->retention.is_purged = false;
	purge(run->gate, run->peer != NULL);
	gate_say(run->gate, LOG_RETENTION_RUN, NULL, "%u deleted, %u failed%s%s", run->erased, run->failed,
	    run->peer != NULL ? ", ordered by " : "", run->peer != NULL ? peer_person(run->peer) : "");
	return 0;
}

/* 0 if a run may go ahead, ERR_CLOCK, ERR_TOO_MANY. */
static int
check_guard(struct gate *gate, const struct classes *classes, struct guard *guard)
{
	int64_t now = clock_wall_us();
	int r = retention_guard(gate->store, classes, now, guard);

	if (r < 0)
		return r;
	if (gate->clock.jumped || guard->newest_us > now + GATE_JUMP_US)
		return ERR_CLOCK;
	return guard->too_many ? ERR_TOO_MANY : 0;
}

/* After a start, and as long as a file could not be removed. */
static void
sweep(struct gate *gate)
{
	int r;

	if (gate->retention.is_swept)
		return;
	r = gate_files_sweep(gate);
	if (r < 0)
		log_error("files of expired recordings cannot be removed: %s; their keys are gone", err_text(r));
	gate->retention.is_swept = r == 0;
}

static int
count_due(void *ctx, const struct lapse *lapse)
{
	(void)lapse;
	(*(unsigned *)ctx)++;
	return 0;
}

/* Shown to those who look after the gate until a run goes ahead. */
static void
hold_back(struct gate *gate, int why)
{
	if (gate->retention.held == why)
		return;
	gate->retention.held = why;
	peers_changed(gate, "retention", NULL);
}

void
gate_retention_tick(struct gate *gate)
{
	struct erase_run run = { .gate = gate, .now_us = clock_wall_us() };
	AUTO_CLASSES struct classes classes = { 0 };
	struct guard guard;
	unsigned due = 0;
	int r;

	if (gate->policy == NULL || gate_store(gate) < 0)
		return;
	gate_hold_tick(gate);
	sweep(gate);
	purge(gate, false);
	erase_retry(&run);
	classes = classes_of(gate->policy);
	r = retention_due(gate->store, &classes, run.now_us, count_due, &due);
	if (r == 0 && due == 0)
		hold_back(gate, 0);
	if (r < 0 || due == 0)
		return;
	r = check_guard(gate, &classes, &guard);
	if (r == ERR_CLOCK || r == ERR_TOO_MANY) {
		if (gate->retention.held != r)
			gate_say(gate, LOG_RETENTION_HELD, NULL, "%s", err_text(r));
		hold_back(gate, r);
		return;
	}
	hold_back(gate, 0);
	if (r == 0)
		r = run_now(&run, &classes);
	if (r < 0)
		log_error("retention does not work: %s", err_text(r));
}

/* ---- what people ask ----------------------------------------------------------------------------------------------- */

static bool
may_look(struct peer *peer)
{
	struct policy_subject subject = who_subject(peer->who);
	const struct policy *policy = peer->gate->policy;

	if (policy_is_admin(policy, &subject) || gate_is_auditor(peer->gate, &subject))
		return true;
	gate_refused(peer->gate, peer->uid, "retention is for auditors and administrators");
	peer_fail(peer, STATUS_DENIED, "retention is for the auditors and administrators that the policy names");
	return false;
}

static int
plan_row(void *ctx, const struct lapse *lapse)
{
	char text[128];

	erase_describe(lapse, text, sizeof text);
	erase_put(ctx, lapse, false, text);
	return 0;
}

int
on_plan(struct peer *peer, const void *fields)
{
	const struct wire_plan *question = fields;
	AUTO_CLASSES struct classes classes = classes_of(peer->gate->policy);
	int r;

	if (!may_look(peer))
		return 0;
	r = erase_put_failures(peer);
	if (r == 0 && question->all)
		r = retention_plan(peer->gate->store, &classes, plan_row, peer);
	else if (r == 0)
		r = retention_due(peer->gate->store, &classes, clock_wall_us(), plan_row, peer);
	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}

int
on_run(struct peer *peer, const void *fields)
{
	const struct wire_run *question = fields;
	AUTO_CLASSES struct classes classes = classes_of(peer->gate->policy);
	struct erase_run run = { .gate = peer->gate, .peer = peer, .now_us = clock_wall_us() };
	struct policy_subject subject = who_subject(peer->who);
	struct guard guard;
	int r;

	if (!policy_is_admin(peer->gate->policy, &subject))
		return may_look(peer) ? ERR_NO_RIGHT : 0;
	gate_retention_watch(peer->gate);
	r = check_guard(peer->gate, &classes, &guard);
	if ((r == ERR_CLOCK || r == ERR_TOO_MANY) && !question->confirm) {
		peer_fail(peer, STATUS_CONFIRM, "%s: `postern retention run --confirm`", err_text(r));
		return 0;
	}
	if (r < 0 && r != ERR_CLOCK && r != ERR_TOO_MANY)
		return r;
	if (question->confirm) {
		gate_say(peer->gate, LOG_RETENTION_RUN, NULL, "%s confirmed the wall clock, and that what is due may go", peer_person(peer));
		peer->gate->clock.jumped = false;
		remember(peer->gate);
	}
	r = run_now(&run, &classes);
	if (r < 0)
		return r;
	hold_back(peer->gate, 0);
	if (run.erased == 0 && run.failed == 0)
		peer_done(peer, "Nothing is due.");
	else
		peer_done(peer, "%u deleted, %u failed.", run.erased, run.failed);
	return 0;
}
