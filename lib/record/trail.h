/* SPDX-License-Identifier: ISC */
/*
 * The trail inside a recording: payloads of REC_EXEC and REC_FILE. Little-endian numbers, then texts that each end in a
 * NUL; names of files are any bytes.
 *	REC_EXEC  u8 what | u32 ago_us | u32 pid | u32 ppid | u16 flags | u32 argc | path | cwd | arguments ...
 *	          (TRAIL_EXITED: u8 what | u32 ago_us | u32 pid | i32 status | u64 duration_us)
 *	REC_FILE  u8 act | u32 ago_us | u32 pid | u16 flags | path | second path, if there is one
 * `ago_us` is how long before the event it was.
 */
#ifndef POSTERN_LIB_RECORD_TRAIL_H
#define POSTERN_LIB_RECORD_TRAIL_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct rec_event;

enum trail_what {
	TRAIL_EXEC = 1,		/* a program was asked for */
	TRAIL_EXITED,
	TRAIL_FORKED,		/* a process that acts or starts others without having executed anything itself; no texts */
	TRAIL_EXACT		/* the kernel has executed it: without texts as claimed before, with TRAIL_MISMATCH these are the true ones */
};

enum trail_flag {
	TRAIL_CUT = 1,		/* more arguments, or longer ones, than are kept */
	TRAIL_UNKNOWN = 2,	/* something of it could not be read */
	TRAIL_MISSING = 4,	/* there was no such file when the tracer looked: a shell trying its PATH */
	TRAIL_BY_FD = 8,	/* the path is that of a descriptor */
	TRAIL_MISMATCH = 16	/* TRAIL_EXACT: what was claimed was something else, or nothing was */
};

enum trail_act {
	TRAIL_READ = 1, TRAIL_WRITE, TRAIL_CREATE, TRAIL_RENAME, TRAIL_REMOVE, TRAIL_MAKE_DIR, TRAIL_REMOVE_DIR, TRAIL_LINK,
	TRAIL_SYMLINK, TRAIL_MODE, TRAIL_OWNER, TRAIL_TRUNCATE, TRAIL_NODE, TRAIL_ATTRIBUTE, TRAIL_ACTS
};

#define TRAIL_STATUS_UNKNOWN	INT32_MIN
#define TRAIL_TEXT_MOST		(24u << 10)	/* bytes of all texts of one event, their NULs counted */

/* Texts are borrowed. Of TRAIL_EXITED only pid, status and duration count, of TRAIL_FORKED pid and ppid. */
struct rec_exec {
	enum trail_what	 what;
	uint32_t	 ago_us, pid, ppid;
	unsigned	 flags;		/* of enum trail_flag */
	uint32_t	 argc;		/* as many as there were; fewer may follow */
	const char	*path, *cwd;
	const char	*args;		/* one after the other, each with its NUL */
	size_t		 args_bytes;
	int32_t		 status;	/* 128 + signal, as shells say it; or TRAIL_STATUS_UNKNOWN */
	uint64_t	 duration_us;	/* from the exec */
};

struct rec_file {
	enum trail_act	 act;
	uint32_t	 ago_us, pid;
	unsigned	 flags;
	const char	*path, *other;	/* other: the new name, or what the link leads to; NULL if there is none */
};

/* _make adds the payload to `out` (empty before) and fills *event with it. 0, or ERR_BUF_FULL if the texts are too long. */
int	rec_exec_make(const struct rec_exec *exec, struct buf *out, struct rec_event *event);
int	rec_file_make(const struct rec_file *file, struct buf *out, struct rec_event *event);

/* 0, or ERR_REC_DAMAGED; texts point into the event. */
int	rec_exec_read(const struct rec_event *event, struct rec_exec *exec);
int	rec_file_read(const struct rec_event *event, struct rec_file *file);

/* "write", "rename", ...; "unknown". Static. */
const char	*trail_act_name(enum trail_act act);

#endif
