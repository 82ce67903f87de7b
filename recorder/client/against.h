/* SPDX-License-Identifier: ISC */
/* `policy test ROLE --against TIME`: what sessions of a role did, asked again of the kernel in the role's cage as it is now. */
#ifndef POSTERN_RECORDER_CLIENT_AGAINST_H
#define POSTERN_RECORDER_CLIENT_AGAINST_H

struct cli;
struct place;
struct policy_role;

/* Prints each act that would be refused now. An exit status: STATUS_DENIED if there is one. */
int	against_role(const struct cli *cli, const struct place *place, const struct policy_role *role);

#endif
