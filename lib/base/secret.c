/* SPDX-License-Identifier: ISC */
/* Key memory and hashes, over libsodium. */
#include "config.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/secret.h"

void
secret_init(void)
{
	static const struct rlimit none = { 0, 0 };

	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0)
		log_fatal("core dumps cannot be switched off");
}

static bool is_hidden;

void
secret_hide_from_forks(void)
{
	is_hidden = true;
}

/* sodium_malloc maps whole pages for each secret, which nothing else shares. */
static void
hide(void *secret, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)secret & ~(page - 1);
	uintptr_t to = ((uintptr_t)secret + size + page - 1) & ~(page - 1);

	if (madvise((void *)from, to - from, MADV_WIPEONFORK) < 0)
		log_fatal("the memory of a key cannot be kept from child processes");
}

void *
secret_new(size_t size)
{
	void *secret = sodium_malloc(size);

	if (secret == NULL)
		log_fatal("no locked memory for a key (%zu bytes)", size);
	if (is_hidden)
		hide(secret, size);
	sodium_memzero(secret, size);
	return secret;
}

void
secret_free(void *secret)
{
	sodium_free(secret);
}

void
secret_free_at(void *pointer_to_pointer)
{
	void *secret;

	memcpy(&secret, pointer_to_pointer, sizeof secret);
	sodium_free(secret);
}

void
secret_hmac(const uint8_t *key, size_t key_bytes, const void *bytes, size_t count, uint8_t out[SECRET_SHA256])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_bytes);
	crypto_auth_hmacsha256_update(&state, bytes, count);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

void
secret_derive(const uint8_t key[SECRET_KEY], const char *label, uint8_t out[SECRET_KEY])
{
	secret_hmac(key, SECRET_KEY, label, strlen(label), out);
}

void
secret_sha256(const void *bytes, size_t count, uint8_t out[SECRET_SHA256])
{
	crypto_hash_sha256(out, bytes, count);
}
