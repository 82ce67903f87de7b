/* SPDX-License-Identifier: ISC */
/* Units and classes in the catalogue; their keys in the slots file. */
#include "config.h"

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/store/stmt.h"
#include "lib/store/unit.h"

const char *const unit_kind_names[UNIT_KINDS] = {
	[UNIT_RECORDING] = "recording",
	[UNIT_TEXTS] = "texts",
	[UNIT_DAY] = "day",
	[UNIT_WORDS] = "words",
	[UNIT_TRAIL] = "trail",
};

static const char SQL_CLASS[] = "SELECT number FROM classes WHERE name = $1";
static const char SQL_CLASS_ADD[] =
    "INSERT INTO classes (number, name) SELECT coalesce(max(number), 0) + 1, $1 FROM classes";
static const char SQL_DAY[] =
    "SELECT max(number) FROM units WHERE class = $1 AND kind = 'day' AND day = $2 AND part = $3 AND shredded_us IS NULL";
static const char SQL_LAST[] = "SELECT max(number) FROM units";
static const char SQL_ADD[] =
    "INSERT INTO units (number, kind, class, day, session, created_us, part, holds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char SQL_LIST[] = "SELECT u.number, " UNIT_KIND ", u.session, u.day, u.created_us, u.shredded_us FROM units u ORDER BY u.number";
static const char SQL_CLASS_FIRST[] = "SELECT name FROM classes ORDER BY number LIMIT 1";
static const char SQL_CLASS_OF[] = "SELECT name FROM classes WHERE number = coalesce((SELECT class FROM requests WHERE id = $1), "
    "(SELECT class FROM grants WHERE id = $1), (SELECT class FROM sessions WHERE id = $1))";

int
unit_class(struct store *store, const char *name, int64_t *number)
{
	int64_t found;
	int r = stmt_number(store, SQL_CLASS, BINDS(bind_text(name)), &found);

	if (r == 0 && found == 0) {
		r = stmt_run(store, SQL_CLASS_ADD, BINDS(bind_text(name)));
		if (r >= 0)
			r = stmt_number(store, SQL_CLASS, BINDS(bind_text(name)), &found);
	}
	if (r == 0)
		*number = found;
	return r;
}

/*
 * The first free number behind the catalogue's last. A slot may be taken though no row names it: it was made by a
 * transaction that did not end. Such a number is passed over.
 */
static int
slot_take(struct store *store, int64_t class, int64_t time_us, uint32_t *unit)
{
	struct slot slot = { .class = (uint16_t)class, .created_ms = time_us / 1000 };
	int64_t last;
	int r = stmt_number(store, SQL_LAST, NO_BINDS, &last);

	if (r < 0)
		return r;
	slot.unit = (uint32_t)last;
	do {
		if (slot.unit == UINT32_MAX)
			return ERR_STORE;
		slot.unit++;
		r = slots_create(&store->slots, &slot);
	} while (r == ERR_STORE_CONFLICT);
	if (r == 0)
		*unit = slot.unit;
	return r;
}

static const char *
part_of(enum unit_kind kind)
{
	return kind == UNIT_WORDS ? "words" : "log";
}

/* The column `kind` of it. */
static const char *
base_of(enum unit_kind kind)
{
	return unit_kind_names[kind == UNIT_WORDS ? UNIT_DAY : kind == UNIT_TRAIL ? UNIT_RECORDING : kind];
}

int
unit_new(struct store *store, const struct unit_wish *wish, uint32_t *unit)
{
	AUTO_TXN struct txn txn = { 0 };
	bool day = wish->kind == UNIT_DAY || wish->kind == UNIT_WORDS;
	int64_t class;
	uint32_t made;
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = unit_class(store, wish->class, &class);
	if (r == 0)
		r = slot_take(store, class, wish->time_us, &made);
	if (r == 0)
		r = stmt_run(store, SQL_ADD, BINDS(bind_int(made), bind_text(base_of(wish->kind)),
		    bind_int(class), day ? bind_int(wish->time_us / UNIT_DAY_US) : bind_text(NULL),
		    day ? bind_text(NULL) : bind_id(wish->session), bind_int(wish->time_us), bind_text(day ? part_of(wish->kind) : NULL),
		    bind_text(wish->kind == UNIT_TRAIL ? unit_kind_names[UNIT_TRAIL] : NULL)));
	if (r >= 0)
		r = txn_commit(&txn);
	if (r == 0)
		*unit = made;
	return r;
}

/* Whether new texts can go there. A damaged slot must not keep the rest of the day from being written down. */
static bool
is_usable(struct store *store, uint32_t unit)
{
	struct slot slot;

	return slots_get(&store->slots, unit, &slot) == 0 && slot.state == SLOT_LIVE;
}

/* The live one of a day, or a new one. */
static int
day_unit(struct store *store, const struct unit_wish *wish, uint32_t *unit)
{
	AUTO_TXN struct txn txn = { 0 };
	int64_t number;
	int64_t found = 0;
	uint32_t made = 0;
	int r = txn_begin(&txn, store);

	if (r == 0)
		r = unit_class(store, wish->class, &number);
	if (r == 0)
		r = stmt_number(store, SQL_DAY, BINDS(bind_int(number), bind_int(wish->time_us / UNIT_DAY_US), bind_text(part_of(wish->kind))), &found);
	made = (uint32_t)found;
	if (r == 0 && (found == 0 || !is_usable(store, made)))
		r = unit_new(store, wish, &made);
	if (r == 0)
		r = txn_commit(&txn);
	if (r == 0)
		*unit = made;
	return r;
}

int
unit_day(struct store *store, const char *class, int64_t time_us, uint32_t *unit)
{
	return day_unit(store, &(struct unit_wish){ .kind = UNIT_DAY, .class = class, .time_us = time_us }, unit);
}

int
unit_words(struct store *store, const char *class, int64_t time_us, uint32_t *unit)
{
	return day_unit(store, &(struct unit_wish){ .kind = UNIT_WORDS, .class = class, .time_us = time_us }, unit);
}

static int
class_name(struct store *store, const char *sql, const struct bind *binds, char class[STORE_NAME])
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct row row = { 0 };
	int r = stmt_open(store, sql, binds, &stmt);

	class[0] = '\0';
	if (r == 0)
		r = stmt_step(stmt);
	if (r <= 0)
		return r;
	row.stmt = stmt;
	row_name(&row, class, STORE_NAME);
	return row.error;
}

int
unit_class_of(struct store *store, const struct id *subject, char class[STORE_NAME])
{
	return class_name(store, SQL_CLASS_OF, BINDS(bind_id(subject)), class);
}

int
unit_class_first(struct store *store, char class[STORE_NAME])
{
	return class_name(store, SQL_CLASS_FIRST, NO_BINDS, class);
}

int
unit_list(struct store *store, int (*each)(void *ctx, const struct unit *unit), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int r = stmt_open(store, SQL_LIST, NO_BINDS, &stmt);

	while (r == 0 && (r = stmt_step(stmt)) > 0) {
		struct row row = { .stmt = stmt };
		struct unit unit = { .number = (uint32_t)row_int(&row) };
		struct slot slot;

		unit.kind = (enum unit_kind)row_word(&row, unit_kind_names, UNIT_KINDS);
		row_id(&row, &unit.session);
		unit.day = row_int(&row);
		unit.created_us = row_int(&row);
		unit.shredded_us = row_int(&row);
		unit.slot = slots_get(&store->slots, unit.number, &slot);
		if (unit.slot == 0)
			unit.slot = (int)slot.state;
		r = row.error < 0 ? row.error : each(ctx, &unit);
	}
	return r;
}
