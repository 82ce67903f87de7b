/* SPDX-License-Identifier: ISC */
/* The difference of two settings in one line that a person can read. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/own.h"
#include "recorder/gate/gate_change.h"

static void
assert_words(const char *old, const char *text, const char *wanted)
{
	AUTO_FREE char *words = change_words(old, text);

	assert_string_equal(words, wanted);
}

static void
what_came_and_went_is_named_with_its_heading(void **state)
{
	static const char old[] = "shell: a shell\n  may ask     everybody\n  open        always\npsql: orders\n  may ask     group dba\n";
	static const char text[] = "shell: a shell\n  may ask     group ops\n  open        always\npsql: orders\n  may ask     group dba\n  open        weekdays\n";

	(void)state;
	assert_words(old, text, "new: shell, may ask     group ops | psql, open        weekdays; gone: shell, may ask     everybody");
	assert_words(text, old, "new: shell, may ask     everybody; gone: shell, may ask     group ops | psql, open        weekdays");
}

static void
order_and_empty_lines_do_not_matter(void **state)
{
	(void)state;
	assert_words("a\nb\n\nc", "\nc\na\nb\n", "nothing reads differently");
	assert_words("", "", "nothing reads differently");
}

static void
a_line_that_stands_twice_is_missed_once(void **state)
{
	(void)state;
	assert_words("a\na\nb\n", "a\nb\n", "gone: a");
	assert_words("a\n", "a\na\n", "new: a");
}

static void
the_same_words_under_another_heading_are_a_change(void **state)
{
	(void)state;
	assert_words("one: x\n  sudo yes\ntwo: y\n", "one: x\ntwo: y\n  sudo yes\n", "new: two, sudo yes; gone: one, sudo yes");
}

static void
a_long_difference_is_cut_and_counted(void **state)
{
	AUTO_FREE char *text = own_alloc(200 * 101 + 1), *words = NULL;

	(void)state;
	for (int i = 0; i < 200; i++) {
		memset(text + i * 101, 'a' + i % 26, 100);
		text[i * 101 + 100] = '\n';
	}
	words = change_words("", text);
	assert_in_range(strlen(words), CHANGE_MOST / 2, CHANGE_MOST + 100);
	assert_non_null(strstr(words, " and 1"));
	assert_non_null(strstr(words, " more"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_and_went_is_named_with_its_heading),
		cmocka_unit_test(order_and_empty_lines_do_not_matter),
		cmocka_unit_test(a_line_that_stands_twice_is_missed_once),
		cmocka_unit_test(the_same_words_under_another_heading_are_a_change),
		cmocka_unit_test(a_long_difference_is_cut_and_counted),
	};

	return cmocka_run_group_tests_name("change_words", tests, NULL, NULL);
}
