/* SPDX-License-Identifier: ISC */
/*
 * Execs that the worker is asked about: each waits in the kernel until its answer comes, while the calls of all others go
 * on. Where nobody can answer, nothing is executed.
 */
#include "config.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "recorder/trail/frame.h"
#include "recorder/trail/tracer.h"

/* One that waits, and what it was when the worker was asked. */
struct held {
	struct seccomp_notif	notif;
	size_t			count;		/* bytes of path, folder and arguments, with their NULs */
	char			*texts;
};

static void
forget(struct held *held)
{
	free(held->texts);
	free(held);
}

static char *
join(const struct rec_exec *exec, size_t *count)
{
	size_t path = strlen(exec->path) + 1, cwd = strlen(exec->cwd) + 1;
	char *texts = own_alloc(path + cwd + exec->args_bytes);

	memcpy(texts, exec->path, path);
	memcpy(texts + path, exec->cwd, cwd);
	memcpy(texts + path + cwd, exec->args, exec->args_bytes);
	*count = path + cwd + exec->args_bytes;
	return texts;
}

bool
tracer_is_same(const struct held *held, const struct rec_exec *exec)
{
	AUTO_FREE char *texts = NULL;
	size_t count;

	texts = join(exec, &count);
	return count == held->count && memcmp(texts, held->texts, count) == 0;
}

bool
tracer_has_room(const struct tracer *t)
{
	return t->held_count < TRACER_HELD;
}

int
tracer_ask(struct tracer *t, const struct seccomp_notif *notif, const struct rec_exec *exec)
{
	struct held *held;

	if (t->answers < 0)
		return CALL_REFUSED;
	held = own_alloc(sizeof *held);
	held->notif = *notif;
	held->texts = join(exec, &held->count);
	t->held[t->held_count++] = held;	/* there is room: else nothing is heard */
	tracer_tell_ask(t, notif->id, exec);
	return CALL_WAITS;
}

/* The one with this id, no longer held; NULL if there is none. */
static struct held *
take(struct tracer *t, uint64_t id)
{
	for (size_t i = 0; i < t->held_count; i++) {
		struct held *held = t->held[i];

		if (held->notif.id != id)
			continue;
		t->held[i] = t->held[--t->held_count];
		return held;
	}
	return NULL;
}

/* The worker has gone, or has said what it must not: from now on nothing is executed. */
static void
refuse_all(struct tracer *t)
{
	own_close(&t->answers);
	while (t->held_count > 0) {
		struct held *held = t->held[--t->held_count];

		tracer_reply(t, held->notif.id, EPERM);
		forget(held);
	}
}

void
tracer_answered(struct tracer *t)
{
	struct answer answer;
	ssize_t n = read(t->answers, &answer, sizeof answer);
	struct held *held;
	int verdict;

	if (n != (ssize_t)sizeof answer) {
		refuse_all(t);
		return;
	}
	held = take(t, answer.id);
	if (held == NULL)
		return;
	verdict = answer.may_run == 1 ? tracer_call(t, &held->notif, held) : CALL_REFUSED;
	tracer_reply(t, held->notif.id, verdict);
	forget(held);
}
