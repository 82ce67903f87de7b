/* SPDX-License-Identifier: ISC */
/* Pieces of a pattern put together: what is known of the text that they match (mask_need.h). */
#ifndef POSTERN_RECORDER_MASK_MASK_PART_H
#define POSTERN_RECORDER_MASK_MASK_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "recorder/mask/mask_need.h"

#define MASK_PART_KEPT	MASK_NEED_WANTED	/* sets that are kept */

/* A piece of a pattern: what its matches begin with, and what is in them. */
struct mask_part {
	struct mask_set	head[MASK_NEED_HEAD];	/* of its i-th character, */
	unsigned	known;		/* for so many characters; behind them nothing is known */
	unsigned	width;		/* so many of `head` are not empty */
	uint32_t	ends;		/* a bit for each number of characters that it may have; none if it may have any from `known` on */
	struct mask_set	needs[MASK_PART_KEPT];
	unsigned	need_count;
};

bool		 mask_set_has(const struct mask_set *set, unsigned c);
void		 mask_set_add(struct mask_set *set, unsigned c);
void		 mask_set_join(struct mask_set *to, const struct mask_set *from);
struct mask_set	 mask_set_all(void);
struct mask_set	 mask_set_complement(const struct mask_set *set);	/* and all that is not ASCII */
void		 mask_set_fold(struct mask_set *set);	/* letters in both cases */
unsigned	 mask_set_cost(const struct mask_set *set);	/* how much of all text has one of them */

struct mask_part mask_part_empty(void);
void		 mask_part_reset(struct mask_part *part);	/* it is empty again */
void		 mask_part_take(struct mask_part *part, const struct mask_set *set);	/* an empty one becomes one of these characters */
void		 mask_part_keep(struct mask_part *part, const struct mask_set *set);	/* one of them is in it, too */
void		 mask_part_append(struct mask_part *part, const struct mask_part *next);	/* behind it */
void		 mask_part_alternate(struct mask_part *part, const struct mask_part *other);	/* instead of it, perhaps */
void		 mask_part_repeat(struct mask_part *part, unsigned long least, unsigned long most);
void		 mask_part_cut(struct mask_part *part);	/* what stands behind it may be anything */

#endif
