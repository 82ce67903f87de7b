/* SPDX-License-Identifier: ISC */
/* The end of a recording: last segment, footer, trailer. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/record/writing.h"

static void
put_trailer(struct rec_writer *w, uint64_t footer)
{
	uint8_t trailer[REC_TRAILER] = { 0 };

	memcpy(trailer, REC_MAGIC_END, REC_MAGIC_BYTES);
	rec_put64(trailer + 8, footer);
	rec_put32(trailer + 16, w->count.segments);
	buf_add(&w->file.waiting, trailer, sizeof trailer);
}

static int
put_footer(struct rec_writer *w)
{
	AUTO_BUF struct buf footer;
	uint8_t head[REC_FOOTER_HEAD];
	size_t part;
	uint8_t *to;

	buf_init(&footer, sizeof head + REC_MARKS_MOST);
	rec_put32(head, w->count.segments);
	rec_put64(head + 4, (uint64_t)w->last_us);
	buf_add(&footer, head, sizeof head);
	buf_add(&footer, buf_data(&w->marks), buf_len(&w->marks));
	while (buf_len(&footer) > 0) {
		part = buf_len(&footer) < REC_FOOTER_CHUNK ? buf_len(&footer) : REC_FOOTER_CHUNK;
		struct rec_frame frame = { .type = REC_FRAME_FOOTER, .count = (uint32_t)part,
			.flags = part == buf_len(&footer) ? REC_FRAME_LAST : 0 };

		to = buf_reserve(&w->file.waiting, REC_FRAME + part + REC_TAG);
		assert(to != NULL);
		rec_keys_seal(w->keys, REC_KEY_SEGMENT, &frame, buf_data(&footer), to);
		buf_commit(&w->file.waiting, REC_FRAME + part + REC_TAG);
		buf_consume(&footer, part);
	}
	put_trailer(w, w->file.end);
	rec_writing_sum(w);
	return 0;
}

/* The last steps, each done once whatever fails behind it. */
static int
finish(struct rec_writer *w)
{
	int r;

	r = rec_writing_flush(w, 0);
	if (r == 0 && w->stage == STAGE_ENDING && w->open.sealed > 0)
		r = rec_writing_close_segment(w);
	if (r < 0)
		return r;
	if (w->stage == STAGE_ENDING) {
		r = put_footer(w);
		if (r < 0)
			return r;
		w->stage = STAGE_FOOTER;
	}
	r = rec_writing_push(w);
	if (r < 0)
		return r;
	if (fdatasync(w->file.fd) < 0 && errno != EINVAL)	/* EINVAL: a pipe or the like, which cannot be synced */
		return -errno;
	if (ftruncate(w->tail.out.fd, 0) < 0)
		return -errno;
	w->tail.out.end = 0;
	w->synced = w->appended;
	w->stage = STAGE_CLOSED;
	return 0;
}

int
rec_writer_close(struct rec_writer *w, const struct rec_event *end)
{
	int r = 0;

	assert(!w->sync_running);
	if (w->stage == STAGE_OPEN && end != NULL)
		r = rec_writer_put(w, end);
	if (r < 0)
		return r;
	if (w->stage == STAGE_OPEN)
		w->stage = STAGE_ENDING;
	return w->stage == STAGE_CLOSED ? 0 : finish(w);
}
