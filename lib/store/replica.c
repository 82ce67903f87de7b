/* SPDX-License-Identifier: ISC */
/* What the replica has confirmed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/store/replica.h"
#include "lib/store/stmt.h"

static const char SQL_JOBS[] =
    "SELECT u.number, u.shredded_us, u.session, coalesce(r.envelope_sha256, t.envelope_sha256) FROM units u LEFT JOIN replicas p ON p.unit = u.number "
    "LEFT JOIN recordings r ON r.unit = u.number LEFT JOIN trails t ON t.unit = u.number "
    "WHERE (u.shredded_us IS NULL AND p.kept_us IS NULL) OR (u.shredded_us IS NOT NULL AND p.erased_us IS NULL) "
    "ORDER BY u.shredded_us IS NULL, u.number LIMIT $1";
static const char SQL_KEPT[] = "INSERT INTO replicas (unit, kept_us) VALUES ($1, $2) ON CONFLICT (unit) DO UPDATE SET kept_us = excluded.kept_us";
static const char SQL_ERASED[] = "INSERT INTO replicas (unit, erased_us, receipt) VALUES ($1, $2, $3) "
    "ON CONFLICT (unit) DO UPDATE SET erased_us = excluded.erased_us, receipt = excluded.receipt";
static const char SQL_STATE[] =
    "SELECT coalesce(sum(p.kept_us IS NOT NULL AND p.erased_us IS NULL), 0), coalesce(sum(u.shredded_us IS NULL AND p.kept_us IS NULL), 0), "
    "coalesce(sum(u.shredded_us IS NOT NULL AND p.erased_us IS NULL), 0), coalesce(sum(p.erased_us IS NOT NULL), 0) "
    "FROM units u LEFT JOIN replicas p ON p.unit = u.number";
static const char SQL_RECEIPTS[] = "SELECT unit, receipt FROM replicas WHERE unit >= $1 AND receipt IS NOT NULL ORDER BY unit";

int
replica_jobs(struct store *store, int64_t limit, int (*each)(void *ctx, const struct replica_job *job), void *ctx)
{
	static const uint8_t none[32];
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_JOBS, BINDS(bind_limit(limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		struct replica_job job = { .unit = (uint32_t)row_int(&row) };

		job.is_erase = row_int(&row) != 0;
		row_id(&row, &job.session);
		row_sha256(&row, job.envelope_sha256);
		job.has_envelope = memcmp(job.envelope_sha256, none, sizeof none) != 0;
		r = row.error < 0 ? row.error : each(ctx, &job);
	}
	return r;
}

int
replica_record(struct store *store, uint32_t unit, uint8_t *record)
{
	return slots_copy(&store->slots, unit, record);
}

int
replica_kept(struct store *store, uint32_t unit, int64_t now_us)
{
	int r = stmt_run(store, SQL_KEPT, BINDS(bind_int(unit), bind_int(now_us)));

	return r < 0 ? r : 0;
}

int
replica_erased(struct store *store, uint32_t unit, int64_t now_us, const char *receipt)
{
	int r = stmt_run(store, SQL_ERASED, BINDS(bind_int(unit), bind_int(now_us), bind_text(receipt)));

	return r < 0 ? r : 0;
}

int
replica_state(struct store *store, struct replica_state *state)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct row row = { 0 };
	int r = stmt_open(store, SQL_STATE, NO_BINDS, &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r <= 0)
		return r;
	row.stmt = stmt;
	state->kept = row_int(&row);
	state->to_keep = row_int(&row);
	state->to_erase = row_int(&row);
	state->erased = row_int(&row);
	return row.error;
}

int
replica_receipts(struct store *store, uint32_t since, int (*each)(void *ctx, uint32_t unit, const char *receipt), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_RECEIPTS, BINDS(bind_int(since)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		uint32_t unit = (uint32_t)row_int(&row);
		AUTO_FREE char *receipt = row_text(&row);

		r = row.error < 0 ? row.error : each(ctx, unit, receipt);
	}
	return r;
}
