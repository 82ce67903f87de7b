/* SPDX-License-Identifier: ISC */
/* Writing a recording: events to the tail at once, to the file segment by segment. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/header.h"
#include "lib/record/pack.h"
#include "lib/record/tail.h"
#include "lib/record/writer.h"

#define REST_US		INT64_C(1000000)	/* so long after a segment has been closed, memory is given back */
#define NEVER		INT64_MIN
#define MARKS_MOST	(64U << 20)	/* bytes: four million segments */

/* How far the file had been appended, and where the tail ended then: all before that is in the file too. */
struct place {
	uint64_t	file, tail;
};

/* The segment that is being filled. */
struct open_segment {
	struct buf	events;
	size_t		sealed;		/* so many bytes of them are in the tail */
	int64_t		first_us;	/* time of its first event */
	int64_t		previous_us;	/* for the encoding */
	int64_t		opened_us;	/* caller's clock, at the first flush; NEVER before */
	uint64_t	undecided_said;
};

enum stage { STAGE_OPEN, STAGE_ENDING, STAGE_FOOTER, STAGE_CLOSED };

struct rec_writer {
	struct rec_keys			*keys;
	struct rec_out			 file;
	struct rec_tail			 tail;
	struct open_segment		 open;
	struct buf			 marks;		/* entries of the footer */
	struct buf			 envelope;
	struct place			 appended, syncing, synced;
	crypto_hash_sha256_state	 sum;
	struct rec_count		 count;		/* event_bytes and segments; the rest when asked for */
	int64_t				 last_us;	/* time of the last event */
	int64_t				 closed_us;	/* caller's clock: when memory was last needed; -1 if it has been given back */
	uint64_t			 undecided;
	bool				 sync_running;
	enum stage			 stage;
	uint8_t				 index_public[REC_KEY];
};

/* The file's new bytes are what waits: once summed, they never change. */
static void
sum_waiting(struct rec_writer *w, size_t from)
{
	crypto_hash_sha256_update(&w->sum, buf_data(&w->file.waiting) + from, buf_len(&w->file.waiting) - from);
}

static int
push_file(struct rec_writer *w)
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

/* Into the tail with everything that was put. */
static int
flush(struct rec_writer *w, int64_t now_us)
{
	size_t count = buf_len(&w->open.events);
	uint8_t undecided[8];
	int r;

	r = rec_tail_push(&w->tail);
	if (r == 0)
		r = push_file(w);
	if (r < 0)
		return r;
	if (count > w->open.sealed) {
		rec_tail_put(&w->tail, w->keys, REC_FRAME_TAIL, buf_data(&w->open.events) + w->open.sealed, count - w->open.sealed);
		w->open.sealed = count;
	}
	if (w->open.opened_us == NEVER && count > 0)
		w->open.opened_us = now_us;
	if (w->undecided != w->open.undecided_said) {
		rec_put64(undecided, w->undecided);
		rec_tail_put(&w->tail, w->keys, REC_FRAME_UNDECIDED, undecided, sizeof undecided);
		w->open.undecided_said = w->undecided;
	}
	return rec_tail_push(&w->tail);
}

static int
put_header(struct rec_writer *w, const struct rec_params *params)
{
	AUTO_SECRET uint8_t *ck0 = secret_new(REC_KEY);
	struct rec_header header = {
		.flags = params->external ? REC_FLAG_EXTERNAL : 0, .start_wall_us = params->start_wall_us,
		.columns = params->columns, .rows = params->rows
	};
	uint8_t bytes[REC_HEADER];
	int r;

	memcpy(header.file_id, params->id.bytes, ID_BYTES);
	randombytes_buf(header.file_id + ID_BYTES, REC_FILE_ID - ID_BYTES);
	randombytes_buf(ck0, REC_KEY);
	r = rec_envelope_seal(header.file_id, ck0, params->recipients, &w->envelope);
	if (r < 0)
		return r;
	if (!params->external)
		header.envelope_bytes = (uint32_t)buf_len(&w->envelope);
	rec_header_put(&header, ck0, bytes);
	w->keys = rec_keys_new(ck0, header.file_id);
	rec_keys_index_public(ck0, w->index_public);
	r = buf_add(&w->file.waiting, bytes, sizeof bytes);
	if (r == 0)
		r = buf_add(&w->file.waiting, buf_data(&w->envelope), header.envelope_bytes);
	return r;
}

static int
put_meta(struct rec_writer *w, const char *meta)
{
	struct rec_event event = { .t_us = 0 };

	rec_event_make_text(&event, REC_META, meta != NULL ? meta : "");
	if (event.count > REC_META_MOST)
		return -EMSGSIZE;
	return rec_writer_put(w, &event);
}

static int
open_files(struct rec_writer *w, const struct rec_params *params)
{
	struct stat st;
	int r;

	if (fstat(params->rec_fd, &st) < 0)
		return -errno;
	if (st.st_size > 0)
		return -EEXIST;
	r = put_header(w, params);
	if (r < 0)
		return r;
	sum_waiting(w, 0);
	r = rec_tail_open(&w->tail, params->tail_fd, params->disk);
	if (r == 0)
		r = put_meta(w, params->meta);
	if (r == 0)
		r = flush(w, NEVER);	/* the caller's clock is not known yet */
	if (r < 0)
		return r;
	w->synced = w->appended;	/* a header alone is not worth a sync */
	return 0;
}

int
rec_writer_open(const struct rec_params *params, struct rec_writer **writer)
{
	AUTO_REC_WRITER struct rec_writer *w = own_alloc(sizeof *w);
	int r;

	if (params->recipients == NULL || params->recipients[0] == NULL)
		return ERR_KEY;
	w->file = (struct rec_out){ .disk = params->disk, .fd = params->rec_fd };
	buf_init(&w->file.waiting, 2 * (REC_FRAME_MOST + MARKS_MOST));
	buf_init(&w->tail.out.waiting, 1);
	buf_init(&w->open.events, REC_SEGMENT_MOST);
	w->open.opened_us = NEVER;
	buf_init(&w->marks, MARKS_MOST);
	buf_init(&w->envelope, REC_ENVELOPE_MOST);
	crypto_hash_sha256_init(&w->sum);
	r = open_files(w, params);
	if (r < 0)
		return r;
	*writer = TAKE(w, NULL);
	return 0;
}

void
rec_writer_free(struct rec_writer *w)
{
	if (w == NULL)
		return;
	rec_keys_free(w->keys);
	rec_tail_done(&w->tail);
	buf_done(&w->file.waiting);
	buf_wipe(&w->open.events);
	buf_done(&w->marks);
	buf_done(&w->envelope);
	free(w);
}

void
rec_writer_free_at(struct rec_writer **writer)
{
	rec_writer_free(*writer);
}

const struct buf *
rec_writer_envelope(const struct rec_writer *w)
{
	return &w->envelope;
}

const uint8_t *
rec_writer_index_public(const struct rec_writer *w)
{
	return w->index_public;
}

int
rec_writer_put(struct rec_writer *w, const struct rec_event *event)
{
	struct rec_event ordered = *event;
	size_t before = buf_len(&w->open.events);
	int r;

	if (ordered.t_us < w->last_us)
		ordered.t_us = w->last_us;
	r = rec_event_encode(&ordered, &w->open.previous_us, &w->open.events);
	if (r < 0)
		return r;
	if (before == 0)
		w->open.first_us = ordered.t_us;
	w->last_us = ordered.t_us;
	w->count.event_bytes += buf_len(&w->open.events) - before;
	return 0;
}

void
rec_writer_undecided(struct rec_writer *w, uint64_t bytes)
{
	w->undecided = bytes;
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

/* Everything in the open segment is in the tail already. */
static int
close_segment(struct rec_writer *w)
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
	sum_waiting(w, 0);
	buf_add(&w->marks, mark, sizeof mark);
	rec_keys_next(w->keys);
	w->count.segments++;
	buf_clear(&w->open.events);	/* a flood needs the room again at once; rest() wipes it */
	w->open = (struct open_segment){ .events = w->open.events, .opened_us = NEVER };
	return push_file(w);
}

int
rec_writer_flush(struct rec_writer *w, int64_t now_us)
{
	int r;

	assert(w->stage == STAGE_OPEN);
	r = flush(w, now_us);
	if (r < 0 || w->open.sealed == 0)
		return r;
	if (w->open.sealed < REC_SEGMENT_BYTES && now_us - w->open.opened_us < REC_SEGMENT_US)
		return 0;
	r = close_segment(w);
	w->closed_us = now_us;
	return r;
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

	buf_init(&footer, sizeof head + MARKS_MOST);
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
	sum_waiting(w, 0);
	return 0;
}

/* The last steps, each done once whatever fails behind it. */
static int
finish(struct rec_writer *w)
{
	int r;

	r = flush(w, 0);
	if (r == 0 && w->stage == STAGE_ENDING && w->open.sealed > 0)
		r = close_segment(w);
	if (r < 0)
		return r;
	if (w->stage == STAGE_ENDING) {
		r = put_footer(w);
		if (r < 0)
			return r;
		w->stage = STAGE_FOOTER;
	}
	r = push_file(w);
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

void
rec_writer_count(const struct rec_writer *w, struct rec_count *count)
{
	crypto_hash_sha256_state sum = w->sum;

	*count = w->count;
	count->file_bytes = w->file.end + buf_len(&w->file.waiting);
	count->synced_bytes = w->synced.file;
	count->tail_bytes = w->tail.out.end;
	crypto_hash_sha256_final(&sum, count->sha256);
}
