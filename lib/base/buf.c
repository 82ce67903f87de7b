/* SPDX-License-Identifier: ISC */
/* The bounded byte queue. */
#include "config.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"

static const uint8_t nothing[1];

void
buf_init(struct buf *buf, size_t max)
{
	assert(max > 0);
	*buf = (struct buf){ .max = max };
}

void
buf_done(struct buf *buf)
{
	free(buf->bytes);
	buf->bytes = NULL;
	buf->start = buf->end = buf->size = 0;
}

void
buf_wipe(struct buf *buf)
{
	if (buf->bytes != NULL)
		sodium_memzero(buf->bytes, buf->size);
	buf_done(buf);
}

size_t
buf_len(const struct buf *buf)
{
	return buf->end - buf->start;
}

size_t
buf_room(const struct buf *buf)
{
	return buf->max - buf_len(buf);
}

const uint8_t *
buf_data(const struct buf *buf)
{
	return buf->bytes != NULL ? buf->bytes + buf->start : nothing;
}

uint8_t *
buf_reserve(struct buf *buf, size_t count)
{
	size_t want;

	if (count > buf_room(buf))
		return NULL;
	if (buf->start > 0 && buf->size - buf->end < count) {
		memmove(buf->bytes, buf->bytes + buf->start, buf_len(buf));
		buf->end -= buf->start;
		buf->start = 0;
	}
	if (buf->size - buf->end < count || buf->bytes == NULL) {
		want = buf->end + count;
		if (want < 2 * buf->size)
			want = 2 * buf->size;
		if (want < 256)
			want = 256;
		buf->bytes = own_grow(buf->bytes, want, 1);
		buf->size = want;
	}
	return buf->bytes + buf->end;
}

void
buf_commit(struct buf *buf, size_t count)
{
	assert(count <= buf->size - buf->end);
	buf->end += count;
}

int
buf_add(struct buf *buf, const void *bytes, size_t count)
{
	uint8_t *to = buf_reserve(buf, count);

	if (to == NULL)
		return ERR_BUF_FULL;
	if (count > 0)
		memcpy(to, bytes, count);
	buf_commit(buf, count);
	return 0;
}

int
buf_add_text(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int
buf_addf(struct buf *buf, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;
	int count;

	va_start(args, format);
	count = vasprintf(&text, format, args);
	va_end(args);
	if (count < 0) {
		text = NULL;
		return ERR_BUF_FULL;
	}
	return buf_add(buf, text, (size_t)count);
}

void
buf_consume(struct buf *buf, size_t count)
{
	assert(count <= buf_len(buf));
	buf->start += count;
	if (buf->start == buf->end)
		buf->start = buf->end = 0;
}

void
buf_clear(struct buf *buf)
{
	buf->start = buf->end = 0;
}

char *
buf_text(const struct buf *buf)
{
	size_t count = buf_len(buf);
	char *text = own_alloc(count + 1);

	memcpy(text, buf_data(buf), count);
	return text;
}
