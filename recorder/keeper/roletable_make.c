/* SPDX-License-Identifier: ISC */
/* From the policy to fixed records. The policy's own bounds make every text fit; what does not is refused, not cut. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/policy/policy.h"
#include "recorder/keeper/roletable.h"

static int
put(char *field, size_t size, const char *text)
{
	size_t count = strlen(text) + 1;

	if (count > size)
		return ERR_BUF_FULL;
	memcpy(field, text, count);
	return 0;
}

static int
put_words(char (*fields)[ROLE_WORD], uint32_t most, char *const *words, unsigned count)
{
	int r = count > most ? ERR_BUF_FULL : 0;

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = put(fields[i], ROLE_WORD, words[i]);
	return r;
}

static int
make_record(const struct policy_role *role, struct role_record *record)
{
	const struct policy_start *s = &role->start;
	int r;

	record->flags = (s->run_count == 0 ? ROLE_SHELL : 0u) | (s->sudo ? ROLE_SUDO : 0u) | (s->system ? ROLE_SYSTEM : 0u);
	record->argc = s->run_count;
	record->envc = s->env_count;
	record->sessions = role->sessions;
	record->pids_max = s->limits.pids;
	record->nice = s->limits.nice;
	record->most_s = role->times.most_s;
	record->idle_s = role->times.idle_s;
	record->freeze_s = role->ends.freeze_s;
	r = put(record->name, sizeof record->name, role->name);
	if (r == 0)
		r = put(record->account, sizeof record->account, s->as);
	if (r == 0)
		r = put_words(record->run, ROLE_RUN, s->run, s->run_count);
	if (r == 0)
		r = put_words(record->env, ROLE_ENV, s->env, s->env_count);
	return r;
}

int
roletable_make(const struct policy *policy, struct buf *out)
{
	struct roletable_head head = { .magic = ROLETABLE_MAGIC, .version = ROLETABLE_VERSION,
		.record_bytes = sizeof(struct role_record), .count = policy->roles_count };
	int r;

	memcpy(head.sha256, policy->sha256, sizeof head.sha256);
	r = buf_add(out, &head, sizeof head);
	for (unsigned i = 0; r == 0 && i < policy->roles_count; i++) {
		AUTO_FREE struct role_record *record = own_alloc(sizeof *record);

		r = make_record(policy->roles[i], record);
		if (r == 0)
			r = buf_add(out, record, sizeof *record);
	}
	return r;
}
