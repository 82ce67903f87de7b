/* SPDX-License-Identifier: ISC */
/*
 * What a log asks of a witness (C2SP tlog-witness, add-checkpoint): the size that the witness has seen last, the proof from
 * there, an empty line, and the signed head. The answer is a status of HTTP's and a text: with 200 the lines of cosignatures.
 */
#ifndef POSTERN_LIB_PROOF_WITNESS_H
#define POSTERN_LIB_PROOF_WITNESS_H

#include "lib/proof/note.h"
#include "lib/proof/tree.h"

#define WITNESS_MOST	(NOTE_MOST + 4096)	/* longest question or answer */
#define WITNESS_PROOF	63			/* most hashes */

struct buf;

enum witness_status {
	WITNESS_COSIGNED = 200, WITNESS_BAD = 400, WITNESS_NOT_SIGNED = 403, WITNESS_UNKNOWN = 404,
	WITNESS_CONFLICT = 409,	/* the text is the size that it has seen */
	WITNESS_NO_PROOF = 422
};

struct witness_question {
	uint64_t		 old;
	struct tree_proof	 proof;
	const char		*note;	/* borrowed */
	size_t			 note_bytes;
};

/* 0 or ERR_BUF_FULL. */
int	witness_print(const struct witness_question *question, struct buf *out);

/* Points into `bytes`. 0 or ERR_NOTE: not of this form; the note itself is not looked at. */
int	witness_parse(const void *bytes, size_t count, struct witness_question *question);

#endif
