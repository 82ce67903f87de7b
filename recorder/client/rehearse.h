/* SPDX-License-Identifier: ISC */
/* `policy test --try`: a probe in the cage of a role, held by a real warden, and what the kernel said to it. */
#ifndef POSTERN_RECORDER_CLIENT_REHEARSE_H
#define POSTERN_RECORDER_CLIENT_REHEARSE_H

#include <stddef.h>

struct place;
struct policy_role;

/* Lines "run PATH", "read PATH", "write PATH", "connect PORT", ...: what a role lists, and what everybody would like to know. */
struct buf;
int	rehearse_usual(const struct policy_role *role, struct buf *questions);

/*
 * As root the probe runs as the role's account; else as the caller, as in trial mode. Calls `each` with one line after
 * the other: "allowed ACT WHAT", "refused ACT WHAT: reason", and "missing WORD" for what this machine does not enforce.
 * 0, or below zero with a sentence in `why`.
 */
struct rehearse_told {
	void	(*each)(const char *line, void *user);
	void	*user;
	char	why[300];
};

int	rehearse(const struct place *place, const struct policy_role *role, const struct buf *questions, struct rehearse_told *told);

#endif
