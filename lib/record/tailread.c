/* SPDX-License-Identifier: ISC */
/*
 * Reading the tail. Its writer may be at work: frames appear at the end, and disappear (cut off, or replaced by a
 * hole) as soon as their segment is in the file. So what stands at a place must say itself that it is what was
 * expected there.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/reading.h"

/* A frame as it stands in the tail, not yet opened. */
struct found {
	struct rec_frame	frame;
	uint32_t		segment;
	uint64_t		at;
};

/* The header at `at`: 1; 0 if there is none (end of the tail, a hole); ERR_REC_DAMAGED; the source's error. */
static int
read_head(struct rec_reader *r, uint64_t at, struct found *found)
{
	uint8_t head[REC_AD];
	ssize_t got;

	got = rec_read(r, REC_PART_TAIL, at, head, sizeof head);
	if (got < (ssize_t)sizeof head)
		return got < 0 ? (int)got : 0;
	if (memcmp(head, r->header.file_id, REC_FILE_ID) != 0 || rec_frame_parse(head + REC_FILE_ID + 4, &found->frame) < 0)
		return ERR_REC_DAMAGED;
	found->segment = rec_get32(head + REC_FILE_ID);
	found->at = at;
	return 1;
}

/* The first byte at or behind `at` that is not zero: frames begin with a random id, holes read as zeros. */
static int
skip_hole(struct rec_reader *r, uint64_t *at)
{
	AUTO_FREE uint8_t *bytes = own_alloc(65536);
	ssize_t got;

	for (;;) {
		got = rec_read(r, REC_PART_TAIL, *at, bytes, 65536);
		if (got <= 0)
			return (int)got;
		if (!sodium_is_zero(bytes, (size_t)got))
			break;
		*at += (uint64_t)got;
	}
	for (ssize_t i = 0; i < got && bytes[i] == 0; i++)
		(*at)++;
	return 1;
}

/* Walks from `at` to the frame that is wanted next. 1 found; 0 and tail_stop; the source's error. */
static int
walk(struct rec_reader *r, uint64_t at, struct found *found)
{
	int result;

	for (;;) {
		result = read_head(r, at, found);
		if (result != 1) {
			r->tail_stop = result == 0 ? STOP_EDGE : STOP_DAMAGED;
			return result == ERR_REC_DAMAGED ? 0 : result;
		}
		if (found->segment > r->keys->segment ||
		    (found->segment == r->keys->segment && found->frame.number > r->pos.tail_frame)) {
			r->tail_stop = STOP_GAP;
			r->tail_segment = found->segment;
			return 0;
		}
		if (found->segment == r->keys->segment && found->frame.number == r->pos.tail_frame)
			return 1;
		at += REC_AD + found->frame.count + REC_TAG;
	}
}

/* From the beginning: by the tail's head, or, if that leads nowhere, past the hole. */
static int
search(struct rec_reader *r, struct found *found)
{
	uint8_t head[REC_TAIL_HEAD];
	uint64_t at = REC_TAIL_HEAD;
	ssize_t got;
	int result = 0;

	got = rec_read(r, REC_PART_TAIL, 0, head, sizeof head);
	if (got < (ssize_t)sizeof head) {
		r->tail_stop = STOP_EDGE;
		return got < 0 ? (int)got : 0;
	}
	if (memcmp(head, REC_MAGIC_TAIL, REC_MAGIC_BYTES) == 0) {
		result = walk(r, rec_get64(head + REC_MAGIC_BYTES), found);
		if (result != 0 || r->tail_stop == STOP_EDGE)
			return result;
	}
	result = skip_hole(r, &at);
	if (result == 1)
		return walk(r, at, found);
	r->tail_stop = STOP_EDGE;
	return result;
}

/* Opens the frame into `plain`. 1 if it was authentic, 0 and tail_stop, the source's error. */
static int
take(struct rec_reader *r, const struct found *found)
{
	size_t count = found->frame.count;
	AUTO_FREE uint8_t *sealed = own_alloc(count + REC_TAG);
	uint8_t *to = buf_reserve(&r->plain, count);
	ssize_t got;

	got = rec_read(r, REC_PART_TAIL, found->at + REC_AD, sealed, count + REC_TAG);
	if (got < (ssize_t)(count + REC_TAG)) {
		r->tail_stop = STOP_CUT;	/* the last frame, not all written: nobody was shown it */
		return got < 0 ? (int)got : 0;
	}
	if (to == NULL || rec_keys_open(r->keys, REC_KEY_TAIL, &found->frame, sealed, to) < 0) {
		r->tail_stop = STOP_DAMAGED;
		return 0;
	}
	if (found->frame.type == REC_FRAME_UNDECIDED) {
		got = rec_pending_take(&r->pending, to, count);
		if (got < 0) {
			r->tail_stop = STOP_DAMAGED;
			return 0;
		}
		memmove(to, to + got, count - (size_t)got);
		buf_commit(&r->plain, count - (size_t)got);
	} else if (found->frame.type == REC_FRAME_TAIL) {
		buf_commit(&r->plain, count);
	}
	r->pos.tail_at = found->at + REC_AD + count + REC_TAG;
	r->pos.tail_frame++;
	r->report.tail_used = true;
	return 1;
}

int
rec_tail_load(struct rec_reader *r)
{
	size_t before = buf_len(&r->plain);
	struct found found;
	int result;

	while (buf_len(&r->plain) == before) {
		/* Frames of one segment stay where they are, in a row, until the segment is in the file. */
		result = r->pos.tail_at == 0 ? search(r, &found) : walk(r, r->pos.tail_at, &found);
		if (result == 1)
			result = take(r, &found);
		if (result != 1)
			return result;
	}
	return 1;
}
