/* SPDX-License-Identifier: ISC */
/*
 * A message's fields on the wire, in the encoding of SSH (RFC 4251, section 5): integers big-endian, strings as u32
 * length and bytes. A message is a C struct and a const table of its fields; the table is the wire layout.
 */
#ifndef POSTERN_LIB_WIRE_CODEC_H
#define POSTERN_LIB_WIRE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

enum wire_type {
	WIRE_END,	/* ends a table */
	WIRE_BOOL,	/* bool: one byte, 0 or 1 */
	WIRE_U32,	/* uint32_t */
	WIRE_I64,	/* int64_t: as uint64 in two's complement */
	WIRE_ID,	/* struct id: 16 bytes as they are */
	WIRE_TEXT,	/* char *: string of clean UTF-8 (lib/base/text.h), at most `most` bytes */
	WIRE_BYTES,	/* struct wire_bytes: string of any bytes, at most `most` */
	WIRE_WORDS	/* char **, NULL-terminated: u32 count (at most WIRE_WORD_COUNT), then strings of bytes without NUL, `most` each */
};

#define WIRE_WORD_COUNT	256

struct wire_bytes {
	uint8_t	*data;
	size_t	 count;
};

struct wire_field {
	const char	*name;	/* of the member, for --json */
	enum wire_type	type;
	uint32_t	offset;	/* in the struct */
	uint32_t	most;	/* bytes, where the type has a length */
};

/* For tables: WIRE_FIELD(hello, TEXT, program, 64) */
#define WIRE_FIELD(message, kind, member, limit) \
	{ #member, WIRE_##kind, offsetof(struct wire_##message, member), limit }

/* Adds the fields of `message` to `out`. NULL texts and words are sent as empty. 0, ERR_BUF_FULL, or ERR_MSG_LENGTH/TEXT if the sender breaks its own bounds. */
int	wire_encode(const struct wire_field *fields, const void *message, struct buf *out);

/*
 * Decodes exactly `count` bytes into `message` (zeroed by this function up to what the fields cover; give a zeroed
 * struct). Texts, bytes and words are allocated and never NULL; wire_done() frees them, also after an error.
 * 0, ERR_MSG_SHORT, ERR_MSG_LONG, ERR_MSG_LENGTH or ERR_MSG_TEXT.
 */
int	wire_decode(const struct wire_field *fields, const uint8_t *bytes, size_t count, void *message);
void	wire_done(const struct wire_field *fields, void *message);

#endif
