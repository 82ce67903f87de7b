/* SPDX-License-Identifier: ISC */
/* Writing the tail: what is handed to the kernel before anybody sees it. Layout in format.h. */
#ifndef POSTERN_LIB_RECORD_TAIL_H
#define POSTERN_LIB_RECORD_TAIL_H

#include <stdbool.h>

#include "lib/record/keys.h"
#include "lib/record/out.h"

struct rec_tail {
	struct rec_out	out;
};

/* An empty tail: truncates the file and writes its head. 0 or -errno. */
int	rec_tail_open(struct rec_tail *tail, int fd, const struct rec_disk *disk);
void	rec_tail_done(struct rec_tail *tail);

/* Room for the plaintext of a frame; what was written there is sealed, and then waits for rec_tail_push. */
uint8_t	*rec_tail_reserve(struct rec_tail *tail, size_t count);
void	rec_tail_seal(struct rec_tail *tail, struct rec_keys *keys, enum rec_frame_type type, size_t count);
int	rec_tail_push(struct rec_tail *tail);	/* 0 or -errno */

/* Gives back the memory of frames that have been written. */
void	rec_tail_rest(struct rec_tail *tail);

/*
 * Frames before `offset` are not needed any more. Their space is released, and if nothing lies behind them the file is
 * cut back to its head. Returns true then; a file system that can do neither keeps its blocks until the end.
 */
bool	rec_tail_release(struct rec_tail *tail, uint64_t offset);

#endif
