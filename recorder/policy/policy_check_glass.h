/* SPDX-License-Identifier: ISC */
/* The part of a role's check that is about entering it without a decision. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_CHECK_GLASS_H
#define POSTERN_RECORDER_POLICY_POLICY_CHECK_GLASS_H

struct check;
struct policy_role;

/* Checks and fills in role->glass; after `for` and `approve`. */
void	 check_glass(struct check *c, struct policy_role *role);

#endif
