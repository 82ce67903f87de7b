/* SPDX-License-Identifier: ISC */
/* The bounds of a role's rights. */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "recorder/keeper/rights.h"

static const struct {
	uint32_t	 need;
	const char	*name;
} names[] = {
	{ NEED_FS, "fs" },	 { NEED_TRUNCATE, "truncate" }, { NEED_TCP, "tcp" },
	{ NEED_SCOPE, "scope" }, { NEED_SOCKETS, "sockets" },	{ NEED_NOEXEC, "noexec" },
	{ NEED_EXACT, "exact" },
};

const char *
rights_need_name(uint32_t need)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].need == need)
			return names[i].name;
	return NULL;
}

uint32_t
rights_need(const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].need;
	return 0;
}

bool
rights_is_path(const char *path)
{
	const char *at = path;

	if (*at == '~')
		at++;
	if (*at != '/')
		return *at == '\0' && at > path;
	if (strcmp(path, "/") == 0)
		return true;
	while (*at == '/') {
		size_t count = strcspn(++at, "/");

		if (count == 0 || strncmp(at, ".", count) == 0 || (count == 2 && at[0] == '.' && at[1] == '.'))
			return false;
		at += count;
	}
	return true;
}

static bool
are_ports(const uint16_t *ports, uint32_t count)
{
	if (count > RIGHTS_PORTS)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (ports[i] == 0)
			return false;
	return true;
}

bool
rights_valid(const struct rights *r)
{
	if ((r->flags & ~(uint32_t)RIGHTS_FLAGS) != 0 || (r->need & ~(uint32_t)NEED_ALL) != 0)
		return false;
	if (r->paths_count > RIGHTS_PATHS || !are_ports(r->connect, r->connect_count) || !are_ports(r->bind, r->bind_count))
		return false;
	for (uint32_t i = 0; i < r->paths_count; i++) {
		const struct rights_path *p = &r->paths[i];

		if (p->kind == 0 || p->kind >= RIGHT_KINDS || memchr(p->path, '\0', sizeof p->path) == NULL ||
		    !rights_is_path(p->path))
			return false;
	}
	if (r->flags & RIGHTS_CONFINED)
		return true;
	return r->flags == 0 && (r->need & ~(uint32_t)NEED_EXACT) == 0 && r->paths_count == 0 && r->connect_count == 0 && r->bind_count == 0;
}

bool
rights_no_network(const struct rights *r)
{
	return (r->flags & RIGHTS_CONFINED) && !(r->flags & (RIGHTS_UDP | RIGHTS_RAW | RIGHTS_LISTEN)) &&
	    r->connect_count == 0 && r->bind_count == 0;
}
