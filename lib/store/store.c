/* SPDX-License-Identifier: ISC */
/* Opening, checking, purging; transactions. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/event.h"
#include "lib/store/mark.h"
#include "lib/store/rewrap.h"
#include "lib/store/schema.h"
#include "lib/store/stmt.h"
#include "lib/store/store.h"

#define STORE_FILE	"catalogue.db"
#define BUSY_STEP_MS	20
#define BUSY_STEPS	100	/* two seconds; who was locked out a moment ago does not make everybody wait again */
#define BUSY_STEPS_AGAIN 3

/*
 * Every setting is asked for and then read back: a SQLite built otherwise must not silently leave deleted rows in the
 * file or lose the last commits. mmap off, because a damaged file must give an error and not a SIGBUS; temporary
 * tables (VACUUM's) in memory, so that no copy is left in another directory.
 */
/* clang-format off */
static const struct pragma {
	const char	*name;
	const char	*set;
	const char	*get;
} pragmas[] = {
	{ "journal_mode",	"WAL",		"wal" },
	{ "synchronous",	"FULL",		"2" },
	{ "secure_delete",	"ON",		"1" },
	{ "recursive_triggers",	"ON",		"1" },
	{ "foreign_keys",	"ON",		"1" },
	{ "trusted_schema",	"OFF",		"0" },
	{ "cell_size_check",	"ON",		"1" },
	{ "temp_store",		"MEMORY",	"2" },
	{ "mmap_size",		"0",		"0" },
};
/* clang-format on */

static int
pragma_is(struct store *store, const char *sql, const char *wanted)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	const char *text;
	int r = stmt_open(store, sql, NO_BINDS, &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r < 0)
		return r;
	text = r == 1 ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	if (text == NULL)	/* a build without the feature answers with no row; without mmap that is fine */
		return strstr(sql, "mmap_size") != NULL ? 0 : ERR_STORE;
	return strcmp(text, wanted) == 0 ? 0 : ERR_STORE;
}

static int
pragma_set(struct store *store, const struct pragma *pragma)
{
	char sql[64];
	int r = 0;

	snprintf(sql, sizeof sql, "PRAGMA %s = %s", pragma->name, pragma->set);
	if ((store->flags & STORE_READONLY) == 0 || strcmp(pragma->name, "journal_mode") != 0)
		r = stmt_run(store, sql, NO_BINDS);
	if (r < 0)
		return r;
	snprintf(sql, sizeof sql, "PRAGMA %s", pragma->name);
	return pragma_is(store, sql, pragma->get);
}

static int
on_busy(void *user, int times)
{
	struct store *store = user;

	if (times >= (store->gave_up ? BUSY_STEPS_AGAIN : BUSY_STEPS)) {
		store->gave_up = true;
		return 0;
	}
	sqlite3_sleep(BUSY_STEP_MS);
	return 1;
}

static int
settings(struct store *store)
{
	int r = 0;

	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_handler(store->db, on_busy, store);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (size_t i = 0; r >= 0 && i < sizeof pragmas / sizeof pragmas[0]; i++)
		r = pragma_set(store, &pragmas[i]);
	return r;
}

/* A virgin directory has no catalogue, or an empty file from a creation cut short, and no slot was ever used. */
static int
files_prepare(struct store *store, const char *dir, const char *path)
{
	bool create = (store->flags & STORE_CREATE) != 0;
	struct stat status;
	bool there = stat(path, &status) == 0;
	bool empty = !there || status.st_size == 0;
	bool used = false;
	int r;

	if (empty && !create)
		return there ? ERR_STORE_DAMAGED : ERR_STORE_MISSING;
	r = slots_open(&store->slots, dir, empty, (store->flags & STORE_READONLY) != 0);
	if (r == -ENOENT && (store->flags & STORE_KEYLESS) != 0) {
		store->slots.record = secret_new(SLOTS_RECORD);
		return 0;
	}
	if (r == -ENOENT)
		return ERR_SLOTS_MISSING;
	if (r == 0 && empty)
		r = slots_used(&store->slots, &used);
	if (r < 0)
		return r;
	if (used)
		return there ? ERR_STORE_DAMAGED : ERR_STORE_MISSING;
	if (!there) {	/* ours with mode 0600 before SQLite would make it; -wal and -shm take over the mode */
		AUTO_FD int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd < 0)
			return -errno;
	}
	return 0;
}

static int
database_open(struct store *store, const char *path)
{
	int flags = (store->flags & STORE_READONLY) != 0 ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int code = sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOFOLLOW, NULL);
	int r;

	if (code != SQLITE_OK)
		return stmt_error(code);
	r = settings(store);
	if (r >= 0)
		r = pragma_is(store, "PRAGMA quick_check(1)", "ok");
	if (r == ERR_STORE)
		r = ERR_STORE_DAMAGED;
	return r < 0 ? r : schema_bring(store, schema_steps, schema_step_count);
}

int
store_open(const char *dir, unsigned flags, struct store **store)
{
	AUTO_STORE struct store *made = own_alloc(sizeof *made);
	AUTO_FREE char *real = realpath(dir, NULL);
	AUTO_FREE char *path = NULL;
	int r;

	made->flags = flags;
	made->slots.fd = made->mark = -1;
	if (real == NULL)
		return errno == ENOENT ? ERR_STORE_MISSING : -errno;
	if (sodium_init() < 0)
		return ERR_UNSUPPORTED;
	made->keys = secret_new(2 * sizeof made->keys[0]);
	path = place_path(real, STORE_FILE, NULL);
	r = files_prepare(made, real, path);
	if (r == 0)
		r = database_open(made, path);
	if (r == 0 && (flags & STORE_READONLY) == 0)
		r = mark_open(made, real);
	if (r < 0)
		return r;
	made->dir = TAKE(real, NULL);
	*store = TAKE(made, NULL);
	return 0;
}

/* The replica's copies are of no use to who knows the new key only: all of them are to be sent again. */
static const char SQL_SEND_AGAIN[] = "DELETE FROM replicas WHERE erased_us IS NULL AND receipt IS NULL";

int
store_wrap_with(struct store *store, const struct wraps *wraps, struct survey *survey)
{
	struct survey found = { 0 };
	uint32_t count = 0;
	int r;

	store->slots.wraps = wraps;
	r = slots_survey(&store->slots, &found);
	if (survey != NULL)
		*survey = found;
	if (r < 0)
		return r;
	if (found.other > 0)
		return wraps == NULL || wraps->count == 0 ? ERR_WRAP_MISSING : ERR_WRAP_WRONG;
	if ((store->flags & STORE_READONLY) != 0 || wraps == NULL || wraps->count == 0 || found.plain + found.old == 0)
		return 0;
	r = stmt_run(store, SQL_SEND_AGAIN, NO_BINDS);	/* first: done and not sent again would be forgotten */
	return r < 0 ? r : slots_rewrap(&store->slots, store->dir, &count);
}

static int	files_there(struct store *store);

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	/* Closing copies the write-ahead log into the file: not into one that is not ours any more. */
	if (store->db != NULL && files_there(store) < 0)
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	stmt_forget(store);
	sqlite3_close_v2(store->db);
	slots_close(&store->slots);
	own_close(&store->mark);
	secret_free(store->keys);
	free(store->tree);
	free(store->dir);
	free(store);
}

void
store_close_at(struct store **store)
{
	store_close(*store);
}

int64_t
store_serial(struct store *store)
{
	int64_t others;
	int r = stmt_number(store, "PRAGMA data_version", NO_BINDS, &others);

	return r < 0 ? r : others + sqlite3_total_changes64(store->db);
}

/* SQLite goes on writing to a file that has been removed; we must not grant anything into nowhere. */
static int
files_there(struct store *store)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof magic];
	sqlite3_file *file = NULL;
	int moved = 0;
	int code = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);

	if (code == SQLITE_OK && moved != 0)
		return ERR_STORE_MISSING;
	/* Pages in memory look well while the file is noise. By its own descriptor: closing another drops SQLite's locks. */
	if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file != NULL &&
	    file->pMethods != NULL && file->pMethods->xRead(file, head, sizeof head, 0) == SQLITE_OK &&
	    memcmp(head, magic, sizeof magic) != 0)
		return ERR_STORE_DAMAGED;
	return slots_check(&store->slots);
}

int
store_check(struct store *store)
{
	int64_t version;
	int r = files_there(store);

	return r < 0 ? r : stmt_number(store, "SELECT max(version) FROM versions", NO_BINDS, &version);
}

int
store_purge(struct store *store)
{
	int r = files_there(store);
	int code;

	if (r == 0)
		r = stmt_run(store, "VACUUM", NO_BINDS);
	if (r < 0)
		return r;
	code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return code == SQLITE_OK ? 0 : stmt_error(code);
}

void
store_seal_with(struct store *store, int (*seal)(void *user), void *user)
{
	store->seal = seal;
	store->seal_user = user;
}

bool
store_is_writing(const struct store *store)
{
	return store->depth > 0;
}

/* The outermost one takes the lock at once, so that what is read in it is still true when it writes. */
int
txn_begin(struct txn *txn, struct store *store)
{
	char sql[48] = "BEGIN IMMEDIATE";
	int r = store->depth == 0 ? files_there(store) : 0;

	if (store->depth == 0)
		store->grown = false;
	else
		snprintf(sql, sizeof sql, "SAVEPOINT s%u", store->depth + 1);
	if (r == 0)
		r = stmt_run(store, sql, NO_BINDS);
	if (r < 0)
		return r;
	*txn = (struct txn){ .store = store, .depth = ++store->depth };
	return 0;
}

int
txn_commit(struct txn *txn)
{
	struct store *store = txn->store;
	bool grown = txn->depth == 1 && TAKE(store->grown, false);
	char sql[48] = "COMMIT";
	int64_t entries = 0;
	int r;

	if (txn->depth > 1)
		snprintf(sql, sizeof sql, "RELEASE s%u", txn->depth);
	if (grown && store->seal != NULL)
		(void)store->seal(store->seal_user);	/* if it cost the transaction, COMMIT says so */
	if (grown)
		grown = event_count(store, &entries) == 0;
	r = stmt_run(store, sql, NO_BINDS);
	if (r < 0)
		return r;	/* txn_done rolls back */
	if (grown)
		mark_put(store, entries);
	store->depth--;
	store->gave_up = false;
	txn->store = NULL;
	return 0;
}

void
txn_done(struct txn *txn)
{
	char sql[48] = "ROLLBACK";

	if (txn->store == NULL)
		return;
	if (txn->depth > 1)
		snprintf(sql, sizeof sql, "ROLLBACK TO s%u; RELEASE s%u", txn->depth, txn->depth);
	if (sqlite3_get_autocommit(txn->store->db) == 0)	/* some errors have rolled back everything already */
		sqlite3_exec(txn->store->db, sql, NULL, NULL, NULL);
	free(TAKE(txn->store->tree, NULL));	/* it may have grown by what is undone */
	txn->store->depth--;
	txn->store = NULL;
}
