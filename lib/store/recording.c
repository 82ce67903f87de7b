/* SPDX-License-Identifier: ISC */
/* Recordings and the sealed keyring. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
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

#define COLUMNS(table) \
	"SELECT r.session, r.state, r.created_us, r.closed_us, r.bytes, r.duration_us, r.sha256, r.expired_us, " \
	"r.envelope_sha256 FROM " table " r "

/* Recordings and trails differ in the table and in the session's slot only. */
struct shelf {
	const char	*get, *add, *close, *sealed;
	bool		 is_trail;
};

#define SHELF(table) \
	.get = COLUMNS(table) "WHERE r.session = $1", \
	.add = "INSERT INTO " table " (session, state, created_us, bytes, duration_us, envelope_sha256, unit, sealed) " \
	    "VALUES ($1, 'open', $2, 0, 0, $3, $4, $5)", \
	.close = "UPDATE " table " SET state = 'closed', closed_us = $1, bytes = $2, duration_us = $3, sha256 = $4 " \
	    "WHERE session = $5 AND state = 'open'", \
	.sealed = "SELECT unit, sealed FROM " table " WHERE session = $1"

static const struct shelf recordings = { SHELF("recordings") };
static const struct shelf trails = { SHELF("trails"), .is_trail = true };

static const char SQL_LIST[] = COLUMNS("recordings")
    "JOIN sessions s ON s.id = r.session WHERE ($1 = '' OR r.state = $1) AND ($2 = '' OR s.person = $2) "
    "AND ($3 = '' OR s.role = $3) AND s.started_us >= $4 AND s.started_us < $5 "
    "ORDER BY s.started_us DESC, s.id LIMIT $6";

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

static int
get(struct store *store, const struct shelf *shelf, const struct id *session, struct recording *recording)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct recording found = { 0 };
	int r = stmt_open(store, shelf->get, BINDS(bind_id(session)), &stmt);

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
recording_get(struct store *store, const struct id *session, struct recording *recording)
{
	return get(store, &recordings, session, recording);
}

int
recording_trail_get(struct store *store, const struct id *session, struct recording *recording)
{
	return get(store, &trails, session, recording);
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

/* An envelope as it was given. */
struct bytes {
	const void	*data;
	size_t		 count;
};

static struct seal
envelope_seal(const struct id *session, uint32_t unit)
{
	return (struct seal){ .unit = unit, .label = "env", .ad = session->bytes, .ad_bytes = sizeof session->bytes };
}

static int
create(struct store *store, const struct shelf *shelf, const struct id *session, struct bytes envelope, int64_t now_us)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_BUF struct buf sealed = { 0 };
	uint8_t sha256[SECRET_SHA256];
	struct session found;
	struct seal seal;
	int r = envelope.count > 0 && envelope.count <= RECORDING_ENVELOPE_MOST ? txn_begin(&txn, store) : -EINVAL;

	buf_init(&sealed, RECORDING_ENVELOPE_MOST + SEAL_MORE);
	if (r == 0)
		r = session_get(store, session, &found);
	if (r == 0 && shelf->is_trail && !found.has_trail)
		r = ERR_NOT_FOUND;
	if (r < 0)
		return r;
	seal = envelope_seal(session, shelf->is_trail ? found.trail_unit : found.recording_unit);
	secret_sha256(envelope.data, envelope.count, sha256);
	r = seal_make(store, &seal, envelope.data, envelope.count, &sealed);
	if (r == 0)
		r = stmt_run(store, shelf->add, BINDS(bind_id(session), bind_int(now_us), bind_blob(sha256, sizeof sha256),
		    bind_int(seal.unit), bind_blob(buf_data(&sealed), buf_len(&sealed))));
	return r < 0 ? r : txn_commit(&txn);
}

int
recording_create(struct store *store, const struct id *session, const void *envelope, size_t count, int64_t now_us)
{
	return create(store, &recordings, session, (struct bytes){ envelope, count }, now_us);
}

int
recording_trail_create(struct store *store, const struct id *session, const void *envelope, size_t count, int64_t now_us)
{
	return create(store, &trails, session, (struct bytes){ envelope, count }, now_us);
}

static int
finish(struct store *store, const struct shelf *shelf, const struct id *session, const struct recording_file *file)
{
	struct recording recording;
	int r = stmt_run(store, shelf->close, BINDS(bind_int(file->closed_us), bind_int(file->bytes),
	    bind_int(file->duration_us), bind_blob(file->sha256, sizeof file->sha256), bind_id(session)));

	if (r == 0)
		return get(store, shelf, session, &recording);
	return r < 0 ? r : 0;
}

int
recording_close(struct store *store, const struct id *session, const struct recording_file *file)
{
	return finish(store, &recordings, session, file);
}

int
recording_trail_close(struct store *store, const struct id *session, const struct recording_file *file)
{
	return finish(store, &trails, session, file);
}

/* The sealed envelope opened; ERR_EXPIRED once slot or envelope has gone. */
static int
envelope_open(struct store *store, const struct shelf *shelf, const struct id *session, struct buf *plain)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct row row = { 0 };
	const uint8_t *sealed;
	struct seal seal;
	size_t count;
	int r = stmt_open(store, shelf->sealed, BINDS(bind_id(session)), &stmt);

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

static int
envelope_get(struct store *store, const struct shelf *shelf, const struct id *session, struct buf *envelope)
{
	AUTO_BUF struct buf plain = { 0 };
	uint8_t sha256[SECRET_SHA256];
	struct recording recording;
	int r;

	buf_init(&plain, RECORDING_ENVELOPE_MOST + 1);
	r = get(store, shelf, session, &recording);
	if (r == 0)
		r = envelope_open(store, shelf, session, &plain);
	if (r < 0)
		return r;
	secret_sha256(buf_data(&plain), buf_len(&plain), sha256);
	if (memcmp(sha256, recording.envelope_sha256, sizeof sha256) != 0)
		return ERR_STORE_DAMAGED;
	return buf_add(envelope, buf_data(&plain), buf_len(&plain));
}

int
recording_envelope(struct store *store, const struct id *session, struct buf *envelope)
{
	return envelope_get(store, &recordings, session, envelope);
}

int
recording_trail_envelope(struct store *store, const struct id *session, struct buf *envelope)
{
	return envelope_get(store, &trails, session, envelope);
}
