/* SPDX-License-Identifier: ISC */
/* Who was in which group. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_versions.h"
#include "recorder/gate/members.h"
#include "recorder/gate/who.h"
#include "recorder/policy/policy.h"

#define EVERY_US	INT64_C(3600000000)
#define TEXT_MOST	(8u << 20)

/* One time of asking: account after account. */
struct members_round {
	struct gate	*gate;
	char		**accounts;
	size_t		 count, at;
	struct buf	 text;
};

void
members_read(const char *text, struct members *members)
{
	bool is_first = true;
	char *at;

	*members = (struct members){ .text = own_dup(text) };
	for (at = members->text; *at != '\0';) {
		size_t length = strcspn(at, " \n");
		char end = at[length];

		members->words = own_grow(members->words, members->count + 1, sizeof *members->words);
		members->is_first = own_grow(members->is_first, members->count + 1, sizeof *members->is_first);
		members->words[members->count] = at;
		members->is_first[members->count++] = is_first;
		at[length] = '\0';
		at += length + (end != '\0');
		is_first = end == '\n';
	}
}

void
members_done(struct members *members)
{
	free(members->text);
	free(members->words);
	free(members->is_first);
	*members = (struct members){ 0 };
}

static bool
has_account(const struct policy_person *person, const char *account)
{
	for (unsigned i = 0; i < person->accounts_count; i++)
		if (strcmp(person->accounts[i], account) == 0)
			return true;
	return false;
}

void
members_of(const struct members *members, const struct policy_person *person, struct policy_subject *subject)
{
	const char **belongs = own_alloc((members->count + 1) * sizeof *belongs);
	bool is_theirs = false;

	subject->belongs_count = 0;
	for (size_t i = 0; i < members->count; i++) {
		if (members->is_first[i])
			is_theirs = has_account(person, members->words[i]);
		else if (is_theirs)
			belongs[subject->belongs_count++] = members->words[i];
	}
	subject->belongs = belongs;
}

static void
round_free(struct members_round *round)
{
	for (size_t i = 0; i < round->count; i++)
		free(round->accounts[i]);
	free(round->accounts);
	buf_done(&round->text);
	free(round);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
add_who(struct members_round *round, struct who *who)
{
	int r = buf_add_text(&round->text, round->accounts[round->at]);

	if (who != NULL)
		qsort(who->belongs, who->belongs_count, sizeof *who->belongs, compare);
	for (size_t i = 0; r == 0 && who != NULL && i < who->belongs_count; i++)
		if (strncmp(who->belongs[i], "group:", 6) == 0)	/* a list changes by the minute */
			r = buf_addf(&round->text, " %s", who->belongs[i]);
	if (r == 0)
		(void)buf_add_text(&round->text, "\n");
}

static void	ask(struct members_round *round);

/* An answer that did not come ends the round: the next one asks all of them again. */
static void
on_who(void *user, struct who *who, const char *why)
{
	struct members_round *round = user;

	if (who == NULL && who_may_come_back(why)) {
		round->gate->members = NULL;
		round_free(round);
		return;
	}
	add_who(round, who);
	who_free(who);
	round->at++;
	ask(round);
}

static void
ask(struct members_round *round)
{
	struct gate *gate = round->gate;

	if (round->at < round->count) {
		who_ask_account(gate, round->accounts[round->at], NULL, on_who, round);
		return;
	}
	gate->members = NULL;
	gate->members_us = clock_boot_us();
	gate_version_keep(gate, LOG_MEMBERS_VERSION, (const char *)buf_data(&round->text), buf_len(&round->text));
	round_free(round);
}

void
members_look(struct gate *gate, bool now)
{
	const struct policy *policy = gate->policy;
	struct members_round *round;

	if (gate->daemon.trial || policy == NULL || (!now && gate->members_us != 0 && clock_boot_us() - gate->members_us < EVERY_US))
		return;
	members_stop(gate);
	round = own_alloc(sizeof *round);
	*round = (struct members_round){ .gate = gate, .text.max = TEXT_MOST };
	for (unsigned i = 0; i < policy->people_count; i++)
		for (unsigned k = 0; k < policy->people[i].accounts_count; k++) {
			round->accounts = own_grow(round->accounts, round->count + 1, sizeof *round->accounts);
			round->accounts[round->count++] = own_dup(policy->people[i].accounts[k]);
		}
	if (round->count > 0)
		qsort(round->accounts, round->count, sizeof *round->accounts, compare);
	gate->members = round;
	ask(round);
}

void
members_stop(struct gate *gate)
{
	if (gate->members == NULL)
		return;
	who_forget_user(gate, gate->members);
	round_free(gate->members);
	gate->members = NULL;
}
