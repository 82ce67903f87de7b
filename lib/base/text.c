/* SPDX-License-Identifier: ISC */
/* UTF-8 as RFC 3629 defines it, and what is safe to show. */
#include "config.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

#include "lib/base/own.h"
#include "lib/base/text.h"

int
text_decode(const uint8_t *bytes, size_t count, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t value;
	int length;

	if (count == 0)
		return 0;
	if (bytes[0] < 0x80) {
		*character = bytes[0];
		return 1;
	}
	length = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return -1;
	value = bytes[0] & (0xffu >> (length + 1));
	for (int i = 1; i < length; i++) {
		int more = 6 * (length - 1 - i);	/* bits to come: what is too small, too great or a surrogate is so already now */

		if ((size_t)i >= count)
			return 0;
		if ((bytes[i] & 0xc0) != 0x80)
			return -1;
		value = value << 6 | (bytes[i] & 0x3fu);
		if (value < least[length] >> more || value > 0x10ffffu >> more || (more < 11 && value >> (11 - more) == 0xd800u >> 11))
			return -1;
	}
	*character = value;
	return length;
}

int
text_encode(uint32_t character, uint8_t bytes[4])
{
	if (character < 0x80) {
		bytes[0] = (uint8_t)character;
		return 1;
	}
	if (character < 0x800) {
		bytes[0] = (uint8_t)(0xc0 | character >> 6);
		bytes[1] = (uint8_t)(0x80 | (character & 0x3f));
		return 2;
	}
	if (character < 0x10000) {
		bytes[0] = (uint8_t)(0xe0 | character >> 12);
		bytes[1] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
		bytes[2] = (uint8_t)(0x80 | (character & 0x3f));
		return 3;
	}
	bytes[0] = (uint8_t)(0xf0 | character >> 18);
	bytes[1] = (uint8_t)(0x80 | (character >> 12 & 0x3f));
	bytes[2] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
	bytes[3] = (uint8_t)(0x80 | (character & 0x3f));
	return 4;
}

static bool
is_clean(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	return !(c == 0x200e || c == 0x200f || c == 0x061c || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069));
}

bool
text_is_clean(const char *text, size_t count)
{
	uint32_t c;
	int used;

	for (size_t i = 0; i < count; i += (size_t)used) {
		used = text_decode((const uint8_t *)text + i, count - i, &c);
		if (used <= 0 || !is_clean(c))
			return false;
	}
	return true;
}

char *
text_clean(const char *text, size_t count)
{
	char *clean = own_alloc(count + 1);
	size_t out = 0;
	uint32_t c;

	for (size_t i = 0; i < count;) {
		int used = text_decode((const uint8_t *)text + i, count - i, &c);

		if (used > 0 && is_clean(c)) {
			memcpy(clean + out, text + i, (size_t)used);
			out += (size_t)used;
		} else {
			clean[out++] = text[i] == '\n' || text[i] == '\r' || text[i] == '\t' ? ' ' : '?';
		}
		i += used > 0 ? (size_t)used : 1;
	}
	clean[out] = '\0';
	return clean;
}

int
text_char_width(uint32_t character)
{
	int width = wcwidth((wchar_t)character);

	return width < 0 ? 0 : width;
}

int
text_width(const char *text)
{
	size_t count = strlen(text);
	int columns = 0;
	uint32_t c;
	int used;

	for (size_t i = 0; i < count; i += (size_t)used) {
		used = text_decode((const uint8_t *)text + i, count - i, &c);
		if (used <= 0) {
			used = 1;
			columns++;
			continue;
		}
		columns += text_char_width(c);
	}
	return columns;
}

int
text_fit(const char *text, int columns, bool ascii, char *out, size_t size)
{
	const char *dots = ascii ? "..." : "\xe2\x80\xa6";
	int dots_width = ascii ? 3 : 1;
	bool cut = text_width(text) > columns;
	int limit = cut ? columns - dots_width : columns;
	size_t count = strlen(text);
	size_t at = 0;
	int width = 0;

	for (size_t i = 0; i < count;) {
		uint32_t c = '?';
		int used = text_decode((const uint8_t *)text + i, count - i, &c);
		int wide = used > 0 ? text_char_width(c) : 1;

		if (used <= 0)
			used = 1;
		if (width + wide > limit || at + (size_t)used + 4 > size)
			break;
		memcpy(out + at, text + i, (size_t)used);
		at += (size_t)used;
		width += wide;
		i += (size_t)used;
	}
	if (cut && columns >= dots_width && at + 4 <= size) {
		memcpy(out + at, dots, 3);
		at += 3;
		width += dots_width;
	}
	out[at] = '\0';
	return width;
}

bool
text_utf8_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
