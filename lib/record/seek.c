/* SPDX-License-Identifier: ISC */
/* Moving about in a recording. */
#include "config.h"

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/reading.h"

void
rec_goto(struct rec_reader *r, uint32_t segment, uint64_t offset)
{
	rec_order_clear(&r->order, segment <= r->keys->segment);
	if (segment < r->keys->segment)
		rec_keys_restart(r->keys, r->ck0);
	while (r->keys->segment < segment)
		rec_keys_next(r->keys);
	buf_clear(&r->plain);
	r->pos = (struct rec_position){ .offset = offset };
	r->file_stop = r->tail_stop = STOP_NONE;
	rec_pending_clear(&r->pending);
	r->pending_at = 0;
}

void
rec_mark_add(struct rec_reader *r, uint32_t segment, struct rec_mark mark)
{
	if (segment != r->mark_count)
		return;
	/* Doubles when the count is a power of two. */
	if ((r->mark_count & (r->mark_count - 1)) == 0)
		r->marks = own_grow(r->marks, r->mark_count == 0 ? 1 : 2 * r->mark_count, sizeof *r->marks);
	r->marks[r->mark_count++] = mark;
}

int
rec_reader_rewind(struct rec_reader *r)
{
	rec_goto(r, 0, r->first);
	r->report.events = 0;
	rec_join_clear(&r->join);
	return r->join.trail != NULL ? rec_reader_rewind(r->join.trail) : 0;
}

/* Of the segments whose beginning is known, the last that starts at or before t_us. */
static uint32_t
known(const struct rec_reader *r, int64_t t_us)
{
	size_t low = 0, high = r->mark_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->marks[middle].start_us <= t_us)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)low;
}

/* From the last known segment on, head by head. */
static int
hop(struct rec_reader *r, int64_t t_us)
{
	struct rec_segment segment;
	uint64_t next;
	int result;

	for (;;) {
		result = rec_segment_head(r, &segment);
		if (result == 1 && segment.start_us > t_us) {
			uint32_t before = r->keys->segment > 0 ? r->keys->segment - 1 : 0;

			rec_goto(r, before, r->marks[before].offset);
			return 0;
		}
		/* The segment behind the last closed one may be in the tail; what is asked for is there or in the one before. */
		if (result != 1 || segment.end_us >= t_us)
			break;
		next = r->pos.offset + REC_FRAME + REC_SEGMENT_HEAD + REC_TAG + segment.body_bytes;
		rec_goto(r, r->keys->segment + 1, next);
	}
	return result < 0 && result != ERR_REC_DAMAGED ? result : 0;
}

int
rec_reader_seek_time(struct rec_reader *r, int64_t t_us)
{
	uint32_t segment = known(r, t_us);
	int result = 0;

	rec_goto(r, segment, segment < r->mark_count ? r->marks[segment].offset : r->first);
	if (r->info.duration_us < 0 && segment + 1 >= r->mark_count)
		result = hop(r, t_us);
	rec_goto(r, r->keys->segment, r->pos.offset);
	r->report.events = 0;
	rec_join_clear(&r->join);
	return result == 0 && r->join.trail != NULL ? rec_reader_seek_time(r->join.trail, t_us) : result;
}

void
rec_reader_place(const struct rec_reader *r, struct rec_place *place)
{
	*place = (struct rec_place){ .segment = r->keys->segment, .offset = r->pos.offset };
	if (r->join.trail != NULL)
		rec_join_place(&r->join, place);
}

void
rec_reader_goto(struct rec_reader *r, const struct rec_place *place)
{
	rec_goto(r, place->segment, place->offset);
	r->report.events = 0;
	if (r->join.trail != NULL)
		rec_join_goto(&r->join, place);
}
