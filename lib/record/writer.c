/* SPDX-License-Identifier: ISC */
/* A writer's beginning, what is put into it, and what it knows. */
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
#include "lib/record/layers.h"
#include "lib/record/writing.h"

static int
put_header(struct rec_writer *w, const struct rec_params *params)
{
	AUTO_SECRET uint8_t *ck0 = secret_new(REC_KEY);
	struct rec_header header = {
		.flags = params->external ? REC_FLAG_EXTERNAL : 0, .start_wall_us = params->start_wall_us,
		.columns = params->columns, .rows = params->rows
	};
	const struct layers_to to = { params->recipients, params->owners, params->keys };
	uint8_t bytes[REC_HEADER];
	int r;

	memcpy(header.file_id, params->id.bytes, ID_BYTES);
	randombytes_buf(header.file_id + ID_BYTES, REC_FILE_ID - ID_BYTES);
	randombytes_buf(ck0, REC_KEY);
	r = rec_envelope_seal(header.file_id, ck0, &to, &w->envelope);
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
	rec_writing_sum(w);
	r = rec_tail_open(&w->tail, params->tail_fd, params->disk);
	if (r == 0)
		r = put_meta(w, params->meta);
	if (r == 0)
		r = rec_writing_flush(w, REC_NEVER);	/* the caller's clock is not known yet */
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
	buf_init(&w->file.waiting, 2 * (REC_FRAME_MOST + REC_MARKS_MOST));
	buf_init(&w->tail.out.waiting, 1);
	buf_init(&w->open.events, REC_SEGMENT_MOST);
	w->open.opened_us = REC_NEVER;
	buf_init(&w->marks, REC_MARKS_MOST);
	buf_init(&w->envelope, REC_ENVELOPE_MOST);
	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++)
		buf_init(&w->undecided[i].bytes, REC_UNDECIDED_MOST);
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
	for (size_t i = 0; i < REC_UNDECIDED_KINDS; i++)
		buf_done(&w->undecided[i].bytes);
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

int
rec_writer_undecided(struct rec_writer *w, enum rec_kind kind, const uint8_t *bytes, size_t count, size_t left)
{
	struct undecided *u = &w->undecided[kind - 1];

	assert(kind >= REC_OUTPUT && kind <= REC_INPUT);
	if (left > REC_UNDECIDED_MOST)
		return ERR_BUF_FULL;
	if (count > left) {
		bytes += count - left;
		count = left;
	}
	assert(left <= buf_len(&u->bytes) + count);
	buf_consume(&u->bytes, buf_len(&u->bytes) + count - left);
	(void)buf_add(&u->bytes, bytes, count);
	u->fresh = u->fresh + count < left ? u->fresh + count : left;
	return 0;
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
