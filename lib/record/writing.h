/* SPDX-License-Identifier: ISC */
/* The inside of a writer, shared by writer.c, flush.c and close.c. Nobody else includes it. */
#ifndef POSTERN_LIB_RECORD_WRITING_H
#define POSTERN_LIB_RECORD_WRITING_H

#include <sodium.h>

#include "lib/record/tail.h"
#include "lib/record/writer.h"

#define REC_MARKS_MOST	(64U << 20)	/* bytes of the footer's entries: four million segments */
#define REC_NEVER	INT64_MIN	/* of the caller's clock */

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
	int64_t		opened_us;	/* caller's clock, at the first flush; REC_NEVER before */
};

/* Shown and not decided, of one kind, covered. */
struct undecided {
	struct buf	bytes;
	size_t		fresh;	/* so many at the end have not been said in this segment's tail */
	size_t		said;	/* how many there were when it was said last */
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
	int64_t				 closed_us;	/* caller's clock; -1: the memory has been given back */
	struct undecided		 undecided[REC_UNDECIDED_KINDS];	/* of kind i + 1 */
	bool				 sync_running;
	enum stage			 stage;
	uint8_t				 index_public[REC_KEY];
};

/* Into the tail with everything that was put. 0 or -errno. */
int	rec_writing_flush(struct rec_writer *writer, int64_t now_us);

/* Closes the open segment, all of which is in the tail. 0, -errno or ERR_BUF_FULL. */
int	rec_writing_close_segment(struct rec_writer *writer);

/* Everything that waits for the file. 0 or -errno. */
int	rec_writing_push(struct rec_writer *writer);

/* Takes what waits for the file into its hash: once, as its bytes never change. */
void	rec_writing_sum(struct rec_writer *writer);

#endif
