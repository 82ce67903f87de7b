/* SPDX-License-Identifier: ISC */
/* Inquiries about people: first the account, then every list of the policy, one answer after the other. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/groups.h"
#include "recorder/gate/who.h"

static const char later[] = "accounts and groups cannot be looked up at the moment; try again";

struct inquiry {
	struct gate	*gate;
	struct inquiry	*next;
	char		*as;
	struct who	*who;
	char		**lists;	/* "command:..." entries still to ask */
	size_t		 list_count, list_at;
	who_answer	*answer;
	void		*user;
};

struct who_desk {
	struct groups	*groups;
	struct inquiry	*open;
};

void
who_free(struct who *who)
{
	if (who == NULL)
		return;
	for (size_t i = 0; i < who->belongs_count; i++)
		free(who->belongs[i]);
	free(who->belongs);
	free(who->account);
	free(who->person);
	free(who);
}

bool
who_may_come_back(const char *why)
{
	return why == later;
}

struct policy_subject
who_subject(const struct who *who)
{
	return (struct policy_subject){ .person = who->person != NULL ? who->person : "",
		.belongs = (const char *const *)who->belongs, .belongs_count = who->belongs_count };
}

static void
add_belongs(struct who *who, const char *entry)
{
	who->belongs = own_grow(who->belongs, who->belongs_count + 1, sizeof *who->belongs);
	who->belongs[who->belongs_count++] = own_dup(entry);
}

static void
inquiry_free(struct inquiry *inquiry)
{
	struct inquiry **link = &inquiry->gate->who->open;

	while (*link != inquiry)
		link = &(*link)->next;
	*link = inquiry->next;
	for (size_t i = 0; i < inquiry->list_count; i++)
		free(inquiry->lists[i]);
	free(inquiry->lists);
	free(inquiry->as);
	who_free(inquiry->who);
	free(inquiry);
}

static void
give(struct inquiry *inquiry, const char *why)
{
	struct who *who = why == NULL ? TAKE(inquiry->who, NULL) : NULL;
	who_answer *answer = inquiry->answer;
	void *user = inquiry->user;

	inquiry_free(inquiry);
	answer(user, who, why);
}

static void	ask_list(struct inquiry *inquiry);

static void
on_list(const struct groups_answer *answer, void *user)
{
	struct inquiry *inquiry = user;
	struct who *who = inquiry->who;

	for (size_t i = 0; answer->error == 0 && i < answer->count; i++)
		if (strcmp(answer->names[i], who->account) == 0 ||
		    (who->person != NULL && strcmp(answer->names[i], who->person) == 0)) {
			add_belongs(who, inquiry->lists[inquiry->list_at]);
			break;
		}
	inquiry->list_at++;
	ask_list(inquiry);
}

static void
ask_list(struct inquiry *inquiry)
{
	if (inquiry->list_at == inquiry->list_count)
		give(inquiry, NULL);
	else
		groups_ask(inquiry->gate->who->groups, GROUPS_COMMAND, inquiry->lists[inquiry->list_at], on_list, inquiry);
}

/* Who the account belongs to; in trial mode the person was chosen with --as. NULL, or the sentence why not. */
static const char *
find_person(struct inquiry *inquiry)
{
	const struct policy *policy = inquiry->gate->policy;
	const char *person;

	if (policy == NULL)
		return NULL;
	if (!inquiry->gate->daemon.trial) {
		if (inquiry->as != NULL && inquiry->as[0] != '\0')
			return "--as works in trial mode only; here you are who you logged in as";
		person = policy_person_of(policy, inquiry->who->account);
	} else {
		if (inquiry->as == NULL || inquiry->as[0] == '\0')
			return "this is a trial: say who you are with --as NAME (see people: in its policy.yaml)";
		if (policy_person(policy, inquiry->as) == NULL)
			return "the trial's policy knows nobody of this name";
		person = inquiry->as;
	}
	if (person != NULL)
		inquiry->who->person = own_dup(person);
	return NULL;
}

static void
on_account(const struct groups_answer *answer, void *user)
{
	struct inquiry *inquiry = user;
	const char *why;

	if (answer->error != 0) {
		give(inquiry, answer->error == ERR_NOT_FOUND ? "your account is not known here" : later);
		return;
	}
	inquiry->who->account = own_dup(answer->account);
	inquiry->who->boot_us = clock_boot_us();
	for (size_t i = 0; i < answer->count; i++)
		add_belongs(inquiry->who, answer->names[i]);
	why = find_person(inquiry);
	if (why != NULL)
		give(inquiry, why);
	else
		ask_list(inquiry);
}

static void
add_list(const char *entry, void *user)
{
	struct inquiry *inquiry = user;

	inquiry->lists = own_grow(inquiry->lists, inquiry->list_count + 1, sizeof *inquiry->lists);
	inquiry->lists[inquiry->list_count++] = own_dup(entry);
}

static struct inquiry *
inquiry_new(struct gate *gate, const char *as, who_answer *answer, void *user)
{
	struct inquiry *inquiry = own_alloc(sizeof *inquiry);

	*inquiry = (struct inquiry){ .gate = gate, .next = gate->who->open, .answer = answer, .user = user };
	inquiry->who = own_alloc(sizeof *inquiry->who);
	inquiry->as = as != NULL ? own_dup(as) : NULL;
	gate->who->open = inquiry;
	if (gate->policy != NULL)
		policy_commands(gate->policy, add_list, inquiry);
	return inquiry;
}

void
who_ask(struct gate *gate, uid_t uid, const char *as, who_answer *answer, void *user)
{
	struct inquiry *inquiry = inquiry_new(gate, as, answer, user);
	char text[16];

	snprintf(text, sizeof text, "%u", (unsigned)uid);
	groups_ask(gate->who->groups, GROUPS_UID, text, on_account, inquiry);
}

void
who_ask_account(struct gate *gate, const char *account, const char *as, who_answer *answer, void *user)
{
	groups_ask(gate->who->groups, GROUPS_ACCOUNT, account, on_account, inquiry_new(gate, as, answer, user));
}

void
who_forget_user(struct gate *gate, void *user)
{
	struct inquiry *next;

	for (struct inquiry *i = gate->who->open; i != NULL; i = next) {
		next = i->next;
		if (i->user == user) {
			groups_forget(gate->who->groups, i);
			inquiry_free(i);
		}
	}
}

int
who_start(struct gate *gate)
{
	gate->who = own_alloc(sizeof *gate->who);
	gate->who->groups = groups_new(gate->base, NULL);
	return gate->who->groups != NULL ? 0 : -1;
}

void
who_stop(struct gate *gate)
{
	while (gate->who->open != NULL)
		inquiry_free(gate->who->open);
	groups_free(gate->who->groups);
	free(gate->who);
	gate->who = NULL;
}

void
who_policy_changed(struct gate *gate)
{
	groups_refresh(gate->who->groups);
}
