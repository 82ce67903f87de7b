/* SPDX-License-Identifier: ISC */
/* What is read from patterns never lets a match go. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_need.h"
#include "recorder/mask/mask_rules.h"

#define NONE	-1

struct row {
	const char	*pattern, *text;
	bool		 is_caseless, is_open;
	int		 place;
};

#define WORDS	"(?:alpha|bravo|gamma|delta|kappa|sigma)=1"

static const struct row rows[] = {
	{ .pattern = "abc", .text = "xxabc", .place = 2 },
	{ .pattern = "abc", .text = "xxab", .place = NONE },
	{ .pattern = "abc", .text = "xxab", .is_open = true, .place = 2 },
	{ .pattern = "abc", .text = "xxABC", .place = NONE },
	{ .pattern = "abc", .text = "xxABC", .is_caseless = true, .place = 2 },
	{ .pattern = "(?i:ab)c", .text = "xABC", .place = 1 },
	{ .pattern = "[A-Z]{2}[0-9]{2}x", .text = "AB1 ABC12x", .place = 5 },
	{ .pattern = "[A-Z]{2}[0-9]{2}x", .text = "AB1 A12x", .place = NONE },
	{ .pattern = "[^0-9\\s]{3}-?b", .text = "12 ab\tcde-b", .place = 6 },
	{ .pattern = "(?<![a-z])(?:key|token)[._-]?id\\s{0,8}(?:=>|:=|=)", .text = "a key_id, a token.id => 1", .place = 2 },
	{ .pattern = "(?<![a-z])(?:key|token)[._-]?id\\s{0,8}(?:=>|:=|=)", .text = "a key_id, a token.id", .place = NONE },
	{ .pattern = "(?:key|token)[._-]?id\\s{0,8}(?:=>|:=|=)", .text = "a kex_id, a token.id = ", .place = 12 },
	{ .pattern = "a?b?cd", .text = "ax bcd", .place = 3 },
	{ .pattern = "(?:a|bc){2,3}d", .text = "xbcad", .place = 1 },
	{ .pattern = "\\x41\\x{42}\\.", .text = "x AB.", .place = 2 },
	{ .pattern = "[]a]b", .text = "x]b", .place = 1 },
	{ .pattern = "[a-]b", .text = "x-b", .place = 1 },
	{ .pattern = "(.)\\1x", .text = "aax", .place = 0 },
	{ .pattern = "\\p{L}9", .text = "- \303\2459", .place = 2 },
	{ .pattern = "(?=[0-9]{2}#)..", .text = "a 12", .place = NONE },
	{ .pattern = "s1", .text = "\305\2771", .is_caseless = true, .place = 0 },	/* a long s */
	{ .pattern = "[\303\245a]b", .text = "x\303\245b", .place = 1 },
	{ .pattern = "x*y", .text = "xxxxxxxxy", .place = 0 },
	{ .pattern = "(?:abc){0,40}d", .text = "q abcd", .place = 0 },
	{ .pattern = "(?<![a-z_])abc", .text = "xabc_abc-abc", .place = 9 },
	{ .pattern = "(?<![a-z_])abc", .text = "xabc", .place = NONE },
	{ .pattern = "(?<![a-z_])abc", .text = "xabc-ab", .is_open = true, .place = 5 },
	{ .pattern = "(?<![^a-z])abc", .text = "-abc", .place = 1 },
	{ .pattern = "(?<![a-z])?abc", .text = "xabc", .place = 1 },
	{ .pattern = "(?<![a-z])abd|ab.", .text = "xabc", .place = 1 },
	{ .pattern = "(?<![a-z\303\251])ab", .text = "\303\251ab", .place = 2 },
	{ .pattern = WORDS, .text = "alama=1 sigma=1", .place = 8 },
	{ .pattern = WORDS, .text = "alama=1 \305\277igma=1", .is_caseless = true, .place = 8 },
	{ .pattern = WORDS, .text = "alama=1 kap", .is_open = true, .place = 8 },
	{ .pattern = WORDS, .text = "alama=1 si", .is_open = true, .place = 8 },
	{ .pattern = "\\b(?:(?:alpha|bravo|gamma)[_-]?|delta|kappa|sigma)=1", .text = "alama=1 bravo_=1", .place = 8 },
	{ .pattern = "\303\251t\303\251", .text = "un \303\251t", .is_open = true, .place = 3 },
};

static void
a_beginning_is_found_where_one_may_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		size_t count = strlen(row->text), place;
		struct mask_need need;

		mask_need_read(row->pattern, row->is_caseless, &need);
		place = mask_need_next(&need, row->text, count, 0, row->is_open);
		if (place != (row->place == NONE ? count : (size_t)row->place))
			fail_msg("%s in '%s': %zu", row->pattern, row->text, place);
	}
}

static void
a_text_without_what_is_wanted_is_let_go(void **state)
{
	static const struct {
		const char	*pattern, *text;
		bool		 is_caseless, lacks;
	} texts[] = {
		{ "(?:key|token)\\s{0,4}[:=]\\s{0,4}[a-z]{4,9}", "the token abc", false, true },
		{ "(?:key|token)\\s{0,4}[:=]\\s{0,4}[a-z]{4,9}", "the token: abc", false, false },
		{ "a.{0,9}[#$].{0,9}[%&]", "a # b", false, true },
		{ "a.{0,9}[#$].{0,9}[%&]", "a & #", false, false },
		{ "x#s", "x# \305\277", true, false },
		{ "\303\245#", "a#", false, true },
		{ "(?(1)a|b)c", "zzz", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct mask_need need;
		struct mask_set seen;

		mask_need_read(texts[i].pattern, texts[i].is_caseless, &need);
		mask_need_see(&seen, texts[i].text, strlen(texts[i].text));
		if (mask_need_lacks(&need, &seen) != texts[i].lacks)
			fail_msg("%s in '%s'", texts[i].pattern, texts[i].text);
	}
}

static void
what_is_not_understood_narrows_nothing(void **state)
{
	static const char *const patterns[] = { "(?(1)a|b)c", "\\Qa.b\\E", "a(?#b)c", "(*ANY)abc", "(?R)ab", "a{,3}b", "\\cAb" };
	struct mask_need need;

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		mask_need_read(patterns[i], false, &need);
		if (mask_need_next(&need, "zzz", 3, 1, false) != 1)
			fail_msg("%s", patterns[i]);
	}
}

/* Without the marks around values. */
static char *
plain(const char *example)
{
	char *text = own_alloc(strlen(example) + 1), *to = text;

	while (*example != '\0') {
		if (strncmp(example, "\302\253", 2) == 0 || strncmp(example, "\302\273", 2) == 0)
			example += 2;
		else
			*to++ = *example++;
	}
	return text;
}

/* Wherever the rule matches, the place is not passed over, neither now nor when less of the text was there. */
static void
check(const pcre2_code *code, const struct mask_need *need, const char *name, const char *text)
{
	pcre2_match_data *data = pcre2_match_data_create(64, NULL);
	size_t count = strlen(text);
	struct mask_set seen;

	mask_need_see(&seen, text, count);
	for (size_t at = 0; at < count;) {
		const PCRE2_SIZE *found = pcre2_get_ovector_pointer(data);

		if (pcre2_match(code, (PCRE2_SPTR)text, count, at, 0, data, NULL) < 0)
			break;
		if (mask_need_next(need, text, count, at, false) > found[0] || mask_need_lacks(need, &seen))
			fail_msg("%s in '%s' at %zu", name, text, found[0]);
		for (size_t cut = found[0] + 1; cut < count; cut++)
			if (((uint8_t)text[cut] & 0xc0) != 0x80 && mask_need_next(need, text, cut, at, true) > found[0])
				fail_msg("%s in '%.*s' at %zu", name, (int)cut, text, found[0]);
		at = found[0] + 1;
		while (((uint8_t)text[at] & 0xc0) == 0x80)
			at++;
	}
	pcre2_match_data_free(data);
}

static void
no_match_of_any_shipped_rule_is_passed_over(void **state)
{
	struct mask_rules *rules = mask_rules_builtin();
	size_t unread = 0;

	(void)state;
	for (size_t i = 0; i < rules->count; i++) {
		const struct mask_rule *rule = &rules->items[i];
		struct mask_need need;
		PCRE2_SIZE offset;
		int error;
		pcre2_code *code = pcre2_compile((PCRE2_SPTR)rule->pattern, PCRE2_ZERO_TERMINATED, mask_rule_options(rule), &error, &offset, NULL);

		assert_non_null(code);
		mask_need_read(rule->pattern, rule->is_caseless, &need);
		unread += need.end == 0 && need.sets == 0;
		for (size_t other = 0; other < rules->count; other++) {
			for (char **example = rules->items[other].examples; *example != NULL; example++) {
				AUTO_FREE char *text = plain(*example);

				check(code, &need, rule->name, text);
			}
		}
		pcre2_code_free(code);
	}
	assert_true(unread < rules->count / 10);
	mask_rules_free(rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_beginning_is_found_where_one_may_be),
		cmocka_unit_test(a_text_without_what_is_wanted_is_let_go),
		cmocka_unit_test(what_is_not_understood_narrows_nothing),
		cmocka_unit_test(no_match_of_any_shipped_rule_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
