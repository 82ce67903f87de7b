/* SPDX-License-Identifier: ISC */
/* The keeper's state, and the start of a session's processes. */
#ifndef POSTERN_RECORDER_KEEPER_KEEPER_H
#define POSTERN_RECORDER_KEEPER_KEEPER_H

#include "lib/wire/messages.h"
#include "recorder/keeper/daemon.h"
#include "recorder/keeper/roletable.h"

#define KEEPER_HASH	8	/* bytes of the policy's SHA-256 that gate and keeper compare */

/* Descriptors that come with a launch, in this order. */
enum launch_fd {
	LAUNCH_CLIENT,	/* the engineer's connection */
	LAUNCH_GATE,	/* the worker's end of its connection with the gate */
	LAUNCH_REC,
	LAUNCH_TAIL,
	LAUNCH_FILE,	/* what the session's child reads: TERM, locale, command */
	LAUNCH_START,	/* the worker's WIRE_START */
	LAUNCH_RULES,	/* the worker's masking rules; with wire_launch's mask only */
	LAUNCH_TRAIL_REC,	/* these two with own_trail only */
	LAUNCH_TRAIL_TAIL,
	LAUNCH_FDS
};

/* A worker that this keeper started: when it has gone, so have its sockets. */
struct keeper_child {
	struct keeper_child	*next;
	pid_t			 worker;
	struct id		 session;
};

/* A warden that was told to end; when it has gone, the gate hears what it left. */
struct keeper_ending {
	struct keeper_ending	*next;
	int			 pidfd;
	struct id		 session;
};

struct keeper {
	struct daemon		 daemon;
	struct roletable	*table;
	struct keeper_child	*children;
	struct keeper_ending	*endings;
	int			 gone;		/* epoll: a warden of `endings` has */
	int			 watch;		/* cgroup for workers and wardens; -1 */
};

/* Makes pty (or pipes) and sockets, starts warden and worker. 0 with the pids in *launched, or negative with nothing left behind. */
int	launch_session(const struct keeper *keeper, const struct wire_launch *launch, const int fds[LAUNCH_FDS],
	    struct wire_launched *launched);

/* Removes the sockets of a session whose worker has gone. */
void	launch_forget(const struct keeper *keeper, const char *id);

/* Removes those of all workers that went while no keeper watched. */
void	launch_sweep(const struct keeper *keeper);

#endif
