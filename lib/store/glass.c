/* SPDX-License-Identifier: ISC */
/* Break-glass: made with its request and grant in one transaction, so that none is ever without its review to come. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/check.h"
#include "lib/store/glass.h"
#include "lib/store/seal.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

#define PARTS_MOST	(2 * STORE_TEXT_MOST + 8192)	/* comment, what was signed, signature */
#define COLUMNS "SELECT request, person, at_us, reviewed_us, reviewed_by, unit, sealed FROM glasses "

static const char SQL_GET[] = COLUMNS "WHERE request = $1";
static const char SQL_OPEN[] = COLUMNS "WHERE person = $1 AND reviewed_us IS NULL";
static const char SQL_LIST[] = COLUMNS "WHERE ($1 = 1 OR reviewed_us IS NULL) AND at_us < $2 ORDER BY at_us DESC, request LIMIT $3";
static const char SQL_ADD[] = "INSERT INTO glasses (request, person, at_us) VALUES ($1, $2, $3)";
static const char SQL_REVIEW[] =
    "UPDATE glasses SET reviewed_us = $1, reviewed_by = $2, unit = $3, sealed = $4 WHERE request = $5 AND reviewed_us IS NULL";

void
glass_done(struct glass *glass)
{
	free(glass->comment);
	free(glass->text);
	free(glass->signature);
	*glass = (struct glass){ 0 };
}

/* The comment is bound to its request and to who wrote it. */
static int
comment_ad(const struct id *request, const char *person, struct buf *ad)
{
	int r = buf_add(ad, request->bytes, sizeof request->bytes);

	if (r == 0)
		r = buf_add_text(ad, "review ");
	return r < 0 ? r : buf_add_text(ad, person);
}

int
glass_text(const struct id *request, const uint8_t sha256[32], const char *comment, struct buf *text)
{
	char id[ID_TEXT], hex[2 * SECRET_SHA256 + 1];

	return buf_addf(text, "review v1\nrequest %s\nrequest-sha256 %s\ncomment %s\n", id_text(request, id), id_hex(sha256, SECRET_SHA256, hex), comment);
}

/* The comment; behind a NUL what was signed, and behind another the signature. */
static int
parts_take(struct glass *glass, const struct buf *plain)
{
	const uint8_t *bytes = buf_data(plain), *end = bytes + buf_len(plain);
	const uint8_t *text = memchr(bytes, 0, buf_len(plain));
	const uint8_t *signature = text != NULL ? memchr(text + 1, 0, (size_t)(end - text - 1)) : NULL;

	glass->comment = strndup((const char *)bytes, buf_len(plain));
	if (text == NULL)
		return 0;
	if (signature == NULL)
		return ERR_STORE_DAMAGED;
	glass->text = own_dup((const char *)text + 1);
	glass->signature_bytes = (size_t)(end - signature - 1);
	glass->signature = own_alloc(glass->signature_bytes + 1);
	memcpy(glass->signature, signature + 1, glass->signature_bytes);
	return 0;
}

static int
comment_open(struct store *store, struct glass *glass, uint32_t unit, const uint8_t *sealed, size_t count)
{
	AUTO_BUF struct buf plain = { .max = PARTS_MOST };
	AUTO_BUF struct buf ad = { .max = ID_BYTES + STORE_NAME + 8 };
	struct seal seal = { .unit = unit, .label = "text" };
	int r = comment_ad(&glass->request, glass->reviewed_by, &ad);

	seal.ad = buf_data(&ad);
	seal.ad_bytes = buf_len(&ad);
	if (r == 0)
		r = seal_open(store, &seal, sealed, count, &plain);
	if (r == 0)
		r = parts_take(glass, &plain);
	return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
}

static int
glass_row(struct store *store, sqlite3_stmt *stmt, struct glass *glass)
{
	struct row row = { .stmt = stmt };
	const uint8_t *sealed;
	uint32_t unit;
	size_t count;

	row_id(&row, &glass->request);
	row_name(&row, glass->person, sizeof glass->person);
	glass->at_us = row_int(&row);
	glass->reviewed_us = row_int(&row);
	row_name(&row, glass->reviewed_by, sizeof glass->reviewed_by);
	unit = (uint32_t)row_int(&row);
	sealed = row_bytes(&row, &count);
	if (row.error == 0 && glass->reviewed_us != 0)
		glass->comment_error = sealed != NULL ? comment_open(store, glass, unit, sealed, count) : ERR_EXPIRED;
	return row.error;
}

/* The one row of a statement. */
static int
glass_one(struct store *store, const char *sql, const struct bind *binds, struct glass *glass)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	AUTO_GLASS struct glass found = { 0 };
	int r = stmt_open(store, sql, binds, &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r == 0)
		return ERR_NOT_FOUND;
	if (r > 0)
		r = glass_row(store, stmt, &found);
	if (r == 0)
		*glass = TAKE(found, (struct glass){ 0 });
	return r;
}

int
glass_get(struct store *store, const struct id *request, struct glass *glass)
{
	return glass_one(store, SQL_GET, BINDS(bind_id(request)), glass);
}

int
glass_open(struct store *store, const char *person, struct glass *glass)
{
	return glass_one(store, SQL_OPEN, BINDS(bind_text(person)), glass);
}

int
glass_list(struct store *store, const struct glass_filter *filter, int (*each)(void *ctx, const struct glass *glass), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_int(filter->all), bind_limit(filter->until_us), bind_limit(filter->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_GLASS struct glass glass = { 0 };

		r = glass_row(store, stmt, &glass);
		if (r == 0)
			r = each(ctx, &glass);
	}
	return r;
}

int
glass_break(struct store *store, const struct request *request, const struct need *need, const struct moment *now,
    struct outcome *outcome)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_GLASS struct glass earlier = { 0 };
	struct decision decision = { .request = request->id, .person = DECISION_GLASS, .verdict = VERDICT_GRANT };
	struct need alone = { .count = 1, .sessions = need->sessions, .unused_s = need->unused_s, .grant = need->grant };
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = glass_open(store, request->person, &earlier);
	if (r == 0)
		return ERR_UNREVIEWED;
	if (r == ERR_NOT_FOUND)
		r = request_create(store, request);
	if (r == 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_id(&request->id), bind_text(request->person), bind_int(now->wall_us)));
	if (r >= 0)
		r = request_decide(store, &decision, &alone, now, outcome);
	return r < 0 ? r : txn_commit(&txn);
}

static int
parts_put(const struct review *review, struct buf *plain)
{
	int r = buf_add_text(plain, review->comment);

	if (r == 0 && review->text != NULL)
		r = buf_add(plain, "", 1);
	if (r == 0 && review->text != NULL)
		r = buf_add(plain, review->text, strlen(review->text) + 1);
	return r == 0 && review->text != NULL ? buf_add(plain, review->signature, review->signature_bytes) : r;
}

static int
review_write(struct store *store, const struct review *review, const char *class)
{
	AUTO_BUF struct buf plain = { .max = PARTS_MOST };
	AUTO_BUF struct buf sealed = { .max = PARTS_MOST + SEAL_MORE };
	AUTO_BUF struct buf ad = { .max = ID_BYTES + STORE_NAME + 8 };
	struct seal seal = { .label = "text" };
	int r = comment_ad(&review->request, review->person, &ad);

	if (r == 0)
		r = unit_words(store, class, review->at_us, &seal.unit);
	seal.ad = buf_data(&ad);
	seal.ad_bytes = buf_len(&ad);
	if (r == 0)
		r = parts_put(review, &plain);
	if (r == 0)
		r = seal_make(store, &seal, buf_data(&plain), buf_len(&plain), &sealed);
	if (r == 0)
		r = stmt_run(store, SQL_REVIEW, BINDS(bind_int(review->at_us), bind_text(review->person), bind_int(seal.unit),
		    bind_blob(buf_data(&sealed), buf_len(&sealed)), bind_id(&review->request)));
	return r == 0 ? ERR_STORE_CONFLICT : r < 0 ? r : 0;
}

int
glass_review(struct store *store, const struct review *review)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_GLASS struct glass glass = { 0 };
	AUTO_REQUEST struct request request = { 0 };
	int r = review->comment[0] != '\0' ? check_text(review->comment) : ERR_MSG_TEXT;

	if (r == 0)
		r = check_name(review->person);
	if (r == 0)
		r = txn_begin(&txn, store);
	if (r == 0)
		r = glass_get(store, &review->request, &glass);
	if (r == 0 && strcmp(glass.person, review->person) == 0)
		return ERR_OWN_REQUEST;
	if (r == 0 && glass.reviewed_us != 0)
		return ERR_DECIDED;
	if (r == 0)
		r = request_load(store, &review->request, &request);
	if (r == 0)
		r = review_write(store, review, request.class);
	return r < 0 ? r : txn_commit(&txn);
}
