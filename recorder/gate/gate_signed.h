/* SPDX-License-Identifier: ISC */
/* Signed decisions: what they rest on, and whether one holds. */
#ifndef POSTERN_RECORDER_GATE_GATE_SIGNED_H
#define POSTERN_RECORDER_GATE_GATE_SIGNED_H

struct gate;
struct peer;
struct policy_role;
struct request;
struct wire_decide;

/* Reads `approvers` anew if it has changed. 0, or ERR_POLICY if it is not valid: then it is said, and no decision is made. */
int	gate_signed_refresh(struct gate *gate);

/*
 * 0 if the decision may count: it is signed as it must be, or not signed where that is enough. Otherwise the peer has been
 * told why not, and the log as well. Denials never need a signature, but a false one is refused all the same.
 */
int	gate_signed_check(struct peer *peer, const struct policy_role *role, const struct request *request, const struct wire_decide *decision);

#endif
