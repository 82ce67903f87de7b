/* SPDX-License-Identifier: ISC */
/*
 * The second look, at what a file of the bytes would say: on a screen, an erasure behind the last column takes a character out of the
 * middle of a value (grep's colours do that), and what is overwritten was there once; some terminals know controls of eight bits.
 */
#include "config.h"

#include <string.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_plain.h"
#include "recorder/mask/mask_style.h"

#define OVERLAP	1024	/* of two pieces of a long line */

/* All but the last characters that the rule's style leaves have been covered on the screen's account. */
static bool
is_covered(const struct mask_stream *s, const struct mask_plain *plain, const struct mask_hit *hit, uint64_t from)
{
	size_t open = 0, kept = 0;

	if (hit->rule != MASK_NO_RULE && mask_rules_face(s->rules, hit->rule).style == MASK_KEEP_LAST_4)
		kept = mask_style_kept(plain->bytes + hit->from, hit->to - hit->from);
	for (uint32_t i = hit->from; i < hit->to; i++)
		open += mask_queue_sub(&s->queue, from + plain->at[i]).record == 0;
	return open <= kept;
}

static void
cover(struct mask_stream *s, const struct mask_plain *plain, const struct mask_hit *hit, uint64_t from)
{
	bool is_hidden = !mask_is_record_only(s, hit->rule);

	for (uint32_t i = hit->from; i < hit->to; i++) {
		uint64_t place = from + plain->at[i];
		struct mask_sub sub = mask_queue_sub(&s->queue, place);

		if ((uint8_t)plain->bytes[i] < ' ' || (uint8_t)plain->bytes[i] >= 0x7f || sub.record != 0)
			continue;
		sub.record = '*';
		if (is_hidden && sub.screen == 0)
			sub.screen = '*';
		mask_queue_set(&s->queue, place, sub);
	}
}

static void
match(struct mask_stream *s, const struct mask_plain *plain, size_t begin, size_t end, uint64_t from)
{
	struct mask_gate_set candidates;

	if (!mask_match_gate(s->match, plain->bytes + begin, end - begin, &candidates))
		return;
	s->hits.count = s->hits.near_count = 0;
	s->hits.held = MASK_NOWHERE;
	s->hits.opened = MASK_NO_RULE;
	s->hits.wants_near = false;
	mask_match_line(s->match, &candidates, plain->bytes + begin, end - begin, false, &s->hits);
	for (size_t i = 0; i < s->hits.count; i++) {
		struct mask_hit hit = s->hits.items[i];

		hit.from += (uint32_t)begin;
		hit.to += (uint32_t)begin;
		if (!is_covered(s, plain, &hit, from))
			cover(s, plain, &hit, from);
	}
}

static void
match_all(struct mask_stream *s, const struct mask_plain *plain, uint64_t from)
{
	for (size_t begin = 0; begin < plain->count;) {
		const char *feed = memchr(plain->bytes + begin, '\n', plain->count - begin);
		size_t end = feed != NULL ? (size_t)(feed - plain->bytes) : plain->count;
		bool is_long = end - begin > MASK_LINE_MOST;

		if (is_long)
			for (end = begin + MASK_LINE_MOST; ((uint8_t)plain->bytes[end] & 0xc0) == 0x80; end--)
				;
		match(s, plain, begin, end, from);
		begin = is_long ? end - OVERLAP : end + 1;
		while (begin < plain->count && ((uint8_t)plain->bytes[begin] & 0xc0) == 0x80)
			begin++;
	}
}

void
mask_flat(struct mask_stream *s, uint64_t from, uint64_t to)
{
	AUTO(mask_plain_done) struct mask_plain plain = { .count = 0 }, other = { .count = 0 };
	const uint8_t *bytes;
	bool is_lost = s->lost > s->recorded, has_c1;
	size_t left;

	bytes = mask_queue_at(&s->queue, from, &left);
	if (left > (size_t)(to - from))
		left = (size_t)(to - from);
	has_c1 = mask_c1_has(bytes, left);
	if (is_lost) {
		mask_plain_take(&plain, bytes, left);
		match_all(s, &plain, from);
	}
	if (has_c1) {
		mask_c1_take(&other, bytes, left);
		match_all(s, &other, from);
	}
}
