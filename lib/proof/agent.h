/* SPDX-License-Identifier: ISC */
/* ssh-agent as a client (draft-ietf-sshm-ssh-agent): which keys it holds, and signatures by them. Blocks; at most a minute. */
#ifndef POSTERN_LIB_PROOF_AGENT_H
#define POSTERN_LIB_PROOF_AGENT_H

#include <stddef.h>

#include "lib/proof/sshsig.h"

#define AGENT_KEYS	64	/* most keys that are looked at */

struct agent_keys {
	struct sshsig_key	items[AGENT_KEYS];	/* of the kinds we know */
	size_t			count;
};

/* Its socket: `path`, or NULL for $SSH_AUTH_SOCK. The descriptor; -ENOENT if there is none; -errno. */
int	agent_open(const char *path);

/* 0, ERR_PEER_GONE, ERR_MSG_* (no agent speaks like that) or -errno. */
int	agent_list(int fd, struct agent_keys *keys);

/*
 * The message signed by `key`, as an SSHSIG blob. A person may have to touch or confirm; ERR_AGENT if the agent refuses,
 * which also is what it says if the key is not there: list first.
 */
int	agent_sign(int fd, const struct sshsig_key *key, const struct sshsig_message *message, struct buf *blob);

#endif
