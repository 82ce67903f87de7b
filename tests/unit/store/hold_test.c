/* SPDX-License-Identifier: ISC */
/* Legal holds: signatures that wait, the act, its end, and what became of the rest. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/hold.h"
#include "lib/store/retention.h"
#include "tests/unit/store/place.h"

static int
sign_it(struct store *store, const struct hold_sign *like, const char *person, bool enough)
{
	struct hold_sign sign = *like;

	snprintf(sign.person, sizeof sign.person, "%s", person);
	sign.reason = (char[]){ "INC-9 subpoena" };
	sign.text = (char[]){ "approval v1\n" };
	sign.signature = (uint8_t[]){ 0, 1, 0 };
	sign.signature_bytes = 3;
	return hold_enter(store, &sign, enough);
}

static int
count_each(void *ctx, const struct hold_sign *sign)
{
	(*(int *)ctx)++;
	assert_int_equal(sign->text_error, 0);
	assert_string_equal(sign->reason, "INC-9 subpoena");
	assert_string_equal(sign->text, "approval v1\n");
	assert_int_equal(sign->signature_bytes, 3);
	return 0;
}

static int
count(struct store *store, const struct id *session, int64_t now_us)
{
	int n = 0;

	assert_int_equal(hold_list(store, session, now_us, count_each, &n), 0);
	return n;
}

static bool
is_held(struct store *store, const struct id *id)
{
	struct session session;

	assert_int_equal(session_get(store, id, &session), 0);
	return session.hold.by[0] != '\0';
}

static void
one_signature_holds_nothing_and_enough_do(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct hold_sign like = { .session = session.id, .act = HOLD_SET, .until_us = NOON + DAY, .counts = 1, .at_us = NOON };

	assert_int_equal(sign_it(store, &like, "legal-1", false), 0);
	assert_false(is_held(store, &session.id));
	assert_int_equal(count(store, &session.id, NOON), 1);
	assert_int_equal(sign_it(store, &like, "legal-1", false), 0);	/* again: one person, one signature */
	assert_int_equal(count(store, &session.id, NOON), 1);
	assert_int_equal(count(store, &session.id, NOON + HOLD_OPEN_US), 0);
	assert_int_equal(sign_it(store, &like, "sec-1", true), 0);
	assert_true(is_held(store, &session.id));
	assert_int_equal(count(store, &session.id, NOON), 0);
	assert_int_equal(count(store, &session.id, 0), 2);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON), ERR_HELD);
}

static void
another_end_does_not_count_and_is_void_then(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct hold_sign like = { .session = session.id, .act = HOLD_SET, .until_us = NOON + DAY, .at_us = NOON };
	struct hold_sign other = { .session = session.id, .act = HOLD_SET, .until_us = NOON + 2 * DAY, .at_us = NOON };

	assert_int_equal(sign_it(store, &other, "legal-2", false), 0);
	assert_int_equal(sign_it(store, &like, "sec-1", true), 0);
	assert_int_equal(count(store, &session.id, NOON), 0);
	assert_int_equal(count(store, &session.id, 0), 1);
}

static void
a_hold_ends_by_its_date_or_by_release(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct hold_sign like = { .session = session.id, .act = HOLD_SET, .until_us = NOON + DAY, .at_us = NOON };
	struct id id;

	assert_int_equal(sign_it(store, &like, "sec-1", true), 0);
	assert_int_equal(hold_lapse(store, NOON + DAY - 1, &id), 0);
	assert_int_equal(hold_lapse(store, NOON + DAY, &id), 1);
	assert_true(id_equal(&id, &session.id));
	assert_false(is_held(store, &session.id));
	assert_int_equal(hold_lapse(store, NOON + DAY, &id), 0);
	assert_int_equal(sign_it(store, &like, "sec-1", true), 0);
	like.act = HOLD_RELEASE;
	like.until_us = 0;
	assert_int_equal(sign_it(store, &like, "sec-1", true), 0);
	assert_false(is_held(store, &session.id));
}

static void
what_is_signed_is_one_text(void **state)
{
	AUTO_BUF struct buf text = { .max = 512 };
	AUTO_FREE char *got = NULL;
	struct hold_sign sign = { .act = HOLD_SET, .until_us = INT64_C(1800000000) * 1000000, .reason = (char[]){ "why" } };

	(void)state;
	assert_int_equal(hold_text(&sign, &text), 0);
	got = buf_text(&text);
	assert_string_equal(got, "hold v1\nact hold\nsession 00000000000000000000000000000000\nuntil 1800000000\nreason why\n");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_signature_holds_nothing_and_enough_do),
		TEST(another_end_does_not_count_and_is_void_then),
		TEST(a_hold_ends_by_its_date_or_by_release),
		TEST(what_is_signed_is_one_text),
	};

	return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
