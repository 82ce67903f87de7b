/* SPDX-License-Identifier: ISC */
/* A head of the log as text (C2SP tlog-checkpoint): origin, number of entries, root; one line each. It is signed as a note. */
#ifndef POSTERN_LIB_PROOF_CHECKPOINT_H
#define POSTERN_LIB_PROOF_CHECKPOINT_H

#include "lib/proof/note.h"
#include "lib/proof/tree.h"

#define CHECKPOINT_TEXT	(NOTE_NAME + 24 + 48)	/* room for the text, with the NUL */

struct checkpoint {
	char			origin[NOTE_NAME];	/* which log */
	struct tree_head	head;
};

/* 0, or ERR_NOTE if the origin is no name of a key. */
int	checkpoint_print(const struct checkpoint *checkpoint, char text[CHECKPOINT_TEXT]);

/* Of a note's text; lines behind the third one are others' extensions and left alone. 0 or ERR_NOTE. */
int	checkpoint_parse(const char *text, size_t count, struct checkpoint *checkpoint);

#endif
