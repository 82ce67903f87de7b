/* SPDX-License-Identifier: ISC */
/* Landlock by the bare system calls. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/cage/landlock.h"

#define ASK_VERSION	1u	/* flag of landlock_create_ruleset */

enum rule_type { RULE_PATH = 1, RULE_PORT = 2 };

/* The kernel's records; the first is packed there too. */
struct path_rule {
	uint64_t	access;
	int32_t		fd;
} __attribute__((packed));

struct port_rule {
	uint64_t	access;
	uint64_t	port;
};

/* clang-format off */
/* What each version added. The size of the attributes grew with it, and an old kernel refuses bytes it does not know. */
static const struct {
	uint64_t	fs, net, scoped;
} added[LANDLOCK_ABI_MOST + 1] = {
	[1] = { .fs = LL_REFER - 1 },	/* the thirteen of the beginning */
	[2] = { .fs = LL_REFER },
	[3] = { .fs = LL_TRUNCATE },
	[4] = { .net = LL_BIND_TCP | LL_CONNECT_TCP },
	[5] = { .fs = LL_IOCTL_DEV },
	[6] = { .scoped = LL_SCOPE_ABSTRACT | LL_SCOPE_SIGNAL },
};
/* clang-format on */

uint32_t
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);

	if (abi <= 0)
		return 0;
	return abi > LANDLOCK_ABI_MOST ? LANDLOCK_ABI_MOST : (uint32_t)abi;
}

void
landlock_handled(uint32_t abi, struct landlock_handled *handled)
{
	*handled = (struct landlock_handled){ 0 };
	for (uint32_t i = 1; i <= abi && i <= LANDLOCK_ABI_MOST; i++) {
		handled->fs |= added[i].fs;
		handled->net |= added[i].net;
		handled->scoped |= added[i].scoped;
	}
}

int
landlock_create(const struct landlock_handled *handled)
{
	size_t size = handled->scoped != 0 ? 24 : handled->net != 0 ? 16 : 8;
	long fd = syscall(SYS_landlock_create_ruleset, handled, size, 0);

	return fd < 0 ? -errno : (int)fd;
}

int
landlock_add_path(int ruleset, int fd, uint64_t access)
{
	struct path_rule rule = { .access = access, .fd = fd };

	return syscall(SYS_landlock_add_rule, ruleset, RULE_PATH, &rule, 0) < 0 ? -errno : 0;
}

int
landlock_add_port(int ruleset, uint16_t port, uint64_t access)
{
	struct port_rule rule = { .access = access, .port = port };

	return syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0) < 0 ? -errno : 0;
}

int
landlock_restrict(int ruleset)
{
	return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
}
