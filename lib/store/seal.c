/* SPDX-License-Identifier: ISC */
/* Sealing under slot keys. */
#include "config.h"

#include <sodium.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/store/seal.h"
#include "lib/store/stmt.h"

_Static_assert(SEAL_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce of XChaCha20-Poly1305");
_Static_assert(SEAL_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag of XChaCha20-Poly1305");

/* store->keys[0] the slot's, [1] the one derived from it; zeroed by KEYS_WIPED when the caller's scope ends. */
static int
keys_load(struct store *store, const struct seal *seal)
{
	int r = slots_key(&store->slots, seal->unit, store->keys[0]);

	if (r == 0)
		secret_derive(store->keys[0], seal->label, store->keys[1]);
	return r;
}

static void
keys_wipe(struct store **store)
{
	sodium_memzero((*store)->keys, 2 * sizeof (*store)->keys[0]);
}

#define KEYS_WIPED	__attribute__((cleanup(keys_wipe), unused))

int
seal_make(struct store *store, const struct seal *seal, const void *plain, size_t count, struct buf *out)
{
	KEYS_WIPED struct store *held = store;
	unsigned long long length;
	uint8_t *at;
	int r = keys_load(store, seal);

	if (r < 0)
		return r;
	at = buf_reserve(out, count + SEAL_MORE);
	if (at == NULL)
		return ERR_BUF_FULL;
	randombytes_buf(at, SEAL_NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(at + SEAL_NONCE, &length, plain, count, seal->ad, seal->ad_bytes,
	    NULL, at, store->keys[1]);
	buf_commit(out, count + SEAL_MORE);
	return 0;
}

int
seal_open(struct store *store, const struct seal *seal, const void *sealed, size_t count, struct buf *out)
{
	KEYS_WIPED struct store *held = store;
	const uint8_t *bytes = sealed;
	unsigned long long length;
	uint8_t *at;
	int r = keys_load(store, seal);

	if (r < 0)
		return r;
	if (count < SEAL_MORE)
		return ERR_STORE_DAMAGED;
	at = buf_reserve(out, count - SEAL_MORE + 1);	/* never zero bytes */
	if (at == NULL)
		return ERR_BUF_FULL;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(at, &length, NULL, bytes + SEAL_NONCE, count - SEAL_NONCE,
	    seal->ad, seal->ad_bytes, bytes, store->keys[1]) != 0)
		return ERR_STORE_DAMAGED;
	buf_commit(out, count - SEAL_MORE);
	return 0;
}
