/* SPDX-License-Identifier: ISC */
/* Each rule is tried from left to right. A value's end is where the next try begins, so that what follows it is seen. */
#include "config.h"

#include <errno.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_check.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_need.h"
#include "recorder/mask/mask_run.h"

#define VALUES		4	/* groups named `value` in one pattern */
#define PAIRS		64
#define LIMIT		60000	/* matching steps of one try; a line of ordinary text takes hundreds */
#define HEAP_KIB	2048		/* of one try without machine code */
#define JIT_STACK	(256u * 1024)

struct one {
	pcre2_code	*code, *prefix, *until;
	struct mask_need *need;	/* of `code` */
	uint32_t	 jits, tried;		/* for these options of `code` there is machine code, or was to be */
	uint16_t	 values[VALUES];	/* group numbers */
	uint8_t		 value_count;
	uint16_t	 sought;		/* of `until`: 0 if it has no such group */
	bool		 is_ready, is_bad;	/* it has been compiled, or cannot be */
};

struct mask_match {
	const struct mask_rules	*rules;
	struct mask_gate	*gate;
	struct one		*ones;
	pcre2_match_data	*data;
	pcre2_match_context	*context;
	pcre2_jit_stack		*stack;
	bool			 jits_late;	/* each rule by machine code when it is first needed */
};

static int
compile(const struct mask_rule *rule, const char *pattern, uint32_t more, pcre2_code **code)
{
	int error;
	PCRE2_SIZE offset;

	if (pattern == NULL)
		return 0;
	*code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, mask_rule_options(rule) | more, &error, &offset, NULL);
	return *code == NULL ? ERR_CONFIG : 0;
}

/* Every group with the name, as alternatives may each have one. How many. */
static uint8_t
find_values(const pcre2_code *code, uint16_t values[VALUES])
{
	uint32_t names, size;
	PCRE2_SPTR table;
	uint8_t count = 0;

	pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &names);
	pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < names && count < VALUES; i++, table += size)
		if (strcmp((const char *)table + 2, "value") == 0)
			values[count++] = (uint16_t)(table[0] << 8 | table[1]);
	return count;
}

static void
find_groups(struct one *one)
{
	uint16_t sought[VALUES];

	one->value_count = find_values(one->code, one->values);
	if (one->until != NULL && find_values(one->until, sought) > 0 && sought[0] < PAIRS)
		one->sought = sought[0];
}

static int
compile_all(struct one *one, const struct mask_rule *rule)
{
	int r;

	one->need = own_alloc(sizeof *one->need);
	if (rule->pattern != NULL)
		mask_need_read(rule->pattern, rule->is_caseless, one->need);
	r = compile(rule, rule->pattern, one->need->has_triples ? PCRE2_ANCHORED : 0, &one->code);
	if (r == 0 && one->code == NULL)
		r = ERR_CONFIG;
	if (r == 0)
		r = compile(rule, rule->prefix, PCRE2_ANCHORED, &one->prefix);
	if (r == 0)
		r = compile(rule, rule->until, 0, &one->until);
	if (r < 0)
		return r;
	find_groups(one);
	return 0;
}

/* `options`: of the pattern, as only that is tried on lines that go on. Where this fails, it is only slower. */
static void
jit(struct one *one, uint32_t options)
{
	one->tried |= options;
	if (pcre2_jit_compile(one->code, options) == 0)
		one->jits |= options;
}

static void
jit_others(struct one *one)
{
	if (one->prefix != NULL)
		(void)pcre2_jit_compile(one->prefix, PCRE2_JIT_COMPLETE);
	if (one->until != NULL)
		(void)pcre2_jit_compile(one->until, PCRE2_JIT_COMPLETE);
}

/* The rule as PCRE2 has it, made when it is first needed. NULL: it cannot be. */
static const struct one *
ready(struct mask_match *m, size_t rule)
{
	struct one *one = &m->ones[rule];

	if (one->is_ready)
		return one->is_bad ? NULL : one;
	one->is_ready = true;
	one->is_bad = compile_all(one, &m->rules->items[rule]) < 0;
	if (!one->is_bad && m->jits_late)
		jit_others(one);
	return one->is_bad ? NULL : one;
}

int
mask_match_slow(const struct mask_rules *rules, struct mask_match **match)
{
	struct mask_match *m = own_alloc(sizeof *m);

	m->rules = rules;
	m->gate = mask_gate_new(rules);
	m->ones = own_alloc(sizeof *m->ones * (rules->count + 1));
	m->data = pcre2_match_data_create(PAIRS, NULL);
	m->context = pcre2_match_context_create(NULL);
	if (m->data == NULL || m->context == NULL) {
		mask_match_free(m);
		return -ENOMEM;
	}
	pcre2_set_match_limit(m->context, LIMIT);
	(void)pcre2_set_heap_limit(m->context, HEAP_KIB);
	*match = m;
	return 0;
}

static void
make_stack(struct mask_match *m)
{
	m->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK, NULL);
	if (m->stack != NULL)
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
}

int
mask_match_new(const struct mask_rules *rules, struct mask_match **match, size_t *bad)
{
	struct mask_match *m = NULL;
	int r = mask_match_slow(rules, &m);

	for (size_t i = 0; r == 0 && i < rules->count; i++) {
		if (ready(m, i) != NULL) {
			jit(&m->ones[i], PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD);
			jit_others(&m->ones[i]);
			continue;
		}
		if (bad != NULL)
			*bad = i;
		r = ERR_CONFIG;
	}
	if (r < 0) {
		mask_match_free(m);
		return r;
	}
	make_stack(m);
	*match = m;
	return 0;
}

int
mask_match_late(const struct mask_rules *rules, struct mask_match **match)
{
	int r = mask_match_slow(rules, match);

	if (r == 0) {
		make_stack(*match);
		(*match)->jits_late = true;
	}
	return r;
}

void
mask_match_free(struct mask_match *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->rules->count; i++) {
		pcre2_code_free(m->ones[i].code);
		pcre2_code_free(m->ones[i].prefix);
		pcre2_code_free(m->ones[i].until);
		free(m->ones[i].need);
	}
	free(m->ones);
	mask_gate_free(m->gate);
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	free(m);
}

const struct mask_rules *
mask_match_rules(const struct mask_match *match)
{
	return match->rules;
}

bool
mask_match_gate(const struct mask_match *match, const char *text, size_t count, struct mask_gate_set *candidates)
{
	return mask_gate_scan(match->gate, text, count, candidates);
}

size_t
mask_match_tail(const struct mask_match *match, const char *text, size_t count)
{
	return mask_gate_tail(match->gate, text, count);
}

/* One search through one line. */
struct search {
	struct mask_match	*match;
	uint32_t		 rule;
	const char		*text;
	size_t			 count;
	bool			 is_open;
	struct mask_hits	*hits;
	struct mask_set		 seen;	/* its characters */
};

static void
cover_all(struct search *s)
{
	s->hits->items[0] = (struct mask_hit){ .rule = MASK_NO_RULE, .to = (uint32_t)s->count };
	s->hits->count = 1;
}

static void
add_hit(struct search *s, const struct mask_hit *hit)
{
	struct mask_hit *last = &s->hits->items[s->hits->count];

	if (hit->to <= hit->from)
		return;
	if (s->hits->count == MASK_HITS) {
		cover_all(s);
		return;
	}
	*last = *hit;
	if (last->known < last->from)
		last->known = last->from;
	s->hits->count++;
}

/* The end of the rule's prefix in a match that begins at `start`; `start` if it has none. */
static uint32_t
prefix_end(struct search *s, size_t start)
{
	struct mask_match *m = s->match;
	const pcre2_code *prefix = m->ones[s->rule].prefix;

	if (prefix == NULL || pcre2_match(prefix, (PCRE2_SPTR)s->text, s->count, start, PCRE2_NO_UTF_CHECK, m->data, m->context) <= 0)
		return (uint32_t)start;
	return (uint32_t)pcre2_get_ovector_pointer(m->data)[1];
}

static void
add_near(struct search *s, bool is_check)
{
	struct mask_hits *hits = s->hits;

	if (!hits->wants_near || (!is_check && s->match->rules->items[s->rule].literals[0] == NULL))
		return;	/* every number or long word would be one */
	if (hits->near_count < sizeof hits->near / sizeof hits->near[0])
		hits->near[hits->near_count++] = (struct mask_near){ s->rule, is_check };
}

/* A beginning at the end of the line: held from there, and covered behind its prefix. */
static void
take_partial(struct search *s, size_t start)
{
	uint32_t from = prefix_end(s, start);

	if (from > start) {
		struct mask_hit hit = { .rule = s->rule, .start = (uint32_t)start, .to = (uint32_t)s->count, .from = from,
			.is_open = true, .is_partial = true };

		add_hit(s, &hit);
	} else if (start < s->hits->held && !s->match->rules->items[s->rule].is_record_only) {
		s->hits->held = (uint32_t)start;
	}
}

/* All from the end of the match to the end of its state. */
static size_t
take_block(struct search *s, size_t start, size_t end)
{
	bool seeks = s->match->ones[s->rule].sought != 0;
	uint32_t until = seeks ? MASK_NOWHERE : mask_match_until(s->match, s->rule, s->text, s->count, end);
	struct mask_hit hit = { .rule = s->rule, .start = (uint32_t)start, .from = (uint32_t)end, .to = until };

	if (until == MASK_NOWHERE) {
		hit.to = (uint32_t)(seeks ? end : s->count);
		s->hits->opened = s->rule;
		s->hits->opened_at = (uint32_t)start;
	}
	add_hit(s, &hit);
	return hit.to > end ? hit.to : end;
}

/* Blanks at the end belong to no value; what is longer than a pattern counts on goes on to the end of its word. */
static uint32_t
value_end(const struct search *s, size_t from, size_t to)
{
	while (to > from && s->text[to - 1] == ' ')
		to--;
	return (uint32_t)(to - from < MASK_LONG ? to : to + mask_run_value(s->text + to, s->count - to));
}

/* The values of one match. Where the next try begins. */
static size_t
take_match(struct search *s, size_t after)
{
	const struct one *one = &s->match->ones[s->rule];
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->match->data);
	enum mask_check check = s->match->rules->items[s->rule].check;
	size_t start = at[0], end = at[1], next = after;
	struct mask_hit hit = { .rule = s->rule, .start = (uint32_t)start };
	bool has_group = false;

	if (end <= start)
		return after + 1;
	if (one->until != NULL)
		return take_block(s, start, end);
	if (check != MASK_NO_CHECK) {
		size_t good = mask_check(check, s->text + start, end - start);

		if (good == 0) {
			add_near(s, true);
			return start + 1;
		}
		end = start + good;
	}
	hit.is_open = s->is_open && end == s->count;
	for (uint8_t i = 0; i < one->value_count; i++) {
		const PCRE2_SIZE *pair = at + 2 * one->values[i];

		if (one->values[i] >= PAIRS || pair[0] == PCRE2_UNSET || pair[1] <= pair[0] || pair[0] > end)
			continue;
		has_group = true;
		hit.from = (uint32_t)pair[0];
		hit.to = value_end(s, pair[0], pair[1] < end ? pair[1] : end);
		hit.is_open = s->is_open && (end == s->count || hit.to == s->count);
		add_hit(s, &hit);
		next = hit.to > next ? hit.to : next;
	}
	if (!has_group) {
		hit.from = (uint32_t)start;
		hit.to = value_end(s, start, end);
		hit.is_open = hit.is_open || (s->is_open && hit.to == s->count);
		hit.known = prefix_end(s, start);
		add_hit(s, &hit);
		next = hit.to > end ? hit.to : end;
	}
	return next > after ? next : after + 1;
}

static size_t
to_boundary(const struct search *s, size_t at)
{
	while (at < s->count && ((uint8_t)s->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Machine code for the search, made when it is first needed, where any is. */
static bool
has_jit(struct search *s, bool is_partial)
{
	struct one *one = &s->match->ones[s->rule];
	uint32_t option = is_partial ? PCRE2_JIT_PARTIAL_HARD : PCRE2_JIT_COMPLETE;

	if (s->match->jits_late && (one->tried & option) == 0)
		jit(one, option);
	return (one->jits & option) != 0;
}

/*
 * Machine code looks for the next beginning by itself, and fast, unless there are many words that may be one; there, and without
 * it, it is tried only where a match may begin.
 */
static int
find(struct search *s, const struct one *one, size_t at, uint32_t options)
{
	struct mask_match *m = s->match;
	bool is_partial = (options & PCRE2_PARTIAL_HARD) != 0;
	bool has_code, is_fast;
	uint32_t anchored;
	int r = PCRE2_ERROR_NOMATCH;

	if (at > 0)
		at = mask_need_next(one->need, s->text, s->count, at, is_partial);
	while (r == PCRE2_ERROR_NOMATCH) {
		at = mask_need_begin(one->need, s->text, s->count, at, is_partial);
		if (at >= s->count)
			break;
		has_code = has_jit(s, is_partial);
		is_fast = has_code || one->need->end == 0;
		anchored = is_fast || one->need->has_triples ? 0 : PCRE2_ANCHORED;
		if (has_code)
			r = pcre2_jit_match(one->code, (PCRE2_SPTR)s->text, s->count, at, options, m->data, m->context);
		else
			r = pcre2_match(one->code, (PCRE2_SPTR)s->text, s->count, at, options | anchored, m->data, m->context);
		if (is_fast && !one->need->has_triples)
			break;
		at = to_boundary(s, at + 1);
	}
	return r;
}

/* *from: no match begins before it, now and whatever comes behind the text. */
static void
search_rule(struct search *s, uint32_t *from)
{
	struct mask_match *m = s->match;
	const struct one *one = ready(m, s->rule);
	uint32_t options = PCRE2_NO_UTF_CHECK | (s->is_open ? PCRE2_PARTIAL_HARD : 0);
	size_t at = from != NULL ? *from : 0, before = s->hits->count, near = s->hits->near_count;
	bool is_first = from != NULL;

	if (one == NULL) {
		cover_all(s);
		return;
	}
	if (!s->is_open && mask_need_lacks(one->need, &s->seen))
		at = s->count;
	while (at < s->count) {
		int r = find(s, one, at, options);

		if (is_first && (r == PCRE2_ERROR_NOMATCH || r == PCRE2_ERROR_PARTIAL || r >= 0))
			*from = r == PCRE2_ERROR_NOMATCH ? (uint32_t)s->count : (uint32_t)pcre2_get_ovector_pointer(m->data)[0];
		is_first = false;
		if (r == PCRE2_ERROR_PARTIAL) {
			take_partial(s, pcre2_get_ovector_pointer(m->data)[0]);
			options = PCRE2_NO_UTF_CHECK;	/* and what it is so far */
			continue;
		}
		if (r == PCRE2_ERROR_NOMATCH)
			break;
		if (r < 0) {
			cover_all(s);
			return;
		}
		at = to_boundary(s, take_match(s, at));
	}
	if (s->hits->count == before && s->hits->near_count == near)
		add_near(s, false);
}

static void
search_all(struct search *s, const struct mask_gate_set *candidates, uint32_t *from)
{
	mask_need_see(&s->seen, s->text, s->count);
	for (size_t word = 0; word < MASK_GATE_WORDS; word++) {
		for (uint64_t bits = candidates->words[word]; bits != 0; bits &= bits - 1) {
			s->rule = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(bits));
			search_rule(s, from != NULL ? &from[s->rule] : NULL);
		}
	}
}

static void
forget(char *text, size_t count)
{
	if (text != NULL)
		sodium_memzero(text, count);
	free(text);
}

void
mask_open_done(struct mask_open *open)
{
	forget(open->text, open->room);
	free(open->from);
	*open = (struct mask_open){ 0 };
}

void
mask_match_line(struct mask_match *match, const struct mask_gate_set *candidates, const char *text, size_t count, bool is_open,
    struct mask_hits *hits)
{
	struct search s = { .match = match, .text = text, .count = count, .is_open = is_open, .hits = hits };

	search_all(&s, candidates, NULL);
}

/* What is known counts only for what the text was then, and that is still there. */
static void
remember(const struct mask_match *match, struct mask_open *open, const char *text, size_t count)
{
	bool goes_on = open->from != NULL && open->count <= count && memcmp(open->text, text, open->count) == 0;

	if (open->from == NULL)
		open->from = own_alloc((match->rules->count + 1) * sizeof *open->from);
	if (!goes_on) {
		memset(open->from, 0, match->rules->count * sizeof *open->from);
		open->count = 0;
	}
	if (count > open->room) {
		char *old = open->text;

		open->room = 2 * count;
		open->text = own_alloc(open->room);
		if (open->count > 0)
			memcpy(open->text, old, open->count);
		forget(old, open->count);
	}
	memcpy(open->text + open->count, text + open->count, count - open->count);
	open->count = count;
}

void
mask_match_open(struct mask_match *match, const struct mask_gate_set *candidates, const char *text, size_t count, struct mask_open *open,
    struct mask_hits *hits)
{
	struct search s = { .match = match, .text = text, .count = count, .is_open = true, .hits = hits };

	remember(match, open, text, count);
	search_all(&s, candidates, open->from);
}

uint32_t
mask_match_until(struct mask_match *m, uint32_t rule, const char *text, size_t count, size_t from)
{
	const struct one *one = ready(m, rule);

	if (one == NULL || one->until == NULL || from > count)
		return MASK_NOWHERE;
	if (pcre2_match(one->until, (PCRE2_SPTR)text, count, from, PCRE2_NO_UTF_CHECK, m->data, m->context) <= 0)
		return MASK_NOWHERE;
	return (uint32_t)pcre2_get_ovector_pointer(m->data)[0];
}

bool
mask_match_seeks(struct mask_match *m, uint32_t rule)
{
	const struct one *one = ready(m, rule);

	return one != NULL && one->sought != 0;
}

enum mask_sought
mask_match_sought(struct mask_match *m, uint32_t rule, const char *text, size_t count, struct mask_hit *hit)
{
	const struct one *one = ready(m, rule);
	const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(m->data);
	int r;

	*hit = (struct mask_hit){ .rule = rule };
	if (one == NULL)
		return MASK_SOUGHT_END;
	r = pcre2_match(one->until, (PCRE2_SPTR)text, count, 0, PCRE2_NO_UTF_CHECK, m->data, m->context);
	if (r == PCRE2_ERROR_NOMATCH)
		return MASK_SOUGHT_ON;
	if (r > 0 && (r <= one->sought || pairs[2 * one->sought] == PCRE2_UNSET))
		return MASK_SOUGHT_END;
	hit->from = hit->start = r > 0 ? (uint32_t)pairs[2 * one->sought] : 0;
	hit->to = r > 0 ? (uint32_t)pairs[2 * one->sought + 1] : (uint32_t)count;
	return MASK_SOUGHT_FOUND;
}
