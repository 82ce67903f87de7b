/* SPDX-License-Identifier: ISC */
/* The generator itself: what it hides can be seen without a mask, its values are what the rules look for, and it repeats itself. */
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
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_lint.h"
#include "recorder/mask/mask_rules.h"
#include "tests/mask/benign.h"
#include "tests/mask/forge.h"
#include "tests/mask/form.h"
#include "tests/mask/script.h"

#define SEEDS	20

static const struct form *const forms[] = { form_lines, form_texts, form_screens, form_tricks, form_moves, form_edits, form_blocks, form_mixes,
	form_tables, form_configs };

static const struct mask_rule *
rule_called(const struct mask_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->items[i].name, name) == 0)
			return &rules->items[i];
	}
	return NULL;
}

/* A rule and a value: the value's bytes are in what the rule covers. */
static void
each_value_is_found_by_its_rule_on_its_line(void **state)
{
	AUTO_MASK_RULES struct mask_rules *rules = mask_rules_builtin();
	struct forged f;

	(void)state;
	for (size_t kind = 0; kind < forge_count; kind++) {
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			struct dice dice = { seed };
			AUTO_FREE char *line = NULL;
			struct mask_span span;
			size_t at;

			forge(kind, &dice, &f);
			assert_true(asprintf(&line, "%s%s%s", f.before, f.value, f.after) > 0);
			at = strlen(f.before);
			assert_non_null(rule_called(rules, f.rule));
			if (mask_lint_find(rule_called(rules, f.rule), line, 0, &span) != 1)
				fail_msg("'%s' does not find anything in '%s'", f.rule, line);
			if (span.start > at || span.end < at + strlen(f.value))
				fail_msg("'%s' covers only '%.*s' of '%s'", f.rule, (int)(span.end - span.start), line + span.start, line);
		}
	}
}

/* Every rule that is on has a kind of value, so that none goes untried. The states have a form of their own. */
static void
each_rule_has_a_value(void **state)
{
	static const char *const others[] = { "private-key", "putty-key", "password-block", "named-value-below", "netrc-password", "password-field", "email-uri", NULL };
	AUTO_MASK_RULES struct mask_rules *rules = mask_rules_builtin();
	struct forged f;

	(void)state;
	for (size_t i = 0; i < rules->count; i++) {
		bool is_there = rules->items[i].is_off;

		for (const char *const *other = others; *other != NULL; other++)
			is_there = is_there || strcmp(*other, rules->items[i].name) == 0;
		for (size_t kind = 0; kind < forge_count && !is_there; kind++) {
			struct dice dice = { 1 };

			forge(kind, &dice, &f);
			is_there = strcmp(f.rule, rules->items[i].name) == 0;
		}
		if (!is_there)
			fail_msg("no value is made for '%s'", rules->items[i].name);
	}
}

static bool
shows(const struct script *script, const char *value)
{
	AUTO_GRID struct grid *grid = grid_new(script->cols, script->rows);
	AUTO_BUF struct buf text;
	bool is_seen = false;
	size_t from = 0;

	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < script->count && !is_seen; i++) {
		grid_write(grid, buf_data(&script->bytes) + from, script->writes[i].end - from);
		from = script->writes[i].end;
		buf_clear(&text);
		for (int row = 0; row < script->rows; row++)
			grid_row_text(grid, row, &text);
		is_seen = memmem(buf_data(&text), buf_len(&text), value, strlen(value)) != NULL ||
		    strstr(grid_title(grid), value) != NULL;
	}
	return is_seen;
}

/* Rows that leave at once, and lines of an editor with numbers, cannot be seen as one; half of the value has to be. */
static bool
shows_half(const struct script *script, const char *value)
{
	AUTO_FREE char *half = strndup(value, strlen(value) / 2);

	return shows(script, half) || shows(script, value + strlen(value) / 2) ||
	    memmem(buf_data(&script->bytes), buf_len(&script->bytes), half, strlen(half)) != NULL;
}

static void
each_form_shows_its_value_without_a_mask(void **state)
{
	struct script script;
	struct forged f;
	unsigned made = 0;

	(void)state;
	script_init(&script);
	for (size_t group = 0; group < sizeof forms / sizeof forms[0]; group++) {
		for (const struct form *form = forms[group]; form->name != NULL; form++) {
			for (size_t kind = 0; kind < forge_count; kind++) {
				struct dice dice = { kind };

				forge(kind, &dice, &f);
				script_clear(&script);
				if (strcmp(form->name, "prompt without echo") == 0 ||
				    strcmp(form->name, "wrapped in a pane") == 0 || !form->make(&script, &dice, &f, 0))
					continue;
				made++;
				assert_true(script.values_count > 0);
				if (!shows_half(&script, script.values[0]))
					fail_msg("%s does not show '%s' (%s)", form->name, script.values[0], f.rule);
			}
		}
	}
	script_done(&script);
	assert_true(made > 1500);
}

static void
there_are_more_than_twenty_forms(void **state)
{
	unsigned count = 0;

	(void)state;
	for (size_t group = 0; group < sizeof forms / sizeof forms[0]; group++) {
		for (const struct form *form = forms[group]; form->name != NULL; form++)
			count++;
	}
	assert_true(count > 20);
}

static void
the_same_seed_makes_the_same_values(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < forge_count; kind++) {
		struct dice a = { 7 }, b = { 7 }, c = { 8 };
		struct forged x, y, z;

		forge(kind, &a, &x);
		forge(kind, &b, &y);
		forge(kind, &c, &z);
		assert_string_equal(x.value, y.value);
		assert_string_not_equal(x.value, z.value);
	}
}

static void
no_rule_matches_a_line_of_the_benign_screens(void **state)
{
	AUTO_MASK_RULES struct mask_rules *rules = mask_rules_builtin();
	struct script script;
	struct mask_span span;

	(void)state;
	script_init(&script);
	for (const struct benign *b = benign_kinds; b->name != NULL; b++) {
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			struct dice dice = { seed };
			AUTO_FREE char *text = NULL;
			char *rest = NULL;

			script_clear(&script);
			b->make(&script, &dice);
			text = buf_text(&script.bytes);
			for (char *line = strtok_r(text, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest)) {
				for (size_t i = 0; i < rules->count; i++) {
					if (!rules->items[i].is_off && mask_lint_find(&rules->items[i], line, 0, &span) != 0)
						fail_msg("'%s' matches '%s'", rules->items[i].name, line);
				}
			}
		}
	}
	script_done(&script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_is_found_by_its_rule_on_its_line),
		cmocka_unit_test(each_rule_has_a_value),
		cmocka_unit_test(each_form_shows_its_value_without_a_mask),
		cmocka_unit_test(there_are_more_than_twenty_forms),
		cmocka_unit_test(the_same_seed_makes_the_same_values),
		cmocka_unit_test(no_rule_matches_a_line_of_the_benign_screens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
