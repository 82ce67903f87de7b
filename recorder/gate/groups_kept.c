/* SPDX-License-Identifier: ISC */
/* Keeping and judging answers. The time is handed in, so that a test can let it pass. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/gate/groups_kept.h"

#define MOST_KEPT	4096

void
kept_init(struct kept_answers *answers, const struct groups_limits *limits)
{
	TAILQ_INIT(&answers->list);
	answers->count = 0;
	answers->limits = *limits;
}

static void
drop(struct kept_answers *answers, struct kept *k)
{
	TAILQ_REMOVE(&answers->list, k, link);
	answers->count--;
	free(k->argument);
	free(k->text);
	free(k);
}

void
kept_clear(struct kept_answers *answers)
{
	while (!TAILQ_EMPTY(&answers->list))
		drop(answers, TAILQ_FIRST(&answers->list));
}

void
kept_age(struct kept_answers *answers)
{
	struct kept *k;

	TAILQ_FOREACH(k, &answers->list, link)
		k->tried_us = INT64_MIN / 2;
}

static struct kept *
find(const struct kept_answers *answers, enum groups_kind kind, const char *argument)
{
	struct kept *k;

	TAILQ_FOREACH(k, &answers->list, link)
		if (k->kind == kind && strcmp(k->argument, argument) == 0)
			return k;
	return NULL;
}

const struct kept *
kept_fresh(const struct kept_answers *answers, enum groups_kind kind, const char *argument, int64_t boot_us)
{
	const struct kept *k = find(answers, kind, argument);
	int ms = kind == GROUPS_COMMAND ? answers->limits.list_fresh_ms : answers->limits.fresh_ms;

	if (k == NULL || boot_us - k->tried_us >= ms * INT64_C(1000))
		return NULL;
	/* A look-up that failed is tried again at once; a command that failed is not: it may take its whole limit. */
	return k->error != 0 && k->error != ERR_NOT_FOUND && kind != GROUPS_COMMAND ? NULL : k;
}

const struct kept *
kept_put(struct kept_answers *answers, enum groups_kind kind, const char *argument, int error, const char *text,
    int64_t boot_us)
{
	struct kept *k = find(answers, kind, argument);

	if (k == NULL) {
		if (answers->count == MOST_KEPT)
			drop(answers, TAILQ_LAST(&answers->list, kept_list));
		k = own_alloc(sizeof *k);
		k->kind = kind;
		k->argument = own_dup(argument);
		TAILQ_INSERT_HEAD(&answers->list, k, link);
		answers->count++;
	}
	k->error = error;
	k->tried_us = boot_us;
	if (error == 0) {
		free(k->text);
		k->text = own_dup(text);
		k->good_us = boot_us;
	}
	return k;
}

/* "NAME UID GID", the first line about an account. */
static int
read_account(const char *line, struct groups_answer *answer)
{
	unsigned long uid, gid;

	if (sscanf(line, "%63s %lu %lu", answer->account, &uid, &gid) != 3 || uid >= UINT32_MAX || gid >= UINT32_MAX)
		return -EIO;
	answer->uid = (uid_t)uid;
	answer->gid = (gid_t)gid;
	return 0;
}

/* Lines become names in one allocation each; groups are spelled as the policy spells them. */
static char **
split(const char *text, const char *before, size_t *count)
{
	char **names = NULL;

	*count = 0;
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		char *name = own_alloc(strlen(before) + length + 1);

		memcpy(name, before, strlen(before));
		memcpy(name + strlen(before), text, length);
		names = own_grow(names, *count + 1, sizeof *names);
		names[(*count)++] = name;
		text += length + (text[length] == '\n');
	}
	return names;
}

void
kept_tell(const struct kept_answers *answers, const struct kept *kept, int64_t boot_us,
    void (*done)(const struct groups_answer *, void *), void *user)
{
	bool list = kept->kind == GROUPS_COMMAND;
	struct groups_answer answer = { .error = kept->error };
	const char *text = kept->text;
	AUTO_FREE char **names = NULL;

	if (list && answer.error != 0 && text != NULL &&
	    boot_us - kept->good_us < answers->limits.list_kept_ms * INT64_C(1000)) {
		answer.error = 0;
		answer.old = true;
	}
	if (answer.error == 0 && !list) {
		answer.error = read_account(text, &answer);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	if (answer.error == 0)
		names = split(text, list ? "" : "group:", &answer.count);
	answer.names = (const char *const *)names;
	done(&answer, user);
	for (size_t i = 0; i < answer.count; i++)
		free(names[i]);
}
