/* SPDX-License-Identifier: ISC */
/*
 * The keeper's own table of roles: fixed records with fixed sizes, so that root never parses text. A sandboxed child
 * (postern-roletable) makes it from the root-owned policy; roletable_check is all that stands between its bytes and
 * their use. A role's index here is its index in the gate's policy, and the hash tells whether both hold the same one.
 */
#ifndef POSTERN_RECORDER_KEEPER_ROLETABLE_H
#define POSTERN_RECORDER_KEEPER_ROLETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/keeper/rights.h"

#define ROLETABLE_MAGIC		0x50535254u	/* written and read on one machine by one build: native byte order */
#define ROLETABLE_VERSION	6
#define ROLETABLE_MOST		1024
#define ROLE_NAME		64	/* with the NUL, as all of these */
#define ROLE_WORD		256
#define ROLE_FREEZE_MOST_S	3600
#define ROLE_RUN		16
#define ROLE_ENV		8

enum role_flag {
	ROLE_SHELL = 1,		/* no `run`: the account's shell */
	ROLE_SUDO = 2,		/* no_new_privs is not set */
	ROLE_SYSTEM = 4,	/* the account may be uid 0 or a system account */
	ROLE_EXACT = 8,		/* arguments of the trail have a second witness */
	ROLE_ASKS = 16,		/* it has guards on exec: the tracer asks the worker */
	ROLE_FLAGS = 31
};

/* What of a session's acts is told by a tracer. */
enum role_trail { ROLE_TRAIL_OFF, ROLE_TRAIL_WRITES, ROLE_TRAIL_READS, ROLE_TRAIL_MOST = ROLE_TRAIL_READS };

struct role_record {
	char		name[ROLE_NAME];
	char		account[ROLE_NAME];
	uint32_t	flags;			/* of enum role_flag */
	uint32_t	argc;			/* 0 with ROLE_SHELL, else 1 to ROLE_RUN */
	uint32_t	envc;
	uint32_t	sessions;		/* at once under one grant */
	uint32_t	pids_max;
	int32_t		nice;			/* 0 to 19 */
	uint32_t	trail;			/* of enum role_trail */
	int64_t		most_s;			/* longest grant */
	int64_t		idle_s;			/* 0 = no limit */
	int64_t		freeze_s;		/* it may stand still for so long after its deadline; 0 = it ends at once */
	uint32_t	files;			/* limits of each process, 0 = none: descriptors, */
	uint64_t	memory, file_size;	/* bytes of address space, of a file it writes, */
	int64_t		cpu_s;			/* and seconds of processor time */
	struct rights	rights;
	char		run[ROLE_RUN][ROLE_WORD];	/* run[0] begins with '/' */
	char		env[ROLE_ENV][ROLE_WORD];	/* NAME=VALUE */
};

struct roletable_head {
	uint32_t	magic;
	uint32_t	version;
	uint32_t	record_bytes;
	uint32_t	count;
	uint8_t		sha256[32];		/* of the policy */
};

struct roletable {
	struct roletable_head	head;
	struct role_record	records[];	/* head.count of them */
};

#define AUTO_ROLETABLE __attribute__((cleanup(roletable_free_at)))

struct buf;
struct policy;

/*
 * 0 if `bytes` are one whole table in which every text ends inside its field and every number is in bounds, else
 * ERR_POLICY. *table is a copy that the caller frees.
 */
int	 roletable_check(const void *bytes, size_t count, struct roletable **table);
void	 roletable_free_at(struct roletable **table);

/*
 * Runs postern-roletable on `etc_dir` and checks what it says. `trial`: the files may be anybody's. The child's sentences
 * go to standard error. 0, ERR_POLICY, ERR_POLICY_NONE, -ETIMEDOUT (10 s) or -errno; *table is written on success only.
 */
int	 roletable_ask(const char *etc_dir, bool trial, struct roletable **table);

/* The table of a policy (linked by postern-roletable only). 0 or ERR_BUF_FULL. */
int	 roletable_make(const struct policy *policy, struct buf *out);

#endif
