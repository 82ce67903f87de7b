/* SPDX-License-Identifier: ISC */
/* Keys of age as text and in rings. */
#include "config.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/secret.h"
#include "lib/record/age.h"
#include "lib/record/agekey.h"
#include "lib/record/bech32.h"

static const char recipient_prefix[] = "age";
static const char identity_prefix[] = "age-secret-key-";

int
age_recipient_parse(const char *text, struct age_recipient *recipient)
{
	return bech32_decode(recipient_prefix, text, strlen(text), recipient->key);
}

char *
age_recipient_text(const struct age_recipient *recipient, char text[AGE_TEXT])
{
	bech32_encode(recipient_prefix, recipient->key, text);
	return text;
}

void
age_identity_new(uint8_t identity[AGE_KEY])
{
	randombytes_buf(identity, AGE_KEY);
}

void
age_identity_recipient(const uint8_t identity[AGE_KEY], struct age_recipient *recipient)
{
	crypto_scalarmult_base(recipient->key, identity);
}

char *
age_identity_text(const uint8_t identity[AGE_KEY], char text[AGE_TEXT])
{
	bech32_encode(identity_prefix, identity, text);
	for (char *p = text; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return text;
}

struct age_ring *
age_ring_new(void)
{
	return secret_new(sizeof(struct age_ring));
}

void
age_ring_free(struct age_ring *ring)
{
	secret_free(ring);
}

void
age_ring_free_at(struct age_ring **ring)
{
	age_ring_free(*ring);
}

int
age_ring_add(struct age_ring *ring, const uint8_t identity[AGE_KEY])
{
	if (ring->count >= AGE_RING_MOST)
		return ERR_BUF_FULL;
	memcpy(ring->identity[ring->count++], identity, AGE_KEY);
	return 0;
}

/* One line without its end. 1 if it held an identity, 0 if it may be ignored. */
static int
add_line(struct age_ring *ring, const char *line, size_t count)
{
	uint8_t *slot = ring->identity[ring->count];
	int r;

	while (count > 0 && isspace((unsigned char)line[count - 1]))
		count--;
	if (count == 0 || line[0] == '#')
		return 0;
	if (ring->count >= AGE_RING_MOST)
		return ERR_BUF_FULL;
	r = bech32_decode(identity_prefix, line, count, slot);
	if (r < 0)
		return r;
	ring->count++;
	return 1;
}

int
age_ring_add_text(struct age_ring *ring, const char *text, size_t count)
{
	size_t before = ring->count;
	const char *end = text + count;
	int r = 0;

	while (text < end && r >= 0) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		r = add_line(ring, text, (size_t)(stop - text));
		text = stop < end ? stop + 1 : end;
	}
	if (r >= 0)
		return ring->count > before ? 0 : ERR_KEY;
	sodium_memzero(ring->identity[before], (AGE_RING_MOST - before) * AGE_KEY);
	ring->count = before;
	return r;
}

static int
add_locked(struct age_ring *ring, const struct buf *file, const char *passphrase)
{
	struct buf plain;
	int r;

	if (passphrase == NULL)
		return ERR_KEY_LOCKED;
	buf_init(&plain, AGE_FILE_MOST);
	r = age_open_passphrase(buf_data(file), buf_len(file), passphrase, &plain);
	if (r == 0)
		r = age_ring_add_text(ring, (const char *)buf_data(&plain), buf_len(&plain));
	buf_wipe(&plain);
	return r;
}

int
age_ring_add_file(struct age_ring *ring, const char *path, const char *passphrase, bool *locked)
{
	struct buf file;
	char *text = NULL;
	size_t count = 0;
	bool sealed;
	int r;

	r = fdio_slurp_path(path, AGE_FILE_MOST, &text, &count);
	if (r < 0)
		return r;
	file = (struct buf){ .bytes = (uint8_t *)text, .end = count, .size = count, .max = count };
	sealed = age_is_sealed(buf_data(&file), count);
	r = sealed ? add_locked(ring, &file, passphrase) : age_ring_add_text(ring, text, count);
	buf_wipe(&file);
	if (r == 0 || r == ERR_KEY_LOCKED || r == ERR_KEY_PASSPHRASE) {
		if (locked != NULL)
			*locked = sealed;
	}
	return r;
}
