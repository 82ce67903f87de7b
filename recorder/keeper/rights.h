/* SPDX-License-Identifier: ISC */
/*
 * A role's rights (`may` of the policy) as a fixed record: what the kernel lets a session do, and what must be
 * enforceable before one begins. It crosses from the sandboxed child to the keeper and on to the session's init.
 */
#ifndef POSTERN_RECORDER_KEEPER_RIGHTS_H
#define POSTERN_RECORDER_KEEPER_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#define RIGHTS_PATHS	48
#define RIGHTS_PATH	252	/* with the NUL */
#define RIGHTS_PORTS	32

enum rights_flag {
	RIGHTS_CONFINED = 1,	/* there is a `may`; without it nothing of this record counts */
	RIGHTS_SHELL = 2,	/* the baseline of an interactive shell */
	RIGHTS_UDP = 4,
	RIGHTS_RAW = 8,		/* raw and packet sockets, all of netlink */
	RIGHTS_LISTEN = 16,	/* listen() without a port to bind */
	RIGHTS_SPACES = 32,	/* new namespaces and mounts in them */
	RIGHTS_TMP = 64,	/* /tmp, /var/tmp and /dev/shm are the session's own */
	RIGHTS_FLAGS = 127
};

/* What can be required. */
enum rights_need {
	NEED_FS = 1,		/* files outside the lists cannot be reached */
	NEED_TRUNCATE = 2,	/* nor be emptied */
	NEED_TCP = 4,		/* no port but those listed */
	NEED_SCOPE = 8,		/* no signal and no abstract socket leads out */
	NEED_SOCKETS = 16,	/* sockets of other services are out of sight */
	NEED_NOEXEC = 32,	/* what is not under `exec` cannot be mapped as a program either */
	NEED_EXACT = 64,	/* arguments in the trail are what the kernel took, not what was claimed */
	NEED_ALL = 127
};

enum rights_kind { RIGHT_EXEC = 1, RIGHT_READ, RIGHT_WRITE, RIGHT_SOCKET, RIGHT_KINDS };

struct rights_path {
	uint32_t	kind;			/* of enum rights_kind */
	char		path[RIGHTS_PATH];	/* begins with '/', or is "~" (the account's home) or below it */
};

struct rights {
	uint32_t		flags;		/* of enum rights_flag */
	uint32_t		need;		/* of enum rights_need */
	uint32_t		paths_count;
	uint32_t		connect_count, bind_count;
	uint16_t		connect[RIGHTS_PORTS], bind[RIGHTS_PORTS];
	struct rights_path	paths[RIGHTS_PATHS];
};

/* "fs", "truncate", ...: the name of one bit of enum rights_need; NULL if it is none. And back; 0 for no such name. */
const char	*rights_need_name(uint32_t need);
uint32_t	 rights_need(const char *name);

/* True if it is a path as described above, without "..", "." and doubled slashes. */
bool		 rights_is_path(const char *path);

/* True if all is in bounds and every text ends inside its field. */
bool		 rights_valid(const struct rights *rights);

/* True if the role has no way into any network. */
bool		 rights_no_network(const struct rights *rights);

#endif
