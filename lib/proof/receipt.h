/* SPDX-License-Identifier: ISC */
/*
 * What a replica of the key slots signs when it has erased its copy of one: a note (note.h) by the replica's own key over
 *
 *	postern slot receipt v1 | log NAME | slot N | envelope HEX64 | head SIZE BASE64 | copy erased | time UNIX
 *
 * each a line, in this order, nothing else. "envelope -": nothing was sealed under it but texts. "copy none": the replica held
 * no copy of it, and will not take one any more. The head is the last one of the log that was signed before the order.
 */
#ifndef POSTERN_LIB_PROOF_RECEIPT_H
#define POSTERN_LIB_PROOF_RECEIPT_H

#include <stdbool.h>

#include "lib/proof/note.h"
#include "lib/proof/tree.h"

#define RECEIPT_TEXT	1024	/* room for the text alone, with the NUL */
#define RECEIPT_MOST	2048	/* longest signed receipt, in bytes */

struct receipt {
	char			log[NOTE_NAME];
	uint32_t		slot;
	bool			has_envelope;
	uint8_t			envelope[32];	/* SHA-256 */
	struct tree_head	head;		/* size 0: none was signed */
	bool			had_copy;
	int64_t			time_s;		/* unix */
};

struct buf;

/* Adds the signed note to `out`. 0, ERR_NOTE (a name that is none), ERR_BUF_FULL. */
int	receipt_sign(const struct receipt *receipt, const struct note_key *key, const uint8_t secret[NOTE_SECRET], struct buf *out);

/* What it says, if the key has signed it: 0; ERR_NOTE, ERR_NOT_FOUND (another key's), ERR_SIGNATURE. */
int	receipt_open(const void *note, size_t count, const struct note_key *key, struct receipt *receipt);

#endif
