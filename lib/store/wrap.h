/* SPDX-License-Identifier: ISC */
/*
 * The key that wraps the key slots, and lies elsewhere: a systemd credential, bound to the machine's TPM or host secret. In
 * writing it is one line of ASCII, which can be printed and typed in again:
 *
 *	postern-slots-key-1 ID KEY	ID: 8 hexadecimal digits, HMAC-SHA-256(key, "postern slots key id")[:4]; KEY: 64 of them
 *
 * so that a mistyped key is noticed. Slots name the ID of their key. A slot's key is stored XOR HMAC-SHA-256(key,
 * "postern slot v1" | u32 unit | u16 class | u64 created_ms), numbers big-endian: a unit's number is given once, so no two share that.
 */
#ifndef POSTERN_LIB_STORE_WRAP_H
#define POSTERN_LIB_STORE_WRAP_H

#include <stdint.h>

#include "lib/base/secret.h"

#define WRAP_ID			4
#define WRAP_ID_TEXT		(2 * WRAP_ID + 1)
#define WRAP_TEXT		112	/* room for a line with its NUL */
#define WRAP_CREDENTIAL		"postern.slots.key"
#define WRAP_CREDENTIAL_OLD	"postern.slots.key.old"
#define WRAP_FOLDER		"/run/credentials/posternd.service"	/* where systemd has the running gate's, for root */

struct slot;

/* In secret memory only: AUTO_SECRET, secret_new(sizeof struct wraps). */
struct wrap {
	uint8_t	key[SECRET_KEY];
	uint8_t	id[WRAP_ID];
};

/* [0] is in force; what is still under [1] can be read. */
struct wraps {
	unsigned	count;
	struct wrap	keys[2];
};

void	wrap_new(struct wrap *wrap);	/* a random one */
void	wrap_text(const struct wrap *wrap, char text[WRAP_TEXT]);	/* with its line feed; the caller wipes it */
char	*wrap_id_text(const uint8_t id[WRAP_ID], char text[WRAP_ID_TEXT]);

/* Wraps, or unwraps, the 32 bytes at `key` of this slot. */
void	wrap_apply(const struct wrap *wrap, const struct slot *slot, uint8_t *key);

/* The one of this id; NULL if it is none of them. */
const struct wrap	*wraps_find(const struct wraps *wraps, const uint8_t id[WRAP_ID]);

/* Adds the keys in the text, one a line, at most two altogether; lines with # are passed over. 0 or ERR_WRAP_KEY. */
int	wraps_parse(struct wraps *wraps, const char *text);

/* What a pipe or file has, to its end; none is fine. A file that others may read or write: ERR_KEY_OPEN. */
int	wraps_take(struct wraps *wraps, int fd);
int	wraps_read(struct wraps *wraps, const char *path);

/* Both credentials below `folder` (NULL: none): none is fine, an old one alone is ERR_WRAP_OLD. 0, ERR_WRAP_KEY, ERR_KEY_OPEN, -errno. */
int	wraps_load(struct wraps *wraps, const char *folder);

/* A pipe with both, for a process that is about to be started: fd (close-on-exec) or -errno. */
int	wraps_pipe(const struct wraps *wraps);

#endif
