/* SPDX-License-Identifier: ISC */
/* Sessions: what is filled in, how they turn and end, holds. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "tests/unit/store/place.h"

static int
count_sessions(void *ctx, const struct session *session)
{
	int *count = ctx;

	(void)session;
	(*count)++;
	return 0;
}

static void
entering_fills_in_what_the_grant_says(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct session found;

	assert_int_equal(session_get(store, &session.id, &found), 0);
	assert_string_equal(found.role, "orders-ro");
	assert_string_equal(found.class, "standard");
	assert_string_equal(found.account, "orders-ro");
	assert_int_equal(found.state, SESSION_STARTING);
	assert_int_equal(found.columns, 80);
	assert_int_equal(found.lines, 24);
	assert_int_equal(found.clock.ends_us, NOON + 30 * MINUTE);
	assert_int_not_equal(found.recording_unit, 0);
	assert_int_not_equal(found.texts_unit, found.recording_unit);
	assert_int_equal(found.recording_unit, session.recording_unit);
}

static void
a_session_starts_freezes_and_thaws(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct id nobody = id_new();

	assert_int_equal(session_started(store, &session.id, 100, 101), 0);
	assert_int_equal(session_get(store, &session.id, &session), 0);
	assert_int_equal(session.state, SESSION_RUNNING);
	assert_int_equal(session.worker_pid, 100);
	assert_int_equal(session.warden_pid, 101);
	assert_int_equal(session_turn(store, &session.id, SESSION_FROZEN), 0);
	assert_int_equal(session_get(store, &session.id, &session), 0);
	assert_int_equal(session.state, SESSION_FROZEN);
	assert_int_equal(session_turn(store, &session.id, SESSION_RUNNING), 0);
	assert_int_equal(session_turn(store, &session.id, SESSION_ENDED), ERR_STORE);
	assert_int_equal(session_turn(store, &nobody, SESSION_RUNNING), ERR_NOT_FOUND);
}

static void
the_first_end_counts(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct session_end first = { .why = "deadline", .status = 9, .killed = 3, .at_us = NOON + 30 * MINUTE };
	struct session_end second = { .why = "worker-died", .survivors = 1, .at_us = NOON + 31 * MINUTE };
	struct session_end sentence = { .why = "Somebody said so" };
	struct id nobody = id_new();

	assert_int_equal(session_finish(store, &session.id, &sentence), ERR_MSG_TEXT);
	assert_int_equal(session_finish(store, &session.id, &first), 0);
	assert_int_equal(session_finish(store, &session.id, &second), 1);
	assert_int_equal(session_finish(store, &nobody, &second), ERR_NOT_FOUND);
	assert_int_equal(session_get(store, &session.id, &session), 0);
	assert_int_equal(session.state, SESSION_ENDED);
	assert_string_equal(session.end.why, "deadline");
	assert_int_equal(session.end.status, 9);
	assert_int_equal(session.end.killed, 3);
	assert_int_equal(session.end.survivors, 0);
	assert_int_equal(session.end.at_us, NOON + 30 * MINUTE);
	assert_int_equal(session_turn(store, &session.id, SESSION_RUNNING), ERR_LAPSED);
	assert_int_equal(session_started(store, &session.id, 1, 2), ERR_LAPSED);
}

static void
a_hold_says_who_and_when(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct id nobody = id_new();

	assert_int_equal(session_hold(store, &nobody, &(struct session_hold){ .by = "audit-1", .at_us = NOON }), ERR_NOT_FOUND);
	assert_int_equal(session_hold(store, &session.id, &(struct session_hold){ .by = "audit-1", .at_us = NOON }), 0);
	assert_int_equal(session_hold(store, &session.id, &(struct session_hold){ .by = "audit-2", .at_us = NOON + MINUTE }), 0);
	assert_int_equal(session_get(store, &session.id, &session), 0);
	assert_string_equal(session.hold.by, "audit-1");
	assert_int_equal(session.hold.at_us, NOON);
	assert_int_equal(session_release(store, &session.id), 0);
	assert_int_equal(session_get(store, &session.id, &session), 0);
	assert_string_equal(session.hold.by, "");
}

static void
lists_find_the_live_the_granted_and_the_recent(void **state)
{
	struct store *store = place_store(state);
	struct session first = entered(store, NOON);
	struct session second = entered(store, NOON + 5 * MINUTE);
	struct session_filter live = { .live = true };
	struct session_filter of_grant = { .grant = &second.grant };
	struct session_filter early = { .until_us = NOON + 5 * MINUTE };
	struct session_filter late = { .since_us = NOON + 1, .person = "eng-07", .role = "orders-ro" };
	struct session_filter other = { .role = "shell" };
	struct session_filter one = { .limit = 1 };
	int count = 0;
	struct id id;
	char text[ID_TEXT];

	finish(store, &first.id, NOON + MINUTE);
	assert_int_equal(session_list(store, &live, count_sessions, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(session_list(store, &of_grant, count_sessions, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(session_list(store, &early, count_sessions, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(session_list(store, &late, count_sessions, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(session_list(store, &other, count_sessions, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(session_list(store, &one, count_sessions, &count), 0);
	assert_int_equal(count, 5);
	assert_int_equal(session_find(store, id_text(&first.id, text), &id), 0);
	assert_true(id_equal(&id, &first.id));
}

static void
an_entry_refused_leaves_no_trace(void **state)
{
	struct place_test *place = *state;
	struct session session = entered(place->store, NOON);
	struct session again = session;
	struct moment now = at(NOON);
	struct session_filter all = { 0 };
	int count = 0;

	assert_int_equal(session_enter(place->store, &again, &now), ERR_STORE_CONFLICT);	/* the same id */
	assert_int_equal(session_list(place->store, &all, count_sessions, &count), 0);
	assert_int_equal(count, 1);
	again.id = id_new();
	assert_int_equal(session_enter(place->store, &again, &now), 0);	/* the slots of the failed one are passed over */
	assert_int_not_equal(again.recording_unit, session.recording_unit);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entering_fills_in_what_the_grant_says),
		TEST(a_session_starts_freezes_and_thaws),
		TEST(the_first_end_counts),
		TEST(a_hold_says_who_and_when),
		TEST(lists_find_the_live_the_granted_and_the_recent),
		TEST(an_entry_refused_leaves_no_trace),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
