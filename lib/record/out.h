/* SPDX-License-Identifier: ISC */
/*
 * A file that grows by sealed bytes. What the disk did not take waits, and is offered again, the same bytes at
 * the same place: a frame is sealed once.
 */
#ifndef POSTERN_LIB_RECORD_OUT_H
#define POSTERN_LIB_RECORD_OUT_H

#include "lib/base/buf.h"

#include <sys/types.h>

/* pwrite(2) or a stand-in for it (tests): the bytes written or -1 and errno. */
struct rec_disk {
	void	*ctx;
	ssize_t	(*write_at)(void *ctx, int fd, const void *bytes, size_t count, off_t offset);
};

struct rec_out {
	const struct rec_disk	*disk;	/* NULL: pwrite(2) */
	int			 fd;	/* borrowed */
	uint64_t		 end;	/* the kernel has all bytes before */
	struct buf		 waiting;	/* the bytes behind */
};

/* Hands everything that waits to the kernel. 0 or -errno; call again later. */
int	rec_out_push(struct rec_out *out);

/* Writes bytes in place, besides the queue. 0 or -errno. */
int	rec_out_patch(const struct rec_out *out, const void *bytes, size_t count, uint64_t offset);

#endif
