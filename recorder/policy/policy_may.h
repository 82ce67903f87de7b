/* SPDX-License-Identifier: ISC */
/* The checks of a role's rights. */
#ifndef POSTERN_RECORDER_POLICY_POLICY_MAY_H
#define POSTERN_RECORDER_POLICY_POLICY_MAY_H

struct check;
struct policy_role;

/* `may`, `require` and `loose` of one role; fills what the keys do not say. */
void	check_may(struct check *c, struct policy_role *role);

#endif
