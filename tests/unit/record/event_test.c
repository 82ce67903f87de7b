/* SPDX-License-Identifier: ISC */
/* The encoding of events, at its edges. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/event.h"
#include "lib/record/format.h"

static void
times_are_kept_at_all_distances(void **state)
{
	static const int64_t times[] = { 0, 0, 1, 127, 128, 16383, 16384, INT64_C(3600000000), INT64_C(1) << 40, INT64_MAX };
	int64_t previous_us = 0;
	struct rec_event event = { .kind = REC_NOTE, .bytes = (const uint8_t *)"x", .count = 1 };
	struct buf buf;
	int used;

	(void)state;
	buf_init(&buf, 4096);
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		event.t_us = times[i];
		assert_int_equal(rec_event_encode(&event, &previous_us, &buf), 0);
	}
	previous_us = 0;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		used = rec_event_decode(buf_data(&buf), buf_len(&buf), &previous_us, &event);
		assert_true(used > 0 && event.t_us == times[i] && event.kind == REC_NOTE && event.count == 1);
		buf_consume(&buf, (size_t)used);
	}
	assert_true(buf_len(&buf) == 0);
	buf_done(&buf);
}

static void
a_time_that_goes_back_stands_still(void **state)
{
	int64_t previous_us = 500;
	struct rec_event event = { .kind = REC_NOTE, .t_us = 400 };
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	assert_int_equal(rec_event_encode(&event, &previous_us, &buf), 0);
	assert_true(previous_us == 500);
	previous_us = 500;
	assert_int_equal(rec_event_decode(buf_data(&buf), buf_len(&buf), &previous_us, &event), 3);
	assert_true(event.t_us == 500);
	buf_done(&buf);
}

static void
what_is_not_an_event_is_damaged(void **state)
{
	static const struct {
		const char	*bytes;
		size_t		 count;
	} bad[] = {
		{ "", 0 }, { "\0\0\0", 3 },		/* no kind */
		{ "\1", 1 }, { "\1\0", 2 }, { "\1\x80", 2 },	/* cut */
		{ "\1\0\2x", 4 },			/* shorter than it says */
		{ "\1\x80\0\0", 4 },			/* a number in a longer form than needed */
		{ "\1\0\x81\x80\x04", 5 },		/* longer than REC_EVENT_MOST */
		{ "\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0", 12 },	/* a number over 63 bits */
	};
	int64_t previous_us = 7;
	struct rec_event event;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(rec_event_decode((const uint8_t *)bad[i].bytes, bad[i].count, &previous_us, &event), ERR_REC_DAMAGED);
		assert_true(previous_us == 7);
	}
	previous_us = INT64_MAX;
	assert_int_equal(rec_event_decode((const uint8_t *)"\1\1\0", 3, &previous_us, &event), ERR_REC_DAMAGED);
}

static void
payloads_of_another_kind_or_length_are_refused(void **state)
{
	uint8_t room[REC_PAYLOAD] = { 0 };
	struct rec_event event = { .kind = REC_RESIZE, .bytes = room, .count = 3 };
	struct rec_end end = { .status = -1 };
	uint16_t columns, rows;
	struct rec_typed typed;

	(void)state;
	assert_int_equal(rec_event_read_resize(&event, &columns, &rows), ERR_REC_DAMAGED);
	assert_int_equal(rec_event_read_typed(&event, &typed), ERR_REC_DAMAGED);
	assert_int_equal(rec_event_read_end(&event, &end), ERR_REC_DAMAGED);
	memset(end.why, 'w', sizeof end.why);	/* no NUL: cut, not overrun */
	rec_event_make_end(&event, &end, room);
	assert_true(event.count <= sizeof room);
	assert_int_equal(rec_event_read_end(&event, &end), 0);
	assert_true(strlen(end.why) == sizeof end.why - 1 && end.status == -1);
}

static void
a_count_comes_back_with_its_rule(void **state)
{
	struct rec_masked masked = { .count = 70000, .rule = "github-token" }, read;
	uint8_t room[REC_PAYLOAD] = { 0 };
	struct rec_event event;

	(void)state;
	rec_event_make_masked(&event, &masked, room);
	assert_int_equal(rec_event_read_masked(&event, &read), 0);
	assert_int_equal(read.count, 70000);
	assert_string_equal(read.rule, "github-token");
	memset(masked.rule, 'r', sizeof masked.rule);
	rec_event_make_masked(&event, &masked, room);
	assert_int_equal(rec_event_read_masked(&event, &read), 0);
	assert_int_equal(strlen(read.rule), sizeof read.rule - 1);
	event.count = 3;
	assert_int_equal(rec_event_read_masked(&event, &read), ERR_REC_DAMAGED);
}

static void
every_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 1; i < REC_KIND_COUNT; i++) {
		assert_string_not_equal(rec_event_name((enum rec_kind)i), "unknown");
		for (int j = 1; j < i; j++)
			assert_string_not_equal(rec_event_name((enum rec_kind)i), rec_event_name((enum rec_kind)j));
	}
	assert_string_equal(rec_event_name((enum rec_kind)0), "unknown");
	assert_string_equal(rec_event_name((enum rec_kind)200), "unknown");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_kept_at_all_distances),
		cmocka_unit_test(a_time_that_goes_back_stands_still),
		cmocka_unit_test(what_is_not_an_event_is_damaged),
		cmocka_unit_test(payloads_of_another_kind_or_length_are_refused),
		cmocka_unit_test(a_count_comes_back_with_its_rule),
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
