/* SPDX-License-Identifier: ISC */
/* What masking was undecided on when the writer died: in the tail it stands covered, and a reader says it last. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/record/studio.h"

/* What is shown and undecided: `text`, covered, is new, and of all the last `left` bytes are. */
static void
say_undecided(struct studio *st, enum rec_kind kind, const char *text, size_t left)
{
	assert_int_equal(rec_writer_undecided(st->writer, kind, (const uint8_t *)text, strlen(text), left), 0);
}

/* After a crash: exactly this, and so many characters of it undecided. */
static void
expect_undecided(struct studio *st, const char *text, uint64_t undecided)
{
	struct buf output;
	char *got;

	buf_init(&output, 1U << 20);
	assert_int_equal(studio_open(st), 0);
	rec_reader_wants_undecided(st->reader);
	assert_int_equal(studio_read(st, &output), 0);
	got = buf_text(&output);
	buf_done(&output);
	assert_string_equal(got, text);
	free(got);
	assert_int_equal(rec_reader_report(st->reader)->undecided, undecided);
	assert_true(rec_reader_report(st->reader)->tail_used);
	assert_false(rec_reader_report(st->reader)->damaged);
	assert_int_equal(studio_read(st, &output), 0);
	assert_int_equal(buf_len(&output), 0);
	studio_shut(st);
}

static void
what_was_undecided_at_a_crash_follows_covered(void **state)
{
	struct studio *st = *state;

	studio_record(st);
	studio_say(st, "all is well\r\n");
	say_undecided(st, REC_OUTPUT, "*********\033[1m***", 16);
	studio_say(st, "");
	say_undecided(st, REC_OUTPUT, "*\r\n**", 4);
	studio_say(st, "password: ");
	studio_crash(st);
	studio_expect(st, "all is well\r\npassword: ", 23);
	studio_shut(st);
	expect_undecided(st, "all is well\r\npassword: \r\n**", 2);
}

static void
what_has_been_decided_does_not_follow(void **state)
{
	struct studio *st = *state;

	studio_record(st);
	say_undecided(st, REC_OUTPUT, "*****", 5);
	studio_say(st, "all ");
	say_undecided(st, REC_OUTPUT, "", 0);
	studio_say(st, "hello");
	studio_crash(st);
	expect_undecided(st, "all hello", 0);
}

static void
undecided_of_each_kind_stands_for_itself(void **state)
{
	struct rec_event event;
	struct studio *st = *state;

	studio_record(st);
	say_undecided(st, REC_INPUT, "***", 3);
	say_undecided(st, REC_ERROR_OUTPUT, "**\r\n", 4);
	studio_say(st, "out");
	say_undecided(st, REC_INPUT, "*", 2);
	assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
	studio_crash(st);
	assert_int_equal(studio_open(st), 0);
	rec_reader_wants_undecided(st->reader);
	assert_int_equal(rec_reader_next(st->reader, &event), 1);
	assert_int_equal(rec_reader_next(st->reader, &event), 1);
	assert_int_equal(event.kind, REC_ERROR_OUTPUT);
	assert_memory_equal(event.bytes, "**\r\n", 4);
	assert_int_equal(rec_reader_next(st->reader, &event), 1);
	assert_int_equal(event.kind, REC_INPUT);
	assert_int_equal(event.count, 2);
	assert_int_equal(rec_reader_next(st->reader, &event), 0);
	assert_int_equal(rec_reader_report(st->reader)->undecided, 4);
}

/* And NULs, which stand for nothing, are not handed out. */
static void
undecided_text_outlives_its_segment(void **state)
{
	static const uint8_t wide[] = { '*', 0, 0xef, 0xbc, 0x8a, 0, '*' };
	struct studio *st = *state;

	studio_record(st);
	studio_say(st, "one");
	assert_int_equal(rec_writer_undecided(st->writer, REC_OUTPUT, wide, sizeof wide, sizeof wide), 0);
	assert_int_equal(rec_writer_flush(st->writer, st->now_us + 2 * REC_SEGMENT_US), 0);
	studio_sync(st);
	studio_crash(st);
	expect_undecided(st, "one*\357\274\212*", 3);
}

/* The tail as it is between the two: the segment is in the file, and its tail is the old one. */
static void
a_crash_right_behind_a_segment_loses_nothing(void **state)
{
	struct studio *st = *state;
	struct buf before;

	buf_init(&before, 1U << 20);
	studio_record(st);
	say_undecided(st, REC_OUTPUT, "**", 2);
	studio_say(st, "one");
	studio_load(st->tail, &before);
	assert_int_equal(rec_writer_flush(st->writer, st->now_us + 2 * REC_SEGMENT_US), 0);
	studio_crash(st);
	studio_store(st->tail, buf_data(&before), buf_len(&before));
	buf_done(&before);
	expect_undecided(st, "one**", 2);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, studio_setup, studio_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(what_was_undecided_at_a_crash_follows_covered),
		TEST(what_has_been_decided_does_not_follow),
		TEST(undecided_of_each_kind_stands_for_itself),
		TEST(undecided_text_outlives_its_segment),
		TEST(a_crash_right_behind_a_segment_loses_nothing),
	};

	return cmocka_run_group_tests_name("undecided", tests, NULL, NULL);
}
