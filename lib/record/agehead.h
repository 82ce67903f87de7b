/* SPDX-License-Identifier: ISC */
/* The header of an age file: stanzas, each a way to the file key, under a MAC. Only for age.c. */
#ifndef POSTERN_LIB_RECORD_AGEHEAD_H
#define POSTERN_LIB_RECORD_AGEHEAD_H

#include "lib/record/age.h"

#define AGE_FILE_KEY	16
#define AGE_WRAPPED	32	/* file key and tag: the body of both kinds of stanza */
#define AGE_VERSION	"age-encryption.org/v1\n"

/* What is found in a header without any key. */
struct age_head {
	struct {
		uint8_t	share[AGE_KEY];		/* ephemeral */
		uint8_t	body[AGE_WRAPPED];
	}		 x25519[AGE_RECIPIENTS_MOST];
	size_t		 x25519_count;
	bool		 has_scrypt;
	uint8_t		 salt[16];
	int		 log_n;
	uint8_t		 scrypt_body[AGE_WRAPPED];
	size_t		 stanza_count;		/* of any kind */
	size_t		 mac_bytes;		/* the header up to and with "---" */
	uint8_t		 mac[32];
	size_t		 bytes;			/* the whole header */
};

/* 0 or ERR_ENVELOPE. Accepts exactly what the specification does; unknown kinds of stanza are skipped. */
int	age_head_parse(const uint8_t *file, size_t count, struct age_head *head);

/* Appends a header to `out`, which must be empty, with its MAC. 0, ERR_KEY, ERR_BUF_FULL, -ENOMEM. */
int	age_head_make(const struct age_to *to, const uint8_t file_key[AGE_FILE_KEY], struct buf *out);

/* Finds the file key and checks the MAC with it. 0, ERR_KEY_WRONG, ERR_KEY_PASSPHRASE, ERR_ENVELOPE, -ENOMEM. */
int	age_head_open(const uint8_t *file, const struct age_head *head, const struct age_ring *ring,
	    uint8_t file_key[AGE_FILE_KEY]);
int	age_head_open_passphrase(const uint8_t *file, const struct age_head *head, const char *passphrase,
	    uint8_t file_key[AGE_FILE_KEY]);

/* HKDF-SHA-256 (RFC 5869) of one output block. */
struct age_hkdf {
	const uint8_t	*key, *salt;
	size_t		 key_bytes, salt_bytes;
	const char	*info;
};

void	age_hkdf(const struct age_hkdf *in, uint8_t out[32]);

#endif
