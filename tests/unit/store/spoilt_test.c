/* SPDX-License-Identifier: ISC */
/*
 * A page of the catalogue is noise, zeros, or another page of it: nobody gets in by that who was not let in, nothing
 * crashes, and what stands in the way says what to do.
 */
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
#include "lib/store/event.h"
#include "lib/store/grant.h"
#include "tests/unit/store/place.h"

#define CASES	60
#define TRIALS	200
#define PAGE	4096
#define SEED	UINT64_C(0x9e3779b97f4a7c15)	/* another one: POSTERN_SEED */

enum fate { UNUSED, RUNNING, REVOKED, WAITING, DENIED, FATES };

struct known {
	enum fate	fate;
	struct id	request;
	struct grant	grant;	/* of the first three */
};

struct spoilt {
	struct place_test	*place;
	struct known		 known[CASES];
	struct place_copy	 main, ahead;
	uint64_t		 seed;
};

static uint64_t
luck(struct spoilt *spoilt)
{
	spoilt->seed ^= spoilt->seed << 13;
	spoilt->seed ^= spoilt->seed >> 7;
	spoilt->seed ^= spoilt->seed << 17;
	return spoilt->seed >> 8;
}

static int
enter(struct store *store, const struct id *grant, const char *person, int64_t now_us)
{
	struct session session = { .id = id_new(), .grant = *grant, .account = "orders-ro", .host = "bastion-1", .columns = 80, .lines = 24 };
	struct moment now = at(now_us);

	snprintf(session.person, sizeof session.person, "%s", person);
	return session_enter(store, &session, &now);
}

static void
fill_one(struct store *store, int i, struct known *known)
{
	static char text[3000];
	struct event_new event = { .type = 1, .time_us = NOON + i, .class = "standard", .number = EVENT_NO_NUMBER, .text = text, .text_bytes = sizeof text };
	struct grant_end end = { .why = "revoked", .by = "appr-02", .at_us = NOON + i };
	int64_t now = NOON + i, seq;

	known->fate = (enum fate)(i % FATES);
	known->request = ask(store, now, "INC-4821 customers see empty baskets");
	if (known->fate <= REVOKED)
		assert_int_equal(decide(store, &known->request, "appr-02", VERDICT_GRANT, now), 0);
	else if (known->fate == DENIED)
		assert_int_equal(decide(store, &known->request, "appr-02", VERDICT_DENY, now), 0);
	if (known->fate <= REVOKED)
		assert_int_equal(grant_of_request(store, &known->request, &known->grant), 0);
	if (known->fate == RUNNING)
		assert_int_equal(enter(store, &known->grant.id, "eng-07", now), 0);
	if (known->fate == REVOKED)
		assert_int_equal(grant_finish(store, &known->grant.id, &end), 0);
	if (known->fate <= REVOKED)
		assert_int_equal(grant_get(store, &known->grant.id, &known->grant), 0);
	assert_int_equal(event_append(store, &event, &seq), 0);
}

static int
set_up(void **state)
{
	struct spoilt *spoilt = own_alloc(sizeof *spoilt);
	const char *seed = getenv("POSTERN_SEED");
	void *place = NULL;

	assert_int_equal(place_setup(&place), 0);
	*spoilt = (struct spoilt){ .place = place, .seed = seed != NULL ? strtoull(seed, NULL, 0) | 1 : SEED };
	print_message("# seed 0x%llx\n", (unsigned long long)spoilt->seed);
	for (int i = 0; i < CASES; i++)
		fill_one(spoilt->place->store, i, &spoilt->known[i]);
	*state = spoilt;
	return 0;
}

static int
tear_down(void **state)
{
	struct spoilt *spoilt = *state;
	void *place = spoilt->place;

	free(spoilt->main.bytes);
	free(spoilt->ahead.bytes);
	free(spoilt);
	return place_teardown(&place);
}

/* The page at a random place becomes noise, zeros, or what stands at another one. */
static void
spoil(struct spoilt *spoilt, const char *name, const struct place_copy *copy)
{
	uint64_t pages = copy->count / PAGE, kind = luck(spoilt) % 3;
	long at = (long)(luck(spoilt) % pages) * PAGE;
	uint8_t page[PAGE] = { 0 };

	for (size_t i = 0; i < PAGE && kind == 0; i++)
		page[i] = (uint8_t)luck(spoilt);
	if (kind == 1)
		memcpy(page, copy->bytes + luck(spoilt) % pages * PAGE, PAGE);
	place_overwrite(spoilt->place, name, at, page, PAGE);
}

static const struct known *
known_grant(const struct spoilt *spoilt, const struct id *id)
{
	for (int i = 0; i < CASES; i++)
		if (spoilt->known[i].fate <= REVOKED && id_equal(&spoilt->known[i].grant.id, id))
			return &spoilt->known[i];
	return NULL;
}

static int
grant_is_right(void *ctx, const struct grant *grant)
{
	const struct known *known = known_grant(ctx, &grant->id);

	assert_non_null(known);
	assert_true(id_equal(&grant->request, &known->grant.request));
	assert_string_equal(grant->person, "eng-07");
	assert_string_equal(grant->role, "orders-ro");
	assert_int_equal(grant->seconds, known->grant.seconds);
	assert_int_equal(grant->sessions, known->grant.sessions);
	assert_int_equal(grant->state, known->grant.state);
	assert_int_equal(grant->lapses_us, known->grant.lapses_us);
	assert_int_equal(grant->deadline.ends_us, known->grant.deadline.ends_us);
	return 0;
}

/* Nobody gets in but by a grant that is theirs and not over; nothing that was decided is decided anew. */
static void
nobody_gets_in_wrongly(struct spoilt *spoilt, const struct known *known)
{
	struct store *store = spoilt->place->store;
	struct grant none;

	if (known->fate == WAITING || known->fate == DENIED)
		assert_true(grant_of_request(store, &known->request, &none) < 0);
	else
		assert_true(enter(store, &known->grant.id, "eng-99", NOON + SECOND) < 0);
	if (known->fate == REVOKED)
		assert_true(enter(store, &known->grant.id, "eng-07", NOON + SECOND) < 0);
	if (known->fate != WAITING)
		assert_true(decide(store, &known->request, "appr-03", VERDICT_GRANT, NOON + SECOND) < 0);
	assert_true(decide(store, &known->request, "eng-07", VERDICT_GRANT, NOON + SECOND) < 0);	/* four eyes */
}

/* 1 if the damage was noticed at all. */
static int
look(struct spoilt *spoilt)
{
	const struct grant_filter all = { .ended_too = true };
	int r = place_reopen(spoilt->place, 0);

	if (r == ERR_STORE_DAMAGED)
		assert_non_null(strstr(err_text(r), "restore"));
	if (r < 0)
		return 1;
	r = grant_list(spoilt->place->store, &all, grant_is_right, spoilt);
	for (int i = 0; i < CASES; i++)
		nobody_gets_in_wrongly(spoilt, &spoilt->known[i]);
	return r < 0;
}

static void
a_spoilt_page_of_the_catalogue_lets_nobody_in(void **state)
{
	struct spoilt *spoilt = *state;
	int noticed = 0;

	store_close(TAKE(spoilt->place->store, NULL));
	spoilt->main = place_copy(spoilt->place, "catalogue.db");
	for (int i = 0; i < TRIALS; i++) {
		place_put_back(spoilt->place, "catalogue.db", &spoilt->main);
		spoil(spoilt, "catalogue.db", &spoilt->main);
		noticed += look(spoilt);
		store_close(TAKE(spoilt->place->store, NULL));
	}
	print_message("# noticed at once: %d of %d\n", noticed, TRIALS);
	assert_true(noticed > TRIALS / 2);	/* the others hit texts, or pages that nothing stands on */
}

/* What a crash leaves behind the file, spoilt: SQLite passes over the rows of the newest transactions without a word. */
static void
a_spoilt_page_of_the_log_ahead_lets_nobody_in(void **state)
{
	struct spoilt *spoilt = *state;
	int lost = 0;

	spoilt->main = place_copy(spoilt->place, "catalogue.db");
	spoilt->ahead = place_copy(spoilt->place, "catalogue.db-wal");
	assert_true(spoilt->ahead.count > PAGE);
	for (int i = 0; i < TRIALS; i++) {
		store_close(TAKE(spoilt->place->store, NULL));
		place_put_back(spoilt->place, "catalogue.db", &spoilt->main);
		place_put_back(spoilt->place, "catalogue.db-wal", &spoilt->ahead);
		spoil(spoilt, "catalogue.db-wal", &spoilt->ahead);
		lost += look(spoilt);
	}
	print_message("# transactions were missing, which was said: %d of %d\n", lost, TRIALS);
	assert_true(lost > TRIALS / 10);	/* the others hit what was in the file already */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_spoilt_page_of_the_catalogue_lets_nobody_in, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_spoilt_page_of_the_log_ahead_lets_nobody_in, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("spoilt", tests, NULL, NULL);
}
