/* SPDX-License-Identifier: ISC */
/* From files to rules: reading them in a fixed order, taking over their entries, hashing what was read. */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_area.h"
#include "recorder/mask/mask_check.h"
#include "recorder/mask/mask_lint.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_schema.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_yaml.h"

#define MOST_ERRORS	65536
#define STYLES		"full, keep-last-4, label, pseudonym"
#define NAME_LETTERS	"abcdefghijklmnopqrstuvwxyz0123456789-"

#define AUTO_LINES	__attribute__((cleanup(policy_lines_free_at)))
#define AUTO_SCHEMA	__attribute__((cleanup(schema_free_at)))

static void
schema_free_at(struct mask_file **file)
{
	mask_schema_free(*file);
}

/* "site" of "/etc/postern/rules.d/site.yaml"; the caller frees it. */
static char *
set_of(const char *name)
{
	const char *slash = strrchr(name, '/');
	char *set = own_dup(slash != NULL ? slash + 1 : name);
	char *dot = strrchr(set, '.');

	if (dot != NULL)
		*dot = '\0';
	return set;
}

static char **
words_of(char *const *words, unsigned count)
{
	char **copy = own_alloc(((size_t)count + 1) * sizeof *copy);

	for (unsigned i = 0; i < count; i++)
		copy[i] = own_dup(words[i]);
	return copy;
}

static char *
text_of(const char *text)
{
	return text != NULL ? own_dup(text) : NULL;
}

static void
lower(char **words)
{
	for (; *words != NULL; words++) {
		for (char *c = *words; *c != '\0'; c++)
			*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 'a' - 'A' : *c);
	}
}

static int
style_parse(const char *text, enum mask_style *style)
{
	static const char *const styles[] = {
		[MASK_FULL] = "full", [MASK_KEEP_LAST_4] = "keep-last-4", [MASK_LABEL] = "label",
		[MASK_PSEUDONYM] = "pseudonym",
	};

	for (unsigned i = 0; i < sizeof styles / sizeof styles[0]; i++) {
		if (strcmp(styles[i], text) == 0) {
			*style = (enum mask_style)i;
			return 0;
		}
	}
	return ERR_NOT_FOUND;
}

/* Keys with a fixed choice of words. The number of faults. */
static int
take_choices(const struct mask_entry *entry, struct mask_rule *rule, const struct mask_where *where)
{
	int faults = 0;

	if (strspn(rule->name, NAME_LETTERS) != strlen(rule->name)) {
		mask_lint_say(where, "rule", "'%s' is not a name (small letters, digits and -)", rule->name);
		faults++;
	}
	if (entry->style != NULL && style_parse(entry->style, &rule->style) < 0) {
		mask_lint_say(where, "style", "rule '%s': '%s' is not a style (" STYLES ")", rule->name, entry->style);
		faults++;
	}
	if (entry->check != NULL && mask_check_parse(entry->check, &rule->check) < 0) {
		mask_lint_say(where, "check", "rule '%s': '%s' is not a check (luhn, mod-97, ssn, host)", rule->name,
		    entry->check);
		faults++;
	}
	return faults;
}

/* The place for a rule of this name: where one of an earlier file stood, or behind the last. */
static struct mask_rule *
place_for(struct mask_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->items[i].name, name) == 0) {
			mask_rule_done(&rules->items[i]);
			return &rules->items[i];
		}
	}
	rules->items = own_grow(rules->items, rules->count + 1, sizeof *rules->items);
	return &rules->items[rules->count++];
}

/* Whether the entry at where->place has the name of one before it. */
static bool
is_twice(const struct mask_file *file, const struct mask_where *where)
{
	for (unsigned i = 0; i < where->place; i++) {
		if (strcmp(file->rules[i].rule, file->rules[where->place].rule) == 0)
			return true;
	}
	return false;
}

static int
take_rule(struct mask_rules *rules, const struct mask_file *file, const char *set, const struct mask_where *where)
{
	const struct mask_entry *entry = &file->rules[where->place];
	struct mask_rule *rule;
	char path[64];
	int faults;

	if (rules->count == MASK_RULES_MOST) {
		mask_lint_say(where, "rule", "these are more than %d rules", MASK_RULES_MOST);
		return 1;
	}
	if (is_twice(file, where)) {
		mask_lint_say(where, "rule", "this file has two rules called '%s'", entry->rule);
		return 1;
	}
	rule = place_for(rules, entry->rule);
	snprintf(path, sizeof path, "rules/%u/rule", where->place);
	*rule = (struct mask_rule){
		.name = own_dup(entry->rule), .set = own_dup(set), .source = text_of(entry->source),
		.literals = words_of(entry->literals, entry->literals_count), .digits = entry->digits, .word = entry->word,
		.prefix = text_of(entry->prefix), .pattern = own_dup(entry->pattern), .until = text_of(entry->until),
		.lines = entry->lines, .is_caseless = entry->caseless, .is_off = entry->off,
		.examples = words_of(entry->examples, entry->examples_count),
		.counter = words_of(entry->counter, entry->counter_count),
		.line = (uint32_t)policy_lines_at(where->lines, path),
	};
	if (rule->is_caseless)
		lower(rule->literals);
	faults = take_choices(entry, rule, where);
	return faults > 0 || where->is_trusted ? faults : mask_lint(rule, where);
}

static int
take_columns(struct mask_rules *rules, const struct mask_file *file, const char *set, const struct mask_where *where)
{
	char path[64];
	int faults = 0;

	for (unsigned i = 0; i < file->columns_count; i++) {
		snprintf(path, sizeof path, "columns/%u", i);
		faults += mask_lint_area(file->columns[i], false, path, where);
		mask_areas_add(&rules->columns, &rules->column_count, MASK_COLUMN, file->columns[i], set);
	}
	return faults;
}

/* Only for columns of the same file, so that one reads there what is covered. */
static int
take_styles(struct mask_rules *rules, const struct mask_file *file, const struct mask_where *where)
{
	size_t first = rules->column_count - file->columns_count;
	char path[64];
	int faults = 0;

	for (unsigned i = 0; i < file->styled_count; i++) {
		const struct mask_styled *styled = &file->styled[i];
		enum mask_style style = MASK_FULL;
		bool is_found = false;

		snprintf(path, sizeof path, "column-styles/%u", i);
		if (style_parse(styled->style, &style) < 0) {
			mask_lint_say_at(where, path, "column '%s': '%s' is not a style (" STYLES ")", styled->column, styled->style);
			faults++;
		}
		for (size_t c = first; c < rules->column_count; c++) {
			if (strcmp(rules->columns[c].glob, styled->column) != 0)
				continue;
			rules->columns[c].style = style;
			is_found = true;
		}
		if (!is_found) {
			mask_lint_say_at(where, path, "'%s' is not among the `columns` of this file", styled->column);
			faults++;
		}
	}
	return faults;
}

static int
take_outputs(struct mask_rules *rules, const struct mask_file *file, const char *set, const struct mask_where *where)
{
	char path[64];
	int faults = 0;

	for (unsigned i = 0; i < file->outputs_count; i++) {
		snprintf(path, sizeof path, "output-of/%u", i);
		faults += mask_lint_area(file->outputs[i], true, path, where);
		mask_areas_add(&rules->outputs, &rules->output_count, MASK_OUTPUT, file->outputs[i], set);
	}
	return faults;
}

static int
take_areas(struct mask_rules *rules, const struct mask_file *file, const char *set, const struct mask_where *where)
{
	int faults = take_columns(rules, file, set, where);

	faults += take_styles(rules, file, where);
	faults += take_outputs(rules, file, set, where);
	if (rules->column_count > MASK_RULES_MOST || rules->output_count > MASK_RULES_MOST) {
		mask_lint_say_at(where, "columns", "these are more than %d columns, or commands", MASK_RULES_MOST);
		faults++;
	}
	return faults;
}

static int
take_file(struct mask_rules *rules, const struct mask_text *text, bool is_trusted, struct buf *errors)
{
	AUTO_LINES struct policy_lines *lines = NULL;
	AUTO_SCHEMA struct mask_file *file = NULL;
	AUTO_FREE char *set = set_of(text->name);
	struct mask_where where = { .file = text->name, .errors = errors, .is_trusted = is_trusted };
	int faults = 0;

	if (policy_lines_read(text->name, text->text, text->count, &lines, errors) < 0)
		return ERR_MASK_RULES;
	if (policy_lines_empty(lines))
		return 0;
	if (mask_schema_load(&(struct policy_yaml){ text->name, text->text, text->count, lines }, &file, errors) < 0)
		return ERR_MASK_RULES;
	where.lines = lines;
	for (; where.place < file->rules_count; where.place++)
		faults += take_rule(rules, file, set, &where);
	faults += take_areas(rules, file, set, &where);
	return faults > 0 ? ERR_MASK_RULES : 0;
}

/* name NUL, length as 8 bytes big-endian, bytes; of each file in order. */
static void
hash_texts(const struct mask_text *texts, size_t count, uint8_t sha256[32])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < count; i++) {
		uint8_t length[8];

		for (int b = 0; b < 8; b++)
			length[b] = (uint8_t)((uint64_t)texts[i].count >> (56 - 8 * b));
		crypto_hash_sha256_update(&state, (const uint8_t *)texts[i].name, strlen(texts[i].name) + 1);
		crypto_hash_sha256_update(&state, length, sizeof length);
		crypto_hash_sha256_update(&state, (const uint8_t *)texts[i].text, texts[i].count);
	}
	crypto_hash_sha256_final(&state, sha256);
}

static int
parse(const struct mask_text *texts, size_t count, bool is_trusted, struct mask_rules **rules, struct buf *errors)
{
	AUTO_MASK_RULES struct mask_rules *read = own_alloc(sizeof *read);
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		if (take_file(read, &texts[i], is_trusted, errors) < 0)
			r = ERR_MASK_RULES;
	}
	if (r < 0)
		return r;
	hash_texts(texts, count, read->sha256);
	*rules = TAKE(read, NULL);
	return 0;
}

int
mask_rules_parse(const struct mask_text *texts, size_t count, struct mask_rules **rules, struct buf *errors)
{
	return parse(texts, count, false, rules, errors);
}

/* Tests lint what is shipped, so that nobody has to wait for it. */
struct mask_rules *
mask_rules_builtin(void)
{
	AUTO_BUF struct buf errors;
	struct mask_rules *rules = NULL;

	buf_init(&errors, MOST_ERRORS);
	if (parse(mask_builtin, mask_builtin_count, true, &rules, &errors) < 0)
		log_fatal("the rules of this program are not valid: %.*s", (int)buf_len(&errors), (const char *)buf_data(&errors));
	return rules;
}
