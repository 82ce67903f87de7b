/* SPDX-License-Identifier: ISC */
/* Signed decisions: what they rest on, and whether one holds. */
#ifndef POSTERN_RECORDER_GATE_GATE_SIGNED_H
#define POSTERN_RECORDER_GATE_GATE_SIGNED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/id.h"
#include "lib/wire/messages.h"

struct buf;
struct gate;
struct peer;
struct policy_role;
struct request;

/* Whose keys in `approvers` are the peer's; NULL if the policy does not say. */
const char	*gate_signed_principal(const struct peer *peer);

/* Reads `approvers` anew if it has changed. 0, or ERR_POLICY if it is not valid: then it is said, and no decision is made. */
int	gate_signed_refresh(struct gate *gate);

/* A policy was loaded: says how its roster differs from the one that the log was told of last, by whichever gate. */
void	gate_signed_tell(struct gate *gate);

/*
 * 0 if the decision may count: it is signed as it must be, or not signed where that is enough. Otherwise the peer has been
 * told why not, and the log as well. Denials never need a signature, but a false one is refused all the same.
 */
int	gate_signed_check(struct peer *peer, const struct policy_role *role, const struct request *request, const struct wire_decide *decision);

/* A signed text, and what it has to be about. */
struct gate_claim {
	struct id		 subject;
	const uint8_t		*sha256;	/* of the canonical text that the signature is for */
	const char		*decision;
	int64_t			 seconds;	/* negative: any */
	struct wire_bytes	 text, signature;
};

/* NULL if it is signed by a key of the peer's, for this and now; else what is wrong with it, in a sentence. */
const char	*gate_signed_why(struct peer *peer, const struct gate_claim *claim);

/* Answers with what a signature about this text rests on. 0 or negative. */
struct gate_basis {
	struct id		 subject;
	const struct buf	*text;
	bool			 must;
	int64_t			 known;		/* as in wire_basis */
};

int	gate_signed_basis(struct peer *peer, const struct gate_basis *basis);

#endif
