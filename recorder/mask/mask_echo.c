/* SPDX-License-Identifier: ISC */
/*
 * What was written, lost from the screen before it was a value, and written again: a line that a shell paints anew at
 * each key, a beginning that was erased and typed once more. When the value is known, its pieces are looked for in all
 * that the recording still waits with.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_plain.h"

#define GRAM		8	/* characters of a piece; of a short value fewer, but */
#define GRAM_LEAST	5
#define KINDS_LEAST	3	/* different characters in a piece */
#define VALUE_MOST	4096
#define WORK_MOST	(64u * 1024)	/* bytes looked through for one write */

struct grams {
	uint64_t	*items;		/* sorted */
	size_t		 count, length;	/* length: characters of each */
};

static int
compare(const void *a, const void *b)
{
	const uint64_t *one = a, *two = b;

	return (*one > *two) - (*one < *two);
}

static uint64_t
gram_of(const char *text, size_t length)
{
	uint64_t gram = 0;

	for (size_t i = 0; i < length; i++)
		gram = gram << 8 | (uint8_t)text[i];
	return gram;
}

/* Blanks, rules of tables, zeros: they stand everywhere, and tell nothing. */
static bool
is_plain(const char *text, size_t length)
{
	size_t kinds = 0;

	for (size_t i = 0; i < length && kinds < KINDS_LEAST; i++)
		kinds += text[i] != ' ' && memchr(text, text[i], i) == NULL;
	return kinds < KINDS_LEAST;
}

static void
make_grams(struct grams *grams, const char *value, size_t count)
{
	grams->length = count >= 2 * GRAM ? GRAM : count / 2 < GRAM_LEAST ? GRAM_LEAST : count / 2;
	grams->count = 0;
	grams->items = own_alloc((count - grams->length + 1) * sizeof *grams->items);
	for (size_t i = 0; i + grams->length <= count; i++)
		if (!is_plain(value + i, grams->length))
			grams->items[grams->count++] = gram_of(value + i, grams->length);
	qsort(grams->items, grams->count, sizeof *grams->items, compare);
}

static void
cover_plain(struct mask_stream *s, const struct mask_plain *plain, const struct grams *grams, uint64_t base)
{
	for (size_t i = 0; i + grams->length <= plain->count; i++) {
		uint64_t gram = gram_of(plain->bytes + i, grams->length);

		if (bsearch(&gram, grams->items, grams->count, sizeof gram, compare) == NULL)
			continue;
		for (size_t k = i; k < i + grams->length; k++) {
			struct mask_sub sub = mask_queue_sub(&s->queue, base + plain->at[k]);

			if (sub.record == 0 && (uint8_t)plain->bytes[k] >= ' ' && (uint8_t)plain->bytes[k] < 0x7f)
				mask_queue_set(&s->queue, base + plain->at[k], (struct mask_sub){ '*', sub.screen });
		}
	}
}

void
mask_echo(struct mask_stream *s, const char *value, size_t count)
{
	uint64_t from = s->recorded > s->queue.base ? s->recorded : s->queue.base;
	AUTO(mask_plain_done) struct mask_plain plain = { .count = 0 };
	struct grams grams;
	const uint8_t *bytes;
	size_t left;

	if (s->params.record == NULL || s->lost <= s->recorded || s->is_inside || count < GRAM_LEAST || count > VALUE_MOST ||
	    from >= s->queue.base + mask_queue_len(&s->queue))
		return;
	bytes = mask_queue_at(&s->queue, from, &left);
	if (left + s->echo_work > WORK_MOST)
		return;
	s->echo_work += left;
	make_grams(&grams, value, count);
	mask_plain_take(&plain, bytes, left);
	cover_plain(s, &plain, &grams, from);
	sodium_memzero(grams.items, grams.count * sizeof *grams.items);
	free(grams.items);
}
