/* SPDX-License-Identifier: ISC */
/* Payloads of the trail: what is written is read, and what is cut short or made up is refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/event.h"
#include "lib/record/trail.h"

static const struct rec_exec exec = { .what = TRAIL_EXEC, .ago_us = 7, .pid = 12, .ppid = 3, .flags = TRAIL_CUT, .argc = 9,
	.path = "/bin/sh", .cwd = "/", .args = "sh\0-c", .args_bytes = 6 };
static const struct rec_file file = { .act = TRAIL_RENAME, .ago_us = 8, .pid = 13, .path = "/a", .other = "/b" };

static void
an_exec_is_read_as_it_was_written(void **state)
{
	AUTO_BUF struct buf out = { .max = 4096 };
	struct rec_event event;
	struct rec_exec read;

	(void)state;
	assert_int_equal(rec_exec_make(&exec, &out, &event), 0);
	assert_int_equal(rec_exec_read(&event, &read), 0);
	assert_true(read.what == TRAIL_EXEC && read.ago_us == 7 && read.pid == 12 && read.ppid == 3);
	assert_true(read.flags == TRAIL_CUT && read.argc == 9 && read.args_bytes == 6);
	assert_string_equal(read.path, "/bin/sh");
	assert_string_equal(read.cwd, "/");
	assert_memory_equal(read.args, "sh\0-c", 6);
}

static void
an_exit_is_read_as_it_was_written(void **state)
{
	const struct rec_exec exited = { .what = TRAIL_EXITED, .pid = 12, .status = TRAIL_STATUS_UNKNOWN, .duration_us = UINT64_C(1) << 40 };
	AUTO_BUF struct buf out = { .max = 4096 };
	struct rec_event event;
	struct rec_exec read;

	(void)state;
	assert_int_equal(rec_exec_make(&exited, &out, &event), 0);
	assert_int_equal(rec_exec_read(&event, &read), 0);
	assert_true(read.pid == 12 && read.status == TRAIL_STATUS_UNKNOWN && read.duration_us == UINT64_C(1) << 40);
}

static void
an_act_is_read_as_it_was_written(void **state)
{
	AUTO_BUF struct buf out = { .max = 4096 };
	struct rec_event event;
	struct rec_file read;

	(void)state;
	assert_int_equal(rec_file_make(&file, &out, &event), 0);
	assert_int_equal(rec_file_read(&event, &read), 0);
	assert_true(read.act == TRAIL_RENAME && read.ago_us == 8 && read.pid == 13);
	assert_string_equal(read.path, "/a");
	assert_string_equal(read.other, "/b");
}

/* Any beginning of a payload is either refused or, where a text ends, another whole one: never read past its end. */
static void
what_is_cut_inside_a_text_is_refused(void **state)
{
	AUTO_BUF struct buf out = { .max = 4096 };
	AUTO_BUF struct buf other = { .max = 4096 };
	struct rec_event event;
	struct rec_exec exec_read;
	struct rec_file file_read;

	(void)state;
	assert_int_equal(rec_exec_make(&exec, &out, &event), 0);
	for (size_t whole = event.count; event.count > 0; event.count--)
		if (event.count < whole && event.bytes[event.count - 1] != '\0')
			assert_int_equal(rec_exec_read(&event, &exec_read), ERR_REC_DAMAGED);
	assert_int_equal(rec_file_make(&file, &other, &event), 0);
	for (event.count--; event.count > 0; event.count--)
		if (event.bytes[event.count - 1] != '\0')
			assert_int_equal(rec_file_read(&event, &file_read), ERR_REC_DAMAGED);
}

static void
every_act_has_a_name(void **state)
{
	(void)state;
	for (unsigned act = 1; act < TRAIL_ACTS; act++)
		assert_string_not_equal(trail_act_name(act), "unknown");
	assert_string_equal(trail_act_name(TRAIL_ACTS), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exec_is_read_as_it_was_written),
		cmocka_unit_test(an_exit_is_read_as_it_was_written),
		cmocka_unit_test(an_act_is_read_as_it_was_written),
		cmocka_unit_test(what_is_cut_inside_a_text_is_refused),
		cmocka_unit_test(every_act_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
