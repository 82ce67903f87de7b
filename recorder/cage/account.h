/* SPDX-License-Identifier: ISC */
/* The account a session runs as: found by name, refused if it is a system's own, and become for good. */
#ifndef POSTERN_RECORDER_CAGE_ACCOUNT_H
#define POSTERN_RECORDER_CAGE_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

#define ACCOUNT_NAME	64
#define ACCOUNT_PATH	256

struct account {
	char	name[ACCOUNT_NAME];
	uid_t	uid;
	gid_t	gid;
	char	home[ACCOUNT_PATH];
	char	shell[ACCOUNT_PATH];	/* never empty */
};

/* By name, or the one of the current uid (which need not have a name). 0, ERR_NOT_FOUND, -ENAMETOOLONG or -errno. */
int	account_find(const char *name, struct account *account);
int	account_self(struct account *account);

/* True for uid 0, uids below login.defs' UID_MIN, and nobody. */
bool	account_is_system(const struct account *account);

/*
 * 0 if a role may run as this account; ERR_NO_RIGHT if it is one of Postern's own (never allowed) or a system account
 * and the role's record does not say `system`.
 */
int	account_allowed(const struct account *account, bool system);

/*
 * Becomes the account: its groups, gid, uid, no inherited capability; then tries to come back, and fails if it can.
 * 0 or -errno; after an error the process must end.
 */
int	account_become(const struct account *account);

/* Its two halves, for who has something to do as root between them: groups (looked up) and gid; then the uid, for good. */
int	account_take_groups(const struct account *account);
int	account_take_uid(const struct account *account);

/* A shell that lets nobody in, or none that can be run: nologin, false, missing. */
bool	account_shell_closed(const char *shell);

#endif
