/* SPDX-License-Identifier: ISC */
/* Claims that wait for their exec, and what the worker is told of both. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/trail/exact.h"
#include "recorder/trail/tracer.h"

#define CLAIMS_MOST	4096	/* of all processes; beyond it the oldest go, and what they were for is a mismatch */

struct claim {
	struct claim		*next;
	uint32_t		 pid;
	struct exact_texts	 texts;		/* name and arguments point into `bytes` */
	char			 bytes[];
};

void
exact_name(int dir, const char *raw, char *name, size_t size)
{
	if (raw[0] == '/' || dir == AT_FDCWD)
		snprintf(name, size, "%s", raw);
	else if (raw[0] == '\0')
		snprintf(name, size, "/dev/fd/%d", dir);
	else
		snprintf(name, size, "/dev/fd/%d/%s", dir, raw);
}

/* A last argument without its NUL was cut. */
void
exact_end_args(struct exact_texts *exact, char *args)
{
	if (exact->args_bytes > 0 && args[exact->args_bytes - 1] != '\0') {
		exact->is_cut = true;
		args[exact->args_bytes - 1] = '\0';
	}
	exact->argc = 0;
	for (size_t i = 0; i < exact->args_bytes; i++)
		exact->argc += args[i] == '\0';
}

/* The list has its newest first. */
static void
drop_oldest(struct tracer *t)
{
	struct claim **at = &t->claims;

	while ((*at)->next != NULL)
		at = &(*at)->next;
	free(TAKE(*at, NULL));
	t->claim_count--;
}

void
exact_claim(struct tracer *t, uint32_t pid, const struct exact_texts *claimed)
{
	size_t name_bytes = strlen(claimed->name) + 1;
	struct claim *claim = own_alloc(sizeof *claim + name_bytes + claimed->args_bytes);

	*claim = (struct claim){ .next = t->claims, .pid = pid, .texts = *claimed };
	memcpy(claim->bytes, claimed->name, name_bytes);
	memcpy(claim->bytes + name_bytes, claimed->args, claimed->args_bytes);
	claim->texts.name = claim->bytes;
	claim->texts.args = claim->bytes + name_bytes;
	t->claims = claim;
	if (++t->claim_count > CLAIMS_MOST)
		drop_oldest(t);
}

void
exact_forget(struct tracer *t, uint32_t pid)
{
	struct claim **at = &t->claims;

	while (*at != NULL) {
		AUTO_FREE struct claim *claim = *at;

		if (claim->pid == pid) {
			*at = claim->next;
			t->claim_count--;
		} else {
			at = &TAKE(claim, NULL)->next;
		}
	}
}

static bool
was_claimed(const struct tracer *t, uint32_t pid, const struct exact_texts *exact)
{
	for (const struct claim *claim = t->claims; claim != NULL; claim = claim->next)
		if (claim->pid == pid && exact_matches(&claim->texts, exact))
			return true;
	return false;
}

/* A claim that was true is confirmed without its texts; else these are the true ones. */
void
exact_heard(struct tracer *t, uint32_t pid, uint32_t ppid, const struct exact_texts *exact)
{
	struct rec_exec exec = { .what = TRAIL_EXACT, .pid = pid, .ppid = ppid, .argc = exact->argc };

	if (!was_claimed(t, pid, exact)) {
		exec.flags = TRAIL_MISMATCH | (exact->is_cut ? TRAIL_CUT : 0u);
		exec.path = exact->name;
		exec.args = exact->args;
		exec.args_bytes = exact->args_bytes;
	}
	tracer_tell_exec(t, &exec);
	exact_forget(t, pid);
}
