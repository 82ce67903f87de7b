/* SPDX-License-Identifier: ISC */
/*
 * What a session is really held to: filled in by init and its child while they build the cage, completed by the warden,
 * and told to the worker, which puts it into the recording and reports it. A fixed record, parsed by nobody.
 */
#ifndef POSTERN_RECORDER_KEEPER_ENFORCED_H
#define POSTERN_RECORDER_KEEPER_ENFORCED_H

#include <stdbool.h>
#include <stdint.h>

#define ENFORCED_SKIPPED	8
#define ENFORCED_LOOSE		4
#define ENFORCED_PATH		128

enum enforced_mark {
	MARK_CONFINED = 1 << 0,		/* the role has a `may` */
	MARK_NO_NEW_PRIVS = 1 << 1,
	MARK_FILTER = 1 << 2,		/* seccomp: the usual list of refused calls */
	MARK_USER_SPACE = 1 << 3,	/* namespaces of its own */
	MARK_PID_SPACE = 1 << 4,
	MARK_MOUNT_SPACE = 1 << 5,
	MARK_IPC_SPACE = 1 << 6,
	MARK_NET_SPACE = 1 << 7,	/* an empty one */
	MARK_CGROUP = 1 << 8,
	MARK_PIDS = 1 << 9,		/* pids.max of that cgroup */
	MARK_PORTS_BPF = 1 << 10,	/* ports by a program on the cgroup, because Landlock is too old */
	MARK_NO_INET = 1 << 11,		/* seccomp: no internet sockets at all */
	MARK_NO_UDP = 1 << 12,
	MARK_NO_LISTEN = 1 << 13,
	MARK_NO_SPACES = 1 << 14,
	MARK_TRUNCATE = 1 << 15,	/* truncation by seccomp, because Landlock is too old */
	MARK_NOEXEC = 1 << 16,		/* all mounts, but for the programs of the role */
	MARK_SOCKETS = 1 << 17,		/* /run is the session's own; sockets elsewhere are covered */
	MARK_TMP = 1 << 18,		/* /tmp, /var/tmp, /dev/shm likewise */
	MARK_SHELL = 1 << 19,		/* the baseline of a shell is given */
	MARK_ROOT_INSIDE = 1 << 20,	/* sudo: yes */
	MARK_READ_ONLY = 1 << 21,	/* all mounts, but for what the role may write: modes and owners as well */
	MARK_TRAIL = 1 << 22,		/* programs and changes of files are told by a tracer */
	MARK_TRAIL_READS = 1 << 23,	/* and files that are opened for reading */
	MARK_EXACT = 1 << 24,		/* arguments are compared with what the kernel took */
	MARK_EXACT_KERNEL = 1 << 25,	/* by a program at the kernel's tracepoint, and not by ptrace */
	MARK_ALL = (1 << 26) - 1
};

struct enforced {
	uint32_t	what;		/* INIT_ENFORCED or WARDEN_ENFORCED */
	uint32_t	abi;		/* Landlock's version in use; 0: none */
	uint64_t	fs, net, scoped;	/* what it handles */
	uint32_t	marks;		/* of enum enforced_mark */
	uint32_t	missing;	/* of enum rights_need: not enforced, and not required */
	uint32_t	pids;
	uint32_t	paths;		/* rules that were given for paths */
	uint32_t	skipped_count, loose_count;	/* all that were found; the first of them stand below */
	char		skipped[ENFORCED_SKIPPED][ENFORCED_PATH];	/* paths of the role that are not there */
	char		loose[ENFORCED_LOOSE][ENFORCED_PATH];	/* programs in what it may read */
};

/* True if all is in bounds and every text ends inside its field. */
bool	enforced_valid(const struct enforced *enforced);

struct buf;

/* One line of JSON without a line break, always less than 2000 bytes: lists are cut, their counts are not. 0 or ERR_BUF_FULL. */
int	enforced_json(const struct enforced *enforced, struct buf *out);

#endif
