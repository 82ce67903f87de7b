/* SPDX-License-Identifier: ISC */
/* Ways around a role's rights, each of them tried. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "tests/e2e/cage_may.h"

static void
io_uring_cannot_open_files_unseen(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	text = may_try(&cage, (const char *const[]){ "uring", NULL });
	may_check(text, "uring", "", "ENOSYS");
}

static void
calls_of_another_architecture_are_no_way_in(enum cage_mode mode)
{
#if defined(__x86_64__)
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	text = may_try(&cage, (const char *const[]){ "old", "x32", NULL });
	may_check(text, "old", "", "killed by signal 31");
	may_check(text, "x32", "", "ENOSYS");
#else
	(void)mode;
#endif
}

static void
a_program_in_memory_is_not_run(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_READ, "/proc");
	text = may_try(&cage, (const char *const[]){ "memory", NULL });
	may_refused(text, "memory", "");
}

static void
no_namespace_and_no_mount_undoes_it(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	text = may_try(&cage, (const char *const[]){ "unshare", "clone", "clone3", "mount:/tmp", "key", "bpf", NULL });
	may_check(text, "unshare", "", "EPERM");
	may_check(text, "clone", "", "EPERM");
	may_check(text, "clone3", "", "ENOSYS");
	may_check(text, "mount", "/tmp", "EPERM");
	may_check(text, "key", "", "ENOSYS");
	may_check(text, "bpf", "", "EPERM");
}

/* All that can be done to a process by its number; none of it is let through, or it has no number. */
static void
out_of_reach(enum cage_mode mode, const char *whom)
{
	static const char *const acts[] = { "kill", "trace", "mem", "vm", "descriptor", "limit", "starve", "nice", "processor", "scheduler", "io" };
	const char *words[sizeof acts / sizeof acts[0] + 1] = { NULL };
	char texts[sizeof acts / sizeof acts[0]][32];
	struct cage cage;
	AUTO_FREE char *text = NULL;

	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		snprintf(texts[i], sizeof texts[i], "%s:%s", acts[i], whom);
		words[i] = texts[i];
	}
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_READ, "/proc");
	text = may_try(&cage, words);
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (i > 0 || strcmp(whom, "init") != 0)	/* a signal to pid 1 of a namespace is let through, and ignored */
			may_refused(text, words[i], "");
}

/* Where it can be named at all, Landlock or the filter is in the way. */
static void
a_neighbour_of_the_same_uid_is_out_of_reach(enum cage_mode mode)
{
	char number[16];
	pid_t victim = fork();

	if (victim == 0) {
		if (setresuid(cage_case.site.uid, cage_case.site.uid, cage_case.site.uid) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	snprintf(number, sizeof number, "%d", (int)victim);
	out_of_reach(mode, number);
	cage_check(waitpid(victim, NULL, WNOHANG) == 0, "the process outside was killed");
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
}

static void
init_and_warden_are_out_of_reach(enum cage_mode mode)
{
	out_of_reach(mode, "init");
	out_of_reach(mode, "warden");
}

static void
keys_cannot_be_pushed_into_the_terminal(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	cage.start.flags |= SESSION_TTY;
	text = may_try(&cage, (const char *const[]){ "push", NULL });
	may_check(text, "push", "", "EPERM");
}

static void
an_abstract_socket_outside_is_out_of_reach(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char abstract[64];

	may_world_make(&w);
	snprintf(abstract, sizeof abstract, "abstract:%s", w.name);
	may_init(&cage, mode, MAY_NEWEST);
	may_connect(&cage, w.port[0]);	/* so that it shares the network */
	text = may_try(&cage, (const char *const[]){ abstract, NULL });
	may_refused(text, abstract, "");
	may_world_done(&w);
}

/* Even with real root inside, as sudo gives it. */
static void
root_inside_does_not_leave_its_cgroup(enum cage_mode mode)
{
	static const char *const tops[] = { "cgroup:/sys/fs/cgroup/cgroup.procs", "cgroup:/sys/fs/cgroup/unified/cgroup.procs" };
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	cage.start.role.flags |= ROLE_SUDO | ROLE_SYSTEM;
	strcpy(cage.start.role.account, "root");
	text = may_try(&cage, (const char *const[]){ tops[0], tops[1], "mount:/tmp", "read:/etc/shadow", "mem:1", NULL });
	may_refused(text, tops[0], "");
	may_refused(text, tops[1], "");
	may_refused(text, "mount", "/tmp");
	may_refused(text, "read", "/etc/shadow");
	may_refused(text, "mem", "1");
}

/* What one session leaves behind must not widen the next one's rights. */
static void
a_link_that_a_session_left_gives_nothing(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *link = NULL;
	AUTO_FREE char *other = NULL;

	may_world_make(&w);
	cage_check(asprintf(&link, "%s/link", w.mine) > 0 && asprintf(&other, "read:%s/file", w.other) > 0 && symlink(w.other, link) == 0 &&
	    lchown(link, cage_case.site.uid, cage_case.site.gid) == 0, "no link");
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_READ, link);
	may_path(&cage, RIGHT_READ, "/bin");	/* a link of root's is none of a session's */
	text = may_try(&cage, (const char *const[]){ other, "list:/usr/bin", NULL });
	may_check(text, other, "", "EACCES");
	may_check(text, "list", "/usr/bin", "done");
	cage_check(cage.enforced.skipped_count == 1, "it is not told");
	unlink(link);
	may_world_done(&w);
}

static void
what_sudo_starts_is_root_and_in_the_cage_all_the_same(enum cage_mode mode)
{
	static char command[] = "sudo -n id -u; sudo -n sh -c 'head -c 5 /etc/shadow; echo; echo x >/etc/postern-x; chmod u+s /usr/bin/id; mount -t tmpfs x /mnt; "
	    "ls /home; unshare -m true; echo over'";
	static char *words[] = { command, NULL };
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *text = NULL;
	struct cage cage;

	if (asprintf(&path, "/etc/sudoers.d/%s", cage_case.site.account) < 0 || !cage_let_sudo(path)) {
		cage_case.skip = "there is no sudo";
		return;
	}
	cage_init(&cage, &cage_case.site, mode);
	cage.start.flags |= SESSION_TTY;
	cage.start.role.flags |= ROLE_SUDO;
	cage.start.role.rights.flags = RIGHTS_CONFINED | RIGHTS_SHELL;
	cage.launch.command = words;
	text = cage_run_through(&cage);
	unlink(path);
	cage_check(strncmp(text, "0\r\n", 3) == 0, "sudo does not work: %s", text);
	cage_check_word(text, "root:");
	cage_check_word(text, "cannot create /etc/postern-x");
	cage_check_word(text, "chmod: changing permissions of '/usr/bin/id': Read-only file system");
	cage_check_word(text, "mount: ");
	cage_check_word(text, "'/home': Permission denied");
	cage_check_word(text, "unshare failed");
	cage_check_word(text, "over");
	cage_check(access("/etc/postern-x", F_OK) < 0, "it was written");
}

const struct cage_test cage_evasions[] = {
	CAGE_EVASION("F3", io_uring_cannot_open_files_unseen, IN_ALL, false),
	CAGE_EVASION("F4", calls_of_another_architecture_are_no_way_in, IN_ALL, false),
	CAGE_EVASION("F5", a_program_in_memory_is_not_run, IN_ALL, false),
	CAGE_EVASION("F12", no_namespace_and_no_mount_undoes_it, IN_ALL, true),
	CAGE_EVASION("F7", a_neighbour_of_the_same_uid_is_out_of_reach, IN_ALL, false),
	CAGE_EVASION("F7", init_and_warden_are_out_of_reach, IN_ALL, false),
	CAGE_CASE(keys_cannot_be_pushed_into_the_terminal, IN_ALL, false),
	CAGE_EVASION("F11", an_abstract_socket_outside_is_out_of_reach, IN_ALL, false),
	CAGE_CASE(a_link_that_a_session_left_gives_nothing, IN_ROOT, false),
	CAGE_EVASION("F13", what_sudo_starts_is_root_and_in_the_cage_all_the_same, IN_ROOT, false),
	CAGE_EVASION("F9", root_inside_does_not_leave_its_cgroup, IN_ROOT, true),
	CAGE_LAST
};
