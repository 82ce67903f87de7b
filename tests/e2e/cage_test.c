/* SPDX-License-Identifier: ISC */
/*
 * A session's cage, end to end with the real warden and init: as root, in trial mode, and without namespaces. CAGE_ONLY in
 * the environment: only cases with this word in their C name or point, as in CAGE_ONLY=F15.
 */
#include "config.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"
#include "tests/e2e/cage_probe.h"

/* Shared with the process that runs some of the tests in a chroot. */
struct tally {
	int	done, failed;
	char	how[64];
};

static struct tally *tally;

static const char *const mode_names[] = {
	[CAGE_ROOT] = "as root", [CAGE_TRIAL] = "in trial mode", [CAGE_FALLBACK] = "without namespaces",
};

static void
run_test(const struct cage_test *test, enum cage_mode mode)
{
	const char *only = getenv("CAGE_ONLY");
	char name[128];

	if (only != NULL && strstr(test->name, only) == NULL && (test->point == NULL || strcmp(test->point, only) != 0))
		return;
	for (size_t i = 0; i <= strlen(test->name); i++)
		name[i] = test->name[i] == '_' ? ' ' : test->name[i];
	cage_case.fine = true;
	cage_case.skip = NULL;
	test->run(mode);
	tally->done++;
	tally->failed += !cage_case.fine;
	printf("%sok %d - %s%s%s, %s%s%s%s\n", cage_case.fine ? "" : "not ", tally->done, test->point != NULL ? test->point : "",
	    test->point != NULL ? ": " : "", name, mode_names[mode], tally->how, cage_case.skip != NULL ? " # SKIP " : "", cage_case.skip != NULL ? cage_case.skip : "");
	fflush(stdout);
}

static void
run_list(const struct cage_test *test, int modes, bool in_chroot)
{
	for (; test->name != NULL; test++)
		for (enum cage_mode mode = CAGE_ROOT; mode <= CAGE_FALLBACK; mode++)
			if ((test->modes & modes & (1 << mode)) && (!in_chroot || test->in_chroot))
				run_test(test, mode);
}

static void
run_tests(int modes, bool in_chroot)
{
	run_list(cage_views, modes, in_chroot);
	run_list(cage_ends, modes, in_chroot);
	run_list(cage_many, modes, in_chroot);
	run_list(cage_freezes, modes, in_chroot);
	run_list(cage_refusals, modes, in_chroot);
	run_list(cage_rights, modes, in_chroot);
	run_list(cage_evasions, modes, in_chroot);
	run_list(cage_escapes, modes, in_chroot);
	run_list(cage_trails, modes, in_chroot);
	run_list(cage_exacts, modes, in_chroot);
	run_list(cage_psql, modes, in_chroot);
}

/*
 * A tree like a bare one that is entered by chroot: its top is an ordinary folder, what is in it is mounted. All mounts are
 * shared on purpose, as on most hosts: sessions must not leak theirs even then; private first keeps us from the real host.
 */
static bool
enter_tree(void)
{
	static const char *const parts[] = { "bin", "etc", "lib", "lib64", "usr", "sbin", "proc", "dev", "sys", "tmp", "run", "var" };
	char tree[256], at[300], from[64];

	snprintf(tree, sizeof tree, "%s/tree", cage_case.site.root);
	if (unshare(CLONE_NEWNS) < 0 || mkdir(tree, 0755) < 0)
		return false;
	if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0 || mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) < 0)
		return false;	/* in a chroot already: then everything has been tested in one */
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		snprintf(at, sizeof at, "%s/%s", tree, parts[i]);
		snprintf(from, sizeof from, "/%s", parts[i]);
		if (access(from, F_OK) < 0)
			continue;
		if (mkdir(at, 0755) < 0 || mount(from, at, NULL, MS_BIND | MS_REC, NULL) < 0)
			return false;
	}
	return chroot(tree) == 0 && chdir("/") == 0;
}

static char *
mounts(void)
{
	char *text = own_alloc(1 << 20);
	FILE *file = fopen("/proc/self/mountinfo", "re");

	if (file != NULL) {
		(void)!fread(text, 1, (1 << 20) - 1, file);
		fclose(file);
	}
	return text;
}

static void
run_here(void)
{
	static const struct cage_test alone = CAGE_CASE(trial_mode_falls_back_by_itself, IN_TRIAL, true);
	AUTO_FREE char *before = NULL;
	AUTO_FREE char *after = NULL;

	strcpy(tally->how, ", in a chroot");
	if (!enter_tree()) {
		printf("ok %d - sessions in a chroot # SKIP no such tree can be made here\n", ++tally->done);
		return;
	}
	before = mounts();
	run_tests(IN_ROOT | IN_FALLBACK, true);
	run_test(&alone, CAGE_TRIAL);
	after = mounts();
	cage_case.fine = true;
	cage_check(strcmp(before, after) == 0, "mounts before: %s\n# after: %s", before, after);
	tally->failed += !cage_case.fine;
	printf("%sok %d - no mount of a session is seen outside, in a chroot\n", cage_case.fine ? "" : "not ", ++tally->done);
}

/* In a process of its own, which cannot come back from the chroot and takes the mounts with it. */
static void
run_in_chroot(void)
{
	pid_t pid;
	int status = 1;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run_here();
		exit(0);
	}
	waitpid(pid, &status, 0);
	tally->failed += status != 0;
}

static bool
user_namespaces(void)
{
	uid_t uid = cage_case.site.uid;
	pid_t pid = fork();
	int status = 1;

	if (pid == 0)
		_exit(setresuid(uid, uid, uid) == 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : 1);
	waitpid(pid, &status, 0);
	return status == 0;
}

static void
run_all(void)
{
	int modes = IN_ALL;

	if (geteuid() != 0) {
		printf("ok %d - sessions held by root # SKIP needs root\n", ++tally->done);
		modes &= ~IN_ROOT;
	}
	if (!user_namespaces()) {
		printf("ok %d - trial mode # SKIP no user namespaces for ordinary users here\n", ++tally->done);
		modes &= ~IN_TRIAL;
	}
	run_tests(modes, false);
	if (geteuid() == 0)
		run_in_chroot();
}

/* In a child, so that account and folder are removed however the tests end. */
static void
run_apart(void)
{
	int status = 1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run_all();
		exit(0);
	}
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	waitpid(pid, &status, 0);
	if (status == 0)
		return;
	tally->failed++;
	printf("not ok %d - the tests come to their end\n", ++tally->done);
}

/* At once: a sanitizer looks for leaks by ptrace, which is not to be had where a probe is traced already. */
static void __attribute__((noreturn))
end_probe(int status)
{
	fflush(stdout);
	_exit(status);
}

int
main(int argc, char **argv)
{
	const char *why;

	if (argc > 1)
		end_probe(cage_probe(argc, argv));
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	why = cage_site_make(&cage_case.site);
	if (why != NULL) {
		printf("1..1\nok 1 - the cage # SKIP %s\n", why);
		cage_site_done(&cage_case.site);
		return 0;
	}
	snprintf(cage_case.probe, sizeof cage_case.probe, "%s/probe", cage_case.site.root);
	run_apart();
	printf("1..%d\n", tally->done);
	cage_site_done(&cage_case.site);
	return tally->failed != 0;
}
