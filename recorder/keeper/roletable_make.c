/* SPDX-License-Identifier: ISC */
/* From the policy to fixed records. The policy's own bounds make every text fit; what does not is refused, not cut. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/mask/guard_rule.h"
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
put_paths(struct rights *rights, enum rights_kind kind, char *const *paths, unsigned count)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < count; i++) {
		struct rights_path *path = &rights->paths[rights->paths_count];

		if (rights->paths_count == RIGHTS_PATHS)
			return ERR_BUF_FULL;
		path->kind = kind;
		r = put(path->path, sizeof path->path, paths[i]);
		rights->paths_count++;
	}
	return r;
}

static int
put_ports(uint16_t ports[RIGHTS_PORTS], uint32_t *into, const unsigned *from, unsigned count)
{
	if (count > RIGHTS_PORTS)
		return ERR_BUF_FULL;
	for (unsigned i = 0; i < count; i++)
		ports[i] = (uint16_t)from[i];	/* the policy's checks have looked at its size */
	*into = count;
	return 0;
}

static int
make_rights(const struct policy_may *may, struct rights *rights)
{
	int r;

	rights->need = may->need;
	if (!may->given)
		return 0;
	rights->flags = RIGHTS_CONFINED | (may->shell ? RIGHTS_SHELL : 0u) | (may->udp ? RIGHTS_UDP : 0u) |
	    (may->raw ? RIGHTS_RAW : 0u) | (may->listen ? RIGHTS_LISTEN : 0u) | (may->namespaces ? RIGHTS_SPACES : 0u) |
	    (may->tmp ? RIGHTS_TMP : 0u);
	r = put_paths(rights, RIGHT_EXEC, may->exec, may->exec_count);
	if (r == 0)
		r = put_paths(rights, RIGHT_READ, may->read, may->read_count);
	if (r == 0)
		r = put_paths(rights, RIGHT_WRITE, may->write, may->write_count);
	if (r == 0)
		r = put_paths(rights, RIGHT_SOCKET, may->sockets, may->sockets_count);
	if (r == 0)
		r = put_ports(rights->connect, &rights->connect_count, may->connect, may->connect_count);
	if (r == 0)
		r = put_ports(rights->bind, &rights->bind_count, may->bind, may->bind_count);
	return r;
}

static int
make_record(const struct policy_role *role, struct role_record *record)
{
	const struct policy_start *s = &role->start;
	int r;

	record->flags = (s->run_count == 0 ? ROLE_SHELL : 0u) | (s->sudo ? ROLE_SUDO : 0u) | (s->system ? ROLE_SYSTEM : 0u) |
	    (role->exact ? ROLE_EXACT : 0u) | (guard_words_have((const char *const *)role->guard, GUARD_IN_EXEC) ? ROLE_ASKS : 0u);
	record->argc = s->run_count;
	record->envc = s->env_count;
	record->sessions = role->sessions;
	record->pids_max = s->limits.pids;
	record->nice = s->limits.nice;
	record->trail = role->trail;
	record->most_s = role->times.most_s;
	record->idle_s = role->times.idle_s;
	record->freeze_s = role->ends.freeze_s;
	record->files = s->limits.files;
	record->memory = s->limits.memory;
	record->file_size = s->limits.file_size;
	record->cpu_s = s->limits.cpu_s;
	r = make_rights(&role->may, &record->rights);
	if (r == 0)
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
