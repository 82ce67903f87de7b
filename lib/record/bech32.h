/* SPDX-License-Identifier: ISC */
/* Bech32 (BIP 173) without its limit of 90 characters, as age uses it to write keys. */
#ifndef POSTERN_LIB_RECORD_BECH32_H
#define POSTERN_LIB_RECORD_BECH32_H

#include <stddef.h>
#include <stdint.h>

#define BECH32_KEY	32	/* bytes that one text carries here */
#define BECH32_TEXT	84	/* room for any text made here */

/* Lower-case text of 32 bytes under a lower-case prefix of at most 24 characters. */
void	bech32_encode(const char *prefix, const uint8_t key[BECH32_KEY], char text[BECH32_TEXT]);

/* The reverse; all upper or all lower case. 0, or ERR_KEY: another prefix, a wrong checksum, not 32 bytes. */
int	bech32_decode(const char *prefix, const char *text, size_t count, uint8_t key[BECH32_KEY]);

#endif
