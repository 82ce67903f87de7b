/* SPDX-License-Identifier: ISC */
/* A parser of its own, simpler than the grid's: what it takes for text by mistake is only covered. */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/width.h"
#include "recorder/mask/mask_veil.h"

#define ESC	0x1b
#define BEL	0x07
#define CANCEL	0x18
#define SUB	0x1a

/* Behind the string whose introducer (two bytes) begins at `at`. */
static size_t
string_end(const uint8_t *bytes, size_t count, size_t at)
{
	for (at += 2; at < count; at++) {
		if (bytes[at] == BEL || bytes[at] == CANCEL || bytes[at] == SUB)
			return at + 1;
		if (bytes[at] == ESC)
			return at + 1 < count && bytes[at + 1] == '\\' ? at + 2 : at;
	}
	return count;
}

/* Behind the sequence that begins at `at` with ESC; 0 if its end is not there or it is none. */
static size_t
sequence_end(const uint8_t *bytes, size_t count, size_t at)
{
	bool is_csi = at + 1 < count && bytes[at + 1] == '[';
	uint8_t last = is_csi ? 0x40 : 0x30;

	for (at += is_csi ? 2 : 1; at < count; at++) {
		if (bytes[at] < 0x20 || bytes[at] >= 0x7f)
			return 0;
		if (bytes[at] >= last)
			return at + 1;
	}
	return 0;
}

static size_t
take_escape(uint8_t *bytes, size_t count, size_t at)
{
	size_t end;

	if (at + 1 < count && bytes[at + 1] != '\0' && strchr("]PX^_k", bytes[at + 1]) != NULL) {
		end = string_end(bytes, count, at);
		memset(bytes + at, 0, end - at);
		return end;
	}
	end = sequence_end(bytes, count, at);
	if (end == 0)
		bytes[at] = 0;
	return end > 0 ? end : at + 1;
}

static size_t
take_character(uint8_t *bytes, size_t count, size_t at)
{
	static const uint8_t wide[] = { 0xef, 0xbc, 0x8a };
	uint32_t character = 0;
	int used = bytes[at] < 0x80 ? 1 : text_decode(bytes + at, count - at, &character);
	int width = used <= 0 || bytes[at] < 0x80 ? 1 : width_of(character);

	if (used <= 0)
		used = 1;
	if (character >= 0x80 && character < 0xa0)	/* a control that some take for the beginning of a sequence */
		width = 0;
	memset(bytes + at, 0, (size_t)used);
	if (width == 2 && used >= (int)sizeof wide)
		memcpy(bytes + at, wide, sizeof wide);
	else if (width > 0)
		bytes[at] = '*';
	return at + (size_t)used;
}

void
mask_veil(uint8_t *bytes, size_t count)
{
	size_t at = 0;

	while (at < count) {
		if (bytes[at] == ESC)
			at = take_escape(bytes, count, at);
		else if (bytes[at] < 0x20 || bytes[at] == 0x7f)
			at++;
		else
			at = take_character(bytes, count, at);
	}
}
