/* SPDX-License-Identifier: ISC */
/* Signed notes: keys as text, signing, taking apart, checking. */
#include "config.h"

#include <endian.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/proof/note.h"

#define B64		sodium_base64_VARIANT_ORIGINAL
#define DASH		"\xe2\x80\x94 "	/* U+2014 and a blank begin each signature */
#define LINE_MOST	8192		/* of base64: room for kinds that we do not know */

static bool
is_name(const char *name, size_t count)
{
	if (count == 0 || count >= NOTE_NAME || !text_is_clean(name, count))
		return false;
	return memchr(name, ' ', count) == NULL && memchr(name, '+', count) == NULL;
}

int
note_key_make(const char *name, enum note_type type, const uint8_t public[NOTE_PUBLIC], struct note_key *key)
{
	const uint8_t middle[2] = { '\n', (uint8_t)type };
	struct note_key made = { .type = type };	/* `name` may be the key's own */
	crypto_hash_sha256_state state;
	uint8_t hash[32];

	if (!is_name(name, strnlen(name, NOTE_NAME)) || (type != NOTE_ED25519 && type != NOTE_COSIGNATURE))
		return ERR_KEY;
	memcpy(made.name, name, strlen(name) + 1);
	memcpy(made.public, public, NOTE_PUBLIC);
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name));
	crypto_hash_sha256_update(&state, middle, sizeof middle);
	crypto_hash_sha256_update(&state, public, NOTE_PUBLIC);
	crypto_hash_sha256_final(&state, hash);
	memcpy(made.id, hash, sizeof made.id);
	*key = made;
	return 0;
}

void
note_key_print(const struct note_key *key, char text[NOTE_VKEY])
{
	uint8_t bytes[1 + NOTE_PUBLIC] = { (uint8_t)key->type };
	char encoded[sodium_base64_ENCODED_LEN(sizeof bytes, B64)], id[9];

	memcpy(bytes + 1, key->public, NOTE_PUBLIC);
	sodium_bin2base64(encoded, sizeof encoded, bytes, sizeof bytes, B64);
	sodium_bin2hex(id, sizeof id, key->id, sizeof key->id);
	snprintf(text, NOTE_VKEY, "%s+%s+%s", key->name, id, encoded);
}

int
note_key_parse(const char *text, struct note_key *key)
{
	const char *plus = strchr(text, '+');
	uint8_t bytes[1 + NOTE_PUBLIC], id[4];
	char name[NOTE_NAME];
	size_t count;
	int r;

	if (plus == NULL || plus - text >= NOTE_NAME || strlen(plus) < 11 || plus[9] != '+')
		return ERR_KEY;
	snprintf(name, sizeof name, "%.*s", (int)(plus - text), text);
	if (sodium_hex2bin(id, sizeof id, plus + 1, 8, NULL, &count, NULL) != 0 || count != sizeof id)
		return ERR_KEY;
	if (sodium_base642bin(bytes, sizeof bytes, plus + 10, strlen(plus + 10), NULL, &count, NULL, B64) != 0 || count != sizeof bytes)
		return ERR_KEY;
	r = note_key_make(name, bytes[0], bytes + 1, key);
	return r == 0 && memcmp(key->id, id, sizeof id) != 0 ? ERR_KEY : r;
}

/* What a cosignature is made over. */
static int
cosigned(const char *text, size_t text_bytes, uint64_t time_s, struct buf *out)
{
	int r = buf_addf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time_s);

	return r < 0 ? r : buf_add(out, text, text_bytes);
}

int
note_sign(const struct note_key *key, const uint8_t secret[NOTE_SECRET], const char *text, int64_t time_s, struct buf *out)
{
	AUTO_BUF struct buf message = { .max = NOTE_MOST + 64 };
	uint64_t time = htobe64((uint64_t)time_s);
	uint8_t body[4 + NOTE_SIGNATURE];
	char encoded[sodium_base64_ENCODED_LEN(sizeof body, B64)];
	size_t used = sizeof key->id;
	int r;

	memcpy(body, key->id, used);
	if (key->type == NOTE_COSIGNATURE) {
		memcpy(body + used, &time, sizeof time);
		used += sizeof time;
		r = cosigned(text, strlen(text), (uint64_t)time_s, &message);
	} else {
		r = buf_add_text(&message, text);
	}
	if (r < 0)
		return r;
	crypto_sign_detached(body + used, NULL, buf_data(&message), buf_len(&message), secret);
	sodium_bin2base64(encoded, sizeof encoded, body, used + crypto_sign_BYTES, B64);
	return buf_addf(out, DASH "%s %s\n", key->name, encoded);
}

/* One line without its line feed. */
static int
parse_line(const char *line, size_t count, struct note_line *out)
{
	const size_t dash = sizeof DASH - 1;
	uint8_t body[LINE_MOST];
	const char *blank;
	size_t bytes;

	if (count <= dash || memcmp(line, DASH, dash) != 0)
		return ERR_NOTE;
	blank = memchr(line + dash, ' ', count - dash);
	if (blank == NULL || !is_name(line + dash, (size_t)(blank - line) - dash))
		return ERR_NOTE;
	if (sodium_base642bin(body, sizeof body, blank + 1, (size_t)(line + count - blank - 1), NULL, &bytes, NULL, B64) != 0 || bytes <= 4)
		return ERR_NOTE;
	*out = (struct note_line){ .name = line + dash, .name_bytes = (size_t)(blank - line) - dash };
	memcpy(out->id, body, sizeof out->id);
	if (bytes - 4 > NOTE_SIGNATURE)
		return 0;
	out->signature_bytes = bytes - 4;
	memcpy(out->signature, body + 4, out->signature_bytes);
	return 0;
}

/* UTF-8 without control characters but line feeds. */
static bool
is_text(const char *text, size_t count)
{
	const char *end = text + count;

	while (text < end) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = feed != NULL ? feed : end;

		if (!text_is_clean(text, (size_t)(line_end - text)))
			return false;
		text = line_end + 1;
	}
	return true;
}

/* The last empty line divides; everything behind it is signatures. Its line feed, or NULL. */
static const char *
last_gap(const char *text, size_t count)
{
	for (size_t i = count; i-- > 1;)
		if (text[i] == '\n' && text[i - 1] == '\n')
			return text + i;
	return NULL;
}

int
note_parse(const void *bytes, size_t count, struct note *note)
{
	const char *text = bytes, *end = text + count, *at;

	*note = (struct note){ .text = text };
	if (count < 4 || count > NOTE_MOST || end[-1] != '\n' || !is_text(text, count))
		return ERR_NOTE;
	at = last_gap(text, count);
	if (at == NULL || at + 1 == end)
		return ERR_NOTE;
	note->text_bytes = (size_t)(at - text);
	for (at++; at < end;) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));

		if (note->count == NOTE_LINES || parse_line(at, (size_t)(feed - at), &note->lines[note->count]) < 0)
			return ERR_NOTE;
		note->count++;
		at = feed + 1;
	}
	return 0;
}

static bool
is_from(const struct note_line *line, const struct note_key *key)
{
	return line->name_bytes == strlen(key->name) && memcmp(line->name, key->name, line->name_bytes) == 0 &&
	    memcmp(line->id, key->id, sizeof key->id) == 0;
}

static int
verify_line(const struct note *note, const struct note_line *line, const struct note_key *key, int64_t *time_s)
{
	AUTO_BUF struct buf message = { .max = NOTE_MOST + 64 };
	bool is_timed = key->type == NOTE_COSIGNATURE;
	size_t skip = is_timed ? sizeof(uint64_t) : 0;
	uint64_t time = 0;

	if (line->signature_bytes != skip + crypto_sign_BYTES)
		return ERR_SIGNATURE;
	memcpy(&time, line->signature, skip);
	time = be64toh(time);
	if ((is_timed ? cosigned(note->text, note->text_bytes, time, &message) : buf_add(&message, note->text, note->text_bytes)) < 0)
		return ERR_SIGNATURE;
	if (crypto_sign_verify_detached(line->signature + skip, buf_data(&message), buf_len(&message), key->public) != 0)
		return ERR_SIGNATURE;
	if (is_timed && time_s != NULL)
		*time_s = (int64_t)time;
	return 0;
}

int
note_verify(const struct note *note, const struct note_key *key, int64_t *time_s)
{
	int result = ERR_NOT_FOUND;

	for (size_t i = 0; i < note->count && result != ERR_SIGNATURE; i++)
		if (is_from(&note->lines[i], key))
			result = verify_line(note, &note->lines[i], key, time_s);
	return result;
}
