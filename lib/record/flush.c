/* SPDX-License-Identifier: ISC */
/* The daily work of a writer: flushing, closing segments, making room in the tail. */
#include "config.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/pack.h"
#include "lib/record/writing.h"

#define REST_US	INT64_C(1000000)	/* so long after a segment has been closed, memory is given back */

void
rec_writing_sum(struct rec_writer *w)
{
	crypto_hash_sha256_update(&w->sum, buf_data(&w->file.waiting), buf_len(&w->file.waiting));
}

int
rec_writing_push(struct rec_writer *w)
{
	int r;

	if (buf_len(&w->file.waiting) == 0)
		return 0;
	r = rec_out_push(&w->file);
	if (r < 0)
		return r;
	buf_done(&w->file.waiting);
	w->appended = (struct place){ w->file.end, w->tail.out.end };
	return 0;
}

static bool
is_news(const struct undecided *u)
{
	return u->fresh > 0 || u->said != buf_len(&u->bytes);
}

/* The parts of what has changed, and the zero behind them; nothing if nothing has. Where it ends. */
static uint8_t *
put_undecided(struct rec_writer *w, uint8_t *to)
{
	bool is_any = false;

	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++) {
		struct undecided *u = &w->undecided[i];
		size_t left = buf_len(&u->bytes);

		if (!is_news(u))
			continue;
		*to = (uint8_t)(i + 1);
		rec_put32(to + 1, (uint32_t)left);
		rec_put32(to + 5, (uint32_t)u->fresh);
		memcpy(to + REC_UNDECIDED_HEAD, buf_data(&u->bytes) + left - u->fresh, u->fresh);
		to += REC_UNDECIDED_HEAD + u->fresh;
		u->said = left;
		u->fresh = 0;
		is_any = true;
	}
	if (is_any)
		*to++ = 0;
	return to;
}

/* One frame for all that is new: half of it would tell some bytes twice, or not at all. */
static void
put_frame(struct rec_writer *w)
{
	size_t events = buf_len(&w->open.events) - w->open.sealed, room = events + 1;
	uint8_t *plain, *to;

	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++)
		room += REC_UNDECIDED_HEAD + w->undecided[i].fresh;
	plain = rec_tail_reserve(&w->tail, room);
	to = put_undecided(w, plain);
	if (events > 0)
		memcpy(to, buf_data(&w->open.events) + w->open.sealed, events);
	if (to > plain || events > 0)
		rec_tail_seal(&w->tail, w->keys, to > plain ? REC_FRAME_UNDECIDED : REC_FRAME_TAIL, (size_t)(to - plain) + events);
	w->open.sealed += events;
}

int
rec_writing_flush(struct rec_writer *w, int64_t now_us)
{
	int r;

	r = rec_tail_push(&w->tail);
	if (r == 0)
		r = rec_writing_push(w);
	if (r < 0)
		return r;
	put_frame(w);
	if (w->open.opened_us == REC_NEVER && w->open.sealed > 0)
		w->open.opened_us = now_us;
	return rec_tail_push(&w->tail);
}

/* The head and the one data frame of the open segment, ready to be appended. */
static int
seal_segment(struct rec_writer *w)
{
	size_t head_bytes = REC_FRAME + REC_SEGMENT_HEAD + REC_TAG, count = buf_len(&w->open.events);
	struct rec_frame frame = { .type = REC_FRAME_HEAD, .count = REC_SEGMENT_HEAD };
	uint8_t head[REC_SEGMENT_HEAD] = { 0 };
	uint8_t *to, *body;
	ssize_t packed;

	to = buf_reserve(&w->file.waiting, head_bytes + REC_FRAME + rec_pack_room(count) + REC_TAG);
	if (to == NULL)
		return ERR_BUF_FULL;
	body = to + head_bytes;
	packed = rec_pack(buf_data(&w->open.events), count, body + REC_FRAME, rec_pack_room(count));
	if (packed < 0)
		return (int)packed;
	rec_put64(head, (uint64_t)w->open.first_us);
	rec_put64(head + 8, (uint64_t)w->last_us);
	rec_put32(head + 16, (uint32_t)count);
	rec_put64(head + 24, (uint64_t)packed + REC_FRAME + REC_TAG);
	rec_keys_seal(w->keys, REC_KEY_SEGMENT, &frame, head, to);
	frame = (struct rec_frame){ .type = REC_FRAME_DATA, .flags = REC_FRAME_LAST, .count = (uint32_t)packed };
	rec_keys_seal(w->keys, REC_KEY_SEGMENT, &frame, body + REC_FRAME, body);
	buf_commit(&w->file.waiting, head_bytes + REC_FRAME + (size_t)packed + REC_TAG);
	return 0;
}

int
rec_writing_close_segment(struct rec_writer *w)
{
	uint8_t mark[REC_FOOTER_ENTRY];
	int r;

	assert(buf_len(&w->file.waiting) == 0 && w->open.sealed == buf_len(&w->open.events));
	rec_put64(mark, w->file.end);
	rec_put64(mark + 8, (uint64_t)w->open.first_us);
	if (buf_room(&w->marks) < sizeof mark)
		return ERR_BUF_FULL;
	r = seal_segment(w);
	if (r < 0)
		return r;
	rec_writing_sum(w);
	buf_add(&w->marks, mark, sizeof mark);
	rec_keys_next(w->keys);
	w->count.segments++;
	buf_clear(&w->open.events);	/* a flood needs the room again at once; rest() wipes it */
	w->open = (struct open_segment){ .events = w->open.events, .opened_us = REC_NEVER };
	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++) {	/* the next one's tail says all of it anew */
		w->undecided[i].fresh = buf_len(&w->undecided[i].bytes);
		w->undecided[i].said = 0;
	}
	return rec_writing_push(w);
}

int
rec_writer_flush(struct rec_writer *w, int64_t now_us)
{
	int r;

	assert(w->stage == STAGE_OPEN);
	r = rec_writing_flush(w, now_us);
	if (r < 0 || w->open.sealed == 0)
		return r;
	if (w->open.sealed < REC_SEGMENT_BYTES && now_us - w->open.opened_us < REC_SEGMENT_US)
		return 0;
	r = rec_writing_close_segment(w);
	w->closed_us = now_us;
	return r < 0 ? r : rec_writing_flush(w, now_us);
}

/* Nothing is open. Milliseconds until memory should be given back, or -1. */
static int
rest(struct rec_writer *w, int64_t now_us)
{
	if (w->closed_us < 0)
		return -1;
	if (now_us - w->closed_us < REST_US)
		return (int)((w->closed_us + REST_US - now_us) / 1000) + 1;
	buf_wipe(&w->open.events);
	rec_tail_rest(&w->tail);
	rec_pack_rest();
	w->closed_us = -1;
	return -1;
}

int
rec_writer_tick(struct rec_writer *w, int64_t now_us, int *wait_ms)
{
	int r;

	r = rec_writer_flush(w, now_us);
	if (r < 0)
		return r;
	if (w->open.sealed == 0) {
		*wait_ms = rest(w, now_us);
		return 0;
	}
	*wait_ms = (int)((w->open.opened_us + REC_SEGMENT_US - now_us) / 1000) + 1;
	return 0;
}

bool
rec_writer_wants_sync(const struct rec_writer *w)
{
	return !w->sync_running && w->appended.file > w->synced.file;
}

int
rec_writer_sync_begin(struct rec_writer *w)
{
	if (!rec_writer_wants_sync(w))
		return -1;
	w->sync_running = true;
	w->syncing = w->appended;
	return w->file.fd;
}

int
rec_writer_sync_done(struct rec_writer *w, int result)
{
	assert(w->sync_running);
	w->sync_running = false;
	if (result < 0)
		return result;
	w->synced = w->syncing;
	if (rec_tail_release(&w->tail, w->syncing.tail))
		w->appended.tail = w->tail.out.end;	/* the tail begins anew */
	return result;
}
