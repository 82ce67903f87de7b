/* SPDX-License-Identifier: ISC */
/* Ways around the recorder itself: out of its cgroup, past its end, and with what sudo, a script or old code bring along. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/e2e/cage_may.h"
#include "tests/e2e/cage_probe.h"

/* ---- F4, F5: programs that the session brings along */

#if defined(__x86_64__)
/* A static program for 32 bits: open("made-by-old", O_WRONLY | O_CREAT, 0644), exit(0), both by int $0x80. */
static const unsigned char old_program[] = {
	0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	2, 0, 3, 0, 1, 0, 0, 0, 0x54, 0x80, 0x04, 0x08, 0x34, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0x34, 0, 0x20, 0, 1, 0, 0, 0,
	0, 0, 0, 0,
	1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x04, 0x08, 0, 0x80, 0x04, 0x08,
	0x80, 0, 0, 0, 0x80, 0, 0, 0, 5, 0, 0, 0, 0, 0x10, 0, 0,
	0xb8, 5, 0, 0, 0, 0xbb, 0x74, 0x80, 0x04, 0x08, 0xb9, 0x41, 0, 0, 0, 0xba,
	0xa4, 1, 0, 0, 0xcd, 0x80, 0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80, 0x90,
	'm', 'a', 'd', 'e', '-', 'b', 'y', '-', 'o', 'l', 'd', 0,
};

static bool
plant(const char *path, const void *bytes, size_t count)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	return fd >= 0 && fdio_write(fd, bytes, count) == 0 && fchmod(fd, 0755) == 0;
}

/* True if `folder` has the file now; it is removed. */
static bool
was_made(const char *folder)
{
	AUTO_FREE char *path = NULL;

	return asprintf(&path, "%s/made-by-old", folder) > 0 && unlink(path) == 0;
}

/* Outside it works, so that inside it could. */
static bool
works_outside(const char *program, const char *folder)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		if (chdir(folder) == 0)
			execl(program, program, NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return status == 0 && was_made(folder);
}

static void
a_program_for_32_bits_dies_at_its_first_call(enum cage_mode mode)
{
	AUTO_FREE char *program = NULL;
	AUTO_FREE char *home = NULL;
	AUTO_FREE char *word = NULL;
	AUTO_FREE char *text = NULL;
	struct cage cage;

	if (asprintf(&program, "%s/old", cage_case.site.root) < 0 || asprintf(&home, "%s/home", cage_case.site.root) < 0 ||
	    asprintf(&word, "run:%s", program) < 0 || !plant(program, old_program, sizeof old_program) || !works_outside(program, home)) {
		cage_case.skip = "this kernel runs no such programs";
		return;
	}
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_EXEC, program);
	may_path(&cage, RIGHT_WRITE, home);
	text = may_try(&cage, (const char *const[]){ word, NULL });
	may_check(text, word, "", "killed by signal 31");
	cage_check(!was_made(home), "it made its file");
}

static void
a_program_without_a_name_or_of_its_own_making_is_not_run(enum cage_mode mode)
{
	AUTO_FREE char *nameless = NULL;
	AUTO_FREE char *planted = NULL;
	AUTO_FREE char *text = NULL;
	struct may_world w;
	struct cage cage;

	may_world_make(&w);
	cage_check(asprintf(&nameless, "nameless:%s", w.mine) > 0 && asprintf(&planted, "planted:%s/planted", w.mine) > 0, "memory");
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_WRITE, w.mine);
	may_path(&cage, RIGHT_READ, "/proc");
	text = may_try(&cage, (const char *const[]){ "fexec", "sealed", nameless, planted, NULL });
	may_check(text, "fexec", "", "EACCES");
	may_check(text, "sealed", "", "EACCES");
	may_check(text, nameless, "", "EACCES");
	may_check(text, planted, "", "EACCES");
	may_world_done(&w);
}
#endif

static void
a_script_does_not_bring_its_interpreter_along(enum cage_mode mode)
{
	static const char lines[] = "#!/bin/bash\nexit 0\n";
	AUTO_FREE char *script = NULL;
	AUTO_FREE char *word = NULL;
	AUTO_FREE char *text = NULL;
	struct cage cage;

	cage_check(asprintf(&script, "%s/script", cage_case.site.root) > 0 && asprintf(&word, "run:%s", script) > 0 &&
	    fdio_replace(script, 0755, lines, sizeof lines - 1) == 0, "no script");
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_EXEC, script);
	text = may_try(&cage, (const char *const[]){ word, NULL });
	may_check(text, word, "", "EACCES");
}

/* ---- F8: how many there may be */

static void
a_role_has_no_more_processes_than_its_limit(enum cage_mode mode)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;
	int alive;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.role.pids_max = 40;
	cage_run_probe(&cage, "swarm", "100", NULL);
	if (!cage_running(&cage))
		return;
	text = cage_output(&cage, "swarm ready");
	cage_check_word(text, "swarm ready");
	alive = cage_alive(&cage);
	cage_check(alive > 20 && alive <= 40, "%d are there", alive);
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check_receipt(&cage, alive);
	cage_done(&cage);
}

/* ---- F9: out of the cgroup, with real root where there is one */

static void
who_leaves_the_cgroup_dies_with_the_session_all_the_same(enum cage_mode mode)
{
	static char script[] = "for top in /sys/fs/cgroup /sys/fs/cgroup/unified; do (echo 0 >$top/cgroup.procs) 2>/dev/null; done; "
	    "for top in /sys/fs/cgroup /sys/fs/cgroup/unified; do echo $$ >$top/cgroup.procs && echo left; done 2>/dev/null; "
	    "(setsid sleep 1000 &); setsid sleep 1000 & echo ready; wait; sleep 1000";
	static char *words[] = { script, NULL };
	AUTO_FREE char *text = NULL;
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage.launch.command = words;
	if (mode == CAGE_ROOT) {
		cage.start.role.flags |= ROLE_SUDO | ROLE_SYSTEM;
		strcpy(cage.start.role.account, "root");
	}
	if (!cage_running(&cage))
		return;
	text = cage_output(&cage, "ready");
	cage_check(mode == CAGE_ROOT || !cage_has(text, "left"), "an ordinary account left its cgroup");
	if (mode == CAGE_ROOT)
		printf("# it %s its cgroup\n", cage_has(text, "left") ? "left" : "could not leave");
	cage_order_end(&cage);
	cage_hear(&cage, WARDEN_RECEIPT);
	cage_check_receipt(&cage, 3);
	cage_check(cage_alive(&cage) == 0, "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

/* ---- F13: sudo where no new privileges come */

static void
sudo_gives_nothing_where_the_role_has_none(enum cage_mode mode)
{
	static char command[] = "sudo -n id -u && echo became-root; echo over; id -u";
	static char *words[] = { command, NULL };
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *text = NULL;
	struct cage cage;

	if (geteuid() != 0 || asprintf(&path, "/etc/sudoers.d/%s", cage_case.site.account) < 0 || !cage_let_sudo(path)) {
		cage_case.skip = "there is no sudo, or we are not root";
		return;
	}
	cage_init(&cage, &cage_case.site, mode);
	cage.start.flags |= SESSION_TTY;
	cage.launch.command = words;
	text = cage_run_through(&cage);
	unlink(path);
	cage_check(!cage_has(text, "became-root"), "it works: %s", text);
	cage_check_word(text, "over");
}

/* ---- F15: the recorder is killed in the middle of a bomb */

enum victim { WARDEN, WORKER, INIT };

/* The bomb would go on for longer than is waited here. */
static void
kill_in_a_bomb(enum cage_mode mode, enum victim victim)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;

	cage_init(&cage, &cage_case.site, mode);
	cage_run_probe(&cage, "chase", "60", NULL);
	if (!cage_running(&cage))
		return;
	text = cage_output(&cage, "swarm ready");
	cage_check_word(text, "swarm ready");
	if (victim == WORKER)
		own_close(&cage.link);
	else
		kill(victim == WARDEN ? cage.warden : (pid_t)cage.running.pid, SIGKILL);
	cage_check(cage_all_gone(&cage), "%d are left", cage_alive(&cage));
	cage_done(&cage);
}

static void
a_warden_killed_in_a_fork_bomb_leaves_nothing(enum cage_mode mode)
{
	kill_in_a_bomb(mode, WARDEN);
}

static void
a_worker_that_dies_in_a_fork_bomb_leaves_nothing(enum cage_mode mode)
{
	kill_in_a_bomb(mode, WORKER);
}

static void
an_init_killed_in_a_fork_bomb_leaves_nothing(enum cage_mode mode)
{
	kill_in_a_bomb(mode, INIT);
}

const struct cage_test cage_escapes[] = {
#if defined(__x86_64__)
	CAGE_EVASION("F4", a_program_for_32_bits_dies_at_its_first_call, IN_ALL, false),
	CAGE_EVASION("F5", a_program_without_a_name_or_of_its_own_making_is_not_run, IN_ALL, false),
#endif
	CAGE_EVASION("F5", a_script_does_not_bring_its_interpreter_along, IN_ALL, false),
	CAGE_EVASION("F8", a_role_has_no_more_processes_than_its_limit, IN_ROOT | IN_TRIAL, false),
	CAGE_EVASION("F9", who_leaves_the_cgroup_dies_with_the_session_all_the_same, IN_ALL, false),
	CAGE_EVASION("F13", sudo_gives_nothing_where_the_role_has_none, IN_ALL, false),
	CAGE_EVASION("F15", a_warden_killed_in_a_fork_bomb_leaves_nothing, IN_ALL, false),
	CAGE_EVASION("F15", a_worker_that_dies_in_a_fork_bomb_leaves_nothing, IN_ALL, false),
	CAGE_EVASION("F15", an_init_killed_in_a_fork_bomb_leaves_nothing, IN_ALL, false),
	CAGE_LAST
};
