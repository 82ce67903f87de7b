/* SPDX-License-Identifier: ISC */
/* Added envelopes. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/store/check.h"
#include "lib/store/envelope.h"
#include "lib/store/recording.h"
#include "lib/store/seal.h"
#include "lib/store/stmt.h"

#define ADD(table)	"INSERT INTO " table " (session, recipient, person, at_us, sha256, unit, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)"
#define LIST(table) \
	"SELECT session, recipient, person, at_us, sha256, unit, sealed FROM " table " WHERE ($1 IS NULL OR session = $1) " \
	"ORDER BY session, at_us, recipient"

/* Of recordings, of trails. */
static const char *const add[] = { ADD("envelopes"), ADD("trail_envelopes") };
static const char *const list[] = { LIST("envelopes"), LIST("trail_envelopes") };

/* What binds a sealed envelope to its row: session, recipient and person. */
static int
envelope_ad(const struct envelope *envelope, struct buf *ad)
{
	int r = buf_add(ad, envelope->session.bytes, sizeof envelope->session.bytes);

	if (r == 0)
		r = buf_addf(ad, "%s %s", envelope->recipient, envelope->person);
	return r;
}

static int
envelope_seal(struct store *store, const struct envelope *envelope, uint32_t unit, struct buf *sealed)
{
	AUTO_BUF struct buf ad = { .max = ID_BYTES + 2 * STORE_NAME };
	struct seal seal = { .unit = unit, .label = "env" };
	int r = envelope_ad(envelope, &ad);

	seal.ad = buf_data(&ad);
	seal.ad_bytes = buf_len(&ad);
	return r < 0 ? r : seal_make(store, &seal, envelope->bytes, envelope->count, sealed);
}

int
envelope_add(struct store *store, struct envelope *envelope)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_BUF struct buf sealed = { .max = ENVELOPE_ADDED_MOST + SEAL_MORE };
	struct recording recording = { 0 };
	uint32_t unit;
	int r = envelope->count > 0 && envelope->count <= ENVELOPE_ADDED_MOST ? check_name(envelope->recipient) : -EINVAL;

	if (r == 0)
		r = check_name(envelope->person);
	if (r == 0)
		r = txn_begin(&txn, store);
	if (r == 0)
		r = (envelope->trail ? recording_trail_get : recording_get)(store, &envelope->session, &recording);
	if (r == 0 && recording.state == RECORDING_EXPIRED)
		r = ERR_EXPIRED;
	unit = envelope->trail ? recording.session.trail_unit : recording.session.recording_unit;
	if (r == 0)
		r = envelope_seal(store, envelope, unit, &sealed);
	if (r < 0)
		return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
	secret_sha256(envelope->bytes, envelope->count, envelope->sha256);
	r = stmt_run(store, add[envelope->trail], BINDS(bind_id(&envelope->session), bind_text(envelope->recipient), bind_text(envelope->person),
	    bind_int(envelope->at_us), bind_blob(envelope->sha256, sizeof envelope->sha256), bind_int(unit),
	    bind_blob(buf_data(&sealed), buf_len(&sealed))));
	return r < 0 ? r : txn_commit(&txn);
}

/* Opens the bytes into `plain`. */
static int
envelope_open(struct store *store, const struct envelope *envelope, uint32_t unit, const uint8_t *sealed, size_t count, struct buf *plain)
{
	AUTO_BUF struct buf ad = { .max = ID_BYTES + 2 * STORE_NAME };
	struct seal seal = { .unit = unit, .label = "env" };
	uint8_t sha256[SECRET_SHA256];
	int r = sealed != NULL ? envelope_ad(envelope, &ad) : ERR_EXPIRED;

	seal.ad = buf_data(&ad);
	seal.ad_bytes = buf_len(&ad);
	if (r == 0)
		r = seal_open(store, &seal, sealed, count, plain);
	if (r < 0)
		return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
	secret_sha256(buf_data(plain), buf_len(plain), sha256);
	return memcmp(sha256, envelope->sha256, sizeof sha256) == 0 ? 0 : ERR_STORE_DAMAGED;
}

static int
envelope_row(struct store *store, sqlite3_stmt *stmt, struct envelope *envelope, struct buf *plain)
{
	struct row row = { .stmt = stmt };
	const uint8_t *sealed;
	uint32_t unit;
	size_t count;

	row_id(&row, &envelope->session);
	row_name(&row, envelope->recipient, sizeof envelope->recipient);
	row_name(&row, envelope->person, sizeof envelope->person);
	envelope->at_us = row_int(&row);
	row_sha256(&row, envelope->sha256);
	unit = (uint32_t)row_int(&row);
	sealed = row_bytes(&row, &count);
	if (row.error < 0)
		return row.error;
	envelope->error = envelope_open(store, envelope, unit, sealed, count, plain);
	if (envelope->error == 0) {
		envelope->bytes = buf_data(plain);
		envelope->count = buf_len(plain);
	}
	return 0;
}

/* What list_of() hands on. */
struct asked {
	const struct id	*session;
	int		(*each)(void *ctx, const struct envelope *envelope);
	void		*ctx;
};

static int
list_of(struct store *store, bool trail, const struct asked *asked)
{
	static const struct id none;
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, list[trail], BINDS(bind_id_or_null(asked->session != NULL ? asked->session : &none)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_BUF struct buf plain = { .max = ENVELOPE_ADDED_MOST + 1 };
		struct envelope envelope = { .trail = trail };

		r = envelope_row(store, stmt, &envelope, &plain);
		if (r == 0)
			r = asked->each(asked->ctx, &envelope);
	}
	return r;
}

int
envelope_list(struct store *store, const struct id *session, int (*each)(void *ctx, const struct envelope *envelope), void *ctx)
{
	const struct asked asked = { session, each, ctx };
	int r = list_of(store, false, &asked);

	return r != 0 ? r : list_of(store, true, &asked);
}
