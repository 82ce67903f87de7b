/* SPDX-License-Identifier: ISC */
/* Designation and invocation of character sets (ECMA-35 as the VT220 has it). */
#include "config.h"

#include <string.h>

#include "lib/term/charset.h"

/* 0x5f to 0x7e of the DEC special graphics. */
static const uint16_t drawing[] = {
	0x00a0, 0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b, 0x2518, 0x2510, 0x250c,
	0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534, 0x252c, 0x2502, 0x2264, 0x2265,
	0x03c0, 0x2260, 0x00a3, 0x00b7,
};

bool
charset_is_plain(const struct charset *charset)
{
	char set = charset->set[charset->used];

	return charset->once == 0 && set != '0' && set != 'A';
}

uint32_t
charset_map(struct charset *charset, uint8_t byte)
{
	char set = charset->set[charset->once != 0 ? charset->once : charset->used];

	charset->once = 0;
	if (set == '0' && byte >= 0x5f && byte <= 0x7e)
		return drawing[byte - 0x5f];
	return set == 'A' && byte == '#' ? 0xa3 : byte;
}

bool
charset_take(struct charset *charset, char inter, uint8_t byte)
{
	static const char places[] = "()*+";
	const char *place = inter != 0 ? strchr(places, inter) : NULL;

	if (place != NULL) {
		charset->set[place - places] = byte == '0' || byte == 'A' ? (char)byte : 'B';
		return true;
	}
	if (inter != 0)
		return false;
	switch (byte) {
	case 0x0e: case 0x0f:
		charset->used = byte == 0x0e ? 1 : 0;
		return true;
	case 'n': case 'o':
		charset->used = byte == 'n' ? 2 : 3;
		return true;
	case 'N': case 'O':
		charset->once = byte == 'N' ? 2 : 3;
		return true;
	default:
		return false;
	}
}
