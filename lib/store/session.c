/* SPDX-License-Identifier: ISC */
/* Sessions: entered, started, frozen, held, ended. */
#include "config.h"

#include <string.h>

#include "lib/base/err.h"
#include "lib/store/check.h"
#include "lib/store/grant.h"
#include "lib/store/session.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

const char *const session_state_names[SESSION_STATES] = {
	[SESSION_STARTING] = "starting",
	[SESSION_RUNNING] = "running",
	[SESSION_FROZEN] = "frozen",
	[SESSION_ENDED] = "ended",
};

#define COLUMNS \
	"SELECT s.id, s.grant_id, s.person, s.account, s.role, s.host, c.name, s.state, s.started_us, s.started_boot_us, " \
	"s.boot, s.ends_us, s.ends_boot_us, s.columns, s.lines, s.worker_pid, s.warden_pid, s.recording_unit, s.texts_unit, s.trail_unit, " \
	"s.held_by, s.held_us, s.held_until_us, s.why, s.status, s.killed, s.survivors, s.ended_us " \
	"FROM sessions s JOIN classes c ON c.number = s.class "

static const char SQL_GET[] = COLUMNS "WHERE s.id = $1";
static const char SQL_LIST[] = COLUMNS
    "WHERE ($1 = 0 OR s.state <> 'ended') AND ($2 = 0 OR s.grant_id = $3) AND ($4 = '' OR s.person = $4) "
    "AND ($5 = '' OR s.role = $5) AND s.started_us >= $6 AND s.started_us < $7 "
    "ORDER BY s.started_us DESC, s.id LIMIT $8";
static const char SQL_PAGE[] = COLUMNS
    "WHERE s.started_us < $1 AND (s.ended_us IS NULL OR s.ended_us >= $2) AND (s.started_us, s.id) > ($3, $4) "
    "ORDER BY s.started_us, s.id LIMIT $5";
static const char SQL_USED[] = "SELECT started_us, coalesce(ended_us, $1) FROM sessions WHERE grant_id = $2 ORDER BY started_us, id";
static const char SQL_FIND[] = "SELECT id FROM sessions WHERE id BETWEEN $1 AND $2 LIMIT 2";
static const char SQL_ADD[] =
    "INSERT INTO sessions (id, grant_id, person, account, role, host, class, state, started_us, started_boot_us, boot, "
    "ends_us, ends_boot_us, columns, lines, worker_pid, warden_pid, recording_unit, texts_unit, trail_unit) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, 'starting', $8, $9, $10, $11, $12, $13, $14, 0, 0, $15, $16, $17)";
static const char SQL_STARTED[] =
    "UPDATE sessions SET worker_pid = $1, warden_pid = $2, state = CASE state WHEN 'starting' THEN 'running' ELSE state END "
    "WHERE id = $3 AND state <> 'ended'";
static const char SQL_TURN[] = "UPDATE sessions SET state = $1 WHERE id = $2 AND state <> 'ended'";
static const char SQL_END[] =
    "UPDATE sessions SET state = 'ended', why = $1, status = $2, killed = $3, survivors = $4, ended_us = $5 "
    "WHERE id = $6 AND state <> 'ended'";
static const char SQL_HOLD[] =
    "UPDATE sessions SET held_by = coalesce(held_by, $1), held_us = coalesce(held_us, $2), held_until_us = $3 WHERE id = $4";
static const char SQL_RELEASE[] = "UPDATE sessions SET held_by = NULL, held_us = NULL, held_until_us = NULL WHERE id = $1";

static void
clock_row(struct row *row, struct session_clock *clock)
{
	clock->started.wall_us = row_int(row);
	clock->started.boot_us = row_int(row);
	row_id(row, &clock->started.boot);
	clock->ends_us = row_int(row);
	clock->ends_boot_us = row_int(row);
}

static int
session_row(sqlite3_stmt *stmt, struct session *session)
{
	struct row row = { .stmt = stmt };

	row_id(&row, &session->id);
	row_id(&row, &session->grant);
	row_name(&row, session->person, sizeof session->person);
	row_name(&row, session->account, sizeof session->account);
	row_name(&row, session->role, sizeof session->role);
	row_name(&row, session->host, sizeof session->host);
	row_name(&row, session->class, sizeof session->class);
	session->state = (enum session_state)row_word(&row, session_state_names, SESSION_STATES);
	clock_row(&row, &session->clock);
	session->columns = (int)row_int(&row);
	session->lines = (int)row_int(&row);
	session->worker_pid = row_int(&row);
	session->warden_pid = row_int(&row);
	session->recording_unit = (uint32_t)row_int(&row);
	session->texts_unit = (uint32_t)row_int(&row);
	session->trail_unit = (uint32_t)row_int(&row);
	session->has_trail = session->trail_unit != 0;
	row_name(&row, session->hold.by, sizeof session->hold.by);
	session->hold.at_us = row_int(&row);
	session->hold.until_us = row_int(&row);
	row_name(&row, session->end.why, sizeof session->end.why);
	session->end.status = (int)row_int(&row);
	session->end.killed = row_int(&row);
	session->end.survivors = row_int(&row);
	session->end.at_us = row_int(&row);
	return row.error;
}

int
session_get(struct store *store, const struct id *id, struct session *session)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct session found = { 0 };
	int r = stmt_open(store, SQL_GET, BINDS(bind_id(id)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r == 0)
		return ERR_NOT_FOUND;
	if (r > 0)
		r = session_row(stmt, &found);
	if (r == 0)
		*session = found;
	return r;
}

int
session_find(struct store *store, const char *prefix, struct id *id)
{
	return ids_find(store, SQL_FIND, prefix, id);
}

int
session_list(struct store *store, const struct session_filter *filter,
    int (*each)(void *ctx, const struct session *session), void *ctx)
{
	static const struct id none;
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	const struct id *grant = filter->grant != NULL ? filter->grant : &none;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_int(filter->live ? 1 : 0), bind_int(filter->grant != NULL ? 1 : 0),
	    bind_id(grant), bind_filter(filter->person), bind_filter(filter->role), bind_int(filter->since_us),
	    bind_limit(filter->until_us), bind_limit(filter->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct session session = { 0 };

		r = session_row(stmt, &session);
		if (r == 0)
			r = each(ctx, &session);
	}
	return r;
}

int
session_page(struct store *store, const struct page *page, int (*each)(void *ctx, const struct session *session), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_PAGE, BINDS(bind_int(page->end_us), bind_int(page->from_us), bind_int(page->after_us),
	    bind_id(&page->after), bind_limit(page->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct session session = { 0 };

		r = session_row(stmt, &session);
		if (r == 0)
			r = each(ctx, &session);
	}
	return r;
}

int
session_used(struct store *store, const struct id *grant, int64_t now_us, int64_t *used_us, int64_t *sessions)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int64_t counted_us = INT64_MIN;	/* up to then */
	int r = stmt_open(store, SQL_USED, BINDS(bind_int(now_us), bind_id(grant)), &stmt);

	*used_us = *sessions = 0;
	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		int64_t from_us = row_int(&row), end_us = row_int(&row);

		r = row.error;
		(*sessions)++;
		if (from_us < counted_us)
			from_us = counted_us;
		if (end_us <= from_us)
			continue;
		*used_us += end_us - from_us;
		counted_us = end_us;
	}
	return r;
}

static int
units_make(struct store *store, struct session *session, int64_t now_us)
{
	struct unit_wish wish = { .kind = UNIT_RECORDING, .class = session->class, .session = &session->id, .time_us = now_us };
	int r = unit_new(store, &wish, &session->recording_unit);

	wish.kind = UNIT_TEXTS;
	if (r == 0)
		r = unit_new(store, &wish, &session->texts_unit);
	wish.kind = UNIT_TRAIL;
	session->trail_unit = 0;
	return r < 0 || !session->has_trail ? r : unit_new(store, &wish, &session->trail_unit);
}

static int
session_add(struct store *store, const struct session *session)
{
	const struct session_clock *clock = &session->clock;
	int64_t class;
	int r = unit_class(store, session->class, &class);

	if (r == 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_id(&session->id), bind_id(&session->grant),
		    bind_text(session->person), bind_text(session->account), bind_text(session->role),
		    bind_text(session->host), bind_int(class), bind_int(clock->started.wall_us),
		    bind_int(clock->started.boot_us), bind_id(&clock->started.boot), bind_int(clock->ends_us),
		    bind_int(clock->ends_boot_us), bind_int(session->columns), bind_int(session->lines),
		    bind_int(session->recording_unit), bind_int(session->texts_unit),
		    session->has_trail ? bind_int(session->trail_unit) : bind_text(NULL)));
	return r < 0 ? r : 0;
}

int
session_enter(struct store *store, struct session *session, const struct moment *now)
{
	AUTO_TXN struct txn txn = { 0 };
	struct session made = *session;
	struct grant grant;
	int r = check_name(session->account);

	if (r == 0)
		r = check_name(session->host);
	if (r == 0)
		r = txn_begin(&txn, store);
	if (r == 0)
		r = grant_use(store, &session->grant, session->person, now, &grant);
	if (r < 0)
		return r;
	memcpy(made.role, grant.role, sizeof made.role);
	memcpy(made.class, grant.class, sizeof made.class);
	made.clock = (struct session_clock){ .started = *now, .ends_us = grant.deadline.ends_us,
	    .ends_boot_us = grant.deadline.ends_boot_us };
	made.state = SESSION_STARTING;
	r = units_make(store, &made, now->wall_us);
	if (r == 0)
		r = session_add(store, &made);
	if (r == 0)
		r = txn_commit(&txn);
	if (r == 0)
		*session = made;
	return r;
}

/* An UPDATE that found no row: there is no such session (an error), or it has ended (`ended`). */
static int
changed_one(struct store *store, const struct id *id, int changes, int ended)
{
	struct session session;
	int r;

	if (changes != 0)
		return changes < 0 ? changes : 0;
	r = session_get(store, id, &session);
	return r < 0 ? r : ended;
}

int
session_started(struct store *store, const struct id *id, int64_t worker_pid, int64_t warden_pid)
{
	int r = stmt_run(store, SQL_STARTED, BINDS(bind_int(worker_pid), bind_int(warden_pid), bind_id(id)));

	return changed_one(store, id, r, ERR_LAPSED);
}

int
session_turn(struct store *store, const struct id *id, enum session_state state)
{
	int r;

	if (state != SESSION_RUNNING && state != SESSION_FROZEN)
		return ERR_STORE;
	r = stmt_run(store, SQL_TURN, BINDS(bind_text(session_state_names[state]), bind_id(id)));
	return changed_one(store, id, r, ERR_LAPSED);
}

int
session_finish(struct store *store, const struct id *id, const struct session_end *end)
{
	int r = check_word(end->why);

	if (r < 0)
		return r;
	r = stmt_run(store, SQL_END, BINDS(bind_text(end->why), bind_int(end->status), bind_int(end->killed),
	    bind_int(end->survivors), bind_int(end->at_us), bind_id(id)));
	return changed_one(store, id, r, 1);
}

int
session_hold(struct store *store, const struct id *id, const struct session_hold *hold)
{
	int r = check_name(hold->by);

	if (r == 0)
		r = stmt_run(store, SQL_HOLD, BINDS(bind_text(hold->by), bind_int(hold->at_us), hold->until_us != 0 ? bind_int(hold->until_us) : bind_blob(NULL, 0), bind_id(id)));
	return r == 0 ? ERR_NOT_FOUND : r < 0 ? r : 0;
}

int
session_release(struct store *store, const struct id *id)
{
	int r = stmt_run(store, SQL_RELEASE, BINDS(bind_id(id)));

	return r == 0 ? ERR_NOT_FOUND : r < 0 ? r : 0;
}
