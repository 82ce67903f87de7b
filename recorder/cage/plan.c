/* SPDX-License-Identifier: ISC */
/* From a role's rights to a list of paths, and from the list to Landlock's rules. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/cage/elf.h"
#include "recorder/cage/loose.h"
#include "recorder/cage/plan.h"
#include "recorder/keeper/contract.h"

#define READ	(LL_READ_FILE | LL_READ_DIR)
#define EXEC	(READ | LL_EXECUTE)
#define WRITE	(~(LL_EXECUTE | LL_MAKE_CHAR | LL_MAKE_BLOCK | LL_IOCTL_DEV))
#define DEVICE	(LL_READ_FILE | LL_WRITE_FILE | LL_TRUNCATE | LL_IOCTL_DEV)
#define LINKS_MOST	16
#define LOOSE_MOST	20000	/* entries that are looked at before a session */

#if defined(__x86_64__)
#define TRIPLE	"x86_64-linux-gnu"
#else
#define TRIPLE	"aarch64-linux-gnu"
#endif

struct base {
	const char	*path;	/* may be a pattern */
	uint64_t	 access;
	bool		 program;
};

/* clang-format off */
/* Without these not even a program that is allowed gets as far as its first line. Nothing here tells anything secret. */
static const struct base always[] = {
	{ "/etc/ld.so.cache",		READ, false },
	{ "/etc/ld.so.preload",		READ, false },
	{ "/etc/localtime",		READ, false },
	{ "/etc/passwd",		READ, false },
	{ "/etc/group",			READ, false },
	{ "/etc/nsswitch.conf",		READ, false },
	{ "/etc/hosts",			READ, false },
	{ "/etc/host.conf",		READ, false },
	{ "/etc/gai.conf",		READ, false },
	{ "/etc/resolv.conf",		READ, false },
	{ "/etc/services",		READ, false },
	{ "/etc/protocols",		READ, false },
	{ "/etc/inputrc",		READ, false },
	{ "/etc/terminfo",		READ, false },
	{ "/lib/terminfo",		READ, false },
	{ "/usr/share/terminfo",	READ, false },
	{ "/usr/share/locale",		READ, false },
	{ "/usr/share/zoneinfo",	READ, false },
	{ "/usr/lib/locale",		READ, false },
	{ "/usr/lib/" TRIPLE "/gconv",	READ, true },
	{ "/usr/lib/" TRIPLE "/libnss_*.so.2", READ, true },
	{ "/dev/null",			DEVICE, false },
	{ "/dev/zero",			DEVICE, false },
	{ "/dev/full",			DEVICE, false },
	{ "/dev/random",		READ, false },
	{ "/dev/urandom",		READ, false },
	{ "/dev/tty",			DEVICE, false },
};

/* `shell: yes`: bash, ps, job control, less and vi work. */
static const struct base shell[] = {
	{ "/usr",	EXEC, true },
	{ "/bin",	EXEC, true },
	{ "/sbin",	EXEC, true },
	{ "/lib",	EXEC, true },
	{ "/lib64",	EXEC, true },
	{ "/etc",	READ, false },
	{ "/proc",	READ, false },
	{ "/sys",	READ, false },
	{ "/run",	READ, false },
	{ "/dev/pts",	DEVICE | LL_READ_DIR, false },
	{ "/dev/ptmx",	DEVICE, false },
	{ "/tmp",	WRITE, false },
	{ "/var/tmp",	WRITE, false },
	{ "/dev/shm",	WRITE, false },
	{ "~",		WRITE, false },
};

/* Programs in a tree need libraries that nobody can list. */
static const struct base libraries[] = {
	{ "/lib",	READ, true },
	{ "/lib64",	EXEC, true },	/* loaders */
	{ "/usr/lib",	READ, true },
	{ "/usr/lib64",	READ, true },
	{ "/lib/" TRIPLE "/ld-*.so.*", EXEC, true },
};
/* clang-format on */

int
plan_account(const struct warden_start *start, struct account *account)
{
	int r;

	if (!(start->flags & SESSION_TRIAL)) {
		r = account_find(start->role.account, account);	/* keeper and warden have looked whether it may be used */
		if (r == 0 && account->uid == 0 && !(start->role.flags & ROLE_SYSTEM))
			r = ERR_NO_RIGHT;
		return r;
	}
	r = account_self(account);
	if (r == 0 && start->home[0] != '\0')
		snprintf(account->home, sizeof account->home, "%s", start->home);
	if (r == 0 && account_shell_closed(account->shell))
		snprintf(account->shell, sizeof account->shell, "%s", access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh");
	return r;
}

int
plan_open(const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS };
	long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);

	if (fd < 0 && errno == ENOSYS)
		fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);	/* before Linux 5.6 */
	return fd < 0 ? -errno : (int)fd;
}

/*
 * True if every symbolic link on the way belongs to root. One that a session made would point where the role's rights do
 * not, and the next session would be given that. In trial mode everything is one person's.
 */
static bool
is_trusted(const struct plan *plan, const char *path, int links_most)
{
	AUTO_FREE char *copy = own_dup(path);
	char target[PATH_MAX];
	struct stat st;

	if (plan->start->flags & SESSION_TRIAL)
		return true;
	for (char *at = strchr(copy + 1, '/');; at = strchr(at + 1, '/')) {
		AUTO_FREE char *next = NULL;
		ssize_t n;

		if (at != NULL)
			*at = '\0';
		if (lstat(copy, &st) < 0)
			return false;
		if (S_ISLNK(st.st_mode)) {
			n = st.st_uid == 0 && links_most > 0 ? readlink(copy, target, sizeof target - 1) : -1;
			if (n <= 0)
				return false;
			target[n] = '\0';
			*strrchr(copy, '/') = '\0';
			if (asprintf(&next, "%s%s%s%s%s", target[0] == '/' ? "" : copy, target[0] == '/' ? "" : "/", target,
			    at != NULL ? "/" : "", at != NULL ? at + 1 : "") < 0)
				return false;
			return is_trusted(plan, next, links_most - 1);
		}
		if (at == NULL)
			return true;
		*at = '/';
	}
}

/* False if it is not there. */
static bool
add_path(struct plan *plan, const char *path, uint64_t access, bool program)
{
	AUTO_FREE char *real = realpath(path, NULL);

	if (real == NULL)
		return false;
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->paths[i].path, real) == 0) {
			plan->paths[i].access |= access;
			plan->paths[i].program |= program;
			return true;
		}
	plan->paths = own_grow(plan->paths, plan->count + 1, sizeof *plan->paths);
	plan->paths[plan->count++] = (struct plan_path){ .path = TAKE(real, NULL), .access = access, .program = program };
	return true;
}

/* "~" and "~/x" in the account's home; all else as it is. The caller frees it. */
static char *
expand(const struct plan *plan, const char *path)
{
	char *whole;

	if (path[0] != '~')
		return own_dup(path);
	return asprintf(&whole, "%s%s", plan->account.home, path + 1) < 0 ? own_dup("") : whole;
}

static void
add_base(struct plan *plan, const struct base *base, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *path = expand(plan, base[i].path);
		glob_t found;

		if (strchr(path, '*') == NULL) {
			add_path(plan, path, base[i].access, base[i].program);
			continue;
		}
		if (glob(path, 0, NULL, &found) != 0)
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++)
			add_path(plan, found.gl_pathv[k], base[i].access, base[i].program);
		globfree(&found);
	}
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A program with its loader and its libraries; or a tree of programs with all libraries of the system. */
static bool
add_program(struct plan *plan, const char *path)
{
	struct elf_needs needs;

	if (is_folder(path)) {
		add_base(plan, libraries, sizeof libraries / sizeof libraries[0]);
		return add_path(plan, path, EXEC, true);
	}
	elf_needs(path, &needs);
	if (needs.loader != NULL)
		add_path(plan, needs.loader, LL_EXECUTE | LL_READ_FILE, true);
	for (size_t i = 0; i < needs.count; i++)
		add_path(plan, needs.libraries[i], LL_READ_FILE, true);
	elf_done(&needs);
	return add_path(plan, path, LL_EXECUTE | LL_READ_FILE, true);
}

static void
note(char *list, uint32_t most, uint32_t *count, const char *path)
{
	if (*count < most)
		snprintf(list + (size_t)*count * ENFORCED_PATH, ENFORCED_PATH, "%s", path);
	(*count)++;
}

static void
add_right(struct plan *plan, const struct rights_path *right)
{
	AUTO_FREE char *path = expand(plan, right->path);
	bool is_there;

	if (!is_trusted(plan, path, LINKS_MOST))
		is_there = false;
	else if (right->kind == RIGHT_EXEC)
		is_there = add_program(plan, path);
	else if (right->kind == RIGHT_SOCKET)
		is_there = access(path, F_OK) == 0;
	else
		is_there = add_path(plan, path, right->kind == RIGHT_WRITE ? WRITE : READ, false);
	if (!is_there)
		note(plan->enforced.skipped[0], ENFORCED_SKIPPED, &plan->enforced.skipped_count, path);
}

static void
on_loose(const char *path, void *user)
{
	struct plan *plan = user;

	for (size_t i = 0; i < plan->count; i++)
		if (plan->paths[i].program && strcmp(plan->paths[i].path, path) == 0)
			return;
	note(plan->enforced.loose[0], ENFORCED_LOOSE, &plan->enforced.loose_count, path);
}

/* Where no mount keeps a loader from mapping them, programs in what may be read are at least told of. */
static void
look_for_loose(struct plan *plan)
{
	const struct rights *rights = &plan->start->role.rights;

	for (uint32_t i = 0; i < rights->paths_count; i++) {
		AUTO_FREE char *path = expand(plan, rights->paths[i].path);

		if (rights->paths[i].kind == RIGHT_READ)
			loose_scan(path, LOOSE_MOST, on_loose, plan);
	}
}

static uint32_t
space_marks(const struct warden_start *start)
{
	uint32_t marks = 0;

	if (start->flags & SESSION_NO_NAMESPACE)
		return 0;
	marks = MARK_PID_SPACE | MARK_MOUNT_SPACE | MARK_IPC_SPACE;
	if (start->flags & SESSION_TRIAL)
		marks |= MARK_USER_SPACE;
	if (start->flags & SESSION_NO_NETWORK)
		marks |= MARK_NET_SPACE;
	return marks;
}

int
plan_make(const struct warden_start *start, struct plan *plan, char *why, size_t size)
{
	const struct rights *rights = &start->role.rights;
	int r;

	*plan = (struct plan){ .start = start };
	r = plan_account(start, &plan->account);
	if (r < 0) {
		snprintf(why, size, "the role's account cannot be used: %s", err_text(r));
		return r;
	}
	plan->command = start->role.argc > 0 ? start->role.run[0] : plan->account.shell;
	plan->confined = (rights->flags & RIGHTS_CONFINED) != 0;
	plan->enforced.marks = space_marks(start);
	if (!plan->confined)
		return 0;
	plan->abi = landlock_abi();
	if (start->abi_limit > 0 && plan->abi > start->abi_limit - 1)
		plan->abi = start->abi_limit - 1;
	landlock_handled(plan->abi, &plan->handled);
	plan->enforced.marks |= MARK_CONFINED | ((rights->flags & RIGHTS_SHELL) ? MARK_SHELL : 0u) |
	    ((start->flags & SESSION_PORTS) ? MARK_PORTS_BPF : 0u);
	add_base(plan, always, sizeof always / sizeof always[0]);
	if (rights->flags & RIGHTS_SHELL)
		add_base(plan, shell, sizeof shell / sizeof shell[0]);
	add_program(plan, plan->command);
	for (uint32_t i = 0; i < rights->paths_count; i++)
		add_right(plan, &rights->paths[i]);
	if (start->flags & SESSION_NO_NAMESPACE)
		look_for_loose(plan);
	return 0;
}

/* ---- Landlock */

static int
add_rule(struct plan *plan, int ruleset, int fd, uint64_t access)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;	/* it has gone, or is hidden: no rule, no access */
	access &= plan->handled.fs;
	if (!S_ISDIR(st.st_mode))
		access &= LL_FILE;
	if (access == 0)
		return 0;
	plan->enforced.paths++;
	return landlock_add_path(ruleset, fd, access);
}

static int
add_ports(int ruleset, const uint16_t *ports, uint32_t count, uint64_t access)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = landlock_add_port(ruleset, ports[i], access);
	return r;
}

static int
add_rules(struct plan *plan, int ruleset)
{
	const struct rights *rights = &plan->start->role.rights;
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->count; i++) {
		AUTO_FD int fd = plan_open(plan->paths[i].path);

		r = add_rule(plan, ruleset, fd, plan->paths[i].access);
	}
	if (r == 0 && (plan->start->flags & SESSION_TTY)) {
		AUTO_FD int terminal = open("/proc/self/fd/0", O_PATH | O_CLOEXEC);	/* the session's own */

		r = add_rule(plan, ruleset, terminal, DEVICE);
	}
	if (r == 0 && plan->handled.net != 0)
		r = add_ports(ruleset, rights->connect, rights->connect_count, LL_CONNECT_TCP);
	if (r == 0 && plan->handled.net != 0)
		r = add_ports(ruleset, rights->bind, rights->bind_count, LL_BIND_TCP);
	return r;
}

int
plan_rules(struct plan *plan, int *error)
{
	AUTO_FD int ruleset = -1;

	*error = 0;
	if (!plan->confined || plan->abi == 0)
		return -1;
	ruleset = landlock_create(&plan->handled);
	*error = ruleset < 0 ? ruleset : add_rules(plan, ruleset);
	if (*error < 0)
		return -1;
	plan->enforced.abi = plan->abi;
	plan->enforced.fs = plan->handled.fs;
	plan->enforced.net = plan->handled.net;
	plan->enforced.scoped = plan->handled.scoped;
	return TAKE(ruleset, -1);
}

uint32_t
plan_missing(const struct plan *plan)
{
	uint32_t marks = plan->enforced.marks;
	bool signals = (marks & MARK_PID_SPACE) || plan->abi >= 6;
	bool names = (marks & MARK_NET_SPACE) || plan->abi >= 6;
	uint32_t have = (plan->abi >= 1 ? NEED_FS | NEED_TRUNCATE : 0u) | (signals && names ? NEED_SCOPE : 0u);

	bool wants_exact = (plan->start->role.flags & ROLE_EXACT) || (plan->start->role.rights.need & NEED_EXACT);
	uint32_t exact = wants_exact && !(marks & MARK_EXACT) ? NEED_EXACT : 0u;

	if (!plan->confined)
		return exact;
	if (plan->abi >= 4 || (marks & (MARK_PORTS_BPF | MARK_NET_SPACE | MARK_NO_INET)))
		have |= NEED_TCP;
	if (marks & MARK_SOCKETS)
		have |= NEED_SOCKETS;
	if (marks & MARK_READ_ONLY)
		have |= NEED_TRUNCATE;
	if (marks & MARK_NOEXEC)
		have |= NEED_NOEXEC;
	return (NEED_ALL & ~have & ~(uint32_t)NEED_EXACT) | exact;
}
