/* SPDX-License-Identifier: ISC */
/* The list below `guard`: names of sets that come with Postern, and rules of the role's own. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/keeper/roletable.h"
#include "recorder/mask/guard_rule.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_guard.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_schema.h"

void
policy_guard_free(struct policy *policy)
{
	for (unsigned i = 0; i < policy->guards_count; i++) {
		for (char **word = policy->guards[i]; *word != NULL; word++)
			free(*word);
		free(policy->guards[i]);
	}
	free(policy->guards);
}

/* The text at a path below the role; NULL if there is none. *is_there: there is anything. */
static const char * __attribute__((format(printf, 3, 4)))
word_at(const struct check *c, bool *is_there, const char *format, ...)
{
	const char *word = NULL;
	char below[64], path[128];
	va_list args;

	va_start(args, format);
	vsnprintf(below, sizeof below, format, args);
	va_end(args);
	snprintf(path, sizeof path, "%s/%s", c->base, below);
	*is_there = policy_lines_has(c->source->lines, path, &word);
	return word;
}

struct list {
	char	**words;
	size_t	  count;
};

static void
add(struct list *list, const struct guard_rule *rule)
{
	const char *const words[GUARD_WORDS_EACH] = { guard_do_word(rule->does), guard_in_word(rule->in), rule->name, rule->why, rule->pattern };

	list->words = own_grow(list->words, list->count + GUARD_WORDS_EACH + 1, sizeof *list->words);
	for (size_t i = 0; i < GUARD_WORDS_EACH; i++)
		list->words[list->count++] = own_dup(words[i]);
	list->words[list->count] = NULL;
}

/* A set, or one rule of it. `does`: GUARD_NONE as it comes. */
static void
add_named(struct check *c, const char *path, const char *name, const struct guard_rule *how, struct list *list)
{
	size_t before = list->count;

	for (size_t i = 0; i < guard_builtin_count; i++) {
		struct guard_rule rule = guard_builtin[i].rule;

		if (strcmp(guard_builtin[i].set, name) != 0 && strcmp(rule.name, name) != 0)
			continue;
		rule.does = how->does != GUARD_NONE ? how->does : rule.does;
		rule.in = how->in;
		add(list, &rule);
	}
	if (list->count == before)
		check_fault(c, path, "there is no set or rule '%s' (sql, shell, cluster)", name);
}

static void
check_keys(struct check *c, int i)
{
	static const char *const keys[] = { "match", "use", "name", "do", "why", "in" };
	char path[128];
	int known = 0;
	bool is_there;

	for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
		(void)word_at(c, &is_there, "guard/%d/%s", i, keys[k]);
		known += is_there;
	}
	snprintf(path, sizeof path, "guard/%d", i);
	if (known == 0)
		check_fault(c, path, "write the name of a set, or a rule {match: drop database, do: confirm, why: a sentence}");
}

/* A rule that finds nothing is not missed by anybody until it is needed. */
static void
warn_sign(struct check *c, const char *path, const char *match)
{
	const char *sign = guard_pattern_sign(match);

	if (sign != NULL)
		check_warn(c, path, "'%s': '%s' is looked for as it stands here; a regular expression is written between slashes, /%s/", match, sign, match);
}

/* A rule of the role's own. */
static void
add_own(struct check *c, int i, const struct guard_rule *how, struct list *list)
{
	char path[64], pattern[GUARD_PATTERN], why[GUARD_WHY];
	bool has_match, is_there;
	const char *match = word_at(c, &has_match, "guard/%d/match", i);
	const char *name = word_at(c, &is_there, "guard/%d/name", i);
	const char *text = word_at(c, &is_there, "guard/%d/why", i);
	struct guard_rule rule = { how->does, how->in, name != NULL ? name : match, text, pattern };

	snprintf(path, sizeof path, "guard/%d/match", i);
	if (match == NULL)
		check_fault(c, path, "the pattern is missing (match: drop database, or match: /a regular expression/)");
	else if (guard_pattern(match, pattern, why) < 0)
		check_fault(c, path, "'%s': %s", match, why);
	else if (text == NULL)
		check_fault(c, path, "say `why`: the engineer reads it");
	else if (strlen(text) > GUARD_WHY || strlen(rule.name) > GUARD_WHY)
		check_fault(c, path, "`why` and `name` have at most %d bytes", GUARD_WHY);
	else if (how->does == GUARD_NONE)
		check_fault(c, path, "say what to `do`: warn, confirm, ask or deny");
	else {
		warn_sign(c, path, match);
		add(list, &rule);
	}
}

static unsigned
in_bit(const char *word)
{
	if (word != NULL && strcmp(word, "command") == 0)
		return GUARD_IN_COMMAND;
	return word != NULL && strcmp(word, "exec") == 0 ? GUARD_IN_EXEC : 0;
}

/* A word, or a list of them; without one it is the line. */
static unsigned
read_in(struct check *c, int i)
{
	char path[128];
	bool is_there, has_one;
	const char *word = word_at(c, &is_there, "guard/%d/in", i);
	unsigned in = in_bit(word);
	int count;

	snprintf(path, sizeof path, "%s/guard/%d/in", c->base, i);
	count = word == NULL ? policy_lines_count(c->source->lines, path) : 0;
	for (int k = 0; k < count; k++) {
		unsigned bit = in_bit(word_at(c, &has_one, "guard/%d/in/%d", i, k));

		in = bit != 0 ? in | bit : 0;
		if (bit == 0)
			break;
	}
	snprintf(path, sizeof path, "guard/%d/in", i);
	if (is_there && in == 0)
		check_fault(c, path, "`in` is command (the line on the screen), exec (a program with its arguments), or a list of both");
	return in != 0 ? in : GUARD_IN_COMMAND;
}

static void
read_entry(struct check *c, int i, struct list *list)
{
	char path[64];
	bool is_there, uses;
	const char *name = word_at(c, &is_there, "guard/%d", i);
	const char *use, *word;
	struct guard_rule how = { .does = GUARD_NONE, .in = GUARD_IN_COMMAND };

	snprintf(path, sizeof path, "guard/%d", i);
	if (name != NULL) {
		add_named(c, path, name, &how, list);
		return;
	}
	check_keys(c, i);
	how.in = read_in(c, i);
	word = word_at(c, &is_there, "guard/%d/do", i);
	how.does = word != NULL ? guard_do_of(word) : GUARD_NONE;
	if (is_there && how.does == GUARD_NONE)
		check_fault(c, path, "`do` is one of warn, confirm, ask and deny");
	use = word_at(c, &uses, "guard/%d/use", i);
	if (uses && use != NULL)
		add_named(c, path, use, &how, list);
	else if (!is_there || how.does != GUARD_NONE)
		add_own(c, i, &how, list);
}

void
policy_guard_check(struct check *c, struct policy_role *role)
{
	struct list list = { .words = own_alloc(sizeof *list.words) };
	char path[64];
	bool is_there;
	int entries;
	const char *word = word_at(c, &is_there, "guard");

	snprintf(path, sizeof path, "%s/guard", c->base);
	entries = policy_lines_count(c->source->lines, path);
	if (is_there && entries < 0 && (word == NULL || strcmp(word, "none") != 0))
		check_fault(c, "guard", "a list of sets and rules is expected here ([sql, shell]), or none");
	for (int i = 0; i < entries; i++)
		read_entry(c, i, &list);
	if (list.count / GUARD_WORDS_EACH > GUARD_RULES)
		check_fault(c, "guard", "at most %d rules", GUARD_RULES);
	if (role->trail == ROLE_TRAIL_OFF && guard_words_have((const char *const *)list.words, GUARD_IN_EXEC))
		check_fault(c, "guard", "guards on exec are asked by the tracer of the trail, and the role has none; leave out `trail: off`");
	role->guard = list.words;
	c->policy->guards = own_grow(c->policy->guards, c->policy->guards_count + 1, sizeof *c->policy->guards);
	c->policy->guards[c->policy->guards_count++] = list.words;
}
