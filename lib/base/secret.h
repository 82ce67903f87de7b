/* SPDX-License-Identifier: ISC */
/* Key memory that stays out of core dumps and swap, and the hash functions every room shares. */
#ifndef POSTERN_LIB_BASE_SECRET_H
#define POSTERN_LIB_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#define SECRET_KEY	32	/* bytes of every symmetric key of ours */
#define SECRET_SHA256	32

#define AUTO_SECRET	__attribute__((cleanup(secret_free_at)))

/* First thing in main(): libsodium ready, process not dumpable, no core file. Fatal if that fails. */
void	 secret_init(void);

/* From now on the memory of each new secret is all zero in a child made by fork(2). */
void	 secret_hide_from_forks(void);

/* Zeroed memory by sodium_malloc; never NULL. secret_free takes NULL. */
void	*secret_new(size_t size);
void	 secret_free(void *secret);
void	 secret_free_at(void *pointer_to_pointer);	/* for AUTO_SECRET only */

/* out = HMAC-SHA-256(key, label), label without its NUL: every derivation of the recording's and slots' keys. */
void	 secret_derive(const uint8_t key[SECRET_KEY], const char *label, uint8_t out[SECRET_KEY]);

/* HMAC-SHA-256 of any bytes. */
void	 secret_hmac(const uint8_t *key, size_t key_bytes, const void *bytes, size_t count, uint8_t out[SECRET_SHA256]);

void	 secret_sha256(const void *bytes, size_t count, uint8_t out[SECRET_SHA256]);

#endif
