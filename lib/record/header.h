/* SPDX-License-Identifier: ISC */
/* The recording's header and the text inside its key envelope; layouts in format.h. */
#ifndef POSTERN_LIB_RECORD_HEADER_H
#define POSTERN_LIB_RECORD_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/record/agekey.h"
#include "lib/record/format.h"

struct buf;
struct layers_to;

struct rec_header {
	uint32_t	flags;		/* enum rec_flag */
	uint8_t		file_id[REC_FILE_ID];
	int64_t		start_wall_us;
	uint16_t	columns, rows;
	uint32_t	envelope_bytes;	/* behind the header; 0 if external */
};

/* Writes the header with its commitment to CK0. */
void	rec_header_put(const struct rec_header *header, const uint8_t ck0[REC_KEY], uint8_t bytes[REC_HEADER]);

/*
 * 0, ERR_REC_FORMAT (not a recording), ERR_REC_VERSION, ERR_REC_DAMAGED. Nothing is authentic before
 * rec_header_check.
 */
int	rec_header_get(const uint8_t bytes[REC_HEADER], struct rec_header *header);

/* Does CK0 belong to this header? 0 or ERR_REC_KEY. */
int	rec_header_check(const uint8_t bytes[REC_HEADER], const uint8_t ck0[REC_KEY]);

/*
 * CK0 for the recipients: with to->keys below 2 an age file that any of them opens (to->owners may be NULL), else a layered
 * envelope. 0, ERR_KEY, ERR_BUF_FULL.
 */
int	rec_envelope_seal(const uint8_t file_id[REC_FILE_ID], const uint8_t ck0[REC_KEY], const struct layers_to *to,
	    struct buf *out);

/* What an envelope held. */
struct rec_envelope {
	uint8_t	file_id[REC_FILE_ID];
	uint8_t	ck0[REC_KEY];
};

/* Into secret memory. 0, ERR_KEY_WRONG, ERR_LAYERS (others have to open it first), ERR_ENVELOPE. */
int	rec_envelope_open(const uint8_t *bytes, size_t count, const struct age_ring *ring, struct rec_envelope *envelope);

#endif
