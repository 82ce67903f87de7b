/* SPDX-License-Identifier: ISC */
/*
 * postern-warden: one per session, outlives the keeper. It holds PAM, cgroup and init of one session, and ends it on order,
 * when the worker has gone, 2 s after the deadline, or with its own death.
 */
#ifndef POSTERN_RECORDER_CAGE_WARDEN_H
#define POSTERN_RECORDER_CAGE_WARDEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "recorder/cage/account.h"
#include "recorder/cage/cgroup.h"
#include "recorder/keeper/contract.h"

struct members;
struct warden_pam;

/* The session's first process. */
struct warden_init {
	pid_t	pid;	/* as seen from here; 0 = none */
	int	fd;	/* pidfd */
	int	link;	/* socket: struct init_word from it */
	ino_t	space;	/* its pid namespace; 0 in the fallback */
	int	tracer;	/* the tracer's pidfd; -1: there is none */
	pid_t	tracer_pid;	/* which is not one of the session's processes; 0 */
};

struct warden {
	struct warden_start	 start;	/* as handed to init: SESSION_NO_NAMESPACE is added in the fallback */
	struct account		 account;
	struct warden_pam	*pam;
	struct cgroup		 cgroup;
	struct warden_init	 init;
	struct members		*still;		/* stopped one by one, without a cgroup; NULL: none is */
	int			 timer, signals;
	int64_t			 latest_us;	/* boottime behind which no order moves the deadline */
	bool			 running, exited;	/* what the worker was told */
	bool			 lost;			/* init died without a word: the kernel is killing the rest already */
};

/* ---- warden_spawn.c */

/* Starts init in its namespaces, or without them if trial mode must do so. 0, or below zero with a sentence in `why`. */
int	warden_spawn(struct warden *warden, char *why, size_t size);

/* Once more without namespaces, after init could not use the ones it got. The same answers. */
int	warden_spawn_again(struct warden *warden, char *why, size_t size);

/* How the session is held, for people: "pid, mount and ipc namespace, cgroup with at most 512 processes". */
void	warden_held(const struct warden *warden, char *text, size_t size);

/* ---- warden_freeze.c */

/* Every process of the session stands still, or goes on. The deadline goes on either way. *word is what the worker hears. */
void	warden_freeze(struct warden *warden, bool on, struct warden_word *word);

/* ---- warden_end.c */

/* What the end of a session found. */
struct warden_receipt {
	int64_t	killed;		/* -1: not known, because init's death had killed them all */
	int64_t	survivors;
	int64_t	took_us;
};

/* Kills all of the session and waits for it. Safe to call when it has ended by itself. */
void	warden_end(struct warden *warden, struct warden_receipt *receipt);

/* Reaps everything but init, which warden_end waits for. */
void	warden_reap(const struct warden *warden);

#endif
