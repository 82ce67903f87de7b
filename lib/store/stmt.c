/* SPDX-License-Identifier: ISC */
/* Statements: prepared, bound, stepped and read, with SQLite's codes turned into ours. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/stmt.h"

static const struct {
	int	code;	/* of SQLite, extended first */
	int	error;
} codes[] = {
	{ SQLITE_CONSTRAINT_PRIMARYKEY,	ERR_STORE_CONFLICT },
	{ SQLITE_CONSTRAINT_UNIQUE,	ERR_STORE_CONFLICT },
	{ SQLITE_CONSTRAINT_ROWID,	ERR_STORE_CONFLICT },
	{ SQLITE_IOERR_SHORT_READ,	ERR_STORE_DAMAGED },
	{ SQLITE_IOERR_CORRUPTFS,	ERR_STORE_DAMAGED },
	{ SQLITE_READONLY_DBMOVED,	ERR_STORE_MISSING },
	{ SQLITE_BUSY,			ERR_STORE_BUSY },
	{ SQLITE_LOCKED,		ERR_STORE_BUSY },
	{ SQLITE_PROTOCOL,		ERR_STORE_BUSY },
	{ SQLITE_CORRUPT,		ERR_STORE_DAMAGED },
	{ SQLITE_NOTADB,		ERR_STORE_DAMAGED },
	{ SQLITE_FORMAT,		ERR_STORE_DAMAGED },
	{ SQLITE_CANTOPEN,		ERR_STORE_MISSING },
	{ SQLITE_FULL,			-ENOSPC },
	{ SQLITE_IOERR,			-EIO },
	{ SQLITE_NOMEM,			-ENOMEM },
	{ SQLITE_READONLY,		-EROFS },
	{ SQLITE_PERM,			-EACCES },
};

int
stmt_error(int code)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == code)
			return codes[i].error;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == (code & 0xff))
			return codes[i].error;
	return ERR_STORE;
}

struct bind
bind_int(int64_t number)
{
	return (struct bind){ .type = BIND_INT, .number = number };
}

struct bind
bind_text(const char *text)
{
	return (struct bind){ .type = text != NULL ? BIND_TEXT : BIND_NULL, .bytes = text };
}

struct bind
bind_blob(const void *bytes, size_t count)
{
	return (struct bind){ .type = bytes != NULL ? BIND_BLOB : BIND_NULL, .bytes = bytes, .count = count };
}

struct bind
bind_id(const struct id *id)
{
	return bind_blob(id->bytes, sizeof id->bytes);
}

struct bind
bind_id_or_null(const struct id *id)
{
	return id_is_zero(id) ? bind_blob(NULL, 0) : bind_id(id);
}

struct bind
bind_filter(const char *text)
{
	return bind_text(text != NULL ? text : "");
}

struct bind
bind_limit(int64_t limit)
{
	return bind_int(limit > 0 ? limit : INT64_MAX);
}

static int
bind_one(sqlite3_stmt *stmt, int place, const struct bind *bind)
{
	switch (bind->type) {
	case BIND_INT:
		return sqlite3_bind_int64(stmt, place, bind->number);
	case BIND_TEXT:
		return sqlite3_bind_text(stmt, place, bind->bytes, -1, SQLITE_STATIC);
	case BIND_BLOB:
		return sqlite3_bind_blob64(stmt, place, bind->bytes, bind->count, SQLITE_STATIC);
	case BIND_NULL:
	case BIND_END:
		break;
	}
	return sqlite3_bind_null(stmt, place);
}

static int
bind_all(sqlite3_stmt *stmt, const struct bind *binds)
{
	int count = 0;

	for (; binds[count].type != BIND_END; count++) {
		const char *name = sqlite3_bind_parameter_name(stmt, count + 1);
		char wanted[16];
		int code;

		snprintf(wanted, sizeof wanted, "$%d", count + 1);
		if (name == NULL || strcmp(name, wanted) != 0)
			return ERR_STORE;
		code = bind_one(stmt, count + 1, &binds[count]);
		if (code != SQLITE_OK)
			return stmt_error(code);
	}
	return count == sqlite3_bind_parameter_count(stmt) ? 0 : ERR_STORE;
}

/*
 * After a full disk or a failed write SQLite has rolled back the whole transaction by itself. What its owner still does
 * in it must not go through one by one.
 */
static bool
is_rolled_back(const struct store *store)
{
	return store->depth > 0 && sqlite3_get_autocommit(store->db) != 0;
}

int
stmt_open(struct store *store, const char *sql, const struct bind *binds, sqlite3_stmt **stmt)
{
	AUTO_STMT sqlite3_stmt *made = NULL;
	int code;
	int r;

	if (is_rolled_back(store))
		return ERR_STORE_ROLLED_BACK;
	code = sqlite3_prepare_v2(store->db, sql, -1, &made, NULL);
	if (code != SQLITE_OK)
		return stmt_error(code);
	r = bind_all(made, binds);
	if (r == 0)
		*stmt = TAKE(made, NULL);
	return r;
}

void
stmt_close(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
	*stmt = NULL;
}

int
stmt_step(sqlite3_stmt *stmt)
{
	int code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : stmt_error(sqlite3_extended_errcode(sqlite3_db_handle(stmt)));
}

/* PRAGMA acts while it is prepared, and VACUUM is rare. */
static bool
is_worth_keeping(const char *sql)
{
	return sql[0] != 'P' && sql[0] != 'V';
}

static sqlite3_stmt *
kept_find(const struct store *store, const char *sql)
{
	for (unsigned i = 0; i < STMT_KEPT && store->kept[i] != NULL; i++)
		if (strcmp(sqlite3_sql(store->kept[i]), sql) == 0)
			return store->kept[i];
	return NULL;
}

static void
kept_add(struct store *store, sqlite3_stmt *stmt)
{
	sqlite3_finalize(store->kept[store->kept_next]);
	store->kept[store->kept_next] = stmt;
	store->kept_next = (store->kept_next + 1) % STMT_KEPT;
}

void
stmt_forget(struct store *store)
{
	for (unsigned i = 0; i < STMT_KEPT; i++)
		sqlite3_finalize(TAKE(store->kept[i], NULL));
	store->kept_next = 0;
}

/* A statement that one function uses from its first step to its end. */
struct use {
	sqlite3_stmt	*stmt;
	bool		 is_kept;
};

#define AUTO_USE	__attribute__((cleanup(use_done)))

static void
use_done(struct use *use)
{
	if (!use->is_kept) {
		sqlite3_finalize(use->stmt);
		return;
	}
	sqlite3_reset(use->stmt);
	sqlite3_clear_bindings(use->stmt);	/* they point into the caller's frame */
}

static int
use_begin(struct store *store, const char *sql, const struct bind *binds, struct use *use)
{
	bool keep = is_worth_keeping(sql);
	int code = SQLITE_OK;

	if (is_rolled_back(store))
		return ERR_STORE_ROLLED_BACK;
	use->stmt = keep ? kept_find(store, sql) : NULL;
	use->is_kept = use->stmt != NULL;
	if (!use->is_kept)
		code = sqlite3_prepare_v3(store->db, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &use->stmt, NULL);
	if (code != SQLITE_OK)
		return stmt_error(code);
	if (keep && !use->is_kept) {
		kept_add(store, use->stmt);
		use->is_kept = true;
	}
	return bind_all(use->stmt, binds);
}

int
stmt_run(struct store *store, const char *sql, const struct bind *binds)
{
	AUTO_USE struct use use = { 0 };
	int r = use_begin(store, sql, binds, &use);

	do
		r = r < 0 ? r : stmt_step(use.stmt);
	while (r > 0);
	if (r == 0 && !sqlite3_stmt_readonly(use.stmt))
		store->gave_up = false;
	return r < 0 ? r : sqlite3_changes(store->db);
}

int
stmt_number(struct store *store, const char *sql, const struct bind *binds, int64_t *number)
{
	AUTO_USE struct use use = { 0 };
	int r = use_begin(store, sql, binds, &use);

	if (r == 0)
		r = stmt_step(use.stmt);
	if (r < 0)
		return r;
	*number = r == 1 ? sqlite3_column_int64(use.stmt, 0) : 0;
	return 0;
}

/* The next column, if it has the type wanted; a NULL is nothing wrong. */
static bool
row_next(struct row *row, int type, int *column)
{
	int found = sqlite3_column_type(row->stmt, row->column);

	*column = row->column++;
	if (found != type && found != SQLITE_NULL && row->error == 0)
		row->error = ERR_STORE_DAMAGED;
	return found == type;
}

int64_t
row_int(struct row *row)
{
	int column;

	return row_next(row, SQLITE_INTEGER, &column) ? sqlite3_column_int64(row->stmt, column) : 0;
}

void
row_name(struct row *row, char *name, size_t size)
{
	const char *text;
	size_t count;
	int column;

	name[0] = '\0';
	if (!row_next(row, SQLITE_TEXT, &column))
		return;
	text = (const char *)sqlite3_column_text(row->stmt, column);
	count = (size_t)sqlite3_column_bytes(row->stmt, column);
	if (text == NULL || count >= size || strlen(text) != count) {
		row->error = ERR_STORE_DAMAGED;
		return;
	}
	memcpy(name, text, count + 1);
}

char *
row_text(struct row *row)
{
	const char *text;
	int column;

	if (!row_next(row, SQLITE_TEXT, &column))
		return NULL;
	text = (const char *)sqlite3_column_text(row->stmt, column);
	if (text == NULL)
		row->error = ERR_STORE_DAMAGED;
	return text != NULL ? own_dup(text) : NULL;
}

const uint8_t *
row_bytes(struct row *row, size_t *count)
{
	int column;

	*count = 0;
	if (!row_next(row, SQLITE_BLOB, &column))
		return NULL;
	*count = (size_t)sqlite3_column_bytes(row->stmt, column);
	return sqlite3_column_blob(row->stmt, column);
}

/* A blob of exactly this size, or zeros. */
static void
row_fixed(struct row *row, uint8_t *to, size_t size)
{
	size_t count;
	const uint8_t *bytes = row_bytes(row, &count);

	memset(to, 0, size);
	if (bytes != NULL && count == size)
		memcpy(to, bytes, size);
	else if (bytes != NULL || count != 0)
		row->error = ERR_STORE_DAMAGED;
}

void
row_id(struct row *row, struct id *id)
{
	row_fixed(row, id->bytes, sizeof id->bytes);
}

void
row_sha256(struct row *row, uint8_t sha256[32])
{
	row_fixed(row, sha256, 32);
}

int
row_word(struct row *row, const char *const *words, int count)
{
	char word[ROW_WORD];

	row_name(row, word, sizeof word);
	for (int i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	row->error = ERR_STORE_DAMAGED;
	return 0;
}

void
ids_done(struct ids *ids)
{
	free(ids->items);
	*ids = (struct ids){ 0 };
}

int
ids_from(struct store *store, const char *sql, const struct bind *binds, struct ids *ids)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, sql, binds, &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };

		ids->items = own_grow(ids->items, ids->count + 1, sizeof ids->items[0]);
		row_id(&row, &ids->items[ids->count++]);
		r = row.error;
	}
	return r;
}

int
ids_find(struct store *store, const char *sql, const char *prefix, struct id *id)
{
	AUTO_IDS struct ids found = { 0 };
	struct id low;
	struct id high;
	int r = id_parse_prefix(prefix, &low, &high);

	if (r == 0)
		r = ids_from(store, sql, BINDS(bind_id(&low), bind_id(&high)), &found);
	if (r < 0)
		return r;
	if (found.count != 1)
		return found.count == 0 ? ERR_NOT_FOUND : ERR_AMBIGUOUS;
	*id = found.items[0];
	return 0;
}

int
ids_each(const struct ids *ids, int (*each)(void *ctx, const struct id *id), void *ctx)
{
	for (size_t i = 0; i < ids->count; i++) {
		int r = each(ctx, &ids->items[i]);

		if (r != 0)
			return r;
	}
	return 0;
}
