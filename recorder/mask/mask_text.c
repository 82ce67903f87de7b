/* SPDX-License-Identifier: ISC */
/* Values in a text, found as on one line of a screen. */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/width.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_text.h"

/* A copy of the same length that PCRE2 may read: what is no character or is a control is a blank. */
static char *
readable(const char *text, size_t count)
{
	char *copy = own_alloc(count + 1);
	uint32_t character;

	for (size_t i = 0; i < count;) {
		int used = text_decode((const uint8_t *)text + i, count - i, &character);

		if (used <= 0 || (used == 1 && (text[i] < 0x20 || text[i] == 0x7f))) {
			copy[i++] = ' ';
			continue;
		}
		memcpy(copy + i, text + i, (size_t)used);
		i += (size_t)used;
	}
	return copy;
}

/* `copy` has the same characters at the same places. */
static void
write_covered(char *text, const char *copy, const bool *covered, size_t count)
{
	size_t out = 0;
	uint32_t character;

	for (size_t i = 0; i < count;) {
		int used = text_decode((const uint8_t *)copy + i, count - i, &character);
		int width = covered[i] ? width_of(character) : 0;

		if (covered[i]) {
			memset(text + out, '*', (size_t)width);
			out += (size_t)width;
		} else {
			memmove(text + out, text + i, (size_t)used);
			out += (size_t)used;
		}
		i += (size_t)used;
	}
	text[out] = '\0';
}

unsigned
mask_text_cover(struct mask_match *match, char *text)
{
	size_t count = strlen(text);
	struct mask_gate_set candidates;
	AUTO_FREE char *copy = readable(text, count);
	AUTO_FREE struct mask_hits *hits = NULL;
	AUTO_FREE bool *covered = NULL;

	if (!mask_match_gate(match, copy, count, &candidates))
		return 0;
	hits = own_alloc(sizeof *hits);
	hits->held = MASK_NOWHERE;
	hits->opened = MASK_NO_RULE;
	mask_match_line(match, &candidates, copy, count, false, hits);
	if (hits->count == 0)
		return 0;
	covered = own_alloc(count * sizeof *covered);
	for (size_t i = 0; i < hits->count; i++)
		memset(covered + hits->items[i].from, true, hits->items[i].to - hits->items[i].from);
	write_covered(text, copy, covered, count);
	return (unsigned)hits->count;
}
