/* SPDX-License-Identifier: ISC */
/*
 * A security key in software, for tests alone: ssh-keygen and ssh-agent load it instead of a token (SSH_SK_PROVIDER). Its
 * handle is the private key itself. It says that it was touched exactly if the one who asks wants a touch.
 * The interface is OpenSSH's for such providers (sk-api.h), version 10 of it; what is signed stands in PROTOCOL.u2f.
 */
#include "config.h"

#include <endian.h>
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define API_VERSION	0x000a0000u
#define ALG_ED25519	1u
#define TOUCH		1u

enum { FAILED = -1, UNSUPPORTED = -2 };

struct sk_option;
struct sk_resident_key;

struct sk_enroll_response {
	uint8_t	 flags;
	uint8_t	*public_key;
	size_t	 public_key_bytes;
	uint8_t	*key_handle;
	size_t	 key_handle_bytes;
	uint8_t	*signature;
	size_t	 signature_bytes;
	uint8_t	*attestation;
	size_t	 attestation_bytes;
	uint8_t	*authdata;
	size_t	 authdata_bytes;
};

struct sk_sign_response {
	uint8_t		 flags;
	uint32_t	 counter;
	uint8_t		*sig_r;
	size_t		 sig_r_bytes;
	uint8_t		*sig_s;
	size_t		 sig_s_bytes;
};

uint32_t	sk_api_version(void);
int		sk_enroll(uint32_t alg, const uint8_t *challenge, size_t count, const char *application, uint8_t flags, const char *pin,
		    struct sk_option **options, struct sk_enroll_response **response);
int		sk_sign(uint32_t alg, const uint8_t *data, size_t count, const char *application, const uint8_t *handle, size_t handle_bytes,
		    uint8_t flags, const char *pin, struct sk_option **options, struct sk_sign_response **response);
int		sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *count);

uint32_t
sk_api_version(void)
{
	return API_VERSION;
}

/* All parts are the caller's to free, each by itself. */
int
sk_enroll(uint32_t alg, const uint8_t *challenge, size_t count, const char *application, uint8_t flags, const char *pin,
    struct sk_option **options, struct sk_enroll_response **response)
{
	struct sk_enroll_response *made = calloc(1, sizeof *made);

	(void)application;
	(void)pin;
	(void)options;
	if (alg != ALG_ED25519 || made == NULL || sodium_init() < 0) {
		free(made);
		return alg != ALG_ED25519 ? UNSUPPORTED : FAILED;
	}
	made->flags = flags;
	made->public_key = malloc(made->public_key_bytes = crypto_sign_PUBLICKEYBYTES);
	made->key_handle = malloc(made->key_handle_bytes = crypto_sign_SECRETKEYBYTES);
	made->signature = malloc(made->signature_bytes = crypto_sign_BYTES);
	if (made->public_key == NULL || made->key_handle == NULL || made->signature == NULL)
		abort();
	crypto_sign_keypair(made->public_key, made->key_handle);
	crypto_sign_detached(made->signature, NULL, challenge, count, made->key_handle);
	*response = made;
	return 0;
}

int
sk_sign(uint32_t alg, const uint8_t *data, size_t count, const char *application, const uint8_t *handle, size_t handle_bytes,
    uint8_t flags, const char *pin, struct sk_option **options, struct sk_sign_response **response)
{
	struct sk_sign_response *made = calloc(1, sizeof *made);
	uint8_t hashed[32 + 1 + 4 + 32];
	uint32_t counter;

	(void)pin;
	(void)options;
	if (alg != ALG_ED25519 || handle_bytes != crypto_sign_SECRETKEYBYTES || made == NULL || sodium_init() < 0) {
		free(made);
		return alg != ALG_ED25519 ? UNSUPPORTED : FAILED;
	}
	made->flags = flags & TOUCH;
	made->counter = 7;
	counter = htobe32(made->counter);
	crypto_hash_sha256(hashed, (const uint8_t *)application, strlen(application));
	hashed[32] = made->flags;
	memcpy(hashed + 33, &counter, sizeof counter);
	crypto_hash_sha256(hashed + 37, data, count);
	made->sig_r = malloc(made->sig_r_bytes = crypto_sign_BYTES);
	if (made->sig_r == NULL)
		abort();
	crypto_sign_detached(made->sig_r, NULL, hashed, sizeof hashed, handle);
	*response = made;
	return 0;
}

int
sk_load_resident_keys(const char *pin, struct sk_option **options, struct sk_resident_key ***keys, size_t *count)
{
	(void)pin;
	(void)options;
	(void)keys;
	(void)count;
	return UNSUPPORTED;
}
