/* SPDX-License-Identifier: ISC */
/* Looking things up in a policy, and the questions the gate asks it. Nothing here reads files, groups or clocks. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "recorder/policy/policy.h"

#define POLICY_LISTS	3u	/* lists of entries that a policy has itself */
#define ROLE_LISTS	5u	/* and that a role has */

int
policy_role_index(const struct policy *policy, const char *name)
{
	for (unsigned i = 0; i < policy->roles_count; i++)
		if (strcmp(policy->roles[i]->name, name) == 0)
			return (int)i;
	return -1;
}

const struct policy_role *
policy_role(const struct policy *policy, const char *name)
{
	int i = policy_role_index(policy, name);

	return i < 0 ? NULL : policy->roles[i];
}

const struct policy_class *
policy_class(const struct policy *policy, const char *name)
{
	for (unsigned i = 0; i < policy->classes_count; i++)
		if (strcmp(policy->classes[i].name, name) == 0)
			return &policy->classes[i];
	return NULL;
}

const char *
policy_key_owner(const struct policy *policy, const char *key)
{
	for (unsigned i = 0; i < policy->recipients_count; i++)
		if (strcmp(policy->recipients[i], key) == 0)
			return policy->recipient_owners[i];
	return NULL;
}

unsigned
policy_key_persons(const struct policy *policy)
{
	char *const *owners = policy->recipient_owners;
	unsigned persons = 0;

	for (unsigned i = 0; i < policy->recipients_count; i++) {
		bool is_first = owners[i][0] != '\0';

		for (unsigned k = 0; k < i; k++)
			is_first = is_first && strcmp(owners[k], owners[i]) != 0;
		persons += is_first;
	}
	return persons;
}

const struct policy_person *
policy_person(const struct policy *policy, const char *name)
{
	for (unsigned i = 0; i < policy->people_count; i++)
		if (strcmp(policy->people[i].person, name) == 0)
			return &policy->people[i];
	return NULL;
}

const char *
policy_person_of(const struct policy *policy, const char *account)
{
	for (unsigned i = 0; i < policy->people_count; i++)
		for (unsigned k = 0; k < policy->people[i].accounts_count; k++)
			if (strcmp(policy->people[i].accounts[k], account) == 0)
				return policy->people[i].person;
	return policy->unlisted && policy_person(policy, account) == NULL && !policy_is_reserved(account) ? account : NULL;
}

bool
policy_is_reserved(const char *person)
{
	return strcmp(person, "policy") == 0 || strcmp(person, "break-glass") == 0;
}

bool
policy_means(const struct policy *policy, const char *person, const char *name)
{
	const struct policy_person *known = policy_person(policy, name);
	const char *owner = known != NULL ? known->person : policy_person_of(policy, name);

	return owner != NULL && strcmp(owner, person) == 0;
}

enum policy_entry
policy_entry(const char *entry, const char **rest)
{
	static const char group[] = "group:";
	static const char command[] = "command:";

	if (strncmp(entry, group, sizeof group - 1) == 0) {
		*rest = entry + sizeof group - 1;
		return POLICY_GROUP;
	}
	if (strncmp(entry, command, sizeof command - 1) == 0) {
		*rest = entry + sizeof command - 1;
		return POLICY_COMMAND;
	}
	*rest = entry;
	return POLICY_PERSON;
}

/* All lists of entries of a policy, one after the other: three of the policy, then five of each role. */
static unsigned
entry_list(const struct policy *policy, unsigned place, char *const **entries)
{
	const struct policy_role *role;

	if (place < 2) {
		*entries = place == 0 ? policy->auditors : policy->admins;
		return place == 0 ? policy->auditors_count : policy->admins_count;
	}
	if (place == 2) {
		*entries = policy->holds.approve.each;
		return policy->holds.approve.each_count;
	}
	role = policy->roles[(place - POLICY_LISTS) / ROLE_LISTS];
	switch ((place - POLICY_LISTS) % ROLE_LISTS) {
	case 0:
		*entries = role->who;
		return role->who_count;
	case 1:
		*entries = role->approve.by;
		return role->approve.by_count;
	case 2:
		*entries = role->approve.each;
		return role->approve.each_count;
	case 3:
		*entries = role->approve.automatic;
		return role->approve.automatic_count;
	default:
		*entries = role->glass.who;
		return role->glass.who_count;
	}
}

/* True if `entry` stands before the given place already. */
static bool
seen_before(const struct policy *policy, const char *entry, unsigned list, unsigned place)
{
	char *const *entries = NULL;

	for (unsigned i = 0; i <= list; i++) {
		unsigned count = entry_list(policy, i, &entries);

		for (unsigned k = 0; k < (i == list ? place : count); k++)
			if (strcmp(entries[k], entry) == 0)
				return true;
	}
	return false;
}

void
policy_commands(const struct policy *policy, void (*each)(const char *entry, void *user), void *user)
{
	char *const *entries = NULL;
	const char *rest;

	for (unsigned i = 0; i < POLICY_LISTS + ROLE_LISTS * policy->roles_count; i++) {
		unsigned count = entry_list(policy, i, &entries);

		for (unsigned k = 0; k < count; k++)
			if (policy_entry(entries[k], &rest) == POLICY_COMMAND && !seen_before(policy, entries[k], i, k))
				each(entries[k], user);
	}
}

/* A group that the policy itself gives the person (`people: groups:`). */
static bool
has_own_group(const struct policy *policy, const char *person, const char *group)
{
	const struct policy_person *p = policy_person(policy, person);

	for (unsigned i = 0; p != NULL && i < p->groups_count; i++)
		if (strcmp(p->groups[i], group) == 0)
			return true;
	return false;
}

static bool
is_true_of(const struct policy *policy, const struct policy_subject *subject, const char *entry)
{
	const char *rest;
	enum policy_entry kind = policy_entry(entry, &rest);

	if (kind == POLICY_PERSON)
		return strcmp(subject->person, entry) == 0;
	if (kind == POLICY_GROUP && has_own_group(policy, subject->person, rest))
		return true;
	for (size_t i = 0; i < subject->belongs_count; i++)
		if (strcmp(subject->belongs[i], entry) == 0)
			return true;
	return false;
}

bool
policy_matches(const struct policy *policy, const struct policy_subject *subject, char *const *entries, unsigned count,
    const char **which)
{
	for (unsigned i = 0; i < count; i++)
		if (is_true_of(policy, subject, entries[i])) {
			if (which != NULL)
				*which = entries[i];
			return true;
		}
	return false;
}

bool
policy_auto(const struct policy *policy, const struct policy_subject *subject, const struct policy_role *role,
    char why[POLICY_WHY])
{
	const char *which = NULL;

	if (!policy_matches(policy, subject, role->approve.automatic, role->approve.automatic_count, &which))
		return false;
	snprintf(why, POLICY_WHY, "the policy grants '%s' to %s", role->name, which);
	return true;
}

int
policy_may_request(const struct policy *policy, const struct policy_subject *subject, const struct policy_role *role,
    int64_t wall_us, char why[POLICY_WHY])
{
	char ignored[POLICY_WHY];
	char next[CLOCK_TEXT];
	int64_t opens;

	if (!policy_matches(policy, subject, role->who, role->who_count, NULL)) {
		snprintf(why, POLICY_WHY, "'%s' is not among those who may ask for '%s'", subject->person, role->name);
		return ERR_NO_RIGHT;
	}
	if (policy_needs(role) == 0 && !policy_auto(policy, subject, role, ignored)) {
		snprintf(why, POLICY_WHY, "nobody can decide a request of '%s' for '%s': the policy grants it to others only",
		    subject->person, role->name);
		return ERR_NO_RIGHT;
	}
	if (!when_open(&role->when, wall_us)) {
		opens = when_next(&role->when, wall_us);
		snprintf(why, POLICY_WHY, "'%s' is open %s; next at %s", role->name, role->when_text,
		    opens < 0 ? "no time this week" : clock_local(opens, next));
		return ERR_HOURS;
	}
	why[0] = '\0';
	return 0;
}

int
policy_may_break(const struct policy *policy, const struct policy_subject *subject, const struct policy_role *role,
    char why[POLICY_WHY])
{
	const struct policy_glass *glass = &role->glass;
	bool may = glass->who_count > 0 ? policy_matches(policy, subject, glass->who, glass->who_count, NULL) :
	    policy_matches(policy, subject, role->who, role->who_count, NULL);

	why[0] = '\0';
	if (glass->given && may)
		return 0;
	if (!glass->given)
		snprintf(why, POLICY_WHY, "'%s' has no break-glass: it is entered with a decision only", role->name);
	else
		snprintf(why, POLICY_WHY, "'%s' is not among those who may enter '%s' without a decision", subject->person, role->name);
	return ERR_NO_RIGHT;
}

int
policy_may_decide(const struct policy *policy, const struct policy_subject *subject, const struct policy_role *role,
    const char *requester, uint32_t *counts_for)
{
	const struct policy_approve *a = &role->approve;
	uint32_t bits = 0;

	if (strcmp(subject->person, requester) == 0)
		return ERR_OWN_REQUEST;
	if (a->by_count > 0 && policy_matches(policy, subject, a->by, a->by_count, NULL))
		bits = 1;
	for (unsigned i = 0; i < a->each_count; i++)
		if (is_true_of(policy, subject, a->each[i]))
			bits |= UINT32_C(1) << i;
	if (bits == 0)
		return ERR_NO_RIGHT;
	*counts_for = bits;
	return 0;
}

unsigned
policy_needs(const struct policy_role *role)
{
	const struct policy_approve *a = &role->approve;

	return a->each_count > 0 ? a->each_count : a->by_count > 0 ? a->need : 0;
}

/* Votes of one person count once: the first that person gave. */
static bool
is_first_vote(const struct policy_vote *votes, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (strcmp(votes[i].person, votes[place].person) == 0)
			return false;
	return true;
}

/* Places of `each` and the vote that fills each; -1 while empty. */
struct matching {
	const struct policy_vote	*votes;
	unsigned			 places;
	int				 filled[POLICY_EACH];
	uint32_t			 tried;
};

/* Finds a place for a vote, moving others on if need be (augmenting path). */
static bool
place_vote(struct matching *m, int vote)
{
	for (unsigned i = 0; i < m->places; i++) {
		uint32_t bit = UINT32_C(1) << i;

		if ((m->votes[vote].counts_for & bit) == 0 || (m->tried & bit) != 0)
			continue;
		m->tried |= bit;
		if (m->filled[i] < 0 || place_vote(m, m->filled[i])) {
			m->filled[i] = vote;
			return true;
		}
	}
	return false;
}

unsigned
policy_missing(const struct policy_role *role, const struct policy_vote *votes, size_t count)
{
	struct matching m = { .votes = votes, .places = role->approve.each_count };
	unsigned needs = policy_needs(role);
	unsigned have = 0;

	for (unsigned i = 0; i < POLICY_EACH; i++)
		m.filled[i] = -1;
	for (size_t i = 0; i < count && i < 1024; i++) {
		if (votes[i].counts_for == 0 || !is_first_vote(votes, i))
			continue;
		m.tried = 0;
		have += m.places == 0 || place_vote(&m, (int)i);
	}
	return have >= needs ? 0 : needs - have;
}

bool
policy_is_auditor(const struct policy *policy, const struct policy_subject *subject)
{
	return policy_matches(policy, subject, policy->auditors, policy->auditors_count, NULL);
}

bool
policy_is_admin(const struct policy *policy, const struct policy_subject *subject)
{
	return policy_matches(policy, subject, policy->admins, policy->admins_count, NULL);
}

const char *
policy_may_decide_text(int error)
{
	return error == ERR_NO_RIGHT ? "you are not among those who decide about this role" : err_text(error);
}
