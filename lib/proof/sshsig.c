/* SPDX-License-Identifier: ISC */
/* Signatures by ssh keys: taking apart, checking, putting together. */
#include "config.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/proof/sshsig.h"
#include "lib/proof/sshwire.h"

#define MAGIC		"SSHSIG"	/* without its NUL */
#define MAGIC_BYTES	(sizeof MAGIC - 1)
#define BLOB_VERSION		1
#define HASH		"sha512"	/* what we sign with; sha256 is read as well */
#define B64		sodium_base64_VARIANT_ORIGINAL
#define ARMOR_BEGIN	"-----BEGIN SSH SIGNATURE-----"
#define ARMOR_END	"-----END SSH SIGNATURE-----"
#define ARMOR_COLUMNS	70

/* A signature's parts; they point into its blob. */
struct parts {
	struct sshwire_string	key, namespace, hash, signature;
};

int
sshsig_unarmor(const char *text, struct buf *blob)
{
	const char *begin = strstr(text, ARMOR_BEGIN), *end;
	uint8_t *to = buf_reserve(blob, SSHSIG_BLOB_MOST);
	size_t count;

	if (to == NULL)
		return ERR_BUF_FULL;
	end = begin != NULL ? strstr(begin, ARMOR_END) : NULL;
	if (end == NULL)
		return ERR_SIGNATURE;
	begin += sizeof ARMOR_BEGIN - 1;
	if (sodium_base642bin(to, SSHSIG_BLOB_MOST, begin, (size_t)(end - begin), "\r\n\t ", &count, NULL, B64) != 0)
		return ERR_SIGNATURE;
	buf_commit(blob, count);
	return 0;
}

int
sshsig_armor(const uint8_t *blob, size_t count, struct buf *text)
{
	char encoded[sodium_base64_ENCODED_LEN(SSHSIG_BLOB_MOST, B64)];
	size_t length, columns;
	int r;

	if (count > SSHSIG_BLOB_MOST)
		return ERR_BUF_FULL;
	sodium_bin2base64(encoded, sizeof encoded, blob, count, B64);
	length = strlen(encoded);
	r = buf_add_text(text, ARMOR_BEGIN "\n");
	for (size_t at = 0; at < length && r == 0; at += columns) {
		columns = length - at < ARMOR_COLUMNS ? length - at : ARMOR_COLUMNS;
		r = buf_addf(text, "%.*s\n", (int)columns, encoded + at);
	}
	return r < 0 ? r : buf_add_text(text, ARMOR_END "\n");
}

static int
split(const uint8_t *blob, size_t count, struct parts *parts)
{
	struct sshwire wire = { .at = blob + MAGIC_BYTES, .count = count - MAGIC_BYTES };

	if (count < MAGIC_BYTES || memcmp(blob, MAGIC, MAGIC_BYTES) != 0 || sshwire_u32(&wire) != BLOB_VERSION)
		return ERR_SIGNATURE;
	parts->key = sshwire_string(&wire);
	parts->namespace = sshwire_string(&wire);
	(void)sshwire_string(&wire);	/* reserved: may hold anything, and is signed as empty by all who write version 1 */
	parts->hash = sshwire_string(&wire);
	parts->signature = sshwire_string(&wire);
	return sshwire_is_done(&wire) ? 0 : ERR_SIGNATURE;
}

/* The bytes under an ed25519 signature. */
static int
to_sign(const struct sshsig_message *message, struct sshwire_string hash, struct buf *out)
{
	bool is_sha512 = sshwire_is(hash, "sha512");
	uint8_t sum[64];
	int r;

	if (!is_sha512 && !sshwire_is(hash, "sha256"))
		return ERR_SIGNATURE;
	if (is_sha512)
		crypto_hash_sha512(sum, message->bytes, message->count);
	else
		secret_sha256(message->bytes, message->count, sum);
	r = buf_add(out, MAGIC, MAGIC_BYTES);
	if (r == 0)
		r = sshwire_put_text(out, message->namespace);
	if (r == 0)
		r = sshwire_put(out, "", 0);
	if (r == 0)
		r = sshwire_put(out, hash.bytes, hash.count);
	return r < 0 ? r : sshwire_put(out, sum, is_sha512 ? 64 : 32);
}

/* A security key signs hashes, its flags and its counter instead of the bytes themselves. */
static void
sk_signs(const struct sshsig_signed *signer, const struct buf *bytes, uint8_t out[69])
{
	uint32_t counter = htobe32(signer->counter);

	secret_sha256(signer->key.application, strlen(signer->key.application), out);
	out[32] = signer->flags;
	memcpy(out + 33, &counter, sizeof counter);
	secret_sha256(buf_data(bytes), buf_len(bytes), out + 37);
}

static int
check(struct sshwire_string signature, const struct buf *bytes, struct sshsig_signed *signer)
{
	bool is_sk = signer->key.kind == SSHSIG_SK_ED25519;
	struct sshwire wire = { .at = signature.bytes, .count = signature.count };
	struct sshwire_string kind = sshwire_string(&wire), body = sshwire_string(&wire);
	uint8_t hashed[69];
	int r;

	signer->flags = is_sk ? sshwire_u8(&wire) : 0;
	signer->counter = is_sk ? sshwire_u32(&wire) : 0;
	if (!sshwire_is_done(&wire) || body.count != crypto_sign_BYTES || !sshwire_is(kind, is_sk ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519"))
		return ERR_SIGNATURE;
	if (is_sk) {
		sk_signs(signer, bytes, hashed);
		r = crypto_sign_verify_detached(body.bytes, hashed, sizeof hashed, signer->key.point);
	} else {
		r = crypto_sign_verify_detached(body.bytes, buf_data(bytes), buf_len(bytes), signer->key.point);
	}
	return r == 0 ? 0 : ERR_SIGNATURE;
}

int
sshsig_verify(const uint8_t *blob, size_t count, const struct sshsig_message *message, struct sshsig_signed *signer)
{
	AUTO_BUF struct buf bytes = { .max = 1024 };
	struct parts parts;
	int r;

	*signer = (struct sshsig_signed){ 0 };
	r = split(blob, count, &parts);
	if (r == 0)
		r = sshsig_key_read(parts.key.bytes, parts.key.count, &signer->key);
	if (r == ERR_KEY || (r == 0 && (message->namespace[0] == '\0' || !sshwire_is(parts.namespace, message->namespace))))
		return ERR_SIGNATURE;
	if (r == 0)
		r = to_sign(message, parts.hash, &bytes);
	return r < 0 ? r : check(parts.signature, &bytes, signer);
}

bool
sshsig_is_present(const struct sshsig_signed *signer)
{
	return signer->key.kind != SSHSIG_SK_ED25519 || (signer->flags & SSHSIG_TOUCHED) != 0;
}

static const struct sshwire_string our_hash = { (const uint8_t *)HASH, sizeof HASH - 1 };

int
sshsig_to_sign(const struct sshsig_message *message, struct buf *bytes)
{
	return to_sign(message, our_hash, bytes);
}

int
sshsig_wrap(const struct sshsig_key *key, const struct sshsig_message *message, const struct buf *signature, struct buf *blob)
{
	AUTO_BUF struct buf encoded = { .max = SSHSIG_KEY_TEXT };
	int r = sshsig_key_make(key, &encoded);

	if (r == 0)
		r = buf_add(blob, MAGIC, MAGIC_BYTES);
	if (r == 0)
		r = sshwire_put_u32(blob, BLOB_VERSION);
	if (r == 0)
		r = sshwire_put(blob, buf_data(&encoded), buf_len(&encoded));
	if (r == 0)
		r = sshwire_put_text(blob, message->namespace);
	if (r == 0)
		r = sshwire_put(blob, "", 0);
	if (r == 0)
		r = sshwire_put_text(blob, HASH);
	return r < 0 ? r : sshwire_put(blob, buf_data(signature), buf_len(signature));
}
