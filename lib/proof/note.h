/* SPDX-License-Identifier: ISC */
/*
 * Signed notes (C2SP signed-note): a text, an empty line, and lines `— NAME base64(id[4] || signature)`. Heads of the log
 * are such notes (checkpoint.h), and so are what witnesses say of them. Ed25519 (type 1) and cosignature/v1 (type 4).
 */
#ifndef POSTERN_LIB_PROOF_NOTE_H
#define POSTERN_LIB_PROOF_NOTE_H

#include <stddef.h>
#include <stdint.h>

#define NOTE_NAME	256	/* room for a key's name, with the NUL */
#define NOTE_PUBLIC	32
#define NOTE_SECRET	64	/* as libsodium has it: seed and public half */
#define NOTE_VKEY	(NOTE_NAME + 9 + 48)	/* room for a key as text */
#define NOTE_LINES	64	/* most signatures that are read */
#define NOTE_MOST	65536	/* longest note, in bytes */
#define NOTE_SIGNATURE	(8 + 64)	/* the longest we know: a cosignature's time stands before it */

struct buf;

enum note_type { NOTE_ED25519 = 1, NOTE_COSIGNATURE = 4 };

struct note_key {
	char		name[NOTE_NAME];
	enum note_type	type;
	uint8_t		id[4];
	uint8_t		public[NOTE_PUBLIC];
};

struct note_line {
	const char	*name;	/* not terminated */
	size_t		 name_bytes;
	uint8_t		 id[4];
	uint8_t		 signature[NOTE_SIGNATURE];
	size_t		 signature_bytes;	/* 0: longer than any that we know */
};

/* A note that was taken apart; points into the bytes it was read from. */
struct note {
	const char		*text;	/* with its last line feed */
	size_t			 text_bytes;
	struct note_line	 lines[NOTE_LINES];
	size_t			 count;
};

/* 0, or ERR_KEY if the name is empty, too long, or has a blank, '+' or control character. */
int	note_key_make(const char *name, enum note_type type, const uint8_t public[NOTE_PUBLIC], struct note_key *key);

/* "name+hex8+base64(type || public)". Reading: 0 or ERR_KEY. */
void	note_key_print(const struct note_key *key, char text[NOTE_VKEY]);
int	note_key_parse(const char *text, struct note_key *key);

/*
 * Adds a signature line for `text` (which ends in a line feed) to `out`; the text and its empty line are the caller's.
 * time_s is for cosignatures. 0 or ERR_BUF_FULL.
 */
int	note_sign(const struct note_key *key, const uint8_t secret[NOTE_SECRET], const char *text, int64_t time_s, struct buf *out);

/* 0 or ERR_NOTE. Signatures of any kind are read; nothing is checked yet. */
int	note_parse(const void *bytes, size_t count, struct note *note);

/*
 * 0 if the key has signed it (cosignature: *time_s is when; may be NULL); ERR_NOT_FOUND if no line is this key's;
 * ERR_SIGNATURE if one is, and is wrong.
 */
int	note_verify(const struct note *note, const struct note_key *key, int64_t *time_s);

#endif
