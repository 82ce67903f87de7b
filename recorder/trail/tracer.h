/* SPDX-License-Identifier: ISC */
/*
 * postern-tracer: reads what the processes of a session are about to do, tells the worker, and lets them go on. It runs
 * inside the session's pid namespace, under a uid of its own, and can do nothing but read.
 */
#ifndef POSTERN_RECORDER_TRAIL_TRACER_H
#define POSTERN_RECORDER_TRAIL_TRACER_H

#include <limits.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/record/trail.h"
#include "recorder/trail/exact_ring.h"

#define TRACER_TEXT	PATH_MAX	/* a path, with its NUL */
#define TRACER_ARGS	512		/* arguments that are kept, and the bytes of all and of one */
#define TRACER_ARG_BYTES	8192
#define TRACER_ARG_MOST	4096

#define TRACER_HELD	256	/* execs that wait for an answer; far more than the worker lets wait for people, so the others are soon answered */

struct claim;
struct held;
struct process;
struct seccomp_notif;

struct tracer {
	int		 listener, link, epoll, proc;
	bool		 tells_exit;	/* the kernel does */
	bool		 has_root;
	char		 root[256];	/* of the session, as we see it; "" if it is ours */
	struct process	**table;	/* by pid */
	struct buf	 payload;
	/* The exact record (exact.h). */
	int		 stops;		/* by ptrace; -1 without */
	struct exact_ring ring;		/* by the kernel */
	struct claim	*claims;
	size_t		 claim_count;
	uint64_t	 exact_lost;	/* execs that could not be read */
	/* Execs that the worker is asked about. */
	bool		 asks;
	int		 answers;	/* -1: nobody answers (any more), and nothing may run */
	struct held	*held[TRACER_HELD];
	size_t		 held_count;
};

/* ---- tracer.c */
/* One event for the worker; waits until the pipe takes it. Does not return if the worker has gone. */
void	tracer_tell_exec(struct tracer *tracer, const struct rec_exec *exec);
void	tracer_tell_file(struct tracer *tracer, const struct rec_file *file);

void	tracer_tell_ask(struct tracer *tracer, uint64_t id, const struct rec_exec *exec);
void	tracer_tell_changed(uint64_t id);
/* Lets the call go on (0), or fail with this errno. */
void	tracer_reply(const struct tracer *tracer, uint64_t id, int error);

/* ---- tracer_call.c */
/* What becomes of a call: one of these, or it fails with this errno. */
#define CALL_GOES	0
#define CALL_WAITS	(-1)
#define CALL_REFUSED	EPERM
/* Reads what the call is about and tells it, or asks. `allowed`: it was asked about before, and must still be the same. */
int	tracer_call(struct tracer *tracer, const struct seccomp_notif *notif, const struct held *allowed);

/* ---- tracer_ask.c */
/* Asks the worker, and keeps the call until the answer. */
int	tracer_ask(struct tracer *tracer, const struct seccomp_notif *notif, const struct rec_exec *exec);
bool	tracer_is_same(const struct held *held, const struct rec_exec *exec);
bool	tracer_has_room(const struct tracer *tracer);	/* for another question */
void	tracer_answered(struct tracer *tracer);	/* an answer can be read */

/* ---- tracer_process.c */
int	tracer_watch(struct tracer *tracer);	/* the epoll descriptor; and whether exits can be told. 0 or -errno */
/* The process of a thread, told to the worker if nobody knew of it: its pid; 0 if it has gone. `will_exec`: it is about to. */
uint32_t tracer_process(struct tracer *tracer, uint32_t tid, bool will_exec, uint32_t *ppid);
void	tracer_executed(struct tracer *tracer, uint32_t pid);	/* from now on its end counts */
int	tracer_descriptor(struct tracer *tracer, uint32_t tid, int fd);	/* a copy of one of its descriptors, or -1 */
void	tracer_reap(struct tracer *tracer);	/* those that have ended */

/* ---- tracer_memory.c: of a process that waits */
/* A text of at most size - 1 bytes. Its length, or -1; *is_cut if it is longer. */
ssize_t	memory_text(uint32_t pid, uint64_t address, char *text, size_t size, bool *is_cut);
/* `count` bytes: true if they could be read. */
bool	memory_bytes(uint32_t pid, uint64_t address, void *bytes, size_t count);
/* The arguments at `address` into `args` (TRACER_ARG_BYTES), each with its NUL: the bytes used. *argc: how many there are; *flags of enum trail_flag. */
size_t	memory_args(uint32_t pid, uint64_t address, char *args, uint32_t *argc, unsigned *flags);

/* ---- tracer_sandbox.c */
int	tracer_sandbox(bool traces);	/* `traces`: by ptrace as well. 0 or -errno */

#endif
