/* SPDX-License-Identifier: ISC */
/* Writing at the end, through short writes and full disks. */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "lib/record/out.h"

static ssize_t
write_at(const struct rec_out *out, const uint8_t *bytes, size_t count, uint64_t offset)
{
	ssize_t n;

	do {
		if (out->disk != NULL)
			n = out->disk->write_at(out->disk->ctx, out->fd, bytes, count, (off_t)offset);
		else
			n = pwrite(out->fd, bytes, count, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	if (n == 0 && count > 0)
		return -ENOSPC;
	return n < 0 ? -errno : n;
}

int
rec_out_push(struct rec_out *out)
{
	ssize_t n;

	while (buf_len(&out->waiting) > 0) {
		n = write_at(out, buf_data(&out->waiting), buf_len(&out->waiting), out->end);
		if (n < 0)
			return (int)n;
		buf_consume(&out->waiting, (size_t)n);
		out->end += (uint64_t)n;
	}
	return 0;
}

int
rec_out_patch(const struct rec_out *out, const void *bytes, size_t count, uint64_t offset)
{
	const uint8_t *at = bytes;
	ssize_t n;

	while (count > 0) {
		n = write_at(out, at, count, offset);
		if (n < 0)
			return (int)n;
		at += n;
		offset += (uint64_t)n;
		count -= (size_t)n;
	}
	return 0;
}
