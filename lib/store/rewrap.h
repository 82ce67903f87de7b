/* SPDX-License-Identifier: ISC */
/*
 * Wrapping the slots that are there already, in place, 4096 bytes at a time. A block is written to `slots.redo` first, in its new form:
 *
 *	0 "SLOTREDO" | 8 u64 offset | 16 sha256(0..15, 64..)[32] | 48 zero | 64 the block[4096]
 *
 * so that one that a power cut has torn is whole again after the next slots_open(). Only what is damaged is taken from there: a slot that
 * was erased stays erased. That file is zeroed in place before it goes.
 */
#ifndef POSTERN_LIB_STORE_REWRAP_H
#define POSTERN_LIB_STORE_REWRAP_H

#include "lib/store/slots.h"

#define REWRAP_FILE	"slots.redo"

/* Live slots by what they are under. */
struct survey {
	uint32_t	plain;		/* nothing: their keys lie in the clear */
	uint32_t	now, old;	/* the key in force; the old one */
	uint32_t	other;		/* a key that is not among slots->wraps */
	uint8_t		other_id[WRAP_ID];
};

int	slots_survey(struct slots *slots, struct survey *survey);

/*
 * Everything live under the key in force, on the disk when this returns; `dir` is the file's. How many were not is in *count. An error
 * leaves some done and some not, each of them whole. ERR_WRAP_MISSING, ERR_WRAP_WRONG (one is under another key), ERR_SLOT_DAMAGED (what
 * was read back is not what was written), -errno.
 */
int	slots_rewrap(struct slots *slots, const char *dir, uint32_t *count);

/* For slots_open(): what a rewrap that was cut short has left in the folder `at`. */
int	rewrap_mend(int fd, int at);

#endif
