/* SPDX-License-Identifier: ISC */
/* Grants: made, used, extended, ended. */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/store/check.h"
#include "lib/store/grant.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

const char *const grant_state_names[GRANT_STATES] = {
	[GRANT_UNUSED] = "unused",
	[GRANT_RUNNING] = "running",
	[GRANT_ENDED] = "ended",
};

#define COLUMNS \
	"SELECT g.id, g.request, g.person, g.role, c.name, g.seconds, g.sessions, g.created_us, g.usable_us, g.lapses_us, " \
	"g.state, g.used_us, g.ends_us, g.ends_boot_us, g.boot, g.why, g.ended_by, g.ended_us " \
	"FROM grants g JOIN classes c ON c.number = g.class "

static const char SQL_GET[] = COLUMNS "WHERE g.id = $1";
static const char SQL_OF_REQUEST[] = COLUMNS "WHERE g.request = $1";
static const char SQL_LIST[] = COLUMNS
    "WHERE ($1 = '' OR g.person = $1) AND (g.state <> 'ended' OR $2 = 1) ORDER BY g.created_us DESC, g.id LIMIT $3";
static const char SQL_FIND[] = "SELECT id FROM grants WHERE id BETWEEN $1 AND $2 LIMIT 2";
static const char SQL_ADD[] =
    "INSERT INTO grants (id, request, person, role, class, seconds, sessions, created_us, usable_us, lapses_us, state) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'unused')";
static const char SQL_INSIDE[] = "SELECT count(*) FROM sessions WHERE grant_id = $1 AND state <> 'ended'";
static const char SQL_CLOCK[] =
    "UPDATE grants SET state = 'running', used_us = $1, ends_us = $2, ends_boot_us = $3, boot = $4 "
    "WHERE id = $5 AND state <> 'ended'";
static const char SQL_END[] =
    "UPDATE grants SET state = 'ended', why = $1, ended_by = $2, ended_us = $3 WHERE id = $4 AND state <> 'ended'";
static const char SQL_EXTEND[] =
    "UPDATE grants SET seconds = seconds + $1, ends_us = ends_us + $2, ends_boot_us = ends_boot_us + $2 "
    "WHERE id = $3 AND state <> 'ended'";
static const char SQL_EXTEND_SESSIONS[] =
    "UPDATE sessions SET ends_us = ends_us + $1, ends_boot_us = ends_boot_us + $1 WHERE grant_id = $2 AND state <> 'ended'";
static const char SQL_LAPSE[] =
    "UPDATE grants SET state = 'ended', why = 'lapsed', ended_by = '', ended_us = $1 "
    "WHERE state = 'unused' AND lapses_us <= $1 RETURNING id";
static const char SQL_OVER[] =
    "UPDATE grants SET state = 'ended', why = 'over', ended_by = '', ended_us = $1 WHERE state = 'running' AND "
    "((boot = $2 AND ends_boot_us <= $3) OR (boot <> $2 AND ends_us <= $1)) AND NOT EXISTS "
    "(SELECT 1 FROM sessions s WHERE s.grant_id = grants.id AND s.state = 'frozen') RETURNING id";
static const char SQL_FROZEN[] = "SELECT count(*) FROM sessions WHERE grant_id = $1 AND state = 'frozen'";

static int
grant_row(sqlite3_stmt *stmt, struct grant *grant)
{
	struct row row = { .stmt = stmt };

	row_id(&row, &grant->id);
	row_id(&row, &grant->request);
	row_name(&row, grant->person, sizeof grant->person);
	row_name(&row, grant->role, sizeof grant->role);
	row_name(&row, grant->class, sizeof grant->class);
	grant->seconds = row_int(&row);
	grant->sessions = row_int(&row);
	grant->created_us = row_int(&row);
	grant->usable_us = row_int(&row);
	grant->lapses_us = row_int(&row);
	grant->state = (enum grant_state)row_word(&row, grant_state_names, GRANT_STATES);
	grant->deadline.used_us = row_int(&row);
	grant->deadline.ends_us = row_int(&row);
	grant->deadline.ends_boot_us = row_int(&row);
	row_id(&row, &grant->deadline.boot);
	row_name(&row, grant->end.why, sizeof grant->end.why);
	row_name(&row, grant->end.by, sizeof grant->end.by);
	grant->end.at_us = row_int(&row);
	return row.error;
}

static int
grant_one(struct store *store, const char *sql, const struct id *id, struct grant *grant)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct grant found = { 0 };
	int r = stmt_open(store, sql, BINDS(bind_id(id)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r == 0)
		return ERR_NOT_FOUND;
	if (r > 0)
		r = grant_row(stmt, &found);
	if (r == 0)
		*grant = found;
	return r;
}

int
grant_get(struct store *store, const struct id *id, struct grant *grant)
{
	return grant_one(store, SQL_GET, id, grant);
}

int
grant_of_request(struct store *store, const struct id *request, struct grant *grant)
{
	return grant_one(store, SQL_OF_REQUEST, request, grant);
}

int
grant_find(struct store *store, const char *prefix, struct id *id)
{
	return ids_find(store, SQL_FIND, prefix, id);
}

int
grant_list(struct store *store, const struct grant_filter *filter, int (*each)(void *ctx, const struct grant *grant),
    void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_filter(filter->person), bind_int(filter->ended_too ? 1 : 0),
	    bind_limit(filter->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct grant grant = { 0 };

		r = grant_row(stmt, &grant);
		if (r == 0)
			r = each(ctx, &grant);
	}
	return r;
}

int
grant_create(struct store *store, const struct grant *grant)
{
	int64_t class;
	int r = unit_class(store, grant->class, &class);

	if (r == 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_id(&grant->id), bind_id(&grant->request), bind_text(grant->person),
		    bind_text(grant->role), bind_int(class), bind_int(grant->seconds), bind_int(grant->sessions),
		    bind_int(grant->created_us), bind_int(grant->usable_us), bind_int(grant->lapses_us)));
	return r < 0 ? r : 0;
}

int64_t
grant_left(const struct grant *grant, const struct moment *now)
{
	int64_t whole = grant->seconds * CLOCK_US;
	int64_t left;

	if (grant->state == GRANT_UNUSED)
		return grant->lapses_us > now->wall_us ? whole : 0;
	if (id_equal(&grant->deadline.boot, &now->boot))
		return grant->deadline.ends_boot_us - now->boot_us;
	left = grant->deadline.ends_us - now->wall_us;
	return left < whole ? left : whole;
}

static int
clock_start(struct store *store, struct grant *grant, const struct moment *now, int64_t left)
{
	struct grant_deadline *deadline = &grant->deadline;
	int r;

	if (grant->state == GRANT_RUNNING && id_equal(&deadline->boot, &now->boot))
		return 0;
	if (grant->state == GRANT_UNUSED)
		deadline->used_us = now->wall_us;
	deadline->ends_us = now->wall_us + left;
	deadline->ends_boot_us = now->boot_us + left;
	deadline->boot = now->boot;
	grant->state = GRANT_RUNNING;
	r = stmt_run(store, SQL_CLOCK, BINDS(bind_int(deadline->used_us), bind_int(deadline->ends_us),
	    bind_int(deadline->ends_boot_us), bind_id(&deadline->boot), bind_id(&grant->id)));
	return r == 0 ? ERR_STORE_CONFLICT : r < 0 ? r : 0;
}

int
grant_use(struct store *store, const struct id *id, const char *person, const struct moment *now, struct grant *grant)
{
	AUTO_TXN struct txn txn = { 0 };
	struct grant found = { 0 };
	int64_t inside = 0;
	int64_t left;
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = grant_get(store, id, &found);
	if (r < 0)
		return r;
	if (strcmp(found.person, person) != 0)
		return ERR_NO_RIGHT;
	if (found.state == GRANT_ENDED)
		return ERR_LAPSED;
	if (now->wall_us < found.usable_us)
		return ERR_EARLY;
	left = grant_left(&found, now);
	if (left <= 0)
		return ERR_LAPSED;
	r = stmt_number(store, SQL_INSIDE, BINDS(bind_id(id)), &inside);
	if (r == 0 && inside >= found.sessions)
		r = ERR_IN_USE;
	if (r == 0)
		r = clock_start(store, &found, now, left);
	if (r == 0)
		r = txn_commit(&txn);
	if (r == 0)
		*grant = found;
	return r;
}

/* An UPDATE that found no row: there is no such grant, or it has ended. */
static int
changed_one(struct store *store, const struct id *id, int changes)
{
	struct grant grant;
	int r;

	if (changes != 0)
		return changes < 0 ? changes : 0;
	r = grant_get(store, id, &grant);
	return r < 0 ? r : ERR_LAPSED;
}

int
grant_finish(struct store *store, const struct id *id, const struct grant_end *end)
{
	int r = check_word(end->why);

	if (r < 0)
		return r;
	r = stmt_run(store, SQL_END, BINDS(bind_text(end->why), bind_text(end->by), bind_int(end->at_us), bind_id(id)));
	return changed_one(store, id, r);
}

/* By how much the deadline moves. If it has passed while a frozen session waits, the new time counts from now. */
static int
time_more(struct store *store, const struct grant *grant, int64_t seconds, const struct moment *now, int64_t *more_us)
{
	int64_t left = grant_left(grant, now);
	int64_t frozen = 0;
	int r = 0;

	if (grant->state == GRANT_ENDED)
		return ERR_LAPSED;
	if (left <= 0)
		r = stmt_number(store, SQL_FROZEN, BINDS(bind_id(&grant->id)), &frozen);
	if (r == 0 && left <= 0 && frozen == 0)
		r = ERR_LAPSED;
	*more_us = seconds * CLOCK_US + (left < 0 ? -left : 0);
	return r;
}

int
grant_extend(struct store *store, const struct id *id, int64_t seconds, const struct moment *now)
{
	AUTO_TXN struct txn txn = { 0 };
	struct grant grant;
	int64_t more_us;
	int r = seconds > 0 && seconds <= STORE_SECONDS_MOST ? txn_begin(&txn, store) : ERR_BAD_TIME;

	if (r == 0)
		r = grant_get(store, id, &grant);
	if (r == 0)
		r = time_more(store, &grant, seconds, now, &more_us);
	if (r == 0)
		r = stmt_run(store, SQL_EXTEND, BINDS(bind_int(seconds), bind_int(more_us), bind_id(id)));
	if (r >= 0)
		r = stmt_run(store, SQL_EXTEND_SESSIONS, BINDS(bind_int(more_us), bind_id(id)));
	return r < 0 ? r : txn_commit(&txn);
}

int
grant_shorten(struct store *store, const struct id *id, int64_t seconds, const struct moment *now)
{
	AUTO_TXN struct txn txn = { 0 };
	struct grant grant;
	int64_t left = 0;
	int r = seconds > 0 && seconds <= STORE_SECONDS_MOST ? txn_begin(&txn, store) : ERR_BAD_TIME;

	if (r == 0)
		r = grant_get(store, id, &grant);
	if (r < 0)
		return r;
	if (grant.state != GRANT_RUNNING)
		return grant.state == GRANT_ENDED ? ERR_LAPSED : ERR_EARLY;
	left = grant_left(&grant, now);
	if (left <= 0)
		return ERR_LAPSED;
	if (seconds * CLOCK_US >= left)
		return ERR_BAD_TIME;
	left -= seconds * CLOCK_US;
	r = stmt_run(store, SQL_EXTEND, BINDS(bind_int(0), bind_int(-left), bind_id(id)));
	if (r >= 0)
		r = stmt_run(store, SQL_EXTEND_SESSIONS, BINDS(bind_int(-left), bind_id(id)));
	return r < 0 ? r : txn_commit(&txn);
}

int
grant_lapse(struct store *store, const struct moment *now, int (*each)(void *ctx, const struct id *id), void *ctx)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_IDS struct ids ended = { 0 };
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = ids_from(store, SQL_LAPSE, BINDS(bind_int(now->wall_us)), &ended);
	if (r == 0)
		r = ids_from(store, SQL_OVER,
		    BINDS(bind_int(now->wall_us), bind_id(&now->boot), bind_int(now->boot_us)), &ended);
	if (r == 0)
		r = txn_commit(&txn);
	return r < 0 || each == NULL ? r : ids_each(&ended, each, ctx);
}
