/* SPDX-License-Identifier: ISC */
/* The accounts of engineers (how sshd and their login shell let them in) and of roles. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/doctor/doctor.h"
#include "recorder/policy/policy.h"

#define MOST_TEXT	(256 * 1024)
#define GROUPS_MOST	256
#define MOST_ASKED	256	/* accounts; sshd takes some ms each */
#define SSHD		"/usr/sbin/sshd"

static void __attribute__((noreturn))
become(const char *const *args, int out)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int sources[] = { nothing, out, out };
	const int targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };

	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execv(args[0], (char *const *)(uintptr_t)args);
	_exit(127);
}

/* What a program prints. 0 if it ended well; *text is written in any case and freed by the caller. */
static int
capture(const char *const *args, char **text)
{
	AUTO_FD int from = -1;
	int ends[2];
	int status = 0;
	size_t count;
	pid_t pid;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	from = ends[0];
	pid = fork();
	if (pid == 0)
		become(args, ends[1]);
	close(ends[1]);
	if (pid < 0)
		return -EAGAIN;
	r = fdio_slurp(from, MOST_TEXT, text, &count);
	own_close(&from);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return r < 0 ? r : WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static bool
copies_files(const struct policy *policy)
{
	for (unsigned i = 0; i < policy->roles_count; i++)
		if (policy->roles[i]->copy.upload || policy->roles[i]->copy.download)
			return true;
	return false;
}

/* The groups of an account, as entries of the policy: those that decide about a role. */
static bool
is_among(const char *account, const char *person, char *const *entries, unsigned count)
{
	const struct passwd *pw = getpwnam(account);
	gid_t groups[GROUPS_MOST];
	int group_count = GROUPS_MOST;
	const char *rest;

	if (pw == NULL || getgrouplist(account, pw->pw_gid, groups, &group_count) < 0)
		group_count = 0;
	for (unsigned i = 0; i < count; i++) {
		enum policy_entry kind = policy_entry(entries[i], &rest);
		const struct group *group = kind == POLICY_GROUP ? getgrnam(rest) : NULL;

		if (kind == POLICY_PERSON && person != NULL && strcmp(rest, person) == 0)
			return true;
		for (int k = 0; group != NULL && k < group_count; k++)
			if (groups[k] == group->gr_gid)
				return true;
	}
	return false;
}

/* Decides about a role whose decisions are to tell the login. */
static bool
tells_login(const struct policy *policy, const char *account)
{
	const char *person = policy_person_of(policy, account);

	for (unsigned i = 0; i < policy->roles_count; i++) {
		const struct policy_approve *a = &policy->roles[i]->approve;

		if (a->signed_word == POLICY_SIGNED_LOGIN && (is_among(account, person, a->by, a->by_count) || is_among(account, person, a->each, a->each_count)))
			return true;
	}
	return false;
}

/* False if sshd cannot be asked at all. */
static int
ask_sshd(struct doctor *d, const struct policy *policy, const char *account, const char *client)
{
	AUTO_FREE char *text = NULL;
	char who[128], what[512];
	const char *const args[] = { SSHD, "-T", "-C", who, NULL };

	snprintf(who, sizeof who, "user=%s,host=localhost,addr=127.0.0.1", account);
	if (capture(args, &text) == 0) {
		doctor_sshd(d, account, text, client);
		doctor_sshd_login(d, account, text, tells_login(policy, account));
		if (copies_files(policy))
			doctor_sshd_sftp(d, account, text, client);
		return 1;
	}
	snprintf(what, sizeof what, "sshd: %s -T says: %.*s", SSHD, text != NULL ? (int)strcspn(text, "\r\n") : 7,
	    text != NULL ? text : "nothing");
	doctor_skip(d, what);
	return 0;
}

static void
check_shell(struct doctor *d, const char *account, const char *client)
{
	const struct passwd *pw = getpwnam(account);
	char fix[512];

	if (pw == NULL) {
		doctor_add(d, "account", account, "the policy names an account that this machine does not have",
		    "remove it under `people`, or add the account");
		return;
	}
	if (strcmp(pw->pw_shell, client) == 0)
		return;
	snprintf(fix, sizeof fix, "usermod --shell %s %s", client, account);
	doctor_add(d, "account", account, "the login shell is not Postern, so ~/.bashrc runs unrecorded", fix);
}

static void
check_role(struct doctor *d, const struct policy *policy, const struct policy_role *role)
{
	const struct passwd *pw = getpwnam(role->start.as);
	char what[256], fix[256];

	if (pw == NULL) {
		snprintf(what, sizeof what, "role '%s' runs as '%s', which this machine does not have", role->name, role->start.as);
		snprintf(fix, sizeof fix, "useradd --create-home --shell /bin/bash %s", role->start.as);
		doctor_add(d, "account", NULL, what, fix);
	}
	for (unsigned i = 0; i < policy->people_count; i++)
		for (unsigned k = 0; k < policy->people[i].accounts_count; k++)
			if (strcmp(policy->people[i].accounts[k], role->start.as) == 0) {
				snprintf(what, sizeof what, "role '%s' runs as '%s', an account in which somebody logs in", role->name,
				    role->start.as);
				doctor_add(d, "account", NULL, what, "give the role an account of its own (`as`)");
			}
}

void
doctor_accounts(struct doctor *d, const struct policy *policy, const char *client)
{
	int ask = access(SSHD, X_OK) == 0;
	unsigned asked = 0;

	if (!ask)
		doctor_skip(d, "sshd: it is not installed");
	for (unsigned i = 0; i < policy->people_count; i++)
		for (unsigned k = 0; k < policy->people[i].accounts_count; k++) {
			const char *account = policy->people[i].accounts[k];

			check_shell(d, account, client);
			if (asked++ < MOST_ASKED && ask)
				ask = ask_sshd(d, policy, account, client);
		}
	if (asked > MOST_ASKED)
		doctor_skip(d, "sshd: only the first 256 accounts were asked about");
	for (unsigned i = 0; i < policy->roles_count; i++)
		check_role(d, policy, policy->roles[i]);
}
