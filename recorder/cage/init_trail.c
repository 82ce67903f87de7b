/* SPDX-License-Identifier: ISC */
/* From init to postern-tracer, and the listener from the session's child to it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/cage/caps.h"
#include "recorder/cage/init_trail.h"
#include "recorder/cage/plan.h"
#include "recorder/keeper/contract.h"
#include "recorder/trail/exact_ring.h"
#include "recorder/trail/filter_trail.h"
#include "recorder/trail/frame.h"

#define FINISH_MS	500

/* A uid of its own, and no right but to read other accounts' memory; in trial mode that of this namespace. */
static int
become_tracer(const struct warden_start *start)
{
	bool trial = (start->flags & SESSION_TRIAL) != 0;
	int r = 0;

	if (trial && (start->flags & SESSION_NO_NAMESPACE))
		return caps_drop_all();
	if (!trial && (setgroups(0, NULL) < 0 || setresgid(start->tracer_gid, start->tracer_gid, start->tracer_gid) < 0 ||
	    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setresuid(start->tracer_uid, start->tracer_uid, start->tracer_uid) < 0))
		return -errno;
	if (trial)
		r = caps_drop_inherited();
	return r < 0 ? r : caps_keep_over_exec(UINT64_C(1) << CAP_SYS_PTRACE);
}

static bool
is_exact(const struct warden_start *start)
{
	return (start->role.flags & ROLE_EXACT) != 0;
}

static bool
does_ask(const struct warden_start *start)
{
	return (start->role.flags & ROLE_ASKS) != 0;
}

static void __attribute__((noreturn))
run_tracer(const struct warden_start *start, const char *program, int link, const struct exact_program *exact_program)
{
	const int sources[] = { INIT_TRAIL, link, exact_program->ring, exact_program->lost, exact_program->link,
		does_ask(start) ? INIT_ANSWERS : -1 };
	static const int targets[] = { TRACER_OUT, TRACER_LINK, TRACER_RING, TRACER_LOST, TRACER_PROGRAM, TRACER_ANSWERS };
	char exact[] = TRACER_WANTS_EXACT, asks[] = TRACER_WANTS_ANSWERS;
	char *argv[] = { (char *)(uintptr_t)program, NULL, NULL, NULL };
	char *environment[] = { NULL };
	size_t words = 1;

	if (is_exact(start))
		argv[words++] = exact;
	if (does_ask(start))
		argv[words++] = asks;

	if (fdio_arrange(sources, targets, sizeof sources / sizeof sources[0], TRACER_LAST) == 0 && become_tracer(start) == 0)
		execve(program, argv, environment);
	_exit(SESSION_NO_COMMAND);
}

/* Beside the session's cgroup, not in it: it must go on while a session is frozen, and is none of its processes. */
static pid_t
fork_beside(int *pidfd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD, .pidfd = (uintptr_t)pidfd, .exit_signal = SIGCHLD, .cgroup = INIT_WATCH
	};
	pid_t pid = -1;

	if (fcntl(INIT_WATCH, F_GETFD) >= 0)
		pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	return pid >= 0 ? pid : (pid_t)syscall(SYS_clone, (unsigned long)(CLONE_PIDFD | SIGCHLD), NULL, pidfd, NULL, NULL);
}

static int
tell_warden(int pidfd)
{
	struct init_word word = { .what = INIT_TRACER };

	return fdio_send(INIT_LINK, &word, sizeof word, &pidfd, 1);
}

static int
start_tracer(const struct warden_start *start, struct init_trail *trail)
{
	AUTO_FREE char *program = place_program("postern-tracer");
	AUTO(exact_bpf_close) struct exact_program exact = { -1, -1, -1 };
	AUTO_FD int ours = -1, theirs = -1, pidfd = -1;
	uint8_t ready;
	int ends[2];
	int r;

	if (!(start->flags & SESSION_TRIAL) && start->tracer_uid == 0)
		return -EPERM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	ours = fcntl(ends[0], F_DUPFD_CLOEXEC, INIT_LAST + 1);	/* not one of the numbers that init closes */
	theirs = ends[1];
	close(ends[0]);
	if (is_exact(start) && !(start->flags & (SESSION_TRIAL | SESSION_NO_BPF)))
		(void)exact_bpf_open(&exact);	/* without it the tracer tries ptrace, and says which it was */
	trail->pid = ours < 0 ? -1 : fork_beside(&pidfd);
	if (trail->pid == 0)
		run_tracer(start, program, theirs, &exact);
	if (trail->pid < 0)
		return -errno;
	own_close(&theirs);
	r = fdio_read(ours, &ready, sizeof ready);
	if (r < 0)
		return r;
	trail->link = TAKE(ours, -1);
	trail->witness = ready;
	return tell_warden(pidfd);
}

int
init_trail_start(const struct warden_start *start, struct init_trail *trail, char *why, size_t size)
{
	int r = start->role.trail != ROLE_TRAIL_OFF ? start_tracer(start, trail) : 0;

	close(INIT_TRAIL);
	close(INIT_ANSWERS);
	close(INIT_WATCH);
	if (r < 0)
		snprintf(why, size, "the trail cannot begin: %s", err_text(r));
	return r;
}

/* With the session's /proc: the tracer was there before its mounts, and in a chroot stays outside of them. */
static int
hand_over(int link, int listener, int proc)
{
	static const uint8_t here = 1;
	const int fds[] = { listener, proc };

	return fdio_send(link, &here, sizeof here, fds, 2);
}

int
init_trail_listen(struct plan *plan, const struct init_trail *trail, char *why, size_t size)
{
	bool reads = plan->start->role.trail == ROLE_TRAIL_READS;
	AUTO_FD int listener = -1;
	AUTO_FD int proc = -1;
	int r;

	if (trail->link < 0)
		return 0;
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);	/* behind the filter this would wait for a tracer that has no listener yet */
	listener = proc < 0 ? -errno : filter_trail_install(reads, trail->pid);
	if (listener >= 0) {
		plan->enforced.marks |= MARK_TRAIL | (reads ? MARK_TRAIL_READS : 0u);
		r = hand_over(trail->link, listener, proc);
	} else {
		r = listener;
		plan->enforced.marks &= ~(uint32_t)(MARK_EXACT | MARK_EXACT_KERNEL);
		snprintf(why, size, "this machine lets no tracer listen: %s", err_text(r));
		if (does_ask(plan->start))
			snprintf(why, size, "the role has guards on exec, and without a tracer nobody asks them: %s", err_text(r));
		else if (plan->start->flags & SESSION_TRIAL)
			r = fdio_send(trail->link, why, strlen(why), NULL, 0);
		else
			snprintf(why, size, "the trail cannot be kept: %s; a role with `trail: off` runs without one", err_text(r));
		return r;
	}
	if (r < 0)
		snprintf(why, size, "the tracer does not hear: %s", err_text(r));
	return r;
}

void
init_trail_finish(struct init_trail *trail)
{
	struct pollfd p = { .fd = trail->link, .events = POLLIN };

	if (trail->link < 0 || shutdown(trail->link, SHUT_WR) < 0)
		return;
	poll(&p, 1, FINISH_MS);
	own_close(&trail->link);
}
