/* SPDX-License-Identifier: ISC */
/* The inside of a reader, shared by reader.c, segment.c, tailread.c and seek.c. Nobody else includes it. */
#ifndef POSTERN_LIB_RECORD_READING_H
#define POSTERN_LIB_RECORD_READING_H

#include "lib/base/buf.h"
#include "lib/record/header.h"
#include "lib/record/keys.h"
#include "lib/record/reader.h"

/* Why there is no more from the file, the tail. */
enum rec_stop {
	STOP_NONE,
	STOP_EDGE,		/* the file ends behind a whole segment */
	STOP_CUT,		/* ... inside one */
	STOP_DAMAGED,		/* what is there is not authentic */
	STOP_END,		/* its own end */
	STOP_GAP		/* only in the tail: the frames there belong to later segments */
};

/* A segment whose head has been read. */
struct rec_mark {
	uint64_t	offset;
	int64_t		start_us;
};

/* The head of a segment, opened. */
struct rec_segment {
	int64_t		start_us, end_us;
	uint32_t	events_bytes;
	uint64_t	body_bytes;
};

struct rec_position {
	uint64_t	offset;		/* in the file, of segment keys->segment */
	uint64_t	next;		/* behind it, once it has been read whole */
	bool		whole;		/* `plain` is the whole segment, from the file */
	size_t		at;		/* in `plain`: in `order`, or handed out */
	int64_t		previous_us;
	uint64_t	tail_at;	/* where its next tail frame will be; 0 before the first */
	uint32_t	tail_frame;	/* and the frame's number */
};

/* Of each kind, of the segment at the position: as the writer has it, in struct undecided. */
struct rec_pending {
	struct buf	bytes[REC_UNDECIDED_KINDS];
};

/* An event of `plain`, and the time at which it counts. */
struct rec_turn {
	size_t		at;		/* its first byte */
	int64_t		previous_us;	/* for decoding it */
	int64_t		t_us;
};

/* Those that have been decoded and not been handed out yet, in the order of their times. */
struct rec_order {
	struct rec_turn *items;
	size_t		 next, count, size;
	int64_t		 last_us;	/* of the one handed out last: time does not go back */
};

/* What is read beside it; without `trail` nothing is. */
struct rec_join {
	struct rec_reader	*trail;		/* owned */
	struct rec_event	 shown, run;	/* of each the next one, if there is one */
	bool			 has_shown, has_run;
	bool			 was_run;	/* the last one that was handed out came from the trail */
	uint32_t		 segment;	/* of the trail, and so many events were taken from it */
	uint64_t		 taken;
	int64_t			 last_us;	/* of the one handed out last */
};

struct rec_reader {
	struct rec_source	 source;
	struct rec_header	 header;
	uint8_t			*ck0;
	struct rec_keys		*keys;
	uint64_t		 first;		/* offset of segment 0 */
	struct rec_position	 pos;
	struct buf		 plain;		/* events of the segment, as far as they are known */
	struct rec_order	 order;
	struct rec_mark		*marks;		/* of segments 0 to mark_count - 1 */
	size_t			 mark_count;
	enum rec_stop		 file_stop, tail_stop;
	uint32_t		 tail_segment;	/* with STOP_GAP */
	bool			 trailer_bad;
	struct rec_pending	 pending;
	bool			 wants_pending;
	size_t			 pending_at;	/* so many kinds have been handed out */
	struct buf		 covered;	/* one that was */
	struct rec_join		 join;
	char			*meta;
	struct rec_info		 info;
	struct rec_report	 report;
};

/* As many as there are up to `count`: the number or an error. */
ssize_t	rec_read(struct rec_reader *reader, enum rec_part part, uint64_t offset, void *to, size_t count);

/* Moves to the beginning of a segment, whose offset must be known (a mark, or the end of the one before). */
void	rec_goto(struct rec_reader *reader, uint32_t segment, uint64_t offset);

/* Remembers where a segment begins, if it is the next one unknown. */
void	rec_mark_add(struct rec_reader *reader, uint32_t segment, struct rec_mark mark);

/*
 * The head of the segment at the position. 1; 0 and file_stop set (no more in the file, or its end: the footer has
 * then been taken in); ERR_REC_DAMAGED or an error of the source.
 */
int	rec_segment_head(struct rec_reader *reader, struct rec_segment *segment);

/* All of the segment at the position into `plain`. As above. */
int	rec_segment_load(struct rec_reader *reader);

/* The footer frames at the position. 1 if authentic, 0 if cut, ERR_REC_DAMAGED or an error of the source. */
int	rec_footer_load(struct rec_reader *reader);
/*
 * The footer by way of the trailer, if there are both; the position is segment 0 afterwards. Failure changes
 * nothing.
 */
void	rec_footer_find(struct rec_reader *reader);

/*
 * Adds the segment's next events from the tail to `plain`. 1 if there were any, 0 and tail_stop set, or the
 * source's error.
 */
int	rec_tail_load(struct rec_reader *reader);

/* reader.c. The next event of this one alone. As rec_reader_next(). */
int	rec_reader_alone(struct rec_reader *reader, struct rec_event *event);

/* join.c. Only with join->trail, but for _clear and _done. */
int	rec_join_next(struct rec_reader *reader, struct rec_event *event);
void	rec_join_clear(struct rec_join *join);	/* nothing was taken yet */
void	rec_join_done(struct rec_join *join);
void	rec_join_place(const struct rec_join *join, struct rec_place *place);
void	rec_join_goto(struct rec_join *join, const struct rec_place *place);

/*
 * order.c. The next event of what is loaded: what was decided late stands where it was shown. 1, 0 if all is consumed,
 * ERR_REC_DAMAGED.
 */
int	rec_order_next(struct rec_reader *reader, struct rec_event *event);
void	rec_order_clear(struct rec_order *order, bool goes_back);	/* nothing is left; time may go back if the place does */
void	rec_order_done(struct rec_order *order);

/* pending.c. A frame of the tail begins with these parts: takes them in. Bytes used, or ERR_REC_DAMAGED. */
ssize_t	rec_pending_take(struct rec_pending *pending, const uint8_t *bytes, size_t count);
void	rec_pending_init(struct rec_pending *pending);
void	rec_pending_clear(struct rec_pending *pending);
void	rec_pending_done(struct rec_pending *pending);
uint64_t	rec_pending_characters(const struct rec_pending *pending);
/* The next kind that has any, as an event of the last one's time: 1, or 0. Nothing more comes from the file or the tail. */
int	rec_pending_next(struct rec_reader *reader, struct rec_event *event);

#endif
