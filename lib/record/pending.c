/* SPDX-License-Identifier: ISC */
/*
 * What was shown when the writer was killed, and was not decided: read from the tail, where it stands covered, and handed out
 * behind the last event.
 */
#include "config.h"

#include "lib/base/err.h"
#include "lib/record/reading.h"

#define WIDE	0xef	/* first byte of what covers a character of two columns */

void
rec_pending_init(struct rec_pending *pending)
{
	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++)
		buf_init(&pending->bytes[i], 2 * REC_UNDECIDED_MOST);
}

void
rec_pending_clear(struct rec_pending *pending)
{
	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++)
		buf_clear(&pending->bytes[i]);
}

void
rec_pending_done(struct rec_pending *pending)
{
	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++)
		buf_done(&pending->bytes[i]);
}

/* One part, of a kind above *last. */
static ssize_t
take_part(struct rec_pending *pending, const uint8_t *bytes, size_t count, uint8_t *last)
{
	struct buf *all;
	uint32_t left, fresh;

	if (count < REC_UNDECIDED_HEAD || bytes[0] <= *last || bytes[0] > REC_UNDECIDED_KINDS)
		return ERR_REC_DAMAGED;
	*last = bytes[0];
	all = &pending->bytes[bytes[0] - 1];
	left = rec_get32(bytes + 1);
	fresh = rec_get32(bytes + 5);
	if (left > REC_UNDECIDED_MOST || fresh > left || fresh > count - REC_UNDECIDED_HEAD || left - fresh > buf_len(all))
		return ERR_REC_DAMAGED;
	buf_consume(all, buf_len(all) - (left - fresh));
	(void)buf_add(all, bytes + REC_UNDECIDED_HEAD, fresh);
	return REC_UNDECIDED_HEAD + (ssize_t)fresh;
}

ssize_t
rec_pending_take(struct rec_pending *pending, const uint8_t *bytes, size_t count)
{
	uint8_t last = 0;
	size_t at = 0;

	while (at < count && bytes[at] != 0) {
		ssize_t used = take_part(pending, bytes + at, count - at, &last);

		if (used < 0)
			return used;
		at += (size_t)used;
	}
	return at < count ? (ssize_t)at + 1 : ERR_REC_DAMAGED;
}

uint64_t
rec_pending_characters(const struct rec_pending *pending)
{
	uint64_t count = 0;

	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++) {
		const uint8_t *bytes = buf_data(&pending->bytes[i]);

		for (size_t at = 0; at < buf_len(&pending->bytes[i]); at++)
			count += bytes[at] == '*' || bytes[at] == WIDE;
	}
	return count;
}

/*
 * A writer killed right behind closing a segment has not said in the new one's tail what it had said in the old one's, which
 * is still there then: it is read once more.
 */
static void
look_back(struct rec_reader *r)
{
	uint32_t segment = r->keys->segment;
	struct rec_position pos = r->pos;
	enum rec_stop file_stop = r->file_stop, tail_stop = r->tail_stop;
	bool tail_used = r->report.tail_used;
	struct rec_pending found;

	if (segment == 0 || pos.tail_frame > 0 || file_stop != STOP_EDGE || tail_stop != STOP_EDGE)
		return;
	rec_goto(r, segment - 1, 0);
	while (rec_tail_load(r) == 1)
		continue;
	found = r->pending;
	rec_pending_init(&r->pending);
	rec_goto(r, segment, pos.offset);
	rec_pending_done(&r->pending);
	r->pending = found;
	r->pos = pos;
	r->file_stop = file_stop;
	r->tail_stop = tail_stop;
	r->report.tail_used = tail_used || rec_pending_characters(&found) > 0;
}

/* Without the bytes that stand for nothing. */
static void
cover(struct rec_reader *r, const struct buf *bytes)
{
	const uint8_t *from = buf_data(bytes);

	buf_clear(&r->covered);
	for (size_t i = 0; i < buf_len(bytes); i++)
		if (from[i] != 0)
			(void)buf_add(&r->covered, from + i, 1);
}

int
rec_pending_next(struct rec_reader *r, struct rec_event *event)
{
	if (r->pending_at == 0)
		look_back(r);
	while (r->pending_at < REC_UNDECIDED_KINDS) {
		size_t i = r->pending_at++;

		cover(r, &r->pending.bytes[i]);
		if (buf_len(&r->covered) == 0)
			continue;
		*event = (struct rec_event){ .kind = (enum rec_kind)(i + 1), .t_us = r->report.end_us, .bytes = buf_data(&r->covered),
			.count = buf_len(&r->covered) };
		r->report.events++;
		return 1;
	}
	return 0;
}
