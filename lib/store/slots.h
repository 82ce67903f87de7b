/* SPDX-License-Identifier: ISC */
/*
 * The key slots: a file of 64-byte records, record N at offset 64 * N, numbers big-endian. Zeroing a slot in place
 * closes, at once and in every copy, what was sealed under its key.
 *
 *	0 u32 unit | 4 u16 class | 6 u16 state (1 live, 2 erased) | 8 u64 created_ms | 16 key[32] | 48 sha256(0..47)[:16]
 *
 * Record 0 and records of zeros are free. A unit's number is given once. The file must not lie on a file system that
 * writes elsewhere (copy on write, snapshots): there, overwriting in place does not reach the old block.
 */
#ifndef POSTERN_LIB_STORE_SLOTS_H
#define POSTERN_LIB_STORE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/secret.h"

#define SLOTS_RECORD	64
#define SLOTS_FILE	"slots"

enum slot_state { SLOT_FREE, SLOT_LIVE, SLOT_ERASED };

struct slots {
	int	 fd;
	uint8_t	*record;	/* secret memory for one record */
};

/* The record's clear part. */
struct slot {
	uint32_t	unit;
	uint16_t	class;
	enum slot_state	state;
	int64_t		created_ms;
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

/* The key into secret memory. ERR_SLOT_GONE (erased), ERR_SLOT_DAMAGED (also: never made), -errno. */
int	slots_key(struct slots *slots, uint32_t unit, uint8_t key[SECRET_KEY]);

/* The clear part: 0 (a free record too), ERR_SLOT_DAMAGED, -errno. */
int	slots_get(struct slots *slots, uint32_t unit, struct slot *slot);

/* The record as it stands, in secret memory: to be copied to another host. Errors as of slots_key(). */
int	slots_copy(struct slots *slots, uint32_t unit, uint8_t record[SLOTS_RECORD]);

/*
 * A record from elsewhere, on the disk when this returns; the same one again is fine. ERR_SLOT_GONE (erased here: it stays so),
 * ERR_STORE_CONFLICT (another key is there), ERR_SLOT_DAMAGED (this is no live record).
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
