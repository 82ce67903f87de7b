/* SPDX-License-Identifier: ISC */
/* Random ids and their text. */
#include "config.h"

#include <sodium.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/id.h"

struct id
id_new(void)
{
	struct id id;

	randombytes_buf(id.bytes, sizeof id.bytes);
	return id;
}

bool
id_is_zero(const struct id *id)
{
	return sodium_is_zero(id->bytes, sizeof id->bytes) == 1;
}

bool
id_equal(const struct id *a, const struct id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

char *
id_hex(const uint8_t *bytes, size_t count, char *text)
{
	return sodium_bin2hex(text, 2 * count + 1, bytes, count);
}

char *
id_text(const struct id *id, char *text)
{
	return id_hex(id->bytes, sizeof id->bytes, text);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
id_parse_prefix(const char *text, struct id *low, struct id *high)
{
	size_t count = strlen(text);

	if (count < 4 || count >= ID_TEXT)
		return ERR_BAD_ID;
	memset(low, 0, sizeof *low);
	memset(high, 0xff, sizeof *high);
	for (size_t i = 0; i < count; i++) {
		int shift = i % 2 == 0 ? 4 : 0;
		int value = digit(text[i]);

		if (value < 0)
			return ERR_BAD_ID;
		low->bytes[i / 2] = (uint8_t)(low->bytes[i / 2] | value << shift);
		high->bytes[i / 2] = (uint8_t)((high->bytes[i / 2] & ~(0xf << shift)) | value << shift);
	}
	return 0;
}

int
id_parse(const char *text, struct id *id)
{
	struct id low;
	struct id high;
	int r;

	if (strlen(text) != ID_TEXT - 1)
		return ERR_BAD_ID;
	r = id_parse_prefix(text, &low, &high);
	if (r == 0)
		*id = low;
	return r;
}
