/* SPDX-License-Identifier: ISC */
/*
 * Bytes of a stream on their way to two sinks, and what stands in their place. A place is the number of a byte in the
 * whole stream; a grid's cells know the low 32 bits of theirs.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_QUEUE_H
#define POSTERN_RECORDER_MASK_MASK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands in place of a byte: 0 itself, a printable ASCII character, or one of these. */
#define MASK_CUT	0x01u	/* nothing */
#define MASK_WIDE	0x02u	/* this and the next two: the bytes of a '*' of two columns, U+FF0A */

/* For each of the two sinks. What is undecided stands in `screen` alone, what a rule covers for the recording only in `record`. */
struct mask_sub {
	uint8_t	record, screen;
};

static inline bool
mask_sub_is_open(struct mask_sub sub)
{
	return sub.screen != 0 && sub.record == 0;
}

struct mask_queue {
	uint8_t		*bytes;
	struct mask_sub	*subs;
	size_t		 start, end, size;
	uint64_t	 base;		/* place of bytes[start] */
	size_t		 sub_count;	/* of subs that are not 0, 0, */
	size_t		 open_count;	/* and of those for the screen alone */
};

typedef void	mask_sink(void *user, const uint8_t *bytes, size_t count);

void		 mask_queue_done(struct mask_queue *queue);	/* wipes */
void		 mask_queue_add(struct mask_queue *queue, const uint8_t *bytes, size_t count);
size_t		 mask_queue_len(const struct mask_queue *queue);

/* The place whose low bits these are, if it is in the queue. */
static inline bool
mask_queue_find(const struct mask_queue *queue, uint32_t origin, uint64_t *place)
{
	uint32_t distance = origin - (uint32_t)queue->base;

	*place = queue->base + distance;
	return distance < queue->end - queue->start;
}

/* For places in the queue. */
static inline size_t
mask_queue_index(const struct mask_queue *queue, uint64_t place)
{
	return queue->start + (size_t)(place - queue->base);
}

static inline void
mask_queue_set(struct mask_queue *queue, uint64_t place, struct mask_sub sub)
{
	struct mask_sub *at = &queue->subs[mask_queue_index(queue, place)];

	queue->sub_count += (size_t)((sub.record | sub.screen) != 0) - (size_t)((at->record | at->screen) != 0);
	queue->open_count += (size_t)mask_sub_is_open(sub) - (size_t)mask_sub_is_open(*at);
	*at = sub;
}

/* The same for `count` places from `place` on. */
static inline void
mask_queue_fill(struct mask_queue *queue, uint64_t place, size_t count, struct mask_sub sub)
{
	struct mask_sub *at = &queue->subs[mask_queue_index(queue, place)];
	size_t subs = 0, open = 0;

	for (size_t i = 0; i < count; i++) {
		subs += (at[i].record | at[i].screen) != 0;
		open += mask_sub_is_open(at[i]);
		at[i] = sub;
	}
	queue->sub_count += ((sub.record | sub.screen) != 0 ? count : 0) - subs;
	queue->open_count += (mask_sub_is_open(sub) ? count : 0) - open;
}

static inline struct mask_sub
mask_queue_sub(const struct mask_queue *queue, uint64_t place)
{
	return queue->subs[mask_queue_index(queue, place)];
}

/* Raw, up to the end. */
static inline const uint8_t *
mask_queue_at(const struct mask_queue *queue, uint64_t place, size_t *count)
{
	size_t i = mask_queue_index(queue, place);

	*count = queue->end - i;
	return queue->bytes + i;
}

/* [from, to) as a sink may have it. */
void		 mask_queue_emit(const struct mask_queue *queue, uint64_t from, uint64_t to, bool is_screen, mask_sink *sink, void *user);
void		 mask_queue_drop(struct mask_queue *queue, uint64_t to);	/* before this place */

#endif
