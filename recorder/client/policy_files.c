/* SPDX-License-Identifier: ISC */
/* Looks at the files that roles name: programs where only reading was meant, scripts, libraries that are not found. */
#include "config.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/cage/elf.h"
#include "recorder/cage/loose.h"
#include "recorder/client/policy_files.h"
#include "recorder/policy/policy.h"

#define ENTRIES_MOST	500000	/* of one folder */
#define NAMED_MOST	3	/* programs that are named; the rest is counted */

/* One folder being looked at. */
struct look {
	const struct policy_role	*role;
	char				*named[NAMED_MOST];
	unsigned			 count;
};

/* "~" is the home of the role's account; without that account there is nothing to look at. The caller frees it. */
static char *
real_path(const struct policy_role *role, const char *path)
{
	AUTO_FREE char *whole = NULL;
	const struct passwd *pw;

	if (path[0] != '~')
		return realpath(path, NULL);
	pw = getpwnam(role->start.as);
	if (pw == NULL || asprintf(&whole, "%s%s", pw->pw_dir, path + 1) < 0)
		return NULL;
	return realpath(whole, NULL);
}

static bool
is_in(const char *path, const char *folder)
{
	size_t count = strlen(folder);

	return strncmp(path, folder, count) == 0 && (path[count] == '\0' || path[count] == '/');
}

/* True if the role may run it anyway. */
static bool
may_run(const struct policy_role *role, const char *program)
{
	static const char *const baseline[] = { "/usr", "/bin", "/sbin", "/lib", "/lib64" };
	AUTO_FREE char *own = role->start.run_count > 0 ? realpath(role->start.run[0], NULL) : NULL;

	if (own != NULL && strcmp(own, program) == 0)
		return true;
	for (size_t i = 0; role->may.shell && i < sizeof baseline / sizeof baseline[0]; i++)
		if (is_in(program, baseline[i]))
			return true;
	for (unsigned i = 0; i < role->may.exec_count; i++) {
		AUTO_FREE char *real = real_path(role, role->may.exec[i]);

		if (real != NULL && is_in(program, real))
			return true;
	}
	return false;
}

static void
on_program(const char *path, void *user)
{
	struct look *look = user;

	if (may_run(look->role, path))
		return;
	if (look->count < NAMED_MOST)
		look->named[look->count] = own_dup(path);
	look->count++;
}

/* Programs in what may be read: a loader (ld.so) that the role may run would run them. */
static unsigned
check_read(const struct policy_role *role, const char *path)
{
	AUTO_FREE char *real = real_path(role, path);
	struct look look = { .role = role };
	unsigned faults = 0;

	if (real == NULL || role->may.loose)
		return 0;
	if (!loose_scan(real, ENTRIES_MOST, on_program, &look))
		fprintf(stderr, "warning: %s:%d: role '%s': %s is too large to be looked through for programs\n", role->may.file,
		    role->may.read_line, role->name, path);
	if (look.count > 0) {
		faults = 1;
		fprintf(stderr, "%s:%d: role '%s': %s holds %u program%s outside `exec` (", role->may.file, role->may.read_line,
		    role->name, path, look.count, look.count == 1 ? "" : "s");
		for (unsigned i = 0; i < look.count && i < NAMED_MOST; i++) {
			fprintf(stderr, "%s%s", i > 0 ? ", " : "", look.named[i]);
			free(look.named[i]);
		}
		fprintf(stderr, "%s); name narrower folders, or say `loose: yes`\n", look.count > NAMED_MOST ? ", ..." : "");
	}
	return faults;
}

static void
check_exec(const struct policy_role *role, const char *path)
{
	AUTO_FREE char *real = real_path(role, path);
	struct elf_needs needs;

	if (real == NULL) {
		fprintf(stderr, "warning: role '%s': there is no %s on this machine\n", role->name, path);
		return;
	}
	elf_needs(real, &needs);
	if (needs.is_script)
		fprintf(stderr, "warning: role '%s': %s is a script: it runs only if its interpreter is under `exec` too, which "
		    "then runs any script that it can read\n", role->name, path);
	else if (needs.more)
		fprintf(stderr, "warning: role '%s': not all libraries of %s are found; list them under `read`\n", role->name, path);
	elf_done(&needs);
}

static void
check_there(const struct policy_role *role, char *const *paths, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		AUTO_FREE char *real = real_path(role, paths[i]);

		if (real == NULL && paths[i][0] != '~')
			fprintf(stderr, "warning: role '%s': there is no %s on this machine\n", role->name, paths[i]);
	}
}

unsigned
policy_files_check(const struct policy *policy)
{
	unsigned faults = 0;

	for (unsigned i = 0; i < policy->roles_count; i++) {
		const struct policy_role *role = policy->roles[i];
		const struct policy_may *may = &role->may;

		if (!may->given) {
			fprintf(stderr, "warning: role '%s' has no `may`: its sessions reach every file, port and socket that the "
			    "account %s can\n", role->name, role->start.as);
			continue;
		}
		for (unsigned k = 0; k < may->exec_count; k++)
			check_exec(role, may->exec[k]);
		if (role->start.run_count > 0)
			check_exec(role, role->start.run[0]);
		check_there(role, may->read, may->read_count);
		check_there(role, may->write, may->write_count);
		for (unsigned k = 0; k < may->read_count; k++)
			faults += check_read(role, may->read[k]);
	}
	return faults;
}
