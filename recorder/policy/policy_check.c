/* SPDX-License-Identifier: ISC */
/* The checks of people, classes and entries; the roles' own are in policy_check_role.c. */
#include "config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/policy/policy_check.h"
#include "recorder/policy/policy_check_open.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_schema.h"

#define CLASS_RECORDING_S	(INT64_C(90) * 86400)
#define CLASS_TEXTS_S		(INT64_C(365) * 86400)
#define LAPSE_S			3600

static void __attribute__((format(printf, 4, 0)))
say(const struct check *c, struct buf *to, const char *path, const char *format, va_list args)
{
	char whole[256];
	char text[1024];

	snprintf(whole, sizeof whole, "%s%s%s", c->base, c->base[0] != '\0' && path[0] != '\0' ? "/" : "", path);
	vsnprintf(text, sizeof text, format, args);
	buf_addf(to, "%s:%d: %s%s%s\n", c->source->name, policy_lines_at(c->source->lines, whole), c->about,
	    c->about[0] != '\0' ? ": " : "", text);
}

void
check_fault(struct check *c, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(c, c->errors, path, format, args);
	va_end(args);
	c->faults++;
}

void
check_warn(struct check *c, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(c, c->warnings, path, format, args);
	va_end(args);
}

bool
policy_check_name(const char *name)
{
	if (!isalnum((unsigned char)name[0]) && name[0] != '_')
		return false;
	for (const char *c = name; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("._@-", *c) == NULL)
			return false;
	return strlen(name) < POLICY_NAME;
}

void
check_span(struct check *c, const char *path, const char *text, int64_t *seconds)
{
	if (clock_parse_span(text, seconds) < 0)
		check_fault(c, path, "'%s' is not a length of time (write 90s, 30m, 2h or 90d)", text);
	else if (*seconds == 0)
		check_fault(c, path, "'%s' is no time at all", text);
}

/* "command:/PATH ARG...", split at single spaces by who runs it; here only that it can be run at all. */
static void
check_command(struct check *c, const char *path, const char *entry, const char *command)
{
	unsigned words = 1;

	for (const char *at = command; *at != '\0'; at++)
		words += *at == ' ';
	if (command[0] != '/')
		check_fault(c, path, "'%s': a command begins with the program's whole path, as in command:/usr/bin/oncall dba",
		    entry);
	else if (words > POLICY_RUN || strstr(command, "  ") != NULL || command[strlen(command) - 1] == ' ')
		check_fault(c, path, "'%s': words are separated by one space, and there are at most %d", entry, POLICY_RUN);
}

void
check_entries(struct check *c, const char *path, char *const *entries, unsigned count)
{
	char at[64];
	const char *rest;

	for (unsigned i = 0; i < count; i++) {
		enum policy_entry kind = policy_entry(entries[i], &rest);

		snprintf(at, sizeof at, "%s/%u", path, i);
		if (kind == POLICY_COMMAND)
			check_command(c, at, entries[i], rest);
		else if (!policy_check_name(rest))
			check_fault(c, at, "'%s' is not a person, group:NAME or command:/PATH", entries[i]);
		else if (kind == POLICY_PERSON && policy_person(c->policy, rest) == NULL && !c->policy->unlisted)
			check_fault(c, at, "there is no person '%s' (a group is written group:%s)", rest, rest);
		for (unsigned k = 0; k < i; k++)
			if (strcmp(entries[i], entries[k]) == 0)
				check_warn(c, at, "'%s' stands here twice", entries[i]);
	}
}

/* An account under two persons would let one human be both pairs of eyes. */
static void
check_account(struct check *c, unsigned person, unsigned place)
{
	const struct policy *p = c->policy;
	const char *account = p->people[person].accounts[place];
	char path[64];

	snprintf(path, sizeof path, "people/%u/accounts/%u", person, place);
	if (!policy_check_name(account))
		check_fault(c, path, "'%s' is not the name of an account", account);
	for (unsigned i = 0; i < p->people_count; i++)
		if (strcmp(p->people[i].person, account) == 0 && strcmp(account, p->people[person].person) != 0)
			check_fault(c, path, "the account '%s' of '%s' is called like another person", account,
			    p->people[person].person);
	for (unsigned i = 0; i <= person; i++)
		for (unsigned k = 0; k < (i == person ? place : p->people[i].accounts_count); k++)
			if (strcmp(p->people[i].accounts[k], account) == 0)
				check_fault(c, path, "the account '%s' is already one of '%s'; an account has one person",
				    account, p->people[i].person);
}

static void
check_person(struct check *c, unsigned place)
{
	const struct policy_person *p = &c->policy->people[place];
	char path[64];

	snprintf(path, sizeof path, "people/%u/person", place);
	if (!policy_check_name(p->person))
		check_fault(c, path, "'%s' is not a name (letters, digits and . _ - @)", p->person);
	if (policy_is_reserved(p->person))
		check_fault(c, path, "'%s' is what decisions that nobody made are called; no person is named so", p->person);
	for (unsigned i = 0; i < place; i++) {
		const struct policy_person *other = &c->policy->people[i];

		if (strcmp(other->person, p->person) == 0)
			check_fault(c, path, "there are two persons '%s'", p->person);
		snprintf(path, sizeof path, "people/%u/principal", place);
		if (other->principal != NULL && p->principal != NULL && strcmp(other->principal, p->principal) == 0)
			check_fault(c, path, "the principal '%s' is already that of '%s'", p->principal, other->person);
		snprintf(path, sizeof path, "people/%u/person", place);
	}
	for (unsigned i = 0; i < p->accounts_count; i++)
		check_account(c, place, i);
	for (unsigned i = 0; i < p->groups_count; i++) {
		snprintf(path, sizeof path, "people/%u/groups/%u", place, i);
		if (!policy_check_name(p->groups[i]))
			check_fault(c, path, "'%s' is not the name of a group", p->groups[i]);
	}
}

/* "forever" or a length of time. */
static void
check_keep(struct check *c, const char *path, const char *text, int64_t *seconds)
{
	if (text != NULL && strcmp(text, "forever") == 0)
		*seconds = POLICY_FOREVER;
	else if (text != NULL)
		check_span(c, path, text, seconds);
}

static void
check_class(struct check *c, unsigned place)
{
	struct policy_class *class = &c->policy->classes[place];
	char path[64];

	snprintf(path, sizeof path, "classes/%u/class", place);
	if (!policy_check_name(class->name))
		check_fault(c, path, "'%s' is not a name (letters, digits and . _ - @)", class->name);
	for (unsigned i = 0; i < place; i++)
		if (strcmp(c->policy->classes[i].name, class->name) == 0)
			check_fault(c, path, "there are two classes '%s'", class->name);
	class->recording_s = CLASS_RECORDING_S;
	class->texts_s = CLASS_TEXTS_S;
	class->log_s = POLICY_FOREVER;
	snprintf(path, sizeof path, "classes/%u/recording", place);
	check_keep(c, path, class->recording_text, &class->recording_s);
	class->trail_s = class->recording_s;
	snprintf(path, sizeof path, "classes/%u/trail", place);
	check_keep(c, path, class->trail_text, &class->trail_s);
	snprintf(path, sizeof path, "classes/%u/texts", place);
	check_keep(c, path, class->texts_text, &class->texts_s);
	snprintf(path, sizeof path, "classes/%u/log", place);
	check_keep(c, path, class->log_text, &class->log_s);
	if (class->log_s < class->recording_s || class->log_s < class->trail_s)
		check_fault(c, path, "class '%s': the log must not go before the %s it vouches for", class->name,
		    class->log_s < class->recording_s ? "recordings" : "trails");
	snprintf(path, sizeof path, "classes/%u/open", place);
	check_open(c, class, path);
}

static void
check_pseudonyms(struct check *c, const char *text)
{
	c->policy->site_pseudonyms = strcmp(text, "site") == 0;
	if (!c->policy->site_pseudonyms && strcmp(text, "session") != 0)
		check_fault(c, "pseudonyms", "'%s' is neither session nor site", text);
}

/* Two parts of the house, each by a person and a signature of its own. */
static void
check_holds(struct check *c)
{
	const struct policy_approve *holds = &c->policy->holds.approve;

	if (holds->each_count == 0)
		return;
	check_entries(c, "holds/each", holds->each, holds->each_count);
	for (unsigned i = 1; i < holds->each_count; i++)
		for (unsigned k = 0; k < i; k++)
			if (strcmp(holds->each[i], holds->each[k]) == 0)
				check_fault(c, "holds/each", "'%s' stands there twice: a hold needs persons of two different parts", holds->each[i]);
	if (c->policy->roster == NULL)
		check_fault(c, "holds", "nobody could sign: there is no file `approvers` with the keys of those who hold");
}

static void
check_top(struct check *c)
{
	struct policy *p = c->policy;
	const struct policy_requests *requests = &c->source->top->requests;

	if (!policy_check_name(p->host))
		check_fault(c, "host", "'%s' is not the name of a host", p->host);
	for (unsigned i = 0; i < p->people_count; i++)
		check_person(c, i);
	for (unsigned i = 0; i < p->classes_count; i++)
		check_class(c, i);
	check_entries(c, "auditors", p->auditors, p->auditors_count);
	check_entries(c, "admins", p->admins, p->admins_count);
	check_holds(c);
	check_open_else(c);
	p->lapse_s = p->unused_s = LAPSE_S;
	if (requests->lapse_text != NULL)
		check_span(c, "requests/lapse", requests->lapse_text, &p->lapse_s);
	if (requests->unused_text != NULL)
		check_span(c, "requests/unused", requests->unused_text, &p->unused_s);
	if (c->source->top->pseudonyms != NULL)
		check_pseudonyms(c, c->source->top->pseudonyms);
	if (p->auditors_count == 0)
		check_warn(c, "", "there are no auditors: nobody may list or replay recordings");
	if (p->recipients_count == 0)
		check_warn(c, "", "the file auditors has no recipient: nobody could open a recording");
}

static void
check_roles(struct check *c)
{
	const struct policy_source *s = c->source;
	struct policy_role *roles = s->top != NULL ? s->top->roles : s->roles;
	unsigned count = s->top != NULL ? s->top->roles_count : s->roles_count;

	for (unsigned i = 0; i < count; i++) {
		snprintf(c->base, sizeof c->base, s->top != NULL ? "roles/%u" : "%u", i);
		snprintf(c->about, sizeof c->about, "role '%s'", roles[i].name);
		check_role(c, &roles[i]);
	}
	c->base[0] = c->about[0] = '\0';
}

void
policy_check_defaults(struct policy_top *top)
{
	char host[256] = "";

	if (top->host == NULL) {
		if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
			snprintf(host, sizeof host, "localhost");
		host[POLICY_NAME - 1] = '\0';
		top->host = own_dup(host);
	}
	if (top->classes_count == 0) {
		free(top->classes);
		top->classes = own_alloc(sizeof *top->classes);
		top->classes[0].name = own_dup("standard");
		top->classes_count = 1;
	}
}

int
policy_check(struct policy *policy, struct buf *errors)
{
	AUTO_BUF struct buf warnings = { 0 };
	struct check c = { .policy = policy, .errors = errors, .warnings = &warnings };

	buf_init(&warnings, buf_room(errors) + 1);
	for (unsigned i = 0; i < policy->sources_count; i++) {
		c.source = &policy->sources[i];
		if (c.source->top != NULL)
			check_top(&c);
		if (c.source->top != NULL || c.source->roles != NULL)
			check_roles(&c);
	}
	if (policy->roles_count > POLICY_ROLES) {
		buf_addf(errors, "policy.yaml:1: there are more than %d roles\n", POLICY_ROLES);
		c.faults++;
	}
	policy->warnings = buf_text(&warnings);
	return c.faults > 0 ? ERR_POLICY : 0;
}
