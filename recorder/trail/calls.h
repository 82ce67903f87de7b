/* SPDX-License-Identifier: ISC */
/*
 * The system calls that leave a trail, as one table for both sides: the filter that makes a process wait at them, and the
 * tracer that reads what they are about.
 */
#ifndef POSTERN_RECORDER_TRAIL_CALLS_H
#define POSTERN_RECORDER_TRAIL_CALLS_H

#include <stddef.h>
#include <stdint.h>

enum call_kind {
	CALL_EXEC,		/* path, arguments */
	CALL_OPEN,		/* path, flags in an argument */
	CALL_OPEN_HOW,		/* path, flags in a struct open_how */
	CALL_PATH,		/* one path */
	CALL_PATHS,		/* two */
	CALL_TARGET,		/* a text that is no path of this process, then one path */
	CALL_FD			/* a descriptor */
};

#define CALL_NONE	(-1)

/* Arguments are given by their place, 0 to 5; CALL_NONE: it has no such argument. */
struct trail_call {
	int32_t		number;
	uint8_t		kind;		/* of enum call_kind */
	uint8_t		act;		/* of enum trail_act; 0 for CALL_EXEC, and where the flags tell */
	int8_t		dir, path;	/* CALL_FD: path is the descriptor */
	int8_t		dir2, path2;	/* CALL_TARGET: path2 is the path, path the text */
	int8_t		flags;		/* CALL_OPEN: open's; CALL_EXEC and others: those with AT_EMPTY_PATH or AT_REMOVEDIR */
};

extern const struct trail_call trail_calls[];
extern const size_t trail_call_count;

/* NULL if it leaves none. */
const struct trail_call	*trail_call_find(int number);

/* Any of these bits in open's flags makes it an open that changes something, or may. */
#define TRAIL_OPEN_WRITES	(01 | 02 | 0100 | 01000)	/* O_WRONLY, O_RDWR, O_CREAT, O_TRUNC */

#endif
