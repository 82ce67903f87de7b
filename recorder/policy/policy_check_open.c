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

static const char *const keys[] = { "by", "need", "for", "signed" };

#define KEYS	((int)(sizeof keys / sizeof keys[0]))

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

/* A key that nobody knows would be a rule that nobody keeps. */
static void
check_keys(struct check *c, const char *base)
{
	int known = 0;
	char path[PATH];

	for (int i = 0; i < KEYS; i++) {
		snprintf(path, sizeof path, "%s/%s", base, keys[i]);
		known += policy_lines_has(c->source->lines, path, NULL);
	}
	if (policy_lines_keys(c->source->lines, base) != known)
		check_fault(c, base, "its keys are by, need, for and signed");
}

void
check_open(struct check *c, struct policy_class *class, const char *base)
{
	struct policy_role *opening;
	const char *text = NULL, *window;

	class->open = POLICY_OPEN_REASON;
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
	check_persons(c, base, &opening->approve);
}

void
policy_open_free(struct policy *policy)
{
	for (unsigned i = 0; i < policy->classes_count; i++) {
		struct policy_role *opening = TAKE(policy->classes[i].opening, NULL);

		for (unsigned k = 0; opening != NULL && k < opening->approve.by_count; k++)
			free(opening->approve.by[k]);
		if (opening != NULL)
			free(opening->approve.by);
		free(opening);
	}
}
