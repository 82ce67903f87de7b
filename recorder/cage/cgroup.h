/* SPDX-License-Identifier: ISC */
/*
 * A session's own cgroup v2, "postern/ID" below the mount, outside the unit of posternd so that it outlives it. Files as in
 * the kernel's admin-guide/cgroup-v2: cgroup.procs, cgroup.kill, cgroup.events, pids.max.
 */
#ifndef POSTERN_RECORDER_CAGE_CGROUP_H
#define POSTERN_RECORDER_CAGE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_PATH	512

struct cgroup {
	int	dir;			/* the folder; -1: there is none, and every function below does nothing */
	bool	limited;		/* pids.max is set */
	char	path[CGROUP_PATH];
};

/* Where the first cgroup v2 is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside the old ones. 0 or ERR_UNSUPPORTED. */
int	cgroup_mount(char *point, size_t size);

/* Makes it, with pids.max if the controller is there and `pids` > 0. 0, ERR_UNSUPPORTED (no cgroup v2) or -errno. */
int	cgroup_make(const char *name, uint32_t pids, struct cgroup *cgroup);

/* The calling process moves into it. Only open and write are called. 0 or -errno. */
int	cgroup_join(const struct cgroup *cgroup);

/*
 * For the keeper: the folder postern/watch, to start workers and wardens in (clone3 with CLONE_INTO_CGROUP), outside the
 * unit of posternd. Moving a running process there would work as well, but stops every fork of the machine for
 * milliseconds. A descriptor, ERR_UNSUPPORTED or -errno: then they stay in the unit, which has KillMode=process.
 */
int	cgroup_watch(void);

/* Processes in it and below, without `except`; -1 if it cannot be known. */
int64_t	cgroup_count(const struct cgroup *cgroup, pid_t except);

/* SIGKILL for all at once, frozen or not, forking or not. 0 or -errno (before Linux 5.14: -ENOENT). */
int	cgroup_kill(const struct cgroup *cgroup);

/*
 * Every process in it and below stops where it is, or goes on; SIGKILL works either way. 0 when all stand (or go), 1 if
 * some in the kernel take longer than a moment, ERR_UNSUPPORTED without a cgroup, or -errno.
 */
int	cgroup_freeze(const struct cgroup *cgroup, bool on);

/* Waits until nobody is left in it. True if so within `ms`. */
bool	cgroup_wait_empty(const struct cgroup *cgroup, int ms);

/* Removes it with what was made below it, and closes. */
void	cgroup_remove(struct cgroup *cgroup);

#endif
