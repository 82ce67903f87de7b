/* SPDX-License-Identifier: ISC */
/* The end of a session: count, kill by cgroup and by namespace, wait, and count again. */
#include "config.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "recorder/cage/members.h"
#include "recorder/cage/warden.h"

#define END_MS		10000	/* processes that cannot die (in the kernel, on a dead disk) are reported after this */
#define COUNT_MS	500	/* a session that must end is not counted for longer: then the receipt says that the number is not known */

static bool
init_gone(const struct warden *warden, int ms)
{
	struct pollfd p = { .fd = warden->init.fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

/*
 * The cgroup's own list is one read. All of /proc is looked through only where there is no cgroup, or where root inside may
 * have left it: a hundred that fork and flee leave us no time for that.
 */
static int64_t
count_members(const struct warden *warden)
{
	int64_t inside = cgroup_count(&warden->cgroup, warden->init.pid);
	int64_t below;

	if (inside >= 0 && !(warden->start.role.flags & ROLE_SUDO) && warden->account.uid != 0)
		return inside;
	below = members_below(warden->init.pid, warden->init.tracer_pid, COUNT_MS);
	return inside > below ? inside : below;	/* who left the cgroup is still below init */
}

/* Before all that the session runs, where we may: at the end of a bomb there are hundreds who want the processor. */
static void
go_first(void)
{
	static const struct sched_param first = { .sched_priority = 1 };

	(void)sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first);
}

static void
go_on_as_before(void)
{
	static const struct sched_param none;

	(void)sched_setscheduler(0, SCHED_OTHER, &none);
}

static int64_t
count_survivors(const struct warden *warden)
{
	int64_t inside = cgroup_count(&warden->cgroup, 0);
	int64_t spaced = warden->init.space != 0 ? members_inside(warden->init.space) : members_below(getpid(), 0, END_MS);

	return inside > spaced ? inside : spaced;
}

void
warden_reap(const struct warden *warden)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0 ||
		    info.si_pid == warden->init.pid)
			return;
		waitpid(info.si_pid, NULL, WNOHANG);
	}
}

/* The cgroup first: it stops a fork bomb at once. Then pid 1, with which the kernel ends all who left the cgroup. */
static void
end_by_kernel(struct warden *warden, struct warden_receipt *receipt)
{
	receipt->killed = warden->lost || init_gone(warden, 0) ? -1 : count_members(warden);
	cgroup_kill(&warden->cgroup);
	syscall(SYS_pidfd_send_signal, warden->init.fd, SIGKILL, NULL, 0);
	init_gone(warden, END_MS);
	cgroup_wait_empty(&warden->cgroup, END_MS);
}

/* Init stays until the last, so that orphans come to it and are found below us. */
static void
end_by_hand(struct warden *warden, struct warden_receipt *receipt)
{
	struct pollfd tracer = { .fd = warden->init.tracer, .events = POLLIN };
	bool has_tracer = warden->init.tracer_pid > 0 && poll(&tracer, 1, 0) == 0;

	receipt->killed = members_kill_below(warden->init.pid, END_MS);
	syscall(SYS_pidfd_send_signal, warden->init.fd, SIGKILL, NULL, 0);
	init_gone(warden, END_MS);
	receipt->killed += members_kill_below(warden->init.pid, END_MS);
	receipt->killed -= has_tracer;	/* it was with them, and is none of them */
}

void
warden_end(struct warden *warden, struct warden_receipt *receipt)
{
	int64_t began = clock_boot_us();

	*receipt = (struct warden_receipt){ 0 };
	if (warden->init.pid == 0)
		return;
	go_first();
	if (warden->start.flags & SESSION_NO_NAMESPACE)
		end_by_hand(warden, receipt);
	else
		end_by_kernel(warden, receipt);
	receipt->survivors = count_survivors(warden);
	receipt->took_us = clock_boot_us() - began;
	waitpid(warden->init.pid, NULL, WNOHANG);
	members_thaw(TAKE(warden->still, NULL));	/* nobody is left to go on */
	warden->init.pid = 0;
	own_close(&warden->init.fd);
	own_close(&warden->init.link);
	own_close(&warden->init.tracer);
	warden->init.tracer_pid = 0;
	warden_reap(warden);
	go_on_as_before();
}
