/* SPDX-License-Identifier: ISC */
/* The second witness of arguments: as root the kernel's own program, where the machine takes one, and ptrace. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "recorder/trail/exact_ring.h"
#include "recorder/trail/frame.h"
#include "tests/e2e/cage_cases.h"
#include "tests/e2e/cage_told.h"

/* Tried once, as the test itself: what init can, it can. */
static bool
kernel_can(void)
{
	static int answer = -1;
	struct exact_program program;

	if (answer >= 0)
		return answer > 0;
	answer = geteuid() == 0 && exact_bpf_open(&program) == 0;
	if (answer > 0)
		exact_bpf_close(&program);
	else
		printf("# THE KERNEL TAKES NO PROGRAM HERE: as root, too, only ptrace is tested\n");
	return answer > 0;
}

static bool
by_kernel(const struct cage *cage)
{
	return cage->mode == CAGE_ROOT && !(cage->start.flags & SESSION_NO_BPF) && kernel_can();
}

static void
exact_init(struct cage *cage, enum cage_mode mode, const char *script)
{
	trail_init(cage, mode, script);
	cage->start.role.flags |= ROLE_EXACT;
}

/* Every program has its witness, and it is the one that this mode must have. */
static char *
exact_through(struct cage *cage, struct told *told)
{
	char *text = trail_through(cage, told);
	bool kernel = by_kernel(cage);

	cage_check(told->witness == (kernel ? TRACER_KERNEL : TRACER_PTRACE), "the witness is %u", told->witness);
	cage_check((cage->enforced.marks & MARK_EXACT) != 0, "no mark of a witness");
	cage_check(((cage->enforced.marks & MARK_EXACT_KERNEL) != 0) == kernel, "the mark says another witness");
	cage_check(told->lost == 0, "%llu could not be read", (unsigned long long)told->lost);
	return text;
}

static long
programs(const struct told *told)
{
	return told->execs - count_of(told->text, "\ntried ");
}

static long
confirmed(const struct told *told)
{
	return count_of(told->text, "\nexecuted ");
}

static long
forged(const struct told *told)
{
	return count_of(told->text, "\nFORGED ");
}

static void
all_confirmed(const struct told *told)
{
	cage_check(forged(told) == 0, "called forged: %s", told->text);
	cage_check(programs(told) == confirmed(told), "%ld programs, %ld confirmed", programs(told), confirmed(told));
}

static char *
forge_script(void)
{
	const char *built = getenv("TOP_BUILDDIR");
	char *script;

	return asprintf(&script, "%s/tests/e2e/forge 100; exit 0", built != NULL ? built : ".") < 0 ? NULL : script;
}

/* The attacker of forge.c wins some of its races, whoever it runs as; each exec is either confirmed or found out. */
static void
forge_in(struct cage *cage)
{
	AUTO_FREE char *text = NULL;
	struct told told;

	text = exact_through(cage, &told);
	cage_check(count_of(text, "took ") == 100, "the attack ran %ld times", count_of(text, "took "));
	cage_check(programs(&told) == confirmed(&told) + forged(&told), "%ld programs, %ld confirmed, %ld forged", programs(&told),
	    confirmed(&told), forged(&told));
	cage_check(forged(&told) > 0, "no race was won in 100");
	free(told.text);
}

static void
every_forged_argument_has_a_witness(enum cage_mode mode)
{
	AUTO_FREE char *script = forge_script();
	struct cage cage;

	exact_init(&cage, mode, script);
	forge_in(&cage);
}

static void
ptrace_takes_over_where_the_kernel_takes_no_program(enum cage_mode mode)
{
	AUTO_FREE char *script = forge_script();
	struct cage cage;

	exact_init(&cage, mode, script);
	cage.start.flags |= SESSION_NO_BPF;
	forge_in(&cage);
}

static void
every_one_of_thousands_of_programs_has_a_witness(enum cage_mode mode)
{
	const char *count = mode == CAGE_ROOT ? "10000" : "2000";	/* by ptrace each costs more */
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *spawned = NULL;
	struct cage cage;
	struct told told;

	if (asprintf(&spawned, "spawned %s", count) < 0)
		return;
	exact_init(&cage, mode, "");
	cage.launch.command[0] = NULL;
	cage_run_probe(&cage, "spawn", count, NULL);
	text = exact_through(&cage, &told);
	if (strstr(text, "no tiny program") != NULL) {
		cage_case.skip = "no tiny program for this processor";
	} else {
		cage_check_word(text, spawned);
		cage_check(confirmed(&told) == atol(count) + 1, "%ld of %s and one confirmed", confirmed(&told), count);
		cage_check(forged(&told) == 0, "%ld are called forged", forged(&told));
	}
	free(told.text);
}

/* Scripts, arguments that are cut, none at all, many at once, descriptors and programs that replace themselves. */
static void
honest_programs_are_confirmed(enum cage_mode mode)
{
	static const char script[] =
	    "cd /tmp && d=$(mktemp -d) && chmod 755 $d && cd $d && printf '#!/bin/sh -e\\nexit 3\\n' >run && chmod 755 run; "
	    "./run a '' c; $d/run; /bin/true $(seq 3000); a=$(printf '%09000d' 7); /bin/true $a; exec true; ";
	static const char more[] = "env true x; sh -c 'exec sh -c \"exec true again\"'; for i in 1 2 3 4 5 6 7 8; do /bin/true $i & done; wait; exit 0";
	AUTO_FREE char *all = NULL;
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	if (asprintf(&all, "(%s) ; %s", script, more) < 0)
		return;
	exact_init(&cage, mode, all);
	text = exact_through(&cage, &told);
	all_confirmed(&told);
	free(told.text);
}

/* Their numbers in there are others; the session's are told. */
static void
programs_in_a_namespace_below_have_a_witness(enum cage_mode mode)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	exact_init(&cage, mode, "unshare -Urpf --kill-child sh -c '/bin/true below; echo pid $$' || echo cannot; exit 0");
	text = exact_through(&cage, &told);
	if (strstr(text, "cannot") != NULL) {
		cage_case.skip = "no namespace can be made inside";
	} else {
		cage_check_word(text, "pid 1");
		cage_check_word(told.text, ": /bin/true below");
		all_confirmed(&told);
	}
	free(told.text);
}

static void
debuggers_work_where_the_kernel_is_the_witness(enum cage_mode mode)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	exact_init(&cage, mode, "strace -f -e trace=execve /bin/echo traced 2>&1; "
	    "command -v gdb >/dev/null && gdb -nx -batch -ex run -ex 'print 6 * 7' --args /bin/echo debugged; exit 0");
	if (access("/usr/bin/strace", X_OK) < 0) {
		cage_case.skip = "no strace here";
		return;
	}
	if (!by_kernel(&cage)) {
		cage_case.skip = "the kernel takes no program here, and beside ptrace no debugger works";
		return;
	}
	text = exact_through(&cage, &told);
	cage_check_word(text, "traced");
	cage_check_word(text, "execve(\"/bin/echo\", [\"/bin/echo\", \"traced\"]");
	if (access("/usr/bin/gdb", X_OK) == 0) {
		cage_check_word(text, "debugged");
		cage_check_word(text, "exited normally");
		cage_check_word(text, "= 42");
	} else {
		printf("# no gdb here: only strace is tested\n");
	}
	cage_check(forged(&told) == 0, "called forged: %s", told.text);
	free(told.text);
}

/* `count` programs with long arguments in the session's namespace, whose calls nobody is told of; 0 if all have run. */
static int
visit(pid_t init, int count)
{
	char word[4000], path[64];
	char *argv[] = { (char[]){ "true" }, word, word, NULL };
	char *environment[] = { NULL };
	int space, status = 0;

	memset(word, 'w', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)init);
	space = open(path, O_RDONLY | O_CLOEXEC);
	if (space < 0 || setns(space, CLONE_NEWPID) < 0)
		return 1;
	for (int i = 0; i < count && status == 0; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execve("/bin/true", argv, environment);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			status = 1;
	}
	return status;
}

/*
 * A root outside can bring programs into the session that its filter does not see: nobody claimed them. While the tracer
 * stands still they fill the ring, and what has no room there is counted: told and counted are all.
 */
static void
programs_that_nobody_claimed_are_told_or_counted(enum cage_mode mode)
{
	enum { VISITS = 300 };
	AUTO_FREE char *ready = NULL;
	struct cage cage;
	struct told told;
	pid_t tracer, visitor;
	int status = -1;

	if (!kernel_can()) {
		cage_case.skip = "the kernel takes no program here";
		return;
	}
	exact_init(&cage, mode, "echo ready; read line; exit 0");
	trail_begin(&cage, &told);
	if (!cage_running(&cage))
		return;
	ready = cage_output(&cage, "ready");
	tracer = trail_tracer(&cage);
	cage_check(tracer > 0 && kill(tracer, SIGSTOP) == 0, "there is no tracer");
	fflush(stdout);
	visitor = fork();
	if (visitor == 0)
		_exit(visit((pid_t)cage.running.pid, VISITS) == 0 ? 0 : 1);
	cage_check(waitpid(visitor, &status, 0) == visitor && status == 0, "nothing can be brought in");
	if (tracer > 0)
		kill(tracer, SIGCONT);
	cage_check(write(cage.in, "\n", 1) == 1, "no input");
	cage_check(cage_hear(&cage, WARDEN_RECEIPT), "no receipt");
	cage_check(cage_done(&cage) == 0, "the warden fails");
	trail_end(&told);
	cage_check(told.lost > 0, "none was lost");
	cage_check(forged(&told) > 0, "none was told");
	cage_check((long)told.lost + forged(&told) == VISITS, "%ld were told and %llu lost of %d", forged(&told), (unsigned long long)told.lost, VISITS);
	free(told.text);
}

/* A machine on which nobody may trace and no program may be loaded, for this process and all that comes of it. */
static bool
refuse_witnesses(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof steps / sizeof steps[0], steps };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

static void
without_witnesses(enum cage_mode mode)
{
	AUTO_FREE char *text = NULL;
	struct cage cage;
	struct told told;

	cage_check(refuse_witnesses(), "no filter");
	exact_init(&cage, mode, "echo runs; exit 0");
	cage.start.role.rights.need = NEED_EXACT;
	cage_check(cage_start(&cage), "the warden does not start");
	cage_check(!cage_hear(&cage, WARDEN_RUNNING), "it runs: %s", cage.running.text);
	cage_check_word(cage.failed.text, "cannot enforce what the role requires: exact");
	cage_check(cage_alive(&cage) == 0 && cage_done(&cage) != 0, "something runs");
	exact_init(&cage, mode, "echo runs; exit 0");
	text = trail_through(&cage, &told);
	cage_check_word(text, "runs");
	cage_check(told.witness == TRACER_CLAIMED && confirmed(&told) == 0, "the witness is %u", told.witness);
	cage_check((cage.enforced.marks & (MARK_EXACT | MARK_EXACT_KERNEL)) == 0, "it has the mark of a witness");
	cage_check((cage.enforced.missing & NEED_EXACT) != 0, "it does not say what is missing");
	free(told.text);
}

/* In a process of its own, for a filter stays. */
static void
without_a_witness_a_role_that_requires_one_is_refused(enum cage_mode mode)
{
	pid_t pid;
	int status = -1;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);	/* which is done by ptrace */
		without_witnesses(mode);
		fflush(stdout);
		_exit(cage_case.fine ? 0 : 1);
	}
	cage_check(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "it went otherwise");
}

const struct cage_test cage_exacts[] = {
	CAGE_EVASION("F1", every_forged_argument_has_a_witness, IN_ALL, false),
	CAGE_CASE(ptrace_takes_over_where_the_kernel_takes_no_program, IN_ROOT, false),
	CAGE_CASE(every_one_of_thousands_of_programs_has_a_witness, IN_ROOT | IN_TRIAL, false),
	CAGE_CASE(honest_programs_are_confirmed, IN_ALL, true),
	CAGE_CASE(programs_in_a_namespace_below_have_a_witness, IN_ROOT, false),
	CAGE_CASE(programs_that_nobody_claimed_are_told_or_counted, IN_ROOT, false),
	CAGE_CASE(without_a_witness_a_role_that_requires_one_is_refused, IN_ALL, true),
	CAGE_CASE(debuggers_work_where_the_kernel_is_the_witness, IN_ROOT, false),
	CAGE_LAST
};
