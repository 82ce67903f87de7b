/* SPDX-License-Identifier: ISC */
/* Text that is on no screen: titles and other strings inside escape sequences, and words of our own that are stored. */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "lib/term/width.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_inside.h"

#define OVERLAP	1024	/* of two pieces of a long string */

static bool
is_control(uint8_t byte)
{
	return byte < 0x20 || byte == 0x7f;
}

/* Bytes as a text of the same length. */
static void
take_text(struct mask_line *line, const uint8_t *bytes, size_t count)
{
	uint32_t character;

	line->count = count;
	for (size_t i = 0; i < count;) {
		int used = bytes[i] < 0x80 ? 1 : text_decode(bytes + i, count - i, &character);

		if (used <= 0 || (used == 1 && is_control(bytes[i]))) {
			line->text[i++] = ' ';
			continue;
		}
		memcpy(line->text + i, bytes + i, (size_t)used);
		i += (size_t)used;
	}
}

/* A DCS begins with parameters and a final byte, which are no text. */
static void
blank_introducer(struct mask_stream *s, uint64_t begin)
{
	struct mask_line *line = &s->line;
	size_t left, i = 0;

	if (begin <= s->queue.base || *mask_queue_at(&s->queue, begin - 1, &left) != 'P')
		return;
	while (i < line->count && line->text[i] >= ' ' && line->text[i] < '@')
		line->text[i++] = ' ';
	if (i < line->count && line->text[i] <= '~')
		line->text[i] = ' ';
}

static bool
search(struct mask_stream *s)
{
	struct mask_gate_set candidates;

	s->hits.count = s->hits.near_count = 0;
	s->hits.held = MASK_NOWHERE;
	s->hits.opened = MASK_NO_RULE;
	s->hits.wants_near = false;
	if (!mask_match_gate(s->match, s->line.text, s->line.count, &candidates))
		return false;
	mask_match_line(s->match, &candidates, s->line.text, s->line.count, false, &s->hits);
	return s->hits.count > 0;
}

/* One value in the queue: a '*' for each column. Its refs are none, so that it is found nowhere on the screen. */
static void
cover_bytes(struct mask_stream *s, uint64_t place, const struct mask_hit *hit)
{
	bool is_new = mask_queue_sub(&s->queue, place + hit->from).record == 0, is_shown = mask_is_record_only(s, hit->rule);
	uint32_t chars = 0, character;
	size_t left;

	for (uint32_t i = hit->from; i < hit->to; chars++) {
		int bytes = text_decode((const uint8_t *)s->line.text + i, hit->to - i, &character);
		int width = bytes > 0 ? width_of(character) : 1;

		bytes = bytes > 0 ? bytes : 1;
		for (int b = 0; b < bytes && !is_control(*mask_queue_at(&s->queue, place + i, &left)); b++) {
			struct mask_sub sub = mask_queue_sub(&s->queue, place + i + (uint64_t)b);

			sub.record = b < width ? '*' : MASK_CUT;
			sub.screen = is_shown ? sub.screen : sub.record;
			mask_queue_set(&s->queue, place + i + (uint64_t)b, sub);
		}
		i += (uint32_t)bytes;
	}
	if (is_new) {
		struct mask_hit counted = *hit;

		counted.from = (uint32_t)s->line.count;
		mask_count(s, &counted, chars);
	}
}

void
mask_string(struct mask_stream *s, uint64_t begin, uint64_t end)
{
	uint64_t from = begin > s->queue.base ? begin : s->queue.base;

	if (s->string_done > from)
		from = s->string_done;
	while (from < end) {
		size_t left, count = (size_t)(end - from);
		const uint8_t *at = mask_queue_at(&s->queue, from, &left);

		count = count < MASK_LINE_MOST ? count : MASK_LINE_MOST;
		take_text(&s->line, at, count);
		if (from == begin)
			blank_introducer(s, begin);
		if (search(s))
			for (size_t i = 0; i < s->hits.count; i++)
				cover_bytes(s, from, &s->hits.items[i]);
		if (from + count == end)
			break;
		from += count - OVERLAP;
	}
}

void
mask_stream_text(struct mask_stream *s, char *text)
{
	size_t count = strlen(text), from = 0;

	while (from < count) {
		size_t piece = count - from < MASK_LINE_MOST ? count - from : MASK_LINE_MOST;

		take_text(&s->line, (const uint8_t *)text + from, piece);
		if (search(s)) {
			for (size_t i = 0; i < s->hits.count; i++)
				memset(text + from + s->hits.items[i].from, '*', s->hits.items[i].to - s->hits.items[i].from);
		}
		from += from + piece == count ? piece : piece - OVERLAP;
	}
}
