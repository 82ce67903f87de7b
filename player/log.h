/* SPDX-License-Identifier: ISC */
/* postern log: the log for others' tools, from a state directory or a copy of it, without a gate. */
#ifndef POSTERN_PLAYER_LOG_H
#define POSTERN_PLAYER_LOG_H

#include "lib/proof/checkpoint.h"

struct buf;
struct cli;
struct head;
struct store;

/* One command. */
struct log_job {
	struct cli	*cli;
	struct store	*store;
	const char	*word;	/* what is behind the act: an entry's number, a folder; NULL: nothing */
};

/* Each prints its own error; the exit status. */
int	log_export(struct log_job *job);
int	log_proof(struct log_job *job);
int	log_tiles(struct log_job *job);

/* That an entry is in the log, as C2SP tlog-proof has it; `extra` is the entry itself. 0 or ERR_BUF_FULL. */
struct log_proof {
	int64_t			 index;
	const uint8_t		*entry;
	const struct tree_proof	*proof;
	const char		*note;
};
int	log_proof_print(const struct log_proof *of, struct buf *text);

/* What a head that was kept says. 0 or ERR_NOTE. Whether it is signed, `verify` tells. */
int	log_checkpoint(const struct head *head, struct checkpoint *checkpoint);

#endif
