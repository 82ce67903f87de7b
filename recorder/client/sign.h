/* SPDX-License-Identifier: ISC */
/* A decision signed where the approver sits: what it rests on is asked for, checked, shown by its request, and signed. */
#ifndef POSTERN_RECORDER_CLIENT_SIGN_H
#define POSTERN_RECORDER_CLIENT_SIGN_H

#include "lib/base/buf.h"
#include "lib/wire/client.h"

/* The signed text and the signature of one decision. */
struct sign {
	struct buf	text, blob;
};

#define AUTO_SIGN	__attribute__((cleanup(sign_done)))

void	sign_done(struct sign *sign);

/*
 * Signs `decision` (its text and signature then point into `sign`) if --sign or --key was given, or if the role asks for
 * it. 0, or an exit status after a sentence: also if the log is not the one that was seen here before.
 */
int	sign_decision(struct client *client, struct wire_decide *decision, struct sign *sign);

/* The same for a hold or its release, which always needs a signature; hold->until_us 0: as somebody else has signed. */
int	sign_hold(struct client *client, struct wire_hold *hold, struct sign *sign);

/* Sends a review; where the gate says what there is to sign, or with --sign or --key, signed. */
int	sign_review(struct client *client, struct wire_review *review, struct sign *sign);

#endif
