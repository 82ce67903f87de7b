/* SPDX-License-Identifier: ISC */
/* The list of those who have left. */
#include "config.h"

#include "lib/base/err.h"
#include "lib/store/check.h"
#include "lib/store/retired.h"
#include "lib/store/stmt.h"

static const char SQL_ADD[] = "INSERT INTO retired (name, at_us, by_person) VALUES ($1, $2, $3)";
static const char SQL_REMOVE[] = "DELETE FROM retired WHERE name = $1";
static const char SQL_HAS[] = "SELECT count(*) FROM retired WHERE name = $1";
static const char SQL_LIST[] = "SELECT name, at_us, by_person FROM retired ORDER BY at_us, name";

int
retired_add(struct store *store, const struct retired *retired)
{
	int r = check_name(retired->name);

	if (r == 0)
		r = check_name(retired->by);
	if (r == 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_text(retired->name), bind_int(retired->at_us), bind_text(retired->by)));
	return r < 0 ? r : 0;
}

int
retired_remove(struct store *store, const char *name)
{
	int r = stmt_run(store, SQL_REMOVE, BINDS(bind_text(name)));

	return r == 0 ? ERR_NOT_FOUND : r < 0 ? r : 0;
}

int
retired_has(struct store *store, const char *name)
{
	int64_t count = 0;
	int r = stmt_number(store, SQL_HAS, BINDS(bind_text(name)), &count);

	return r < 0 ? r : count > 0;
}

int
retired_list(struct store *store, int (*each)(void *ctx, const struct retired *retired), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, NO_BINDS, &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		struct retired retired = { 0 };

		row_name(&row, retired.name, sizeof retired.name);
		retired.at_us = row_int(&row);
		row_name(&row, retired.by, sizeof retired.by);
		r = row.error < 0 ? row.error : each(ctx, &retired);
	}
	return r;
}
