/* SPDX-License-Identifier: ISC */
/* Reading layered envelopes as far as they can be read without a key, strictly. */
#include "config.h"

#include <string.h>

#include "lib/base/err.h"
#include "lib/record/agehead.h"
#include "lib/record/layers.h"

#define HEAD	"postern layers v1\nkeys "
#define PART	"part "
#define DIGITS	5	/* of a part's length */
#define PAYLOAD	(16 + 16)	/* an age file's bytes behind its header, besides the plaintext: nonce and tag */

/* What has not been read yet. */
struct rest {
	const uint8_t	*at;
	size_t		 count;
};

bool
layers_is(const uint8_t *bytes, size_t count)
{
	return count >= sizeof HEAD - 1 && memcmp(bytes, HEAD, sizeof HEAD - 1) == 0;
}

/* One byte from the front, if it is this one. */
static bool
take(struct rest *rest, uint8_t byte)
{
	if (rest->count == 0 || rest->at[0] != byte)
		return false;
	rest->at++;
	rest->count--;
	return true;
}

static bool
take_word(struct rest *rest, const char *word)
{
	size_t count = strlen(word);

	if (rest->count < count || memcmp(rest->at, word, count) != 0)
		return false;
	rest->at += count;
	rest->count -= count;
	return true;
}

/* Decimal, without a zero in front. */
static bool
take_number(struct rest *rest, size_t *number)
{
	size_t digits = 0;

	*number = 0;
	while (digits < rest->count && digits < DIGITS && rest->at[digits] >= '0' && rest->at[digits] <= '9')
		*number = *number * 10 + (size_t)(rest->at[digits++] - '0');
	if (digits == 0 || rest->at[0] == '0')
		return false;
	rest->at += digits;
	rest->count -= digits;
	return true;
}

static bool
take_key(struct rest *rest, char key[LAYERS_KEY])
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	const size_t count = LAYERS_KEY - 1;

	if (rest->count < count || memcmp(rest->at, "age1", 4) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (memchr(letters, rest->at[i], sizeof letters - 1) == NULL)
			return false;
	memcpy(key, rest->at, count);
	key[count] = '\0';
	rest->at += count;
	rest->count -= count;
	return true;
}

/* "part 969 age1...", behind its first word. */
static int
parse_line(struct rest *rest, struct layers_part *part)
{
	if (!take_number(rest, &part->count))
		return ERR_ENVELOPE;
	for (part->key_count = 0; take(rest, ' '); part->key_count++)
		if (part->key_count >= LAYERS_PART_KEYS || !take_key(rest, part->keys[part->key_count]))
			return ERR_ENVELOPE;
	return part->key_count > 0 && take(rest, '\n') ? 0 : ERR_ENVELOPE;
}

static bool
has_key(const struct layers_part *part, const char *key)
{
	for (size_t i = 0; i < part->key_count; i++)
		if (strcmp(part->keys[i], key) == 0)
			return true;
	return false;
}

static size_t
times(const struct layers *layers, const char *key)
{
	size_t found = 0;

	for (size_t i = 0; i < layers->part_count; i++)
		for (size_t k = 0; k < layers->parts[i].key_count; k++)
			found += strcmp(layers->parts[i].keys[k], key) == 0;
	return found;
}

static size_t
key_count(const struct layers *layers)
{
	size_t count = 0;

	for (size_t i = 0; i < layers->part_count; i++)
		count += layers->parts[i].key_count;
	return count;
}

/* Few enough, and each once: whoever stood in two parts would be two persons. */
static int
check_keys(const struct layers *layers)
{
	if (layers->part_count < layers->keys || key_count(layers) > LAYERS_PART_KEYS)
		return ERR_ENVELOPE;
	for (size_t i = 0; i < layers->part_count; i++)
		for (size_t k = 0; k < layers->parts[i].key_count; k++)
			if (times(layers, layers->parts[i].keys[k]) != 1)
				return ERR_ENVELOPE;
	return 0;
}

/* An age file to so many X25519 recipients and nothing else. */
static int
check_file(const uint8_t *file, size_t count, size_t recipients, struct age_head *head)
{
	if (age_head_parse(file, count, head) < 0 || head->x25519_count != recipients || head->stanza_count != recipients ||
	    count - head->bytes < PAYLOAD)
		return ERR_ENVELOPE;
	return 0;
}

static int
cut(struct rest *rest, struct layers *layers)
{
	struct age_head head;

	for (size_t i = 0; i < layers->part_count; i++) {
		struct layers_part *part = &layers->parts[i];

		if (part->count > rest->count || check_file(rest->at, part->count, part->key_count, &head) < 0)
			return ERR_ENVELOPE;
		part->file = rest->at;
		rest->at += part->count;
		rest->count -= part->count;
	}
	return rest->count == 0 ? 0 : ERR_ENVELOPE;
}

int
layers_parse(const uint8_t *bytes, size_t count, struct layers *layers)
{
	struct rest rest = { bytes, count };
	size_t keys;

	if (count > LAYERS_MOST || !take_word(&rest, HEAD) || !take_number(&rest, &keys) || !take(&rest, '\n') || keys < 2 || keys > LAYERS_KEYS_MOST)
		return ERR_ENVELOPE;
	layers->keys = (unsigned)keys;
	for (layers->part_count = 0; take_word(&rest, PART); layers->part_count++)
		if (layers->part_count >= LAYERS_PARTS_MOST || parse_line(&rest, &layers->parts[layers->part_count]) < 0)
			return ERR_ENVELOPE;
	if (!take(&rest, '\n') || check_keys(layers) < 0)
		return ERR_ENVELOPE;
	return cut(&rest, layers);
}

unsigned
layers_keys(const uint8_t *bytes, size_t count)
{
	struct layers layers;

	return layers_is(bytes, count) && layers_parse(bytes, count, &layers) == 0 ? layers.keys : 1;
}

/* Every part of `inner` is one of `layers`, and only the one that was opened is missing. */
static int
check_inner(const struct layers *layers, size_t part, const uint8_t *bytes, size_t count)
{
	struct layers inner;

	if (layers_parse(bytes, count, &inner) < 0 || inner.keys != layers->keys - 1 || inner.part_count != layers->part_count - 1)
		return ERR_ENVELOPE;
	for (size_t i = 0; i < inner.part_count; i++) {
		const struct layers_part *outer = &layers->parts[i + (i >= part)];

		if (inner.parts[i].key_count != outer->key_count)
			return ERR_ENVELOPE;
		for (size_t k = 0; k < outer->key_count; k++)
			if (!has_key(&inner.parts[i], outer->keys[k]))
				return ERR_ENVELOPE;
	}
	return 0;
}

int
layers_check(const struct layers *layers, size_t part, const uint8_t *bytes, size_t count)
{
	size_t recipients;
	struct age_head head;

	if (part >= layers->part_count || count >= layers->parts[part].count)
		return ERR_ENVELOPE;
	if (layers->keys > 2)
		return check_inner(layers, part, bytes, count);
	recipients = key_count(layers) - layers->parts[part].key_count;
	if (check_file(bytes, count, recipients, &head) < 0 || count - head.bytes > PAYLOAD + LAYERS_PLAIN_MOST)
		return ERR_ENVELOPE;
	/* What was in the part has exactly the length that the part leaves for it. */
	if (age_head_parse(layers->parts[part].file, layers->parts[part].count, &head) < 0 ||
	    count != layers->parts[part].count - head.bytes - PAYLOAD)
		return ERR_ENVELOPE;
	return 0;
}
