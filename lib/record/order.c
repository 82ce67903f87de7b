/* SPDX-License-Identifier: ISC */
/* Events in the order in which people saw them: output on which masking decided late is put back to its own moment. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/reading.h"

#define ORDER_LEAST	64

void
rec_order_clear(struct rec_order *order, bool goes_back)
{
	order->next = order->count = 0;
	if (goes_back)
		order->last_us = 0;
}

void
rec_order_done(struct rec_order *order)
{
	free(order->items);
	*order = (struct rec_order){ 0 };
}

static void
keep_meta(struct rec_reader *r, const struct rec_event *event)
{
	if (r->meta != NULL || r->keys->segment != 0)
		return;
	r->meta = own_alloc(event->count + 1);
	if (event->count > 0)
		memcpy(r->meta, event->bytes, event->count);
}

static void
add(struct rec_order *order, const struct rec_turn *place)
{
	if (order->count == order->size) {
		order->size = order->size == 0 ? ORDER_LEAST : 2 * order->size;
		order->items = own_grow(order->items, order->size, sizeof *order->items);
	}
	order->items[order->count++] = *place;
}

static int
by_time(const void *a, const void *b)
{
	const struct rec_turn *x = a, *y = b;

	if (x->t_us != y->t_us)
		return x->t_us < y->t_us ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* All that is in `plain` and was not looked at yet. What stands before damage is good. */
static int
fill(struct rec_reader *r)
{
	struct rec_order *order = &r->order;
	bool is_late = false;
	int used = 0;

	order->next = order->count = 0;
	while (r->pos.at < buf_len(&r->plain)) {
		struct rec_turn place = { .at = r->pos.at, .previous_us = r->pos.previous_us };
		struct rec_event event;

		used = rec_event_decode(buf_data(&r->plain) + r->pos.at, buf_len(&r->plain) - r->pos.at, &r->pos.previous_us, &event);
		if (used > 0 && event.kind == REC_SHOWN) {
			is_late = true;
			used = rec_event_read_shown(&event) < 0 ? ERR_REC_DAMAGED : used;
		}
		if (used < 0)
			break;
		r->pos.at += (size_t)used;
		place.t_us = event.t_us;
		if (event.kind == REC_META)
			keep_meta(r, &event);
		else
			add(order, &place);
	}
	if (is_late)
		qsort(order->items, order->count, sizeof *order->items, by_time);
	if (used < 0)
		r->file_stop = STOP_DAMAGED;
	return order->count > 0 ? 1 : used < 0 ? used : 0;
}

int
rec_order_next(struct rec_reader *r, struct rec_event *event)
{
	struct rec_order *order = &r->order;
	struct rec_turn *place;
	int result = order->next < order->count ? 1 : fill(r);

	if (result != 1)
		return result;
	place = &order->items[order->next++];
	(void)rec_event_decode(buf_data(&r->plain) + place->at, buf_len(&r->plain) - place->at, &place->previous_us, event);
	if (event->kind == REC_SHOWN)
		(void)rec_event_read_shown(event);
	if (event->t_us < order->last_us)
		event->t_us = order->last_us;	/* it was shown in an earlier segment, or before somebody who follows was told */
	order->last_us = event->t_us;
	return 1;
}
