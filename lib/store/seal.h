/* SPDX-License-Identifier: ISC */
/*
 * Sealed bytes, for lib/store only: nonce[24] || XChaCha20-Poly1305(HMAC(slot key, label), nonce, ad, plain).
 * Whatever was sealed under a unit is unreadable once the unit's slot has been zeroed.
 */
#ifndef POSTERN_LIB_STORE_SEAL_H
#define POSTERN_LIB_STORE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#define SEAL_NONCE	24
#define SEAL_TAG	16
#define SEAL_MORE	(SEAL_NONCE + SEAL_TAG)	/* bytes a sealed text is longer */

struct buf;
struct store;

struct seal {
	uint32_t	 unit;
	const char	*label;		/* "ev" events, "env" envelopes, "text" requests and decisions */
	const void	*ad;		/* bytes that are bound to, but not in, the sealed text */
	size_t		 ad_bytes;
};

/* Adds the sealed text to `out`, which must have room. ERR_SLOT_GONE, ERR_SLOT_DAMAGED, ERR_BUF_FULL. */
int	seal_make(struct store *store, const struct seal *seal, const void *plain, size_t count, struct buf *out);

/* Adds the plain text to `out`. ERR_SLOT_GONE, ERR_SLOT_DAMAGED; ERR_STORE_DAMAGED if it does not open. */
int	seal_open(struct store *store, const struct seal *seal, const void *sealed, size_t count, struct buf *out);

#endif
