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
	FRAME_EXACT_LOST,	/* u64: execs that it could not read */
	FRAME_ASK,		/* u64 id, then a payload of REC_EXEC: a process waits until this is answered; TRAIL_UNKNOWN: name or arguments cannot be read */
	FRAME_CHANGED		/* u64 id: it was allowed, but is another command by now, and was refused */
};

struct frame {
	uint32_t	kind;
	uint32_t	count;		/* bytes of the payload */
	int64_t		boot_us;	/* when */
};

/* From the worker, through a pipe of its own, to a FRAME_ASK. Its end: whatever waits is refused. */
struct answer {
	uint64_t	id;
	uint32_t	may_run;	/* 1 or 0 */
	uint32_t	unused;
};

/* Descriptors of postern-tracer. */
enum tracer_fd {
	TRACER_OUT = 3,		/* the pipe's end */
	TRACER_LINK,		/* socket to init: a byte of enum tracer_ready to it when all is loaded; from it a byte with the listener and the session's /proc beside it, or a text why there is none; its end: what is known is written out */
	TRACER_RING,		/* struct exact_program (exact_ring.h), if there is one */
	TRACER_LOST,
	TRACER_PROGRAM,		/* held, never used */
	TRACER_ANSWERS,		/* the read end of the pipe for struct answer, if execs are asked about */
	TRACER_LAST = TRACER_ANSWERS
};

/*
 * Whether arguments have a second witness: none, ptrace, or the program in the kernel. One is looked for if a word of the
 * command line is this.
 */
enum tracer_ready { TRACER_CLAIMED, TRACER_PTRACE, TRACER_KERNEL };
#define TRACER_WANTS_EXACT	"exact"
#define TRACER_WANTS_ANSWERS	"asks"	/* likewise: no program is executed before the worker has said so */

#endif
