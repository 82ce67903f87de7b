/* SPDX-License-Identifier: ISC */
/*
 * Controls of eight bits (ECMA-48, 5.3), as one byte or as a character of UTF-8. Our screen and most terminals take them for no
 * sequence, some do: what a value is without them is looked at as well.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/mask/mask_plain.h"

#define C1_FIRST	0x80
#define C1_LAST		0x9f
#define ESC		0x1b
#define LEAD		0xc2	/* of such a control in UTF-8 */

static bool
is_c1(uint8_t byte)
{
	return byte >= C1_FIRST && byte <= C1_LAST;
}

/* Bytes of the character at `at`; *control: 0, or which control it is. */
static size_t
character(const uint8_t *at, size_t left, uint8_t *control)
{
	uint32_t decoded;
	int used;

	*control = 0;
	if (at[0] < C1_FIRST)
		return 1;
	if (is_c1(at[0]))
		*control = at[0];
	if (at[0] == LEAD && left > 1 && is_c1(at[1])) {
		*control = at[1];
		return 2;
	}
	used = text_decode(at, left < 4 ? left : 4, &decoded);
	return used > 0 ? (size_t)used : 1;
}

static bool
is_ascii(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return (word & UINT64_C(0x8080808080808080)) == 0;
}

bool
mask_c1_has(const uint8_t *bytes, size_t count)
{
	size_t i = 0;

	while (i < count) {
		uint8_t control;

		if (i + sizeof(uint64_t) <= count && is_ascii(bytes + i)) {
			i += sizeof(uint64_t);
			continue;
		}
		i += character(bytes + i, count - i, &control);
		if (control != 0)
			return true;
	}
	return false;
}

/* Each control as ESC and a letter, from where mask_plain_take() knows it. */
void
mask_c1_take(struct mask_plain *plain, const uint8_t *bytes, size_t count)
{
	AUTO_FREE uint8_t *copy = own_alloc(2 * count + 1);
	AUTO_FREE uint32_t *from = own_alloc((2 * count + 1) * sizeof *from);
	size_t out = 0;

	for (size_t i = 0; i < count;) {
		uint8_t control;
		size_t used = character(bytes + i, count - i, &control);

		if (control != 0) {
			copy[out] = ESC;
			from[out++] = (uint32_t)i;
			copy[out] = (uint8_t)(control - 0x40);
			from[out++] = (uint32_t)i;
		}
		for (size_t k = 0; k < used && control == 0; k++) {
			copy[out] = bytes[i + k];
			from[out++] = (uint32_t)(i + k);
		}
		i += used;
	}
	mask_plain_take(plain, copy, out);
	for (size_t i = 0; i < plain->count; i++)
		plain->at[i] = from[plain->at[i]];
	sodium_memzero(copy, out);
}
