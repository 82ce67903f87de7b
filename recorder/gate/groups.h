/* SPDX-License-Identifier: ISC */
/*
 * Accounts, their groups, and the lists that commands print, asked without ever waiting: a helper process (postern-nss)
 * does the look-ups, one for NSS and one for commands. A helper that does not answer in time is killed, its question
 * answered with -ETIMEDOUT, and the next question gets a new one.
 */
#ifndef POSTERN_RECORDER_GATE_GROUPS_H
#define POSTERN_RECORDER_GATE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GROUPS_NAME	64	/* room for an account, with the NUL */

struct event_base;
struct groups;

enum groups_kind {
	GROUPS_UID,	/* argument: a uid in decimal */
	GROUPS_ACCOUNT,	/* argument: an account's name */
	GROUPS_COMMAND	/* argument: an entry of the policy, "command:/PATH ARG..." */
};

/* Lives as long as the call that hands it over. */
struct groups_answer {
	int			 error;		/* 0; ERR_NOT_FOUND: no such account; -ETIMEDOUT, ERR_PEER_GONE, -EIO: it failed */
	bool			 old;		/* a command failed: this is its last good answer, less than 10 min old */
	char			 account[GROUPS_NAME];	/* of GROUPS_UID and GROUPS_ACCOUNT */
	uid_t			 uid;
	gid_t			 gid;
	const char *const	*names;		/* "group:NAME" of each group; of a command the persons or accounts it printed */
	size_t			 count;
};

/* Milliseconds. */
struct groups_limits {
	int	answer_ms;	/* longest wait for one answer */
	int	fresh_ms;	/* an answer about an account is used again so long */
	int	list_fresh_ms;	/* a command's answer, good or bad, is used again so long */
	int	list_kept_ms;	/* the last good answer of a command that fails */
};

/* limits NULL: 5 s, 10 s, 30 s, 10 min. Starts no process yet. Both must outlive it: base, and every `user` below. */
struct groups	*groups_new(struct event_base *base, const struct groups_limits *limits);
void		 groups_free(struct groups *groups);	/* kills the helpers; unanswered questions are dropped without a call */

/* `done` is called once, always later from the loop. It may ask again, but not free. */
void		 groups_ask(struct groups *groups, enum groups_kind kind, const char *argument,
		    void (*done)(const struct groups_answer *answer, void *user), void *user);

/* Drops the questions of one `user` that are not yet answered: its call will not come. */
void		 groups_forget(struct groups *groups, const void *user);

/* Drops all kept answers: after a reload, or when a decision must not rest on an answer of some seconds ago. */
void		 groups_refresh(struct groups *groups);

#endif
