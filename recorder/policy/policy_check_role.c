/* SPDX-License-Identifier: ISC */
/* What must hold for one role. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/proof/roster.h"
#include "recorder/keeper/roletable.h"
#include "recorder/policy/policy_check_ends.h"
#include "recorder/policy/policy_check_glass.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_guard.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_may.h"
#include "recorder/policy/policy_mask.h"
#include "recorder/policy/policy_schema.h"

#define TIME_DEFAULT_S	(30 * 60)
#define PIDS_DEFAULT	512
#define PIDS_MOST	32768
#define SESSIONS_MOST	64
#define FILES_MOST	1048576
#define SIZE_LEAST	(UINT64_C(64) << 10)
#define SIZE_MOST	(UINT64_C(1024) << 30)

/* Without a word the trail is one of writes: whoever wants less must say it. */
static void
check_trail(struct check *c, struct policy_role *role)
{
	static const char *const words[] = { [ROLE_TRAIL_OFF] = "off", [ROLE_TRAIL_WRITES] = "writes", [ROLE_TRAIL_READS] = "reads" };
	char path[64];
	const char *text = NULL;

	role->trail = ROLE_TRAIL_WRITES;
	role->exact = role->exact || (role->may.need & NEED_EXACT);
	snprintf(path, sizeof path, "%s/trail", c->base);
	if (!policy_lines_has(c->source->lines, path, &text))
		return;
	for (unsigned i = 0; text != NULL && i <= ROLE_TRAIL_MOST; i++)
		if (strcmp(text, words[i]) == 0) {
			role->trail = i;
			if (i == ROLE_TRAIL_OFF && role->exact)
				check_fault(c, "exact", "a second witness is about a trail, and the role has none; leave out `trail: off`");
			return;
		}
	check_fault(c, "trail", "write `trail: writes`, `trail: reads` (writes too) or `trail: off`");
}

static void
check_as(struct check *c, const struct policy_start *start)
{
	if (!policy_check_name(start->as))
		check_fault(c, "as", "'%s' is not the name of an account", start->as);
	else if (strcmp(start->as, POSTERN_GATE_USER) == 0 || strcmp(start->as, POSTERN_WORKER_USER) == 0)
		check_fault(c, "as", "'%s' is one of Postern's own accounts; no role runs as it", start->as);
	else if (strcmp(start->as, "root") == 0 && !start->system)
		check_fault(c, "as", "root is a system account; if that is what you want, add `system: yes`");
}

static bool
is_variable(const char *text)
{
	const char *at = text;

	if (!isalpha((unsigned char)*at) && *at != '_')
		return false;
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	return *at == '=';
}

/* "64K", "512M", "2G", or bytes. */
static void
check_size(struct check *c, const char *path, const char *text, uint64_t *bytes)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;

	*bytes = strtoull(text, &end, 10);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	if (!isdigit((unsigned char)text[0]) || end - text > 10 || (*end != '\0' && (unit == NULL || end[1] != '\0'))) {
		check_fault(c, path, "'%s' is not a size (write 64K, 512M or 2G)", text);
		return;
	}
	for (const char *at = units; unit != NULL && at <= unit; at++)
		*bytes *= 1024;
	if (*bytes < SIZE_LEAST || *bytes > SIZE_MOST)
		check_fault(c, path, "%s: between 64K and 1024G", text);
}

static void
check_limits(struct check *c, struct policy_limits *limits)
{
	if (limits->pids == 0)
		limits->pids = PIDS_DEFAULT;
	if (limits->pids > PIDS_MOST)
		check_fault(c, "limits/pids", "at most %d processes", PIDS_MOST);
	if (limits->nice < 0 || limits->nice > 19)
		check_fault(c, "limits/nice", "nice goes from 0 to 19");
	if (limits->files != 0 && (limits->files < 16 || limits->files > FILES_MOST))
		check_fault(c, "limits/files", "between 16 and %d open files", FILES_MOST);
	if (limits->memory_text != NULL)
		check_size(c, "limits/memory", limits->memory_text, &limits->memory);
	if (limits->file_size_text != NULL)
		check_size(c, "limits/file-size", limits->file_size_text, &limits->file_size);
	if (limits->cpu_text != NULL)
		check_span(c, "limits/cpu", limits->cpu_text, &limits->cpu_s);
}

static void
check_start(struct check *c, struct policy_start *start)
{
	char path[32];

	check_as(c, start);
	if (start->run_count > 0 && start->run[0][0] != '/')
		check_fault(c, "run", "'%s' must be the program's whole path (it begins with /)", start->run[0]);
	for (unsigned i = 0; i < start->env_count; i++) {
		snprintf(path, sizeof path, "env/%u", i);
		if (!is_variable(start->env[i]))
			check_fault(c, path, "'%s' is not NAME=VALUE", start->env[i]);
	}
	check_limits(c, &start->limits);
}

static void
check_times(struct check *c, struct policy_times *t)
{
	unsigned before = c->faults;

	if (t->default_text != NULL)
		check_span(c, "for/default", t->default_text, &t->default_s);
	if (t->most_text != NULL)
		check_span(c, "for/most", t->most_text, &t->most_s);
	if (t->idle_text != NULL)
		check_span(c, "for/idle", t->idle_text, &t->idle_s);
	if (c->faults > before)
		return;
	if (t->default_text == NULL)
		t->default_s = t->most_text != NULL && t->most_s < TIME_DEFAULT_S ? t->most_s : TIME_DEFAULT_S;
	if (t->most_text == NULL)
		t->most_s = t->default_s;
	if (t->default_s > t->most_s)
		check_fault(c, "for/default", "the usual time (%s) is longer than the most (%s)", t->default_text,
		    t->most_text);
}

/* `need` can be checked only where all entries are persons: a group may have any number of members. */
static void
check_need(struct check *c, struct policy_approve *a)
{
	unsigned persons = 0;
	bool counted = true;
	const char *rest;

	if (a->need == 0)
		a->need = 1;
	for (unsigned i = 0; i < a->by_count; i++) {
		counted = counted && policy_entry(a->by[i], &rest) == POLICY_PERSON;
		persons++;
	}
	if (counted && a->need > persons)
		check_fault(c, "approve/need", "%u persons are needed, but only %u can decide", a->need, persons);
	if (a->need > POLICY_EACH)
		check_fault(c, "approve/need", "at most %d persons", POLICY_EACH);
}

static void
check_approve(struct check *c, const struct policy_role *role, struct policy_approve *a)
{
	check_entries(c, "approve/by", a->by, a->by_count);
	check_entries(c, "approve/each", a->each, a->each_count);
	check_entries(c, "approve/auto", a->automatic, a->automatic_count);
	if (a->by_count > 0 && a->each_count > 0)
		check_fault(c, "approve", "write either `by` (with `need`) or `each`, not both");
	else if (a->by_count > 0)
		check_need(c, a);
	else if (a->need > 0)
		check_fault(c, "approve/need", "`need` goes with `by`");
	else if (a->each_count == 0 && a->automatic_count == 0)
		check_fault(c, "approve", "it does not say who decides (by, each or auto)");
	if (a->by_count == 1 && role->who_count == 1 && strcmp(a->by[0], role->who[0]) == 0 &&
	    strchr(a->by[0], ':') == NULL)
		check_warn(c, "approve/by", "only '%s' may ask and only '%s' decides: nobody decides their own request",
		    a->by[0], a->by[0]);
}

/* Whether its sessions can change anything. */
static bool
writes(const struct policy_role *role)
{
	return !role->may.given || role->may.write_count > 0 || role->start.sudo || role->copy.upload;
}

/* Without a word a role that writes wants signatures as soon as anybody has a key; behind check_may(). */
static void
check_signed(struct check *c, struct policy_role *role)
{
	struct policy_approve *a = &role->approve;
	const struct roster *roster = c->policy->roster;

	a->is_signed = a->signed_word == POLICY_SIGNED_YES;
	if (a->signed_word == POLICY_SIGNED_UNSAID)
		a->is_signed = writes(role) && roster != NULL && roster->count > 0;
	a->is_login = !a->is_signed && a->signed_word != POLICY_SIGNED_NO;
	if (a->is_signed && roster == NULL)
		check_fault(c, "approve/signed", "nobody could sign: there is no file `approvers` with the keys of those who decide");
}

static void
check_class_of(struct check *c, struct policy_role *role)
{
	if (role->keep == NULL)
		role->keep = own_dup(c->policy->classes[0].name);
	role->class = policy_class(c->policy, role->keep);
	if (role->class == NULL)
		check_fault(c, "keep", "there is no class '%s'", role->keep);
}

/* Two roles of one name; the second is the fault. */
static void
check_unique(struct check *c, const struct policy_role *role)
{
	for (unsigned i = 0; i < c->policy->roles_count && c->policy->roles[i] != role; i++)
		if (strcmp(c->policy->roles[i]->name, role->name) == 0) {
			check_fault(c, "role", "there are two roles of this name");
			return;
		}
}

static void
check_copy(struct check *c, const struct policy_role *role)
{
	if ((role->copy.upload || role->copy.download) && role->start.run_count > 0)
		check_fault(c, "files", "a role with `run` runs that and nothing else; files are copied under a role without it");
}

void
check_role(struct check *c, struct policy_role *role)
{
	if (role->about == NULL)
		role->about = own_dup("");
	if (!policy_check_name(role->name))
		check_fault(c, "role", "this is not a name (letters, digits and . _ - @)");
	check_unique(c, role);
	check_entries(c, "who", role->who, role->who_count);
	check_start(c, &role->start);
	check_times(c, &role->times);
	if (role->when_text != NULL && when_parse(role->when_text, &role->when) < 0)
		check_fault(c, "when", "'%s' is not a time (write `weekdays 07:00-20:00 Europe/Oslo` or `always`)",
		    role->when_text);
	check_approve(c, role, &role->approve);
	check_class_of(c, role);
	if (role->sessions == 0)
		role->sessions = 1;
	if (role->sessions > SESSIONS_MOST)
		check_fault(c, "sessions", "at most %d sessions at once", SESSIONS_MOST);
	policy_mask_check(c, role);
	check_ends(c, role);
	check_may(c, role);
	check_signed(c, role);
	check_trail(c, role);	/* behind it: what is required may ask for a witness */
	check_glass(c, role);
	check_copy(c, role);
	policy_guard_check(c, role);
}
