/* SPDX-License-Identifier: ISC */
/* Break-glass: entering without a decision, and its review. */
#ifndef POSTERN_RECORDER_GATE_GATE_GLASS_H
#define POSTERN_RECORDER_GATE_GATE_GLASS_H

#include "recorder/policy/policy.h"

struct gate;
struct glass;
struct id;
struct peer;
struct request;
struct wire_ask;
struct wire_request_row;

/* The peer asks for the role without a decision; answers the peer, or returns negative. */
int	gate_glass_ask(struct peer *peer, const struct wire_ask *ask, const struct policy_role *role);

/*
 * If the request was a break-glass: 0, or ERR_NO_RIGHT with the reason, as the policy sees it now. ERR_NOT_FOUND: it was
 * not, and the usual rules hold.
 */
int	gate_glass_right(struct gate *gate, const struct policy_subject *subject, const struct policy_role *role,
	    const struct id *request, char why[POLICY_WHY]);

/* True if the subject still has the right to the role under this request, its hours apart: those end no session. */
bool	gate_glass_keeps(struct gate *gate, const struct policy_subject *subject, const struct policy_role *role,
	    const struct id *request);

/*
 * Fills in what a row says about the review; texts of `row` are borrowed from `glass`, which the caller releases. True
 * if it was a break-glass and the peer may know of it because of that: everybody who decides about some role may.
 */
bool	gate_glass_row(struct peer *peer, const struct request *request, struct glass *glass, struct wire_request_row *row);

#endif
