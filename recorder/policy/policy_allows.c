/* SPDX-License-Identifier: ISC */
/* The hash of what a role allows: every field with its name and every text with its length, so that no two roles look the same. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/id.h"
#include "recorder/mask/guard_rule.h"
#include "recorder/policy/policy.h"
#include "recorder/policy/policy_allows.h"

#define ALLOWS_MOST	(4u << 20)
#define GUARD_TOLD	3	/* do, in, name */
#define GUARD_PATTERN_AT	4

static int
add_text(struct buf *out, const char *name, const char *text)
{
	return buf_addf(out, "%s %zu %s\n", name, strlen(text), text);
}

static int
add_texts(struct buf *out, const char *name, char *const *texts, size_t count)
{
	int r = buf_addf(out, "%s %zu\n", name, count);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_text(out, "-", texts[i]);
	return r;
}

/* Up to a NULL. */
static int
add_list(struct buf *out, const char *name, char *const *texts)
{
	size_t count = 0;

	while (texts != NULL && texts[count] != NULL)
		count++;
	return add_texts(out, name, texts, count);
}

static int
add_ports(struct buf *out, const char *name, const unsigned *ports, unsigned count)
{
	int r = buf_addf(out, "%s %u\n", name, count);

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = buf_addf(out, "- %u\n", ports[i]);
	return r;
}

static int
add_start(struct buf *out, const struct policy_start *s)
{
	const struct policy_limits *l = &s->limits;
	int r = add_text(out, "as", s->as);

	if (r == 0)
		r = add_texts(out, "run", s->run, s->run_count);
	if (r == 0)
		r = add_texts(out, "env", s->env, s->env_count);
	if (r == 0)
		r = buf_addf(out, "sudo %d\nsystem %d\n", s->sudo, s->system);
	return r < 0 ? r : buf_addf(out, "limits %u %d %u %" PRIu64 " %" PRIu64 " %" PRId64 "\n", l->pids, l->nice, l->files, l->memory,
	    l->file_size, l->cpu_s);
}

static int
add_may(struct buf *out, const struct policy_may *m)
{
	int r = buf_addf(out, "may %d %d %d %d %d %d %d %d %u\n", m->given, m->shell, m->udp, m->raw, m->listen, m->namespaces, m->tmp, m->loose,
	    m->need);

	if (r == 0)
		r = add_texts(out, "exec", m->exec, m->exec_count);
	if (r == 0)
		r = add_texts(out, "read", m->read, m->read_count);
	if (r == 0)
		r = add_texts(out, "write", m->write, m->write_count);
	if (r == 0)
		r = add_texts(out, "sockets", m->sockets, m->sockets_count);
	if (r == 0)
		r = add_ports(out, "connect", m->connect, m->connect_count);
	return r < 0 ? r : add_ports(out, "bind", m->bind, m->bind_count);
}

/* A pattern that comes with Postern may become better without anybody asking again; one of the role's own is part of it. */
static bool
is_builtin(char *const *words)
{
	for (size_t i = 0; i < guard_builtin_count; i++)
		if (strcmp(guard_builtin[i].rule.name, words[GUARD_TOLD - 1]) == 0 && strcmp(guard_builtin[i].rule.pattern, words[GUARD_PATTERN_AT]) == 0)
			return true;
	return false;
}

static int
add_guards(struct buf *out, char *const *words)
{
	size_t count = 0;
	int r = 0;

	while (words != NULL && words[count] != NULL)
		count++;
	for (size_t i = 0; r == 0 && i + GUARD_WORDS_EACH <= count; i += GUARD_WORDS_EACH) {
		r = add_texts(out, "guard", words + i, GUARD_TOLD);
		if (r == 0 && !is_builtin(words + i))
			r = add_text(out, "pattern", words[i + GUARD_PATTERN_AT]);
	}
	return r;
}

int
policy_allows(const struct policy_role *role, uint8_t sha256[SECRET_SHA256])
{
	AUTO_BUF struct buf out = { .max = ALLOWS_MOST };
	char hex[2 * SECRET_SHA256 + 1];
	int r = add_text(&out, "allows v1 role", role->name);

	if (r == 0)
		r = add_start(&out, &role->start);
	if (r == 0)
		r = add_may(&out, &role->may);
	if (r == 0)
		r = buf_addf(&out, "files %d %d\ntrail %u %d\n", role->copy.upload, role->copy.download, role->trail, role->exact);
	if (r == 0 && role->mask != NULL)
		r = add_list(&out, "mask", role->mask->masked);
	if (r == 0 && role->mask != NULL)
		r = add_list(&out, "record-only", role->mask->record_only);
	if (r == 0 && role->mask != NULL && role->mask->has_own)
		r = add_text(&out, "rules", id_hex(role->mask->own, SECRET_SHA256, hex));
	if (r == 0)
		r = add_guards(&out, role->guard);
	if (r == 0)
		secret_sha256(buf_data(&out), buf_len(&out), sha256);
	return r;
}
