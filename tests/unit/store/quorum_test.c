/* SPDX-License-Identifier: ISC */
/* Who is still missing, over a table of cases. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/store/quorum.h"

static const char *const pay_sec_dba[] = { "pay", "sec", "dba" };

static void
persons_and_groups_are_counted(void **state)
{
	static const struct {
		size_t		 groups;	/* so many of pay_sec_dba are wanted */
		unsigned	 count;
		const char	*persons[4];
		unsigned	 missing;
	} rows[] = {
		{ 0, 1, { NULL }, 1 },
		{ 0, 1, { "" }, 0 },
		{ 0, 3, { "", "pay" }, 1 },
		{ 0, 2, { "", "", "" }, 0 },
		{ 2, 1, { NULL }, 2 },
		{ 2, 1, { "pay\nsec" }, 1 },
		{ 2, 1, { "pay", "pay" }, 1 },
		{ 2, 2, { "pay\nsec", "pay" }, 0 },
		{ 2, 3, { "pay\nsec", "pay" }, 1 },
		{ 2, 2, { "other", "paysec", "pa" }, 2 },
		{ 3, 1, { "pay\nsec\ndba", "pay\nsec", "pay" }, 0 },
		{ 3, 1, { "pay", "pay\nsec", "pay\nsec\ndba" }, 0 },
		{ 3, 1, { "pay\nsec", "pay\nsec", "pay\nsec" }, 1 },
		{ 3, 5, { "dba", "sec", "pay" }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct quorum quorum;

		quorum_init(&quorum, pay_sec_dba, rows[i].groups);
		for (size_t p = 0; p < 4 && rows[i].persons[p] != NULL; p++)
			assert_int_equal(quorum_add(&quorum, rows[i].persons[p]), 0);
		if (quorum_missing(&quorum, rows[i].count) != rows[i].missing)
			fail_msg("row %zu: %u missing", i, quorum_missing(&quorum, rows[i].count));
	}
}

static void
a_person_without_groups_counts_as_a_person(void **state)
{
	struct quorum quorum;

	(void)state;
	quorum_init(&quorum, pay_sec_dba, 0);
	assert_int_equal(quorum_add(&quorum, NULL), 0);
	assert_int_equal(quorum_missing(&quorum, 1), 0);
}

static void
there_is_a_bound_on_persons(void **state)
{
	struct quorum quorum;

	(void)state;
	quorum_init(&quorum, NULL, 0);
	for (int i = 0; i < QUORUM_PERSONS; i++)
		assert_int_equal(quorum_add(&quorum, ""), 0);
	assert_int_equal(quorum_add(&quorum, ""), ERR_BUF_FULL);
}

static void
more_groups_than_the_bound_are_never_satisfied(void **state)
{
	const char *many[QUORUM_GROUPS + 1];
	struct quorum quorum;

	(void)state;
	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
		many[i] = "g";
	quorum_init(&quorum, many, QUORUM_GROUPS + 1);
	for (int i = 0; i < QUORUM_PERSONS; i++)
		assert_int_equal(quorum_add(&quorum, "g"), 0);
	assert_int_equal(quorum_missing(&quorum, 1), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(persons_and_groups_are_counted),
		cmocka_unit_test(a_person_without_groups_counts_as_a_person),
		cmocka_unit_test(there_is_a_bound_on_persons),
		cmocka_unit_test(more_groups_than_the_bound_are_never_satisfied),
	};

	return cmocka_run_group_tests_name("quorum", tests, NULL, NULL);
}
