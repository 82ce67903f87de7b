/* SPDX-License-Identifier: ISC */
/* The enforced record in sentences: each word has one, and what is no record is refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "player/enforced.h"
#include "recorder/keeper/enforced.h"
#include "recorder/keeper/rights.h"

static void
collect(const char *sentence, void *user)
{
	struct buf *all = user;

	assert_int_equal(buf_addf(all, "%s\n", sentence), 0);
}

/* What the recorder writes of this record, told; the caller frees it. */
static char *
told(const struct enforced *enforced)
{
	AUTO_BUF struct buf json;
	AUTO_BUF struct buf all;
	AUTO_FREE char *text = NULL;

	buf_init(&json, 2000);
	buf_init(&all, 65536);
	assert_int_equal(enforced_json(enforced, &json), 0);
	text = buf_text(&json);
	assert_int_equal(enforced_tell(text, collect, &all), 0);
	return buf_text(&all);
}

static void
a_role_without_rights_is_told_as_one(void **state)
{
	struct enforced enforced = { .marks = MARK_NO_NEW_PRIVS | MARK_PID_SPACE | MARK_PIDS | MARK_CGROUP, .pids = 512 };
	AUTO_FREE char *text = told(&enforced);

	(void)state;
	assert_string_equal(text, "The role has no rights of its own: files, ports and sockets of its account were open.\n"
	    "It could have at most 512 processes.\nIt could not gain privileges (sudo, setuid programs).\n"
	    "It saw no process but its own.\n");
}

static void
what_is_missing_is_told_loudly(void **state)
{
	struct enforced enforced = { .marks = MARK_CONFINED, .missing = NEED_ALL };
	AUTO_FREE char *text = told(&enforced);

	(void)state;
	assert_memory_equal(text, "The kernel had no Landlock.\n", 28);
	for (uint32_t bit = 1, count = 0; bit <= NEED_ALL; bit <<= 1) {
		const char *at = text;

		count++;
		for (uint32_t i = 0; i < count; i++) {
			at = strstr(at, "NOT enforced: ");
			assert_non_null(at);
			at++;
		}
	}
}

/* Every mark at once, and lists full of the longest and ugliest names: the text still fits a report. */
static void
the_longest_record_fits_a_report(void **state)
{
	struct enforced enforced = { .abi = 64, .fs = UINT32_MAX, .net = UINT32_MAX, .scoped = UINT32_MAX, .marks = MARK_ALL,
		.missing = NEED_ALL, .pids = UINT32_MAX, .paths = UINT32_MAX, .skipped_count = UINT32_MAX, .loose_count = UINT32_MAX };
	AUTO_FREE char *text = NULL;

	(void)state;
	for (size_t i = 0; i < ENFORCED_SKIPPED; i++)
		memset(enforced.skipped[i], '"', ENFORCED_PATH - 1);
	for (size_t i = 0; i < ENFORCED_LOOSE; i++)
		memset(enforced.loose[i], '\n', ENFORCED_PATH - 1);
	assert_true(enforced_valid(&enforced));
	text = told(&enforced);
	assert_non_null(strstr(text, "The role names what is not there: \"\"\""));
	assert_null(strstr(text, "null"));
}

static void
a_record_that_is_none_is_refused(void **state)
{
	static const char *const lies[] = { "", "{", "[]", "\"x\"", "{\"by\":[}", "7" };
	static const char *const odd[] = { "{}", "{\"by\":7,\"missing\":{},\"skipped\":[1,null],\"skipped_count\":-5}",
		"{\"by\":[\"newer-than-this\"],\"missing\":[\"\\u001b[2J\"]}" };
	struct enforced enforced = { .abi = 65 };
	AUTO_BUF struct buf all;
	AUTO_FREE char *text = NULL;

	(void)state;
	buf_init(&all, 65536);
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++)
		assert_int_equal(enforced_tell(lies[i], collect, &all), ERR_REC_FORMAT);
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		assert_int_equal(enforced_tell(odd[i], collect, &all), 0);
	text = buf_text(&all);
	assert_non_null(strstr(text, "newer-than-this\n"));
	assert_null(strchr(text, '\033'));
	assert_false(enforced_valid(&enforced));
	enforced = (struct enforced){ .fs = UINT64_MAX };
	assert_false(enforced_valid(&enforced));
	enforced = (struct enforced){ .marks = ~0u };
	assert_false(enforced_valid(&enforced));
	enforced = (struct enforced){ .missing = ~0u };
	assert_false(enforced_valid(&enforced));
	enforced = (struct enforced){ .abi = 1 };
	memset(enforced.loose, 'x', sizeof enforced.loose);
	assert_false(enforced_valid(&enforced));
	assert_null(enforced_object("enforced: "));
	assert_null(enforced_object("ended: {}"));
	assert_string_equal(enforced_object("enforced: {}"), "{}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_without_rights_is_told_as_one),
		cmocka_unit_test(what_is_missing_is_told_loudly),
		cmocka_unit_test(the_longest_record_fits_a_report),
		cmocka_unit_test(a_record_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
