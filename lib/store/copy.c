/* SPDX-License-Identifier: ISC */
/* Copying a catalogue, and bringing an old copy up to what has happened since. */
#include "config.h"

#include <endian.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/store/copy.h"
#include "lib/store/retention.h"
#include "lib/store/stmt.h"

#define STEP_PAGES	256
#define WAIT_MS		20
#define WAITS		500	/* ten seconds altogether */

static const char SQL_ERASED[] = "SELECT count(*) FROM units WHERE number = $1 AND shredded_us IS NOT NULL";
static const char SQL_KNOWN[] = "SELECT count(*) FROM units WHERE number = $1";
static const char SQL_ADOPT[] =
    "INSERT INTO units (number, kind, class, day, created_us, part) "
    "SELECT $1, 'day', coalesce((SELECT number FROM classes WHERE number = $2), (SELECT min(number) FROM classes)), $3, $4, 'words'";
static const char SQL_RELEASE[] = "UPDATE sessions SET held_by = NULL, held_us = NULL, held_until_us = NULL WHERE recording_unit = $1";

static int
run_backup(sqlite3_backup *backup)
{
	int code, waits = 0;

	do {
		code = sqlite3_backup_step(backup, STEP_PAGES);
		if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
			sqlite3_sleep(WAIT_MS);
		waits += code == SQLITE_BUSY || code == SQLITE_LOCKED;
	} while (code == SQLITE_OK || ((code == SQLITE_BUSY || code == SQLITE_LOCKED) && waits < WAITS));
	sqlite3_backup_finish(backup);
	return code == SQLITE_DONE ? 0 : stmt_error(code);
}

int
copy_catalogue(struct store *store, const char *path)
{
	sqlite3 *to = NULL;
	sqlite3_backup *backup;
	int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
	int r = code == SQLITE_OK ? 0 : stmt_error(code);

	if (r == 0) {
		backup = sqlite3_backup_init(to, "main", store->db, "main");
		r = backup != NULL ? run_backup(backup) : stmt_error(sqlite3_extended_errcode(to));
	}
	sqlite3_close_v2(to);
	return r;
}

int
copy_forget(struct store *store, uint32_t unit, int64_t now_us, const struct event_new *said)
{
	AUTO_TXN struct txn txn = { 0 };
	int64_t is_erased;
	int r = stmt_number(store, SQL_ERASED, BINDS(bind_int(unit)), &is_erased);

	if (r < 0 || is_erased != 0)
		return r;
	r = txn_begin(&txn, store);
	if (r == 0)
		r = stmt_run(store, SQL_RELEASE, BINDS(bind_int(unit)));
	if (r >= 0)
		r = retention_forget(store, unit, now_us, said);
	return r < 0 ? r : txn_commit(&txn);
}

int
copy_adopt(struct store *store, const struct slot *slot)
{
	int64_t known;
	int r = stmt_number(store, SQL_KNOWN, BINDS(bind_int(slot->unit)), &known);

	if (r == 0 && known == 0)
		r = stmt_run(store, SQL_ADOPT, BINDS(bind_int(slot->unit), bind_int(slot->class), bind_int(slot->created_ms * 1000 / UNIT_DAY_US),
		    bind_int(slot->created_ms * 1000)));
	return r < 0 ? r : 0;
}

int
copy_tell_restored(struct store *store, const struct copy_restored *restored, const char *class, int64_t now_us)
{
	uint64_t fact[EVENT_FACT_BYTES / sizeof(uint64_t)] = { htobe64((uint64_t)restored->lost_to), htobe64((uint64_t)restored->entries),
		htobe64((uint64_t)restored->made_s), 0 };
	const struct event_new event = { .type = EVENT_RESTORED, .time_us = now_us, .class = class, .number = EVENT_NO_NUMBER, .fact = (const uint8_t *)fact };
	int64_t seq;

	return event_append(store, &event, &seq);
}

void
copy_read_restored(const uint8_t fact[EVENT_FACT_BYTES], struct copy_restored *restored)
{
	uint64_t read[3];

	memcpy(read, fact, sizeof read);
	*restored = (struct copy_restored){ .lost_to = (int64_t)be64toh(read[0]), .entries = (int64_t)be64toh(read[1]), .made_s = (int64_t)be64toh(read[2]) };
}
