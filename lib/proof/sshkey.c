/* SPDX-License-Identifier: ISC */
/* The public keys of ssh: as text, as in signatures. */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/proof/sshsig.h"
#include "lib/proof/sshwire.h"

#define B64		sodium_base64_VARIANT_ORIGINAL
#define BLOB_MOST	8192	/* of any kind of key */
#define MADE_MOST	136	/* of ours: 4 + 26 + 4 + 32 + 4 + 63 */

/* clang-format off */
static const char *const kind_name[] = {
	[SSHSIG_ED25519] = "ssh-ed25519",
	[SSHSIG_SK_ED25519] = "sk-ssh-ed25519@openssh.com",
};
/* clang-format on */

static bool
read_application(struct sshwire_string from, char to[SSHSIG_APPLICATION])
{
	if (from.count == 0 || from.count >= SSHSIG_APPLICATION || memchr(from.bytes, 0, from.count) != NULL)
		return false;
	memcpy(to, from.bytes, from.count);
	to[from.count] = '\0';
	return true;
}

int
sshsig_key_read(const uint8_t *blob, size_t count, struct sshsig_key *key)
{
	struct sshwire wire = { .at = blob, .count = count };
	struct sshwire_string kind = sshwire_string(&wire), point = sshwire_string(&wire);

	*key = (struct sshsig_key){ 0 };
	if (wire.is_short)
		return ERR_KEY;
	for (int i = SSHSIG_ED25519; i <= SSHSIG_SK_ED25519; i++)
		if (sshwire_is(kind, kind_name[i]))
			key->kind = (enum sshsig_kind)i;
	if (key->kind == 0)
		return ERR_UNSUPPORTED;
	if (point.count != SSHSIG_POINT)
		return ERR_KEY;
	memcpy(key->point, point.bytes, SSHSIG_POINT);
	if (key->kind == SSHSIG_SK_ED25519 && !read_application(sshwire_string(&wire), key->application))
		return ERR_KEY;
	return sshwire_is_done(&wire) ? 0 : ERR_KEY;
}

int
sshsig_key_make(const struct sshsig_key *key, struct buf *blob)
{
	int r = sshwire_put_text(blob, kind_name[key->kind]);

	if (r == 0)
		r = sshwire_put(blob, key->point, SSHSIG_POINT);
	if (r == 0 && key->kind == SSHSIG_SK_ED25519)
		r = sshwire_put_text(blob, key->application);
	return r;
}

int
sshsig_key_parse(const char *text, struct sshsig_key *key)
{
	size_t kind = strcspn(text, " \t"), gap = strspn(text + kind, " \t"), count;
	const char *encoded = text + kind + gap;
	uint8_t blob[BLOB_MOST];
	struct sshwire wire;
	int r;

	*key = (struct sshsig_key){ 0 };
	if (kind == 0 || gap == 0 || sodium_base642bin(blob, sizeof blob, encoded, strcspn(encoded, " \t\r\n"), NULL, &count, NULL, B64) != 0)
		return ERR_KEY;
	wire = (struct sshwire){ .at = blob, .count = count };
	r = sshsig_key_read(blob, count, key);
	if (r != ERR_KEY && sshwire_string(&wire).count != kind)
		return ERR_KEY;	/* the word and the key do not fit each other */
	return r == 0 && strncmp(text, kind_name[key->kind], kind) != 0 ? ERR_KEY : r;
}

void
sshsig_key_print(const struct sshsig_key *key, char text[SSHSIG_KEY_TEXT])
{
	AUTO_BUF struct buf blob = { .max = MADE_MOST };
	char encoded[sodium_base64_ENCODED_LEN(MADE_MOST, B64)];

	(void)sshsig_key_make(key, &blob);
	sodium_bin2base64(encoded, sizeof encoded, buf_data(&blob), buf_len(&blob), B64);
	snprintf(text, SSHSIG_KEY_TEXT, "%s %s", kind_name[key->kind], encoded);
}

int
sshsig_fingerprint(const char *text, char fingerprint[SSHSIG_FINGERPRINT])
{
	size_t kind = strcspn(text, " \t"), gap = strspn(text + kind, " \t"), count;
	const char *encoded = text + kind + gap;
	uint8_t blob[BLOB_MOST], sha256[SECRET_SHA256];
	struct sshwire wire;

	if (kind == 0 || gap == 0 || sodium_base642bin(blob, sizeof blob, encoded, strcspn(encoded, " \t\r\n"), NULL, &count, NULL, B64) != 0)
		return ERR_KEY;
	wire = (struct sshwire){ .at = blob, .count = count };
	if (sshwire_string(&wire).count != kind || wire.is_short || memcmp(blob + 4, text, kind) != 0)
		return ERR_KEY;
	secret_sha256(blob, count, sha256);
	memcpy(fingerprint, "SHA256:", 7);
	sodium_bin2base64(fingerprint + 7, SSHSIG_FINGERPRINT - 7, sha256, sizeof sha256, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	return 0;
}

bool
sshsig_key_is(const struct sshsig_key *a, const struct sshsig_key *b)
{
	return a->kind == b->kind && memcmp(a->point, b->point, SSHSIG_POINT) == 0 && strcmp(a->application, b->application) == 0;
}
