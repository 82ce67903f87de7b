/* SPDX-License-Identifier: ISC */
/* The processes that have left a trail: each is held by a pidfd, so that its number cannot become another's unnoticed. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "recorder/trail/exact.h"
#include "recorder/trail/tracer.h"

#define BUCKETS		1024u	/* a power of two */
#define DEPTH_MOST	64	/* ancestors that are looked up for one process */
#define EVENTS		64

/* Linux 6.13, include/uapi/linux/pidfd.h; the exit status came with 6.15. */
struct pidfd_info {
	uint64_t	mask, cgroupid;
	uint32_t	pid, tgid, ppid;
	uint32_t	ids[8];
	int32_t		exit_code;
};
#define INFO_GET	_IOWR(0xff, 11, struct pidfd_info)
#define INFO_EXIT	(UINT64_C(1) << 3)

struct process {
	struct process	*next;
	uint32_t	 pid, ppid;
	int		 fd;
	bool		 executed;
	int64_t		 since_us;	/* of its last exec */
};

static int
open_process(uint32_t pid)
{
	return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

static bool
ask(int fd, uint64_t what, struct pidfd_info *info)
{
	*info = (struct pidfd_info){ .mask = what };
	return ioctl(fd, INFO_GET, info) == 0;
}

/* Whether a process that has been reaped still tells its status: tried, because no version number can be trusted. */
static bool
kernel_tells_exit(void)
{
	struct pidfd_info info;
	AUTO_FD int fd = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(42);
	if (pid < 0)
		return false;
	fd = open_process((uint32_t)pid);
	waitpid(pid, NULL, 0);
	return fd >= 0 && ask(fd, INFO_EXIT, &info) && (info.mask & INFO_EXIT) != 0 && info.exit_code == 42 << 8;
}

int
tracer_watch(struct tracer *t)
{
	t->tells_exit = kernel_tells_exit();
	t->table = own_alloc(BUCKETS * sizeof(struct process *));
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	return t->epoll < 0 ? -errno : 0;
}

static struct process **
find(struct tracer *t, uint32_t pid)
{
	struct process **at = &t->table[pid % BUCKETS];

	while (*at != NULL && (*at)->pid != pid)
		at = &(*at)->next;
	return at;
}

/* A line of /proc/PID/status as a number; 0 if it cannot be read. */
static uint32_t
status_number(const struct tracer *t, uint32_t pid, const char *line)
{
	char path[32], text[2048];
	const char *at;
	AUTO_FD int fd = -1;
	ssize_t n;

	snprintf(path, sizeof path, "%u/status", pid);
	fd = openat(t->proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	at = strstr(text, line);	/* the name above it is escaped, and holds no line break */
	return at != NULL ? (uint32_t)strtoul(at + strlen(line), NULL, 10) : 0;
}

static uint32_t
parent_of(const struct tracer *t, uint32_t pid, int fd)
{
	struct pidfd_info info;

	if (fd >= 0 && ask(fd, 0, &info))
		return info.ppid;
	return status_number(t, pid, "\nPPid:\t");
}

/* Without a descriptor for it, it is told each time anew and its end is not known. */
static void
add_process(struct tracer *t, uint32_t pid, uint32_t ppid, int fd)
{
	struct epoll_event event = { .events = t->tells_exit ? 0 : EPOLLIN, .data.u32 = pid };
	struct process *process;

	if (fd < 0 || epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		own_close(&fd);
		return;
	}
	process = own_alloc(sizeof *process);
	*process = (struct process){ .pid = pid, .ppid = ppid, .fd = fd, .next = t->table[pid % BUCKETS] };
	t->table[pid % BUCKETS] = process;
}

static void
tell_forked(struct tracer *t, uint32_t pid, uint32_t ppid)
{
	struct rec_exec forked = { .what = TRAIL_FORKED, .pid = pid, .ppid = ppid };

	tracer_tell_exec(t, &forked);
}

/* Those above it that are not known: a shell's own children, which start others. Init and what is above it is nobody's. */
static void
add_ancestors(struct tracer *t, uint32_t pid)
{
	for (int depth = 0; depth < DEPTH_MOST && pid > 1 && pid != (uint32_t)getppid() && *find(t, pid) == NULL; depth++) {
		int fd = open_process(pid);
		uint32_t ppid = parent_of(t, pid, fd);

		if (fd < 0 || ppid == 0) {
			own_close(&fd);
			return;
		}
		tell_forked(t, pid, ppid);
		add_process(t, pid, ppid, fd);
		pid = ppid;
	}
}

uint32_t
tracer_process(struct tracer *t, uint32_t tid, bool will_exec, uint32_t *ppid)
{
	const struct process *known = *find(t, tid);
	uint32_t pid = tid;
	int fd;

	if (known == NULL) {
		fd = open_process(tid);
		if (fd < 0) {	/* a thread, unless there is no descriptor left */
			pid = status_number(t, tid, "\nTgid:\t");
			known = *find(t, pid);
			fd = known == NULL && pid != 0 ? open_process(pid) : -1;
		}
		if (known == NULL) {
			*ppid = parent_of(t, pid, fd);
			add_ancestors(t, *ppid);
			if (!will_exec)
				tell_forked(t, pid, *ppid);
			add_process(t, pid, *ppid, fd);
			return pid;
		}
	}
	*ppid = known->ppid;
	return known->pid;
}

void
tracer_executed(struct tracer *t, uint32_t pid)
{
	struct process *process = *find(t, pid);

	if (process == NULL)
		return;
	process->executed = true;
	process->since_us = clock_boot_us();
}

int
tracer_descriptor(struct tracer *t, uint32_t tid, int fd)
{
	const struct process *known = *find(t, tid);
	AUTO_FD int own = known == NULL ? open_process(tid) : -1;

	return (int)syscall(SYS_pidfd_getfd, known != NULL ? known->fd : own, fd, 0);
}

static int32_t
shell_status(int code)
{
	return WIFSIGNALED(code) ? 128 + WTERMSIG(code) : WEXITSTATUS(code);
}

static void
end_process(struct tracer *t, uint32_t pid)
{
	struct process **at = find(t, pid);
	AUTO_FREE struct process *process = *at;
	struct rec_exec exited = { .what = TRAIL_EXITED, .pid = pid, .status = TRAIL_STATUS_UNKNOWN };
	struct pidfd_info info;

	if (process == NULL)
		return;
	*at = process->next;
	if (ask(process->fd, INFO_EXIT, &info) && (info.mask & INFO_EXIT) != 0)
		exited.status = shell_status(info.exit_code);
	exited.duration_us = (uint64_t)(clock_boot_us() - process->since_us);
	if (process->executed)
		tracer_tell_exec(t, &exited);
	exact_forget(t, pid);
	own_close(&process->fd);	/* and it leaves the epoll set */
}

void
tracer_reap(struct tracer *t)
{
	struct epoll_event events[EVENTS];
	int count;

	do {
		count = epoll_wait(t->epoll, events, EVENTS, 0);
		exact_ring_turn(t);	/* what they executed comes before their end */
		for (int i = 0; i < count; i++)
			end_process(t, events[i].data.u32);
	} while (count == EVENTS);
}
