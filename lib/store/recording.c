/* SPDX-License-Identifier: ISC */
/* Recordings and the sealed keyring. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/store/recording.h"
#include "lib/store/seal.h"
#include "lib/store/stmt.h"

const char *const recording_state_names[RECORDING_STATES] = {
	[RECORDING_OPEN] = "open",
	[RECORDING_CLOSED] = "closed",
	[RECORDING_EXPIRED] = "expired",
};

#define COLUMNS \
	"SELECT r.session, r.state, r.created_us, r.closed_us, r.bytes, r.duration_us, r.sha256, r.expired_us, " \
	"r.envelope_sha256 FROM recordings r "

static const char SQL_GET[] = COLUMNS "WHERE r.session = $1";
static const char SQL_LIST[] = COLUMNS
    "JOIN sessions s ON s.id = r.session WHERE ($1 = '' OR r.state = $1) AND ($2 = '' OR s.person = $2) "
    "AND ($3 = '' OR s.role = $3) AND s.started_us >= $4 AND s.started_us < $5 "
    "ORDER BY s.started_us DESC, s.id LIMIT $6";
static const char SQL_ADD[] =
    "INSERT INTO recordings (session, state, created_us, bytes, duration_us, envelope_sha256, unit, sealed) "
    "VALUES ($1, 'open', $2, 0, 0, $3, $4, $5)";
static const char SQL_CLOSE[] =
    "UPDATE recordings SET state = 'closed', closed_us = $1, bytes = $2, duration_us = $3, sha256 = $4 "
    "WHERE session = $5 AND state = 'open'";
static const char SQL_SEALED[] = "SELECT unit, sealed FROM recordings WHERE session = $1";

static int
recording_row(struct store *store, sqlite3_stmt *stmt, struct recording *recording)
{
	struct row row = { .stmt = stmt };
	struct id session;

	row_id(&row, &session);
	recording->state = (enum recording_state)row_word(&row, recording_state_names, RECORDING_STATES);
	recording->created_us = row_int(&row);
	recording->file.closed_us = row_int(&row);
	recording->file.bytes = row_int(&row);
	recording->file.duration_us = row_int(&row);
	row_sha256(&row, recording->file.sha256);
	recording->expired_us = row_int(&row);
	row_sha256(&row, recording->envelope_sha256);
	if (row.error < 0)
		return row.error;
	return session_get(store, &session, &recording->session);
}

int
recording_get(struct store *store, const struct id *session, struct recording *recording)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct recording found = { 0 };
	int r = stmt_open(store, SQL_GET, BINDS(bind_id(session)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r == 0)
		return ERR_NOT_FOUND;
	if (r > 0)
		r = recording_row(store, stmt, &found);
	if (r == 0)
		*recording = found;
	return r;
}

int
recording_list(struct store *store, const struct recording_filter *filter,
    int (*each)(void *ctx, const struct recording *recording), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_filter(filter->state), bind_filter(filter->person),
	    bind_filter(filter->role), bind_int(filter->since_us), bind_limit(filter->until_us),
	    bind_limit(filter->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct recording recording = { 0 };

		r = recording_row(store, stmt, &recording);
		if (r == 0)
			r = each(ctx, &recording);
	}
	return r;
}

static struct seal
envelope_seal(const struct id *session, uint32_t unit)
{
	return (struct seal){ .unit = unit, .label = "env", .ad = session->bytes, .ad_bytes = sizeof session->bytes };
}

int
recording_create(struct store *store, const struct id *session, const void *envelope, size_t count, int64_t now_us)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_BUF struct buf sealed = { 0 };
	uint8_t sha256[SECRET_SHA256];
	struct session found;
	struct seal seal;
	int r = count > 0 && count <= RECORDING_ENVELOPE_MOST ? txn_begin(&txn, store) : -EINVAL;

	buf_init(&sealed, RECORDING_ENVELOPE_MOST + SEAL_MORE);
	if (r == 0)
		r = session_get(store, session, &found);
	if (r < 0)
		return r;
	seal = envelope_seal(session, found.recording_unit);
	secret_sha256(envelope, count, sha256);
	r = seal_make(store, &seal, envelope, count, &sealed);
	if (r == 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_id(session), bind_int(now_us), bind_blob(sha256, sizeof sha256),
		    bind_int(seal.unit), bind_blob(buf_data(&sealed), buf_len(&sealed))));
	return r < 0 ? r : txn_commit(&txn);
}

int
recording_close(struct store *store, const struct id *session, const struct recording_file *file)
{
	struct recording recording;
	int r = stmt_run(store, SQL_CLOSE, BINDS(bind_int(file->closed_us), bind_int(file->bytes),
	    bind_int(file->duration_us), bind_blob(file->sha256, sizeof file->sha256), bind_id(session)));

	if (r == 0)
		return recording_get(store, session, &recording);
	return r < 0 ? r : 0;
}

/* The sealed envelope opened; ERR_EXPIRED once slot or envelope has gone. */
static int
envelope_open(struct store *store, const struct id *session, struct buf *plain)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct row row = { 0 };
	const uint8_t *sealed;
	struct seal seal;
	size_t count;
	int r = stmt_open(store, SQL_SEALED, BINDS(bind_id(session)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r <= 0)
		return r < 0 ? r : ERR_NOT_FOUND;
	row.stmt = stmt;
	seal = envelope_seal(session, (uint32_t)row_int(&row));
	sealed = row_bytes(&row, &count);
	if (row.error < 0)
		return row.error;
	r = sealed != NULL ? seal_open(store, &seal, sealed, count, plain) : ERR_EXPIRED;
	return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
}

int
recording_envelope(struct store *store, const struct id *session, struct buf *envelope)
{
	AUTO_BUF struct buf plain = { 0 };
	uint8_t sha256[SECRET_SHA256];
	struct recording recording;
	int r;

	buf_init(&plain, RECORDING_ENVELOPE_MOST + 1);
	r = recording_get(store, session, &recording);
	if (r == 0)
		r = envelope_open(store, session, &plain);
	if (r < 0)
		return r;
	secret_sha256(buf_data(&plain), buf_len(&plain), sha256);
	if (memcmp(sha256, recording.envelope_sha256, sizeof sha256) != 0)
		return ERR_STORE_DAMAGED;
	return buf_add(envelope, buf_data(&plain), buf_len(&plain));
}
