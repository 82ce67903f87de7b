/* SPDX-License-Identifier: ISC */
/*
 * The recording on disk: every magic, length and offset of it, in one place. All integers are little-endian.
 *
 * PATH (a gate: ID.rec)	header, [age envelope], segment 0, segment 1, ..., footer, trailer
 * PATH.tail (ID.tail)		tail head, then one frame per flush; emptied when its segments are safe in the file
 *
 * header, 128 bytes	 0 magic "PSTNREC1" | 8 u32 version | 12 u32 flags | 16 file_id[32] = session id[16], random[16]
 *			 | 48 i64 start, wall microseconds | 56 u16 columns | 58 u16 rows | 60 u32 bytes of the envelope
 *			 | 64 commit[32] = HMAC(HMAC(CK0,"commit"), bytes 0..63) | 96 zero[32]
 * envelope		an age file to the auditors: "postern key v1\nfile HEX\nsegment 0\nck HEX\n". Absent (length 0, flag
 *			"external") in a gate's recording: there the keyring holds it, under the session's slot.
 * frame		 0 u32 bytes that follow the frame's header (n + 16) | 4 u8 type | 5 u8 flags | 6 u16 zero | 8 u32 number
 *			 | 12 ciphertext[n] | tag[16]: ChaCha20-Poly1305 (RFC 8439), nonce = number, zero[8],
 *			 ad = file_id, u32 segment, the frame's header. Numbers count from 0 in each segment and key.
 * segment		one HEAD frame, then its body: one DATA frame (a single zstd frame of events), in later
 *			versions KEYFRAME and INDEX frames too; the last frame of the segment is flagged. Key SK_i.
 * footer		FOOTER frames, sealed as segment n of n: u32 segments | i64 end, microseconds since the start |
 *			per segment: u64 offset of its HEAD, i64 start
 * trailer, 32 bytes	 0 magic "PSTNEND1" | 8 u64 offset of the footer | 16 u32 segments | 20 zero[12]. Absent after a crash.
 *			 Not authentic by itself: only a short way to the footer, which is.
 *
 * tail head, 16 bytes	 0 magic "PSTNTAIL" | 8 u64 offset of the first frame that is still needed. Not authentic: a short
 *			 way past the hole where frames have been released.
 * tail frame		 0 file_id[32] | 32 u32 segment | 36 frame header, ciphertext and tag as above, key TK_i. So a tail frame begins
 *			 with exactly its associated data. Its plaintext is the next piece of the segment's events, so a
 *			 segment is the concatenation of its tail frames.
 * undecided		a tail frame of type UNDECIDED begins with parts, of kinds in ascending order: u8 kind of event (output, error
 *			output, input) | u32 bytes undecided now | u32 n | bytes[n], the newest of them, behind those of earlier frames of the
 *			segment; then a zero byte, and then events as in TAIL. A kind without a part stays as it was. The bytes are
 *			those that were shown, each character covered; a NUL stands for nothing, so that lengths agree.
 *
 * keys			SK_i = HMAC(CK_i,"seg"), TK_i = HMAC(CK_i,"tail"), CK_i+1 = HMAC(CK_i,"next"); CK_i is erased when segment
 *			i + 1 opens. The index pair is X25519 with secret HMAC(CK0,"index").
 */
#ifndef POSTERN_LIB_RECORD_FORMAT_H
#define POSTERN_LIB_RECORD_FORMAT_H

#include <stdint.h>

#define REC_MAGIC		"PSTNREC1"
#define REC_MAGIC_END		"PSTNEND1"
#define REC_MAGIC_TAIL		"PSTNTAIL"
#define REC_MAGIC_BYTES		8
#define REC_VERSION		1

#define REC_KEY			32
#define REC_FILE_ID		32
#define REC_COMMIT		32
#define REC_HEADER		128
#define REC_COMMITTED		64	/* the header's bytes under the commitment */
#define REC_TRAILER		32
#define REC_TAIL_HEAD		16

#define REC_FRAME		12	/* a frame's header */
#define REC_TAG			16
#define REC_AD			(REC_FILE_ID + 4 + REC_FRAME)	/* associated data; header of a tail frame */
#define REC_FRAME_MOST		(2U << 20)	/* most plaintext in one frame that a reader accepts */

#define REC_SEGMENT_BYTES	(256U << 10)	/* of events: then the segment is closed */
#define REC_SEGMENT_US		INT64_C(10000000)	/* or after so much time with activity in it */
#define REC_SEGMENT_MOST	(1U << 20)	/* of events: a reader accepts no more */
#define REC_EVENT_MOST		(64U << 10)	/* payload of one event */
#define REC_UNDECIDED_MOST	(64U << 10)	/* bytes of one kind */
#define REC_UNDECIDED_KINDS	3	/* kinds 1 to 3 of events */
#define REC_META_MOST		(16U << 10)
#define REC_ENVELOPE_MOST	(64U << 10)

#define REC_SEGMENT_HEAD	32	/* i64 start | i64 end | u32 bytes of events | u32 zero | u64 bytes of the body's frames */
#define REC_UNDECIDED_HEAD	9	/* of a part */
#define REC_FOOTER_HEAD		12
#define REC_FOOTER_ENTRY	16
#define REC_FOOTER_CHUNK	(64U << 10)	/* of a footer in one frame */

enum rec_flag {
	REC_FLAG_EXTERNAL = 1	/* the envelope is not in the file */
};

enum rec_frame_type {
	REC_FRAME_HEAD = 1,
	REC_FRAME_DATA = 2,
	REC_FRAME_KEYFRAME = 3,	/* reserved: the screen as the segment opens */
	REC_FRAME_INDEX = 4,	/* reserved: command lines and screen text, sealed to the index key */
	REC_FRAME_FOOTER = 5,
	REC_FRAME_TAIL = 6,
	REC_FRAME_UNDECIDED = 7	/* in the tail: as TAIL, with what masking has not decided yet before the events */
};

#define REC_FRAME_LAST	1	/* flag: the segment's last frame */

/* Little-endian integers in byte arrays. */
static inline void
rec_put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static inline void
rec_put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static inline void
rec_put64(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static inline uint16_t
rec_get16(const uint8_t *from)
{
	return (uint16_t)(from[0] | from[1] << 8);
}

static inline uint32_t
rec_get32(const uint8_t *from)
{
	return (uint32_t)rec_get16(from) | (uint32_t)rec_get16(from + 2) << 16;
}

static inline uint64_t
rec_get64(const uint8_t *from)
{
	return (uint64_t)rec_get32(from) | (uint64_t)rec_get32(from + 4) << 32;
}

#endif
