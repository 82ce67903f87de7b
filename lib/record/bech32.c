/* SPDX-License-Identifier: ISC */
/* Bech32. Works on groups of five bits; the texts may be secret identities, so what held them is wiped. */
#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/record/bech32.h"

#define GROUPS		52	/* of five bits in 32 bytes, the last one filled with zeros */
#define CHECK		6	/* groups of checksum */
#define PREFIX_MOST	24

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t
step(uint32_t sum, uint8_t group)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ group;
	for (int i = 0; i < 5; i++)
		sum ^= (top >> i & 1) != 0 ? generator[i] : 0;
	return sum;
}

static uint32_t
checksum(const char *prefix, const uint8_t *groups, size_t count)
{
	uint32_t sum = 1;

	for (const char *p = prefix; *p != '\0'; p++)
		sum = step(sum, (uint8_t)(*p >> 5));
	sum = step(sum, 0);
	for (const char *p = prefix; *p != '\0'; p++)
		sum = step(sum, (uint8_t)(*p & 31));
	for (size_t i = 0; i < count; i++)
		sum = step(sum, groups[i]);
	return sum;
}

void
bech32_encode(const char *prefix, const uint8_t key[BECH32_KEY], char text[BECH32_TEXT])
{
	uint8_t groups[GROUPS + CHECK] = { 0 };
	size_t at = strlen(prefix);
	uint32_t sum;

	assert(at <= PREFIX_MOST);
	for (size_t bit = 0; bit < BECH32_KEY * 8; bit++) {
		if ((key[bit / 8] >> (7 - bit % 8) & 1) != 0)
			groups[bit / 5] |= (uint8_t)(16 >> bit % 5);
	}
	sum = checksum(prefix, groups, sizeof groups) ^ 1;
	for (size_t i = 0; i < CHECK; i++)
		groups[GROUPS + i] = (uint8_t)(sum >> 5 * (CHECK - 1 - i) & 31);
	memcpy(text, prefix, at);
	text[at++] = '1';
	for (size_t i = 0; i < sizeof groups; i++)
		text[at++] = alphabet[groups[i]];
	text[at] = '\0';
	sodium_memzero(groups, sizeof groups);
}

static int
ungroup(const uint8_t *groups, uint8_t key[BECH32_KEY])
{
	memset(key, 0, BECH32_KEY);
	for (size_t bit = 0; bit < BECH32_KEY * 8; bit++) {
		if ((groups[bit / 5] & 16 >> bit % 5) != 0)
			key[bit / 8] |= (uint8_t)(128 >> bit % 8);
	}
	return (groups[GROUPS - 1] & 15) == 0 ? 0 : ERR_KEY;	/* 256 bits end one bit into the last group */
}

int
bech32_decode(const char *prefix, const char *text, size_t count, uint8_t key[BECH32_KEY])
{
	uint8_t groups[GROUPS + CHECK];
	size_t head = strlen(prefix);
	bool lower = false, upper = false;
	const char *found;
	int r;

	if (count != head + 1 + sizeof groups || text[head] != '1')
		return ERR_KEY;
	for (size_t i = 0; i < count; i++) {
		lower = lower || islower((unsigned char)text[i]);
		upper = upper || isupper((unsigned char)text[i]);
		if (i < head && tolower((unsigned char)text[i]) != prefix[i])
			return ERR_KEY;
	}
	if (lower && upper)
		return ERR_KEY;
	for (size_t i = 0; i < sizeof groups; i++) {
		found = memchr(alphabet, tolower((unsigned char)text[head + 1 + i]), sizeof alphabet - 1);
		if (found == NULL)
			return ERR_KEY;
		groups[i] = (uint8_t)(found - alphabet);
	}
	r = checksum(prefix, groups, sizeof groups) == 1 ? ungroup(groups, key) : ERR_KEY;
	sodium_memzero(groups, sizeof groups);
	return r;
}
