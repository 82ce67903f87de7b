/* SPDX-License-Identifier: ISC */
/* The log's entries and their sealed texts. */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "lib/store/head.h"
#include "lib/store/seal.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

enum {
	AT_MAGIC = 0, AT_SEQ = 4, AT_TIME = 12, AT_TYPE = 20, AT_FLAGS = 22, AT_UNIT = 24, AT_SUBJECT = 28,
	AT_LENGTH = 44, AT_HASH = 48
};

static const uint8_t magic[4] = { 'A', 'E', '0', '1' };

#define COLUMNS	"SELECT seq, type, subject, time_ms, unit, coalesce(number, -1), entry, sealed FROM events "
#define OF_ALL		"WHERE seq >= $1 AND ($2 < 0 OR type = $2) "
#define OF_SUBJECT	"WHERE subject = $1 AND seq >= $2 AND ($3 < 0 OR type = $3) "	/* by its index */

static const char SQL_GET[] = COLUMNS "WHERE seq = $1";
static const char SQL_OLDEST[] = COLUMNS OF_ALL "ORDER BY seq LIMIT $3";
static const char SQL_NEWEST[] = COLUMNS OF_ALL "ORDER BY seq DESC LIMIT $3";
static const char SQL_OLDEST_OF[] = COLUMNS OF_SUBJECT "ORDER BY seq LIMIT $4";
static const char SQL_NEWEST_OF[] = COLUMNS OF_SUBJECT "ORDER BY seq DESC LIMIT $4";
static const char SQL_NUMBERED[] = "SELECT seq + 1 FROM events WHERE subject = $1 AND number = $2";
static const char SQL_LEAVES[] = "SELECT seq, entry FROM events WHERE seq >= $1 ORDER BY seq LIMIT $2";
static const char SQL_COUNT[] = "SELECT max(seq) + 1 FROM events";
static const char SQL_TIME[] = "SELECT max(time_ms) FROM events";
static const char SQL_FIRST[] = "SELECT min(seq) FROM events WHERE time_ms >= $1 AND time_ms < $2";
static const char SQL_LAST[] = "SELECT max(seq) + 1 FROM events WHERE time_ms >= $1 AND time_ms < $2";
static const char SQL_BEFORE[] = "SELECT max(seq) + 1 FROM events WHERE time_ms < $1";
static const char SQL_VERSIONS[] = COLUMNS "WHERE type = $1 AND type BETWEEN 20 AND 29 ORDER BY seq";
static const char SQL_ADD[] =
    "INSERT INTO events (seq, type, subject, time_ms, unit, number, entry, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/* The clear fields of an entry, as they are between the bytes and the columns. */
struct fields {
	int64_t		seq;
	int64_t		time_ms;
	uint16_t	type;
	uint16_t	flags;
	uint32_t	unit;
	struct id	subject;
	uint32_t	length;
};

static void
fields_put(const struct fields *fields, uint8_t entry[EVENT_ENTRY])
{
	uint64_t seq = htobe64((uint64_t)fields->seq);
	uint64_t time_ms = htobe64((uint64_t)fields->time_ms);
	uint16_t type = htobe16(fields->type);
	uint16_t flags = htobe16(fields->flags);
	uint32_t unit = htobe32(fields->unit);
	uint32_t length = htobe32(fields->length);

	memcpy(entry + AT_MAGIC, magic, sizeof magic);
	memcpy(entry + AT_SEQ, &seq, sizeof seq);
	memcpy(entry + AT_TIME, &time_ms, sizeof time_ms);
	memcpy(entry + AT_TYPE, &type, sizeof type);
	memcpy(entry + AT_FLAGS, &flags, sizeof flags);
	memcpy(entry + AT_UNIT, &unit, sizeof unit);
	memcpy(entry + AT_SUBJECT, fields->subject.bytes, ID_BYTES);
	memcpy(entry + AT_LENGTH, &length, sizeof length);
}

static void
fields_get(const uint8_t entry[EVENT_ENTRY], struct fields *fields)
{
	uint64_t seq;
	uint64_t time_ms;

	memcpy(&seq, entry + AT_SEQ, sizeof seq);
	memcpy(&time_ms, entry + AT_TIME, sizeof time_ms);
	memcpy(&fields->type, entry + AT_TYPE, sizeof fields->type);
	memcpy(&fields->flags, entry + AT_FLAGS, sizeof fields->flags);
	memcpy(&fields->unit, entry + AT_UNIT, sizeof fields->unit);
	memcpy(&fields->subject, entry + AT_SUBJECT, ID_BYTES);
	memcpy(&fields->length, entry + AT_LENGTH, sizeof fields->length);
	fields->seq = (int64_t)be64toh(seq);
	fields->time_ms = (int64_t)be64toh(time_ms);
	fields->type = be16toh(fields->type);
	fields->flags = be16toh(fields->flags);
	fields->unit = be32toh(fields->unit);
	fields->length = be32toh(fields->length);
}

static struct seal
event_seal(const uint8_t entry[EVENT_ENTRY], uint32_t unit)
{
	return (struct seal){ .unit = unit, .label = "ev", .ad = entry, .ad_bytes = AT_HASH };
}

void
event_done(struct event *event)
{
	free(event->text);
	*event = (struct event){ 0 };
}

/* The seq of the subject's event with this number; 1 if there is one. */
static int
numbered(struct store *store, const struct event_new *event, int64_t *seq)
{
	int64_t found = 0;
	int r = 0;

	if (event->number >= 0)
		r = stmt_number(store, SQL_NUMBERED, BINDS(bind_id(&event->subject), bind_int(event->number)), &found);
	if (r < 0 || found == 0)
		return r;
	*seq = found - 1;
	return 1;
}

/* Row, entry and tree; sealed bytes with a count of 0 are none. */
static int
event_insert(struct store *store, const struct event_new *event, const struct fields *fields, const uint8_t entry[EVENT_ENTRY],
    const struct buf *sealed)
{
	int r = stmt_run(store, SQL_ADD, BINDS(bind_int(fields->seq), bind_int(fields->type), bind_id(&fields->subject),
	    bind_int(fields->time_ms), bind_int(fields->unit),
	    event->number >= 0 ? bind_int(event->number) : bind_text(NULL), bind_blob(entry, EVENT_ENTRY),
	    bind_blob(buf_len(sealed) > 0 ? buf_data(sealed) : NULL, buf_len(sealed))));

	return r < 0 ? r : head_grow(store, fields->seq, entry);
}

static int
event_add(struct store *store, const struct event_new *event, const struct fields *fields)
{
	AUTO_BUF struct buf sealed = { 0 };
	uint8_t entry[EVENT_ENTRY];
	struct seal seal = event_seal(entry, fields->unit);
	int r = 0;

	buf_init(&sealed, EVENT_TEXT_MOST + SEAL_MORE);
	fields_put(fields, entry);
	if (event->fact != NULL) {
		memcpy(entry + AT_HASH, event->fact, EVENT_FACT_BYTES);
	} else {
		r = seal_make(store, &seal, event->text, event->text_bytes, &sealed);
		secret_sha256(buf_data(&sealed), buf_len(&sealed), entry + AT_HASH);
	}
	return r < 0 ? r : event_insert(store, event, fields, entry, &sealed);
}

int
event_append(struct store *store, const struct event_new *event, int64_t *seq)
{
	AUTO_TXN struct txn txn = { 0 };
	struct fields fields = {
		.time_ms = event->time_us / 1000, .type = event->type, .flags = event->flags, .unit = event->unit,
		.subject = event->subject, .length = (uint32_t)(event->text_bytes + SEAL_MORE),
	};
	int r;

	if (event->fact != NULL) {
		fields.flags |= EVENT_FACT;
		fields.length = 0;
	}
	if (event->text_bytes > EVENT_TEXT_MOST || (event->class == NULL && event->unit == 0) || (event->flags & EVENT_FACT) != 0)
		return -EINVAL;
	r = txn_begin(&txn, store);
	if (r == 0)
		r = numbered(store, event, seq);
	if (r != 0)
		return r;
	r = event_count(store, &fields.seq);
	if (r == 0 && event->class != NULL)
		r = unit_day(store, event->class, event->time_us, &fields.unit);
	if (r == 0)
		r = event_add(store, event, &fields);
	if (r < 0)
		return r;
	store->grown = true;
	r = txn_commit(&txn);
	if (r == 0)
		*seq = fields.seq;
	return r;
}

/* The ciphertext must be the one the entry commits to; without one, or without its slot, there is no text. */
static int
text_open(struct store *store, struct event *event, const uint8_t *sealed, size_t count)
{
	AUTO_BUF struct buf plain = { 0 };
	struct seal seal = event_seal(event->entry, event->unit);
	uint8_t sha256[SECRET_SHA256];
	int r;

	if ((event->flags & EVENT_FACT) != 0) {
		event->is_fact = true;
		event->text = own_dup("");
		return sealed == NULL ? 0 : ERR_STORE_DAMAGED;
	}
	if (sealed == NULL)
		return ERR_EXPIRED;
	secret_sha256(sealed, count, sha256);
	if (memcmp(sha256, event->entry + AT_HASH, sizeof sha256) != 0)
		return ERR_STORE_DAMAGED;
	buf_init(&plain, EVENT_TEXT_MOST + SEAL_MORE);
	r = seal_open(store, &seal, sealed, count, &plain);
	if (r < 0)
		return r == ERR_SLOT_GONE ? ERR_EXPIRED : r;
	event->text_bytes = buf_len(&plain);
	event->text = buf_text(&plain);
	return 0;
}

static int
event_row(struct store *store, sqlite3_stmt *stmt, struct event *event)
{
	struct row row = { .stmt = stmt };
	struct fields fields;
	const uint8_t *entry;
	const uint8_t *sealed;
	int64_t time_ms;
	int64_t type;
	size_t count;
	bool fits;

	event->seq = row_int(&row);
	type = row_int(&row);
	row_id(&row, &event->subject);
	time_ms = row_int(&row);
	event->unit = (uint32_t)row_int(&row);
	event->number = row_int(&row);
	entry = row_bytes(&row, &count);
	if (row.error < 0 || entry == NULL || count != EVENT_ENTRY)
		return ERR_STORE_DAMAGED;
	memcpy(event->entry, entry, EVENT_ENTRY);
	sealed = row_bytes(&row, &count);
	fields_get(event->entry, &fields);
	fits = memcmp(entry, magic, sizeof magic) == 0 && fields.seq == event->seq && fields.type == type &&
	    fields.time_ms == time_ms && fields.unit == event->unit && id_equal(&fields.subject, &event->subject) &&
	    (sealed == NULL || fields.length == count);
	event->type = fields.type;
	event->flags = fields.flags;
	event->time_us = fields.time_ms * 1000;
	event->text_error = fits ? text_open(store, event, sealed, count) : ERR_STORE_DAMAGED;
	return row.error;
}

int
event_get(struct store *store, int64_t seq, struct event *event)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	AUTO_EVENT struct event found = { 0 };
	int r = stmt_open(store, SQL_GET, BINDS(bind_int(seq)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r == 0)
		return ERR_NOT_FOUND;
	if (r > 0)
		r = event_row(store, stmt, &found);
	if (r == 0 && found.text_error != ERR_EXPIRED)
		r = found.text_error;
	if (r == 0)
		*event = TAKE(found, (struct event){ 0 });
	return r;
}

int
event_list(struct store *store, const struct event_filter *filter, int (*each)(void *ctx, const struct event *event),
    void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	const char *sql = filter->newest_first ? SQL_NEWEST : SQL_OLDEST;
	int r;

	if (filter->subject != NULL)
		r = stmt_open(store, filter->newest_first ? SQL_NEWEST_OF : SQL_OLDEST_OF, BINDS(bind_id(filter->subject), bind_int(filter->since),
		    bind_int(filter->type), bind_limit(filter->limit)), &stmt);
	else
		r = stmt_open(store, sql, BINDS(bind_int(filter->since), bind_int(filter->type), bind_limit(filter->limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_EVENT struct event event = { 0 };

		r = event_row(store, stmt, &event);
		if (r == 0)
			r = each(ctx, &event);
	}
	return r;
}

int
event_leaves(struct store *store, int64_t since, int64_t limit,
    int (*each)(void *ctx, int64_t seq, const uint8_t entry[EVENT_ENTRY]), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int64_t wanted = since;
	int r = stmt_open(store, SQL_LEAVES, BINDS(bind_int(since), bind_limit(limit)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		int64_t seq = row_int(&row);
		size_t count;
		const uint8_t *entry = row_bytes(&row, &count);

		if (row.error < 0 || entry == NULL || count != EVENT_ENTRY || seq != wanted)
			return ERR_STORE_DAMAGED;
		wanted++;
		r = each(ctx, seq, entry);
	}
	return r;
}

int
event_count(struct store *store, int64_t *count)
{
	return stmt_number(store, SQL_COUNT, NO_BINDS, count);
}

int
event_newest(struct store *store, int64_t *time_us)
{
	int64_t time_ms;
	int r = stmt_number(store, SQL_TIME, NO_BINDS, &time_ms);

	if (r == 0)
		*time_us = time_ms * 1000;
	return r;
}

int
event_range(struct store *store, int64_t from_us, int64_t end_us, int64_t *first, int64_t *end)
{
	int64_t from_ms = from_us / 1000, end_ms = (end_us + 999) / 1000;
	int r = stmt_number(store, SQL_LAST, BINDS(bind_int(from_ms), bind_int(end_ms)), end);

	if (r == 0 && *end > 0)
		return stmt_number(store, SQL_FIRST, BINDS(bind_int(from_ms), bind_int(end_ms)), first);
	if (r == 0)
		r = stmt_number(store, SQL_BEFORE, BINDS(bind_int(from_ms)), end);
	*first = *end;
	return r;
}

int
event_versions(struct store *store, int type, int (*each)(void *ctx, const struct event *event), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_VERSIONS, BINDS(bind_int(type)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_EVENT struct event event = { 0 };

		r = event_row(store, stmt, &event);
		if (r == 0)
			r = each(ctx, &event);
	}
	return r;
}
