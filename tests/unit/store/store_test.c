/* SPDX-License-Identifier: ISC */
/* Opening, settings, versions, locks, missing files; transactions; what the tables themselves refuse. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "lib/store/schema.h"
#include "lib/store/stmt.h"
#include "tests/unit/store/place.h"

static void
path_of(const struct place_test *place, const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", place->dir, name);
}

static void
every_setting_is_in_force(void **state)
{
	static const struct {
		const char	*sql;
		int64_t		 value;
	} rows[] = {
		{ "PRAGMA synchronous", 2 },
		{ "PRAGMA secure_delete", 1 },
		{ "PRAGMA recursive_triggers", 1 },
		{ "PRAGMA foreign_keys", 1 },
		{ "PRAGMA trusted_schema", 0 },
		{ "PRAGMA cell_size_check", 1 },
		{ "PRAGMA temp_store", 2 },
		{ "PRAGMA mmap_size", 0 },
		{ "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'", 1 },
	};
	struct store *store = place_store(state);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t value = -1;

		assert_int_equal(stmt_number(store, rows[i].sql, NO_BINDS, &value), 0);
		if (value != rows[i].value)
			fail_msg("%s gives %ld", rows[i].sql, (long)value);
	}
}

static void
only_the_owner_may_read_the_files(void **state)
{
	static const char *const names[] = { "catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "slots" };
	struct place_test *place = *state;

	ask(place->store, NOON, "r");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct stat status;
		char path[512];

		path_of(place, names[i], path);
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
	}
}

static void
what_was_written_is_there_after_opening_again(void **state)
{
	struct place_test *place = *state;
	struct id request = ask(place->store, NOON, "still here");
	AUTO_REQUEST struct request found = { 0 };

	assert_int_equal(place_reopen(place, STORE_READONLY), 0);
	assert_int_equal(request_get(place->store, &request, &found), 0);
	assert_string_equal(found.reason, "still here");
	assert_int_equal(request_cancel(place->store, &request, "eng-07", NOON), -EROFS);
}

static void
a_missing_catalogue_is_not_made_unless_wanted(void **state)
{
	struct place_test *place = *state;
	char path[512];

	store_close(TAKE(place->store, NULL));
	path_of(place, "catalogue.db", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(place_reopen(place, 0), ERR_STORE_MISSING);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(place_reopen(place, STORE_CREATE), 0);	/* no slot was used, so nothing has been lost */
}

static void
a_lost_catalogue_is_not_replaced_by_an_empty_one(void **state)
{
	struct place_test *place = *state;
	char path[512];

	ask(place->store, NOON, "r");
	store_close(TAKE(place->store, NULL));
	path_of(place, "catalogue.db", path);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(place_reopen(place, STORE_CREATE), ERR_STORE_DAMAGED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(place_reopen(place, STORE_CREATE), ERR_STORE_MISSING);
	assert_int_equal(access(path, F_OK), -1);
}

static void
lost_slots_are_not_replaced_by_empty_ones(void **state)
{
	struct place_test *place = *state;
	char path[512];

	ask(place->store, NOON, "r");
	store_close(TAKE(place->store, NULL));
	path_of(place, "slots", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(place_reopen(place, STORE_CREATE), ERR_SLOTS_MISSING);
	assert_int_equal(access(path, F_OK), -1);
}

static void
a_file_removed_while_open_takes_no_more_writes(void **state)
{
	static const struct {
		const char	*name;
		int		 error;
	} rows[] = { { "slots", ERR_SLOTS_MISSING }, { "catalogue.db", ERR_STORE_MISSING } };
	struct place_test *place = *state;
	struct id request = ask(place->store, NOON, "r");

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[512];

		path_of(place, rows[i].name, path);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(store_check(place->store), rows[i].error);
		assert_int_equal(decide(place->store, &request, "appr-02", VERDICT_GRANT, NOON), rows[i].error);
	}
}

static void
links_in_place_of_the_files_are_refused(void **state)
{
	static const char *const names[] = { "slots", "catalogue.db" };
	struct place_test *place = *state;

	ask(place->store, NOON, "r");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[512];
		char other[512];

		store_close(TAKE(place->store, NULL));
		path_of(place, names[i], path);
		path_of(place, "elsewhere", other);
		assert_int_equal(rename(path, other), 0);
		assert_int_equal(symlink(other, path), 0);
		assert_true(place_reopen(place, 0) < 0);
		assert_int_equal(rename(other, path), 0);
		assert_int_equal(place_reopen(place, 0), 0);
	}
}

/* A second process that holds the catalogue until its pipe is closed. */
static pid_t
somebody_locks(const struct place_test *place, int ready, int stop)
{
	pid_t pid = fork();
	sqlite3 *db;
	char path[512];
	char byte = 'r';

	if (pid != 0)
		return pid;
	path_of(place, "catalogue.db", path);
	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
		_exit(1);
	if (write(ready, &byte, 1) != 1 || read(stop, &byte, 1) < 0)
		_exit(1);
	_exit(0);
}

static void
a_locked_catalogue_gives_an_error_and_works_again_afterwards(void **state)
{
	struct place_test *place = *state;
	struct id request = ask(place->store, NOON, "r");
	int ready[2];
	int stop[2];
	char byte;
	int status;
	pid_t pid;

	store_close(TAKE(place->store, NULL));	/* SQLite's handles do not go through fork */
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(stop), 0);
	pid = somebody_locks(place, ready[1], stop[0]);
	assert_true(pid > 0);
	close(ready[1]);
	close(stop[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(place_reopen(place, 0), 0);
	assert_int_equal(decide(place->store, &request, "appr-02", VERDICT_GRANT, NOON), ERR_STORE_BUSY);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(stop[1]);
	close(ready[0]);
	assert_int_equal(decide(place->store, &request, "appr-02", VERDICT_GRANT, NOON), 0);
}

static void
a_newer_version_is_refused(void **state)
{
	struct place_test *place = *state;

	assert_int_equal(stmt_run(place->store, "INSERT INTO versions (version) VALUES (99)", NO_BINDS), 1);
	assert_int_equal(place_reopen(place, 0), ERR_STORE_VERSION);
	assert_int_equal(place_reopen(place, STORE_READONLY), ERR_STORE_VERSION);
}

#define NEXT	16	/* room for the steps there are and two more */

/* The steps there are, with `one` and `two` behind them. How many. */
static size_t
with_more(const char *steps[NEXT], const char *one, const char *two)
{
	assert_true(schema_step_count + 2 <= NEXT);
	memcpy(steps, schema_steps, schema_step_count * sizeof *steps);
	steps[schema_step_count] = one;
	steps[schema_step_count + 1] = two;
	return schema_step_count + 1 + (two != NULL);
}

static void
an_older_version_is_brought_up_to_date(void **state)
{
	struct place_test *place = *state;
	const char *steps[NEXT];
	size_t count = with_more(steps, "CREATE TABLE later (n INTEGER) STRICT; INSERT INTO later VALUES (5);", NULL);
	struct id request = ask(place->store, NOON, "from before");
	AUTO_REQUEST struct request found = { 0 };
	int64_t n;

	assert_int_equal(schema_bring(place->store, steps, count), 0);
	assert_int_equal(stmt_number(place->store, "SELECT max(version) FROM versions", NO_BINDS, &n), 0);
	assert_int_equal(n, count);
	assert_int_equal(stmt_number(place->store, "SELECT n FROM later", NO_BINDS, &n), 0);
	assert_int_equal(n, 5);
	assert_int_equal(schema_bring(place->store, steps, count), 0);	/* once is enough */
	assert_int_equal(request_get(place->store, &request, &found), 0);
	assert_string_equal(found.reason, "from before");
	assert_int_equal(place_reopen(place, 0), ERR_STORE_VERSION);
}

static void
a_step_that_fails_changes_nothing(void **state)
{
	struct place_test *place = *state;
	const char *steps[NEXT];
	size_t count = with_more(steps, "CREATE TABLE later (n INTEGER) STRICT;", "CREATE TABLE later (m INTEGER);");
	int64_t n;

	assert_true(schema_bring(place->store, steps, count) < 0);
	assert_int_equal(stmt_number(place->store, "SELECT max(version) FROM versions", NO_BINDS, &n), 0);
	assert_int_equal(n, schema_step_count);
	assert_int_equal(stmt_number(place->store, "SELECT count(*) FROM sqlite_master WHERE name = 'later'", NO_BINDS, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(place_reopen(place, 0), 0);
}

static void
the_tables_refuse_what_does_not_belong_there(void **state)
{
	static const char *const wrong[] = {
		"INSERT INTO classes (number, name) VALUES ('many', 'x')",
		"INSERT INTO classes (number, name) VALUES (7, x'00')",
		"UPDATE requests SET closed_us = 'yesterday', state = 'denied'",
		"UPDATE requests SET state = 'maybe', closed_us = 1",
		"UPDATE requests SET state = 'denied'",
		"UPDATE requests SET person = 'eng-08'",
		"UPDATE requests SET seconds = 99999",
		"DELETE FROM requests",
		"DELETE FROM events",
		"UPDATE events SET time_ms = 0",
		"UPDATE events SET entry = zeroblob(80)",
		"UPDATE events SET sealed = x'00'",
		"INSERT OR REPLACE INTO events SELECT * FROM events",
		"REPLACE INTO events (seq, type, subject, time_ms, unit, entry) VALUES (0, 1, zeroblob(16), 1, 1, zeroblob(80))",
		"DELETE FROM decisions",
		"UPDATE decisions SET verdict = 'deny'",
		"INSERT OR REPLACE INTO decisions SELECT * FROM decisions",
		"DELETE FROM units",
		"UPDATE units SET number = 77",
		"INSERT INTO sessions SELECT * FROM sessions",
		"DELETE FROM classes",
		"INSERT INTO decisions (request, person, verdict, seconds, groups, at_us, unit) VALUES (zeroblob(16), 'x', 'grant', 1, '', 1, 1)",
	};
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct event_new event = { .type = 1, .subject = session.id, .time_us = NOON, .class = "standard",
		.number = EVENT_NO_NUMBER, .text = "x", .text_bytes = 1 };
	int64_t seq;

	assert_int_equal(event_append(store, &event, &seq), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (stmt_run(store, wrong[i], NO_BINDS) >= 0)
			fail_msg("accepted: %s", wrong[i]);
}

static void
placeholders_out_of_order_are_refused(void **state)
{
	struct store *store = place_store(state);
	int64_t n;

	assert_int_equal(stmt_number(store, "SELECT $2 - $1", BINDS(bind_int(1), bind_int(2)), &n), ERR_STORE);
	assert_int_equal(stmt_number(store, "SELECT $1 - $2", BINDS(bind_int(1)), &n), ERR_STORE);
	assert_int_equal(stmt_number(store, "SELECT $1 - $2", BINDS(bind_int(3), bind_int(2)), &n), 0);
	assert_int_equal(n, 1);
}

static void
an_uncommitted_transaction_leaves_nothing(void **state)
{
	struct place_test *place = *state;
	struct id outer;
	struct id inner;
	AUTO_REQUEST struct request found = { 0 };

	{
		AUTO_TXN struct txn txn = { 0 };

		assert_int_equal(txn_begin(&txn, place->store), 0);
		outer = ask(place->store, NOON, "outer");
		{
			AUTO_TXN struct txn nested = { 0 };

			assert_int_equal(txn_begin(&nested, place->store), 0);
			inner = ask(place->store, NOON, "inner");
		}
		assert_int_equal(request_get(place->store, &inner, &found), ERR_NOT_FOUND);
		assert_int_equal(request_get(place->store, &outer, &found), 0);
	}
	request_done(&found);
	assert_int_equal(request_get(place->store, &outer, &found), ERR_NOT_FOUND);
	ask(place->store, NOON, "and the next one works");
}

static void
nothing_goes_through_alone_after_the_whole_was_undone(void **state)
{
	struct place_test *place = *state;
	struct id before = ask(place->store, NOON, "r");
	AUTO_REQUEST struct request found = { 0 };
	int64_t seq;

	{
		AUTO_TXN struct txn txn = { 0 };
		struct event_new event = { .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER, .text = "x",
			.text_bytes = 1 };

		assert_int_equal(txn_begin(&txn, place->store), 0);
		assert_true(stmt_run(place->store, "ROLLBACK", NO_BINDS) >= 0);	/* as SQLite does when the disk is full */
		assert_int_equal(event_append(place->store, &event, &seq), ERR_STORE_ROLLED_BACK);
		assert_int_equal(request_lapse(place->store, NOON + DAY, NULL, NULL), ERR_STORE_ROLLED_BACK);
		assert_true(txn_commit(&txn) < 0);
	}
	assert_int_equal(event_count(place->store, &seq), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(request_get(place->store, &before, &found), 0);
	assert_int_equal(found.state, REQUEST_WAITING);
	ask(place->store, NOON, "and the next one works");
}

static void
the_serial_grows_with_every_change_also_of_others(void **state)
{
	struct place_test *place = *state;
	AUTO_STORE struct store *other = NULL;
	int64_t before = store_serial(place->store);
	int64_t after;

	assert_true(before >= 0);
	assert_int_equal(store_serial(place->store), before);
	ask(place->store, NOON, "r");
	after = store_serial(place->store);
	assert_true(after > before);
	assert_int_equal(store_open(place->dir, 0, &other), 0);
	ask(other, NOON, "r");
	assert_true(store_serial(place->store) > after);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

/* More statements than are kept, again and again; and what they are about changes under them. */
static void
kept_statements_say_what_fresh_ones_would(void **state)
{
	struct place_test *place = *state;
	AUTO_STORE struct store *other = NULL;
	int64_t number;
	char sql[64];

	for (int round = 0; round < 3; round++)
		for (int i = 0; i < STMT_KEPT + 5; i++) {
			snprintf(sql, sizeof sql, "SELECT $1 + %d", i);
			assert_int_equal(stmt_number(place->store, sql, BINDS(bind_int(round)), &number), 0);
			assert_int_equal(number, round + i);
		}
	assert_int_equal(store_open(place->dir, 0, &other), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(stmt_number(place->store, "SELECT count(*) FROM pragma_table_info('nodes')", NO_BINDS, &number), 0);
		assert_int_equal(number, 3 + i);
		snprintf(sql, sizeof sql, "ALTER TABLE nodes ADD COLUMN more%d INTEGER", i);
		assert_true(stmt_run(other, sql, NO_BINDS) >= 0);
	}
	assert_int_equal(store_purge(place->store), 0);	/* no statement is left half way: VACUUM would say so */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_setting_is_in_force),
		TEST(only_the_owner_may_read_the_files),
		TEST(what_was_written_is_there_after_opening_again),
		TEST(a_missing_catalogue_is_not_made_unless_wanted),
		TEST(a_lost_catalogue_is_not_replaced_by_an_empty_one),
		TEST(lost_slots_are_not_replaced_by_empty_ones),
		TEST(a_file_removed_while_open_takes_no_more_writes),
		TEST(links_in_place_of_the_files_are_refused),
		TEST(a_locked_catalogue_gives_an_error_and_works_again_afterwards),
		TEST(a_newer_version_is_refused),
		TEST(an_older_version_is_brought_up_to_date),
		TEST(a_step_that_fails_changes_nothing),
		TEST(the_tables_refuse_what_does_not_belong_there),
		TEST(placeholders_out_of_order_are_refused),
		TEST(an_uncommitted_transaction_leaves_nothing),
		TEST(nothing_goes_through_alone_after_the_whole_was_undone),
		TEST(the_serial_grows_with_every_change_also_of_others),
		TEST(kept_statements_say_what_fresh_ones_would),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
