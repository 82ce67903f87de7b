/* SPDX-License-Identifier: ISC */
/* What posternd, the gate and the keeper share: their options, their accounts, the descriptors between them. */
#ifndef POSTERN_RECORDER_KEEPER_DAEMON_H
#define POSTERN_RECORDER_KEEPER_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/place.h"

/* Descriptors of gate and keeper after exec. */
enum daemon_fd {
	DAEMON_LINK = 3,	/* gate and keeper: seqpacket socket to each other */
	DAEMON_LISTEN = 4,	/* gate: run/gate.sock, listening */
	DAEMON_LOG_KEY = 5,	/* gate: the log's key, if it came as a credential; else closed */
	DAEMON_SLOTS_KEY = 6	/* gate: a pipe with the keys of the key slots, if they came as credentials; else closed */
};

/* Exit status of a gate that another start would not help, and then of posternd; its unit does not try again. */
#define DAEMON_REFUSED	78

struct daemon {
	struct place	place;
	bool		trial;
	bool		debug;
	uid_t		gate_uid;	/* in trial mode all three are the daemon's own */
	gid_t		gate_gid;
	uid_t		worker_uid;
	gid_t		worker_gid;
};

/*
 * Reads --trial, --root DIR, --debug, --version, --help. Fatal on anything else, and if the accounts of gate and worker
 * are missing where they are needed.
 */
void	daemon_init(struct daemon *daemon, const char *program, int argc, char **argv);
void	daemon_done(struct daemon *daemon);

/* Finds gate's and workers' accounts (installed mode) or takes the caller's own uid (trial mode). */
void	daemon_accounts(struct daemon *daemon);

/* Becomes the account for good; fatal if that fails or could be undone. */
void	daemon_become(uid_t uid, gid_t gid);

#endif
