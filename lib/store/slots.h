/* SPDX-License-Identifier: ISC */
/*
 * The key slots: a file of 64-byte records, record N at offset 64 * N, numbers big-endian. Zeroing a slot in place
 * closes, at once and in every copy, what was sealed under its key.
 *
 *	0 u32 unit | 4 u16 class | 6 u16 state (1 live, 2 erased) | 8 u64 created_ms | 16 key[32] | 48 sha256(0..47)[:16]
 *	state 3, live and wrapped (wrap.h):			... | 16 key[32] XOR pad | 48 id of the wrapping key[4] | 52 sha256(0..51)[:12]
 *
 * What needs no key (erasing, copying, the clear part) works on wrapped records without the key that wraps them.
 * Record 0 and records of zeros are free. A unit's number is given once. The file must not lie on a file system that
 * writes elsewhere (copy on write, snapshots): there, overwriting in place does not reach the old block.
 */
#ifndef POSTERN_LIB_STORE_SLOTS_H
#define POSTERN_LIB_STORE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/secret.h"
#include "lib/store/wrap.h"

#define SLOTS_RECORD	64
#define SLOTS_FILE	"slots"

enum slot_state { SLOT_FREE, SLOT_LIVE, SLOT_ERASED };

struct slots {
	int			 fd;
	uint8_t			*record;	/* secret memory for one record */
	const struct wraps	*wraps;		/* set by the owner after slots_open(); borrowed; NULL: new keys lie in the clear */
};

/* The record's clear part. */
struct slot {
	uint32_t	unit;
	uint16_t	class;
	enum slot_state	state;
	int64_t		created_ms;
	bool		is_wrapped;	/* a live one, under the key of this id */
	uint8_t		wrap_id[WRAP_ID];
};

/*
 * 0, -ENOENT, ERR_SLOT_DAMAGED (not a regular file), ERR_KEY_OPEN (to be written, and others may reach it) or -errno. With
 * `create` a missing file is made, mode 0600.
 */
int	slots_open(struct slots *slots, const char *dir, bool create, bool readonly);
void	slots_close(struct slots *slots);

/* 0 or ERR_SLOTS_MISSING: the file has been removed while open. */
int	slots_check(const struct slots *slots);

/* True if any unit was ever made: such a file belongs to a catalogue. */
int	slots_used(struct slots *slots, bool *used);

/* A new random key for `slot->unit`, on the disk when this returns. ERR_STORE_CONFLICT if the unit is taken. */
int	slots_create(struct slots *slots, const struct slot *slot);

/*
 * The key into secret memory. ERR_SLOT_GONE (erased), ERR_SLOT_DAMAGED (also: never made), ERR_WRAP_MISSING (wrapped, and slots->wraps
 * has no key), ERR_WRAP_WRONG (it has others), -errno.
 */
int	slots_key(struct slots *slots, uint32_t unit, uint8_t key[SECRET_KEY]);

/* The clear part: 0 (a free record too), ERR_SLOT_DAMAGED, -errno. */
int	slots_get(struct slots *slots, uint32_t unit, struct slot *slot);

/* The record as it stands (wrapped, if it is), in secret memory: to be copied to another host. Errors as of slots_key() without wraps. */
int	slots_copy(struct slots *slots, uint32_t unit, uint8_t record[SLOTS_RECORD]);

/*
 * A record from elsewhere, on the disk when this returns; the same one again is fine, and so is the same slot wrapped under another key
 * than it was, or for the first time. ERR_SLOT_GONE (erased here: it stays so), ERR_STORE_CONFLICT (another key is there),
 * ERR_SLOT_DAMAGED (this is no live record).
 */
int	slots_put(struct slots *slots, const uint8_t record[SLOTS_RECORD]);

/* Numbers that fit into the file: those of records are below it. 0 or -errno. */
int	slots_count(const struct slots *slots, uint32_t *count);

/*
 * Zeroes the key in place, waits for the disk, reads it back. Works on a damaged record as well, and again on an
 * erased one. ERR_SLOT_DAMAGED if what is read back is not what was written.
 */
int	slots_shred(struct slots *slots, uint32_t unit);

#endif
