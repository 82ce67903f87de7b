/* SPDX-License-Identifier: ISC */
/* A trail read with its recording: every event once, in the order of time, also from a place that was noted before. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "tests/unit/record/studio.h"

#define SHOWN	900	/* events */
#define RUN	300

/* A recording of SHOWN events, one each millisecond, and a trail of RUN, one each third; both of many segments. */
static void
record(struct studio *st, enum rec_kind kind, unsigned count, unsigned each_us)
{
	static char line[2048];

	studio_record(st);
	for (unsigned i = 0; i < count; i++) {
		st->now_us = (int64_t)i * each_us;
		memset(line, 'a' + (int)(i % 26), sizeof line);
		snprintf(line, sizeof line, "%u", i);
		studio_put(st, kind, line, sizeof line);
		assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
	}
	studio_put(st, REC_STATE, "coverage: all", 13);
}

/* The trail first, then the recording, each of its own keys; a reader over both. */
static struct rec_reader *
join(struct studio *st, struct rec_source *source)
{
	const struct rec_keyring keyring = { .identities = st->ring };
	struct rec_reader *trail = NULL;
	char path[96];

	record(st, REC_COMMAND, RUN, 3000);
	studio_close(st);
	snprintf(path, sizeof path, "%s/two.rec", st->dir);
	assert_int_equal(rename(st->rec, path), 0);
	assert_int_equal(rec_source_files(source, path), 0);
	assert_int_equal(rec_reader_open(source, &keyring, &trail), 0);
	record(st, REC_OUTPUT, SHOWN, 1000);
	studio_close(st);
	assert_int_equal(studio_open(st), 0);
	rec_reader_join(st->reader, trail);
	assert_ptr_equal(rec_reader_trail(st->reader), trail);
	return st->reader;
}

/* What an event says of itself: its kind and its number. */
static unsigned
name_of(const struct rec_event *event)
{
	unsigned number = 0;

	assert_int_equal(sscanf((const char *)event->bytes, "%u", &number), event->kind == REC_STATE ? 0 : 1);
	return (unsigned)event->kind * 10000 + number;
}

static void
events_of_both_come_in_the_order_of_time(void **state)
{
	struct studio *st = *state;
	AUTO_REC_SOURCE struct rec_source source = { 0 };
	struct rec_reader *reader = join(st, &source);
	unsigned shown = 0, run = 0, states = 0;
	int64_t last_us = 0;
	struct rec_event event;

	while (rec_reader_next(reader, &event) == 1) {
		assert_true(event.t_us >= last_us);
		last_us = event.t_us;
		if (event.kind == REC_OUTPUT)
			assert_int_equal(name_of(&event), REC_OUTPUT * 10000 + shown++);
		else if (event.kind == REC_COMMAND)
			assert_int_equal(name_of(&event), REC_COMMAND * 10000 + run++);
		else
			states++;
	}
	assert_int_equal(shown, SHOWN);
	assert_int_equal(run, RUN);
	assert_int_equal(states, 1);	/* it stands in both */
	assert_true(rec_reader_report(reader)->complete);
	assert_string_equal(rec_reader_report(reader)->missing, "");
	studio_shut(st);
}

/* Places as the player notes them: where a segment of the recording begins. */
static void
from_a_place_the_same_events_come_again(void **state)
{
	struct studio *st = *state;
	AUTO_REC_SOURCE struct rec_source source = { 0 };
	struct rec_reader *reader = join(st, &source);
	static unsigned names[SHOWN + RUN + 1];
	struct { struct rec_place place; size_t at; } legs[64];
	size_t count = 0, leg_count = 0;
	struct rec_event event;

	for (; rec_reader_next(reader, &event) == 1; count++) {
		struct rec_place place;

		rec_reader_place(reader, &place);
		if (leg_count == 0 || legs[leg_count - 1].place.segment != place.segment) {
			legs[leg_count].place = place;
			legs[leg_count++].at = count;
		}
		names[count] = name_of(&event);
	}
	assert_int_equal(count, SHOWN + RUN + 1);
	assert_true(leg_count > 3);
	for (size_t i = leg_count; i-- > 0;) {
		rec_reader_goto(reader, &legs[i].place);
		for (size_t n = legs[i].at; n < count; n++) {
			assert_int_equal(rec_reader_next(reader, &event), 1);
			assert_int_equal(name_of(&event), names[n]);
		}
		assert_int_equal(rec_reader_next(reader, &event), 0);
	}
	assert_int_equal(rec_reader_rewind(reader), 0);
	assert_int_equal(rec_reader_next(reader, &event), 1);
	assert_int_equal(name_of(&event), names[0]);
	studio_shut(st);
}

static void
damage_to_the_trail_is_told_and_keeps_nothing_else_back(void **state)
{
	struct studio *st = *state;
	AUTO_REC_SOURCE struct rec_source source = { 0 };
	struct rec_reader *reader = join(st, &source);
	unsigned shown = 0, run = 0;
	struct rec_event event;
	char path[96];
	struct stat status;

	snprintf(path, sizeof path, "%s/two.rec", st->dir);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(truncate(path, status.st_size / 2), 0);
	while (rec_reader_next(reader, &event) == 1) {
		shown += event.kind == REC_OUTPUT;
		run += event.kind == REC_COMMAND;
	}
	assert_int_equal(shown, SHOWN);
	assert_true(run < RUN);
	assert_false(rec_reader_report(reader)->complete);
	assert_non_null(strstr(rec_reader_report(reader)->missing, "of its trail: "));
	studio_shut(st);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, studio_setup, studio_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_of_both_come_in_the_order_of_time),
		TEST(from_a_place_the_same_events_come_again),
		TEST(damage_to_the_trail_is_told_and_keeps_nothing_else_back),
	};

	return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
