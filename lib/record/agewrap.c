/* SPDX-License-Identifier: ISC */
/* From recipients, identities and passphrases to the file key of an age file, and back. */
#include "config.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/record/agehead.h"

#define INFO_MOST	40
#define SALT		16
#define SCRYPT_LABEL	"age-encryption.org/v1/scrypt"
#define B64		sodium_base64_VARIANT_ORIGINAL_NO_PADDING

static const uint8_t zero_nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

void
age_hkdf(const struct age_hkdf *in, uint8_t out[32])
{
	uint8_t prk[SECRET_SHA256], info[INFO_MOST + 1];
	size_t count = strnlen(in->info, INFO_MOST);

	secret_hmac(in->salt_bytes > 0 ? in->salt : info, in->salt_bytes, in->key, in->key_bytes, prk);
	memcpy(info, in->info, count);
	info[count] = 1;
	secret_hmac(prk, sizeof prk, info, count + 1, out);
	sodium_memzero(prk, sizeof prk);
}

/* Wrapping key of an X25519 stanza from one side's secret and the other's point. */
static int
x25519_key(const uint8_t secret[AGE_KEY], const uint8_t point[AGE_KEY], const uint8_t salt[2 * AGE_KEY], uint8_t key[32])
{
	uint8_t shared[AGE_KEY];
	struct age_hkdf hkdf = { shared, salt, sizeof shared, 2 * AGE_KEY, "age-encryption.org/v1/X25519" };

	if (crypto_scalarmult(shared, secret, point) != 0)
		return ERR_KEY;	/* a point of low order: everybody would know the secret */
	age_hkdf(&hkdf, key);
	sodium_memzero(shared, sizeof shared);
	return 0;
}

static int
scrypt_key(const char *passphrase, const uint8_t salt[SALT], int log_n, uint8_t key[32])
{
	uint8_t labelled[sizeof SCRYPT_LABEL - 1 + SALT];

	memcpy(labelled, SCRYPT_LABEL, sizeof SCRYPT_LABEL - 1);
	memcpy(labelled + sizeof SCRYPT_LABEL - 1, salt, SALT);
	if (crypto_pwhash_scryptsalsa208sha256_ll((const uint8_t *)passphrase, strlen(passphrase), labelled, sizeof labelled,
	    UINT64_C(1) << log_n, 8, 1, key, 32) != 0)
		return -ENOMEM;
	return 0;
}

static int
wrap(const char *stanza, uint8_t key[32], const uint8_t file_key[AGE_FILE_KEY], struct buf *out)
{
	uint8_t body[AGE_WRAPPED];
	char text[64];

	crypto_aead_chacha20poly1305_ietf_encrypt(body, NULL, file_key, AGE_FILE_KEY, NULL, 0, NULL, zero_nonce, key);
	sodium_memzero(key, 32);
	sodium_bin2base64(text, sizeof text, body, sizeof body, B64);
	return buf_addf(out, "-> %s\n%s\n", stanza, text);
}

static bool
unwrap(uint8_t key[32], const uint8_t body[AGE_WRAPPED], uint8_t file_key[AGE_FILE_KEY])
{
	int r;

	r = crypto_aead_chacha20poly1305_ietf_decrypt(file_key, NULL, NULL, body, AGE_WRAPPED, NULL, 0, zero_nonce, key);
	sodium_memzero(key, 32);
	return r == 0;
}

static int
wrap_x25519(const struct age_recipient *to, const uint8_t file_key[AGE_FILE_KEY], struct buf *out)
{
	uint8_t secret[AGE_KEY], salt[2 * AGE_KEY], key[32];
	char share[64], stanza[80];
	int r;

	randombytes_buf(secret, sizeof secret);
	crypto_scalarmult_base(salt, secret);
	memcpy(salt + AGE_KEY, to->key, AGE_KEY);
	r = x25519_key(secret, to->key, salt, key);
	sodium_memzero(secret, sizeof secret);
	if (r < 0)
		return r;
	sodium_bin2base64(share, sizeof share, salt, AGE_KEY, B64);
	snprintf(stanza, sizeof stanza, "X25519 %s", share);
	return wrap(stanza, key, file_key, out);
}

static int
wrap_scrypt(const struct age_to *to, const uint8_t file_key[AGE_FILE_KEY], struct buf *out)
{
	int log_n = to->log_n > 0 ? to->log_n : AGE_SCRYPT_LOG_N;
	uint8_t salt[SALT], key[32];
	char text[32], stanza[64];
	int r;

	randombytes_buf(salt, sizeof salt);
	r = scrypt_key(to->passphrase, salt, log_n, key);
	if (r < 0)
		return r;
	sodium_bin2base64(text, sizeof text, salt, sizeof salt, B64);
	snprintf(stanza, sizeof stanza, "scrypt %s %d", text, log_n);
	return wrap(stanza, key, file_key, out);
}

static void
header_mac(const uint8_t file_key[AGE_FILE_KEY], const uint8_t *bytes, size_t count, uint8_t mac[32])
{
	struct age_hkdf hkdf = { file_key, NULL, AGE_FILE_KEY, 0, "header" };
	uint8_t key[32];

	age_hkdf(&hkdf, key);
	secret_hmac(key, sizeof key, bytes, count, mac);
	sodium_memzero(key, sizeof key);
}

int
age_head_make(const struct age_to *to, const uint8_t file_key[AGE_FILE_KEY], struct buf *out)
{
	uint8_t mac[32];
	char text[64];
	int r;

	if (to->recipient_count > AGE_RECIPIENTS_MOST || (to->recipient_count == 0) == (to->passphrase == NULL))
		return ERR_KEY;
	r = buf_add_text(out, AGE_VERSION);
	for (size_t i = 0; i < to->recipient_count && r == 0; i++)
		r = wrap_x25519(&to->recipients[i], file_key, out);
	if (to->passphrase != NULL && r == 0)
		r = wrap_scrypt(to, file_key, out);
	if (r == 0)
		r = buf_add_text(out, "---");
	if (r < 0)
		return r;
	header_mac(file_key, buf_data(out), buf_len(out), mac);
	sodium_bin2base64(text, sizeof text, mac, sizeof mac, B64);
	return buf_addf(out, " %s\n", text);
}

static int
check_mac(const uint8_t *file, const struct age_head *head, const uint8_t file_key[AGE_FILE_KEY])
{
	uint8_t mac[32];

	header_mac(file_key, file, head->mac_bytes, mac);
	return sodium_memcmp(mac, head->mac, sizeof mac) == 0 ? 0 : ERR_ENVELOPE;
}

int
age_head_open(const uint8_t *file, const struct age_head *head, const struct age_ring *ring, uint8_t file_key[AGE_FILE_KEY])
{
	uint8_t salt[2 * AGE_KEY], key[32];

	for (size_t i = 0; i < ring->count; i++) {
		crypto_scalarmult_base(salt + AGE_KEY, ring->identity[i]);
		for (size_t j = 0; j < head->x25519_count; j++) {
			memcpy(salt, head->x25519[j].share, AGE_KEY);
			if (x25519_key(ring->identity[i], head->x25519[j].share, salt, key) < 0)
				return ERR_ENVELOPE;
			if (unwrap(key, head->x25519[j].body, file_key))
				return check_mac(file, head, file_key);
		}
	}
	return ERR_KEY_WRONG;
}

int
age_head_open_passphrase(const uint8_t *file, const struct age_head *head, const char *passphrase,
    uint8_t file_key[AGE_FILE_KEY])
{
	uint8_t key[32];
	int r;

	if (!head->has_scrypt)
		return ERR_ENVELOPE;
	r = scrypt_key(passphrase, head->salt, head->log_n, key);
	if (r < 0)
		return r;
	return unwrap(key, head->scrypt_body, file_key) ? check_mac(file, head, file_key) : ERR_KEY_PASSPHRASE;
}
