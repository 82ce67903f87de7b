/* SPDX-License-Identifier: ISC */
/* The key table has neither holes nor doubles. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "console/keys.h"
#include "console/view.h"

static void
every_row_has_key_words_and_function(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_count; i++) {
		assert_int_not_equal(keys[i].key, 0);
		assert_int_not_equal(keys[i].views, 0);
		assert_int_equal(keys[i].views & ~(unsigned)VIEW_ALL, 0);
		assert_non_null(keys[i].run);
		assert_true(keys[i].name != NULL && keys[i].name[0] != '\0');
		assert_true(keys[i].help != NULL && keys[i].help[0] != '\0');
		assert_true(keys[i].footer == NULL || keys[i].footer[0] != '\0');
	}
}

static int
shared(const struct key *a, const struct key *b)
{
	const int as[] = { a->key, a->twin };
	const int bs[] = { b->key, b->twin };

	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++)
			if (as[i] != 0 && as[i] == bs[k])
				return as[i];
	return 0;
}

static void
no_key_does_two_things_in_one_view(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_count; i++)
		for (size_t k = i + 1; k < key_count; k++)
			if ((keys[i].views & keys[k].views) != 0 && shared(&keys[i], &keys[k]) != 0)
				fail_msg("'%s' and '%s' have the same key", keys[i].help, keys[k].help);
}

static void
what_changes_something_needs_a_connection(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_count; i++)
		if (strchr("agdrs", keys[i].key) != NULL)
			assert_int_equal(keys[i].needs & (NEEDS_ROW | NEEDS_THERE | NEEDS_LINK), NEEDS_ROW | NEEDS_THERE | NEEDS_LINK);
}

static void
only_who_can_decide_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < key_count; i++)
		if ((keys[i].needs & NEEDS_REQUEST) != 0)
			assert_int_equal(keys[i].needs & NEEDS_CAN, NEEDS_CAN);
}

static void
every_view_has_a_way_out_and_help(void **state)
{
	unsigned out = 0;
	unsigned help = 0;

	(void)state;
	for (size_t i = 0; i < key_count; i++) {
		if (keys[i].key == 'q')
			out |= keys[i].views;
		if (keys[i].key == '?')
			help |= keys[i].views;
	}
	assert_int_equal(out, VIEW_ALL);
	assert_int_equal(help, VIEW_ALL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_key_words_and_function),
		cmocka_unit_test(no_key_does_two_things_in_one_view),
		cmocka_unit_test(what_changes_something_needs_a_connection),
		cmocka_unit_test(only_who_can_decide_decides),
		cmocka_unit_test(every_view_has_a_way_out_and_help),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
