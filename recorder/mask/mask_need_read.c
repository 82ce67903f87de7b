/* SPDX-License-Identifier: ISC */
/* Reads a pattern as PCRE2 would, from left to right, as far as that is simple. What is missing here is only slower. */
#include "config.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "recorder/mask/mask_part.h"

#define MOST_DEPTH	32	/* as in mask_scan.c */
#define ASCII		128
#define WAYS_MOST	512	/* of three characters */
#define WORDS_LEAST	6	/* for fewer, others find a beginning as fast */

struct reader {
	const char	*at;
	unsigned	 depth;
	bool		 is_caseless;
	bool		 is_lost;	/* something is not understood */
	bool		 has_ways;	/* the pattern as a whole goes more than one way */
};

static void read_alternatives(struct reader *in, struct mask_part *part);

/* Over one character of UTF-8. */
static unsigned
read_character(struct reader *in)
{
	unsigned c = (unsigned char)*in->at++;

	while (c >= ASCII && ((unsigned char)*in->at & 0xc0) == 0x80)
		in->at++;
	return c < ASCII ? c : ASCII;
}

static void
add_text(struct mask_set *set, const char *text)
{
	for (; *text != '\0'; text++)
		mask_set_add(set, (unsigned char)*text);
}

static void
add_range(struct mask_set *set, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		mask_set_add(set, c);
}

/* \d, \s, \w, \h, \v: true. `in->at` stays. */
static bool
is_kind(char letter, struct mask_set *set)
{
	*set = (struct mask_set){ .other = true };
	switch (letter) {
	case 'd':
		add_range(set, '0', '9');
		return true;
	case 's':
		add_text(set, " \t\n\v\f\r");
		return true;
	case 'w':
		add_range(set, '0', '9');
		add_range(set, 'a', 'z');
		add_range(set, 'A', 'Z');
		mask_set_add(set, '_');
		return true;
	case 'h':
		add_text(set, " \t");
		return true;
	case 'v':
		add_text(set, "\n\v\f\r");
		return true;
	default:
		return false;
	}
}

/* \xHH and \x{H...}; in->at is behind the x. */
static unsigned
read_hex(struct reader *in)
{
	char digits[3] = { 0 };
	unsigned long c;
	char *end;

	if (*in->at == '{') {
		c = strtoul(in->at + 1, &end, 16);
		in->is_lost |= *end != '}';
		in->at = *end == '}' ? end + 1 : in->at;
		return c < ASCII ? (unsigned)c : ASCII;
	}
	for (unsigned i = 0; i < 2 && isxdigit((unsigned char)*in->at); i++)
		digits[i] = *in->at++;
	c = strtoul(digits, NULL, 16);
	return c < ASCII ? (unsigned)c : ASCII;
}

/* An escape that is one character, behind its backslash: that one, or ASCII if it is another. False: it is none. */
static bool
read_escaped(struct reader *in, unsigned *c)
{
	static const char letters[] = "nrtfea", meant[] = "\n\r\t\f\033\a";
	const char *found = *in->at != '\0' ? strchr(letters, *in->at) : NULL;

	if (*in->at == 'x') {
		in->at++;
		*c = read_hex(in);
		return true;
	}
	if (found == NULL && ((unsigned char)*in->at >= ASCII || !ispunct((unsigned char)*in->at)) && *in->at != ' ')
		return false;
	*c = found != NULL ? (unsigned char)meant[found - letters] : (unsigned char)*in->at;
	in->at++;
	return true;
}

/* \p{L}, \pL, and \P; in->at is at the letter. */
static void
skip_property(struct reader *in)
{
	const char *end = in->at[1] == '{' ? strchr(in->at, '}') : in->at[1] != '\0' ? in->at + 1 : NULL;

	in->is_lost |= end == NULL;
	in->at = end != NULL ? end + 1 : in->at + 1;
}

/* One member of a class. ASCII + 1: it was a kind, or is not understood. */
static unsigned
read_member(struct reader *in, struct mask_set *set, bool *is_vague)
{
	struct mask_set kind;
	unsigned c;

	if (*in->at == '[' && in->at[1] == ':' && strstr(in->at, ":]") != NULL) {
		*is_vague = true;
		in->at = strstr(in->at, ":]") + 2;
		return ASCII + 1;
	}
	if (*in->at != '\\')
		return read_character(in);
	in->at++;
	if (is_kind(*in->at, &kind)) {
		mask_set_join(set, &kind);
		in->at++;
		return ASCII + 1;
	}
	if (read_escaped(in, &c))
		return c;
	*is_vague = true;
	if (*in->at == 'p' || *in->at == 'P')
		skip_property(in);
	else if (*in->at == '\0' || strchr("bDSWHVN", *in->at) == NULL)
		in->is_lost = true;
	else
		in->at++;
	return ASCII + 1;
}

/* The members of a class, which stand in `set` as they are, and whether all of them are there. */
static bool
read_members(struct reader *in, struct mask_set *set)
{
	bool is_vague = false, is_first = true;

	for (; !in->is_lost && (is_first || *in->at != ']'); is_first = false) {
		unsigned from, to;

		if (*in->at == '\0') {
			in->is_lost = true;
			break;
		}
		from = to = read_member(in, set, &is_vague);
		if (*in->at == '-' && in->at[1] != ']') {
			in->at++;
			to = read_member(in, set, &is_vague);
			is_vague = is_vague || from >= ASCII || to >= ASCII;
		}
		set->other |= from == ASCII;
		if (from < ASCII && to < ASCII)
			add_range(set, from, to);
	}
	in->at += *in->at == ']';
	return !is_vague;
}

static void
read_class(struct reader *in, struct mask_part *part)
{
	bool is_not = in->at[1] == '^';
	struct mask_set set = { .other = false };

	in->at += is_not ? 2 : 1;
	if (!read_members(in, &set))
		set = mask_set_all();
	else if (is_not)
		set = mask_set_complement(&set);
	if (in->is_caseless && !is_not)
		mask_set_fold(&set);
	mask_part_take(part, &set);
}

/* Outside of a class; in->at is at the backslash. */
static void
read_escape(struct reader *in, struct mask_part *part)
{
	struct mask_set set = mask_set_all();
	unsigned c;

	in->at++;
	if (*in->at != '\0' && strchr("bBAzZ", *in->at) != NULL) {
		in->at++;
		return;
	}
	if (*in->at >= '1' && *in->at <= '9') {	/* the same as some group; nothing is known of it */
		in->at += strspn(in->at, "0123456789");
		mask_part_cut(part);
		return;
	}
	if (is_kind(*in->at, &set)) {
		in->at++;
	} else if (*in->at != '\0' && strchr("DSWHV", *in->at) != NULL) {
		(void)is_kind((char)tolower((unsigned char)*in->at++), &set);
		set = mask_set_complement(&set);
	} else if (*in->at == 'p' || *in->at == 'P') {
		set = mask_set_all();
		skip_property(in);
	} else if (read_escaped(in, &c)) {
		set = (struct mask_set){ .other = c == ASCII };
		if (c < ASCII)
			mask_set_add(&set, c);
		if (in->is_caseless)
			mask_set_fold(&set);
	} else {
		in->is_lost = true;
	}
	mask_part_take(part, &set);
}

enum opening { OPEN_GROUP, OPEN_AHEAD, OPEN_APART, OPEN_SETTING };

/* What stands between "(" and a group's contents. */
static enum opening
read_opening(struct reader *in)
{
	static const struct { const char *text; enum opening opening; } known[] = {
		{ "?:", OPEN_GROUP }, { "?>", OPEN_GROUP }, { "?|", OPEN_GROUP }, { "?=", OPEN_AHEAD }, { "?!", OPEN_APART },
		{ "?<=", OPEN_APART }, { "?<!", OPEN_APART },
	};
	const char *p = in->at;

	in->is_lost |= *p == '*';
	if (*p != '?')
		return OPEN_GROUP;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strncmp(p, known[i].text, strlen(known[i].text)) == 0) {
			in->at = p + strlen(known[i].text);
			return known[i].opening;
		}
	}
	if ((p[1] == '<' || (p[1] == 'P' && p[2] == '<')) && strchr(p, '>') != NULL) {
		in->at = strchr(p, '>') + 1;
		return OPEN_GROUP;
	}
	p += 1 + strspn(p + 1, "ims-");
	in->is_lost |= *p != ')' && *p != ':';
	in->at = p + (*p == ':');
	return *p == ')' ? OPEN_SETTING : OPEN_GROUP;
}

static void
read_group(struct reader *in, struct mask_part *part)
{
	enum opening opening;
	struct mask_part inner = mask_part_empty();

	in->at++;
	in->is_lost |= ++in->depth > MOST_DEPTH;
	opening = read_opening(in);
	if (!in->is_lost && opening != OPEN_SETTING)
		read_alternatives(in, &inner);
	in->is_lost |= *in->at != ')';
	in->at += *in->at == ')';
	in->depth--;
	if (opening == OPEN_GROUP)
		*part = inner;
	for (unsigned i = 0; opening == OPEN_AHEAD && i < inner.need_count; i++)	/* it stands behind the beginning, too */
		mask_part_keep(part, &inner.needs[i]);
}

/* The repeat at this place, or 1 and 1. */
static void
read_repeat(struct reader *in, unsigned long *least, unsigned long *most)
{
	char *end;

	*least = *most = 1;
	if (*in->at == '?' || *in->at == '*' || *in->at == '+') {
		*least = *in->at == '+';
		*most = *in->at == '?' ? 1 : ULONG_MAX;
		in->at++;
	} else if (*in->at == '{' && isdigit((unsigned char)in->at[1])) {
		*least = *most = strtoul(in->at + 1, &end, 10);
		if (*end == ',')
			*most = end[1] == '}' ? ULONG_MAX : strtoul(end + 1, &end, 10);
		end += *end == ',';
		in->is_lost |= *end != '}';
		in->at = end + (*end == '}');
	} else {
		in->is_lost |= *in->at == '{' && (in->at[1] == ',' || in->at[1] == ' ');	/* newer PCRE2 may read them */
		return;
	}
	in->at += *in->at == '?' || *in->at == '+';
}

static void
read_piece(struct reader *in, struct mask_part *part)
{
	unsigned long least, most;

	if (*in->at == '(') {
		read_group(in, part);
	} else if (*in->at == '[') {
		read_class(in, part);
	} else if (*in->at == '\\') {
		read_escape(in, part);
	} else if (*in->at == '^' || *in->at == '$') {
		in->at++;
	} else {
		bool is_any = *in->at == '.';
		unsigned c = read_character(in);
		struct mask_set set = is_any ? mask_set_all() : (struct mask_set){ .other = c == ASCII };

		if (!is_any && c < ASCII)
			mask_set_add(&set, c);
		if (in->is_caseless)
			mask_set_fold(&set);
		mask_part_take(part, &set);
	}
	read_repeat(in, &least, &most);
	mask_part_repeat(part, least, most);
}

static void
read_alternatives(struct reader *in, struct mask_part *part)
{
	struct mask_part sequence = mask_part_empty(), piece = mask_part_empty();
	bool is_first = true;

	while (!in->is_lost) {
		if (*in->at != '\0' && *in->at != ')' && *in->at != '|') {
			mask_part_reset(&piece);
			read_piece(in, &piece);
			mask_part_append(&sequence, &piece);
			continue;
		}
		if (is_first)
			*part = sequence;
		else
			mask_part_alternate(part, &sequence);
		if (*in->at != '|')
			return;
		in->at++;
		in->has_ways |= in->depth == 0;
		is_first = false;
		mask_part_reset(&sequence);
	}
}

static void
set_bits(struct mask_need *need, const struct mask_set *set, uint32_t bit)
{
	for (unsigned c = 0; c < ASCII; c++)
		if (mask_set_has(set, c))
			need->bits[c] |= bit;
	if (set->other)
		need->bits[MASK_NEED_OTHER] |= bit;
}

static unsigned
cheapest(const struct mask_part *part)
{
	unsigned best = 0;

	for (unsigned i = 1; i < part->need_count; i++)
		if (mask_set_cost(&part->needs[i]) < mask_set_cost(&part->needs[best]))
			best = i;
	return best;
}

/* "(?<![...])" at the beginning: what surely does not stand before a match. */
static struct mask_set
read_before(const char *pattern)
{
	static const char begin[] = "(?<![";
	struct reader in = { .at = pattern + sizeof begin - 1 };
	struct mask_set set = { .other = false };

	if (strncmp(pattern, begin, sizeof begin - 1) != 0 || *in.at == '^' || !read_members(&in, &set) || in.is_lost ||
	    *in.at != ')' || (in.at[1] != '\0' && strchr("?*+{", in.at[1]) != NULL))
		return (struct mask_set){ .other = false };
	set.other = false;
	return set;
}

/* Some of it is, by "(?i)" or "(?i:"; then all is taken so. */
static bool
has_caseless(const char *pattern)
{
	for (const char *at = strstr(pattern, "(?"); at != NULL; at = strstr(at + 2, "(?"))
		if (memchr(at + 2, 'i', strspn(at + 2, "ims")) != NULL)
			return true;
	return false;
}

/* Letters of both cases are one, and so are others that have the same bit in mask_need_triple(). */
static uint32_t
folded(const struct mask_set *set)
{
	return (uint32_t)(set->low[0] | set->low[0] >> 32 | set->low[1] | set->low[1] >> 32);
}

/* Each way of writing the first three characters. False: they are not known, or may be too many. */
static bool
add_triples(struct mask_need *need, struct mask_part *part)
{
	uint32_t first, second, third;

	mask_part_cut(part);
	if (part->known < 3)
		return false;
	first = folded(&part->head[0]);
	second = folded(&part->head[1]);
	third = folded(&part->head[2]);
	if (__builtin_popcount(first) * __builtin_popcount(second) * __builtin_popcount(third) > WAYS_MOST)
		return false;
	for (uint32_t a = first; a != 0; a &= a - 1)
		for (uint32_t b = second; b != 0; b &= b - 1)
			for (uint32_t c = third; c != 0; c &= c - 1) {
				unsigned bit = mask_need_triple((uint8_t)__builtin_ctz(a), (uint8_t)__builtin_ctz(b), (uint8_t)__builtin_ctz(c));

				need->triples[bit / 64] |= UINT64_C(1) << (bit % 64);
			}
	return true;
}

/* Over what stands before the first character and is none. */
static void
skip_assertions(struct reader *in)
{
	struct mask_part none;

	for (;;) {
		none = mask_part_empty();
		if (strncmp(in->at, "(?<!", 4) == 0 || strncmp(in->at, "(?!", 3) == 0)
			read_group(in, &none);
		else if (strncmp(in->at, "\\b", 2) == 0)
			in->at += 2;
		else
			return;
	}
}

/* The pieces up to the end of an alternative, and `rest` behind them. */
static struct mask_part
read_sequence(struct reader *in, const struct mask_part *rest)
{
	struct mask_part sequence = mask_part_empty(), piece = mask_part_empty();

	while (!in->is_lost && *in->at != '\0' && *in->at != ')' && *in->at != '|') {
		mask_part_reset(&piece);
		read_piece(in, &piece);
		mask_part_append(&sequence, &piece);
	}
	mask_part_append(&sequence, rest);
	return sequence;
}

/* Each alternative by itself, also those of a group that one begins with. How many there are; 0 if one of them is not known. */
static unsigned
read_words(struct reader *in, const struct mask_part *rest, struct mask_need *need)
{
	unsigned words = 0, more;

	for (;; in->at++) {
		struct reader inner;
		struct mask_part part = mask_part_empty();

		skip_assertions(in);
		inner = *in;
		inner.at += 3;
		if (strncmp(in->at, "(?:", 3) == 0)
			read_group(in, &part);
		if (strncmp(inner.at - 3, "(?:", 3) == 0 && (*in->at == '\0' || strchr("?*+{", *in->at) == NULL)) {
			part = read_sequence(in, rest);
			more = read_words(&inner, &part, need);
		} else {
			in->at = inner.at - 3;
			part = read_sequence(in, rest);
			more = add_triples(need, &part) ? 1 : 0;
		}
		if (more == 0 || in->is_lost || inner.is_lost)
			return 0;
		words += more;
		if (*in->at != '|')
			return words;
	}
}

/* The pattern begins with a group, or has alternatives itself. */
static bool
has_words(const struct reader *in)
{
	struct reader begin = *in;

	skip_assertions(&begin);
	return in->has_ways || strncmp(begin.at, "(?:", 3) == 0;
}

void
mask_need_read(const char *pattern, bool is_caseless, struct mask_need *need)
{
	struct reader in = { .at = pattern, .is_caseless = is_caseless || has_caseless(pattern) };
	struct mask_set before = read_before(pattern);
	struct mask_part part = mask_part_empty();
	const struct mask_part none = mask_part_empty();

	*need = (struct mask_need){ .end = 0 };
	read_alternatives(&in, &part);
	if (in.is_lost || *in.at != '\0')
		return;
	if (!in.has_ways)
		set_bits(need, &before, MASK_NEED_NOT);
	need->has_not = !in.has_ways && (before.low[0] | before.low[1]) != 0;
	mask_part_cut(&part);
	for (unsigned i = 0; i < part.known; i++)
		set_bits(need, &part.head[i], UINT32_C(1) << i);
	need->end = part.known > 0 ? UINT32_C(1) << (part.known - 1) : 0;
	in = (struct reader){ .at = pattern, .is_caseless = in.is_caseless, .has_ways = in.has_ways };
	need->has_triples = *pattern != '^' && has_words(&in) && read_words(&in, &none, need) >= WORDS_LEAST;
	need->wanted_count = part.need_count;
	memcpy(need->wanted, part.needs, part.need_count * sizeof part.needs[0]);
	for (unsigned i = 0; i < MASK_NEED_SETS && part.need_count > 0; i++) {
		unsigned best = cheapest(&part);

		set_bits(need, &part.needs[best], UINT32_C(1) << (MASK_NEED_HEAD + i));
		need->sets |= UINT32_C(1) << (MASK_NEED_HEAD + i);
		part.needs[best] = part.needs[--part.need_count];
	}
}
