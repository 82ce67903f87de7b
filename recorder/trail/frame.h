/* SPDX-License-Identifier: ISC */
/*
 * What the tracer writes into the pipe to the worker: frames of a fixed head and a payload. Both are of one build and run on
 * one machine; the worker still believes nothing of it, for what is in a payload was written by the session.
 */
#ifndef POSTERN_RECORDER_TRAIL_FRAME_H
#define POSTERN_RECORDER_TRAIL_FRAME_H

#include <stdint.h>

#define FRAME_MOST	(40u << 10)	/* bytes of a payload */

/* Beside REC_EXEC and REC_FILE, whose payloads are those of the recording. */
enum frame_kind {
	FRAME_BEGUN = 0x100,	/* the filter is in place; payload: u8, 1 if exit statuses can be told */
	FRAME_NONE,		/* there will be no trail; payload: text, why */
	FRAME_OVER,		/* the command has gone and all is told; an end of the pipe without it is a loss */
	FRAME_EXACT,		/* arguments have a second witness; payload: u8 of enum tracer_ready, which */
	FRAME_EXACT_LOST	/* u64: execs that it could not read */
};

struct frame {
	uint32_t	kind;
	uint32_t	count;		/* bytes of the payload */
	int64_t		boot_us;	/* when */
};

/* Descriptors of postern-tracer. */
enum tracer_fd {
	TRACER_OUT = 3,		/* the pipe's end */
	TRACER_LINK,		/* socket to init: a byte of enum tracer_ready to it when all is loaded; from it a byte with the listener and the session's /proc beside it, or a text why there is none; its end: what is known is written out */
	TRACER_RING,		/* struct exact_program (exact_ring.h), if there is one */
	TRACER_LOST,
	TRACER_PROGRAM,		/* held, never used */
	TRACER_LAST = TRACER_PROGRAM
};

/*
 * Whether arguments have a second witness: none, ptrace, or the program in the kernel. One is looked for if the first word of
 * the command line is this.
 */
enum tracer_ready { TRACER_CLAIMED, TRACER_PTRACE, TRACER_KERNEL };
#define TRACER_WANTS_EXACT	"exact"

#endif
