/* SPDX-License-Identifier: ISC */
/* What lapses when, and its erasure. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "lib/store/retention.h"
#include "lib/store/stmt.h"

/*
 * Held sessions, each with everything that belongs to it: its own slots, and the day slots in which its request, the
 * decisions on it, its review, and events about request, grant or session lie.
 */
#define HELD \
	"SELECT s.recording_unit AS unit FROM sessions s WHERE s.held_us IS NOT NULL " \
	"UNION SELECT s.texts_unit FROM sessions s WHERE s.held_us IS NOT NULL " \
	"UNION SELECT s.trail_unit FROM sessions s WHERE s.held_us IS NOT NULL AND s.trail_unit IS NOT NULL " \
	"UNION SELECT r.unit FROM sessions s JOIN grants g ON g.id = s.grant_id JOIN requests r ON r.id = g.request " \
	"WHERE s.held_us IS NOT NULL " \
	"UNION SELECT d.unit FROM sessions s JOIN grants g ON g.id = s.grant_id JOIN decisions d ON d.request = g.request " \
	"WHERE s.held_us IS NOT NULL " \
	"UNION SELECT b.unit FROM sessions s JOIN grants g ON g.id = s.grant_id JOIN glasses b ON b.request = g.request " \
	"WHERE s.held_us IS NOT NULL AND b.unit IS NOT NULL " \
	"UNION SELECT w.unit FROM sessions s JOIN holds w ON w.session = s.id WHERE s.held_us IS NOT NULL " \
	"UNION SELECT e.unit FROM sessions s JOIN grants g ON g.id = s.grant_id " \
	"JOIN events e ON e.subject IN (s.id, g.id, g.request) WHERE s.held_us IS NOT NULL "

static const char SQL_LIVE[] =
    "SELECT u.number, " UNIT_KIND ", c.name, u.day, u.session, "
    "CASE u.kind WHEN 'day' THEN (u.day + 1) * 86400000000 ELSE coalesce(s.ended_us, 0) END, "
    "CASE WHEN h.unit IS NULL THEN 0 ELSE 1 END "
    "FROM units u JOIN classes c ON c.number = u.class LEFT JOIN sessions s ON s.id = u.session "
    "LEFT JOIN (" HELD ") h ON h.unit = u.number WHERE u.shredded_us IS NULL";
static const char SQL_HELD[] = "SELECT count(*) FROM (" HELD ") h WHERE h.unit = $1";
static const char SQL_KNOWN[] = "SELECT count(*) FROM units WHERE number = $1";
static const char SQL_RUNNING[] =
    "SELECT count(*) FROM units u JOIN sessions s ON s.id = u.session WHERE u.number = $1 AND s.state <> 'ended'";

/* Each takes the unit's number as $1. */
static const char *const forget[] = {
	"UPDATE requests SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE decisions SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE glasses SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE holds SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE events SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE recordings SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE envelopes SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE trails SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
	"UPDATE trail_envelopes SET sealed = NULL WHERE unit = $1 AND sealed IS NOT NULL",
};

static const char *const expire[] = {
	"UPDATE recordings SET state = 'expired', expired_us = $1 WHERE unit = $2 AND state <> 'expired'",
	"UPDATE trails SET state = 'expired', expired_us = $1 WHERE unit = $2 AND state <> 'expired'",
};
static const char SQL_SHREDDED[] = "UPDATE units SET shredded_us = $1 WHERE number = $2 AND shredded_us IS NULL";

struct lapses {
	struct lapse	*items;
	size_t		 count;
};

#define AUTO_LAPSES	__attribute__((cleanup(lapses_done)))

static void
lapses_done(struct lapses *lapses)
{
	free(lapses->items);
}

/* Seconds that a class keeps a kind of slot; 0 for ever, also if the policy does not know the class (any more). */
static int64_t
kept_for(const struct classes *classes, const char *name, enum unit_kind kind)
{
	for (size_t i = 0; i < classes->count; i++) {
		const struct class *class = &classes->items[i];

		if (strcmp(class->name, name) != 0)
			continue;
		if (kind == UNIT_RECORDING || kind == UNIT_TRAIL)
			return kind == UNIT_TRAIL ? class->trail_s : class->recording_s;
		return kind == UNIT_DAY ? class->log_s : class->texts_s;
	}
	return 0;
}

static int
lapse_row(sqlite3_stmt *stmt, const struct classes *classes, struct lapse *lapse)
{
	struct row row = { .stmt = stmt };
	int64_t kept_s;

	lapse->unit = (uint32_t)row_int(&row);
	lapse->kind = (enum unit_kind)row_word(&row, unit_kind_names, UNIT_KINDS);
	row_name(&row, lapse->class, sizeof lapse->class);
	lapse->day = row_int(&row);
	row_id(&row, &lapse->session);
	lapse->from_us = row_int(&row);
	lapse->held = row_int(&row) != 0;
	kept_s = kept_for(classes, lapse->class, lapse->kind);
	if (lapse->from_us != 0 && kept_s > 0 && kept_s <= STORE_SECONDS_MOST)
		lapse->lapses_us = lapse->from_us + kept_s * CLOCK_US;
	return row.error;
}

static int
lapse_order(const void *a, const void *b)
{
	const struct lapse *x = a;
	const struct lapse *y = b;
	int64_t x_us = x->lapses_us != 0 ? x->lapses_us : INT64_MAX;
	int64_t y_us = y->lapses_us != 0 ? y->lapses_us : INT64_MAX;

	if (x_us != y_us)
		return x_us < y_us ? -1 : 1;
	return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static int
lapses_load(struct store *store, const struct classes *classes, struct lapses *lapses)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIVE, NO_BINDS, &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct lapse lapse = { 0 };

		r = lapse_row(stmt, classes, &lapse);
		lapses->items = own_grow(lapses->items, lapses->count + 1, sizeof lapses->items[0]);
		lapses->items[lapses->count++] = lapse;
	}
	if (r == 0 && lapses->count > 0)
		qsort(lapses->items, lapses->count, sizeof lapses->items[0], lapse_order);
	return r;
}

static bool
is_due(const struct lapse *lapse, int64_t now_us)
{
	return lapse->lapses_us != 0 && lapse->lapses_us <= now_us && !lapse->held;
}

int
retention_plan(struct store *store, const struct classes *classes, int (*each)(void *ctx, const struct lapse *lapse),
    void *ctx)
{
	AUTO_LAPSES struct lapses lapses = { 0 };
	int r = lapses_load(store, classes, &lapses);

	for (size_t i = 0; r == 0 && i < lapses.count; i++)
		r = each(ctx, &lapses.items[i]);
	return r;
}

int
retention_due(struct store *store, const struct classes *classes, int64_t now_us,
    int (*each)(void *ctx, const struct lapse *lapse), void *ctx)
{
	AUTO_LAPSES struct lapses lapses = { 0 };
	int r = lapses_load(store, classes, &lapses);

	for (size_t i = 0; r == 0 && i < lapses.count; i++)
		if (is_due(&lapses.items[i], now_us))
			r = each(ctx, &lapses.items[i]);
	return r;
}

/* What a run would take of each class and kind. */
struct shares {
	struct guard	*items;
	size_t		 count;
};

#define AUTO_SHARES	__attribute__((cleanup(shares_done)))

static void
shares_done(struct shares *shares)
{
	free(shares->items);
}

static struct guard *
share_of(struct shares *shares, const struct lapse *lapse)
{
	struct guard *share;

	for (size_t i = 0; i < shares->count; i++)
		if (shares->items[i].kind == lapse->kind && strcmp(shares->items[i].class, lapse->class) == 0)
			return &shares->items[i];
	shares->items = own_grow(shares->items, shares->count + 1, sizeof shares->items[0]);
	share = &shares->items[shares->count++];
	*share = (struct guard){ .kind = lapse->kind };
	memcpy(share->class, lapse->class, sizeof share->class);
	return share;
}

static bool
is_larger(const struct guard *share, const struct guard *worst)
{
	if (share->live < RETENTION_SMALL || share->due == 0)
		return false;
	return worst->live == 0 || share->due * worst->live > worst->due * share->live;
}

int
retention_guard(struct store *store, const struct classes *classes, int64_t now_us, struct guard *guard)
{
	AUTO_LAPSES struct lapses lapses = { 0 };
	AUTO_SHARES struct shares shares = { 0 };
	struct guard worst = { 0 };
	int r = lapses_load(store, classes, &lapses);

	for (size_t i = 0; i < lapses.count; i++) {
		struct guard *share = share_of(&shares, &lapses.items[i]);

		share->live++;
		share->due += is_due(&lapses.items[i], now_us) ? 1 : 0;
	}
	for (size_t i = 0; i < shares.count; i++)
		if (is_larger(&shares.items[i], &worst))
			worst = shares.items[i];
	worst.too_many = worst.due * 10 > worst.live;
	if (r == 0)
		r = event_newest(store, &worst.newest_us);
	if (r == 0)
		*guard = worst;
	return r;
}

/* Under the store's lock: is it there, not held, its session over? */
static int
may_shred(struct store *store, uint32_t unit)
{
	int64_t known;
	int64_t held;
	int64_t running;
	int r = stmt_number(store, SQL_KNOWN, BINDS(bind_int(unit)), &known);

	if (r == 0)
		r = stmt_number(store, SQL_HELD, BINDS(bind_int(unit)), &held);
	if (r == 0)
		r = stmt_number(store, SQL_RUNNING, BINDS(bind_int(unit)), &running);
	if (r < 0)
		return r;
	if (known == 0)
		return ERR_NOT_FOUND;
	if (held != 0)
		return ERR_HELD;
	return running != 0 ? ERR_IN_USE : 0;
}

int
retention_shred(struct store *store, uint32_t unit, int64_t now_us)
{
	return retention_shred_said(store, unit, now_us, NULL);
}

int
retention_shred_said(struct store *store, uint32_t unit, int64_t now_us, const struct event_new *said)
{
	AUTO_TXN struct txn txn = { 0 };
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = may_shred(store, unit);
	if (r == 0)
		r = retention_forget(store, unit, now_us, said);
	return r < 0 ? r : txn_commit(&txn);
}

int
retention_forget(struct store *store, uint32_t unit, int64_t now_us, const struct event_new *said)
{
	AUTO_TXN struct txn txn = { 0 };
	int64_t seq;
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = slots_shred(&store->slots, unit);
	for (size_t i = 0; r >= 0 && i < sizeof forget / sizeof forget[0]; i++)
		r = stmt_run(store, forget[i], BINDS(bind_int(unit)));
	for (size_t i = 0; r >= 0 && i < sizeof expire / sizeof expire[0]; i++)
		r = stmt_run(store, expire[i], BINDS(bind_int(now_us), bind_int(unit)));
	if (r >= 0)
		r = stmt_run(store, SQL_SHREDDED, BINDS(bind_int(now_us), bind_int(unit)));
	if (r >= 0 && said != NULL)
		r = event_append(store, said, &seq);
	return r < 0 ? r : txn_commit(&txn);
}
