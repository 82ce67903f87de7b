/* SPDX-License-Identifier: ISC */
/* The key chain and the sealing of frames. */
#include "config.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/record/keys.h"

#define NONCE	crypto_aead_chacha20poly1305_ietf_NPUBBYTES

static void
derive(struct rec_keys *keys)
{
	secret_derive(keys->chain, "seg", keys->key[REC_KEY_SEGMENT]);
	secret_derive(keys->chain, "tail", keys->key[REC_KEY_TAIL]);
	memset(keys->next, 0, sizeof keys->next);
}

struct rec_keys *
rec_keys_new(const uint8_t ck0[REC_KEY], const uint8_t file_id[REC_FILE_ID])
{
	struct rec_keys *keys = secret_new(sizeof *keys);

	memcpy(keys->file_id, file_id, REC_FILE_ID);
	rec_keys_restart(keys, ck0);
	return keys;
}

void
rec_keys_free(struct rec_keys *keys)
{
	secret_free(keys);
}

void
rec_keys_free_at(struct rec_keys **keys)
{
	rec_keys_free(*keys);
}

void
rec_keys_next(struct rec_keys *keys)
{
	uint8_t next[REC_KEY];

	assert(keys->segment < UINT32_MAX);
	secret_derive(keys->chain, "next", next);
	memcpy(keys->chain, next, REC_KEY);
	sodium_memzero(next, sizeof next);
	keys->segment++;
	derive(keys);
}

void
rec_keys_restart(struct rec_keys *keys, const uint8_t ck0[REC_KEY])
{
	memcpy(keys->chain, ck0, REC_KEY);
	keys->segment = 0;
	derive(keys);
}

void
rec_keys_index_public(const uint8_t ck0[REC_KEY], uint8_t public_key[REC_KEY])
{
	uint8_t secret[REC_KEY];

	secret_derive(ck0, "index", secret);
	crypto_scalarmult_base(public_key, secret);
	sodium_memzero(secret, sizeof secret);
}

size_t
rec_frame_head(enum rec_key_use use)
{
	return use == REC_KEY_TAIL ? REC_AD : REC_FRAME;
}

/* file_id | segment | frame header */
static void
associate(const struct rec_keys *keys, const struct rec_frame *frame, uint8_t ad[REC_AD])
{
	uint8_t *head = ad + REC_FILE_ID + 4;

	memcpy(ad, keys->file_id, REC_FILE_ID);
	rec_put32(ad + REC_FILE_ID, keys->segment);
	rec_put32(head, frame->count + REC_TAG);
	head[4] = frame->type;
	head[5] = frame->flags;
	rec_put16(head + 6, 0);
	rec_put32(head + 8, frame->number);
}

void
rec_keys_seal(struct rec_keys *keys, enum rec_key_use use, struct rec_frame *frame, const uint8_t *plain, uint8_t *out)
{
	size_t head = rec_frame_head(use);
	uint8_t nonce[NONCE] = { 0 };
	uint8_t ad[REC_AD];

	assert(keys->next[use] < UINT32_MAX && frame->count <= REC_FRAME_MOST);
	frame->number = keys->next[use]++;
	associate(keys, frame, ad);
	rec_put32(nonce, frame->number);
	memcpy(out, ad + REC_AD - head, head);
	crypto_aead_chacha20poly1305_ietf_encrypt(out + head, NULL, plain, frame->count, ad, sizeof ad, NULL, nonce,
	    keys->key[use]);
}

int
rec_frame_parse(const uint8_t head[REC_FRAME], struct rec_frame *frame)
{
	uint32_t count = rec_get32(head);

	if (count < REC_TAG || count - REC_TAG > REC_FRAME_MOST || rec_get16(head + 6) != 0)
		return ERR_REC_DAMAGED;
	frame->count = count - REC_TAG;
	frame->type = head[4];
	frame->flags = head[5];
	frame->number = rec_get32(head + 8);
	return 0;
}

int
rec_keys_open(const struct rec_keys *keys, enum rec_key_use use, const struct rec_frame *frame, const uint8_t *sealed,
    uint8_t *plain)
{
	uint8_t nonce[NONCE] = { 0 };
	uint8_t ad[REC_AD];

	associate(keys, frame, ad);
	rec_put32(nonce, frame->number);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed, frame->count + REC_TAG, ad, sizeof ad, nonce,
	    keys->key[use]) != 0)
		return ERR_REC_DAMAGED;
	return 0;
}
