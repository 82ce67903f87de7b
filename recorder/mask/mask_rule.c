/* SPDX-License-Identifier: ISC */
/* Rules in memory: their options for PCRE2, a choice of them, their end. */
#include "config.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_area.h"
#include "recorder/mask/mask_rules.h"

uint32_t
mask_rule_options(const struct mask_rule *rule)
{
	return PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | (rule->is_caseless ? PCRE2_CASELESS : 0);
}

static void
words_free(char **words)
{
	for (char **word = words; word != NULL && *word != NULL; word++)
		free(*word);
	free(words);
}

void
mask_rule_done(struct mask_rule *rule)
{
	free(rule->name);
	free(rule->set);
	free(rule->source);
	words_free(rule->literals);
	free(rule->prefix);
	free(rule->pattern);
	free(rule->until);
	words_free(rule->examples);
	words_free(rule->counter);
}

void
mask_rules_free(struct mask_rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++)
		mask_rule_done(&rules->items[i]);
	free(rules->items);
	mask_areas_free(rules->columns, rules->column_count);
	mask_areas_free(rules->outputs, rules->output_count);
	free(rules);
}

void
mask_rules_free_at(struct mask_rules **rules)
{
	mask_rules_free(*rules);
}

static char *
copy_text(const char *text)
{
	return text != NULL ? own_dup(text) : NULL;
}

static char **
copy_words(char *const *words)
{
	size_t count = 0;
	char **copy;

	while (words != NULL && words[count] != NULL)
		count++;
	copy = own_alloc((count + 1) * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = own_dup(words[i]);
	return copy;
}

static struct mask_rule
copy_rule(const struct mask_rule *rule)
{
	struct mask_rule copy = *rule;

	copy.name = copy_text(rule->name);
	copy.set = copy_text(rule->set);
	copy.source = copy_text(rule->source);
	copy.literals = copy_words(rule->literals);
	copy.prefix = copy_text(rule->prefix);
	copy.pattern = copy_text(rule->pattern);
	copy.until = copy_text(rule->until);
	copy.examples = copy_words(rule->examples);
	copy.counter = copy_words(rule->counter);
	return copy;
}

static bool
stands_in(const char *const *names, const char *name)
{
	for (; *names != NULL; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

static bool
is_known(const struct mask_rules *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->items[i].name, name) == 0 || strcmp(all->items[i].set, name) == 0)
			return true;
	}
	return mask_areas_know(all->columns, all->column_count, name) || mask_areas_know(all->outputs, all->output_count, name);
}

int
mask_rules_select(const struct mask_rules *all, const char *const *names, struct mask_rules **chosen,
    char why[MASK_RULES_WHY])
{
	struct mask_rules *rules;

	for (const char *const *name = names; *name != NULL; name++) {
		if (is_known(all, *name))
			continue;
		snprintf(why, MASK_RULES_WHY, "there is neither a set nor a rule called '%s'", *name);
		return ERR_NOT_FOUND;
	}
	rules = own_alloc(sizeof *rules);
	rules->items = own_alloc((all->count + 1) * sizeof *rules->items);
	for (size_t i = 0; i < all->count; i++) {
		const struct mask_rule *rule = &all->items[i];

		if (stands_in(names, rule->name) || (!rule->is_off && stands_in(names, rule->set)))
			rules->items[rules->count++] = copy_rule(rule);
	}
	mask_areas_choose(&rules->columns, &rules->column_count, all->columns, all->column_count, names);
	mask_areas_choose(&rules->outputs, &rules->output_count, all->outputs, all->output_count, names);
	memcpy(rules->sha256, all->sha256, sizeof rules->sha256);
	*chosen = rules;
	return 0;
}

static bool
has_rule(const struct mask_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->items[i].name, name) == 0)
			return true;
	}
	return false;
}

struct mask_rules *
mask_rules_join(const struct mask_rules *masked, const struct mask_rules *record_only)
{
	struct mask_rules *rules = own_alloc(sizeof *rules);

	rules->items = own_alloc((masked->count + record_only->count + 1) * sizeof *rules->items);
	for (size_t i = 0; i < masked->count; i++)
		rules->items[rules->count++] = copy_rule(&masked->items[i]);
	for (size_t i = 0; i < record_only->count; i++) {
		if (has_rule(masked, record_only->items[i].name))
			continue;
		rules->items[rules->count] = copy_rule(&record_only->items[i]);
		rules->items[rules->count++].is_record_only = true;
	}
	mask_areas_join(&rules->columns, &rules->column_count, masked->columns, masked->column_count, false);
	mask_areas_join(&rules->columns, &rules->column_count, record_only->columns, record_only->column_count, true);
	mask_areas_join(&rules->outputs, &rules->output_count, masked->outputs, masked->output_count, false);
	mask_areas_join(&rules->outputs, &rules->output_count, record_only->outputs, record_only->output_count, true);
	memcpy(rules->sha256, masked->sha256, sizeof rules->sha256);
	return rules;
}
