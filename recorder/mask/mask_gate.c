/* SPDX-License-Identifier: ISC */
/*
 * The automaton is a full table: classes of bytes by states. An entry is a state, with HIT if that one ends a literal. Each of its
 * steps waits for the one before, so most text is let go by a filter of four bytes, whose steps do not.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_run.h"

#define HIT		0x8000u
#define STATE		0x7fffu
#define STATES_MOST	0x7fff
#define DIGITS_LEAST	5		/* of a run at the end of a text, to be waited for */
#define TAIL_MOST	64		/* how far back a literal is looked for at the end of a text */
#define GRAM		4		/* bytes of the filter's pieces */
#define ANY_CASE	UINT32_MAX
#define FILTER_WORDS	1024
#define BLOCK		16		/* places that the filter looks at before it stops */
#define LOW		UINT32_C(0x20202020)	/* makes letters small, and nothing else that matters much */

struct mask_gate {
	uint16_t		*next;		/* [state << class_bits | class] */
	uint16_t		*depth;		/* of a state: bytes that lead to it */
	uint32_t		*exact;		/* of a state: the only three bytes that it may end; ANY_CASE: it ends a text in any case; 0: none */
	uint16_t		*ends;		/* of a state: place in `sets` of those whose literals end there; 0: none */
	struct mask_gate_set	*sets;		/* no two are the same; the first is empty */
	size_t			 set_count;
	size_t			 words_used;	/* of a set */
	size_t			 count;		/* states */
	unsigned		 class_bits;
	uint8_t			 class[256];
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
	char			 firsts[256];		/* a shorter literal begins with one of these */
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

/* Three bytes as they are, or in each way of writing them. */
static void
add_three(struct mask_gate *gate, const char *literal, bool is_caseless)
{
	for (unsigned way = 0; way < (is_caseless ? 8 : 1); way++) {
		uint32_t gram = 0;
		char text[GRAM - 1];

		for (unsigned i = 0; i < sizeof text; i++)
			text[i] = (char)(!is_caseless ? literal[i] : (way >> i & 1) != 0 ? toupper((unsigned char)literal[i]) :
			    tolower((unsigned char)literal[i]));
		memcpy(&gram, text, sizeof text);
		set_gram(gate, mix(gram));
	}
}

static void
add_first(struct mask_gate *gate, char first)
{
	size_t count = strlen(gate->firsts);

	if (strchr(gate->firsts, first) == NULL && count + 1 < sizeof gate->firsts)
		gate->firsts[count] = first;
}

static void
add_gram(struct mask_gate *gate, const char *literal, size_t length, bool is_caseless)
{
	size_t best = length >= GRAM ? length - GRAM : 0;
	uint32_t gram = 0;

	if (length > gate->longest)
		gate->longest = length;
	for (size_t i = 0; i + GRAM <= length; i++)	/* words are common, what joins them is not */
		if (!isalpha((unsigned char)literal[i + 1]) || !isalpha((unsigned char)literal[i + 2]))
			best = i;
	if (length >= GRAM) {
		memcpy(&gram, literal + best, GRAM);
		set_gram(gate, mix(gram | LOW));
	} else if (length == GRAM - 1) {
		add_three(gate, literal, is_caseless);
	} else {
		add_first(gate, (char)tolower((unsigned char)literal[0]));
		add_first(gate, (char)toupper((unsigned char)literal[0]));
	}
}

/* Where the first literal may begin; count: nowhere. */
static size_t
first_place(const struct mask_gate *gate, const char *text, size_t count)
{
	size_t i = 0, end = count < GRAM ? 0 : count - GRAM + 1;
	uint64_t found = 0;
	uint32_t gram = 0;

	for (const char *first = gate->firsts; *first != '\0'; first++)
		if (memchr(text, *first, count) != NULL)
			return 0;
	while (i < end && (found & 1) == 0) {
		size_t stop = end - i < BLOCK ? end : i + BLOCK;

		for (; i < stop; i++) {
			memcpy(&gram, text + i, sizeof gram);
			found |= has_gram(gate, mix(gram | LOW)) | has_gram(gate, mix(gram & UINT32_C(0xffffff)));
		}
	}
	if ((found & 1) == 0) {
		gram = 0;
		memcpy(&gram, text + (count < GRAM ? 0 : count - GRAM + 1), count < GRAM ? count : GRAM - 1);
		found = has_gram(gate, mix(gram));
	}
	if ((found & 1) == 0)
		return count;
	return i < BLOCK + gate->longest ? 0 : i - BLOCK - gate->longest;
}

static void
merge(const struct mask_gate *gate, struct mask_gate_set *to, const struct mask_gate_set *from)
{
	for (size_t i = 0; i < gate->words_used; i++)
		to->words[i] |= from->words[i];
	to->areas |= from->areas;
}

/* The place of a set with this in it, and no other. */
static uint16_t
place_of(struct mask_gate *gate, const struct mask_gate_set *set)
{
	size_t at = gate->set_count;

	while (at > 0 && memcmp(&gate->sets[at - 1], set, sizeof *set) != 0)
		at--;
	if (at > 0)
		return (uint16_t)(at - 1);
	gate->sets = own_grow(gate->sets, gate->set_count + 1, sizeof *gate->sets);
	gate->sets[gate->set_count] = *set;
	return (uint16_t)gate->set_count++;
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

/* Bytes that stand in literals get classes of their own, small and great letters one; the rest is class 0. */
static size_t
make_classes(struct mask_gate *gate, const struct mask_rules *rules)
{
	struct texts texts = { .rules = rules };
	unsigned last = 0;
	size_t bytes = 0;

	while (next_text(&texts)) {
		bytes += texts.count;
		for (size_t i = 0; i < texts.count; i++) {
			uint8_t low = (uint8_t)tolower((unsigned char)texts.text[i]), high = (uint8_t)toupper((unsigned char)texts.text[i]);

			if (gate->class[low] == 0)
				gate->class[low] = gate->class[high] = (uint8_t)++last;
		}
	}
	while (1u << gate->class_bits <= last)
		gate->class_bits++;
	return bytes + 1 > STATES_MOST ? STATES_MOST : bytes + 1;
}

static void
set_text(struct mask_gate_set *set, const struct texts *text)
{
	if (text->area != 0)
		set->areas |= text->area;
	else
		set_bit(set, text->rule);
}

/* Short texts stand in many words, unless small and great letters are told apart. One way for a state, or any. */
static void
note_case(struct mask_gate *gate, size_t state, const struct texts *text)
{
	bool is_exact = text->count == GRAM - 1 && text->area == 0 && !text->rules->items[text->rule].is_caseless;
	uint32_t gram = ANY_CASE;

	if (is_exact) {
		gram = 0;
		memcpy(&gram, text->text, GRAM - 1);
	}
	gate->exact[state] = gate->exact[state] == 0 || gate->exact[state] == gram ? gram : ANY_CASE;
}

/* A text that no longer fits leaves its rule to be tried always. */
static void
add_text(struct mask_gate *gate, const struct texts *text, size_t most)
{
	struct mask_gate_set set;
	size_t state = 0;

	for (size_t i = 0; i < text->count; i++) {
		uint16_t *entry = &gate->next[state << gate->class_bits | gate->class[(uint8_t)text->text[i]]];

		if (*entry == 0 && gate->count == most) {
			set_text(&gate->always, text);
			gate->has_always = true;
			return;
		}
		if (*entry == 0) {
			gate->depth[gate->count] = (uint16_t)(i + 1);
			*entry = (uint16_t)gate->count++;
		}
		state = *entry;
	}
	set = gate->sets[gate->ends[state]];
	set_text(&set, text);
	gate->ends[state] = place_of(gate, &set);
	note_case(gate, state, text);
}

/* What ends in a state ends wherever it is the end of a longer one. */
static void
add_suffix(struct mask_gate *gate, size_t state, size_t suffix)
{
	struct mask_gate_set set = gate->sets[gate->ends[state]];

	if (gate->ends[suffix] == 0)
		return;
	merge(gate, &set, &gate->sets[gate->ends[suffix]]);
	gate->ends[state] = place_of(gate, &set);
}

/* In the order of their depth each state gets what it lacks from the state of its longest suffix. */
static void
close_table(struct mask_gate *gate)
{
	size_t classes = (size_t)1 << gate->class_bits;
	AUTO_FREE uint16_t *queue = own_alloc(sizeof *queue * gate->count);
	AUTO_FREE uint16_t *suffix = own_alloc(sizeof *suffix * gate->count);
	size_t head = 0, tail = 0;

	for (size_t c = 0; c < classes; c++)
		if (gate->next[c] != 0)
			queue[tail++] = gate->next[c];
	while (head < tail) {
		size_t state = queue[head++];

		add_suffix(gate, state, suffix[state]);
		for (size_t c = 0; c < classes; c++) {
			uint16_t *entry = &gate->next[state << gate->class_bits | c];
			uint16_t other = gate->next[(size_t)suffix[state] << gate->class_bits | c];

			if (*entry == 0) {
				*entry = other;
			} else {
				suffix[*entry] = other;
				queue[tail++] = *entry;
			}
		}
	}
	for (size_t i = 0; i < gate->count << gate->class_bits; i++)
		if (gate->ends[gate->next[i]] != 0)
			gate->next[i] |= HIT;
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
	size_t most = make_classes(gate, rules);
	struct texts texts = { .rules = rules };

	gate->rules = rules->count < MASK_GATE_WORDS * 64 ? rules->count : MASK_GATE_WORDS * 64;
	gate->next = own_alloc(sizeof *gate->next * most << gate->class_bits);
	gate->depth = own_alloc(sizeof *gate->depth * most);
	gate->exact = own_alloc(sizeof *gate->exact * most);
	gate->ends = own_alloc(sizeof *gate->ends * most);
	gate->sets = own_alloc(sizeof *gate->sets);
	gate->set_count = 1;
	gate->words_used = (gate->rules + 63) / 64;
	gate->digits = own_alloc(sizeof *gate->digits * (gate->rules + 1));
	gate->words = own_alloc(sizeof *gate->words * (gate->rules + 1));
	gate->count = 1;
	for (size_t i = 0; i < gate->rules; i++)
		add_rule(gate, &rules->items[i], i);
	while (next_text(&texts)) {
		add_gram(gate, texts.text, texts.count, texts.area != 0 || rules->items[texts.rule].is_caseless);
		add_text(gate, &texts, most);
	}
	close_table(gate);
	return gate;
}

void
mask_gate_free(struct mask_gate *gate)
{
	if (gate == NULL)
		return;
	free(gate->next);
	free(gate->depth);
	free(gate->exact);
	free(gate->ends);
	free(gate->sets);
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

/* The text that the state ends is there in its own letters, if they matter. */
static bool
is_so(const struct mask_gate *gate, size_t state, const char *text, size_t i)
{
	uint32_t gram = 0;

	if (gate->exact[state] == 0 || gate->exact[state] == ANY_CASE)
		return true;
	memcpy(&gram, text + i + 1 - (GRAM - 1), GRAM - 1);
	return gram == gate->exact[state];
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

bool
mask_gate_scan(const struct mask_gate *gate, const char *text, size_t count, struct mask_gate_set *found)
{
	const uint16_t *next = gate->next;
	unsigned bits = gate->class_bits;
	bool is_any = gate->has_always;
	size_t state = 0;

	*found = gate->always;
	for (size_t i = first_place(gate, text, count); i < count; i++) {
		uint16_t entry = next[state << bits | gate->class[(uint8_t)text[i]]];

		state = entry & STATE;
		if ((entry & HIT) != 0 && is_so(gate, state, text, i)) {
			merge(gate, found, &gate->sets[gate->ends[state]]);
			is_any = true;
		}
	}
	if (gate->least_digits > 0 && scan_digits(gate, text, count, found))
		is_any = true;
	if (gate->least_word > 0 && scan_words(gate, text, count, found))
		is_any = true;
	return is_any;
}

size_t
mask_gate_tail(const struct mask_gate *gate, const char *text, size_t count)
{
	size_t state = 0, run;

	for (size_t i = count > TAIL_MOST ? count - TAIL_MOST : 0; i < count; i++)
		state = gate->next[state << gate->class_bits | gate->class[(uint8_t)text[i]]] & STATE;
	run = gate->least_digits > 0 ? digit_tail(text, count) : 0;
	return run > gate->depth[state] ? run : gate->depth[state];
}

size_t
mask_gate_memory(const struct mask_gate *gate)
{
	return sizeof *gate + gate->count * (sizeof *gate->depth + sizeof *gate->exact + sizeof *gate->ends) + gate->set_count * sizeof *gate->sets + (sizeof *gate->next * gate->count << gate->class_bits) +
	    gate->rules * (sizeof *gate->digits + sizeof *gate->words);
}
