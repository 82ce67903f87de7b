/* SPDX-License-Identifier: ISC */
/* The tree over the log, and its signed heads. */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/head.h"
#include "lib/store/stmt.h"

#define STEP	8	/* levels between those that are kept */

static const char SQL_ENTRIES[] = "SELECT entry FROM events WHERE seq >= $1 AND seq < $2 ORDER BY seq";
static const char SQL_NODE[] = "SELECT hash FROM nodes WHERE level = $1 AND number = $2";
static const char SQL_NODES[] = "SELECT hash FROM nodes WHERE level = $1 AND number >= $2 AND number < $3 ORDER BY number";
static const char SQL_ADD_NODE[] = "INSERT INTO nodes (level, number, hash) VALUES ($1, $2, $3)";
static const char SQL_PUT[] = "INSERT INTO heads (size, time_us, note) VALUES ($1, $2, $3) "
    "ON CONFLICT (size) DO UPDATE SET time_us = excluded.time_us, note = excluded.note";
#define ENDS_NO_EPOCH	"NOT EXISTS (SELECT 1 FROM events WHERE seq = heads.size - 1 AND type = $2)"
static const char SQL_THIN_SECOND[] = "DELETE FROM heads WHERE size = (SELECT max(size) FROM heads WHERE size < $1) AND " ENDS_NO_EPOCH
    " AND time_us / 1000000 = $3";
static const char SQL_THIN[] = "DELETE FROM heads WHERE size < $1 AND " ENDS_NO_EPOCH;
static const char SQL_GET[] = "SELECT size, time_us, note FROM heads WHERE size <= $1 ORDER BY size DESC LIMIT 1";
static const char SQL_LIST[] = "SELECT size, time_us, note FROM heads WHERE size >= $1 ORDER BY size";

static int
node_get(struct store *store, unsigned level, uint64_t index, uint8_t hash[TREE_HASH])
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct row row = { 0 };
	const uint8_t *bytes;
	size_t count;
	int r = stmt_open(store, SQL_NODE, BINDS(bind_int(level), bind_int((int64_t)index)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r <= 0)
		return r;
	row.stmt = stmt;
	bytes = row_bytes(&row, &count);
	if (bytes == NULL || count != TREE_HASH)
		return ERR_STORE_DAMAGED;
	memcpy(hash, bytes, TREE_HASH);
	return 1;
}

/* Of entries [first, first + count), which must be all there. */
static int
from_entries(struct store *store, uint64_t first, uint64_t count, uint8_t hash[TREE_HASH])
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct tree tree = { 0 };
	int r = stmt_open(store, SQL_ENTRIES, BINDS(bind_int((int64_t)first), bind_int((int64_t)(first + count))), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		size_t bytes;
		const uint8_t *entry = row_bytes(&row, &bytes);

		if (entry == NULL || bytes != EVENT_ENTRY)
			return ERR_STORE_DAMAGED;
		tree_leaf(entry, bytes, hash);
		tree_append(&tree, hash, NULL, NULL);
		r = 0;
	}
	if (r == 0 && tree.size != count)
		r = ERR_STORE_DAMAGED;
	if (r == 0)
		tree_root(&tree, hash);
	return r;
}

/* Number `index` of those at `level`, from the kept level below it. 1, or 0 if not all of them are there. */
static int
from_nodes(struct store *store, unsigned level, uint64_t index, uint8_t hash[TREE_HASH])
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	unsigned below = (level - 1) / STEP * STEP, up = level - below;
	struct tree tree = { 0 };
	int r = stmt_open(store, SQL_NODES, BINDS(bind_int(below), bind_int((int64_t)(index << up)), bind_int((int64_t)((index + 1) << up))), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		size_t bytes;
		const uint8_t *node = row_bytes(&row, &bytes);

		if (node == NULL || bytes != TREE_HASH)
			return ERR_STORE_DAMAGED;
		tree_append(&tree, node, NULL, NULL);
		r = 0;
	}
	if (r < 0 || tree.size != UINT64_C(1) << up)
		return r;
	tree_root(&tree, hash);
	return 1;
}

static int
look(void *user, unsigned level, uint64_t index, uint8_t hash[TREE_HASH])
{
	struct store *store = user;
	uint8_t left[TREE_HASH];
	int r = 0;

	if (level > 0 && level % STEP == 0)
		r = node_get(store, level, index, hash);
	if (r == 0 && level > STEP)
		r = from_nodes(store, level, index, hash);
	if (r != 0)
		return r < 0 ? r : 0;
	if (level <= STEP)
		return from_entries(store, index << level, UINT64_C(1) << level, hash);
	r = look(store, level - 1, 2 * index, left);
	if (r == 0)
		r = look(store, level - 1, 2 * index + 1, hash);
	if (r == 0)
		tree_node(left, hash, hash);
	return r;
}

struct tree_source
head_source(struct store *store)
{
	return (struct tree_source){ .look = look, .user = store };
}

/* The tree of `size` entries into store->tree, unless it is there already. */
static int
tree_reach(struct store *store, uint64_t size)
{
	struct tree_source source = head_source(store);
	int r = 0;

	if (store->tree == NULL)
		store->tree = own_alloc(sizeof *store->tree);
	if (store->tree->size != size)
		r = tree_at(&source, size, store->tree);
	if (r < 0)
		store->tree->size = 0;
	return r;
}

/* What one entry completes, of what is kept. */
struct grown {
	struct store	*store;
	int		 error;
};

static void
keep(void *user, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH])
{
	struct grown *grown = user;
	int r;

	if (level == 0 || level % STEP != 0 || grown->error < 0)
		return;
	r = stmt_run(grown->store, SQL_ADD_NODE, BINDS(bind_int(level), bind_int((int64_t)index), bind_blob(hash, TREE_HASH)));
	grown->error = r < 0 ? r : 0;
}

int
head_grow(struct store *store, int64_t seq, const uint8_t entry[EVENT_ENTRY])
{
	struct grown grown = { .store = store };
	uint8_t leaf[TREE_HASH];
	int r = tree_reach(store, (uint64_t)seq);

	if (r < 0)
		return r;
	tree_leaf(entry, EVENT_ENTRY, leaf);
	tree_append(store->tree, leaf, keep, &grown);
	return grown.error;
}

int
head_now(struct store *store, struct tree_head *head)
{
	int64_t count;
	int r = event_count(store, &count);

	if (r == 0)
		r = tree_reach(store, (uint64_t)count);
	if (r < 0)
		return r;
	head->size = (uint64_t)count;
	tree_root(store->tree, head->root);
	return 0;
}

void
head_epoch_subject(uint32_t number, struct id *subject)
{
	uint32_t big = htobe32(number);

	*subject = (struct id){ 0 };
	memcpy(subject->bytes + ID_BYTES - sizeof big, &big, sizeof big);
}

uint32_t
head_epoch_number(const struct event *event)
{
	uint32_t big;

	memcpy(&big, event->subject.bytes + ID_BYTES - sizeof big, sizeof big);
	return be32toh(big);
}

void
head_done(struct head *head)
{
	free(head->note);
	*head = (struct head){ 0 };
}

int
head_put(struct store *store, const struct head *head)
{
	AUTO_TXN struct txn txn = { 0 };
	int64_t count;
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = event_count(store, &count);
	if (r == 0 && (head->size < 0 || head->size > count))
		r = -EINVAL;
	if (r == 0)
		r = stmt_run(store, SQL_PUT, BINDS(bind_int(head->size), bind_int(head->time_us), bind_text(head->note)));
	if (r >= 0)
		r = stmt_run(store, SQL_THIN_SECOND, BINDS(bind_int(head->size), bind_int(HEAD_EPOCH_TYPE), bind_int(head->time_us / 1000000)));
	return r < 0 ? r : txn_commit(&txn);
}

int
head_thin(struct store *store, int64_t size)
{
	int r = stmt_run(store, SQL_THIN, BINDS(bind_int(size), bind_int(HEAD_EPOCH_TYPE)));

	return r < 0 ? r : 0;
}

static int
head_row(sqlite3_stmt *stmt, struct head *head)
{
	struct row row = { .stmt = stmt };

	head->size = row_int(&row);
	head->time_us = row_int(&row);
	head->note = row_text(&row);
	return row.error < 0 || head->note == NULL ? ERR_STORE_DAMAGED : 0;
}

int
head_get(struct store *store, int64_t size, struct head *head)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	AUTO_HEAD struct head found = { 0 };
	int r = stmt_open(store, SQL_GET, BINDS(bind_int(size)), &stmt);

	if (r == 0)
		r = stmt_step(stmt);
	if (r <= 0)
		return r < 0 ? r : ERR_NOT_FOUND;
	r = head_row(stmt, &found);
	if (r == 0)
		*head = TAKE(found, (struct head){ 0 });
	return r;
}

int
head_list(struct store *store, int64_t since, int (*each)(void *ctx, const struct head *head), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, BINDS(bind_int(since)), &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		AUTO_HEAD struct head head = { 0 };

		r = head_row(stmt, &head);
		if (r == 0)
			r = each(ctx, &head);
	}
	return r;
}
