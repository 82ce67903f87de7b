/* SPDX-License-Identifier: ISC */
/*
 * The kernel's own word on each exec of a session: a small program at its tracepoint sched_process_exec, made and loaded by
 * the session's init while that is root, and the ring through which the tracer hears it. Linux 5.8 and BTF.
 */
#ifndef POSTERN_RECORDER_TRAIL_EXACT_RING_H
#define POSTERN_RECORDER_TRAIL_EXACT_RING_H

#include <stdint.h>

#define EXACT_RING_BYTES	(1u << 20)	/* a power of two; some eighty of the longest records */
#define EXACT_NAME_MOST		4096u		/* bytes of a name, its NUL counted */
#define EXACT_ARGS_MOST		8192u		/* bytes of the arguments that are kept, as of those that are claimed */

/* One exec. Behind it `name_bytes` of the name with its NUL, then `args_bytes` of the arguments. */
struct exact_record {
	uint32_t	pid;		/* in the namespace of the session */
	uint32_t	name_bytes;
	uint32_t	args_bytes;
	uint32_t	is_cut;		/* 1: there were more */
};

/* What init hands to the tracer; all -1 if there is none. */
struct exact_program {
	int	link;	/* the program runs as long as somebody has this */
	int	ring;
	int	lost;	/* an array of one u64: execs that could not be told */
};

struct tracer;

/* The tracer's view of it; fd is -1 without one. */
struct exact_ring {
	int		 fd;		/* readable: there is something */
	uint64_t	*ours;		/* how far we have read, */
	const uint64_t	*theirs;	/* how far the kernel has written */
	const uint8_t	*records;
	const uint64_t	*lost;
};

/* ---- exact_bpf.c: init */
/* For the pid namespace of the caller and all below it. 0, ERR_UNSUPPORTED or -errno, and then nothing is open. */
int	exact_bpf_open(struct exact_program *program);
void	exact_bpf_close(struct exact_program *program);

/* ---- exact_ring.c: the tracer */
/* From the descriptors TRACER_RING and TRACER_LOST. 0, or -errno if init handed none over; *ring is set on success only. */
int	exact_ring_open(struct exact_ring *ring);
/* Hears all that is there. Before a claim is added or forgotten: what a process did comes before what it will do. */
void	exact_ring_turn(struct tracer *tracer);
void	exact_ring_skip(struct tracer *tracer);	/* throws it away: what is executed before anybody is watched */
uint64_t exact_ring_lost(const struct exact_ring *ring);

#endif
