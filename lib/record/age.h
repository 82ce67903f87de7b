/* SPDX-License-Identifier: ISC */
/*
 * Files of age, version 1 (age-encryption.org/v1, C2SP age.md): small ones, whole in memory, sealed to X25519
 * recipients or to a passphrase (scrypt). Binary only: armour has more than one reading.
 */
#ifndef POSTERN_LIB_RECORD_AGE_H
#define POSTERN_LIB_RECORD_AGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/record/agekey.h"

struct buf;

#define AGE_RECIPIENTS_MOST	64
#define AGE_SCRYPT_LOG_N	18	/* work of a passphrase that we seal with, as stock age: 256 MiB, about a second */
#define AGE_SCRYPT_MOST		20	/* most that we are willing to do for somebody else's file: 1 GiB */

/* What to seal, and to whom. */
struct age_to {
	const struct age_recipient	*recipients;
	size_t				 recipient_count;	/* 1 to AGE_RECIPIENTS_MOST; 0 with a passphrase */
	const char			*passphrase;		/* NULL with recipients */
	int				 log_n;			/* of the passphrase; 0 means AGE_SCRYPT_LOG_N */
};

/* Appends the age file. 0, ERR_KEY (no recipient, too many, or a point without a secret), ERR_BUF_FULL, -ENOMEM. */
int	age_seal(const struct age_to *to, const void *plain, size_t count, struct buf *out);

/*
 * Appends the plaintext (wipe the buffer if it is secret); nothing is added unless the whole file is authentic. 0,
 * ERR_KEY_WRONG (no identity of the ring opens it), ERR_ENVELOPE (damaged, or not an age file), ERR_BUF_FULL.
 */
int	age_open(const uint8_t *file, size_t count, const struct age_ring *ring, struct buf *out);

/* The same by passphrase: ERR_KEY_PASSPHRASE, ERR_ENVELOPE (also if it was not sealed to a passphrase), -ENOMEM. */
int	age_open_passphrase(const uint8_t *file, size_t count, const char *passphrase, struct buf *out);

/* True if the bytes begin as an age file does. */
bool	age_is_sealed(const uint8_t *file, size_t count);

#endif
