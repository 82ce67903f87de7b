/* SPDX-License-Identifier: ISC */
/* A queue of bytes with a hard maximum: bytes are added at the end and consumed at the front. */
#ifndef POSTERN_LIB_BASE_BUF_H
#define POSTERN_LIB_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t	*bytes;		/* allocation; NULL until the first byte */
	size_t	 start;		/* first byte not yet consumed */
	size_t	 end;		/* one behind the last byte */
	size_t	 size;		/* of the allocation */
	size_t	 max;		/* buf_len() never exceeds it */
};

#define AUTO_BUF	__attribute__((cleanup(buf_done)))

/* max > 0: most bytes it may hold at one time. */
void		 buf_init(struct buf *buf, size_t max);
void		 buf_done(struct buf *buf);	/* releases; harmless on a zeroed or done buf */
void		 buf_wipe(struct buf *buf);	/* zeroes the memory first: for buffers that held secrets */

size_t		 buf_len(const struct buf *buf);
size_t		 buf_room(const struct buf *buf);
const uint8_t	*buf_data(const struct buf *buf);	/* never NULL; valid until the next add */

/* 0, or ERR_BUF_FULL with nothing added. */
int		 buf_add(struct buf *buf, const void *bytes, size_t count);
int		 buf_add_text(struct buf *buf, const char *text);
int		 buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for `count` bytes at the end, to be filled by the caller; NULL if it does not fit. */
uint8_t		*buf_reserve(struct buf *buf, size_t count);
void		 buf_commit(struct buf *buf, size_t count);	/* so many of the reserved were filled */

void		 buf_consume(struct buf *buf, size_t count);	/* drops from the front; count <= buf_len */
void		 buf_clear(struct buf *buf);

/* Everything as a NUL-terminated string; the caller frees it. */
char		*buf_text(const struct buf *buf);

#endif
