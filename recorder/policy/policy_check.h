/* SPDX-License-Identifier: ISC */
/* What a schema cannot say: names that must exist, numbers that must fit; and the values that texts stand for. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_CHECK_H
#define POSTERN_RECORDER_POLICY_POLICY_CHECK_H

struct buf;
struct policy;
struct policy_top;

/* Fills in what policy.yaml left out: host, the class `standard`. */
void	 policy_check_defaults(struct policy_top *top);

/*
 * Checks everything, fills in the values (times, hours, class of each role) and policy->warnings. 0, or ERR_POLICY
 * after a line in `errors` for each fault.
 */
int	 policy_check(struct policy *policy, struct buf *errors);

#endif
