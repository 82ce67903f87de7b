/* SPDX-License-Identifier: ISC */
/* The catalogue for a backup and after one. What a copy of it holds is sealed under key slots, which are not copied. */
#ifndef POSTERN_LIB_STORE_COPY_H
#define POSTERN_LIB_STORE_COPY_H

#include "lib/store/event.h"
#include "lib/store/slots.h"

/* A consistent copy of the catalogue's file at `path` (an existing empty file of the caller's), while others write. 0 or an error. */
int	copy_catalogue(struct store *store, const char *path);

/*
 * Into a catalogue that comes from a backup: a slot that was erased after it was made. No hold and no running session stops it,
 * for its key has gone elsewhere already; otherwise as retention_shred_said(). 0 too if the catalogue knows it as erased.
 */
int	copy_forget(struct store *store, uint32_t unit, int64_t now_us, const struct event_new *said);

/*
 * A live slot that was made after the backup: whatever was sealed under it is lost, and the slot lapses as texts of its class and
 * day. 0 too if the catalogue knows the number.
 */
int	copy_adopt(struct store *store, const struct slot *slot);

/*
 * A log that was put back from a backup says so, in a fact: an entry of type EVENT_RESTORED whose 32 bytes are, big-endian,
 * u64 entries of the largest head that was signed before, as far as anybody knows | u64 entries of the backup | u64 wall seconds
 * when it was made | u64 zero. Entries from its own number on may have existed before with other content.
 */
struct copy_restored {
	int64_t	lost_to;	/* 0: not known */
	int64_t	entries;
	int64_t	made_s;
};

int	copy_tell_restored(struct store *store, const struct copy_restored *restored, const char *class, int64_t now_us);
void	copy_read_restored(const uint8_t fact[EVENT_FACT_BYTES], struct copy_restored *restored);

#endif
