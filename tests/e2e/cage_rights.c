/* SPDX-License-Identifier: ISC */
/* What a role's rights let through, and that the enforced record tells the truth about the rest. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "tests/e2e/cage_may.h"

static char *
in(const char *folder, const char *act)
{
	char *word;

	return asprintf(&word, "%s:%s/file", act, folder) < 0 ? own_dup("") : word;
}

static void
only_the_listed_files_can_be_reached(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *mine = NULL;
	AUTO_FREE char *other = NULL;
	AUTO_FREE char *write_mine = NULL;
	AUTO_FREE char *write_other = NULL;

	may_world_make(&w);
	mine = in(w.mine, "read"), other = in(w.other, "read");
	write_mine = in(w.mine, "write"), write_other = in(w.other, "write");
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_WRITE, w.mine);
	may_path(&cage, RIGHT_READ, "/etc/login.defs");
	text = may_try(&cage, (const char *const[]){ mine, other, write_mine, write_other, "read:/etc/login.defs",
	    "read:/etc/fstab", "write:/etc/login.defs", "list:/etc", "list:/", "exec:/bin/true", "write:/dev/null", NULL });
	cage_check(may_done(text, mine, "") && may_done(text, write_mine, ""), "its own files are refused: %s", text);
	may_check(text, other, "", "EACCES");
	may_refused(text, write_other, "");
	may_check(text, "read", "/etc/login.defs", "done");
	may_check(text, "read", "/etc/fstab", "EACCES");
	may_refused(text, "write", "/etc/login.defs");
	may_check(text, "list", "/etc", "EACCES");
	may_check(text, "list", "/", "EACCES");
	may_check(text, "exec", "/bin/true", "EACCES");
	may_check(text, "write", "/dev/null", "done");
	may_world_done(&w);
}

/* Landlock has no right for them. */
static void
modes_outside_what_may_be_written_stay(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *mine = NULL;
	AUTO_FREE char *other = NULL;

	may_world_make(&w);
	mine = in(w.mine, "mode"), other = in(w.other, "mode");
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_WRITE, w.mine);
	may_path(&cage, RIGHT_READ, w.other);
	text = may_try(&cage, (const char *const[]){ mine, other, NULL });
	may_check(text, mine, "", "done");
	may_check(text, other, "", "EROFS");
	may_world_done(&w);
}

static void
only_the_listed_programs_run_and_a_loader_runs_no_other(enum cage_mode mode)
{
	static const int ages[] = { MAY_NEWEST, 2 };

	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
		struct cage cage;
		AUTO_FREE char *text = NULL;

		may_init(&cage, mode, ages[i]);
		may_path(&cage, RIGHT_EXEC, "/bin/true");
		text = may_try(&cage, (const char *const[]){ "exec:/bin/true", "loader:/bin/true", "exec:/bin/bash",
		    "loader:/bin/bash", "loader:/bin/echo", NULL });
		may_check(text, "exec", "/bin/true", "done");
		may_check(text, "loader", "/bin/true", "done");
		may_check(text, "exec", "/bin/bash", "EACCES");
		may_refused(text, "loader", "/bin/bash");
		may_refused(text, "loader", "/bin/echo");
	}
}

/* The kernel has no right for mapping a file as a program; a noexec mount has. */
static void
a_loader_runs_nothing_out_of_what_may_only_be_read_or_written(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *command = NULL;
	AUTO_FREE char *planted = NULL;

	may_world_make(&w);
	cage_check(asprintf(&command, "cp /bin/true %s/planted && chmod 755 %s/planted", w.mine, w.mine) > 0 &&
	    system(command) == 0 && asprintf(&planted, "loader:%s/planted", w.mine) > 0, "nothing is planted");
	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_EXEC, "/bin/false");
	may_path(&cage, RIGHT_READ, "/usr/bin");
	may_path(&cage, RIGHT_WRITE, w.mine);
	text = may_try(&cage, (const char *const[]){ "read:/usr/bin/true", "loader:/usr/bin/true", planted, NULL });
	may_check(text, "read", "/usr/bin/true", "done");
	if (mode == CAGE_FALLBACK) {	/* no mounts there: then it is said, and the programs that were found with it */
		cage_check(cage.enforced.missing & NEED_NOEXEC, "it is not said that this is possible");
		cage_check(cage.enforced.loose_count > 0, "no program was found in /usr/bin");
	} else {
		may_refused(text, "loader", "/usr/bin/true");
		may_refused(text, planted, "");
		cage_check(!(cage.enforced.missing & NEED_NOEXEC), "it is not in the record");
	}
	may_world_done(&w);
}

static void
only_the_listed_ports_can_be_reached(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char yes[24], no[24], fast[24];

	may_world_make(&w);
	snprintf(yes, sizeof yes, "connect:%s", w.port[0]);
	snprintf(no, sizeof no, "connect:%s", w.port[1]);
	snprintf(fast, sizeof fast, "fastopen:%s", w.port[1]);
	may_init(&cage, mode, MAY_NEWEST);
	may_connect(&cage, w.port[0]);
	text = may_try(&cage, (const char *const[]){ yes, no, fast, "bind:0", "listen", "udp", "stream:262", "stream:132",
	    "family:17", "family:38", NULL });
	may_check(text, yes, "", "done");
	may_check(text, no, "", "EACCES");
	may_check(text, fast, "", "EOPNOTSUPP");
	may_check(text, "bind", "0", "EACCES");
	may_check(text, "listen", "", "EACCES");
	may_check(text, "udp", "", "EACCES");
	may_check(text, "stream", "262", "EACCES");	/* MPTCP */
	may_check(text, "stream", "132", "EACCES");	/* SCTP */
	may_check(text, "family", "17", "EAFNOSUPPORT");	/* packets */
	may_check(text, "family", "38", "EAFNOSUPPORT");	/* the kernel's cryptography */
	may_world_done(&w);
}

static void
what_is_granted_of_the_network_works(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_world_make(&w);
	may_init(&cage, mode, MAY_NEWEST);
	cage.start.role.rights.flags |= RIGHTS_UDP | RIGHTS_LISTEN;
	cage.start.role.rights.bind[0] = 48765;
	cage.start.role.rights.bind_count = 1;
	text = may_try(&cage, (const char *const[]){ "bind:48765", "bind:48766", "udp", "listen", NULL });
	may_check(text, "bind", "48765", "done");
	may_check(text, "bind", "48766", "EACCES");
	may_check(text, "udp", "", "done");
	may_check(text, "listen", "", "done");
	may_world_done(&w);
}

/* The sockets of services, and one that is granted. */
static void
sockets_are_out_of_sight_unless_granted(enum cage_mode mode)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	char run[80], agent[80];

	may_world_make(&w);
	snprintf(run, sizeof run, "unix:%s", w.socket[0]);
	snprintf(agent, sizeof agent, "unix:%s", w.socket[1]);
	may_init(&cage, mode, MAY_NEWEST);
	text = may_try(&cage, (const char *const[]){ agent, run, NULL });
	may_refused(text, agent, "");
	if (w.socket[0][0] != '\0') {
		AUTO_FREE char *again = NULL;

		may_check(text, run, "", "ENOENT");
		may_init(&cage, mode, MAY_NEWEST);
		may_path(&cage, RIGHT_SOCKET, w.socket[0]);
		again = may_try(&cage, (const char *const[]){ run, NULL });
		may_check(again, run, "", "done");
	}
	may_world_done(&w);
}

static void
a_private_tmp_is_empty_and_goes(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;
	static const char mine[] = "write:/tmp/postern-private-file";
	struct stat st;

	may_init(&cage, mode, MAY_NEWEST);
	cage.start.role.rights.flags |= RIGHTS_TMP;
	may_path(&cage, RIGHT_WRITE, "/tmp");
	text = may_try(&cage, (const char *const[]){ mine, NULL });
	may_check(text, mine, "", "done");
	cage_check(stat("/tmp/postern-private-file", &st) < 0, "the file is outside");
	cage_check(cage.enforced.marks & MARK_TMP, "it is not in the record");
}

static char *
shell_says(enum cage_mode mode, char *command)
{
	char *words[] = { command, NULL };
	struct cage cage;
	static char term[] = "xterm";

	cage_init(&cage, &cage_case.site, mode);
	cage.start.role.rights.flags = RIGHTS_CONFINED | RIGHTS_SHELL;
	cage.start.role.rights.need = NEED_FS | NEED_TRUNCATE | NEED_TCP;
	cage.start.flags |= SESSION_TTY;
	cage.start.cols = 80;
	cage.start.rows = 24;
	cage.launch.term = term;
	cage.launch.command = words;
	return cage_run_through(&cage);
}

static void
a_shell_with_the_baseline_works(enum cage_mode mode)
{
	static char jobs[] = "bash -ic 'set -m; sleep 30 & jobs; kill %1; wait %1; fg 2>&1 | head -1; echo status $?; tty; stty size'";
	static char tools[] = "ps -e | tail -n +2 | wc -l >~/count; cat ~/count; echo x >/tmp/postern-x$$ && rm /tmp/postern-x$$ && "
	    "echo made; id -un; ls -d /usr /etc; (echo there >/dev/tty); script -qc 'echo in script' /dev/null; date +%Y";
	static char editor[] = "rm -f ~/new; printf 'ihello\\033:wq\\r' | vi ~/new >/dev/null 2>&1; cat ~/new; "
	    "less -E /etc/passwd | head -1 | cut -c1-4";
	static char closed[] = "cat /etc/shadow; echo x >/etc/x; /usr/bin/unshare -Ur true; echo over";
	AUTO_FREE char *a = NULL;
	AUTO_FREE char *b = NULL;
	AUTO_FREE char *c = NULL;
	AUTO_FREE char *d = NULL;

	if (access("/usr/bin/less", X_OK) < 0 || access("/usr/bin/ps", X_OK) < 0 || access("/bin/bash", X_OK) < 0) {
		cage_case.skip = "less, ps or bash is not installed";
		return;
	}
	a = shell_says(mode, jobs), b = shell_says(mode, tools), c = shell_says(mode, editor), d = shell_says(mode, closed);
	cage_check_word(a, "Running");
	cage_check_word(a, "/dev/pts/");
	cage_check_word(a, "24 80");
	cage_check_word(b, "made");
	cage_check_word(b, cage_case.site.account);
	cage_check_word(b, "/usr");
	cage_check_word(b, "there");
	cage_check_word(b, "in script");
	cage_check_word(b, "20");
	cage_check(!cage_has(b, "denied") && !cage_has(b, "mount -t proc"), "something is refused: %s", b);
	if (access("/usr/bin/vi", X_OK) == 0)
		cage_check_word(c, "hello");
	cage_check_word(c, "root");
	cage_check_word(d, "over");
	cage_check_word(d, "unshare: unshare failed");
	cage_check(!cage_has(d, "root:"), "shadow was read");
}

static void
sudo_lifts_no_new_privs_and_stays_in_the_cage(enum cage_mode mode)
{
	struct cage cage;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	cage.start.role.flags |= ROLE_SUDO;
	text = may_try(&cage, (const char *const[]){ "read:/etc/fstab", "unshare", "udp", NULL });
	may_check(text, "read", "/etc/fstab", "EACCES");
	may_check(text, "unshare", "", "EPERM");
	may_check(text, "udp", "", "EACCES");
	cage_check((cage.enforced.marks & (MARK_ROOT_INSIDE | MARK_NO_NEW_PRIVS)) == MARK_ROOT_INSIDE, "marks %x", cage.enforced.marks);
}

static void
limits_of_the_role_hold(enum cage_mode mode)
{
	static char command[] = "ulimit -n; ulimit -v; ulimit -f; ulimit -t; [ $(nice) -ge 7 ] && echo nicer";
	static char *words[] = { command, NULL };
	struct cage cage;
	AUTO_FREE char *text = NULL;

	cage_init(&cage, &cage_case.site, mode);
	cage.start.role.files = 77;
	cage.start.role.memory = UINT64_C(1) << 30;
	cage.start.role.file_size = 1 << 20;
	cage.start.role.cpu_s = 33;
	cage.start.role.nice = 7;
	cage.launch.command = words;
	text = cage_run_through(&cage);
	cage_check_word(text, "77\n1048576\n");
	cage_check_word(text, "\n33\nnicer\n");
}

/* What may be required, and the act that shows whether it holds. */
static void
check_truth(enum cage_mode mode, int abi)
{
	struct may_world w;
	struct cage cage;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *read_other = NULL;
	AUTO_FREE char *truncate_other = NULL;
	AUTO_FREE char *empty_other = NULL;
	char connect[24], abstract[64], run[80];

	may_world_make(&w);
	read_other = in(w.other, "read"), truncate_other = in(w.other, "truncate"), empty_other = in(w.other, "empty");
	snprintf(connect, sizeof connect, "connect:%s", w.port[1]);
	snprintf(abstract, sizeof abstract, "abstract:%s", w.name);
	snprintf(run, sizeof run, "unix:%s", w.socket[0]);
	may_init(&cage, mode, abi);
	may_connect(&cage, w.port[0]);
	may_path(&cage, RIGHT_READ, "/usr/bin");
	text = may_try(&cage, (const char *const[]){ read_other, connect, abstract, run, "loader:/usr/bin/true", truncate_other,
	    empty_other, NULL });

	struct row { uint32_t need; bool done; } rows[] = {
		{ NEED_FS, may_done(text, read_other, "") },
		{ NEED_TRUNCATE, may_done(text, truncate_other, "") || may_done(text, empty_other, "") },
		{ NEED_TCP, may_done(text, connect, "") },
		{ NEED_SCOPE, may_done(text, abstract, "") },
		{ NEED_SOCKETS, may_done(text, run, "") },
		{ NEED_NOEXEC, may_done(text, "loader", "/usr/bin/true") },
	};

	cage_check(cage.enforced.what == WARDEN_ENFORCED, "no record");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool open = (cage.enforced.missing & rows[i].need) != 0;

		if (rows[i].need == NEED_SOCKETS && w.socket[0][0] == '\0')
			continue;
		cage_check(open == rows[i].done, "Landlock %d: %s is %s, and the record says it is %s: %s", abi,
		    rights_need_name(rows[i].need), rows[i].done ? "open" : "closed", open ? "open" : "closed", text);
	}
	may_world_done(&w);
}

static void
the_record_is_true_with_landlock_of_any_age(enum cage_mode mode)
{
	static const int ages[] = { MAY_NEWEST, 6, 4, 2, 1, 0 };

	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++)
		check_truth(mode, ages[i]);
}

/* Never silently open: what is required and cannot be had ends the session before it begins. */
static void
what_is_required_and_not_there_refuses_the_session(enum cage_mode mode)
{
	struct cage cage;

	may_init(&cage, mode, 0);
	cage.start.role.rights.need = NEED_FS;
	cage_check(cage_start(&cage) && !cage_hear(&cage, WARDEN_RUNNING), "it runs");
	cage_check_word(cage.failed.text, "cannot enforce what the role requires: fs");
	cage_done(&cage);
	may_init(&cage, mode, 2);
	cage.start.role.rights.need = NEED_FS | NEED_TRUNCATE | NEED_TCP;
	may_connect(&cage, "5432");
	if (mode == CAGE_ROOT) {	/* the cgroup does it, and lets UDP through if the role has it */
		AUTO_FREE char *text = NULL;

		cage.start.role.rights.flags |= RIGHTS_UDP;
		text = may_try(&cage, (const char *const[]){ "connect:5433", "datagram:53", NULL });
		may_check(text, "connect", "5433", "EPERM");
		may_check(text, "datagram", "53", "done");
		cage_check(cage.enforced.marks & MARK_PORTS_BPF, "by what?");
		return;
	}
	cage_check(cage_start(&cage) && !cage_hear(&cage, WARDEN_RUNNING), "it runs");
	cage_check_word(cage.failed.text, "tcp");
	cage_done(&cage);
}

static void
missing_paths_are_told(enum cage_mode mode)
{
	struct cage cage;
	AUTO_BUF struct buf json;
	AUTO_FREE char *text = NULL;

	may_init(&cage, mode, MAY_NEWEST);
	may_path(&cage, RIGHT_READ, "/does/not/exist");
	may_path(&cage, RIGHT_EXEC, "/nor/does \"this\"");
	free(may_try(&cage, (const char *const[]){ "udp", NULL }));
	cage_check(cage.enforced.skipped_count == 2, "%u paths", cage.enforced.skipped_count);
	buf_init(&json, 2000);
	cage_check(enforced_json(&cage.enforced, &json) == 0, "no text");
	text = buf_text(&json);
	cage_check_word(text, "\"skipped\":[\"/does/not/exist\",\"/nor/does \\\"this\\\"\"],\"skipped_count\":2");
	cage_check_word(text, "\"confined\"");
}

const struct cage_test cage_rights[] = {
	CAGE_CASE(only_the_listed_files_can_be_reached, IN_ALL, true),
	CAGE_CASE(modes_outside_what_may_be_written_stay, IN_ROOT | IN_TRIAL, true),
	CAGE_CASE(only_the_listed_programs_run_and_a_loader_runs_no_other, IN_ALL, true),
	CAGE_CASE(a_loader_runs_nothing_out_of_what_may_only_be_read_or_written, IN_ALL, true),
	CAGE_EVASION("F11", only_the_listed_ports_can_be_reached, IN_ALL, false),
	CAGE_CASE(what_is_granted_of_the_network_works, IN_ALL, false),
	CAGE_EVASION("F11", sockets_are_out_of_sight_unless_granted, IN_ROOT | IN_TRIAL, false),
	CAGE_CASE(a_private_tmp_is_empty_and_goes, IN_ROOT | IN_TRIAL, false),
	CAGE_CASE(a_shell_with_the_baseline_works, IN_ALL, false),
	CAGE_EVASION("F13", sudo_lifts_no_new_privs_and_stays_in_the_cage, IN_ROOT, true),
	CAGE_CASE(limits_of_the_role_hold, IN_ALL, false),
	CAGE_EVASION("F16", the_record_is_true_with_landlock_of_any_age, IN_ALL, false),
	CAGE_EVASION("F16", what_is_required_and_not_there_refuses_the_session, IN_ALL, false),
	CAGE_CASE(missing_paths_are_told, IN_ALL, false),
	CAGE_LAST
};
