/* SPDX-License-Identifier: ISC */
/* Heads of the log as text. */
#include "config.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/proof/checkpoint.h"

#define B64	sodium_base64_VARIANT_ORIGINAL

int
checkpoint_print(const struct checkpoint *checkpoint, char text[CHECKPOINT_TEXT])
{
	char root[sodium_base64_ENCODED_LEN(TREE_HASH, B64)];
	size_t count = strnlen(checkpoint->origin, NOTE_NAME);

	if (count == 0 || count == NOTE_NAME || !text_is_clean(checkpoint->origin, count))
		return ERR_NOTE;
	sodium_bin2base64(root, sizeof root, checkpoint->head.root, TREE_HASH, B64);
	snprintf(text, CHECKPOINT_TEXT, "%s\n%" PRIu64 "\n%s\n", checkpoint->origin, checkpoint->head.size, root);
	return 0;
}

/* Digits without a leading zero, so that one number has one text. */
static int
parse_size(const char *text, size_t count, uint64_t *size)
{
	*size = 0;
	if (count == 0 || (text[0] == '0' && count > 1))
		return ERR_NOTE;
	for (size_t i = 0; i < count; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9' || *size > (UINT64_MAX - digit) / 10)
			return ERR_NOTE;
		*size = *size * 10 + digit;
	}
	return 0;
}

int
checkpoint_parse(const char *text, size_t count, struct checkpoint *checkpoint)
{
	const char *line[3], *end = text + count;
	size_t bytes[3], root_bytes;

	*checkpoint = (struct checkpoint){ 0 };
	for (int i = 0; i < 3; i++) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));

		if (feed == NULL)
			return ERR_NOTE;
		line[i] = text;
		bytes[i] = (size_t)(feed - text);
		text = feed + 1;
	}
	if (bytes[0] == 0 || bytes[0] >= NOTE_NAME || !text_is_clean(line[0], bytes[0]) || parse_size(line[1], bytes[1], &checkpoint->head.size) < 0)
		return ERR_NOTE;
	memcpy(checkpoint->origin, line[0], bytes[0]);
	if (sodium_base642bin(checkpoint->head.root, TREE_HASH, line[2], bytes[2], NULL, &root_bytes, NULL, B64) != 0 ||
	    root_bytes != TREE_HASH)
		return ERR_NOTE;
	return 0;
}
