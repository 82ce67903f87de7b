/* SPDX-License-Identifier: ISC */
/* Who sees what: the choice of masking rules that each role makes. Roles that choose the same share it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_mask.h"
#include "recorder/policy/policy_schema.h"

#define BY_DEFAULT	"secrets"	/* of a role that says nothing */

bool
policy_mask_is_rules(const struct policy_file *file)
{
	return strncmp(file->name, POLICY_RULES, strlen(POLICY_RULES)) == 0;
}

/* The site's by themselves; what is wrong with them has been said already. */
static int
load_own(struct policy *policy, const struct mask_text *texts, size_t count)
{
	AUTO_BUF struct buf errors = { .max = 65536 };

	if (count == 0)
		return 0;
	policy->shipped_rules = mask_rules_builtin();
	return mask_rules_parse(texts, count, &policy->own_rules, &errors) < 0 ? ERR_POLICY : 0;
}

int
policy_mask_load(struct policy *policy, const struct policy_files *files, struct buf *errors)
{
	AUTO_FREE struct mask_text *texts = own_alloc((mask_builtin_count + files->count) * sizeof *texts);
	size_t count = mask_builtin_count;

	memcpy(texts, mask_builtin, mask_builtin_count * sizeof *texts);
	for (size_t i = 0; i < files->count; i++) {
		const struct policy_file *file = &files->files[i];

		if (policy_mask_is_rules(file))
			texts[count++] = (struct mask_text){ file->name, file->text, file->count };
	}
	if (mask_rules_parse(texts, count, &policy->rules, errors) < 0)
		return ERR_POLICY;
	return load_own(policy, texts + mask_builtin_count, count - mask_builtin_count);
}

static void
names_free(char **names)
{
	for (char **name = names; name != NULL && *name != NULL; name++)
		free(*name);
	free(names);
}

static void
mask_free(struct policy_mask *mask)
{
	if (mask == NULL)
		return;
	names_free(mask->masked);
	names_free(mask->record_only);
	mask_rules_free(mask->rules);
	free(mask);
}

static void
mask_free_at(struct policy_mask **mask)
{
	mask_free(*mask);
}

void
policy_mask_free(struct policy *policy)
{
	for (unsigned i = 0; i < policy->masks_count; i++)
		mask_free(policy->masks[i]);
	free(policy->masks);
	mask_rules_free(policy->rules);
	mask_rules_free(policy->own_rules);
	mask_rules_free(policy->shipped_rules);
}

/* One name of a list; NULL after a fault. */
static char *
read_name(struct check *c, const char *path, const char *name)
{
	AUTO_MASK_RULES struct mask_rules *chosen = NULL;
	const char *const names[] = { name, NULL };
	char why[MASK_RULES_WHY];

	if (name == NULL)
		check_fault(c, path, "the name of a set or of a rule is expected here");
	else if (mask_rules_select(c->policy->rules, names, &chosen, why) < 0)
		check_fault(c, path, "%s", why);
	else
		return own_dup(name);
	return NULL;
}

static bool
stands_in(char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* The list below `key`, NULL at its end; *said: there is such a key. */
static char **
read_names(struct check *c, const char *key, bool *said)
{
	char **names = own_alloc(sizeof *names);
	char whole[128], path[64];
	const char *word;
	size_t count = 0;
	int entries;

	snprintf(whole, sizeof whole, "%s/%s", c->base, key);
	*said = policy_lines_has(c->source->lines, whole, &word);
	entries = policy_lines_count(c->source->lines, whole);
	if (*said && entries < 0 && (word == NULL || strcmp(word, "none") != 0))
		check_fault(c, key, "a list of sets and rules is expected here ([secrets, personal]), or none");
	for (int i = 0; i < entries; i++) {
		char *name;

		snprintf(path, sizeof path, "%s/%d", key, i);
		snprintf(whole, sizeof whole, "%s/%s", c->base, path);
		policy_lines_has(c->source->lines, whole, &word);
		name = read_name(c, path, word);
		if (name == NULL)
			continue;
		if (stands_in(names, name))
			check_warn(c, path, "'%s' stands here twice", name);
		names = own_grow(names, count + 2, sizeof *names);
		names[count++] = name;
		names[count] = NULL;
	}
	return names;
}

static bool
same_names(char *const *a, char *const *b)
{
	while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return *a == NULL && *b == NULL;
}

static bool
is_own_area(const struct mask_area *areas, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(areas[i].name, name) == 0)
			return true;
	return false;
}

static bool
has_rule(const struct mask_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->count; i++)
		if (strcmp(rules->items[i].name, name) == 0)
			return true;
	return false;
}

/* The areas of `all` that stand in `own`, borrowed. */
static size_t
own_areas(const struct mask_area *all, size_t count, const struct mask_area *own, size_t own_count, struct mask_area *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (is_own_area(own, own_count, all[i].name))
			to[kept++] = all[i];
	return kept;
}

/*
 * A grant is for a choice of names; what the site itself means by them belongs to it, and may change under the same name. So does a
 * rule that takes the place of one of Postern's, whether it is chosen or not: it takes that one out of its set.
 */
static void
hash_own(const struct policy *policy, struct policy_mask *mask)
{
	const struct mask_rules *own = policy->own_rules, *all = mask->rules;
	AUTO_FREE struct mask_rule *items = own_alloc(((own != NULL ? own->count : 0) + 1) * sizeof *items);
	AUTO_FREE struct mask_area *columns = own_alloc((all->column_count + 1) * sizeof *columns);
	AUTO_FREE struct mask_area *outputs = own_alloc((all->output_count + 1) * sizeof *outputs);
	AUTO_BUF struct buf packed = { .max = MASK_RULES_PACKED };
	struct mask_rules chosen = { .items = items, .columns = columns, .outputs = outputs };

	if (own == NULL)
		return;
	for (size_t i = 0; i < own->count; i++)
		if (has_rule(all, own->items[i].name) || has_rule(policy->shipped_rules, own->items[i].name))
			items[chosen.count++] = own->items[i];
	chosen.column_count = own_areas(all->columns, all->column_count, own->columns, own->column_count, columns);
	chosen.output_count = own_areas(all->outputs, all->output_count, own->outputs, own->output_count, outputs);
	mask->has_own = chosen.count + chosen.column_count + chosen.output_count > 0;
	if (mask->has_own && mask_rules_pack(&chosen, &packed) == 0)
		secret_sha256(buf_data(&packed), buf_len(&packed), mask->own);
}

/* The choice that another role has made already; else this one, kept. */
static const struct policy_mask *
share(struct policy *policy, struct policy_mask **mask)
{
	AUTO_MASK_RULES struct mask_rules *masked = NULL;
	AUTO_MASK_RULES struct mask_rules *record_only = NULL;
	struct policy_mask *m = *mask;
	char why[MASK_RULES_WHY];

	for (unsigned i = 0; i < policy->masks_count; i++) {
		const struct policy_mask *other = policy->masks[i];

		if (same_names(other->masked, m->masked) && same_names(other->record_only, m->record_only))
			return other;
	}
	if (mask_rules_select(policy->rules, (const char *const *)m->masked, &masked, why) < 0 ||
	    mask_rules_select(policy->rules, (const char *const *)m->record_only, &record_only, why) < 0)
		return NULL;
	m->rules = mask_rules_join(masked, record_only);
	hash_own(policy, m);
	policy->masks = own_grow(policy->masks, policy->masks_count + 1, sizeof(struct policy_mask *));
	policy->masks[policy->masks_count++] = TAKE(*mask, NULL);
	return m;
}

/* Remarks on what is valid and may not be meant. */
static void
remark(struct check *c, const struct policy_mask *mask)
{
	char path[64];

	if (mask->masked[0] == NULL && mask->record_only[0] == NULL)
		check_warn(c, "mask", "nothing is masked: secrets that are shown stand in its recordings as they are");
	for (unsigned i = 0; mask->record_only[i] != NULL; i++) {
		snprintf(path, sizeof path, "record-only/%u", i);
		if (stands_in(mask->masked, mask->record_only[i]))
			check_warn(c, path, "'%s' stands under `mask` too, so the screen is masked as well", mask->record_only[i]);
	}
}

void
policy_mask_check(struct check *c, struct policy_role *role)
{
	__attribute__((cleanup(mask_free_at))) struct policy_mask *mask = own_alloc(sizeof *mask);
	unsigned before = c->faults;
	bool masks, records;

	mask->masked = read_names(c, "mask", &masks);
	mask->record_only = read_names(c, "record-only", &records);
	if (!masks && !records) {
		mask->masked = own_grow(mask->masked, 2, sizeof *mask->masked);
		mask->masked[0] = own_dup(BY_DEFAULT);
		mask->masked[1] = NULL;
	}
	if (c->faults > before)
		return;
	remark(c, mask);
	role->mask = share(c->policy, &mask);
}
