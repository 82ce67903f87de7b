/* SPDX-License-Identifier: ISC */
/* `open` of a class: what it takes to open one of its recordings. A word or a mapping, which no schema of libcyaml can say. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/policy/policy_check_open.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_schema.h"

#define WINDOW_S	3600
#define WINDOW_MOST_S	(7 * 86400)
#define PATH		160
#define PERSONS_MOST	6	/* with keys, where several of them are needed; as lib/record/layers.h has it */
#define PERSON_KEYS	12

static const char *const words[] = { "by", "need", "for", "signed", "keys" };

#define WORDS	((int)(sizeof words / sizeof words[0]))

/* The text of a key below `open`; NULL if it is not there, or no text. */
static const char *
text_of(const struct check *c, const char *base, const char *key)
{
	const char *text = NULL;
	char path[PATH];

	if (snprintf(path, sizeof path, "%s/%s", base, key) >= (int)sizeof path)
		return NULL;
	return policy_lines_has(c->source->lines, path, &text) ? text : NULL;
}

static int
list_of(const struct check *c, const char *base, const char *key)
{
	char path[PATH];

	snprintf(path, sizeof path, "%s/%s", base, key);
	return policy_lines_count(c->source->lines, path);
}

/* Who decides: the list, or else the policy's auditors. */
static void
read_by(struct check *c, const char *base, struct policy_approve *approve)
{
	int count = list_of(c, base, "by");
	char path[PATH];

	approve->by = own_alloc(((size_t)(count > 0 ? count : 0) + c->policy->auditors_count + 1) * sizeof *approve->by);
	for (int i = 0; i < count; i++) {
		const char *text;
		char key[32];

		snprintf(key, sizeof key, "by/%d", i);
		text = text_of(c, base, key);
		if (text != NULL)
			approve->by[approve->by_count++] = own_dup(text);
	}
	if (count < 0 && text_of(c, base, "by") != NULL)
		check_fault(c, base, "write a list: by: [group:security]");
	for (unsigned i = 0; count < 0 && i < c->policy->auditors_count; i++)
		approve->by[approve->by_count++] = own_dup(c->policy->auditors[i]);
	snprintf(path, sizeof path, "%s/by", base);
	check_entries(c, path, approve->by, approve->by_count);
	if (approve->by_count == 0)
		check_fault(c, base, "nobody could grant it: name who does with `by`");
}

static void
read_need(struct check *c, const char *base, struct policy_approve *approve)
{
	const char *need = text_of(c, base, "need"), *is_signed = text_of(c, base, "signed");
	char *end = NULL;

	approve->need = 1;
	if (need != NULL)
		approve->need = (unsigned)strtoul(need, &end, 10);
	if (need != NULL && (*end != '\0' || approve->need == 0 || approve->need > POLICY_EACH))
		check_fault(c, base, "need is a number of persons, 1 to %d", POLICY_EACH);
	approve->is_signed = is_signed != NULL && (strcmp(is_signed, "yes") == 0 || strcmp(is_signed, "true") == 0);
	if (is_signed != NULL && !approve->is_signed && strcmp(is_signed, "no") != 0 && strcmp(is_signed, "false") != 0)
		check_fault(c, base, "signed is yes or no");
	if (approve->is_signed && c->policy->roster == NULL)
		check_fault(c, base, "nobody could sign: there is no file `approvers` with the keys of those who decide");
}

/* Nobody grants their own: whoever asks is one of the auditors, so one person alone can never open anything. */
static void
check_persons(struct check *c, const char *base, const struct policy_approve *approve)
{
	const struct policy *p = c->policy;
	unsigned persons = 0;

	for (unsigned i = 0; i < approve->by_count; i++) {
		if (strchr(approve->by[i], ':') != NULL)
			return;
		persons++;
	}
	if (approve->need > persons)
		check_fault(c, base, "%u persons are needed, but only %u can decide", approve->need, persons);
	if (persons == 1 && p->auditors_count == 1 && strcmp(approve->by[0], p->auditors[0]) == 0)
		check_warn(c, base, "only '%s' may ask and only '%s' decides: nobody decides their own request", approve->by[0], approve->by[0]);
}

/* ---- keys of several persons ------------------------------------------------------------------------------------- */

static bool
is_person(const struct policy *policy, const char *name)
{
	return policy_person(policy, name) != NULL || (policy->unlisted && policy_check_name(name));
}

static bool
has_key(const struct policy *policy, const char *person)
{
	for (unsigned i = 0; i < policy->recipients_count; i++)
		if (strcmp(policy->recipient_owners[i], person) == 0)
			return true;
	return false;
}

static bool
is_listed_before(const struct policy *policy, unsigned place)
{
	for (unsigned i = 0; i < place; i++)
		if (strcmp(policy->recipients[i], policy->recipients[place]) == 0)
			return true;
	return false;
}

/* Of each key it must be known whose it is. */
static bool
owners_are_known(struct check *c, const char *path)
{
	const struct policy *p = c->policy;

	for (unsigned i = 0; i < p->recipients_count; i++) {
		if (!is_person(p, p->recipient_owners[i])) {
			check_fault(c, path, "the file auditors must name a person of the policy behind each key (age1... # anna): %.16s... has none", p->recipients[i]);
			return false;
		}
		if (is_listed_before(p, i)) {
			check_fault(c, path, "the key %.16s... stands twice in the file auditors", p->recipients[i]);
			return false;
		}
	}
	if (p->recipients_count == 0)
		check_fault(c, path, "the file auditors has no key");
	return p->recipients_count > 0;
}

/* Whoever grants brings a key: it does not help that others may grant. */
static void
check_holders(struct check *c, const char *path, const struct policy_class *class)
{
	const struct policy_approve *approve = &class->opening->approve;
	unsigned holders = 0;

	for (unsigned i = 0; i < approve->by_count; i++) {
		if (strchr(approve->by[i], ':') != NULL)
			return;
		holders += has_key(c->policy, approve->by[i]);
	}
	if (holders < approve->need)
		check_fault(c, path, "%u of those who grant must have a key in the file auditors, but only %u have", approve->need, holders);
}

static void
read_keys(struct check *c, const char *base, struct policy_class *class)
{
	const char *keys = text_of(c, base, "keys");
	unsigned persons;
	char path[PATH], *end = NULL;

	class->keys = 1;
	if (keys == NULL)
		return;
	snprintf(path, sizeof path, "%s/keys", base);
	class->keys = (unsigned)strtoul(keys, &end, 10);
	if (*end != '\0' || class->keys < 2 || class->keys > 3) {
		check_fault(c, path, "keys is 2 or 3: of so many persons one must bring a key together to open a recording");
		return;
	}
	if (text_of(c, base, "need") != NULL)
		check_fault(c, path, "leave `need` out: with `keys` it is one less, since each who grants brings a key, and the one who asks another one");
	class->opening->approve.need = class->keys - 1;
	if (!owners_are_known(c, path))
		return;
	persons = policy_key_persons(c->policy);
	if (persons < class->keys)
		check_fault(c, path, "keys of %u persons are needed, but the file auditors has those of %u only", class->keys, persons);
	else if (persons > PERSONS_MOST || c->policy->recipients_count > PERSON_KEYS)
		check_fault(c, path, "with `keys` there are at most %d persons with %d keys in the file auditors", PERSONS_MOST, PERSON_KEYS);
	else if (persons == class->keys)
		check_warn(c, path, "the file auditors has keys of just as many persons as it takes: if one of them loses theirs, recordings of class '%s' are closed for ever",
		    class->name);
	check_holders(c, path, class);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* A key that nobody knows would be a rule that nobody keeps. */
static void
check_keys(struct check *c, const char *base)
{
	int known = 0;
	char path[PATH];

	for (int i = 0; i < WORDS; i++) {
		snprintf(path, sizeof path, "%s/%s", base, words[i]);
		known += policy_lines_has(c->source->lines, path, NULL);
	}
	if (policy_lines_keys(c->source->lines, base) != known)
		check_fault(c, base, "its keys are by, need, for, signed and keys");
}

void
check_open(struct check *c, struct policy_class *class, const char *base)
{
	struct policy_role *opening;
	const char *text = NULL, *window;

	class->open = POLICY_OPEN_REASON;
	class->keys = 1;
	if (!policy_lines_has(c->source->lines, base, &text) || (text != NULL && strcmp(text, "reason") == 0))
		return;
	if (text != NULL && strcmp(text, "free") == 0) {
		class->open = POLICY_OPEN_FREE;
		return;
	}
	if (text != NULL || policy_lines_keys(c->source->lines, base) < 0) {
		check_fault(c, base, "write `open: free`, `open: reason` or `open: {by: [group:security], for: 1h}`");
		return;
	}
	class->open = POLICY_OPEN_GRANT;
	check_keys(c, base);
	class->opening = opening = own_alloc(sizeof *opening);
	opening->name = class->name;
	opening->class = class;
	opening->sessions = 1;
	opening->times.default_s = opening->times.most_s = WINDOW_S;
	window = text_of(c, base, "for");
	if (window != NULL)
		check_span(c, base, window, &opening->times.most_s);
	opening->times.default_s = opening->times.most_s;
	if (opening->times.most_s > WINDOW_MOST_S)
		check_fault(c, base, "at most 7 days");
	read_by(c, base, &opening->approve);
	read_need(c, base, &opening->approve);
	read_keys(c, base, class);
	check_persons(c, base, &opening->approve);
}

void
check_open_else(struct check *c)
{
	static char name[] = "opening";
	struct policy *p = c->policy;
	struct policy_role *opening = own_alloc(sizeof *opening);

	opening->name = name;
	opening->sessions = 1;
	opening->times.default_s = opening->times.most_s = WINDOW_S;
	opening->approve.need = 1;
	opening->approve.by = own_alloc((p->auditors_count + 1) * sizeof *opening->approve.by);
	for (unsigned i = 0; i < p->auditors_count; i++)
		opening->approve.by[opening->approve.by_count++] = own_dup(p->auditors[i]);
	p->opening = opening;
}

static void
free_opening(struct policy_role *opening)
{
	for (unsigned k = 0; opening != NULL && k < opening->approve.by_count; k++)
		free(opening->approve.by[k]);
	if (opening != NULL)
		free(opening->approve.by);
	free(opening);
}

void
policy_open_free(struct policy *policy)
{
	for (unsigned i = 0; i < policy->classes_count; i++)
		free_opening(TAKE(policy->classes[i].opening, NULL));
	free_opening(TAKE(policy->opening, NULL));
}
