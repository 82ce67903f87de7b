/* SPDX-License-Identifier: ISC */
/*
 * What the keeper (or `postern record`) and the processes of a session agree on: descriptor numbers after exec, and the
 * fixed records that cross without parsing. Every other descriptor is closed.
 */
#ifndef POSTERN_RECORDER_KEEPER_CONTRACT_H
#define POSTERN_RECORDER_KEEPER_CONTRACT_H

#include <stdint.h>

#include "lib/base/id.h"
#include "recorder/keeper/enforced.h"
#include "recorder/keeper/roletable.h"

/*
 * postern-worker. WORKER_START is a sealed memfd or pipe with one packed WIRE_START message; flags in it say which of
 * the others are there. With a tty WORKER_PTY is the pty's master; without one it is the write end of the command's
 * standard input and WORKER_OUT, WORKER_ERR are the read ends of its output. If the start says `direct`, WORKER_OUT is the
 * user's terminal, opened anew and non-blocking: keys are read from it and output is written to it, without a relay in
 * between; sizes, notices and the end still go over WORKER_CLIENT.
 */
enum worker_fd {
	WORKER_START = 3,
	WORKER_REC,		/* ID.rec, O_RDWR, empty */
	WORKER_TAIL,		/* ID.tail */
	WORKER_PTY,
	WORKER_OUT,
	WORKER_ERR,
	WORKER_CLIENT,		/* stream socket: WIRE_CLIENT_TO_WORKER and back */
	WORKER_GATE,		/* stream socket: WIRE_GATE_TO_WORKER and back; the gate's other end may go and come back */
	WORKER_LISTEN,		/* listening socket run/w/ID: the next gate (only the gate may connect: the socket's owner and mode say so) */
	WORKER_INSIDE,		/* listening socket of session.sock */
	WORKER_WARDEN,		/* seqpacket socket: struct warden_order to it, struct warden_word from it */
	WORKER_RULES,		/* if the start says `mask`: sealed memfd or pipe with the bytes of mask_rules_pack() */
	WORKER_TRAIL,		/* if the start's `trail` is not 0: the read end of a pipe, struct frame (trail/frame.h) from the tracer */
	WORKER_ANSWERS,		/* if the role has guards on exec: the write end of a pipe, struct answer (trail/frame.h) to the tracer */
	WORKER_TRAIL_REC,	/* if the start says `own_trail`: ID.trail.rec, as WORKER_REC */
	WORKER_TRAIL_TAIL,	/* and ID.trail.tail */
	WORKER_LAST = WORKER_TRAIL_TAIL
};

/*
 * postern-warden. WARDEN_START holds one struct warden_start. With a tty WARDEN_IN is the slave and the other two are
 * closed; without one they are the command's three pipe ends. WARDEN_LAUNCH is read by the session's child only, after
 * it has become the account.
 */
enum warden_fd {
	WARDEN_START = 3,
	WARDEN_LINK,		/* to the worker; its end of file means: end the session */
	WARDEN_IN,
	WARDEN_OUT,
	WARDEN_ERR,
	WARDEN_LAUNCH,
	WARDEN_TRAIL,		/* the pipe's write end, for the tracer; none if the role leaves no trail */
	WARDEN_ANSWERS,		/* the read end of what answers the tracer; none if the role has no guards on exec */
	WARDEN_LAST = WARDEN_ANSWERS
};

/* postern-init gets the same numbers, but INIT_LINK is a socket to the warden: struct init_word to it, end of file means die. */
enum init_fd {
	INIT_START = WARDEN_START,
	INIT_LINK = WARDEN_LINK,
	INIT_TRAIL = WARDEN_TRAIL,
	INIT_ANSWERS = WARDEN_ANSWERS,
	INIT_WATCH,		/* the folder of a cgroup, for the tracer; none if there are no cgroups */
	INIT_LAST = INIT_WATCH
};

#define CONTRACT_MAGIC	0x50535407u	/* changes with any of these records */
#define CONTRACT_PATH	256

enum {
	SESSION_TTY = 1,
	SESSION_TRIAL = 2,	/* no root: user namespace, or a subreaper where there is none */
	SESSION_NO_NAMESPACE = 4,	/* set by the warden for init: the fallback */
	SESSION_NO_NETWORK = 8,		/* likewise: an empty network namespace */
	SESSION_PORTS = 16,		/* likewise: the cgroup lets through only the role's ports */
	SESSION_NO_BPF = 32,		/* for tests: as if the kernel took no program that watches execs */
	SESSION_FLAGS = 63
};

struct warden_start {
	uint32_t		magic;
	uint32_t		flags;
	struct id		session;
	int64_t			deadline_boot_us;	/* the warden acts 2 s later; 0 = none */
	uint32_t		cols, rows;
	uint32_t		tracer_uid, tracer_gid;	/* of the tracer; in trial mode nothing */
	uint32_t		abi_limit;		/* for tests: as if the kernel had Landlock abi_limit - 1; 0 = what it has */
	struct role_record	role;			/* account, command, limits: from the keeper's own table */
	char			run_dir[CONTRACT_PATH];	/* /run/postern: hidden inside, but for session.sock */
	char			inside_dir[CONTRACT_PATH];	/* the folder with this session's session.sock */
	char			state_dir[CONTRACT_PATH];	/* hidden inside */
	char			etc_dir[CONTRACT_PATH];		/* hidden inside in trial mode */
	char			home[CONTRACT_PATH];	/* trial mode: HOME; empty = the account's */
	char			root[CONTRACT_PATH];	/* --root DIR, handed on as POSTERN_ROOT; empty if installed */
};

/* Worker to warden. */
enum { WARDEN_END = 1, WARDEN_DEADLINE, WARDEN_FREEZE, WARDEN_THAW };
struct warden_order {
	uint32_t	op;
	/*
	 * DEADLINE: the new one, sooner or later than before. The warden never goes beyond its own start plus the role's
	 * most_s, whatever the worker says; 0 means as late as that.
	 */
	int64_t		deadline_boot_us;
};

/* Warden to worker. */
enum { WARDEN_RUNNING = 1, WARDEN_EXITED, WARDEN_FAILED, WARDEN_RECEIPT, WARDEN_FROZEN, WARDEN_THAWED };
struct warden_word {
	uint32_t	what;
	int32_t		exit_status;	/* EXITED: as a shell says it, 128 + signal if it was killed */
	int64_t		pid;		/* RUNNING: init's, outside */
	int64_t		killed;		/* RECEIPT: processes that were still there and were killed; -1 if init's own death had killed them uncounted */
	int64_t		survivors;	/* must be 0; -1 if it cannot be known */
	int64_t		took_us;	/* from the order to the last one gone; FROZEN, THAWED: until it was so */
	char		text[256];	/* FAILED: a sentence; RUNNING: how the session is held ("pid namespace, cgroup"); FROZEN, THAWED: by what means */
};

/*
 * What the warden also leaves in run/p/ID.receipt, where only the keeper looks: a worker, which hears what strangers say, is
 * not the only one to tell how its session ended.
 */
struct warden_left {
	int64_t	killed, survivors, took_us;	/* as in RECEIPT */
};

/* Before RUNNING, and the only record of this length: a struct enforced with this in `what`. */
#define WARDEN_ENFORCED	0x100u

/* Init to warden: these, and before RUNNING a struct enforced with INIT_ENFORCED in `what`. */
enum { INIT_RUNNING = 1, INIT_EXITED, INIT_FAILED, INIT_ENFORCED, INIT_TRACER };	/* TRACER: its pidfd comes beside */
struct init_word {
	uint32_t	what;
	int32_t		exit_status;
	int64_t		killed;		/* EXITED in the fallback: processes init killed itself */
	char		text[256];
};

/* Exit status of a session whose command could not be started, as shells use it. */
#define SESSION_NO_COMMAND	127

#endif
