/* SPDX-License-Identifier: ISC */
/*
 * What a pattern's matches cannot do without, read from the pattern itself: how they begin, character by character, and bytes one
 * of which stands somewhere in them. A text that lacks it is let go by a look at each of its bytes, without a search. It lets
 * through too much, never too little: what is not understood narrows nothing.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_NEED_H
#define POSTERN_RECORDER_MASK_MASK_NEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MASK_NEED_HEAD	28	/* most characters of a beginning */
#define MASK_NEED_SETS	3	/* most sets of bytes, one of each of which is wanted */
#define MASK_NEED_NOT	(UINT32_C(1) << 31)	/* as a bit: it does not stand before a match */
#define MASK_NEED_OTHER	128	/* as a byte: any character that is not ASCII */
#define MASK_NEED_WANTED	6	/* most sets of characters that are looked for in a text as a whole */
#define MASK_NEED_TRIPLES	(4096 / 64)

/* Characters: those of ASCII, and whether any other one is among them. */
struct mask_set {
	uint64_t	low[2];
	bool		other;
};

struct mask_need {
	struct mask_set	wanted[MASK_NEED_WANTED];	/* one of each of these stands in a match */
	unsigned	wanted_count;
	uint32_t	end;		/* the bit of the beginning's last character; 0: nothing is known of it */
	uint32_t	sets;		/* the bits of all sets */
	bool		has_not;	/* some byte has MASK_NEED_NOT */
	bool		has_triples;	/* a match begins with one of many words, whose first three characters */
	uint64_t	triples[MASK_NEED_TRIPLES];	/* have a bit each, by a hash */
	uint32_t	bits[MASK_NEED_OTHER + 1];	/* of a byte: bit i, it may be the i-th of the beginning; from MASK_NEED_HEAD on, it is in a set */
};

/* Of a pattern that PCRE2 has taken, with mask_rule_options(). */
void	mask_need_read(const char *pattern, bool is_caseless, struct mask_need *need);

/*
 * The first place from `at` on where a match in `text` (valid UTF-8) may begin; `count`: there is none. `is_open`: more text may come, so
 * a match may begin that does not end in this one.
 */
size_t	mask_need_next(const struct mask_need *need, const char *text, size_t count, size_t at, bool is_open);

/* The same, but only how a match begins is looked at. */
size_t	mask_need_begin(const struct mask_need *need, const char *text, size_t count, size_t at, bool is_open);

/* The characters of a text, for any number of rules. */
void	mask_need_see(struct mask_set *seen, const char *text, size_t count);

/* No match stands in all of a text with these characters, to which nothing will come. */
bool	mask_need_lacks(const struct mask_need *need, const struct mask_set *seen);

/* Where three characters have their bit among the triples; letters of both cases have the same. */
static inline unsigned
mask_need_triple(uint8_t a, uint8_t b, uint8_t c)
{
	return (((unsigned)a & 31) ^ ((unsigned)b & 31) << 4 ^ ((unsigned)c & 31) << 7) & 4095;
}

#endif
