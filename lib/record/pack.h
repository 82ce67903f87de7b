/* SPDX-License-Identifier: ISC */
/* Compression of one segment: one zstd frame at level 3. The memory it takes lives only during the call. */
#ifndef POSTERN_LIB_RECORD_PACK_H
#define POSTERN_LIB_RECORD_PACK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room that rec_pack may need for `count` bytes. */
size_t	rec_pack_room(size_t count);

/* The frame's bytes, at most rec_pack_room(count); or -ENOMEM. */
ssize_t	rec_pack(const uint8_t *from, size_t count, uint8_t *to, size_t room);

/* Exactly `want` bytes come out: 0, or ERR_REC_DAMAGED, -ENOMEM. */
int	rec_unpack(const uint8_t *from, size_t count, uint8_t *to, size_t want);

/*
 * Gives freed memory back to the system, for when things become quiet: after the first large block has been freed,
 * glibc's malloc keeps up to about a megabyte at hand.
 */
void	rec_pack_rest(void);

#endif
