/* SPDX-License-Identifier: ISC */
/* Rights of a role: what is written under `may` must be what the kernel can be told. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "recorder/keeper/rights.h"
#include "recorder/policy/policy_check_role.h"
#include "recorder/policy/policy_lines.h"
#include "recorder/policy/policy_may.h"
#include "recorder/policy/policy_schema.h"

/* Never silently open: who wants less than this says so with a `require` of their own. */
#define NEED_USUALLY	(NEED_FS | NEED_TRUNCATE | NEED_TCP)

static void
check_paths(struct check *c, const char *key, char *const *paths, unsigned count)
{
	char at[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(at, sizeof at, "may/%s/%u", key, i);
		if (!rights_is_path(paths[i]))
			check_fault(c, at, "'%s' must be a whole path (it begins with / or ~/, without .. or // or a / at its end)", paths[i]);
		else if (strlen(paths[i]) >= RIGHTS_PATH)
			check_fault(c, at, "the path is longer than %d characters", RIGHTS_PATH - 1);
		else if (strcmp(paths[i], "/") == 0 && strcmp(key, "read") != 0)
			check_fault(c, at, "'/' is everything; leave `may` out if that is meant");
	}
}

static void
check_ports(struct check *c, const char *key, const unsigned *ports, unsigned count)
{
	char at[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(at, sizeof at, "may/%s/%u", key, i);
		if (ports[i] == 0 || ports[i] > 65535)
			check_fault(c, at, "%u is not a port (1 to 65535)", ports[i]);
	}
}

static void
check_require(struct check *c, struct policy_may *may)
{
	char at[64];

	for (unsigned i = 0; i < may->require_count; i++) {
		snprintf(at, sizeof at, "require/%u", i);
		if (rights_need(may->require[i]) == 0)
			check_fault(c, at, "'%s' cannot be required (fs, truncate, tcp, scope, sockets, noexec, exact)", may->require[i]);
		may->need |= rights_need(may->require[i]);
	}
}

static int
line_of(const struct check *c, const char *key)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", c->base, key);
	return policy_lines_at(c->source->lines, path);
}

static bool
has_key(const struct check *c, const char *key)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", c->base, key);
	return policy_lines_has(c->source->lines, path, NULL);
}

void
check_may(struct check *c, struct policy_role *role)
{
	struct policy_may *may = &role->may;

	may->given = has_key(c, "may");
	if (!may->given) {
		check_require(c, may);
		if (may->need & ~(uint32_t)NEED_EXACT)
			check_fault(c, "require", "`require` goes with `may`; without that only `exact` can be required");
		if (may->loose)
			check_fault(c, "loose", "`loose` goes with `may`");
		return;
	}
	may->file = c->source->name;
	may->read_line = line_of(c, "may/read");
	check_paths(c, "exec", may->exec, may->exec_count);
	check_paths(c, "read", may->read, may->read_count);
	check_paths(c, "write", may->write, may->write_count);
	check_paths(c, "sockets", may->sockets, may->sockets_count);
	if (may->exec_count + may->read_count + may->write_count + may->sockets_count > RIGHTS_PATHS)
		check_fault(c, "may", "at most %d paths altogether", RIGHTS_PATHS);
	check_ports(c, "connect", may->connect, may->connect_count);
	check_ports(c, "bind", may->bind, may->bind_count);
	if (has_key(c, "require"))
		check_require(c, may);
	else
		may->need = NEED_USUALLY;
}

/* "  reads       /etc, /usr/share\n"; nothing for an empty list. */
static int
print_paths(struct buf *out, const char *before, char *const *paths, unsigned count)
{
	int r = count > 0 ? buf_add_text(out, before) : 0;

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = buf_addf(out, "%s%s", i > 0 ? ", " : "", paths[i]);
	return r == 0 && count > 0 ? buf_add_text(out, "\n") : r;
}

static int
print_ports(struct buf *out, const char *before, const unsigned *ports, unsigned count)
{
	int r = count > 0 ? buf_add_text(out, before) : 0;

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = buf_addf(out, "%s%u", i > 0 ? ", " : "", ports[i]);
	return r == 0 && count > 0 ? buf_add_text(out, "\n") : r;
}

static int
print_also(const struct policy_may *may, struct buf *out)
{
	const struct {
		bool		 on;
		const char	*text;
	} also[] = {
		{ may->shell, "the baseline of a shell" }, { may->udp, "udp" }, { may->raw, "raw sockets" },
		{ may->listen, "listen" }, { may->namespaces, "namespaces" }, { may->tmp, "a private /tmp" },
		{ may->loose, "programs in what it reads (loose)" },
	};
	unsigned count = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof also / sizeof also[0]; i++)
		if (also[i].on)
			r = buf_addf(out, "%s%s", count++ == 0 ? "  has         " : ", ", also[i].text);
	return r == 0 && count > 0 ? buf_add_text(out, "\n") : r;
}

int
policy_print_may(const struct policy_role *role, struct buf *out)
{
	const struct policy_may *may = &role->may;
	int r;

	if (!may->given)
		return buf_add_text(out, "  may         whatever the account may (there is no `may`)\n");
	r = print_also(may, out);
	if (r == 0)
		r = print_paths(out, "  executes    ", may->exec, may->exec_count);
	if (r == 0)
		r = print_paths(out, "  reads       ", may->read, may->read_count);
	if (r == 0)
		r = print_paths(out, "  writes      ", may->write, may->write_count);
	if (r == 0)
		r = print_paths(out, "  sockets     ", may->sockets, may->sockets_count);
	if (r == 0)
		r = print_ports(out, "  connects to ", may->connect, may->connect_count);
	if (r == 0)
		r = print_ports(out, "  binds       ", may->bind, may->bind_count);
	return r;
}
