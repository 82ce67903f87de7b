/* SPDX-License-Identifier: ISC */
/* The policy against this machine: is it valid, and are those there who decide and who open recordings? */
#include "config.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/proof/approval.h"
#include "lib/proof/roster.h"
#include "recorder/client/belongs.h"
#include "recorder/doctor/doctor.h"
#include "recorder/policy/policy.h"

#define MOST_FAULTS	65536
#define MOST_PEOPLE	4096

/* Somebody who may decide. */
struct candidate {
	char		*person;
	struct belongs	 belongs;
	bool		 has_key;	/* in `approvers`, for now */
};

struct people {
	struct candidate	*items;
	size_t			 count;
};

static void
people_done(struct people *people)
{
	for (size_t i = 0; i < people->count; i++) {
		free(people->items[i].person);
		belongs_done(&people->items[i].belongs);
	}
	free(people->items);
}

/* The policy's faults are findings; without a policy the rest is looked at all the same. */
void
doctor_policy(struct doctor *d, const struct place *place, struct policy **policy)
{
	AUTO_BUF struct buf errors = { 0 };
	AUTO_FREE char *text = NULL;
	char *save = NULL;
	int r;

	buf_init(&errors, MOST_FAULTS);
	r = policy_load(place->etc, policy, &errors);
	if (r == ERR_POLICY_NONE) {
		doctor_add(d, "policy", NULL, "there is no policy, so nobody may become anything",
		    "cp " POSTERN_DATADIR "/policy/policy.yaml " POSTERN_SYSCONFDIR "/ and edit it");
		return;
	}
	if (r == 0)
		return;
	text = buf_text(&errors);
	for (const char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		doctor_add(d, "policy", NULL, line, "correct the line, then: postern policy check");
}

/* ---- who there is */

static bool
has_key(const struct policy *policy, const char *name)
{
	const struct policy_person *person = policy_person(policy, name);
	struct roster_ask ask = { .namespace = APPROVAL_NAMESPACE, .time_s = clock_wall_us() / CLOCK_US };

	ask.principal = person != NULL ? person->principal : NULL;
	for (size_t i = 0; ask.principal != NULL && policy->roster != NULL && i < policy->roster->count; i++) {
		ask.key = &policy->roster->items[i].key;
		if (roster_find(policy->roster, &ask) != NULL)
			return true;
	}
	return false;
}

static struct candidate *
add_candidate(const struct policy *policy, struct people *people, const char *person)
{
	for (size_t i = 0; i < people->count; i++)
		if (strcmp(people->items[i].person, person) == 0)
			return NULL;
	if (people->count == MOST_PEOPLE)
		return NULL;
	people->items = own_grow(people->items, people->count + 1, sizeof *people->items);
	people->items[people->count] = (struct candidate){ .person = own_dup(person), .has_key = has_key(policy, person) };
	return &people->items[people->count++];
}

static void
add_listed(const struct policy *policy, struct people *people)
{
	for (unsigned i = 0; i < policy->people_count; i++) {
		struct candidate *one = add_candidate(policy, people, policy->people[i].person);

		for (unsigned k = 0; one != NULL && k < policy->people[i].accounts_count; k++)
			belongs_add(&one->belongs, policy->people[i].accounts[k]);
	}
}

static bool
is_policy_group(const struct policy *policy, const char *group)
{
	for (unsigned i = 0; i < policy->people_count; i++)
		for (unsigned k = 0; k < policy->people[i].groups_count; k++)
			if (strcmp(policy->people[i].groups[k], group) == 0)
				return true;
	return false;
}

/* With `unlisted: yes` members of a group are persons of their own name. */
static void
add_members(const struct policy *policy, struct people *people, const struct group *group)
{
	for (char **member = group->gr_mem; policy->unlisted && *member != NULL; member++) {
		const char *person = policy_person_of(policy, *member);
		struct candidate *one = person == *member ? add_candidate(policy, people, person) : NULL;

		if (one != NULL)
			belongs_add(&one->belongs, one->person);
	}
}

/* ---- are the entries of a role true of anybody? */

static void
check_entry(struct doctor *d, const struct policy *policy, const char *role, const char *entry, struct people *people)
{
	char path[POLICY_WORD], what[POLICY_WORD + 64], fix[POLICY_WORD + 64];
	const struct group *group;
	const char *rest;

	switch (policy_entry(entry, &rest)) {
	case POLICY_GROUP:
		group = getgrnam(rest);
		if (group != NULL)
			add_members(policy, people, group);
		snprintf(what, sizeof what, "these roles name the group '%.200s', which this machine does not have", rest);
		snprintf(fix, sizeof fix, "groupadd %.200s    (or correct the name)", rest);
		if (group == NULL && !is_policy_group(policy, rest))
			doctor_add(d, "policy", role, what, fix);
		break;
	case POLICY_COMMAND:
		snprintf(path, sizeof path, "%.*s", (int)strcspn(rest, " "), rest);
		snprintf(what, sizeof what, "these roles ask %s, which cannot be run", path);
		if (access(path, X_OK) < 0)
			doctor_add(d, "policy", role, what, "put the program there, mode 0755, or correct the line");
		break;
	case POLICY_PERSON:
		break;
	}
}

static void
check_entries(struct doctor *d, const struct policy *policy, const struct policy_role *role, struct people *people)
{
	const struct policy_approve *a = &role->approve;

	for (unsigned i = 0; i < role->who_count; i++)
		check_entry(d, policy, role->name, role->who[i], people);
	for (unsigned i = 0; i < a->by_count; i++)
		check_entry(d, policy, role->name, a->by[i], people);
	for (unsigned i = 0; i < a->each_count; i++)
		check_entry(d, policy, role->name, a->each[i], people);
	for (unsigned i = 0; i < a->automatic_count; i++)
		check_entry(d, policy, role->name, a->automatic[i], people);
}

/* ---- can it be decided? */

/* How many persons are missing if all decide who may; `keys`: and can sign. `asks`: whose request it is; "" of nobody here. */
static unsigned
missing(const struct policy *policy, const struct policy_role *role, const struct people *people, const char *asks, bool keys)
{
	AUTO_FREE struct policy_vote *votes = own_alloc((people->count + 1) * sizeof *votes);
	size_t count = 0;

	for (size_t i = 0; i < people->count; i++) {
		const struct candidate *one = &people->items[i];
		const struct policy_subject subject = { one->person, (const char *const *)one->belongs.entries, one->belongs.count };

		if ((!keys || one->has_key) && policy_may_decide(policy, &subject, role, asks, &votes[count].counts_for) == 0)
			votes[count++].person = one->person;
	}
	return policy_missing(role, votes, count);
}

/* Lists by command are a gate's to ask: who stands on them is not known here. */
static bool
is_by_command(const struct policy_approve *a)
{
	const char *rest;

	for (unsigned i = 0; i < a->by_count; i++)
		if (policy_entry(a->by[i], &rest) == POLICY_COMMAND)
			return true;
	for (unsigned i = 0; i < a->each_count; i++)
		if (policy_entry(a->each[i], &rest) == POLICY_COMMAND)
			return true;
	return false;
}

static void
check_askers(struct doctor *d, const struct policy *policy, const struct policy_role *role, const struct people *people)
{
	char what[POLICY_NAME + 96];

	for (size_t i = 0; i < people->count; i++) {
		const struct candidate *one = &people->items[i];
		const struct policy_subject subject = { one->person, (const char *const *)one->belongs.entries, one->belongs.count };

		if (!policy_matches(policy, &subject, role->who, role->who_count, NULL) || missing(policy, role, people, one->person, false) == 0)
			continue;
		snprintf(what, sizeof what, "%.*s may ask for these roles, but too few others are there to decide", POLICY_NAME, one->person);
		doctor_advise(d, "policy", role->name, what, "approve: {by: [PERSON, ...]}    (nobody decides their own request)");
	}
}

static void
check_decided(struct doctor *d, const struct policy *policy, const struct policy_role *role, const struct people *people)
{
	unsigned needs = policy_needs(role), without;

	if (needs == 0 || is_by_command(&role->approve))
		return;
	without = missing(policy, role, people, "", false);
	if (without >= needs)
		doctor_add(d, "policy", role->name, "nobody who could decide about these roles exists on this machine, so nobody ever gets them",
		    "approve: {by: [PERSON]}, with the person under `people`; or: usermod --append --groups GROUP ACCOUNT");
	else if (without > 0)
		doctor_add(d, "policy", role->name, "fewer persons exist than it takes to decide about these roles, so nobody ever gets them",
		    "approve: {by: [PERSON, PERSON], need: 1}; or: usermod --append --groups GROUP ACCOUNT");
	else if (role->approve.is_signed && missing(policy, role, people, "", true) > 0)
		doctor_add(d, "policy", role->name, "these roles take signed decisions only, and too few of those who decide have a key in `approvers`",
		    "principal: NAME    (under `people`), and a line `NAME ssh-ed25519 ...` in " POSTERN_SYSCONFDIR "/" POLICY_ROSTER);
	else
		check_askers(d, policy, role, people);
}

static void
check_auditors(struct doctor *d, const struct policy *policy)
{
	if (policy->recipients_count == 0)
		doctor_add(d, "keys", NULL, "no auditor has a key: no recording can be opened, so no session is granted",
		    "postern keygen auditor, and its public key into the file auditors");
	else if (policy->recipients_count == 1)
		doctor_add(d, "keys", NULL, "one key alone opens the recordings: if it is lost, they are closed for ever",
		    "postern keygen auditor, kept offline, and its public key as a second line into the file auditors");
	for (unsigned i = 0; i < policy->classes_count; i++)
		if (policy->classes[i].keys > 1 && policy_key_persons(policy) == policy->classes[i].keys)
			doctor_add(d, "keys", policy->classes[i].name, "just as many persons have a key as it takes to open recordings of these classes: if one of them "
			    "loses theirs, they are closed for ever", "postern keygen auditor for one person more, and its public key into the file auditors (age1... # PERSON)");
	if (policy->auditors_count == 0)
		doctor_add(d, "policy", NULL, "nobody may list or replay recordings", "auditors: [PERSON]    (in policy.yaml)");
}

void
doctor_people(struct doctor *d, const struct policy *policy)
{
	__attribute__((cleanup(people_done))) struct people people = { 0 };

	check_auditors(d, policy);
	add_listed(policy, &people);
	for (unsigned i = 0; i < policy->roles_count; i++)
		check_entries(d, policy, policy->roles[i], &people);
	for (unsigned i = 0; i < policy->roles_count; i++)
		check_decided(d, policy, policy->roles[i], &people);
}
