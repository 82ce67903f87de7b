/* SPDX-License-Identifier: ISC */
/* From the warden to postern-init: namespaces, cgroup, user map, descriptors, exec. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/cage/caps.h"
#include "recorder/cage/members.h"
#include "recorder/cage/warden.h"

#define SPACES		((uint64_t)(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC))
#define TRIAL_CAPS	(UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_SETPCAP | UINT64_C(1) << CAP_SYS_CHROOT | UINT64_C(1) << CAP_SYS_PTRACE)

/* Everything the new process needs, made ready before it exists. */
struct spawn {
	const struct warden	*warden;
	char			*program;
	int			 start, link;
	int			 watch;		/* INIT_WATCH */
	bool			 in_cgroup;	/* the kernel has put it there already */
};

static bool
has(const struct warden *warden, uint32_t flag)
{
	return (warden->start.flags & flag) != 0;
}

static uint64_t
clone_flags(const struct warden *warden)
{
	if (has(warden, SESSION_NO_NAMESPACE))
		return 0;
	return SPACES | (has(warden, SESSION_TRIAL) ? CLONE_NEWUSER : 0u) | (has(warden, SESSION_NO_NETWORK) ? CLONE_NEWNET : 0u);
}

/*
 * clone3 with the cgroup, then without it (the caller joins by hand); clone where clone3 is refused, as in some
 * containers. Arguments of clone as on all of Linux's architectures but s390.
 */
static pid_t
clone_process(struct spawn *spawn, int *pidfd)
{
	uint64_t flags = clone_flags(spawn->warden) | CLONE_PIDFD;
	struct clone_args args = {
		.flags = flags | CLONE_INTO_CGROUP, .pidfd = (uintptr_t)pidfd, .exit_signal = SIGCHLD,
		.cgroup = (unsigned)spawn->warden->cgroup.dir
	};
	pid_t pid = -1;

	spawn->in_cgroup = true;
	if (spawn->warden->cgroup.dir >= 0)
		pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid >= 0)
		return pid;
	spawn->in_cgroup = false;
	return (pid_t)syscall(SYS_clone, (unsigned long)flags | SIGCHLD, NULL, pidfd, NULL, NULL);
}

static int
write_map(const char *path, const char *text)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fdio_write(fd, text, strlen(text));
}

/* One's own uid and gid, mapped to themselves: nobody else exists in there, and root least of all. */
static int
map_self(uid_t uid, gid_t gid)
{
	char text[64];
	int r;

	snprintf(text, sizeof text, "%u %u 1\n", (unsigned)uid, (unsigned)uid);
	r = write_map("/proc/self/uid_map", text);
	if (r == 0)
		r = write_map("/proc/self/setgroups", "deny");
	snprintf(text, sizeof text, "%u %u 1\n", (unsigned)gid, (unsigned)gid);
	return r == 0 ? write_map("/proc/self/gid_map", text) : r;
}

/* In the new process. Falls through to the exit with the error that the parent reads from the link. */
static int
enter(const struct spawn *spawn, uid_t uid, gid_t gid)
{
	const struct warden *warden = spawn->warden;
	bool tty = has(warden, SESSION_TTY);
	const int sources[] = { spawn->start, spawn->link, WARDEN_IN, tty ? -1 : WARDEN_OUT, tty ? -1 : WARDEN_ERR,
		WARDEN_LAUNCH, WARDEN_TRAIL, WARDEN_ANSWERS, spawn->watch };
	static const int targets[] = { INIT_START, INIT_LINK, WARDEN_IN, WARDEN_OUT, WARDEN_ERR, WARDEN_LAUNCH, INIT_TRAIL, INIT_ANSWERS, INIT_WATCH };
	char *argv[] = { spawn->program, NULL };
	char *environment[] = { NULL };
	int r = 0;

	if (clone_flags(warden) != 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	if (!spawn->in_cgroup && cgroup_join(&warden->cgroup) < 0)
		return -EPERM;
	if (clone_flags(warden) & CLONE_NEWUSER)
		r = map_self(uid, gid);
	if (r == 0 && clone_flags(warden) & CLONE_NEWUSER)
		r = caps_keep_over_exec(TRIAL_CAPS);
	if (r == 0)
		r = fdio_arrange(sources, targets, sizeof sources / sizeof sources[0], INIT_LAST);
	if (r < 0)
		return r;
	execve(spawn->program, argv, environment);
	return -errno;
}

static void become_init(const struct spawn *spawn, uid_t uid, gid_t gid) __attribute__((noreturn));

static void
become_init(const struct spawn *spawn, uid_t uid, gid_t gid)
{
	struct init_word word = { .what = INIT_FAILED, .exit_status = SESSION_NO_NAMESPACE };
	int link = fcntl(spawn->link, F_DUPFD_CLOEXEC, 100);	/* out of the way of the descriptors being arranged */
	int r = enter(spawn, uid, gid);

	snprintf(word.text, sizeof word.text, "postern-init cannot be started: %s", err_text(r));
	(void)send(link, &word, sizeof word, MSG_NOSIGNAL);
	(void)send(INIT_LINK, &word, sizeof word, MSG_NOSIGNAL);
	_exit(SESSION_NO_COMMAND);
}

/*
 * In trial mode the new process writes its own maps, and /proc/self/uid_map belongs to root while a process is not
 * dumpable: so for the moment of the clone this one is, as it was before its start.
 */
static int
clone_init(struct warden *warden, struct spawn *spawn, int link)
{
	bool trial = has(warden, SESSION_TRIAL);
	uid_t uid = getuid();
	gid_t gid = getgid();
	int pidfd = -1;
	pid_t pid;

	if (trial)
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid = clone_process(spawn, &pidfd);
	if (pid == 0)
		become_init(spawn, uid, gid);
	pid = pid < 0 ? -errno : pid;
	if (trial)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (pid < 0)
		return pid;
	warden->init = (struct warden_init){ .pid = pid, .fd = pidfd, .link = link, .tracer = -1,
		.space = clone_flags(warden) != 0 ? members_namespace(pid) : 0 };
	return 0;
}

static int
spawn_once(struct warden *warden)
{
	AUTO_FREE char *program = place_program("postern-init");
	AUTO_FD int start = fdio_memory("postern-start", &warden->start, sizeof warden->start);	/* with what the warden has decided */
	AUTO_FD int ours = -1, theirs = -1;
	AUTO_FD int watch = warden->cgroup.dir >= 0 && warden->start.role.trail != ROLE_TRAIL_OFF ? cgroup_watch() : -1;
	struct spawn spawn = { .warden = warden, .program = program, .start = start, .watch = watch };
	int ends[2];
	int r;

	if (start < 0)
		return start;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	ours = ends[0];
	theirs = ends[1];
	spawn.link = theirs;
	r = clone_init(warden, &spawn, ours);
	if (r == 0)
		(void)TAKE(ours, -1);
	return r;
}

int
warden_spawn_again(struct warden *warden, char *why, size_t size)
{
	int r;

	warden->start.flags &= ~(uint32_t)SESSION_NO_NETWORK;
	warden->start.flags |= SESSION_NO_NAMESPACE;
	r = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : spawn_once(warden);
	if (r < 0)
		snprintf(why, size, "the session's first process cannot be started: %s", err_text(r));
	return r;
}

int
warden_spawn(struct warden *warden, char *why, size_t size)
{
	int r;

	if (has(warden, SESSION_NO_NAMESPACE))
		return warden_spawn_again(warden, why, size);
	if (rights_no_network(&warden->start.role.rights))
		warden->start.flags |= SESSION_NO_NETWORK;
	r = spawn_once(warden);
	if (r < 0 && has(warden, SESSION_NO_NETWORK)) {	/* its filter refuses such sockets as well */
		warden->start.flags &= ~(uint32_t)SESSION_NO_NETWORK;
		r = spawn_once(warden);
	}
	if (r < 0 && has(warden, SESSION_TRIAL))
		return warden_spawn_again(warden, why, size);
	if (r < 0)
		snprintf(why, size, "the session's namespaces cannot be made: %s", err_text(r));
	return r;
}

void
warden_held(const struct warden *warden, char *text, size_t size)
{
	const char *spaces = has(warden, SESSION_TRIAL) ? "user, pid, mount and ipc namespace" : "pid, mount and ipc namespace";

	if (has(warden, SESSION_NO_NAMESPACE))
		snprintf(text, size, "no namespaces: kill is best effort, other files of this uid are reachable");
	else if (has(warden, SESSION_TRIAL))
		snprintf(text, size, "%s; no cgroup in trial mode", spaces);
	else if (warden->cgroup.dir < 0)
		snprintf(text, size, "%s; no cgroup v2 that can be written to", spaces);
	else if (warden->cgroup.limited)
		snprintf(text, size, "%s, cgroup with at most %u processes", spaces, warden->start.role.pids_max);
	else
		snprintf(text, size, "%s, cgroup without a limit of processes", spaces);
}
