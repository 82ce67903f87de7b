/* SPDX-License-Identifier: ISC */
/* Each byte of a text is looked at, and no more is done where no match can be. */
#include "config.h"

#include "recorder/mask/mask_need.h"

#define LONG	2048	/* bytes of a text; it is searched, so that what costs too much is found out (mask_match.c), and covered */

static uint32_t
bits_of(const struct mask_need *need, char byte)
{
	return need->bits[(uint8_t)byte < MASK_NEED_OTHER ? (uint8_t)byte : MASK_NEED_OTHER];
}

static bool
is_all_there(const struct mask_need *need, const char *text, size_t count, size_t at)
{
	uint32_t found = 0;

	while (at < count && (found & need->sets) != need->sets)
		found |= bits_of(need, text[at++]);
	return (found & need->sets) == need->sets;
}

static bool
is_inside(char byte)
{
	return ((uint8_t)byte & 0xc0) == 0x80;
}

/* Where the character stands that is `by` before the one at `at`. */
static size_t
back(const char *text, size_t at, unsigned by)
{
	for (; by > 0; by--)
		while (is_inside(text[--at]))
			;
	return at;
}

/* One of its words may. What is no ASCII may stand for a letter, and what is not there yet for anything. */
static bool
has_triple(const struct mask_need *need, const char *text, size_t count, size_t at)
{
	const uint8_t *bytes = (const uint8_t *)text + at;
	unsigned bit;

	if (!need->has_triples || count - at < 3 || ((bytes[0] | bytes[1] | bytes[2]) & 0x80) != 0)
		return true;
	bit = mask_need_triple(bytes[0], bytes[1], bytes[2]);
	return (need->triples[bit / 64] >> (bit % 64) & 1) != 0;
}

/* What stands there, and before it, lets it begin there. */
static bool
may_begin(const struct mask_need *need, const char *text, size_t count, size_t at)
{
	return (!need->has_not || at == 0 || (bits_of(need, text[at - 1]) & MASK_NEED_NOT) == 0) && has_triple(need, text, count, at);
}

/* One that is not complete, but goes as far as the text does; state: the lengths there may be. */
static size_t
begun(const struct mask_need *need, const char *text, size_t count, uint32_t state)
{
	for (uint32_t left = state; left != 0; left &= ~(UINT32_C(1) << (31 - __builtin_clz(left)))) {
		size_t at = back(text, count, 32 - (unsigned)__builtin_clz(left));

		if (may_begin(need, text, count, at))
			return at;
	}
	return count;
}

/* One step for each character: bit i tells that i + 1 of a beginning's may end there. */
size_t
mask_need_begin(const struct mask_need *need, const char *text, size_t count, size_t at, bool is_open)
{
	uint32_t state = 0, end = need->end;

	if (end == 0)
		return at;
	for (size_t i = at; i < count; i++) {
		uint8_t byte = (uint8_t)text[i];
		size_t place;

		if (__builtin_expect(byte >= MASK_NEED_OTHER, false) && is_inside((char)byte))
			continue;
		state = (state << 1 | 1) & need->bits[__builtin_expect(byte < MASK_NEED_OTHER, true) ? byte : MASK_NEED_OTHER];
		if ((state & end) == 0)
			continue;
		place = back(text, i, (unsigned)__builtin_ctz(end));
		if (may_begin(need, text, count, place))
			return place;
	}
	return is_open ? begun(need, text, count, state & (end - 1)) : count;
}

size_t
mask_need_next(const struct mask_need *need, const char *text, size_t count, size_t at, bool is_open)
{
	if (!is_open && count <= LONG && !is_all_there(need, text, count, at))
		return count;
	return mask_need_begin(need, text, count, at, is_open);
}

/* All are there in a long text, which is searched. */
void
mask_need_see(struct mask_set *seen, const char *text, size_t count)
{
	uint64_t lower = 0, upper = 0;
	uint8_t any = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t byte = (uint8_t)text[i];
		uint64_t bit = UINT64_C(1) << (byte & 63), is_upper = -(uint64_t)(byte >> 6 & 1);

		any |= byte;
		lower |= bit & ~is_upper;
		upper |= bit & is_upper;
	}
	*seen = (struct mask_set){ { lower, upper }, (any & 0x80) != 0 };
	if (count > LONG)
		*seen = (struct mask_set){ { UINT64_MAX, UINT64_MAX }, true };
}

bool
mask_need_lacks(const struct mask_need *need, const struct mask_set *seen)
{
	for (unsigned i = 0; i < need->wanted_count; i++) {
		const struct mask_set *set = &need->wanted[i];

		if (((set->low[0] & seen->low[0]) | (set->low[1] & seen->low[1])) == 0 && !(set->other && seen->other))
			return true;
	}
	return false;
}
