/* SPDX-License-Identifier: ISC */
/*
 * A session's own cgroup v2, "postern/ID" below the mount, outside the unit of posternd so that it outlives it. Files as in
 * the kernel's admin-guide/cgroup-v2: cgroup.procs, cgroup.kill, cgroup.events, pids.max.
 */
#ifndef POSTERN_RECORDER_CGROUP_H
#define POSTERN_RECORDER_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_PATH	512

struct cgroup {
	int	dir;			/* the folder; -1: there is none, and every function below does nothing */
	bool	limited;		/* pids.max is set */
	char	path[CGROUP_PATH];
};

/* Makes it, with pids.max if the controller is there and `pids` > 0. 0, ERR_UNSUPPORTED (no cgroup v2) or -errno. */
int	cgroup_make(const char *name, uint32_t pids, struct cgroup *cgroup);

/* The calling process moves into it. Only open and write are called. 0 or -errno. */
int	cgroup_join(const struct cgroup *cgroup);

/* The calling process moves to postern/watch, so that stopping a unit does not stop it. 0 or an error; harmless. */
int	cgroup_outlive(void);

/* Processes in it and below, without `except`; -1 if it cannot be known. */
int64_t	cgroup_count(const struct cgroup *cgroup, pid_t except);

/* SIGKILL for all at once, frozen or not, forking or not. 0 or -errno (before Linux 5.14: -ENOENT). */
int	cgroup_kill(const struct cgroup *cgroup);

/* Waits until nobody is left in it. True if so within `ms`. */
bool	cgroup_wait_empty(const struct cgroup *cgroup, int ms);

/* Removes it with what was made below it, and closes. */
void	cgroup_remove(struct cgroup *cgroup);

#endif
