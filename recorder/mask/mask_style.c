/* SPDX-License-Identifier: ISC */
/* The styles. One that has no room for itself falls back to covering in full. */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "recorder/mask/mask_style.h"

#define KEEP		4
#define KEEP_LEAST	9	/* characters of a value of which four may stay, without blanks and hyphens */
#define TOKEN_LEAST	8	/* columns in which a pseudonym still tells values apart */
#define TOKEN_DIGITS	51	/* base32 digits of a hash */

/* What stands between groups of digits is none of the four. */
static bool
is_gap(char byte)
{
	return byte != '\0' && strchr(" -./()", byte) != NULL;
}

static bool
begins_character(char byte)
{
	return ((uint8_t)byte & 0xc0) != 0x80;
}

size_t
mask_style_kept(const char *text, size_t count)
{
	size_t figures = 0, from = count;

	for (size_t i = 0; i < count; i++)
		figures += begins_character(text[i]) && !is_gap(text[i]);
	if (figures < KEEP_LEAST)
		return 0;
	for (size_t kept = 0; kept < KEEP; kept += begins_character(text[from]) && !is_gap(text[from]))
		from--;
	return count - from;
}

static void
fill_keep(const struct mask_value *value, char *out)
{
	size_t from = value->count - mask_style_kept(value->text, value->count), chars = 0;

	for (size_t i = 0; i < from; i++)
		chars += begins_character(value->text[i]);
	if (chars >= value->chars)
		return;
	for (size_t column = value->columns[chars]; column < value->width; column++)
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
