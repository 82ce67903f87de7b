/* SPDX-License-Identifier: ISC */
/* The styles. One that has no room for itself falls back to covering in full. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "recorder/mask/mask_style.h"

#define KEEP		4
#define KEEP_LEAST	9	/* characters of a value of which four may stay */
#define TOKEN_LEAST	8	/* columns in which a pseudonym still tells values apart */
#define TOKEN_DIGITS	51	/* base32 digits of a hash */

static void
fill_keep(const struct mask_value *value, char *out)
{
	if (value->chars < KEEP_LEAST)
		return;
	for (size_t column = value->columns[value->chars - KEEP]; column < value->width; column++)
		out[column] = MASK_KEPT;
}

static void
fill_label(const char *name, size_t width, char *out)
{
	size_t count = strlen(name);

	if (count + 2 > width)
		return;
	out[0] = '[';
	for (size_t i = 0; i < count; i++) {
		unsigned char c = (unsigned char)name[i];

		out[1 + i] = (char)(c > ' ' && c < 0x7f ? toupper(c) : '_');
	}
	out[1 + count] = ']';
}

static void
fill_token(const uint8_t key[SECRET_KEY], const struct mask_value *value, char *out)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t hash[SECRET_SHA256 + 1] = { 0 };

	if (value->width < TOKEN_LEAST)
		return;
	secret_hmac(key, SECRET_KEY, value->text, value->count, hash);
	for (size_t i = 0; i < value->width && i < TOKEN_DIGITS; i++) {
		size_t bit = i * 5;
		unsigned two = (unsigned)hash[bit / 8] << 8 | hash[bit / 8 + 1];

		out[i] = digits[two >> (11 - bit % 8) & 31];
	}
}

void
mask_style_fill(const struct mask_face *face, const uint8_t key[SECRET_KEY], const struct mask_value *value, char *out)
{
	memset(out, '*', value->width);
	switch (face->style) {
	case MASK_KEEP_LAST_4:
		fill_keep(value, out);
		break;
	case MASK_LABEL:
		fill_label(face->label, value->width, out);
		break;
	case MASK_PSEUDONYM:
		fill_token(key, value, out);
		break;
	case MASK_FULL:
		break;
	}
}
