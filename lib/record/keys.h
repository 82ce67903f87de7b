/* SPDX-License-Identifier: ISC */
/*
 * The keys of a recording: a chain from which each segment's keys follow and which forgets where it was (format.h,
 * "keys"). Frames are sealed and opened only here, and the counter of frames lives beside its key: there is no way to
 * seal two frames under one key and number.
 */
#ifndef POSTERN_LIB_RECORD_KEYS_H
#define POSTERN_LIB_RECORD_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/record/format.h"

enum rec_key_use { REC_KEY_SEGMENT, REC_KEY_TAIL, REC_KEY_USES };

/* Lives in secret memory only; made by rec_keys_new. */
struct rec_keys {
	uint8_t		chain[REC_KEY];			/* CK_i */
	uint8_t		key[REC_KEY_USES][REC_KEY];	/* SK_i, TK_i */
	uint8_t		file_id[REC_FILE_ID];
	uint32_t	segment;			/* i */
	uint32_t	next[REC_KEY_USES];		/* number of the next frame to be sealed */
};

struct rec_frame {
	uint8_t		type;	/* enum rec_frame_type */
	uint8_t		flags;
	uint32_t	number;
	uint32_t	count;	/* of plaintext */
};

#define AUTO_REC_KEYS __attribute__((cleanup(rec_keys_free_at)))

/* Keys of segment 0. Never NULL. */
struct rec_keys	*rec_keys_new(const uint8_t ck0[REC_KEY], const uint8_t file_id[REC_FILE_ID]);
void		 rec_keys_free(struct rec_keys *keys);
void		 rec_keys_free_at(struct rec_keys **keys);

/* On to the next segment; the keys of this one are gone. */
void		 rec_keys_next(struct rec_keys *keys);
/* Back to segment 0: for readers, which hold CK0. A writer that did this would repeat frame numbers. */
void		 rec_keys_restart(struct rec_keys *keys, const uint8_t ck0[REC_KEY]);

/* Public half of the index pair (format.h). */
void		 rec_keys_index_public(const uint8_t ck0[REC_KEY], uint8_t public_key[REC_KEY]);

/* Bytes before the ciphertext: REC_FRAME in a segment, REC_AD in the tail. */
size_t		 rec_frame_head(enum rec_key_use use);

/*
 * Seals frame->count bytes of plaintext; type and flags are the caller's, the number is set here. `out` gets
 * rec_frame_head(use) + count + REC_TAG bytes; the plaintext may already stand where its ciphertext goes.
 */
void		 rec_keys_seal(struct rec_keys *keys, enum rec_key_use use, struct rec_frame *frame, const uint8_t *plain,
		     uint8_t *out);

/* Parses a frame's 12-byte header. 0, or ERR_REC_DAMAGED if it cannot be one. */
int		 rec_frame_parse(const uint8_t head[REC_FRAME], struct rec_frame *frame);

/* Opens a parsed frame of this segment into frame->count bytes (may be in place). 0 or ERR_REC_DAMAGED. */
int		 rec_keys_open(const struct rec_keys *keys, enum rec_key_use use, const struct rec_frame *frame,
		     const uint8_t *sealed, uint8_t *plain);

#endif
