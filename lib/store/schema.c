/* SPDX-License-Identifier: ISC */
/* Brings a catalogue to this program's version, step by step in one transaction. */
#include "config.h"

#include "lib/base/err.h"
#include "lib/store/schema.h"
#include "lib/store/schema_sql.h"
#include "lib/store/stmt.h"
#include "lib/store/store.h"

const char *const schema_steps[] = { schema_1, schema_2, schema_3, schema_4, schema_5, schema_6, schema_7, schema_8, schema_9,
	schema_10, schema_11, schema_12 };
const size_t schema_step_count = sizeof schema_steps / sizeof schema_steps[0];

static const char SQL_HAS_VERSIONS[] = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'versions'";
static const char SQL_MAKE_VERSIONS[] = "CREATE TABLE versions (version INTEGER NOT NULL PRIMARY KEY) STRICT";
static const char SQL_VERSION[] = "SELECT max(version) FROM versions";
static const char SQL_ADD_VERSION[] = "INSERT INTO versions (version) VALUES ($1)";

static int
version_get(struct store *store, int64_t *version)
{
	int64_t tables;
	int r = stmt_number(store, SQL_HAS_VERSIONS, NO_BINDS, &tables);

	*version = 0;
	if (r < 0 || tables == 0)
		return r;
	return stmt_number(store, SQL_VERSION, NO_BINDS, version);
}

static int
step_apply(struct store *store, const char *script, size_t version)
{
	int code = sqlite3_exec(store->db, script, NULL, NULL, NULL);

	if (code != SQLITE_OK)
		return stmt_error(sqlite3_extended_errcode(store->db));
	return stmt_run(store, SQL_ADD_VERSION, BINDS(bind_int((int64_t)version)));
}

int
schema_bring(struct store *store, const char *const *steps, size_t count)
{
	AUTO_TXN struct txn txn = { 0 };
	int64_t version;
	int r = version_get(store, &version);

	if (r < 0 || (size_t)version == count)
		return r;
	if ((size_t)version > count)
		return ERR_STORE_VERSION;
	if ((store->flags & STORE_READONLY) != 0)
		return ERR_STORE;
	r = txn_begin(&txn, store);
	if (r == 0)	/* once more under the lock: somebody else may be doing the same */
		r = version_get(store, &version);
	if (r == 0 && version == 0)
		r = stmt_run(store, SQL_MAKE_VERSIONS, NO_BINDS);
	for (size_t i = (size_t)version; r >= 0 && i < count; i++)
		r = step_apply(store, steps[i], i + 1);
	return r < 0 ? r : txn_commit(&txn);
}
