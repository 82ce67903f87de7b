/* SPDX-License-Identifier: ISC */
/* A session's cage, end to end with the real warden and init: as root, in trial mode, and without namespaces. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "tests/e2e/cage.h"
#include "tests/e2e/cage_probe.h"

/* Shared with the process that runs some of the tests in a chroot. */
struct tally {
	int	done, failed;
	char	how[64];
};

static struct tally *tally;
static struct cage_site site;
static bool fine;	/* of the test that runs now */
static char probe[160];

static const char *const mode_names[] = {
	[CAGE_ROOT] = "as root", [CAGE_TRIAL] = "in trial mode", [CAGE_FALLBACK] = "without namespaces",
};

static void check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
check(bool good, const char *format, ...)
{
	va_list args;

	if (good)
		return;
	fine = false;
	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

static bool
has(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

static void
check_word(const char *text, const char *word)
{
	check(has(text, word), "\"%s\" is missing in: %s", word, text);
}

/* Starts it and waits until its command runs. */
static bool
running(struct cage *cage)
{
	bool good = cage_start(cage) && cage_hear(cage, WARDEN_RUNNING);

	check(good, "the session does not start: %s", cage->failed.text);
	return good;
}

/* To the end of a command that ends by itself; its output, which the caller frees. */
static char *
run_through(struct cage *cage)
{
	char *text;

	if (!running(cage))
		return own_dup("");
	text = cage_output(cage, NULL);
	check(cage_hear(cage, WARDEN_EXITED), "no word of the exit");
	check(cage_hear(cage, WARDEN_RECEIPT), "no receipt");
	check(cage->receipt.survivors == 0, "%lld survivors", (long long)cage->receipt.survivors);
	check(cage_done(cage) == 0, "the warden fails");
	return text;
}

static void
run_probe(struct cage *cage, const char *what, const char *a, const char *b)
{
	const char *words[] = { probe, what, a, a == NULL ? NULL : b, NULL };

	cage_run(cage, words);
}

static void
the_command_runs_as_the_account_and_nothing_more(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char who[128], home[200];

	cage_init(&cage, &site, mode);
	run_probe(&cage, "who", NULL, NULL);
	text = run_through(&cage);
	snprintf(who, sizeof who, "uid %u %u gid %u %u groups", site.uid, site.uid, site.gid, site.gid);
	check_word(text, who);
	if (mode == CAGE_ROOT) {
		AUTO_FREE char *group = NULL;
		struct group *second;

		check(asprintf(&group, "%sg", site.account) > 0, "memory");
		second = getgrnam(group);
		snprintf(who, sizeof who, " %u", second != NULL ? second->gr_gid : 0);
		check_word(text, who);
		check(!has(text, "groups 0") && !has(text, " 0\nnnp") && !has(text, "groups 0 "), "a group of root is left: %s", text);
	}
	check_word(text, "nnp 1\n");
	check_word(text, "CapPrm:\t0000000000000000");
	check_word(text, "CapEff:\t0000000000000000");
	check_word(text, "CapInh:\t0000000000000000");
	check_word(text, "CapAmb:\t0000000000000000");
	check_word(text, "SigIgn:\t0000000000000000");
	check_word(text, "fds 0 1 2\n");
	snprintf(home, sizeof home, "core 0 umask 022 term no blocked 0 leader 1 cwd %s/home\n", site.root);
	check_word(text, home);
}

static void
the_environment_is_exactly_ours(enum cage_mode mode)
{
	static char lang[] = "LANG=C.UTF-8", time_[] = "LC_TIME=en_GB.UTF-8";
	static char evil[] = "LD_PRELOAD=/tmp/x.so", path[] = "LC_ALL=../../x", name[] = "LC_x=C", term[] = "xterm-256color";
	static char *locale[] = { lang, evil, path, name, time_, NULL };
	struct cage cage;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *expected = NULL;

	cage_init(&cage, &site, mode);
	run_probe(&cage, "env", NULL, NULL);
	strcpy(cage.start.role.env[0], "PGSERVICE=orders");
	strcpy(cage.start.role.env[1], "POSTERN_SESSION=forged");
	cage.start.role.envc = 2;
	cage.launch.term = term;
	cage.launch.locale = locale;
	text = run_through(&cage);
	check(asprintf(&expected, "HOME=%s/home\nLANG=C.UTF-8\nLC_TIME=en_GB.UTF-8\nLOGNAME=%s\nPATH=/usr/local/bin:/usr/bin:/bin\n"
	    "PGSERVICE=orders\nPOSTERN_ROOT=%s\nPOSTERN_SESSION=%s\nSHELL=/bin/sh\nUSER=%s\n", site.root, site.account, site.root,
	    cage.id, site.account) > 0, "memory");
	check(strcmp(text, expected) == 0, "the environment is: %s", text);
}

static void
a_terminal_is_taken_and_belongs_to_the_session(enum cage_mode mode)
{
	static char term[] = "vt100;reboot", command[] = "stty size; echo term=$TERM; echo there >/dev/tty; tty";
	static char *words[] = { command, NULL };
	struct cage cage;
	AUTO_FREE char *text = NULL;

	cage_init(&cage, &site, mode);
	cage.start.flags |= SESSION_TTY;
	cage.start.cols = 101;
	cage.start.rows = 33;
	cage.launch.term = term;
	cage.launch.command = words;
	text = run_through(&cage);
	check_word(text, "33 101");
	check_word(text, "term=dumb");
	check_word(text, "there");
	check_word(text, "/dev/pts/");
}

static void
hidden_places_are_hidden(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char line[600];
	const char *words[] = { probe, "look", cage.start.run_dir, cage.start.state_dir, cage.start.etc_dir, site.root, NULL };

	cage_init(&cage, &site, mode);
	cage_run(&cage, words);
	text = run_through(&cage);
	check_word(text, "/proc: 1 2\n");
	snprintf(line, sizeof line, "%s: session.sock\n", cage.start.run_dir);
	check_word(text, line);
	snprintf(line, sizeof line, "%s:\n", cage.start.state_dir);
	check_word(text, line);
	snprintf(line, sizeof line, "write %s: refused", cage.start.run_dir);
	check_word(text, line);
	snprintf(line, sizeof line, "write %s: refused", cage.start.state_dir);
	check_word(text, line);
	check_word(text, "socket there");
	if (mode != CAGE_TRIAL)
		return;
	snprintf(line, sizeof line, "%s:\n", cage.start.etc_dir);
	check_word(text, line);
	check_word(text, "key 0\n");
}

static void
exit_statuses_are_kept(enum cage_mode mode)
{
	static char forty[] = "exit 42", killed[] = "kill -9 $$", many[] = "exit", words_[] = "9";
	static char *one[] = { forty, NULL }, *two[] = { killed, NULL }, *three[] = { many, words_, NULL };
	static const struct {
		char	**command;
		int	  status;
	} rows[] = { { one, 42 }, { two, 137 }, { three, 9 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cage cage;

		cage_init(&cage, &site, mode);
		cage.launch.command = rows[i].command;
		free(run_through(&cage));
		check(cage.exited.exit_status == rows[i].status, "status %d instead of %d", cage.exited.exit_status, rows[i].status);
		check(cage.receipt.killed == 0, "%lld were killed", (long long)cage.receipt.killed);
	}
}

static void
a_command_that_cannot_run_says_so(enum cage_mode mode)
{
	static const char *const words[] = { "/does/not/exist", NULL };
	struct cage cage;
	char error[256] = "";

	cage_init(&cage, &site, mode);
	cage_run(&cage, words);
	if (!running(&cage))
		return;
	check(read(cage.err, error, sizeof error - 1) > 0, "nothing is said");
	check_word(error, "/does/not/exist cannot be run");
	check(cage_hear(&cage, WARDEN_RECEIPT) && cage.exited.exit_status == SESSION_NO_COMMAND, "status %d", cage.exited.exit_status);
	cage_done(&cage);
}

/* Starts a swarm of `count` and waits until all are there. */
static bool
swarming(struct cage *cage, enum cage_mode mode, const char *count, const char *more)
{
	AUTO_FREE char *text = NULL;

	cage_init(cage, &site, mode);
	run_probe(cage, "swarm", count, more);
	if (!running(cage))
		return false;
	text = cage_output(cage, "swarm ready");
	check_word(text, "swarm ready");
	if (more == NULL)
		check(cage_alive(cage) == atoi(count) + 1, "%d processes instead of %s and one", cage_alive(cage), count);
	return fine;
}

static void
an_order_kills_all_and_counts_them(enum cage_mode mode)
{
	static const char *const counts[] = { "0", "1", "100" };

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct cage cage;

		if (!swarming(&cage, mode, counts[i], NULL))
			return;
		cage_order_end(&cage);
		check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
		check(cage_alive(&cage) == 0, "%d are left after the receipt", cage_alive(&cage));
		check(cage.receipt.killed == atoi(counts[i]) + 1, "%lld killed instead of %s and one", (long long)cage.receipt.killed, counts[i]);
		check(cage.receipt.survivors == 0, "%lld survivors", (long long)cage.receipt.survivors);
		printf("# %s processes ended in %lld us\n", counts[i], (long long)cage.receipt.took_us);
		check(cage_done(&cage) == 0, "the warden fails");
		check(access(cage.start.inside_dir, F_OK) < 0, "the session's folder is left");
	}
}

static void
what_the_command_leaves_behind_is_killed(enum cage_mode mode)
{
	struct cage cage;

	if (!swarming(&cage, mode, "20", "and leave"))
		return;
	check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	check(cage.exited.exit_status == 7, "status %d", cage.exited.exit_status);
	check(cage.receipt.killed == 20 && cage.receipt.survivors == 0, "%lld killed, %lld survivors", (long long)cage.receipt.killed,
	    (long long)cage.receipt.survivors);
	check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

/* A warden that was killed leaves an empty one behind; a later one would sweep it. */
static void
remove_cgroup(const char *id)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char path[128];

	for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
		snprintf(path, sizeof path, "%s/postern/%s", mounts[i], id);
		rmdir(path);
	}
}

static void
the_death_of_the_warden_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!swarming(&cage, mode, "20", NULL))
		return;
	kill(cage.warden, SIGKILL);
	check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
	remove_cgroup(cage.id);
}

static void
the_death_of_init_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!swarming(&cage, mode, "20", NULL))
		return;
	kill((pid_t)cage.running.pid, SIGKILL);
	check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	check(cage.exited.exit_status == 137, "status %d", cage.exited.exit_status);
	check(cage.receipt.survivors == 0, "%lld survivors", (long long)cage.receipt.survivors);
	check(cage.receipt.killed == (mode == CAGE_FALLBACK ? 21 : -1), "%lld killed", (long long)cage.receipt.killed);
	check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

static void
the_end_of_the_worker_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!swarming(&cage, mode, "20", NULL))
		return;
	own_close(&cage.link);
	check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	check(cage_done(&cage) == 0, "the warden fails");
}

static void
a_signal_to_the_warden_ends_the_session(enum cage_mode mode)
{
	struct cage cage;

	if (!swarming(&cage, mode, "5", NULL))
		return;
	kill(cage.warden, SIGTERM);
	check(cage_hear(&cage, WARDEN_RECEIPT) && cage.receipt.killed == 6, "%lld killed", (long long)cage.receipt.killed);
	check(cage_done(&cage) == 0, "the warden fails");
}

static void
two_seconds_after_the_deadline_the_warden_acts(enum cage_mode mode)
{
	struct cage cage;
	int64_t deadline = clock_boot_us() + 200000;
	int64_t late;

	cage_init(&cage, &site, mode);
	cage.start.deadline_boot_us = deadline;
	run_probe(&cage, "swarm", "3", NULL);
	if (!running(&cage))
		return;
	check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	late = clock_boot_us() - deadline;
	check(late >= 2 * CLOCK_US, "after %lld us already", (long long)late);
	check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

static void
nobody_outside_and_not_init_can_be_reached(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char outside[16];
	pid_t victim = fork();

	if (victim == 0) {	/* same uid as the session, and outside of it */
		if (setresuid(site.uid, site.uid, site.uid) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	snprintf(outside, sizeof outside, "%d", (int)victim);
	cage_init(&cage, &site, mode);
	run_probe(&cage, "attack", outside, NULL);
	text = run_through(&cage);
	check_word(text, "still here");
	check(!has(text, "DONE") || (mode == CAGE_TRIAL && has(text, "kill all DONE")), "reached: %s", text);
	check(waitpid(victim, NULL, WNOHANG) == 0, "the process outside was killed");
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
}

static void
init_holds_no_capability(enum cage_mode mode)
{
	static const char *const empty[] = { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" };
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char path[64], line[64];
	FILE *file;

	if (!swarming(&cage, mode, "0", NULL))
		return;
	snprintf(path, sizeof path, "/proc/%lld/status", (long long)cage.running.pid);
	file = fopen(path, "re");
	text = own_alloc(8192);
	check(file != NULL && fread(text, 1, 8191, file) > 0, "no status of init");
	if (file != NULL)
		fclose(file);
	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
		snprintf(line, sizeof line, "%s:\t0000000000000000", empty[i]);
		check_word(text, line);
	}
	check_word(text, "NoNewPrivs:\t1");
	snprintf(line, sizeof line, "Uid:\t%u\t", mode == CAGE_ROOT ? 0 : site.uid);
	check_word(text, line);
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_done(&cage);
}

/* Expects that the session is refused with a sentence that has `word`, and that nothing has run. */
static void
refused(struct cage *cage, const char *word)
{
	check(cage_start(cage), "the warden does not start");
	check(!cage_hear(cage, WARDEN_RUNNING), "it runs: %s", cage->running.text);
	check_word(cage->failed.text, word);
	check(cage_alive(cage) == 0, "something runs");
	check(cage_done(cage) != 0, "the warden says that all went well");
}

static void
a_hostile_launch_file_is_refused(enum cage_mode mode)
{
	AUTO_FREE char *huge = own_alloc(300000);
	static const char rubbish[] = "\0\0\0\x05\x90rubbish";
	struct cage cage;

	memset(huge, 'x', 300000);
	cage_init(&cage, &site, mode);
	cage.launch_bytes = huge;
	cage.launch_count = 300000;
	refused(&cage, "is not valid");
	cage_init(&cage, &site, mode);
	cage.launch_bytes = rubbish;
	cage.launch_count = sizeof rubbish - 1;
	refused(&cage, "is not valid");
	cage_init(&cage, &site, mode);
	cage.launch_bytes = "";
	cage.launch_count = 0;
	refused(&cage, "is not valid");
}

static void
a_role_with_a_command_takes_no_other(enum cage_mode mode)
{
	static char sh[] = "id";
	static char *command[] = { sh, NULL };
	struct cage cage;

	cage_init(&cage, &site, mode);
	run_probe(&cage, "who", NULL, NULL);
	cage.launch.command = command;
	refused(&cage, "takes no other");
}

static void
a_wrong_start_record_is_refused(enum cage_mode mode)
{
	struct cage cage;

	cage_init(&cage, &site, mode);
	cage.start.magic++;
	refused(&cage, "no valid start record");
	cage_init(&cage, &site, mode);
	memset(cage.start.role.run, 'x', sizeof cage.start.role.run);
	refused(&cage, "no valid start record");
	cage_init(&cage, &site, mode);
	strcpy(cage.start.run_dir, "relative");
	refused(&cage, "no valid start record");
}

static void
forbidden_accounts_are_refused(enum cage_mode mode)
{
	static const char *const names[] = { "root", "daemon", "nobody" };
	struct cage cage;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		cage_init(&cage, &site, mode);
		strcpy(cage.start.role.account, names[i]);
		refused(&cage, "system account");
	}
	cage_init(&cage, &site, mode);
	strcpy(cage.start.role.account, "no-such-account");
	refused(&cage, "no such thing");
	cage_init(&cage, &site, mode);
	cage.start.role.account[0] = '\0';
	refused(&cage, "no such thing");
}

static void
an_expired_account_is_refused(enum cage_mode mode)
{
#ifdef HAVE_PAM
	struct cage cage;
	char command[128];

	snprintf(command, sizeof command, "chage -E0 %s", site.account);
	check(system(command) == 0, "chage fails");
	cage_init(&cage, &site, mode);
	refused(&cage, "PAM refuses");
	snprintf(command, sizeof command, "chage -E-1 %s", site.account);
	check(system(command) == 0, "chage fails");
#else
	(void)mode;
#endif
}

static void
only_a_role_with_sudo_lifts_no_new_privs(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	cage_init(&cage, &site, mode);
	run_probe(&cage, "who", NULL, NULL);
	cage.start.role.flags |= ROLE_SUDO;
	text = run_through(&cage);
	check_word(text, mode == CAGE_ROOT ? "nnp 0\n" : "nnp 1\n");
}

static void
the_warden_says_how_the_session_is_held(enum cage_mode mode)
{
	static const char *const words[] = {
		[CAGE_ROOT] = "pid, mount and ipc namespace", [CAGE_TRIAL] = "user, pid, mount and ipc namespace",
		[CAGE_FALLBACK] = "kill is best effort",
	};
	struct cage cage;

	cage_init(&cage, &site, mode);
	run_probe(&cage, "who", NULL, NULL);
	free(run_through(&cage));
	check_word(cage.running.text, words[mode]);
	printf("# held by: %s\n", cage.running.text);
}

/* Where a user namespace is refused, as in a chroot, trial mode goes on without and says so. */
static void
trial_mode_falls_back_by_itself(enum cage_mode mode)
{
	struct cage cage;

	if (!swarming(&cage, mode, "10", NULL))
		return;
	check_word(cage.running.text, "kill is best effort");
	cage_order_end(&cage);
	check(cage_hear(&cage, WARDEN_RECEIPT) && cage.receipt.killed == 11 && cage.receipt.survivors == 0, "%lld killed, %lld survivors",
	    (long long)cage.receipt.killed, (long long)cage.receipt.survivors);
	check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

#define IN_ROOT		(1 << CAGE_ROOT)
#define IN_TRIAL	(1 << CAGE_TRIAL)
#define IN_FALLBACK	(1 << CAGE_FALLBACK)
#define IN_ALL		(IN_ROOT | IN_TRIAL | IN_FALLBACK)

struct test {
	const char	*name;
	void		(*run)(enum cage_mode mode);
	int		 modes;
	bool		 in_chroot;	/* also where "/" is no mount point */
};

#define TEST(name, modes, in_chroot) { #name, name, modes, in_chroot }

static const struct test tests[] = {
	TEST(the_warden_says_how_the_session_is_held, IN_ALL, true),
	TEST(the_command_runs_as_the_account_and_nothing_more, IN_ALL, true),
	TEST(the_environment_is_exactly_ours, IN_ALL, false),
	TEST(a_terminal_is_taken_and_belongs_to_the_session, IN_ALL, false),
	TEST(hidden_places_are_hidden, IN_ROOT | IN_TRIAL, true),
	TEST(exit_statuses_are_kept, IN_ALL, false),
	TEST(a_command_that_cannot_run_says_so, IN_ALL, false),
	TEST(an_order_kills_all_and_counts_them, IN_ALL, true),
	TEST(what_the_command_leaves_behind_is_killed, IN_ALL, false),
	TEST(the_death_of_the_warden_ends_the_session, IN_ALL, true),
	TEST(the_death_of_init_ends_the_session, IN_ALL, true),
	TEST(the_end_of_the_worker_ends_the_session, IN_ALL, true),
	TEST(a_signal_to_the_warden_ends_the_session, IN_ALL, false),
	TEST(two_seconds_after_the_deadline_the_warden_acts, IN_ALL, false),
	TEST(nobody_outside_and_not_init_can_be_reached, IN_ROOT | IN_TRIAL, true),
	TEST(init_holds_no_capability, IN_ROOT | IN_TRIAL, false),
	TEST(a_hostile_launch_file_is_refused, IN_ALL, false),
	TEST(a_role_with_a_command_takes_no_other, IN_ALL, false),
	TEST(a_wrong_start_record_is_refused, IN_ALL, false),
	TEST(forbidden_accounts_are_refused, IN_ROOT, false),
	TEST(an_expired_account_is_refused, IN_ROOT, false),
	TEST(only_a_role_with_sudo_lifts_no_new_privs, IN_ALL, false),
};

static void
run_test(const struct test *test, enum cage_mode mode)
{
	char name[128];

	for (size_t i = 0; i <= strlen(test->name); i++)
		name[i] = test->name[i] == '_' ? ' ' : test->name[i];
	fine = true;
	test->run(mode);
	tally->done++;
	tally->failed += !fine;
	printf("%sok %d - %s, %s%s\n", fine ? "" : "not ", tally->done, name, mode_names[mode], tally->how);
	fflush(stdout);
}

static void
run_tests(int modes, bool in_chroot)
{
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		for (enum cage_mode mode = CAGE_ROOT; mode <= CAGE_FALLBACK; mode++)
			if ((tests[i].modes & modes & (1 << mode)) && (!in_chroot || tests[i].in_chroot))
				run_test(&tests[i], mode);
}

/* A tree like a bare one that is entered by chroot: its top is an ordinary folder, what is in it is mounted. */
static bool
enter_tree(void)
{
	static const char *const parts[] = { "bin", "etc", "lib", "lib64", "usr", "sbin", "proc", "dev", "sys", "tmp", "run", "var" };
	char tree[256], at[300], from[64];

	snprintf(tree, sizeof tree, "%s/tree", site.root);
	if (unshare(CLONE_NEWNS) < 0 || mkdir(tree, 0755) < 0)
		return false;
	/* Shared on purpose: a session must not leak its mounts even then. The first call keeps it from the real host. */
	if ((mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0 || mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) < 0) &&
	    errno != EINVAL)
		return false;
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

/* Everything in a chroot runs in a process of its own, which ends with it. */
static void
run_in_chroot(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		static const struct test in_chroot = TEST(trial_mode_falls_back_by_itself, IN_TRIAL, true);
		AUTO_FREE char *before = NULL;
		AUTO_FREE char *after = NULL;

		strcpy(tally->how, ", in a chroot");
		if (!enter_tree()) {
			printf("ok %d - sessions in a chroot # SKIP no such tree can be made here\n", ++tally->done);
			exit(0);
		}
		before = mounts();
		run_tests(IN_ROOT | IN_FALLBACK, true);
		run_test(&in_chroot, CAGE_TRIAL);
		after = mounts();
		fine = true;
		check(strcmp(before, after) == 0, "mounts before: %s\n# after: %s", before, after);
		tally->failed += !fine;
		printf("%sok %d - no mount of a session is seen outside, in a chroot\n", fine ? "" : "not ", ++tally->done);
		exit(0);
	}
	waitpid(pid, NULL, 0);
}

static bool
user_namespaces(void)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0)
		_exit(setresuid(site.uid, site.uid, site.uid) == 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : 1);
	waitpid(pid, &status, 0);
	return status == 0;
}

int
main(int argc, char **argv)
{
	const char *why;
	int modes = IN_ALL;

	if (argc > 1)
		return cage_probe(argc, argv);
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (geteuid() != 0) {
		printf("1..1\nok 1 - the cage # SKIP it must be root to be kept from being root\n");
		return 0;
	}
	why = cage_site_make(&site);
	if (why != NULL) {
		printf("1..1\nok 1 - the cage # SKIP %s\n", why);
		cage_site_done(&site);
		return 0;
	}
	snprintf(probe, sizeof probe, "%s/probe", site.root);
	if (!user_namespaces()) {
		printf("ok %d - trial mode # SKIP no user namespaces for ordinary users here\n", ++tally->done);
		modes &= ~IN_TRIAL;
	}
	run_tests(modes, false);
	run_in_chroot();
	printf("1..%d\n", tally->done);
	cage_site_done(&site);
	return tally->failed != 0;
}
