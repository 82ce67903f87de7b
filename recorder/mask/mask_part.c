/* SPDX-License-Identifier: ISC */
/* Heads are unions: of a pattern that may go two ways, each character may be what it is on either. */
#include "config.h"

#include <string.h>

#include "recorder/mask/mask_part.h"

#define DEAR		9	/* a set that costs this much stands in most texts */
#define LETTERS		UINT64_C(0x07fffffe07fffffe)	/* in the upper half of ASCII: the small ones, and below them the great */
#define DIGITS		UINT64_C(0x03ff000000000000)	/* in the lower half */
#define CASE_BIT	32
#define LENGTHS		((UINT32_C(2) << MASK_NEED_HEAD) - 1)
#define VARIES		3	/* so many times more often */

bool
mask_set_has(const struct mask_set *set, unsigned c)
{
	return (set->low[c / 64] >> (c % 64) & 1) != 0;
}

void
mask_set_add(struct mask_set *set, unsigned c)
{
	set->low[c / 64] |= UINT64_C(1) << (c % 64);
}

void
mask_set_join(struct mask_set *to, const struct mask_set *from)
{
	to->low[0] |= from->low[0];
	to->low[1] |= from->low[1];
	to->other |= from->other;
}

struct mask_set
mask_set_all(void)
{
	return (struct mask_set){ { UINT64_MAX, UINT64_MAX }, true };
}

struct mask_set
mask_set_complement(const struct mask_set *set)
{
	return (struct mask_set){ { ~set->low[0], ~set->low[1] }, true };
}

/* A letter of ASCII may stand for others in some script, and the other way round. */
void
mask_set_fold(struct mask_set *set)
{
	uint64_t letters = set->other ? LETTERS : set->low[1] & LETTERS;

	set->low[1] |= letters | (letters >> CASE_BIT & LETTERS) | (letters << CASE_BIT & LETTERS);
	set->other |= letters != 0;
}

/* How much of all text has one of them: signs are rare, blanks are everywhere. */
unsigned
mask_set_cost(const struct mask_set *set)
{
	int letters = __builtin_popcountll(set->low[1] & LETTERS), digits = __builtin_popcountll(set->low[0] & DIGITS);
	int signs = __builtin_popcountll(set->low[0] & ~DIGITS) + __builtin_popcountll(set->low[1] & ~LETTERS) + set->other;
	unsigned sum = (unsigned)(4 * letters + 3 * digits + signs);

	return mask_set_has(set, ' ') || sum > DEAR ? DEAR : sum;
}

void
mask_part_keep(struct mask_part *part, const struct mask_set *set)
{
	unsigned worst = 0;

	if (mask_set_cost(set) >= DEAR)
		return;
	for (unsigned i = 0; i < part->need_count; i++) {
		if (memcmp(part->needs[i].low, set->low, sizeof set->low) == 0 && part->needs[i].other == set->other)
			return;
		if (mask_set_cost(&part->needs[i]) > mask_set_cost(&part->needs[worst]))
			worst = i;
	}
	if (part->need_count < MASK_PART_KEPT)
		part->needs[part->need_count++] = *set;
	else if (mask_set_cost(set) < mask_set_cost(&part->needs[worst]))
		part->needs[worst] = *set;
}

/* Nothing, so far. */
struct mask_part
mask_part_empty(void)
{
	return (struct mask_part){ .known = MASK_NEED_HEAD, .ends = 1 };
}

void
mask_part_reset(struct mask_part *part)
{
	memset(part->head, 0, part->width * sizeof part->head[0]);
	part->known = MASK_NEED_HEAD;
	part->width = 0;
	part->ends = 1;
	part->need_count = 0;
}

void
mask_part_take(struct mask_part *part, const struct mask_set *set)
{
	part->ends = 2;
	part->width = 1;
	part->head[0] = *set;
	mask_part_keep(part, set);
}

static unsigned
shortest(const struct mask_part *part)
{
	return part->ends != 0 && (unsigned)__builtin_ctz(part->ends) < part->known ? (unsigned)__builtin_ctz(part->ends) : part->known;
}

/* What stands behind it may be anything. */
void
mask_part_cut(struct mask_part *part)
{
	part->known = shortest(part);
	part->ends = 0;
}

/* `part`, and `next` behind it, wherever it ends. */
void
mask_part_append(struct mask_part *part, const struct mask_part *next)
{
	uint32_t ends = 0;

	for (uint32_t left = part->ends; left != 0; left &= left - 1) {
		unsigned end = (unsigned)__builtin_ctz(left);

		for (unsigned i = 0; i < next->known && i < next->width && end + i < MASK_NEED_HEAD; i++)
			mask_set_join(&part->head[end + i], &next->head[i]);
		if (end + next->width > part->width)
			part->width = end + next->width < MASK_NEED_HEAD ? end + next->width : MASK_NEED_HEAD;
		if (end + next->known < part->known)
			part->known = end + next->known;
		ends |= next->ends << end;
	}
	part->ends = ends & LENGTHS;
	for (unsigned i = 0; i < next->need_count; i++)
		mask_part_keep(part, &next->needs[i]);
}

/* A set for both: the cheapest of `other`'s for each of ours. */
static void
join_needs(struct mask_part *part, const struct mask_part *other)
{
	struct mask_part joined = { .need_count = 0 };

	for (unsigned i = 0; i < part->need_count; i++) {
		struct mask_set best = mask_set_all();

		for (unsigned j = 0; j < other->need_count; j++) {
			struct mask_set both = part->needs[i];

			mask_set_join(&both, &other->needs[j]);
			if (mask_set_cost(&both) < mask_set_cost(&best))
				best = both;
		}
		mask_part_keep(&joined, &best);
	}
	memcpy(part->needs, joined.needs, sizeof joined.needs);
	part->need_count = joined.need_count;
}

/* `part` or `other`. */
void
mask_part_alternate(struct mask_part *part, const struct mask_part *other)
{
	for (unsigned i = 0; i < other->width; i++)
		mask_set_join(&part->head[i], &other->head[i]);
	if (other->width > part->width)
		part->width = other->width;
	if (other->known < part->known)
		part->known = other->known;
	part->ends |= other->ends;
	join_needs(part, other);
}

/* One that may be more often, or less, is followed a little way only. */
void
mask_part_repeat(struct mask_part *part, unsigned long least, unsigned long most)
{
	struct mask_part one = *part;

	if (least == 1 && most == 1)
		return;
	*part = mask_part_empty();
	for (unsigned long i = 0; i < least && i < MASK_NEED_HEAD; i++)
		mask_part_append(part, &one);
	if (most - least > VARIES)
		mask_part_cut(part);
	one.need_count = 0;
	for (unsigned long i = least; i < most && most - least <= VARIES; i++) {
		uint32_t ends = part->ends;

		mask_part_append(part, &one);
		part->ends |= ends;
	}
}
