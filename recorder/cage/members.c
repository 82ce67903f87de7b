/* SPDX-License-Identifier: ISC */
/* Walks over /proc. The snapshot is never exact while processes fork, so who must be sure asks again. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "recorder/cage/members.h"

struct member {
	pid_t			pid;
	pid_t			parent;
	pid_t			group;
	bool			zombie;
	bool			stopped;
	bool			below;
	unsigned long long	started;	/* tells a pid that was used again */
};

struct members {
	struct member	*list;
	size_t		 count, room;
};

static void
members_done(struct members *members)
{
	free(members->list);
	*members = (struct members){ 0 };
}

#define AUTO_MEMBERS __attribute__((cleanup(members_done)))

/* /proc/PID/stat (proc(5)): "PID (NAME) STATE PARENT ..."; the name may hold anything, so its end is the last ')'. */
static bool
read_member(pid_t pid, struct member *member)
{
	char path[64], text[1024], state;
	AUTO_FD int fd = -1;
	const char *rest;
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	rest = strrchr(text, ')');
	*member = (struct member){ .pid = pid };
	if (rest == NULL || sscanf(rest + 1, " %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
	    &state, &member->parent, &member->group, &member->started) != 4)
		return false;
	member->zombie = state == 'Z' || state == 'X';
	member->stopped = state == 'T' || state == 't';
	return true;
}

static void
members_add(struct members *members, const struct member *member)
{
	if (members->count == members->room) {
		members->room = members->room == 0 ? 256 : 2 * members->room;
		members->list = own_grow(members->list, members->room, sizeof *members->list);
	}
	members->list[members->count++] = *member;
}

static int
by_pid(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Whoever may not wait for all of it gives a boottime at which it is given up; INT64_MAX: all of it. */
static int
members_read(struct members *members, int64_t until_us)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	struct member member;
	bool late = false;

	if (proc == NULL)
		return -errno;
	while (!late && (entry = readdir(proc)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]) && read_member((pid_t)strtol(entry->d_name, NULL, 10), &member))
			members_add(members, &member);
		late = until_us != INT64_MAX && clock_boot_us() > until_us;
	}
	closedir(proc);
	if (members->count > 0)
		qsort(members->list, members->count, sizeof *members->list, by_pid);
	return late ? -ETIMEDOUT : 0;
}

static bool
is_below(const struct members *members, pid_t parent, pid_t root)
{
	struct member key = { .pid = parent };
	const struct member *found;

	if (parent == root)
		return true;
	found = bsearch(&key, members->list, members->count, sizeof *members->list, by_pid);
	return found != NULL && found->below;
}

/* Marks the descendants; pids wrap, so a child may stand before its parent and passes repeat until nothing changes. */
static void
members_mark(struct members *members, pid_t root)
{
	bool changed = members->count > 0;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < members->count; i++) {
			struct member *m = &members->list[i];

			if (!m->below && m->pid != root && is_below(members, m->parent, root))
				m->below = changed = true;
		}
	}
}

int64_t
members_below(pid_t root, pid_t except, int ms)
{
	AUTO_MEMBERS struct members members = { 0 };
	int64_t count = 0;

	if (members_read(&members, clock_boot_us() + (int64_t)ms * 1000) < 0)
		return -1;
	members_mark(&members, root);
	for (size_t i = 0; i < members.count; i++)
		count += members.list[i].below && !members.list[i].zombie && members.list[i].pid != except;
	return count;
}

ino_t
members_namespace(pid_t pid)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

int64_t
members_inside(ino_t space)
{
	AUTO_MEMBERS struct members members = { 0 };
	int64_t count = 0;

	if (space == 0 || members_read(&members, INT64_MAX) < 0)
		return -1;
	for (size_t i = 0; i < members.count; i++)
		count += !members.list[i].zombie && members_namespace(members.list[i].pid) == space;
	return count;
}

/* By pidfd, and only if the pid still means the same process: a pid may be used again between look and kill. */
static bool
member_signal(const struct member *member, int signal)
{
	struct member now;
	AUTO_FD int fd = (int)syscall(SYS_pidfd_open, member->pid, 0);

	if (fd < 0 || !read_member(member->pid, &now) || now.started != member->started)
		return false;
	return syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) == 0;
}

/*
 * Stops a process and its whole group. A group gets a signal at once, and a fork under way is undone and sees it first, so
 * that a lineage which flees by forking is caught in one stroke. All groups below the session's command were made
 * there (it leads a session of its own); before that it is in ours, which is left alone.
 */
static bool
member_stop(const struct member *member)
{
	if (member->group > 1 && member->group != getpgrp())
		kill(-member->group, SIGSTOP);
	return member_signal(member, SIGSTOP);
}

static bool
is_known(const struct members *known, const struct member *member)
{
	for (size_t i = 0; i < known->count; i++)
		if (known->list[i].pid == member->pid && known->list[i].started == member->started)
			return true;
	return false;
}

/* One look: stops those that are new and adds them to `known`. How many live ones there are; -1 without /proc. */
static int64_t
stop_new(pid_t except, struct members *known, size_t *fresh)
{
	AUTO_MEMBERS struct members members = { 0 };
	int64_t live = 0;

	*fresh = 0;
	if (members_read(&members, INT64_MAX) < 0)
		return -1;
	members_mark(&members, getpid());
	for (size_t i = 0; i < members.count; i++) {
		struct member *m = &members.list[i];

		if (!m->below || m->zombie || m->pid == except)
			continue;
		live++;
		if (is_known(known, m) || !member_stop(m))
			continue;
		members_add(known, m);
		++*fresh;
	}
	return live;
}

/* Once more for all who come straight below `root`, where those end up whose parents flee: no time for a look at everybody. */
static bool
stop_children(pid_t root, pid_t except, struct members *known)
{
	AUTO_FILE FILE *file = NULL;
	struct member member;
	char path[64];
	bool fresh = false;
	int pid;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)root, (int)root);
	file = fopen(path, "re");
	while (file != NULL && fscanf(file, "%d", &pid) == 1) {
		if (!read_member(pid, &member) || member.parent != root || member.zombie || pid == except || is_known(known, &member))
			continue;
		if (!member_stop(&member))
			continue;
		members_add(known, &member);
		fresh = true;
	}
	return fresh;
}

static void
reap(pid_t except)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0 || info.si_pid == except)
			return;
		waitpid(info.si_pid, NULL, WNOHANG);
	}
}

int64_t
members_kill_below(pid_t except, int ms)
{
	static const struct timespec pause = { .tv_nsec = 1000000 };
	AUTO_MEMBERS struct members known = { 0 };
	int64_t end = clock_boot_us() + (int64_t)ms * 1000;
	size_t fresh;
	int64_t live;

	do {
		do {
			while ((stop_children(getpid(), except, &known) || (except != 0 && stop_children(except, except, &known))) &&
			    clock_boot_us() < end)
				;
			live = stop_new(except, &known, &fresh);
		} while (fresh > 0 && clock_boot_us() < end);
		for (size_t i = 0; i < known.count; i++)
			member_signal(&known.list[i], SIGKILL);
		reap(except);
		if (live > 0)
			nanosleep(&pause, NULL);
	} while (live > 0 && clock_boot_us() < end);
	return (int64_t)known.count;
}

/* One look: stops those below `root` that still run. How many of them; -1 without /proc. */
static int64_t
stop_running(pid_t root, pid_t except, struct members *known)
{
	AUTO_MEMBERS struct members members = { 0 };
	int64_t fresh = 0;

	if (members_read(&members, INT64_MAX) < 0)
		return -1;
	members_mark(&members, root);
	for (size_t i = 0; i < members.count; i++) {
		const struct member *m = &members.list[i];

		if (!m->below || m->zombie || m->stopped || m->pid == except || is_known(known, m) || !member_signal(m, SIGSTOP))
			continue;
		members_add(known, m);
		fresh++;
	}
	return fresh;
}

struct members *
members_freeze(pid_t root, pid_t except, int ms, int64_t *count)
{
	struct members *known = own_alloc(sizeof *known);
	int64_t end = clock_boot_us() + (int64_t)ms * 1000;
	int64_t fresh;

	do
		fresh = stop_running(root, except, known);
	while (fresh > 0 && clock_boot_us() < end);
	*count = (int64_t)known->count;
	if (fresh >= 0)
		return known;
	members_thaw(known);
	return NULL;
}

void
members_thaw(struct members *members)
{
	if (members == NULL)
		return;
	for (size_t i = members->count; i-- > 0;)
		member_signal(&members->list[i], SIGCONT);
	members_done(members);
	free(members);
}
