/* SPDX-License-Identifier: ISC */
/* Which rules can match. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_run.h"
#include "tests/unit/recorder/mask_kit.h"

struct row {
	const char	*text;
	int		 rule;	/* -1: none */
};

static const struct row rows[] = {
	{ "nothing of interest here, 12 34 56", -1 },	{ "GHP_", KIT_GITHUB },
	{ "a ghp_ in the middle", KIT_GITHUB },		{ "ghpghp_", KIT_GITHUB },
	{ "the PassWord", KIT_VALUE },			{ "4111 1111 1111 1", KIT_CARD },
	{ "4111-1111-1111-1", KIT_CARD },		{ "4111 1111 1111", -1 },
	{ "4111-1111-1111.1", -1 },			{ "11-4111 1111 1111 1", KIT_CARD },
	{ "4111  1111 1111 1", -1 },			{ "a@b", KIT_MAIL },
	{ "", -1 },
};

static bool
has(const struct mask_gate_set *set, int rule)
{
	return (set->words[rule / 64] >> (rule % 64) & 1) != 0;
}

static void
a_rule_passes_with_its_literal_or_its_digits(void **state)
{
	struct mask_gate *gate = mask_gate_new(&kit_rules);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct mask_gate_set found;
		bool is_any = mask_gate_scan(gate, rows[i].text, strlen(rows[i].text), &found);

		if (is_any != (rows[i].rule >= 0))
			fail_msg("'%s'", rows[i].text);
		for (int rule = 0; rule < KIT_RULES; rule++)
			if (has(&found, rule) != (rule == rows[i].rule))
				fail_msg("'%s' and rule %d", rows[i].text, rule);
	}
	mask_gate_free(gate);
}

static void
the_end_of_a_text_may_begin_a_literal(void **state)
{
	struct mask_gate *gate = mask_gate_new(&kit_rules);

	(void)state;
	assert_int_equal(mask_gate_tail(gate, "the passw", 9), 5);
	assert_int_equal(mask_gate_tail(gate, "fox", 3), 0);
	assert_int_equal(mask_gate_tail(gate, "", 0), 0);
	assert_int_equal(mask_gate_tail(gate, "no 4111 11", 10), 7);
	assert_int_equal(mask_gate_tail(gate, "no 411", 6), 0);
	mask_gate_free(gate);
}

static void
the_longest_word_is_found_wherever_it_stands(void **state)
{
	static const char word[] = "abc.DEF-ghi_0123456789";	/* 22 */
	char text[128];

	(void)state;
	for (size_t before = 0; before < 60; before++) {
		memset(text, ' ', sizeof text);
		for (size_t i = 0; i < before; i++)
			text[i] = i % 7 == 6 ? '/' : 'x';
		memcpy(text + before, word, sizeof word - 1);
		if (before > 0)
			text[before - 1] = ':';
		assert_int_equal(mask_run_word(text, sizeof text, 20), 22);
		assert_int_equal(mask_run_word(text, before + 22, 22), 22);
		assert_int_equal(mask_run_word(text, before + 21, 22), 0);
		assert_int_equal(mask_run_word(text, sizeof text, 23), 0);
	}
	assert_int_equal(mask_run_word("", 0, 20), 0);
}

static void
the_longest_run_of_digits_is_found_wherever_it_stands(void **state)
{
	static const struct {
		const char	*text;
		uint32_t	 run;
		bool		 has_head;
	} runs[] = {
		{ "4111-1111-1111-1111", 16, false }, { "4111 1111-1111 1111", 8, false }, { "12.34.56-78-9", 6, false },
		{ "123 45  6789", 5, false }, { "DE89 3704", 6, true }, { "D89", 2, false }, { "NO 93", 2, true }, { "x", 0, false },
		{ "1", 1, false }, { "12:345", 3, false }, { "\3031\27112", 2, false },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		size_t length = strlen(runs[i].text);

		for (size_t before = 0; before < 40; before++) {
			for (size_t behind = 0; behind < 20; behind++) {
				bool has_head;

				memset(text, '/', sizeof text);
				memcpy(text + before, runs[i].text, length);
				assert_int_equal(mask_run_digits(text, before + length + behind, &has_head), runs[i].run);
				assert_int_equal(has_head, runs[i].has_head);
			}
		}
	}
}

/* The filter before the automaton and the steps of eight over text without digits have edges of their own. */
static void
what_is_wanted_is_found_at_every_place(void **state)
{
	static const struct row wanted[] = { { "ghp_", KIT_GITHUB }, { "PASSWORD", KIT_VALUE }, { "secret", KIT_VALUE }, { "zzz", KIT_SLOW },
		{ "@", KIT_MAIL }, { "-----BEGIN ", KIT_KEY }, { "4111111111111111", KIT_CARD }, { "4111-1111-1111-1111", KIT_CARD } };
	struct mask_gate *gate = mask_gate_new(&kit_rules);
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		for (size_t before = 0; before < 50; before++) {
			for (size_t behind = 0; behind < 20; behind++) {
				size_t length = strlen(wanted[i].text);
				struct mask_gate_set found;

				memset(text, 'x', sizeof text);
				memcpy(text + before, wanted[i].text, length);
				assert_true(mask_gate_scan(gate, text, before + length + behind, &found));
				assert_true(has(&found, wanted[i].rule));
			}
		}
	}
	mask_gate_free(gate);
}

static void
a_rule_with_neither_is_always_tried(void **state)
{
	struct mask_rule rule = { .name = (char[]){ "any" } };
	struct mask_rules rules = { .items = &rule, .count = 1 };
	struct mask_gate *gate = mask_gate_new(&rules);
	struct mask_gate_set found;

	(void)state;
	assert_true(mask_gate_scan(gate, "x", 1, &found));
	assert_true(has(&found, 0));
	mask_gate_free(gate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_passes_with_its_literal_or_its_digits),
		cmocka_unit_test(the_end_of_a_text_may_begin_a_literal),
		cmocka_unit_test(the_longest_word_is_found_wherever_it_stands),
		cmocka_unit_test(the_longest_run_of_digits_is_found_wherever_it_stands),
		cmocka_unit_test(what_is_wanted_is_found_at_every_place),
		cmocka_unit_test(a_rule_with_neither_is_always_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
