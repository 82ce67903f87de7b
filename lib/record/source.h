/* SPDX-License-Identifier: ISC */
/* Where a reader gets a recording's bytes: files, or whatever can answer "so many bytes from there". */
#ifndef POSTERN_LIB_RECORD_SOURCE_H
#define POSTERN_LIB_RECORD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum rec_part { REC_PART_FILE, REC_PART_TAIL, REC_PARTS };

struct rec_source {
	void	*ctx;
	/* Bytes read (fewer than asked only at the end), 0 at the end or if the part does not exist, -errno or ERR_*. */
	ssize_t	(*read_at)(void *ctx, enum rec_part part, uint64_t offset, void *to, size_t count);
	/*
	 * Length of a part now; 0 if it does not exist. NULL if that cannot be known: then there is no short way to the
	 * end.
	 */
	int64_t	(*size)(void *ctx, enum rec_part part);
};

#define AUTO_REC_SOURCE __attribute__((cleanup(rec_source_done)))

/*
 * A recording on disk: `path`, and beside it the tail if there is one: PATH.tail, or for X.rec also X.tail. 0 or
 * -errno (the tail may be missing).
 */
int	rec_source_files(struct rec_source *source, const char *path);

/* The same from open descriptors, which stay the caller's; tail_fd -1 if there is none. */
void	rec_source_fds(struct rec_source *source, int rec_fd, int tail_fd);

/* Of a source made by one of these: somebody writes it now, as a lock on its tail says (flock(2)). */
bool	rec_source_is_busy(const struct rec_source *source);

void	rec_source_done(struct rec_source *source);	/* harmless on a zeroed or done one; not for other people's sources */

#endif
