/* SPDX-License-Identifier: ISC */
/*
 * The heads that this person's programs have seen: one file a log, in $XDG_STATE_HOME/postern/heads (by default
 * ~/.local/state/postern/heads), named by the hash of the log's key. A log that shrank or was written anew is noticed by whoever has seen it before.
 */
#ifndef POSTERN_LIB_PROOF_PIN_H
#define POSTERN_LIB_PROOF_PIN_H

#include "lib/proof/checkpoint.h"

#define PIN_WHY	512	/* room for a sentence */

struct buf;
struct checkpoint;

struct pin {
	struct note_key		key;
	struct tree_head	head;	/* seen last; size 0: none yet */
	char			*path;
};

#define AUTO_PIN	__attribute__((cleanup(pin_done)))

void	pin_done(struct pin *pin);

/*
 * `log` is the key as the gate tells it. The first time it is believed; later a log of the same name with another key is
 * ERR_KEY_WRONG. Also ERR_KEY, ERR_NOTE (the file is no head), -errno; with a sentence in `why`.
 */
int	pin_open(const char *log, struct pin *pin, char why[PIN_WHY]);

/*
 * The note is the newest head, the proof the hashes from the old one to it: checked, and kept in place of the old one.
 * ERR_SIGNATURE (not the log's), ERR_NOTE, ERR_PROOF (it is not the log that was seen before), -errno; with a sentence.
 */
int	pin_advance(struct pin *pin, const struct buf *note, const struct buf *proof, char why[PIN_WHY]);

/* Without keeping it: is the note a head of the log, and grown from pin->head (size 0: from nothing)? 0 or the same errors. */
int	pin_check(const struct pin *pin, const struct buf *note, const struct buf *proof, struct checkpoint *checkpoint);

#endif
