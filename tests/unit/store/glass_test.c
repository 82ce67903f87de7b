/* SPDX-License-Identifier: ISC */
/* Break-glass: entered without a decision, and not again before somebody else has reviewed it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/glass.h"
#include "lib/store/grant.h"
#include "lib/store/retention.h"
#include "tests/unit/store/place.h"

/* `person` breaks the glass at `now_us`; the result of glass_break(). */
static int
break_it(struct store *store, const char *person, int64_t now_us, struct outcome *outcome, struct id *request_id)
{
	AUTO_REQUEST struct request request = { .id = id_new(), .account = "eng07", .role = "orders-ro", .host = "bastion-1",
		.class = "standard", .seconds = 900, .created_us = now_us, .lapses_us = now_us + 60 * MINUTE };
	struct need need = { .count = 2, .sessions = 1, .unused_s = 3600, .grant = id_new() };
	struct moment now = at(now_us);

	snprintf(request.person, sizeof request.person, "%s", person);
	request.reason = own_dup("INC-1 nobody answers");
	*request_id = request.id;
	return glass_break(store, &request, &need, &now, outcome);
}

static int
review(struct store *store, const struct id *request, const char *person, const char *comment, int64_t now_us)
{
	return glass_review(store, &(struct review){ .request = *request, .person = person, .comment = comment, .at_us = now_us });
}

static int
count_each(void *ctx, const struct glass *glass)
{
	(void)glass;
	(*(int *)ctx)++;
	return 0;
}

static int
count(struct store *store, bool all)
{
	const struct glass_filter filter = { .all = all };
	int n = 0;

	assert_int_equal(glass_list(store, &filter, count_each, &n), 0);
	return n;
}

static void
it_is_granted_at_once_under_its_own_name(void **state)
{
	struct store *store = place_store(state);
	AUTO_GLASS struct glass glass = { 0 };
	AUTO_REQUEST struct request request = { 0 };
	struct outcome outcome;
	struct grant grant;
	struct id id;

	assert_int_equal(break_it(store, "eng-07", NOON, &outcome, &id), 0);
	assert_int_equal(outcome.state, REQUEST_GRANTED);
	assert_string_equal(outcome.person, DECISION_GLASS);
	assert_int_equal(grant_of_request(store, &id, &grant), 0);
	assert_int_equal(grant.seconds, 900);
	assert_string_equal(grant.person, "eng-07");
	assert_int_equal(request_get(store, &id, &request), 0);
	assert_string_equal(request.end.closed_by, DECISION_GLASS);
	assert_int_equal(glass_get(store, &id, &glass), 0);
	assert_int_equal(glass.reviewed_us, 0);
	assert_int_equal(glass.at_us, NOON);
}

static void
the_next_one_of_the_same_person_waits_for_the_review(void **state)
{
	struct place_test *place = *state;
	struct outcome outcome;
	struct id first, second;
	AUTO_REQUEST struct request none = { 0 };

	assert_int_equal(break_it(place->store, "eng-07", NOON, &outcome, &first), 0);
	assert_int_equal(break_it(place->store, "eng-07", NOON + MINUTE, &outcome, &second), ERR_UNREVIEWED);
	assert_int_equal(request_get(place->store, &second, &none), ERR_NOT_FOUND);	/* nothing of it is left */
	assert_int_equal(place_reopen(place, 0), 0);
	assert_int_equal(break_it(place->store, "eng-07", NOON + 30 * DAY, &outcome, &second), ERR_UNREVIEWED);
	assert_int_equal(break_it(place->store, "eng-08", NOON + MINUTE, &outcome, &second), 0);	/* somebody else is not stopped */
	assert_int_equal(count(place->store, false), 2);
	assert_int_equal(review(place->store, &first, "appr-02", "seen, it was needed", NOON + 2 * MINUTE), 0);
	assert_int_equal(count(place->store, false), 1);
	assert_int_equal(count(place->store, true), 2);
	assert_int_equal(break_it(place->store, "eng-07", NOON + 3 * MINUTE, &outcome, &second), 0);
}

static void
nobody_reviews_their_own_and_nobody_twice(void **state)
{
	struct store *store = place_store(state);
	AUTO_GLASS struct glass glass = { 0 };
	struct outcome outcome;
	struct id id, plain = ask(store, NOON, "an ordinary request");

	assert_int_equal(break_it(store, "eng-07", NOON, &outcome, &id), 0);
	assert_int_equal(review(store, &id, "eng-07", "I was right", NOON + 1), ERR_OWN_REQUEST);
	assert_int_equal(review(store, &id, "appr-02", "", NOON + 1), ERR_MSG_TEXT);
	assert_int_equal(review(store, &plain, "appr-02", "seen", NOON + 1), ERR_NOT_FOUND);
	assert_int_equal(review(store, &id, "appr-02", "seen", NOON + 1), 0);
	assert_int_equal(review(store, &id, "appr-05", "seen too", NOON + 2), ERR_DECIDED);
	assert_int_equal(glass_get(store, &id, &glass), 0);
	assert_string_equal(glass.reviewed_by, "appr-02");
	assert_string_equal(glass.comment, "seen");
	assert_int_equal(glass.reviewed_us, NOON + 1);
}

static void
the_comment_is_sealed_and_goes_with_its_day(void **state)
{
	struct place_test *place = *state;
	AUTO_GLASS struct glass glass = { 0 };
	static const char words[] = "the alarm was real";
	struct outcome outcome;
	struct id id;

	assert_int_equal(break_it(place->store, "eng-07", NOON, &outcome, &id), 0);
	assert_int_equal(review(place->store, &id, "appr-02", words, NOON + MINUTE), 0);
	assert_int_equal(place_search(place, NULL, words, sizeof words - 1), 0);
	assert_int_equal(retention_shred(place->store, 1, NOON + 400 * DAY), 0);
	assert_int_equal(glass_get(place->store, &id, &glass), 0);
	assert_int_equal(glass.comment_error, ERR_EXPIRED);
	assert_string_equal(glass.reviewed_by, "appr-02");	/* who and when stays */
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_granted_at_once_under_its_own_name),
		TEST(the_next_one_of_the_same_person_waits_for_the_review),
		TEST(nobody_reviews_their_own_and_nobody_twice),
		TEST(the_comment_is_sealed_and_goes_with_its_day),
	};

	return cmocka_run_group_tests_name("glass", tests, NULL, NULL);
}
