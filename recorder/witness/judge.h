/* SPDX-License-Identifier: ISC */
/*
 * A witness's folder, and its judgement of a head. The folder has witness.key and witness.pub, logs (the keys of the logs that
 * it knows, one a line), heads/HASH for each log (the newest head it has cosigned, with its cosignature) and, of one that
 * was refused although the log had signed it, heads/HASH.refused: that is the proof of what the log did.
 */
#ifndef POSTERN_RECORDER_WITNESS_JUDGE_H
#define POSTERN_RECORDER_WITNESS_JUDGE_H

#include <stddef.h>

#include "lib/proof/witness.h"

struct judge {
	const char	*dir;
	struct note_key	 key, cosign;	/* the same key, as it stands in witness.key and as it signs heads */
	uint8_t		*secret;	/* secret memory */
	int		 lock;
};

#define AUTO_JUDGE	__attribute__((cleanup(judge_done)))

/* name: makes folder and key if they are not there; NULL: they must be. 0, ERR_KEY_OPEN, ERR_KEY, -errno. */
int	judge_open(const char *dir, const char *name, struct judge *judge);
void	judge_done(struct judge *judge);

/* Knows this log from now on. 0, ERR_KEY, -errno. */
int	judge_add_log(struct judge *judge, const char *vkey);

/*
 * Judges a question, one at a time for all processes of the folder. The status; `out` gets the text behind it: cosignatures,
 * a size, or a sentence. Negative: nothing was judged.
 */
int	judge_question(struct judge *judge, const void *bytes, size_t count, struct buf *out);

/* Each newest head, as it was cosigned, one behind the other. 0 or negative. */
int	judge_heads(const struct judge *judge, struct buf *out);

#endif
