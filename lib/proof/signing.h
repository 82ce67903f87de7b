/* SPDX-License-Identifier: ISC */
/* Signing where the approver sits: by the ssh agent there, or by a key file through ssh-keygen, which asks for its passphrase. */
#ifndef POSTERN_LIB_PROOF_SIGNING_H
#define POSTERN_LIB_PROOF_SIGNING_H

#include "lib/proof/sshsig.h"

#define SIGNING_WHY	256	/* room for a sentence */

struct buf;

struct signing {
	const char	*key_file;	/* a private key, or a public one whose private half the agent has; NULL: the agent's first that fits */
	const char	*fits;		/* public keys, one a line, of which one must sign; NULL or "": any */
};

/*
 * Adds the signature as an SSHSIG blob. 0; or ERR_KEY (no key that fits), ERR_AGENT, ERR_SIGNATURE (ssh-keygen failed),
 * -errno; with a sentence in `why` that says what to do.
 */
int	signing_sign(const struct signing *how, const struct sshsig_message *message, struct buf *blob, char why[SIGNING_WHY]);

#endif
