/* SPDX-License-Identifier: ISC */
/* Requests: asked, found, taken back, lapsed. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/check.h"
#include "lib/store/grant.h"
#include "lib/store/request.h"
#include "lib/store/seal.h"
#include "lib/store/session.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

#define TEXT_MOST	(STORE_TEXT_MOST + 2048)

const char *const request_state_names[REQUEST_STATES] = {
	[REQUEST_WAITING] = "waiting",
	[REQUEST_GRANTED] = "granted",
	[REQUEST_DENIED] = "denied",
	[REQUEST_CANCELLED] = "cancelled",
	[REQUEST_LAPSED] = "lapsed",
};

#define COLUMNS \
	"SELECT r.id, r.person, r.account, r.role, r.host, c.name, r.seconds, r.not_before_us, r.created_us, r.lapses_us, " \
	"r.extends, r.opens, r.opens_until_us, r.allows, r.state, r.closed_us, r.closed_by, r.unit, r.sealed FROM requests r JOIN classes c ON c.number = r.class "

static const char SQL_GET[] = COLUMNS "WHERE r.id = $1";
static const char SQL_LIST[] = COLUMNS
    "WHERE ($1 = '' OR r.state = $1) AND ($2 = '' OR r.person = $2) AND ($3 = '' OR r.role = $3) AND r.created_us >= $4 "
    "AND r.created_us < $5 ORDER BY r.created_us DESC, r.id LIMIT $6";
static const char SQL_PAGE[] = COLUMNS
    "WHERE r.created_us >= $1 AND r.created_us < $2 AND (r.created_us, r.id) > ($3, $4) ORDER BY r.created_us, r.id LIMIT $5";
static const char SQL_WINDOW[] = COLUMNS
    "WHERE r.opens = $1 AND r.person = $2 AND r.state = 'granted' AND r.opens_until_us > $3 ORDER BY r.opens_until_us DESC, r.id LIMIT 1";
static const char SQL_OPEN_UNTIL[] = "UPDATE requests SET opens_until_us = $1 WHERE id = $2 AND state = 'granted' AND opens IS NOT NULL";
static const char SQL_FIND[] = "SELECT id FROM requests WHERE id BETWEEN $1 AND $2 LIMIT 2";
static const char SQL_ADD[] =
    "INSERT INTO requests (id, person, account, role, host, class, seconds, not_before_us, created_us, lapses_us, extends, "
    "state, unit, sealed, opens, allows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12, $13, $14, $15)";
static const char SQL_CLOSE[] =
    "UPDATE requests SET state = $1, closed_us = $2, closed_by = $3 WHERE id = $4 AND state = 'waiting'";
static const char SQL_LAPSE[] =
    "UPDATE requests SET state = 'lapsed', closed_us = $1, closed_by = '' WHERE state = 'waiting' AND lapses_us <= $1 "
    "RETURNING id";

void
request_done(struct request *request)
{
	free(request->reason);
	*request = (struct request){ 0 };
}

int
request_text(const struct request *request, struct buf *text)
{
	static const uint8_t none[SECRET_SHA256];
	char id[ID_TEXT], hex[2 * SECRET_SHA256 + 1];
	int r = buf_addf(text, "request v1\nid %s\nperson %s\naccount %s\nhost %s\nrole %s\n",
	    id_text(&request->id, id), request->person, request->account, request->host, request->role);

	if (r == 0)
		r = buf_addf(text, "seconds %" PRId64 "\nnot-before %" PRId64 "\ncreated %" PRId64 "\n",
		    request->seconds, request->not_before_us, request->created_us);
	if (r == 0 && !id_is_zero(&request->extends))
		r = buf_addf(text, "extends %s\n", id_text(&request->extends, id));
	if (r == 0 && !id_is_zero(&request->opens))
		r = buf_addf(text, "opens %s\n", id_text(&request->opens, id));
	if (r == 0 && !request->unbound && memcmp(request->allows, none, sizeof none) != 0)
		r = buf_addf(text, "allows %s\n", id_hex(request->allows, SECRET_SHA256, hex));
	if (r == 0)
		r = buf_addf(text, "reason %s\n", request->reason);
	return r;
}

static int
request_hash(const struct request *request, uint8_t sha256[SECRET_SHA256])
{
	AUTO_BUF struct buf text = { 0 };
	int r;

	buf_init(&text, TEXT_MOST);
	r = request_text(request, &text);
	if (r == 0)
		secret_sha256(buf_data(&text), buf_len(&text), sha256);
	return r;
}

static struct seal
request_seal(const struct id *id, uint32_t unit)
{
	return (struct seal){ .unit = unit, .label = "text", .ad = id->bytes, .ad_bytes = sizeof id->bytes };
}

static int
request_check(const struct request *request)
{
	const char *const names[] = { request->person, request->account, request->role, request->host, request->class };
	int r = request->reason != NULL ? check_text(request->reason) : ERR_MSG_TEXT;

	for (size_t i = 0; r == 0 && i < sizeof names / sizeof names[0]; i++)
		r = check_name(names[i]);
	if (r == 0 && (request->seconds <= 0 || request->seconds > STORE_SECONDS_MOST))
		r = ERR_BAD_TIME;
	return r;
}

/*
 * The hash goes under the slot together with the reason: in the clear, it would let a short reason be guessed long
 * after its time is over.
 */
static int
reason_seal(struct store *store, const struct request *request, uint32_t unit, struct buf *sealed)
{
	AUTO_BUF struct buf plain = { 0 };
	struct seal seal = request_seal(&request->id, unit);
	uint8_t sha256[SECRET_SHA256];
	int r = request_hash(request, sha256);

	buf_init(&plain, TEXT_MOST);
	if (r == 0)
		r = buf_add(&plain, sha256, sizeof sha256);
	if (r == 0)
		r = buf_add_text(&plain, request->reason);
	return r < 0 ? r : seal_make(store, &seal, buf_data(&plain), buf_len(&plain), sealed);
}

/* One may ask for more time for one's own grant only. */
static int
extends_check(struct store *store, const struct request *request)
{
	struct grant grant;
	int r;

	if (id_is_zero(&request->extends))
		return 0;
	r = grant_get(store, &request->extends, &grant);
	return r == 0 && strcmp(grant.person, request->person) != 0 ? ERR_NO_RIGHT : r;
}

/* What is to be opened is a session that was. */
static int
opens_check(struct store *store, const struct request *request)
{
	struct session session;

	if (id_is_zero(&request->opens))
		return 0;
	return id_is_zero(&request->extends) ? session_get(store, &request->opens, &session) : -EINVAL;
}

static struct bind
bind_hash(const uint8_t sha256[SECRET_SHA256])
{
	static const uint8_t none[SECRET_SHA256];

	return memcmp(sha256, none, sizeof none) == 0 ? bind_blob(NULL, 0) : bind_blob(sha256, SECRET_SHA256);
}

int
request_create(struct store *store, const struct request *request)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_BUF struct buf sealed = { 0 };
	int64_t class = 0;
	uint32_t unit = 0;
	int r = request_check(request);

	buf_init(&sealed, TEXT_MOST);
	if (r == 0)
		r = txn_begin(&txn, store);
	if (r == 0)
		r = extends_check(store, request);
	if (r == 0)
		r = opens_check(store, request);
	if (r == 0)
		r = unit_words(store, request->class, request->created_us, &unit);
	if (r == 0)
		r = unit_class(store, request->class, &class);
	if (r == 0)
		r = reason_seal(store, request, unit, &sealed);
	if (r == 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_id(&request->id), bind_text(request->person),
		    bind_text(request->account), bind_text(request->role), bind_text(request->host), bind_int(class),
		    bind_int(request->seconds), bind_int(request->not_before_us), bind_int(request->created_us),
		    bind_int(request->lapses_us), bind_id_or_null(&request->extends), bind_int(unit),
		    bind_blob(buf_data(&sealed), buf_len(&sealed)), bind_id_or_null(&request->opens), bind_hash(request->allows)));
	return r < 0 ? r : txn_commit(&txn);
}

/* Opens the reason and holds the row against its hash; otherwise the reason stays NULL. */
static int
reason_open(struct store *store, struct request *request, uint32_t unit, const uint8_t *sealed, size_t count)
{
	AUTO_BUF struct buf plain = { 0 };
	struct seal seal = request_seal(&request->id, unit);
	uint8_t sha256[SECRET_SHA256];
	int r;

	if (sealed == NULL)
		return ERR_EXPIRED;
	buf_init(&plain, TEXT_MOST);
	r = seal_open(store, &seal, sealed, count, &plain);
	if (r < 0)
		return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
	if (buf_len(&plain) < sizeof sha256)
		return ERR_STORE_DAMAGED;
	memcpy(request->sha256, buf_data(&plain), sizeof request->sha256);
	buf_consume(&plain, sizeof request->sha256);
	request->reason = buf_text(&plain);
	/* What it hashes to says which text it has: nobody makes the newer one out of the older. */
	for (int older = 0; older < 2; older++) {
		request->unbound = older == 1;
		r = request_hash(request, sha256);
		if (r == 0 && memcmp(sha256, request->sha256, sizeof sha256) == 0)
			return 0;
	}
	free(TAKE(request->reason, NULL));
	memset(request->sha256, 0, sizeof request->sha256);
	return ERR_STORE_DAMAGED;
}

static int
request_row(struct store *store, sqlite3_stmt *stmt, struct request *request)
{
	struct row row = { .stmt = stmt };
	const uint8_t *sealed;
	uint32_t unit;
	size_t count;

	row_id(&row, &request->id);
	row_name(&row, request->person, sizeof request->person);
	row_name(&row, request->account, sizeof request->account);
	row_name(&row, request->role, sizeof request->role);
	row_name(&row, request->host, sizeof request->host);
	row_name(&row, request->class, sizeof request->class);
	request->seconds = row_int(&row);
	request->not_before_us = row_int(&row);
	request->created_us = row_int(&row);
	request->lapses_us = row_int(&row);
	row_id(&row, &request->extends);
	row_id(&row, &request->opens);
	request->opens_until_us = row_int(&row);
	row_sha256(&row, request->allows);
	request->state = (enum request_state)row_word(&row, request_state_names, REQUEST_STATES);
	request->end.closed_us = row_int(&row);
	row_name(&row, request->end.closed_by, sizeof request->end.closed_by);
	unit = (uint32_t)row_int(&row);
	sealed = row_bytes(&row, &count);
	if (row.error == 0)
		request->reason_error = reason_open(store, request, unit, sealed, count);
	return row.error;
}

int
request_load(struct store *store, const struct id *id, struct request *request)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	AUTO_REQUEST struct request found = { 0 };
	int r = stmt_open(store, SQL_GET, BINDS(bind_id(id)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r == 0)
		return ERR_NOT_FOUND;
	if (r > 0)
		r = request_row(store, stmt, &found);
	if (r == 0)
		*request = TAKE(found, (struct request){ 0 });
	return r;
}

int
request_window(struct store *store, const struct id *session, const char *person, int64_t now_us, struct request *request)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	AUTO_REQUEST struct request found = { 0 };
	int r = stmt_open(store, SQL_WINDOW, BINDS(bind_id(session), bind_text(person), bind_int(now_us)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r == 0)
		return ERR_NOT_FOUND;
	if (r > 0)
		r = request_row(store, stmt, &found);
	if (r == 0)
		*request = TAKE(found, (struct request){ 0 });
	return r;
}

int
request_open_until(struct store *store, const struct id *id, int64_t until_us)
{
	int r = stmt_run(store, SQL_OPEN_UNTIL, BINDS(bind_int(until_us), bind_id(id)));

	return r == 0 ? ERR_STORE_CONFLICT : r < 0 ? r : 0;
}

int
request_get(struct store *store, const struct id *id, struct request *request)
{
	AUTO_REQUEST struct request found = { 0 };
	int r = request_load(store, id, &found);

	if (r == 0 && found.reason_error != ERR_EXPIRED)
		r = found.reason_error;
	if (r == 0)
		*request = TAKE(found, (struct request){ 0 });
	return r;
}

int
request_find(struct store *store, const char *prefix, struct id *id)
{
	return ids_find(store, SQL_FIND, prefix, id);
}

int
request_list(struct store *store, const struct request_filter *filter,
    int (*each)(void *ctx, const struct request *request), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_filter(filter->state), bind_filter(filter->person),
	    bind_filter(filter->role), bind_int(filter->since_us), bind_limit(filter->until_us), bind_limit(filter->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_REQUEST struct request request = { 0 };

		r = request_row(store, stmt, &request);
		if (r == 0)
			r = each(ctx, &request);
	}
	return r;
}

int
request_page(struct store *store, const struct page *page, int (*each)(void *ctx, const struct request *request), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_PAGE, BINDS(bind_int(page->from_us), bind_int(page->end_us), bind_int(page->after_us),
	    bind_id(&page->after), bind_limit(page->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_REQUEST struct request request = { 0 };

		r = request_row(store, stmt, &request);
		if (r == 0)
			r = each(ctx, &request);
	}
	return r;
}

int
request_close(struct store *store, const struct id *id, enum request_state state, const struct request_end *end)
{
	int r = stmt_run(store, SQL_CLOSE, BINDS(bind_text(request_state_names[state]), bind_int(end->closed_us),
	    bind_text(end->closed_by), bind_id(id)));

	return r == 0 ? ERR_STORE_CONFLICT : r < 0 ? r : 0;
}

int
request_cancel(struct store *store, const struct id *id, const char *person, int64_t now_us)
{
	AUTO_TXN struct txn txn = { 0 };
	AUTO_REQUEST struct request request = { 0 };
	struct request_end end = { .closed_us = now_us };
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = request_load(store, id, &request);
	if (r < 0)
		return r;
	if (strcmp(request.person, person) != 0)
		return ERR_NO_RIGHT;
	if (request.state != REQUEST_WAITING)
		return ERR_DECIDED;
	memcpy(end.closed_by, request.person, sizeof end.closed_by);
	r = request_close(store, id, REQUEST_CANCELLED, &end);
	return r < 0 ? r : txn_commit(&txn);
}

int
request_lapse(struct store *store, int64_t now_us, int (*each)(void *ctx, const struct id *id), void *ctx)
{
	AUTO_IDS struct ids lapsed = { 0 };
	int r = ids_from(store, SQL_LAPSE, BINDS(bind_int(now_us)), &lapsed);

	return r < 0 || each == NULL ? r : ids_each(&lapsed, each, ctx);
}
