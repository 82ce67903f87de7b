/* SPDX-License-Identifier: ISC */
/* Grants: the clock that starts with the first session, its end, its extension. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/grant.h"
#include "tests/unit/store/place.h"

static int
count_ids(void *ctx, const struct id *id)
{
	int *count = ctx;

	(void)id;
	(*count)++;
	return 0;
}

static int
count_grants(void *ctx, const struct grant *grant)
{
	int *count = ctx;

	(void)grant;
	(*count)++;
	return 0;
}

static struct session
session_of(const struct id *grant)
{
	return (struct session){ .id = id_new(), .grant = *grant, .person = "eng-07", .account = "a", .host = "b" };
}

static int
enter(struct store *store, const struct id *grant, int64_t now_us, struct session *session)
{
	struct moment now = at(now_us);

	*session = session_of(grant);
	return session_enter(store, session, &now);
}

static void
the_clock_starts_with_the_first_session(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct session first;
	struct session second;
	struct grant grant;

	assert_int_equal(grant_get(store, &id, &grant), 0);
	assert_int_equal(grant.state, GRANT_UNUSED);
	assert_int_equal(grant.deadline.ends_us, 0);
	assert_int_equal(enter(store, &id, NOON + 10 * MINUTE, &first), 0);
	assert_int_equal(enter(store, &id, NOON + 20 * MINUTE, &second), 0);
	assert_int_equal(first.clock.ends_us, NOON + 40 * MINUTE);
	assert_int_equal(first.clock.ends_boot_us, at(NOON + 40 * MINUTE).boot_us);
	assert_int_equal(second.clock.ends_boot_us, first.clock.ends_boot_us);
	assert_int_equal(grant_get(store, &id, &grant), 0);
	assert_int_equal(grant.state, GRANT_RUNNING);
	assert_int_equal(grant.deadline.used_us, NOON + 10 * MINUTE);
}

static void
only_so_many_sessions_run_at_once(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct session one;
	struct session two;
	struct session three;

	assert_int_equal(enter(store, &id, NOON, &one), 0);
	assert_int_equal(enter(store, &id, NOON, &two), 0);
	assert_int_equal(enter(store, &id, NOON, &three), ERR_IN_USE);
	finish(store, &one.id, NOON + MINUTE);
	assert_int_equal(enter(store, &id, NOON + MINUTE, &three), 0);
}

static void
nobody_enters_early_late_or_in_anothers_name(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct session session = session_of(&id);
	struct moment now = at(NOON);
	struct id nothing = id_new();

	strcpy(session.person, "eng-08");
	assert_int_equal(session_enter(store, &session, &now), ERR_NO_RIGHT);
	assert_int_equal(enter(store, &nothing, NOON, &session), ERR_NOT_FOUND);
	assert_int_equal(enter(store, &id, NOON - MINUTE, &session), ERR_EARLY);
	assert_int_equal(enter(store, &id, NOON + 60 * MINUTE, &session), ERR_LAPSED);	/* unused for an hour */
	assert_int_equal(enter(store, &id, NOON + 59 * MINUTE, &session), 0);
	assert_int_equal(enter(store, &id, NOON + 88 * MINUTE, &session), 0);
	assert_int_equal(enter(store, &id, NOON + 89 * MINUTE, &session), ERR_LAPSED);	/* thirty minutes are over */
}

static void
the_wall_clock_does_not_move_the_deadline(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct moment now = at(NOON);
	struct session session;
	int ended = 0;

	assert_int_equal(enter(store, &id, NOON, &session), 0);
	now.boot_us += 29 * MINUTE;
	now.wall_us += 2 * DAY;
	assert_int_equal(grant_lapse(store, &now, count_ids, &ended), 0);
	assert_int_equal(ended, 0);
	now.boot_us += MINUTE;
	now.wall_us -= 4 * DAY;
	assert_int_equal(grant_lapse(store, &now, count_ids, &ended), 0);
	assert_int_equal(ended, 1);
}

static void
after_a_reboot_the_rest_of_the_time_runs_on_the_new_clock(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct moment rebooted = { .wall_us = NOON + 20 * MINUTE, .boot_us = 20 * SECOND, .boot.bytes = { 8 } };
	struct moment set_back = { .wall_us = NOON + MINUTE, .boot_us = 20 * SECOND, .boot.bytes = { 9 } };
	struct session session;
	struct session again = session_of(&id);
	struct session later = session_of(&id);

	assert_int_equal(enter(store, &id, NOON + 10 * MINUTE, &session), 0);
	finish(store, &session.id, NOON + 11 * MINUTE);
	assert_int_equal(session_enter(store, &again, &rebooted), 0);
	assert_int_equal(again.clock.ends_boot_us, 20 * SECOND + 20 * MINUTE);
	assert_int_equal(again.clock.ends_us, NOON + 40 * MINUTE);
	finish(store, &again.id, NOON + 21 * MINUTE);
	assert_int_equal(session_enter(store, &later, &set_back), 0);
	assert_int_equal(later.clock.ends_boot_us, 20 * SECOND + 30 * MINUTE);	/* never more than was granted */
}

static void
an_ended_grant_takes_nobody_in(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct grant_end end = { .why = "revoked", .by = "appr-02", .at_us = NOON + MINUTE };
	struct grant_end sentence = { .why = "he did it again", .by = "appr-02", .at_us = NOON };
	struct session session;
	struct grant grant;

	assert_int_equal(grant_finish(store, &id, &sentence), ERR_MSG_TEXT);
	assert_int_equal(grant_finish(store, &id, &end), 0);
	assert_int_equal(grant_finish(store, &id, &end), ERR_LAPSED);
	session.id = id_new();
	assert_int_equal(grant_finish(store, &session.id, &end), ERR_NOT_FOUND);
	assert_int_equal(enter(store, &id, NOON + MINUTE, &session), ERR_LAPSED);
	assert_int_equal(grant_get(store, &id, &grant), 0);
	assert_string_equal(grant.end.why, "revoked");
	assert_string_equal(grant.end.by, "appr-02");
	assert_int_equal(grant.end.at_us, NOON + MINUTE);
}

static void
unused_grants_lapse_and_used_ones_run_out(void **state)
{
	struct store *store = place_store(state);
	struct id unused = granted(store, NOON);
	struct id used = granted(store, NOON);
	struct session session;
	struct moment soon = at(NOON + 59 * MINUTE);
	struct moment late = at(NOON + 60 * MINUTE);
	struct grant grant;
	int ended = 0;

	assert_int_equal(enter(store, &used, NOON + 40 * MINUTE, &session), 0);
	assert_int_equal(grant_lapse(store, &soon, count_ids, &ended), 0);
	assert_int_equal(ended, 0);
	assert_int_equal(grant_lapse(store, &late, count_ids, &ended), 0);
	assert_int_equal(ended, 1);
	assert_int_equal(grant_get(store, &unused, &grant), 0);
	assert_string_equal(grant.end.why, "lapsed");
	late = at(NOON + 70 * MINUTE);
	assert_int_equal(grant_lapse(store, &late, count_ids, &ended), 0);
	assert_int_equal(ended, 2);
	assert_int_equal(grant_get(store, &used, &grant), 0);
	assert_string_equal(grant.end.why, "over");
}

static void
lists_show_the_live_ones(void **state)
{
	struct store *store = place_store(state);
	struct id first = granted(store, NOON);
	struct grant_end end = { .why = "returned", .by = "eng-07", .at_us = NOON };
	struct grant_filter live = { .person = "eng-07" };
	struct grant_filter all = { .ended_too = true };
	struct grant_filter other = { .person = "eng-08", .ended_too = true };
	int count = 0;

	granted(store, NOON);
	assert_int_equal(grant_finish(store, &first, &end), 0);
	assert_int_equal(grant_list(store, &live, count_grants, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(grant_list(store, &all, count_grants, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(grant_list(store, &other, count_grants, &count), 0);
	assert_int_equal(count, 3);
}

static void
a_request_for_more_time_extends_the_grant_and_its_sessions(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct request request = { .id = id_new(), .person = "eng-07", .account = "a", .role = "orders-ro", .host = "b",
		.class = "standard", .seconds = 900, .created_us = NOON, .lapses_us = NOON + 60 * MINUTE, .extends = id };
	struct session session;
	struct session found;
	struct grant grant;

	assert_int_equal(enter(store, &id, NOON, &session), 0);
	request.reason = own_dup("backfill 80 % done");
	assert_int_equal(request_create(store, &request), 0);
	assert_int_equal(decide(store, &request.id, "appr-02", VERDICT_GRANT, NOON + 20 * MINUTE), 0);
	assert_int_equal(grant_get(store, &id, &grant), 0);
	assert_int_equal(grant.seconds, 2700);
	assert_int_equal(grant.deadline.ends_us, NOON + 45 * MINUTE);
	assert_int_equal(session_get(store, &session.id, &found), 0);
	assert_int_equal(found.clock.ends_boot_us, session.clock.ends_boot_us + 15 * MINUTE);
	request.id = id_new();
	assert_int_equal(request_create(store, &request), 0);
	assert_int_equal(decide(store, &request.id, "appr-02", VERDICT_GRANT, NOON + 45 * MINUTE), ERR_LAPSED);
	request.id = id_new();
	strcpy(request.person, "eng-08");
	assert_int_equal(request_create(store, &request), ERR_NO_RIGHT);
	request.extends = id_new();
	assert_int_equal(request_create(store, &request), ERR_NOT_FOUND);
	request_done(&request);
}

static void
a_frozen_session_can_get_more_time_after_the_deadline(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct moment late = at(NOON + 32 * MINUTE);
	struct session session;
	struct session found;
	int ended = 0;

	assert_int_equal(enter(store, &id, NOON, &session), 0);
	assert_int_equal(grant_extend(store, &id, 600, &late), ERR_LAPSED);
	assert_int_equal(session_turn(store, &session.id, SESSION_FROZEN), 0);
	assert_int_equal(grant_lapse(store, &late, count_ids, &ended), 0);
	assert_int_equal(ended, 0);
	assert_int_equal(enter(store, &id, NOON + 32 * MINUTE, &found), ERR_LAPSED);
	assert_int_equal(grant_extend(store, &id, 0, &late), ERR_BAD_TIME);
	assert_int_equal(grant_extend(store, &id, 600, &late), 0);
	assert_int_equal(session_get(store, &session.id, &found), 0);
	assert_int_equal(found.clock.ends_us, NOON + 42 * MINUTE);
	assert_int_equal(found.clock.ends_boot_us, late.boot_us + 10 * MINUTE);
	finish(store, &session.id, NOON + 43 * MINUTE);
	late = at(NOON + 43 * MINUTE);
	assert_int_equal(grant_lapse(store, &late, count_ids, &ended), 0);
	assert_int_equal(ended, 1);
}

static void
a_grant_is_shortened_to_sooner_and_never_to_later(void **state)
{
	struct store *store = place_store(state);
	struct id id = granted(store, NOON);
	struct moment now = at(NOON + 10 * MINUTE);
	struct moment late = at(NOON + 16 * MINUTE);
	struct session session;
	struct session found;
	struct grant grant;

	assert_int_equal(grant_shorten(store, &id, 300, &now), ERR_EARLY);
	assert_int_equal(enter(store, &id, NOON, &session), 0);
	assert_int_equal(grant_shorten(store, &id, 0, &now), ERR_BAD_TIME);
	assert_int_equal(grant_shorten(store, &id, 20 * 60, &now), ERR_BAD_TIME);
	assert_int_equal(grant_shorten(store, &id, 300, &now), 0);
	assert_int_equal(session_get(store, &session.id, &found), 0);
	assert_int_equal(found.clock.ends_us, NOON + 15 * MINUTE);
	assert_int_equal(found.clock.ends_boot_us, now.boot_us + 5 * MINUTE);
	assert_int_equal(grant_get(store, &id, &grant), 0);
	assert_int_equal(grant_left(&grant, &now), 5 * MINUTE);
	assert_int_equal(grant_shorten(store, &id, 60, &late), ERR_LAPSED);
}

static void
of_parallel_entries_only_so_many_get_in(void **state)
{
	struct place_test *place = *state;
	struct id id = granted(place->store, NOON);
	int results[3] = { 0 };
	int start[2];

	store_close(TAKE(place->store, NULL));
	assert_int_equal(pipe(start), 0);
	for (int i = 0; i < 6; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			AUTO_STORE struct store *store = NULL;
			struct session session;
			char byte;
			int r;

			close(start[1]);
			if (store_open(place->dir, 0, &store) != 0 || read(start[0], &byte, 1) != 0)
				_exit(2);
			r = enter(store, &id, NOON + i, &session);
			_exit(r == 0 ? 0 : r == ERR_IN_USE ? 1 : 2);
		}
	}
	close(start[0]);
	close(start[1]);
	for (int i = 0; i < 6; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 3);
		results[WEXITSTATUS(status)]++;
	}
	assert_int_equal(results[0], 2);
	assert_int_equal(results[1], 4);
	assert_int_equal(place_reopen(place, 0), 0);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_clock_starts_with_the_first_session),
		TEST(only_so_many_sessions_run_at_once),
		TEST(nobody_enters_early_late_or_in_anothers_name),
		TEST(the_wall_clock_does_not_move_the_deadline),
		TEST(after_a_reboot_the_rest_of_the_time_runs_on_the_new_clock),
		TEST(an_ended_grant_takes_nobody_in),
		TEST(unused_grants_lapse_and_used_ones_run_out),
		TEST(lists_show_the_live_ones),
		TEST(a_request_for_more_time_extends_the_grant_and_its_sessions),
		TEST(a_frozen_session_can_get_more_time_after_the_deadline),
		TEST(a_grant_is_shortened_to_sooner_and_never_to_later),
		TEST(of_parallel_entries_only_so_many_get_in),
	};

	return cmocka_run_group_tests_name("grant", tests, NULL, NULL);
}
