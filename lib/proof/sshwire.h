/* SPDX-License-Identifier: ISC */
/* The encoding of OpenSSH's keys, signatures and agent (RFC 4251, section 5): u32 big-endian, string = length and bytes. */
#ifndef POSTERN_LIB_PROOF_SSHWIRE_H
#define POSTERN_LIB_PROOF_SSHWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Bytes of somebody else, read from the front. Once something was missing, is_short stays set and all reads give nothing. */
struct sshwire {
	const uint8_t	*at;
	size_t		 count;
	bool		 is_short;
};

struct sshwire_string {
	const uint8_t	*bytes;
	size_t		 count;
};

uint8_t			sshwire_u8(struct sshwire *wire);
uint32_t		sshwire_u32(struct sshwire *wire);
struct sshwire_string	sshwire_string(struct sshwire *wire);
bool			sshwire_is(struct sshwire_string string, const char *text);

/* True if everything was there, and nothing is left. */
bool			sshwire_is_done(const struct sshwire *wire);

/* 0 or ERR_BUF_FULL. */
int			sshwire_put_u32(struct buf *out, uint32_t value);
int			sshwire_put(struct buf *out, const void *bytes, size_t count);
int			sshwire_put_text(struct buf *out, const char *text);

#endif
