/* SPDX-License-Identifier: ISC */
/* Rules are checked by what they say about themselves: their bounds, their literals, their examples. */
#include "config.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_check.h"
#include "recorder/mask/mask_lint.h"
#include "recorder/mask/mask_rule.h"
#include "recorder/mask/mask_run.h"
#include "recorder/mask/mask_scan.h"
#include "recorder/policy/policy_lines.h"

#define LEAST_LITERAL	3
#define LEAST_DIGITS	2
#define LEAST_WORD	20
#define MOST_LINES	1000
#define MATCH_LIMIT	100000	/* of PCRE2: an example is short, so this is far off */
#define OPEN_MARK	"\u00ab"
#define CLOSE_MARK	"\u00bb"

#define AUTO_CODE	__attribute__((cleanup(code_free_at)))
#define AUTO_DATA	__attribute__((cleanup(data_free_at)))
#define AUTO_CONTEXT	__attribute__((cleanup(context_free_at)))

static void
code_free_at(pcre2_code **code)
{
	pcre2_code_free(*code);
}

static void
data_free_at(pcre2_match_data **data)
{
	pcre2_match_data_free(*data);
}

static void
context_free_at(pcre2_match_context **context)
{
	pcre2_match_context_free(*context);
}

static void __attribute__((format(printf, 3, 0)))
say(const struct mask_where *where, const char *path, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof text, format, args);
	buf_addf(where->errors, "%s:%d: %s\n", where->file, policy_lines_at(where->lines, path), text);
}

void
mask_lint_say(const struct mask_where *where, const char *key, const char *format, ...)
{
	char path[128];
	va_list args;

	snprintf(path, sizeof path, "rules/%u/%s", where->place, key != NULL ? key : "rule");
	va_start(args, format);
	say(where, path, format, args);
	va_end(args);
}

void
mask_lint_say_at(const struct mask_where *where, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(where, path, format, args);
	va_end(args);
}

static pcre2_code *
compile(const struct mask_rule *rule, const char *pattern, char *why, size_t size)
{
	PCRE2_SIZE place;
	PCRE2_UCHAR text[128];
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, mask_rule_options(rule), &error, &place,
	    NULL);

	if (code != NULL)
		return code;
	pcre2_get_error_message(error, text, sizeof text);
	snprintf(why, size, "%s (at its character %zu)", (const char *)text, (size_t)place + 1);
	return NULL;
}

/* Bytes of the match's value: the group called value where it took part, else all of it. */
static struct mask_span
value_of(const pcre2_code *code, pcre2_match_data *data)
{
	const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(data);
	int group = pcre2_substring_number_from_name(code, (PCRE2_SPTR)"value");

	if (group > 0 && pairs[2 * group] != PCRE2_UNSET)
		return (struct mask_span){ pairs[2 * group], pairs[2 * group + 1] };
	return (struct mask_span){ pairs[0], pairs[1] };
}

int
mask_lint_find(const struct mask_rule *rule, const char *text, size_t from, struct mask_span *span)
{
	char why[160];
	AUTO_CODE pcre2_code *code = compile(rule, rule->pattern, why, sizeof why);
	AUTO_DATA pcre2_match_data *data = NULL;
	AUTO_CONTEXT pcre2_match_context *context = pcre2_match_context_create(NULL);
	const PCRE2_SIZE *pairs;
	size_t passed;
	int r;

	if (code == NULL || context == NULL)
		return ERR_MASK_RULES;
	pcre2_set_match_limit(context, MATCH_LIMIT);
	data = pcre2_match_data_create_from_pattern(code, NULL);
	pairs = pcre2_get_ovector_pointer(data);
	while ((r = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), from, 0, data, context)) > 0) {
		passed = mask_check(rule->check, text + pairs[0], pairs[1] - pairs[0]);
		*span = value_of(code, data);
		if (passed > 0 && span->start <= pairs[0] + passed) {
			if (span->end > pairs[0] + passed)
				span->end = pairs[0] + passed;
			return 1;
		}
		from = pairs[0] + 1;
	}
	return r == PCRE2_ERROR_NOMATCH ? 0 : ERR_MASK_RULES;
}

static int
lint_pattern(const struct mask_rule *rule, const char *key, const char *pattern, const struct mask_where *where)
{
	char why[256];
	AUTO_CODE pcre2_code *code = NULL;

	if (mask_scan(pattern, why, sizeof why) < 0) {
		mask_lint_say(where, key, "rule '%s': the %s is refused: %s", rule->name, key, why);
		return 1;
	}
	code = compile(rule, pattern, why, sizeof why);
	if (code == NULL) {
		mask_lint_say(where, key, "rule '%s': the %s does not compile: %s", rule->name, key, why);
		return 1;
	}
	return 0;
}

static int
lint_patterns(const struct mask_rule *rule, const struct mask_where *where)
{
	int faults = lint_pattern(rule, "pattern", rule->pattern, where);

	if (rule->prefix != NULL)
		faults += lint_pattern(rule, "prefix", rule->prefix, where);
	if (rule->until != NULL)
		faults += lint_pattern(rule, "until", rule->until, where);
	if ((rule->until != NULL) != (rule->lines > 0) || rule->lines > MOST_LINES) {
		mask_lint_say(where, "lines", "rule '%s': `until` and `lines` (1 to %d) stand together", rule->name, MOST_LINES);
		faults++;
	}
	return faults;
}

static int
lint_gate(const struct mask_rule *rule, const struct mask_where *where)
{
	int faults = 0;

	if ((rule->literals[0] != NULL) + (rule->digits > 0) + (rule->word > 0) != 1) {
		mask_lint_say(where, NULL,
		    "rule '%s': it needs `literals` (one of them stands in every match), or else `digits` or `word`", rule->name);
		return 1;
	}
	if (rule->digits > 0 && rule->digits < LEAST_DIGITS) {
		mask_lint_say(where, "digits", "rule '%s': `digits` is at least %d", rule->name, LEAST_DIGITS);
		return 1;
	}
	if (rule->word > 0 && rule->word < LEAST_WORD) {
		mask_lint_say(where, "word", "rule '%s': `word` is at least %d", rule->name, LEAST_WORD);
		return 1;
	}
	for (char **literal = rule->literals; *literal != NULL; literal++) {
		if (strlen(*literal) < LEAST_LITERAL && strcmp(*literal, "@") != 0 && strcmp(*literal, "+") != 0) {
			mask_lint_say(where, "literals", "rule '%s': the literal '%s' is shorter than %d characters", rule->name,
			    *literal, LEAST_LITERAL);
			faults++;
		}
	}
	return faults;
}

/* What opens the gate for a rule without literals is what the gate itself looks for. */
static bool
has_run(const struct mask_rule *rule, const char *text)
{
	size_t count = strlen(text);
	bool has_head;

	return (rule->digits > 0 && mask_run_digits(text, count, &has_head) >= rule->digits) ||
	    (rule->word > 0 && mask_run_word(text, count, rule->word) > 0);
}

static bool
has_gate(const struct mask_rule *rule, const char *text)
{
	for (char **literal = rule->literals; *literal != NULL; literal++) {
		if ((rule->is_caseless ? strcasestr(text, *literal) : strstr(text, *literal)) != NULL)
			return true;
	}
	return has_run(rule, text);
}

/* The example without its marks, and what stood between them; span->end is 0 if nothing was marked. */
static char *
unmark(const char *example, struct mask_span *span)
{
	const char *open = strstr(example, OPEN_MARK);
	const char *close = open != NULL ? strstr(open, CLOSE_MARK) : NULL;
	char *text = own_alloc(strlen(example) + 1);
	size_t before = close != NULL ? (size_t)(open - example) : 0;
	size_t inside = close != NULL ? (size_t)(close - open) - strlen(OPEN_MARK) : 0;

	*span = (struct mask_span){ before, before + inside };
	if (close == NULL)
		return memcpy(text, example, strlen(example) + 1);
	memcpy(text, example, before);
	memcpy(text + before, open + strlen(OPEN_MARK), inside);
	memcpy(text + before + inside, close + strlen(CLOSE_MARK), strlen(close) - strlen(CLOSE_MARK) + 1);
	return text;
}

static int
lint_example(const struct mask_rule *rule, const char *example, const char *key, const struct mask_where *where)
{
	struct mask_span wanted;
	struct mask_span found;
	AUTO_FREE char *text = unmark(example, &wanted);
	int r = mask_lint_find(rule, text, 0, &found);

	if (r < 0)
		mask_lint_say(where, key, "rule '%s': matching '%s' costs too much", rule->name, text);
	else if (r == 0)
		mask_lint_say(where, key, "rule '%s': the pattern does not match its example '%s'", rule->name, text);
	else if (!has_gate(rule, text))
		mask_lint_say(where, key, "rule '%s': '%s' matches, but has none of the literals, too few digits, or too short a word", rule->name,
		    text);
	else if (wanted.end > 0 && (found.start != wanted.start || found.end != wanted.end))
		mask_lint_say(where, key, "rule '%s': of '%s' it covers '%.*s'", rule->name, text,
		    (int)(found.end - found.start), text + found.start);
	else
		return 0;
	return 1;
}

static int
lint_counter(const struct mask_rule *rule, const char *counter, const char *key, const struct mask_where *where)
{
	struct mask_span found;
	int r = mask_lint_find(rule, counter, 0, &found);

	if (r == 0)
		return 0;
	if (r < 0)
		mask_lint_say(where, key, "rule '%s': matching '%s' costs too much", rule->name, counter);
	else
		mask_lint_say(where, key, "rule '%s': the pattern matches its counter-example: '%.*s'", rule->name,
		    (int)(found.end - found.start), counter + found.start);
	return 1;
}

int
mask_lint(const struct mask_rule *rule, const struct mask_where *where)
{
	char key[64];
	int faults = lint_gate(rule, where);

	if (lint_patterns(rule, where) > 0)
		return faults + 1;
	if (rule->examples[0] == NULL) {
		mask_lint_say(where, NULL, "rule '%s': it has no `examples`", rule->name);
		return faults + 1;
	}
	for (unsigned i = 0; rule->examples[i] != NULL; i++) {
		snprintf(key, sizeof key, "examples/%u", i);
		faults += lint_example(rule, rule->examples[i], key, where);
	}
	for (unsigned i = 0; rule->counter[i] != NULL; i++) {
		snprintf(key, sizeof key, "counter/%u", i);
		faults += lint_counter(rule, rule->counter[i], key, where);
	}
	return faults;
}
