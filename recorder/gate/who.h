/* SPDX-License-Identifier: ISC */
/*
 * Who somebody is: uid to account to person, with groups and lists. NSS and list commands are asked in a helper
 * process (groups.h), so an answer comes later, never in the gate's own loop.
 */
#ifndef POSTERN_RECORDER_GATE_WHO_H
#define POSTERN_RECORDER_GATE_WHO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "recorder/policy/policy.h"

struct gate;
struct who_desk;

#define WHO_FRESH_US	INT64_C(30000000)	/* an answer older than this is asked for again before a decision */
#define WHO_KNOWN_US	INT64_C(60000000)	/* and than this before anything is told */

struct who {
	char		*account;
	char		*person;	/* NULL: the policy knows nobody with this account */
	char		**belongs;	/* "group:NAME" and "command:..." that are true now */
	size_t		 belongs_count;
	int64_t		 boot_us;	/* when it was looked up */
};

void	who_free(struct who *who);

/* This sentence of a who_answer only says that it cannot be found out now. */
bool	who_may_come_back(const char *why);

/* For the policy's questions; lives as long as `who`. */
struct policy_subject who_subject(const struct who *who);

/* Called once, later, from the loop; `who` is the receiver's to free, NULL if it cannot be found out (why: a sentence). */
typedef void who_answer(void *user, struct who *who, const char *why);

/* Asks about a uid, or an account; as: the person to be, in trial mode only, else NULL or empty. */
void	who_ask(struct gate *gate, uid_t uid, const char *as, who_answer *answer, void *user);
void	who_ask_account(struct gate *gate, const char *account, const char *as, who_answer *answer, void *user);

/* The receiver is gone: no answer to it any more. */
void	who_forget_user(struct gate *gate, void *user);

int	who_start(struct gate *gate);	/* 0 or negative */
void	who_stop(struct gate *gate);

/* The policy has changed: its lists are asked anew. */
void	who_policy_changed(struct gate *gate);

#endif
