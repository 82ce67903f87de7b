/* SPDX-License-Identifier: ISC */
/* What rules find in a line. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/err.h"
#include "recorder/mask/mask_gate.h"
#include "tests/unit/recorder/mask_kit.h"

static struct mask_hits hits;

static int
find(struct mask_match *match, const char *text, bool is_open)
{
	struct mask_gate_set candidates;

	hits = (struct mask_hits){ .held = MASK_NOWHERE, .opened = MASK_NO_RULE, .wants_near = true };
	if (mask_match_gate(match, text, strlen(text), &candidates))
		mask_match_line(match, &candidates, text, strlen(text), is_open, &hits);
	return (int)hits.count;
}

static int
setup(void **state)
{
	return mask_match_new(&kit_rules, (struct mask_match **)state, NULL);
}

static int
teardown(void **state)
{
	mask_match_free(*state);
	return 0;
}

static void
the_value_is_covered_and_not_its_name(void **state)
{
	assert_int_equal(find(*state, "my password = 'hunter2'; secret:abcd", false), 2);
	assert_int_equal(hits.items[0].from, 15);
	assert_int_equal(hits.items[0].to, 22);
	assert_int_equal(hits.items[1].from, 32);
	assert_int_equal(hits.items[1].to, 36);
}

static void
a_failed_check_drops_a_match(void **state)
{
	assert_int_equal(find(*state, "4111 1111 1111 1111", false), 1);
	assert_int_equal(find(*state, "4111 1111 1111 1112", false), 0);
	assert_int_equal(hits.near_count, 1);
	assert_true(hits.near[0].is_check);
}

static void
an_open_line_tells_what_may_still_come(void **state)
{
	assert_int_equal(find(*state, "x ghp_0123", true), 1);
	assert_true(hits.items[0].is_partial && hits.items[0].is_open);
	assert_int_equal(hits.items[0].from, 6);	/* behind the prefix */
	assert_int_equal(hits.held, MASK_NOWHERE);
	assert_int_equal(find(*state, "write to a.b@exam", true), 0);
	assert_int_equal(hits.held, 9);
	assert_int_equal(find(*state, "x ghp_0123", false), 0);
}

static void
a_block_is_covered_up_to_its_end(void **state)
{
	const char *line = "k=-----BEGIN PRIVATE KEY-----abc-----END PRIVATE KEY-----x";

	assert_int_equal(find(*state, line, false), 1);
	assert_memory_equal(line + hits.items[0].from, "abc---", 6);
	assert_int_equal(hits.items[0].to - hits.items[0].from, 3);
	assert_int_equal(hits.opened, MASK_NO_RULE);
	assert_int_equal(find(*state, "-----BEGIN RSA PRIVATE KEY-----", false), 0);
	assert_int_equal(hits.opened, KIT_KEY);
}

static void
a_rule_that_takes_too_long_covers_the_line(void **state)
{
	char line[4096];

	memset(line, 'a', sizeof line);
	memcpy(line, "zzz", 3);
	memcpy(line + sizeof line - 3, "!=", 3);
	assert_int_equal(find(*state, line, false), 1);
	assert_int_equal(hits.items[0].rule, MASK_NO_RULE);
	assert_int_equal(hits.items[0].from, 0);
	assert_int_equal(hits.items[0].to, strlen(line));
}

static void
more_values_than_there_is_room_for_cover_the_line(void **state)
{
	char line[8 * 400 + 1];

	for (size_t i = 0; i < 400; i++)
		memcpy(line + 8 * i, "a@b.org ", 8);
	line[sizeof line - 1] = '\0';
	find(*state, line, false);
	assert_int_equal(hits.items[0].rule, MASK_NO_RULE);
}

static void
a_value_ends_with_its_last_word(void **state)
{
	static char pattern[] = "who=(?<value>[a-z ]{3,300})", literal[] = "who=";
	char *literals[] = { literal, NULL }, line[600] = "who=anna   ";
	struct mask_rule rule = { .name = literal, .pattern = pattern, .literals = literals };
	struct mask_rules rules = { .items = &rule, .count = 1 };
	struct mask_match *match = NULL;

	(void)state;
	assert_int_equal(mask_match_new(&rules, &match, NULL), 0);
	assert_int_equal(find(match, line, false), 1);
	assert_int_equal(hits.items[0].to, 8);
	memset(line + 4, 'x', 500);	/* longer than the pattern takes */
	strcpy(line + 504, " y");
	assert_int_equal(find(match, line, false), 1);
	assert_int_equal(hits.items[0].to, 504);
	mask_match_free(match);
}

static void
a_wrong_pattern_is_refused_with_its_place(void **state)
{
	struct mask_rule two[2] = { { .name = (char[]){ "a" }, .pattern = (char[]){ "a" } },
		{ .name = (char[]){ "b" }, .pattern = (char[]){ "(" } } };
	struct mask_rules rules = { .items = two, .count = 2 };
	struct mask_match *match = NULL;
	size_t bad = 0;

	(void)state;
	assert_int_equal(mask_match_new(&rules, &match, &bad), ERR_CONFIG);
	assert_int_equal(bad, 1);
	assert_null(match);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_value_is_covered_and_not_its_name),
		cmocka_unit_test(a_failed_check_drops_a_match),
		cmocka_unit_test(an_open_line_tells_what_may_still_come),
		cmocka_unit_test(a_block_is_covered_up_to_its_end),
		cmocka_unit_test(a_rule_that_takes_too_long_covers_the_line),
		cmocka_unit_test(more_values_than_there_is_room_for_cover_the_line),
		cmocka_unit_test(a_value_ends_with_its_last_word),
		cmocka_unit_test(a_wrong_pattern_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
