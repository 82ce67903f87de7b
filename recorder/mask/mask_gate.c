/* SPDX-License-Identifier: ISC */
/*
 * Of each text that is looked for, a piece of four bytes stands in a table, under its hash. What is looked through is compared only
 * where such a piece stands in it, and most of it is let go by a filter before that, whose steps do not wait for one another.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_run.h"

#define DIGITS_LEAST	5		/* of a run at the end of a text, to be waited for */
#define TAIL_MOST	64		/* how far back a literal is looked for at the end of a text */
#define GRAM		4		/* bytes of a piece */
#define FILTER_WORDS	1024
#define BUCKETS		1024		/* of each table */
#define BLOCK		16		/* places that the filter looks at before it stops */
#define LOW		UINT32_C(0x20202020)	/* makes letters small, and nothing else that matters much */
#define THREE		UINT32_C(0xffffff)
#define ROOM_LEAST	256
#define NONE		0		/* as a place among the literals: the first is none */

/* A text that is looked for. Those with the same one, in the same way, are chained to the first of them. */
struct literal {
	const char	*text;		/* not ended by a NUL */
	uint16_t	 count, gram;	/* bytes; where its piece stands */
	uint32_t	 rule;		/* or, behind all rules, an area */
	uint32_t	 same, next_gram, next_head;
	bool		 is_exact;	/* its letters are told apart */
};

struct mask_gate {
	struct literal		*literals;
	size_t			 count, room;
	uint32_t		 grams[BUCKETS], heads[BUCKETS];	/* by a hash of the piece, and of the first two bytes */
	uint32_t		 shorts;		/* those of one byte or two, chained by next_gram */
	struct {
		uint32_t	 rule, least;
		bool		 wants_head;
	}			*digits;	/* rules that want a run of them */
	size_t			 digit_count;
	uint32_t		 least_digits;	/* of all; 0: no rule wants any */
	struct {
		uint32_t	 rule, least;
	}			*words;		/* rules that want a long one */
	size_t			 word_count;
	uint32_t		 least_word;
	struct mask_gate_set	 always;	/* rules with neither: always tried */
	bool			 has_always;
	size_t			 rules;
	uint64_t		 filter[FILTER_WORDS];	/* by a hash of four bytes, in small letters, that a literal has; of three, if it has no more */
	bool			 firsts[256];		/* a literal begins with it, in either case */
	size_t			 longest;		/* literal */
};

static void
set_bit(struct mask_gate_set *set, size_t rule)
{
	set->words[rule / 64] |= UINT64_C(1) << (rule % 64);
}

static uint32_t
mix(uint32_t gram)
{
	return gram * UINT32_C(0x9e3779b1);
}

static size_t
bucket(uint32_t gram)
{
	return mix(gram) >> 22;
}

/* Two bits of one word stand for a piece. */
static uint64_t
has_gram(const struct mask_gate *gate, uint32_t mixed)
{
	uint64_t word = gate->filter[mixed >> 22];

	return word >> (mixed >> 16 & 63) & word >> (mixed >> 10 & 63);
}

static void
set_gram(struct mask_gate *gate, uint32_t mixed)
{
	gate->filter[mixed >> 22] |= UINT64_C(1) << (mixed >> 16 & 63) | UINT64_C(1) << (mixed >> 10 & 63);
}

static uint32_t
load(const char *text, size_t count)
{
	uint32_t gram = 0;

	memcpy(&gram, text, count);
	return gram;
}

static char
small(char byte)
{
	return (unsigned char)(byte - 'A') < 26 ? (char)(byte + 'a' - 'A') : byte;
}

static bool
is_same(const char *a, const char *b, size_t count, bool is_exact)
{
	for (size_t i = 0; i < count; i++)
		if (a[i] != b[i] && (is_exact || small(a[i]) != small(b[i])))
			return false;
	return true;
}

/* Three bytes as they are, or in each way of writing them. */
static void
filter_three(struct mask_gate *gate, const struct literal *literal)
{
	for (unsigned way = 0; way < (literal->is_exact ? 1 : 8); way++) {
		char text[GRAM - 1];

		for (unsigned i = 0; i < sizeof text; i++)
			text[i] = (char)(literal->is_exact ? literal->text[i] : (way >> i & 1) != 0 ? toupper((unsigned char)literal->text[i]) :
			    tolower((unsigned char)literal->text[i]));
		set_gram(gate, mix(load(text, sizeof text)));
	}
}

/* How much a byte tells a text from others. */
static unsigned
weight(char byte)
{
	return byte == ' ' || strchr("etaoinsrhldcu", byte) != NULL ? 1 : isalpha((unsigned char)byte) ? strchr("jkqxz", byte) != NULL ? 4 : 2 : 5;
}

/* Words are common, what joins them is not, and the middle of a word less than its end. */
static uint16_t
best_gram(const struct literal *literal)
{
	size_t last = (size_t)literal->count - GRAM, best = 0;
	unsigned most = 0;

	for (size_t i = 0; i <= last; i++) {
		unsigned sum = i <= last / 2 ? 1 : 0;

		for (size_t j = i; j < i + GRAM; j++)
			sum += 2 * weight(small(literal->text[j]));
		if (sum >= most) {
			best = i;
			most = sum;
		}
	}
	return (uint16_t)best;
}

static void
chain_gram(struct mask_gate *gate, struct literal *literal)
{
	uint32_t place = (uint32_t)(literal - gate->literals), gram;
	uint32_t *first = &gate->shorts;

	if (literal->count >= GRAM) {
		literal->gram = best_gram(literal);
		gram = load(literal->text + literal->gram, GRAM) | LOW;
		set_gram(gate, mix(gram));
		first = &gate->grams[bucket(gram)];
	} else if (literal->count == GRAM - 1) {
		filter_three(gate, literal);
		first = &gate->grams[bucket((load(literal->text, GRAM - 1) | LOW) & THREE)];
	}
	literal->next_gram = *first;
	*first = place;
}

static size_t
head_bucket(const char *text)
{
	return bucket((uint32_t)(uint8_t)small(text[0]) << 8 | (uint8_t)small(text[1]));
}

/* The literal with the same text, or NONE. */
static uint32_t
same_as(const struct mask_gate *gate, const struct literal *literal)
{
	uint32_t at = literal->count < 2 ? NONE : gate->heads[head_bucket(literal->text)];

	for (; at != NONE; at = gate->literals[at].next_head)
		if (gate->literals[at].count == literal->count && gate->literals[at].is_exact == literal->is_exact &&
		    is_same(gate->literals[at].text, literal->text, literal->count, literal->is_exact))
			break;
	return at;
}

static void
chain_head(struct mask_gate *gate, struct literal *literal)
{
	gate->firsts[(uint8_t)tolower((unsigned char)literal->text[0])] = true;
	gate->firsts[(uint8_t)toupper((unsigned char)literal->text[0])] = true;
	if (literal->count > gate->longest)
		gate->longest = literal->count;
	if (literal->count < 2)
		return;
	literal->next_head = gate->heads[head_bucket(literal->text)];
	gate->heads[head_bucket(literal->text)] = (uint32_t)(literal - gate->literals);
}

/* All texts that are looked for, one after another. */
struct texts {
	const struct mask_rules	*rules;
	size_t			 entry, literal;
	const char		*text;	/* of `count` bytes; whose it is: */
	size_t			 count;
	size_t			 rule;
	uint32_t		 area;	/* 0: the rule's */
};

/* psql's and mysql's records, whose lines are names and values. */
static const char *const records[] = { "-[ ", "\u2500[ ", "\u2550[ ", "* record ", ". row *" };
#define RECORDS	(sizeof records / sizeof records[0])

/* The longest piece of a glob without wildcards, which stands in whatever it matches; of a command without blanks. */
static void
take_piece(struct texts *texts, const char *glob, const char *ends)
{
	texts->count = 0;
	for (const char *at = glob; *at != '\0';) {
		size_t count = strcspn(at, ends);

		if (count > texts->count) {
			texts->text = at;
			texts->count = count;
		}
		at += count > 0 ? count : 1;
	}
}

static bool
next_area(struct texts *texts)
{
	const struct mask_rules *rules = texts->rules;
	size_t area = texts->entry++ - rules->count;

	texts->area = MASK_GATE_COLUMN;
	if (area < rules->column_count) {
		take_piece(texts, rules->columns[area].glob, "*");
		return true;
	}
	area -= rules->column_count;
	if (rules->column_count > 0 && area < RECORDS) {
		texts->text = records[area];
		texts->count = strlen(texts->text);
		return true;
	}
	area -= rules->column_count > 0 ? RECORDS : 0;
	texts->area = MASK_GATE_OUTPUT;
	if (area < rules->output_count) {
		take_piece(texts, rules->outputs[area].glob, "* ");
		return true;
	}
	return false;
}

static bool
next_text(struct texts *texts)
{
	for (; texts->entry < texts->rules->count; texts->entry++, texts->literal = 0) {
		char **literals = texts->rules->items[texts->entry].literals;

		if (literals == NULL || literals[texts->literal] == NULL)
			continue;
		texts->text = literals[texts->literal++];
		texts->count = strlen(texts->text);
		texts->rule = texts->entry;
		return true;
	}
	return next_area(texts);
}

static void
set_text(const struct mask_gate *gate, struct mask_gate_set *set, uint32_t rule)
{
	if (rule >= gate->rules)
		set->areas |= rule - (uint32_t)gate->rules;
	else
		set_bit(set, rule);
}

/* Short texts stand in many words, unless small and great letters are told apart. */
static void
add_text(struct mask_gate *gate, const struct texts *text)
{
	uint32_t rule = text->area != 0 ? (uint32_t)gate->rules + text->area : (uint32_t)text->rule, same;
	struct literal *literal;

	if (text->count == 0 || text->count > UINT16_MAX) {
		set_text(gate, &gate->always, rule);
		gate->has_always = true;
		return;
	}
	if (gate->count == gate->room) {
		gate->room *= 2;
		gate->literals = own_grow(gate->literals, gate->room, sizeof *gate->literals);
	}
	literal = &gate->literals[gate->count];
	*literal = (struct literal){ .text = text->text, .count = (uint16_t)text->count, .rule = rule,
		.is_exact = text->count == GRAM - 1 && text->area == 0 && !text->rules->items[text->rule].is_caseless };
	same = same_as(gate, literal);
	gate->count++;
	if (same != NONE) {
		literal->same = gate->literals[same].same;
		gate->literals[same].same = (uint32_t)gate->count - 1;
		return;
	}
	chain_gram(gate, literal);
	chain_head(gate, literal);
}

static void
add_rule(struct mask_gate *gate, const struct mask_rule *rule, size_t i)
{
	if (rule->digits > 0) {
		gate->digits[gate->digit_count].rule = (uint32_t)i;
		gate->digits[gate->digit_count].wants_head = rule->check == MASK_MOD_97 && !rule->is_caseless;
		gate->digits[gate->digit_count++].least = rule->digits;
	}
	if (rule->digits > 0 && (gate->least_digits == 0 || rule->digits < gate->least_digits))
		gate->least_digits = rule->digits;
	if (rule->word > 0) {
		gate->words[gate->word_count].rule = (uint32_t)i;
		gate->words[gate->word_count++].least = rule->word;
	}
	if (rule->word > 0 && (gate->least_word == 0 || rule->word < gate->least_word))
		gate->least_word = rule->word;
	if ((rule->literals == NULL || rule->literals[0] == NULL) && rule->digits == 0 && rule->word == 0) {
		set_bit(&gate->always, i);
		gate->has_always = true;
	}
}

struct mask_gate *
mask_gate_new(const struct mask_rules *rules)
{
	struct mask_gate *gate = own_alloc(sizeof *gate);
	struct texts texts = { .rules = rules };

	gate->rules = rules->count < MASK_GATE_WORDS * 64 ? rules->count : MASK_GATE_WORDS * 64;
	gate->room = ROOM_LEAST;
	gate->literals = own_alloc(gate->room * sizeof *gate->literals);
	gate->count = 1;
	gate->digits = own_alloc(sizeof *gate->digits * (gate->rules + 1));
	gate->words = own_alloc(sizeof *gate->words * (gate->rules + 1));
	for (size_t i = 0; i < gate->rules; i++)
		add_rule(gate, &rules->items[i], i);
	while (next_text(&texts))
		add_text(gate, &texts);
	return gate;
}

void
mask_gate_free(struct mask_gate *gate)
{
	if (gate == NULL)
		return;
	free(gate->literals);
	free(gate->digits);
	free(gate->words);
	free(gate);
}

static bool
is_digit(char byte)
{
	return (unsigned char)(byte - '0') < 10;
}

/* Bytes of a run of digits at the end, one gap behind it included, if it is long enough to be the beginning of what a rule wants. */
static size_t
digit_tail(const char *text, size_t count)
{
	size_t first = count, digits = 0;

	for (size_t at = count; at-- > 0 && count - at <= TAIL_MOST;) {
		if (is_digit(text[at])) {
			first = at;
			digits++;
		} else if (first != at + 1 || (text[at] != ' ' && text[at] != '-' && text[at] != '.')) {
			break;
		}
	}
	return digits >= DIGITS_LEAST ? count - first : 0;
}

static bool
scan_digits(const struct mask_gate *gate, const char *text, size_t count, struct mask_gate_set *found)
{
	bool is_any = false, has_head;
	uint32_t run = mask_run_digits(text, count, &has_head);

	for (size_t i = 0; run >= gate->least_digits && i < gate->digit_count; i++) {
		if (gate->digits[i].least <= run && (has_head || !gate->digits[i].wants_head)) {
			set_bit(found, gate->digits[i].rule);
			is_any = true;
		}
	}
	return is_any;
}

static bool
scan_words(const struct mask_gate *gate, const char *text, size_t count, struct mask_gate_set *found)
{
	size_t longest = mask_run_word(text, count, gate->least_word);

	for (size_t i = 0; longest > 0 && i < gate->word_count; i++)
		if (gate->words[i].least <= longest)
			set_bit(found, gate->words[i].rule);
	return longest > 0;
}

/* What is being looked through, and what was found in it. */
struct scan {
	const struct mask_gate	*gate;
	const char		*text;
	size_t			 count;
	struct mask_gate_set	*found;
	bool			 is_any;
};

static void
take_literal(struct scan *scan, uint32_t at)
{
	for (; at != NONE; at = scan->gate->literals[at].same)
		set_text(scan->gate, scan->found, scan->gate->literals[at].rule);
	scan->is_any = true;
}

/* The literals of one bucket whose pieces may stand at `at`. */
static void
compare(struct scan *scan, size_t at, uint32_t gram, size_t length)
{
	const struct literal *literals = scan->gate->literals;

	for (uint32_t i = scan->gate->grams[bucket(gram)]; i != NONE; i = literals[i].next_gram) {
		const struct literal *literal = &literals[i];

		if ((literal->count < GRAM) == (length < GRAM) && at >= literal->gram && scan->count - at + literal->gram >= literal->count &&
		    is_same(scan->text + at - literal->gram, literal->text, literal->count, literal->is_exact))
			take_literal(scan, i);
	}
}

static void
compare_three(struct scan *scan, size_t at)
{
	uint32_t gram = load(scan->text + at, GRAM - 1);

	if ((has_gram(scan->gate, mix(gram)) & 1) != 0)
		compare(scan, at, (gram | LOW) & THREE, GRAM - 1);
}

/* `found`: bits of the places from `at` on where a piece may stand, of three bytes or four. */
static void
compare_block(struct scan *scan, size_t at, uint32_t found)
{
	for (; found != 0; found &= found - 1) {
		size_t place = at + (size_t)__builtin_ctz(found);
		uint32_t gram = load(scan->text + place, GRAM) | LOW;

		if ((has_gram(scan->gate, mix(gram)) & 1) != 0)
			compare(scan, place, gram, GRAM);
		compare_three(scan, place);
	}
}

static void
scan_grams(struct scan *scan)
{
	const struct mask_gate *gate = scan->gate;
	size_t end = scan->count < GRAM ? 0 : scan->count - GRAM + 1;

	for (size_t i = 0; i < end; i += BLOCK) {
		size_t count = end - i < BLOCK ? end - i : BLOCK;
		uint32_t found = 0;

		for (size_t j = 0; j < count; j++) {
			uint32_t gram = load(scan->text + i + j, GRAM);

			found |= (uint32_t)((has_gram(gate, mix(gram | LOW)) | has_gram(gate, mix(gram & THREE))) & 1) << j;
		}
		compare_block(scan, i, found);
	}
	if (scan->count >= GRAM - 1)
		compare_three(scan, scan->count - (GRAM - 1));
}

static bool
has_short(const struct scan *scan, const struct literal *literal)
{
	for (size_t at = 0; at + literal->count <= scan->count; at++)
		if (is_same(scan->text + at, literal->text, literal->count, literal->is_exact))
			return true;
	return false;
}

static void
scan_shorts(struct scan *scan)
{
	const struct literal *literals = scan->gate->literals;

	for (uint32_t i = scan->gate->shorts; i != NONE; i = literals[i].next_gram) {
		char first = literals[i].text[0];
		bool is_there = literals[i].count == 1 && !isalpha((unsigned char)first) ? memchr(scan->text, first, scan->count) != NULL :
		    has_short(scan, &literals[i]);

		if (is_there)
			take_literal(scan, i);
	}
}

bool
mask_gate_scan(const struct mask_gate *gate, const char *text, size_t count, struct mask_gate_set *found)
{
	struct scan scan = { gate, text, count, found, gate->has_always };

	*found = gate->always;
	scan_grams(&scan);
	scan_shorts(&scan);
	if (gate->least_digits > 0 && scan_digits(gate, text, count, found))
		scan.is_any = true;
	if (gate->least_word > 0 && scan_words(gate, text, count, found))
		scan.is_any = true;
	return scan.is_any;
}

/* Some literal begins with all of `text`, and has more or not. */
static bool
is_head(const struct mask_gate *gate, const char *text, size_t count)
{
	uint32_t at;

	if (!gate->firsts[(uint8_t)text[0]] || count < 2)
		return gate->firsts[(uint8_t)text[0]];
	for (at = gate->heads[head_bucket(text)]; at != NONE; at = gate->literals[at].next_head)
		if (gate->literals[at].count >= count && is_same(text, gate->literals[at].text, count, false))
			return true;
	return false;
}

size_t
mask_gate_tail(const struct mask_gate *gate, const char *text, size_t count)
{
	size_t most = gate->longest < TAIL_MOST ? gate->longest : TAIL_MOST, run;
	size_t at = count > most ? count - most : 0;

	while (at < count && !is_head(gate, text + at, count - at))
		at++;
	run = gate->least_digits > 0 ? digit_tail(text, count) : 0;
	return run > count - at ? run : count - at;
}

size_t
mask_gate_memory(const struct mask_gate *gate)
{
	return sizeof *gate + gate->room * sizeof *gate->literals + gate->rules * (sizeof *gate->digits + sizeof *gate->words);
}
