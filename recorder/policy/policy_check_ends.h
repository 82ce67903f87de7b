/* SPDX-License-Identifier: ISC */
/* The part of a role's check that is about how its sessions end. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_CHECK_ENDS_H
#define POSTERN_RECORDER_POLICY_POLICY_CHECK_ENDS_H

struct check;
struct policy_role;

/* Checks and fills in role->ends. */
void	 check_ends(struct check *c, struct policy_role *role);

#endif
