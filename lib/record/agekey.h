/* SPDX-License-Identifier: ISC */
/* Keys of age: recipients ("age1...", public), identities ("AGE-SECRET-KEY-1...", secret), and rings of identities. */
#ifndef POSTERN_LIB_RECORD_AGEKEY_H
#define POSTERN_LIB_RECORD_AGEKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGE_KEY		32
#define AGE_TEXT	84	/* room for either text */
#define AGE_RING_MOST	64	/* identities in a ring */
#define AGE_FILE_MOST	(1U << 20)	/* largest identity file read */

struct age_recipient {
	uint8_t	key[AGE_KEY];
};

/* Secret keys to try; in secret memory. */
struct age_ring {
	size_t	count;
	uint8_t	identity[AGE_RING_MOST][AGE_KEY];
};

#define AUTO_AGE_RING __attribute__((cleanup(age_ring_free_at)))

/* 0, or ERR_KEY: not an X25519 recipient (other kinds, "age1pq..." or "ssh-...", are not supported). */
int		 age_recipient_parse(const char *text, struct age_recipient *recipient);
char		*age_recipient_text(const struct age_recipient *recipient, char text[AGE_TEXT]);

/* A new identity into secret memory of the caller's. */
void		 age_identity_new(uint8_t identity[AGE_KEY]);
void		 age_identity_recipient(const uint8_t identity[AGE_KEY], struct age_recipient *recipient);
/* The text is secret too: wipe it. */
char		*age_identity_text(const uint8_t identity[AGE_KEY], char text[AGE_TEXT]);

struct age_ring	*age_ring_new(void);	/* empty; never NULL */
void		 age_ring_free(struct age_ring *ring);
void		 age_ring_free_at(struct age_ring **ring);
int		 age_ring_add(struct age_ring *ring, const uint8_t identity[AGE_KEY]);	/* 0 or ERR_BUF_FULL */

/*
 * Adds the identities of an identity file's text: one a line, empty lines and lines with '#' in front ignored. 0,
 * ERR_KEY for a line that is something else or if there is none, ERR_BUF_FULL. On an error the ring is as it was.
 */
int		 age_ring_add_text(struct age_ring *ring, const char *text, size_t count);

/*
 * Adds those of a file, plain or an age file under a passphrase. `passphrase` NULL: none was asked for yet.
 * *locked (if not NULL) says whether the file is of the second kind. 0, ERR_KEY_LOCKED (a passphrase is
 * needed), ERR_KEY_PASSPHRASE (it is the wrong one), ERR_KEY, ERR_ENVELOPE, -errno.
 */
int		 age_ring_add_file(struct age_ring *ring, const char *path, const char *passphrase, bool *locked);

#endif
