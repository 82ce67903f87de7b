/* SPDX-License-Identifier: ISC */
/* What is written is read again: all kinds of events, byte-exact, with or without an end. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "tests/unit/record/studio.h"

static void
all_kinds_of_events_come_back(void **state)
{
	struct studio *st = *state;
	struct rec_end end = { .status = 129, .killed = 2, .survivors = 0, .why = "time is over" }, got;
	uint8_t room[REC_PAYLOAD];
	struct rec_event event;
	uint16_t columns, rows;
	uint32_t typed;

	studio_record(st);
	for (int kind = REC_OUTPUT; kind < REC_KIND_COUNT; kind++) {
		st->now_us += 1000 * kind;
		event.t_us = st->now_us;
		if (kind == REC_RESIZE)
			rec_event_make_resize(&event, 132, 50, room);
		else if (kind == REC_INPUT_HIDDEN)
			rec_event_make_hidden(&event, 14, room);
		else if (kind == REC_END)
			rec_event_make_end(&event, &end, room);
		else
			rec_event_make_text(&event, (enum rec_kind)kind, rec_event_name((enum rec_kind)kind));
		assert_int_equal(rec_writer_put(st->writer, &event), 0);
	}
	studio_close(st);
	assert_int_equal(studio_open(st), 0);
	for (int kind = REC_OUTPUT; kind < REC_META; kind++) {
		assert_int_equal(rec_reader_next(st->reader, &event), 1);
		assert_int_equal(event.kind, kind);
		assert_int_equal(event.t_us, 1000 * kind * (kind + 1) / 2);
		if (kind == REC_RESIZE) {
			assert_int_equal(rec_event_read_resize(&event, &columns, &rows), 0);
			assert_true(columns == 132 && rows == 50);
		} else if (kind == REC_INPUT_HIDDEN) {
			assert_int_equal(rec_event_read_hidden(&event, &typed), 0);
			assert_int_equal(typed, 14);
		} else if (kind == REC_END) {
			assert_int_equal(rec_event_read_end(&event, &got), 0);
			assert_true(got.status == 129 && got.killed == 2 && got.survivors == 0);
			assert_string_equal(got.why, end.why);
		} else {
			assert_true(event.count == strlen(rec_event_name(event.kind)));
			assert_memory_equal(event.bytes, rec_event_name(event.kind), event.count);
		}
	}
	assert_int_equal(rec_reader_next(st->reader, &event), 0);
	assert_true(rec_reader_report(st->reader)->complete);
	assert_string_equal(rec_reader_report(st->reader)->missing, "");
}

static void
the_beginning_tells_about_the_session(void **state)
{
	struct studio *st = *state;
	const struct rec_info *info;

	studio_record(st);
	studio_say(st, "x");
	assert_int_equal(studio_open(st), 0);
	info = rec_reader_info(st->reader);
	assert_memory_equal(info->id, st->params.id.bytes, ID_BYTES);
	assert_true(info->start_wall_us == st->params.start_wall_us && info->columns == 80 && info->rows == 24);
	assert_string_equal(info->meta, st->params.meta);
	assert_false(info->external);
	assert_int_equal(info->duration_us, -1);
	st->now_us = 4242;
	studio_say(st, "y");
	studio_close(st);
	assert_int_equal(studio_open(st), 0);
	assert_int_equal(rec_reader_info(st->reader)->duration_us, 4242);
	assert_int_equal(rec_reader_info(st->reader)->segments, 1);
}

static void
a_mebibyte_of_noise_is_byte_exact(void **state)
{
	struct studio *st = *state;
	size_t count = 1 << 20, part;
	uint8_t *noise = own_alloc(count);
	uint32_t seed = 7;

	studio_noise(&seed, noise, count);
	studio_record(st);
	for (size_t at = 0; at < count; at += part) {
		part = 1 + studio_random(&seed) % 9000;
		if (part > count - at)
			part = count - at;
		st->now_us += 500;
		studio_put(st, REC_OUTPUT, noise + at, part);
		assert_int_equal(rec_writer_flush(st->writer, st->now_us), 0);
		if (studio_random(&seed) % 20 == 0)
			studio_sync(st);
	}
	studio_expect(st, noise, count);	/* while it runs */
	studio_close(st);
	studio_expect(st, noise, count);
	assert_true(rec_reader_report(st->reader)->complete);
	free(noise);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_kinds_of_events_come_back, studio_setup, studio_teardown),
		cmocka_unit_test_setup_teardown(the_beginning_tells_about_the_session, studio_setup, studio_teardown),
		cmocka_unit_test_setup_teardown(a_mebibyte_of_noise_is_byte_exact, studio_setup, studio_teardown),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
