/* SPDX-License-Identifier: ISC */
/* Reading one segment, or the footer, of the file. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/pack.h"
#include "lib/record/reading.h"

#define SEALED_HEAD	(REC_FRAME + REC_SEGMENT_HEAD + REC_TAG)
#define BODY_MOST	(16U << 20)	/* room for keyframes and indexes of later versions */
#define FOOTER_MOST	(64U << 20)

static int
stopped(struct rec_reader *r, enum rec_stop why)
{
	r->file_stop = why;
	return why == STOP_DAMAGED ? ERR_REC_DAMAGED : 0;
}

static bool
head_is_sane(const struct rec_segment *segment)
{
	return segment->start_us >= 0 && segment->end_us >= segment->start_us && segment->events_bytes <= REC_SEGMENT_MOST &&
	    segment->body_bytes >= REC_FRAME + REC_TAG && segment->body_bytes <= BODY_MOST;
}

int
rec_segment_head(struct rec_reader *r, struct rec_segment *segment)
{
	uint8_t bytes[SEALED_HEAD], head[REC_SEGMENT_HEAD];
	struct rec_frame frame;
	ssize_t got;

	got = rec_read(r, REC_PART_FILE, r->pos.offset, bytes, sizeof bytes);
	if (got < 0)
		return (int)got;
	if (got < REC_FRAME)
		return stopped(r, got == 0 ? STOP_EDGE : STOP_CUT);
	if (rec_frame_parse(bytes, &frame) < 0)
		return stopped(r, STOP_DAMAGED);
	if (frame.type == REC_FRAME_FOOTER)
		return rec_footer_load(r) == 1 ? stopped(r, STOP_END) : stopped(r, r->file_stop);
	if (frame.type != REC_FRAME_HEAD || frame.count != REC_SEGMENT_HEAD || frame.number != 0)
		return stopped(r, STOP_DAMAGED);
	if (got < (ssize_t)sizeof bytes)
		return stopped(r, STOP_CUT);
	if (rec_keys_open(r->keys, REC_KEY_SEGMENT, &frame, bytes + REC_FRAME, head) < 0)
		return stopped(r, STOP_DAMAGED);
	segment->start_us = (int64_t)rec_get64(head);
	segment->end_us = (int64_t)rec_get64(head + 8);
	segment->events_bytes = rec_get32(head + 16);
	segment->body_bytes = rec_get64(head + 24);
	if (!head_is_sane(segment))
		return stopped(r, STOP_DAMAGED);
	rec_mark_add(r, r->keys->segment, (struct rec_mark){ r->pos.offset, segment->start_us });
	return 1;
}

/*
 * Opens the body's frames in place and moves the data ones together at its beginning. The bytes of data, or
 * ERR_REC_DAMAGED. Kinds of frames that this version does not use must still be authentic.
 */
static ssize_t
open_body(const struct rec_reader *r, uint8_t *body, size_t count)
{
	struct rec_frame frame = { .flags = 0 };
	size_t at = 0, data = 0;

	for (uint32_t number = 1; at < count; number++) {
		if ((frame.flags & REC_FRAME_LAST) != 0 || count - at < REC_FRAME ||
		    rec_frame_parse(body + at, &frame) < 0 || frame.number != number)
			return ERR_REC_DAMAGED;
		at += REC_FRAME;
		if (frame.count + REC_TAG > count - at ||
		    rec_keys_open(r->keys, REC_KEY_SEGMENT, &frame, body + at, body + at) < 0)
			return ERR_REC_DAMAGED;
		if (frame.type == REC_FRAME_DATA) {
			memmove(body + data, body + at, frame.count);
			data += frame.count;
		}
		at += frame.count + REC_TAG;
	}
	return (frame.flags & REC_FRAME_LAST) != 0 ? (ssize_t)data : ERR_REC_DAMAGED;
}

static int
unpack(struct rec_reader *r, const uint8_t *data, size_t count, const struct rec_segment *segment)
{
	uint8_t *to;

	if (segment->events_bytes < r->pos.at)
		return ERR_REC_DAMAGED;	/* shorter than what its tail had */
	buf_clear(&r->plain);
	to = buf_reserve(&r->plain, segment->events_bytes);
	if (to == NULL)
		return ERR_REC_DAMAGED;
	if (rec_unpack(data, count, to, segment->events_bytes) < 0)
		return ERR_REC_DAMAGED;
	buf_commit(&r->plain, segment->events_bytes);
	return 0;
}

int
rec_segment_load(struct rec_reader *r)
{
	AUTO_FREE uint8_t *body = NULL;
	struct rec_segment segment;
	ssize_t got, data;
	int result;

	result = rec_segment_head(r, &segment);
	if (result != 1)
		return result;
	body = own_alloc((size_t)segment.body_bytes);
	got = rec_read(r, REC_PART_FILE, r->pos.offset + SEALED_HEAD, body, (size_t)segment.body_bytes);
	if (got < 0)
		return (int)got;
	if ((uint64_t)got < segment.body_bytes)
		return stopped(r, STOP_CUT);
	data = open_body(r, body, (size_t)got);
	if (data < 0 || unpack(r, body, (size_t)data, &segment) < 0)
		return stopped(r, STOP_DAMAGED);
	r->pos.whole = true;
	r->pos.next = r->pos.offset + SEALED_HEAD + segment.body_bytes;
	if (r->keys->segment >= r->report.segments) {
		r->report.segments = r->keys->segment + 1;
		r->report.file_bytes = r->pos.next;
	}
	return 1;
}

/* Footer frames from `*at` on, joined. 1, 0 if cut, ERR_REC_DAMAGED or the source's error. */
static int
read_footer(struct rec_reader *r, uint64_t *at, struct buf *footer)
{
	struct rec_frame frame = { .flags = 0 };
	uint8_t head[REC_FRAME];
	ssize_t got;

	for (uint32_t number = 0; (frame.flags & REC_FRAME_LAST) == 0; number++) {
		AUTO_FREE uint8_t *sealed = NULL;
		uint8_t *to;

		got = rec_read(r, REC_PART_FILE, *at, head, sizeof head);
		if (got < (ssize_t)sizeof head)
			return got < 0 ? (int)got : 0;
		if (rec_frame_parse(head, &frame) < 0 || frame.type != REC_FRAME_FOOTER || frame.number != number ||
		    frame.count > REC_FOOTER_CHUNK)
			return ERR_REC_DAMAGED;
		sealed = own_alloc(frame.count + REC_TAG);
		got = rec_read(r, REC_PART_FILE, *at + REC_FRAME, sealed, frame.count + REC_TAG);
		if (got < (ssize_t)(frame.count + REC_TAG))
			return got < 0 ? (int)got : 0;
		to = buf_reserve(footer, frame.count);
		if (to == NULL || rec_keys_open(r->keys, REC_KEY_SEGMENT, &frame, sealed, to) < 0)
			return ERR_REC_DAMAGED;
		buf_commit(footer, frame.count);
		*at += REC_FRAME + frame.count + REC_TAG;
	}
	return 1;
}

static int
take_footer(struct rec_reader *r, const struct buf *footer)
{
	const uint8_t *entry = buf_data(footer);
	uint32_t segments;

	if (buf_len(footer) < REC_FOOTER_HEAD)
		return ERR_REC_DAMAGED;
	segments = rec_get32(entry);
	if (segments != r->keys->segment || buf_len(footer) != REC_FOOTER_HEAD + (uint64_t)segments * REC_FOOTER_ENTRY)
		return ERR_REC_DAMAGED;
	r->info.duration_us = (int64_t)rec_get64(entry + 4);
	r->info.segments = segments;
	entry += REC_FOOTER_HEAD;
	for (uint32_t i = 0; i < segments; i++, entry += REC_FOOTER_ENTRY)
		rec_mark_add(r, i, (struct rec_mark){ rec_get64(entry), (int64_t)rec_get64(entry + 8) });
	return 0;
}

int
rec_footer_load(struct rec_reader *r)
{
	uint8_t want[REC_TRAILER] = { 0 }, trailer[REC_TRAILER + 1];
	uint64_t at = r->pos.offset;
	AUTO_BUF struct buf footer;
	ssize_t got;
	int result;

	buf_init(&footer, FOOTER_MOST);
	result = read_footer(r, &at, &footer);
	if (result == 1 && take_footer(r, &footer) < 0)
		result = ERR_REC_DAMAGED;
	if (result != 1) {
		r->file_stop = result == 0 ? STOP_CUT : STOP_DAMAGED;
		return result;
	}
	memcpy(want, REC_MAGIC_END, REC_MAGIC_BYTES);
	rec_put64(want + 8, r->pos.offset);
	rec_put32(want + 16, r->info.segments);
	got = rec_read(r, REC_PART_FILE, at, trailer, sizeof trailer);
	r->trailer_bad = got != REC_TRAILER || memcmp(want, trailer, sizeof want) != 0;
	r->report.file_bytes = at + (r->trailer_bad ? 0 : REC_TRAILER);
	return 1;
}

void
rec_footer_find(struct rec_reader *r)
{
	uint8_t trailer[REC_TRAILER];
	uint64_t footer, segments, bytes;
	int64_t size;

	size = r->source.size != NULL ? r->source.size(r->source.ctx, REC_PART_FILE) : 0;
	if (size < (int64_t)(r->first + REC_TRAILER) ||
	    rec_read(r, REC_PART_FILE, (uint64_t)size - REC_TRAILER, trailer, sizeof trailer) != REC_TRAILER ||
	    memcmp(trailer, REC_MAGIC_END, REC_MAGIC_BYTES) != 0)
		return;
	footer = rec_get64(trailer + 8);
	segments = rec_get32(trailer + 16);
	bytes = REC_FOOTER_HEAD + segments * REC_FOOTER_ENTRY;
	bytes += (bytes + REC_FOOTER_CHUNK - 1) / REC_FOOTER_CHUNK * (REC_FRAME + REC_TAG);
	/* The number of segments costs work, so it must at least fit the length before it is believed. */
	if (footer < r->first || footer > (uint64_t)size || (uint64_t)size - footer != bytes + REC_TRAILER)
		return;
	rec_goto(r, (uint32_t)segments, footer);
	(void)rec_footer_load(r);
	r->file_stop = STOP_NONE;
	r->report.file_bytes = r->first;
	rec_goto(r, 0, r->first);
}
