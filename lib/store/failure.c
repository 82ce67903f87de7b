/* SPDX-License-Identifier: ISC */
/* What could not be deleted, and since when. */
#include "config.h"

#include "lib/store/failure.h"
#include "lib/store/stmt.h"

const char *const failure_part_names[FAILURE_PARTS] = {
	[FAILURE_KEY] = "key",
	[FAILURE_FILE] = "file",
	[FAILURE_REPLICA] = "replica",
};

static const char SQL_NOTE[] =
    "INSERT INTO failures (unit, part, since_us, last_us, tries, why) VALUES ($1, $2, $3, $3, 1, $4) "
    "ON CONFLICT (unit, part) DO UPDATE SET last_us = excluded.last_us, tries = failures.tries + 1, why = excluded.why";
static const char SQL_TRIES[] = "SELECT tries FROM failures WHERE unit = $1 AND part = $2";
static const char SQL_OVER[] = "DELETE FROM failures WHERE unit = $1 AND part = $2";
static const char SQL_LIST[] = "SELECT f.unit, f.part, " UNIT_KIND ", c.name, u.session, u.day, f.since_us, f.last_us, f.tries, f.why "
    "FROM failures f JOIN units u ON u.number = f.unit JOIN classes c ON c.number = u.class ORDER BY f.since_us, f.unit, f.part";

int
failure_note(struct store *store, uint32_t unit, enum failure_part part, int64_t now_us, const char *why)
{
	AUTO_TXN struct txn txn = { 0 };
	const char *name = failure_part_names[part];
	int64_t tries;
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = stmt_run(store, SQL_NOTE, BINDS(bind_int(unit), bind_text(name), bind_int(now_us), bind_text(why)));
	if (r >= 0)
		r = stmt_number(store, SQL_TRIES, BINDS(bind_int(unit), bind_text(name)), &tries);
	if (r == 0)
		r = txn_commit(&txn);
	return r < 0 ? r : tries > INT32_MAX ? INT32_MAX : (int)tries;
}

int
failure_over(struct store *store, uint32_t unit, enum failure_part part)
{
	return stmt_run(store, SQL_OVER, BINDS(bind_int(unit), bind_text(failure_part_names[part])));
}

int
failure_list(struct store *store, int (*each)(void *ctx, const struct failure *failure), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, NO_BINDS, &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		struct failure failure = { .unit = (uint32_t)row_int(&row) };

		failure.part = (enum failure_part)row_word(&row, failure_part_names, FAILURE_PARTS);
		failure.kind = (enum unit_kind)row_word(&row, unit_kind_names, UNIT_KINDS);
		row_name(&row, failure.class, sizeof failure.class);
		row_id(&row, &failure.session);
		failure.day = row_int(&row);
		failure.since_us = row_int(&row);
		failure.last_us = row_int(&row);
		failure.tries = row_int(&row);
		row_name(&row, failure.why, sizeof failure.why);
		r = row.error < 0 ? row.error : each(ctx, &failure);
	}
	return r;
}
