/* SPDX-License-Identifier: ISC */
/* Accounts: looked up afresh by each process that needs one, and given up privileges for. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/cage/account.h"
#include "recorder/cage/caps.h"

#define UID_MIN_DEFAULT	1000u
#define UID_NOBODY	65534u

static int
account_copy(const struct passwd *pw, struct account *account)
{
	const char *shell = pw->pw_shell[0] != '\0' ? pw->pw_shell : "/bin/sh";

	/* A name or path that was cut is another one: refused. */
	if (snprintf(account->name, sizeof account->name, "%s", pw->pw_name) >= (int)sizeof account->name ||
	    snprintf(account->home, sizeof account->home, "%s", pw->pw_dir) >= (int)sizeof account->home ||
	    snprintf(account->shell, sizeof account->shell, "%s", shell) >= (int)sizeof account->shell)
		return -ENAMETOOLONG;
	account->uid = pw->pw_uid;
	account->gid = pw->pw_gid;
	return 0;
}

int
account_find(const char *name, struct account *account)
{
	struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL)
		return errno != 0 && errno != ENOENT && errno != ESRCH ? -errno : ERR_NOT_FOUND;
	return account_copy(pw, account);
}

int
account_self(struct account *account)
{
	struct passwd *pw = getpwuid(getuid());

	if (pw != NULL)
		return account_copy(pw, account);
	*account = (struct account){ .uid = getuid(), .gid = getgid(), .home = "/", .shell = "/bin/sh" };
	snprintf(account->name, sizeof account->name, "%u", (unsigned)getuid());
	return 0;
}

/* "UID_MIN 1000" in login.defs(5). */
static uid_t
uid_min(void)
{
	AUTO_FILE FILE *file = fopen("/etc/login.defs", "re");
	unsigned long value;
	char line[256];

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, " UID_MIN %lu", &value) == 1 && value > 0 && value < UID_NOBODY)
			return (uid_t)value;
	return UID_MIN_DEFAULT;
}

bool
account_is_system(const struct account *account)
{
	return account->uid < uid_min() || account->uid == UID_NOBODY || account->uid == (uid_t)-1;
}

static bool
is_ours(const struct account *account)
{
	static const char *const ours[] = { POSTERN_GATE_USER, POSTERN_WORKER_USER };
	struct account own;

	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		if (strcmp(account->name, ours[i]) == 0)
			return true;
		if (account_find(ours[i], &own) == 0 && own.uid == account->uid)
			return true;
	}
	return false;
}

int
account_allowed(const struct account *account, bool system)
{
	if (is_ours(account))
		return ERR_NO_RIGHT;
	return account_is_system(account) && !system ? ERR_NO_RIGHT : 0;
}

static bool
is_final(const struct account *account)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) < 0 || getresgid(&rgid, &egid, &sgid) < 0)
		return false;
	if (ruid != account->uid || euid != account->uid || suid != account->uid)
		return false;
	if (rgid != account->gid || egid != account->gid || sgid != account->gid)
		return false;
	if (account->uid == 0)
		return true;
	return setresuid(0, 0, 0) < 0 && setuid(0) < 0 && (account->gid == 0 || setresgid(0, 0, 0) < 0) && caps_none();
}

int
account_take_groups(const struct account *account)
{
	int r = caps_drop_inherited();

	if (r == 0 && (initgroups(account->name, account->gid) < 0 || setresgid(account->gid, account->gid, account->gid) < 0))
		r = -errno;
	return r;
}

int
account_take_uid(const struct account *account)
{
	if (setresuid(account->uid, account->uid, account->uid) < 0)
		return -errno;
	return is_final(account) ? 0 : -EPERM;
}

int
account_become(const struct account *account)
{
	int r = account_take_groups(account);

	return r == 0 ? account_take_uid(account) : r;
}

bool
account_shell_closed(const char *shell)
{
	const char *name = strrchr(shell, '/');

	if (name == NULL || access(shell, X_OK) < 0)
		return true;
	return strcmp(name, "/nologin") == 0 || strcmp(name, "/false") == 0;
}
