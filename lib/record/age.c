/* SPDX-License-Identifier: ISC */
/*
 * Whole age files: a header, then the payload in chunks of 64 KiB, each sealed with its number and whether it is
 * the last.
 */
#include "config.h"

#include <sodium.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/record/agehead.h"

#define CHUNK	65536
#define TAG	crypto_aead_chacha20poly1305_ietf_ABYTES
#define NONCE	crypto_aead_chacha20poly1305_ietf_NPUBBYTES
#define SEED	16	/* "nonce" of the payload key */

struct secrets {
	uint8_t	file_key[AGE_FILE_KEY];
	uint8_t	payload_key[32];
};

static void
derive_payload(struct secrets *keys, const uint8_t seed[SEED])
{
	struct age_hkdf hkdf = { keys->file_key, seed, AGE_FILE_KEY, SEED, "payload" };

	age_hkdf(&hkdf, keys->payload_key);
}

/* 11 bytes of counter, big-endian, and 1 for the last chunk. */
static void
chunk_nonce(uint64_t number, bool last, uint8_t nonce[NONCE])
{
	memset(nonce, 0, NONCE);
	for (size_t i = 0; i < 8; i++)
		nonce[NONCE - 2 - i] = (uint8_t)(number >> (8 * i));
	nonce[NONCE - 1] = last;
}

static int
seal_payload(const struct secrets *keys, const uint8_t *plain, size_t count, struct buf *out)
{
	uint8_t nonce[NONCE];
	uint64_t number = 0;
	uint8_t *to;
	size_t part;

	do {
		part = count < CHUNK ? count : CHUNK;
		to = buf_reserve(out, part + TAG);
		if (to == NULL)
			return ERR_BUF_FULL;
		chunk_nonce(number++, part == count, nonce);
		crypto_aead_chacha20poly1305_ietf_encrypt(to, NULL, plain, part, NULL, 0, NULL, nonce, keys->payload_key);
		buf_commit(out, part + TAG);
		plain += part;
		count -= part;
	} while (count > 0);
	return 0;
}

/* `to` has room for count bytes less the tags. The plaintext's bytes, or ERR_ENVELOPE with `to` wiped. */
static ssize_t
open_payload(const struct secrets *keys, const uint8_t *sealed, size_t count, uint8_t *to)
{
	uint8_t nonce[NONCE];
	uint64_t number = 0;
	size_t part, done = 0;

	do {
		part = count < CHUNK + TAG ? count : CHUNK + TAG;
		chunk_nonce(number, part == count, nonce);
		/* Only an empty file has an empty last chunk. */
		if (part < TAG || (part == TAG && number > 0) ||
		    crypto_aead_chacha20poly1305_ietf_decrypt(to + done, NULL, NULL, sealed, part, NULL, 0, nonce,
		    keys->payload_key) != 0) {
			sodium_memzero(to, done);
			return ERR_ENVELOPE;
		}
		done += part - TAG;
		sealed += part;
		count -= part;
		number++;
	} while (count > 0);
	return (ssize_t)done;
}

int
age_seal(const struct age_to *to, const void *plain, size_t count, struct buf *out)
{
	AUTO_SECRET struct secrets *keys = secret_new(sizeof *keys);
	AUTO_BUF struct buf head;
	uint8_t seed[SEED];
	int r;

	buf_init(&head, 32 + 128 * (AGE_RECIPIENTS_MOST + 1));
	randombytes_buf(keys->file_key, sizeof keys->file_key);
	randombytes_buf(seed, sizeof seed);
	r = age_head_make(to, keys->file_key, &head);
	if (r == 0)
		r = buf_add(out, buf_data(&head), buf_len(&head));
	if (r == 0)
		r = buf_add(out, seed, sizeof seed);
	if (r < 0)
		return r;
	derive_payload(keys, seed);
	return seal_payload(keys, plain, count, out);
}

static int
open_rest(struct secrets *keys, const uint8_t *rest, size_t count, struct buf *out)
{
	ssize_t done;
	uint8_t *to;

	if (count < SEED + TAG)
		return ERR_ENVELOPE;
	to = buf_reserve(out, count - SEED - TAG);	/* more than enough if there are several chunks */
	if (to == NULL)
		return ERR_BUF_FULL;
	derive_payload(keys, rest);
	done = open_payload(keys, rest + SEED, count - SEED, to);
	if (done < 0)
		return (int)done;
	buf_commit(out, (size_t)done);
	return 0;
}

int
age_open(const uint8_t *file, size_t count, const struct age_ring *ring, struct buf *out)
{
	AUTO_SECRET struct secrets *keys = secret_new(sizeof *keys);
	struct age_head head;
	int r;

	r = age_head_parse(file, count, &head);
	if (r == 0)
		r = age_head_open(file, &head, ring, keys->file_key);
	if (r < 0)
		return r;
	return open_rest(keys, file + head.bytes, count - head.bytes, out);
}

int
age_open_passphrase(const uint8_t *file, size_t count, const char *passphrase, struct buf *out)
{
	AUTO_SECRET struct secrets *keys = secret_new(sizeof *keys);
	struct age_head head;
	int r;

	r = age_head_parse(file, count, &head);
	if (r == 0)
		r = age_head_open_passphrase(file, &head, passphrase, keys->file_key);
	if (r < 0)
		return r;
	return open_rest(keys, file + head.bytes, count - head.bytes, out);
}
