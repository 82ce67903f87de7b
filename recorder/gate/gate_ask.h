/* SPDX-License-Identifier: ISC */
/* What requests and sessions of the gate both need to say about a role. */
#ifndef POSTERN_RECORDER_GATE_GATE_ASK_H
#define POSTERN_RECORDER_GATE_GATE_ASK_H

#include "lib/base/clock.h"
#include "lib/store/decision.h"

struct gate;
struct policy;
struct peer;
struct policy_role;
struct policy_subject;
struct wire_ask;
struct wire_decide;

/* "90 days" or "for ever": how long the role's recordings are kept. */
const char	*gate_kept(const struct policy_role *role, char text[CLOCK_TEXT]);

/* The need of a role as the catalogue counts it, with a new id for the grant. Its groups are the policy's. */
struct need	gate_need(const struct policy *policy, const struct policy_role *role);

/* True if the role allows something else than when it was asked for; what is to be said then. */
bool	gate_role_changed(const struct request *request, const struct policy_role *role);
#define GATE_ROLE_CHANGED	"the role allows something else than when it was asked for; it must be asked for again"

/* A new request by the peer, its reason masked. 0, ERR_MSG_LENGTH or ERR_BUF_FULL; the caller releases it. */
int	gate_fill_request(const struct peer *peer, const struct wire_ask *ask, const struct policy_role *role,
	    struct request *request);

/* `auto:` of the policy decides at once, if it says so for this subject; otherwise *outcome stays as it is. 0 or negative. */
int	gate_decide_by_policy(struct gate *gate, const struct policy_subject *subject, const struct policy_role *role,
	    const struct request *request, struct outcome *outcome);

/* 0, or the peer has been told why they may not decide about it. */
int	gate_check_decider(struct peer *peer, const struct request *request, uint32_t *counts);

/* The peer decides about a request; answers the peer, or returns negative. `is_new`: one for more time that is made together with it. */
int	gate_decide(struct peer *peer, const struct wire_decide *question, const struct request *request, bool is_new);

#endif
