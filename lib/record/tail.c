/* SPDX-License-Identifier: ISC */
/* The write-ahead part of a running recording. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/record/tail.h"

static int
put_head(const struct rec_tail *tail, uint64_t first)
{
	uint8_t head[REC_TAIL_HEAD];

	memcpy(head, REC_MAGIC_TAIL, REC_MAGIC_BYTES);
	rec_put64(head + REC_MAGIC_BYTES, first);
	return rec_out_patch(&tail->out, head, sizeof head, 0);
}

int
rec_tail_open(struct rec_tail *tail, int fd, const struct rec_disk *disk)
{
	*tail = (struct rec_tail){ .out = { .disk = disk, .fd = fd, .end = REC_TAIL_HEAD } };
	buf_init(&tail->out.waiting, 2 * (REC_AD + REC_TAG) + REC_FRAME_MOST);
	if (ftruncate(fd, 0) < 0)
		return -errno;
	return put_head(tail, REC_TAIL_HEAD);
}

void
rec_tail_done(struct rec_tail *tail)
{
	buf_done(&tail->out.waiting);
}

uint8_t *
rec_tail_reserve(struct rec_tail *tail, size_t count)
{
	uint8_t *to = buf_reserve(&tail->out.waiting, REC_AD + count + REC_TAG);

	assert(to != NULL);
	return to + REC_AD;
}

void
rec_tail_seal(struct rec_tail *tail, struct rec_keys *keys, enum rec_frame_type type, size_t count)
{
	struct rec_frame frame = { .type = (uint8_t)type, .count = (uint32_t)count };
	uint8_t *to = rec_tail_reserve(tail, count);

	rec_keys_seal(keys, REC_KEY_TAIL, &frame, to, to - REC_AD);
	buf_commit(&tail->out.waiting, REC_AD + count + REC_TAG);
}

int
rec_tail_push(struct rec_tail *tail)
{
	return rec_out_push(&tail->out);
}

void
rec_tail_rest(struct rec_tail *tail)
{
	if (buf_len(&tail->out.waiting) == 0)
		buf_done(&tail->out.waiting);
}

bool
rec_tail_release(struct rec_tail *tail, uint64_t offset)
{
	bool all = offset == tail->out.end && buf_len(&tail->out.waiting) == 0;

	/* The head first: a reader that follows it finds old frames, never half released ones. */
	if (put_head(tail, all ? REC_TAIL_HEAD : offset) < 0)
		return false;
	if (all && ftruncate(tail->out.fd, REC_TAIL_HEAD) == 0) {
		tail->out.end = REC_TAIL_HEAD;
		return true;
	}
	if (offset > REC_TAIL_HEAD)
		(void)!fallocate(tail->out.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, REC_TAIL_HEAD,
		    (off_t)(offset - REC_TAIL_HEAD));
	return false;
}
