/* SPDX-License-Identifier: ISC */
/* Legal holds. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/check.h"
#include "lib/store/hold.h"
#include "lib/store/seal.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

#define SEALED_MOST	(3u * STORE_TEXT_MOST)
#define AD_MOST		(2 * ID_BYTES + STORE_NAME)

const char *const hold_act_names[HOLD_ACTS] = { [HOLD_SET] = "hold", [HOLD_RELEASE] = "release" };

static const char SQL_LIST[] =
    "SELECT id, session, act, until_us, person, counts, at_us, CASE state WHEN 'done' THEN 1 ELSE 0 END, unit, sealed FROM holds "
    "WHERE session = $1 AND (($2 = 0 AND state = 'done') OR ($2 > 0 AND state = 'open' AND at_us > $2 - $3)) ORDER BY at_us, person";
static const char SQL_ADD[] =
    "INSERT INTO holds (id, session, act, until_us, person, counts, at_us, state, unit, sealed) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)";
static const char SQL_VOID_OWN[] = "UPDATE holds SET state = 'void' WHERE session = $1 AND person = $2 AND state = 'open'";
static const char SQL_DONE[] =
    "UPDATE holds SET state = CASE WHEN act = $1 AND until_us = $2 AND at_us > $3 - $4 THEN 'done' ELSE 'void' END "
    "WHERE session = $5 AND state = 'open'";
static const char SQL_OVER[] = "SELECT id FROM sessions WHERE held_until_us <= $1 ORDER BY held_until_us LIMIT 1";

void
hold_sign_done(struct hold_sign *sign)
{
	free(sign->reason);
	free(sign->text);
	free(sign->signature);
	*sign = (struct hold_sign){ 0 };
}

int
hold_text(const struct hold_sign *sign, struct buf *text)
{
	char session[ID_TEXT];

	return buf_addf(text, "hold v1\nact %s\nsession %s\nuntil %" PRId64 "\nreason %s\n", hold_act_names[sign->act],
	    id_text(&sign->session, session), sign->until_us / CLOCK_US, sign->reason);
}

/* ---- sealed: reason, NUL, signed text, NUL, signature; bound to its row's id, session and person ---- */

static int
bind_ad(const struct id *id, const struct hold_sign *sign, struct buf *ad)
{
	int r = buf_add(ad, id->bytes, sizeof id->bytes);

	if (r == 0)
		r = buf_add(ad, sign->session.bytes, sizeof sign->session.bytes);
	return r < 0 ? r : buf_add_text(ad, sign->person);
}

static int
seal_sign(struct store *store, const struct id *id, const struct hold_sign *sign, uint32_t unit, struct buf *sealed)
{
	AUTO_BUF struct buf plain = { .max = SEALED_MOST }, ad = { .max = AD_MOST };
	struct seal seal = { .unit = unit, .label = "text" };
	int r = bind_ad(id, sign, &ad);

	if (r == 0)
		r = buf_add(&plain, sign->reason, strlen(sign->reason) + 1);
	if (r == 0)
		r = buf_add(&plain, sign->text, strlen(sign->text) + 1);
	if (r == 0)
		r = buf_add(&plain, sign->signature, sign->signature_bytes);
	seal.ad = buf_data(&ad);
	seal.ad_bytes = buf_len(&ad);
	return r < 0 ? r : seal_make(store, &seal, buf_data(&plain), buf_len(&plain), sealed);
}

/* The next string of the buffer; NULL if it has no end. */
static char *
take_string(struct buf *plain)
{
	size_t count = strnlen((const char *)buf_data(plain), buf_len(plain));
	char *text;

	if (count == buf_len(plain))
		return NULL;
	text = own_dup((const char *)buf_data(plain));
	buf_consume(plain, count + 1);
	return text;
}

static int
open_sign(struct store *store, const struct id *id, struct hold_sign *sign, struct seal *seal, const struct bind *sealed)
{
	AUTO_BUF struct buf plain = { .max = SEALED_MOST }, ad = { .max = AD_MOST };
	int r = bind_ad(id, sign, &ad);

	seal->ad = buf_data(&ad);
	seal->ad_bytes = buf_len(&ad);
	if (r == 0)
		r = seal_open(store, seal, sealed->bytes, sealed->count, &plain);
	if (r < 0)
		return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
	sign->reason = take_string(&plain);
	sign->text = sign->reason != NULL ? take_string(&plain) : NULL;
	if (sign->text == NULL)
		return ERR_STORE_DAMAGED;
	sign->signature_bytes = buf_len(&plain);
	sign->signature = own_alloc(sign->signature_bytes + 1);
	memcpy(sign->signature, buf_data(&plain), sign->signature_bytes);
	return 0;
}

/* ---- rows ---- */

static int
sign_row(struct store *store, sqlite3_stmt *stmt, struct hold_sign *sign)
{
	struct row row = { .stmt = stmt };
	struct seal seal = { .label = "text" };
	struct bind sealed = { 0 };
	struct id id;

	row_id(&row, &id);
	row_id(&row, &sign->session);
	sign->act = (enum hold_act)row_word(&row, hold_act_names, HOLD_ACTS);
	sign->until_us = row_int(&row);
	row_name(&row, sign->person, sizeof sign->person);
	sign->counts = (uint32_t)row_int(&row);
	sign->at_us = row_int(&row);
	sign->done = row_int(&row) != 0;
	seal.unit = (uint32_t)row_int(&row);
	sealed.bytes = row_bytes(&row, &sealed.count);
	if (row.error == 0)
		sign->text_error = sealed.bytes != NULL ? open_sign(store, &id, sign, &seal, &sealed) : ERR_EXPIRED;
	return row.error;
}

int
hold_list(struct store *store, const struct id *session, int64_t now_us,
    int (*each)(void *ctx, const struct hold_sign *sign), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_id(session), bind_int(now_us), bind_int(HOLD_OPEN_US)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_HOLD_SIGN struct hold_sign sign = { 0 };

		r = sign_row(store, stmt, &sign);
		if (r == 0)
			r = each(ctx, &sign);
	}
	return r;
}

static int
add_sign(struct store *store, const struct hold_sign *sign, const char *class)
{
	AUTO_BUF struct buf sealed = { .max = SEALED_MOST + SEAL_MORE };
	struct id id = id_new();
	uint32_t unit;
	int r = unit_words(store, class, sign->at_us, &unit);

	if (r == 0)
		r = seal_sign(store, &id, sign, unit, &sealed);
	if (r == 0)
		r = stmt_run(store, SQL_VOID_OWN, BINDS(bind_id(&sign->session), bind_text(sign->person)));
	if (r >= 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_id(&id), bind_id(&sign->session), bind_text(hold_act_names[sign->act]),
		    bind_int(sign->until_us), bind_text(sign->person), bind_int(sign->counts), bind_int(sign->at_us), bind_int(unit),
		    bind_blob(buf_data(&sealed), buf_len(&sealed))));
	return r < 0 ? r : 0;
}

static int
act_now(struct store *store, const struct hold_sign *sign)
{
	struct session_hold hold = { .at_us = sign->at_us, .until_us = sign->until_us };
	int r = stmt_run(store, SQL_DONE, BINDS(bind_text(hold_act_names[sign->act]), bind_int(sign->until_us), bind_int(sign->at_us),
	    bind_int(HOLD_OPEN_US), bind_id(&sign->session)));

	if (r < 0)
		return r;
	memcpy(hold.by, sign->person, sizeof hold.by);
	return sign->act == HOLD_SET ? session_hold(store, &sign->session, &hold) : session_release(store, &sign->session);
}

int
hold_enter(struct store *store, const struct hold_sign *sign, bool enough)
{
	AUTO_TXN struct txn txn = { 0 };
	struct session session;
	int r = check_name(sign->person);

	if (r == 0)
		r = check_text(sign->reason);
	if (r == 0)
		r = txn_begin(&txn, store);
	if (r == 0)
		r = session_get(store, &sign->session, &session);
	if (r == 0)
		r = add_sign(store, sign, session.class);
	if (r == 0 && enough)
		r = act_now(store, sign);
	return r < 0 ? r : txn_commit(&txn);
}

static int
first_over(struct store *store, int64_t now_us, struct id *session)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_OVER, BINDS(bind_int(now_us)), &stmt);
	struct row row = { .stmt = stmt };

	if (r == 0)
		r = stmt_step(stmt);
	row.stmt = stmt;
	if (r > 0)
		row_id(&row, session);
	return r > 0 && row.error < 0 ? row.error : r;
}

int
hold_lapse(struct store *store, int64_t now_us, struct id *session)
{
	int r = first_over(store, now_us, session);

	if (r > 0)
		r = session_release(store, session);
	else
		return r;
	return r < 0 ? r : 1;
}
