/* SPDX-License-Identifier: ISC */
/* What a session is, sees and can reach. */
#include "config.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/e2e/cage_cases.h"

static void
the_warden_says_how_the_session_is_held(enum cage_mode mode)
{
	static const char *const words[] = {
		[CAGE_ROOT] = "pid, mount and ipc namespace", [CAGE_TRIAL] = "user, pid, mount and ipc namespace",
		[CAGE_FALLBACK] = "kill is best effort",
	};
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage_run_probe(&cage, "who", NULL, NULL);
	free(cage_run_through(&cage));
	cage_check_word(cage.running.text, words[mode]);
	printf("# held by: %s\n", cage.running.text);
}

static void
the_command_runs_as_the_account_and_nothing_more(enum cage_mode mode)
{
	const struct cage_site *site = &cage_case.site;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char who[128], home[200];

	cage_init(&cage, site, mode);
	cage_run_probe(&cage, "who", NULL, NULL);
	text = cage_run_through(&cage);
	snprintf(who, sizeof who, "uid %u %u gid %u %u groups", site->uid, site->uid, site->gid, site->gid);
	cage_check_word(text, who);
	if (mode == CAGE_ROOT) {
		AUTO_FREE char *group = NULL;
		struct group *second;

		cage_check(asprintf(&group, "%sg", site->account) > 0, "memory");
		second = getgrnam(group);
		snprintf(who, sizeof who, " %u", second != NULL ? second->gr_gid : 0);
		cage_check_word(text, who);
		cage_check(!cage_has(text, "groups 0") && !cage_has(text, " 0\nnnp"), "a group of root is left: %s", text);
	}
	cage_check_word(text, "nnp 1\n");
	cage_check_word(text, "CapPrm:\t0000000000000000");
	cage_check_word(text, "CapEff:\t0000000000000000");
	cage_check_word(text, "CapInh:\t0000000000000000");
	cage_check_word(text, "CapAmb:\t0000000000000000");
	cage_check_word(text, "SigIgn:\t0000000000000000");
	cage_check_word(text, "fds 0 1 2\n");
	snprintf(home, sizeof home, "core 0 umask 022 term no blocked 0 leader 1 cwd %s/home\n", site->root);
	cage_check_word(text, home);
}

static void
the_environment_is_exactly_ours(enum cage_mode mode)
{
	static char lang[] = "LANG=C.UTF-8", time_[] = "LC_TIME=en_GB.UTF-8";
	static char evil[] = "LD_PRELOAD=/tmp/x.so", path[] = "LC_ALL=../../x", name[] = "LC_x=C", term[] = "xterm-256color";
	static char *locale[] = { lang, evil, path, name, time_, NULL };
	const struct cage_site *site = &cage_case.site;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *expected = NULL;

	cage_init(&cage, site, mode);
	cage_run_probe(&cage, "env", NULL, NULL);
	strcpy(cage.start.role.env[0], "PGSERVICE=orders");
	strcpy(cage.start.role.env[1], "POSTERN_SESSION=forged");
	cage.start.role.envc = 2;
	cage.launch.term = term;
	cage.launch.locale = locale;
	text = cage_run_through(&cage);
	cage_check(asprintf(&expected, "HOME=%s/home\nLANG=C.UTF-8\nLC_TIME=en_GB.UTF-8\nLOGNAME=%s\nPATH=/usr/local/bin:/usr/bin:/bin\n"
	    "PGSERVICE=orders\nPOSTERN_ROOT=%s\nPOSTERN_SESSION=%s\nSHELL=%s\nUSER=%s\n", site->root, site->account, site->root,
	    cage.id, site->shell, site->account) > 0, "memory");
	cage_check(strcmp(text, expected) == 0, "the environment is: %s", text);
}

static void
a_terminal_is_taken_and_belongs_to_the_session(enum cage_mode mode)
{
	static char term[] = "vt100;reboot", command[] = "stty size; echo term=$TERM; echo there >/dev/tty; tty";
	static char *words[] = { command, NULL };
	struct cage cage;
	AUTO_FREE char *text = NULL;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.flags |= SESSION_TTY;
	cage.start.cols = 101;
	cage.start.rows = 33;
	cage.launch.term = term;
	cage.launch.command = words;
	text = cage_run_through(&cage);
	cage_check_word(text, "33 101");
	cage_check_word(text, "term=dumb");
	cage_check_word(text, "there");
	cage_check_word(text, "/dev/pts/");
}

static void
hidden_places_are_hidden(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char line[600];
	const char *words[] = { cage_case.probe, "look", cage.start.run_dir, cage.start.state_dir, cage.start.etc_dir,
		cage_case.site.root, NULL };

	cage_init(&cage, &cage_case.site, mode);
	cage_run(&cage, words);
	text = cage_run_through(&cage);
	cage_check_word(text, "/proc: 1 2\n");
	snprintf(line, sizeof line, "%s: session.sock\n", cage.start.run_dir);
	cage_check_word(text, line);
	snprintf(line, sizeof line, "%s:\n", cage.start.state_dir);
	cage_check_word(text, line);
	snprintf(line, sizeof line, "write %s: refused", cage.start.run_dir);
	cage_check_word(text, line);
	snprintf(line, sizeof line, "write %s: refused", cage.start.state_dir);
	cage_check_word(text, line);
	cage_check_word(text, "socket there");
	if (mode != CAGE_TRIAL)
		return;
	snprintf(line, sizeof line, "%s:\n", cage.start.etc_dir);
	cage_check_word(text, line);
	cage_check_word(text, "key 0\n");
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

		cage_init(&cage, &cage_case.site, mode);
		cage.launch.command = rows[i].command;
		free(cage_run_through(&cage));
		cage_check(cage.exited.exit_status == rows[i].status, "status %d instead of %d", cage.exited.exit_status,
		    rows[i].status);
		cage_check_receipt(&cage, 0);
	}
}

static void
a_command_that_cannot_run_says_so(enum cage_mode mode)
{
	static const char *const words[] = { "/does/not/exist", NULL };
	struct cage cage;
	char error[256] = "";

	cage_init(&cage, &cage_case.site, mode);
	cage_run(&cage, words);
	if (!cage_running(&cage))
		return;
	cage_check(read(cage.err, error, sizeof error - 1) > 0, "nothing is said");
	cage_check_word(error, "/does/not/exist cannot be run");
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check(cage.exited.exit_status == SESSION_NO_COMMAND, "status %d", cage.exited.exit_status);
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
		if (setresuid(cage_case.site.uid, cage_case.site.uid, cage_case.site.uid) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	snprintf(outside, sizeof outside, "%d", (int)victim);
	cage_init(&cage, &cage_case.site, mode);
	cage_run_probe(&cage, "attack", outside, NULL);
	text = cage_run_through(&cage);
	cage_check_word(text, "still here");
	cage_check(!cage_has(text, "DONE") || (mode == CAGE_TRIAL && cage_has(text, "kill all DONE")), "reached: %s", text);
	cage_check(waitpid(victim, NULL, WNOHANG) == 0, "the process outside was killed");
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

	if (!cage_swarming(&cage, mode, "0", NULL))
		return;
	snprintf(path, sizeof path, "/proc/%lld/status", (long long)cage.running.pid);
	file = fopen(path, "re");
	text = own_alloc(8192);
	cage_check(file != NULL && fread(text, 1, 8191, file) > 0, "no status of init");
	if (file != NULL)
		fclose(file);
	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
		snprintf(line, sizeof line, "%s:\t0000000000000000", empty[i]);
		cage_check_word(text, line);
	}
	cage_check_word(text, "NoNewPrivs:\t1");
	snprintf(line, sizeof line, "Uid:\t%u\t", mode == CAGE_ROOT ? 0 : cage_case.site.uid);
	cage_check_word(text, line);
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_done(&cage);
}

static void
only_a_role_with_sudo_lifts_no_new_privs(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	cage_init(&cage, &cage_case.site, mode);
	cage_run_probe(&cage, "who", NULL, NULL);
	cage.start.role.flags |= ROLE_SUDO;
	text = cage_run_through(&cage);
	cage_check_word(text, mode == CAGE_ROOT ? "nnp 0\n" : "nnp 1\n");
}

const struct cage_test cage_views[] = {
	CAGE_CASE(the_warden_says_how_the_session_is_held, IN_ALL, true),
	CAGE_CASE(the_command_runs_as_the_account_and_nothing_more, IN_ALL, true),
	CAGE_EVASION("F14", the_environment_is_exactly_ours, IN_ALL, false),
	CAGE_CASE(a_terminal_is_taken_and_belongs_to_the_session, IN_ALL, false),
	CAGE_CASE(hidden_places_are_hidden, IN_ROOT | IN_TRIAL, true),
	CAGE_CASE(exit_statuses_are_kept, IN_ALL, false),
	CAGE_CASE(a_command_that_cannot_run_says_so, IN_ALL, false),
	CAGE_EVASION("F7", nobody_outside_and_not_init_can_be_reached, IN_ROOT | IN_TRIAL, true),
	CAGE_CASE(init_holds_no_capability, IN_ROOT | IN_TRIAL, false),
	CAGE_CASE(only_a_role_with_sudo_lifts_no_new_privs, IN_ALL, false),
	CAGE_LAST
};
