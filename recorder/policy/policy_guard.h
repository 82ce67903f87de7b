/* SPDX-License-Identifier: ISC */
/* `guard` of a role: lines that are asked about before they are entered. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_GUARD_H
#define POSTERN_RECORDER_POLICY_POLICY_GUARD_H

struct check;
struct policy;
struct policy_role;

void	policy_guard_check(struct check *c, struct policy_role *role);
void	policy_guard_free(struct policy *policy);

#endif
