/* SPDX-License-Identifier: ISC */
/* The processes of a session as /proc shows them: those below a process, or those in a pid namespace. */
#ifndef POSTERN_RECORDER_CAGE_MEMBERS_H
#define POSTERN_RECORDER_CAGE_MEMBERS_H

#include <stdint.h>
#include <sys/types.h>

/* Descendants of `root` without itself and `except` (0: none); zombies do not count. -1 if /proc cannot be read within `ms`. */
int64_t	members_below(pid_t root, pid_t except, int ms);

/* The inode of a process's pid namespace; 0 if it cannot be known. */
ino_t	members_namespace(pid_t pid);

/* Processes in that pid namespace, zombies left out; -1 if /proc cannot be read. */
int64_t	members_inside(ino_t space);

struct members;

/*
 * Without a cgroup: stops (SIGSTOP) every descendant of `root` until no new one appears or `ms` are over, parents first.
 * `except` (0: none) and those that stood already are left out. The list is for members_thaw(), which lets them go on, children first, so that
 * no shell takes its own for stopped; it takes NULL. *count is how many were stopped. NULL if /proc cannot be read.
 */
struct members	*members_freeze(pid_t root, pid_t except, int ms, int64_t *count);
void		 members_thaw(struct members *members);

/*
 * The end without namespaces: stops every descendant of the calling process but `except` until no new one appears,
 * kills them, reaps those that became its children, and starts over until none is left or `ms` are over. Returns how many
 * different ones were killed. Processes that got away from under the caller before are not seen: best effort.
 */
int64_t	members_kill_below(pid_t except, int ms);

#endif
