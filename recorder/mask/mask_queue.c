/* SPDX-License-Identifier: ISC */
/* Two arrays side by side: the bytes that came, which never change, and what stands in their place. Subs of 0, 0 are plain zeros. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_queue.h"

#define PIECE	4096
#define LEAST	(6u * 1024)
#define SUBS	(sizeof(uint64_t) / sizeof(struct mask_sub))

void
mask_queue_done(struct mask_queue *q)
{
	if (q->bytes != NULL)
		sodium_memzero(q->bytes, q->size);
	free(q->bytes);
	free(q->subs);
	*q = (struct mask_queue){ 0 };
}

size_t
mask_queue_len(const struct mask_queue *q)
{
	return q->end - q->start;
}

/* To the front; into more memory if that is not enough. What is left behind is wiped. */
static void
make_room(struct mask_queue *q, size_t count)
{
	size_t len = mask_queue_len(q);
	struct mask_queue old = *q;

	if (len + count > q->size) {
		q->size = len + count < LEAST ? LEAST : (len + count) * 3 / 2;
		q->bytes = own_alloc(q->size);
		q->subs = own_alloc(q->size * sizeof *q->subs);
	}
	if (len > 0) {
		memmove(q->bytes, old.bytes + q->start, len);
		memmove(q->subs, old.subs + q->start, len * sizeof *q->subs);
	}
	q->start = 0;
	q->end = len;
	if (old.bytes != q->bytes)
		mask_queue_done(&old);
}

void
mask_queue_add(struct mask_queue *q, const uint8_t *bytes, size_t count)
{
	if (count == 0)
		return;
	if (q->end + count > q->size)
		make_room(q, count);
	memcpy(q->bytes + q->end, bytes, count);
	memset(q->subs + q->end, 0, count * sizeof *q->subs);
	q->end += count;
}

/* SUBS bytes in a row are as they came. */
static bool
are_plain(const struct mask_sub *subs)
{
	uint64_t word;

	memcpy(&word, subs, sizeof word);
	return word == 0;
}

/* What stands in the place of one byte: how many. */
static size_t
put_one(const struct mask_queue *q, size_t i, bool is_screen, uint8_t *to)
{
	static const uint8_t wide[] = { 0xef, 0xbc, 0x8a };
	uint8_t sub = is_screen ? q->subs[i].screen : q->subs[i].record;

	if (sub == MASK_CUT)
		return 0;
	*to = sub == 0 ? q->bytes[i] : sub < MASK_WIDE + sizeof wide ? wide[sub - MASK_WIDE] : sub;
	return 1;
}

void
mask_queue_emit(const struct mask_queue *q, uint64_t from, uint64_t to, bool is_screen, mask_sink *sink, void *user)
{
	size_t i = mask_queue_index(q, from), end = mask_queue_index(q, to), count = 0, used = 0;
	uint8_t piece[PIECE] __attribute__((uninitialized));	/* else hardening zeroes it for each line */

	if (from >= to || sink == NULL)
		return;
	if (q->sub_count == 0) {
		sink(user, q->bytes + i, end - i);
		return;
	}
	while (i < end) {
		if (count > PIECE - SUBS) {
			sink(user, piece, count);
			used = PIECE;
			count = 0;
		}
		if (i + SUBS <= end && are_plain(&q->subs[i])) {
			memcpy(piece + count, q->bytes + i, SUBS);
			count += SUBS;
			i += SUBS;
			continue;
		}
		count += put_one(q, i++, is_screen, piece + count);
	}
	if (count > 0)
		sink(user, piece, count);
	sodium_memzero(piece, used > count ? used : count);
}

void
mask_queue_drop(struct mask_queue *q, uint64_t to)
{
	size_t count;

	if (to <= q->base)
		return;
	count = (size_t)(to - q->base);
	if (q->start + count == q->end)
		q->sub_count = q->open_count = 0;
	for (size_t i = q->start; q->sub_count > 0 && i < q->start + count; i++) {
		q->sub_count -= (q->subs[i].record | q->subs[i].screen) != 0;
		q->open_count -= mask_sub_is_open(q->subs[i]);
	}
	sodium_memzero(q->bytes + q->start, count);
	q->start += count;
	q->base = to;
	if (q->start == q->end)
		q->start = q->end = 0;
}
