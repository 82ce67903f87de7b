/* SPDX-License-Identifier: ISC */
/* What stands in a chain of rows is matched, each line of it alone and all joined, and covered. */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_output.h"
#include "recorder/mask/mask_run.h"

/* One matching of one chain. */
struct pass {
	struct mask_stream	*s;
	enum mask_how		 how;
	bool			 has_cursor;
	struct mask_gate_set	 candidates;
	bool			 has_candidates;
	bool			 is_plain;	/* no other text is made of the chain */
	uint64_t		 held;	/* first place of what may still become a match */
};

static void
clear_hits(struct mask_stream *s)
{
	s->hits.count = s->hits.near_count = 0;
	s->hits.held = MASK_NOWHERE;
	s->hits.opened = MASK_NO_RULE;
	s->hits.wants_near = s->params.tell != NULL;
}

static bool
crosses_cut(const struct mask_line *line, const struct mask_hit *hit)
{
	for (size_t i = 0; i < line->cut_count; i++)
		if (hit->start < line->cuts[i] && hit->to > line->cuts[i])
			return true;
	return false;
}

/* What is so long already is not taken back: its beginning may be about to leave all memory. */
#define LONG_OPEN	1024

static bool
counts_now(struct pass *p, const struct mask_hit *hit)
{
	if (hit->to - hit->from < LONG_OPEN)
		return p->how != MASK_LOOK || !hit->is_open;
	p->s->long_rule = hit->rule;
	return true;
}

static void
cover_hits(struct pass *p, uint32_t offset, bool only_across)
{
	struct mask_stream *s = p->s;

	for (size_t i = 0; i < s->hits.count; i++) {
		struct mask_hit hit = s->hits.items[i];

		hit.start += offset;
		hit.from += offset;
		hit.to += offset;
		if ((!only_across || crosses_cut(&s->line, &hit)) && !mask_column_has(s, hit.from, hit.to) &&
		    !mask_output_has(s, hit.from))
			mask_cover(s, &hit, counts_now(p, &hit));
	}
	if (s->hits.held != MASK_NOWHERE && p->how != MASK_CLOSE) {
		uint64_t place = mask_first_place(s, s->hits.held + offset);

		p->held = place < p->held ? place : p->held;
	}
}

/* The text of one line of the chain: [from, to). */
static void
match_part(struct pass *p, uint32_t from, uint32_t to, bool is_last)
{
	struct mask_stream *s = p->s;

	clear_hits(s);
	if (!p->has_candidates || from >= to)
		return;
	if (p->is_plain && p->has_cursor && is_last)
		mask_match_open(s->match, &p->candidates, s->line.text + from, to - from, &s->cursor, &s->hits);
	else
		mask_match_line(s->match, &p->candidates, s->line.text + from, to - from, p->has_cursor && is_last, &s->hits);
	if (p->how == MASK_CLOSE || !p->has_cursor)
		mask_tell_near(s);
	cover_hits(p, from, false);
}

/* A pager or editor that does not wrap cuts lines at the edge: what is left there of a value with a prefix; less puts '>' behind it. */
static void
match_edge(struct pass *p, uint32_t from, uint32_t to, int row)
{
	struct mask_stream *s = p->s;

	if (!p->has_candidates || from >= to || grid_row_used(s->grid, row) < grid_cols(s->grid))
		return;
	clear_hits(s);
	s->hits.wants_near = false;
	to -= s->line.text[to - 1] == '>';
	mask_match_line(s->match, &p->candidates, s->line.text + from, to - from, true, &s->hits);
	for (size_t i = 0; i < s->hits.count; i++) {
		struct mask_hit hit = s->hits.items[i];

		hit.start += from;
		hit.from += from;
		hit.to += from;
		hit.known += from;
		if (hit.is_partial)
			mask_cover(s, &hit, true);
	}
}

/* The line may have a mark or a number before it, as long as that before the state's first line, or nearly. */
static bool
state_goes_on(const struct pass *p, uint32_t before, uint32_t from, uint32_t to, uint32_t *mark)
{
	const struct mask_stream *s = p->s;
	const struct mask_rule *rule = &s->rules->items[s->until_rule];
	static const int more[] = { 0, 1, -1, 2 };

	if (mask_until_goes_on(rule, s->line.text + from, to - from, before, mark))
		return true;
	for (size_t i = 0; s->until_head > 0 && i < sizeof more / sizeof more[0]; i++) {
		uint32_t head = s->until_head + (uint32_t)more[i];

		head = head < to - from ? head : to - from;
		if (mask_until_goes_on(rule, s->line.text + from + head, to - from - head, before, mark))
			return true;
	}
	return false;
}

/* The value of a name that stands above. */
static uint32_t
seek_value(struct pass *p, uint32_t before, uint32_t from, uint32_t to, bool is_final)
{
	struct mask_stream *s = p->s;
	uint32_t lines = before & ROW_LINES;
	struct mask_hit hit;

	switch (mask_match_sought(s->match, s->until_rule, s->line.text + from, to - from, &hit)) {
	case MASK_SOUGHT_ON:
		return lines < s->rules->items[s->until_rule].lines && lines < ROW_LINES ? lines + 1 : 0;
	case MASK_SOUGHT_FOUND:
		hit.start += from;
		hit.from += from;
		hit.to += from;
		if (!mask_column_has(s, hit.from, hit.to) && !mask_output_has(s, hit.from))
			mask_cover(s, &hit, is_final);
		return 0;
	default:
		return 0;
	}
}

/* What a state covers of a line, and whether it goes on behind it: the line's mark. */
static uint32_t
continue_state(struct pass *p, uint32_t before, uint32_t from, uint32_t to, bool is_last)
{
	struct mask_stream *s = p->s;
	struct mask_hit hit = { .rule = s->until_rule, .start = from, .from = from, .to = to };
	bool is_final = p->how != MASK_LOOK || !p->has_cursor || !is_last;
	uint32_t until;
	uint32_t mark;

	if ((before & ROW_LINES) == 0)
		return 0;
	if (mask_match_seeks(s->match, s->until_rule))
		return seek_value(p, before, from, to, is_final);
	until = mask_match_until(s->match, s->until_rule, s->line.text + from, to - from, 0);
	if (until == MASK_NOWHERE && !state_goes_on(p, before, from, to, &mark))
		return 0;
	if (until != MASK_NOWHERE) {
		hit.to = from + until;
		mark = 0;
	}
	mask_cover(s, &hit, is_final);
	return mark;
}

static void
mark_rows(struct mask_stream *s, int from, int to, uint32_t mark)
{
	for (int row = from; row < to; row++)
		grid_row_set_mark(s->grid, row, mark | (grid_row_mark(s->grid, row) & ROW_CARRIED));
}

/* The mark of what stands above the chain; *is_apart: with blank rows between. */
static uint32_t
mark_before(const struct mask_stream *s, bool *is_apart)
{
	*is_apart = false;
	if (s->line.has_carry) {
		*is_apart = s->is_before_apart;
		return s->top_before;
	}
	for (int row = s->line.first; --row >= 0; *is_apart = true)
		if (grid_row_used(s->grid, row) > 0)
			return grid_row_mark(s->grid, row);
	if ((grid_row_mark(s->grid, 0) & ROW_CARRIED) == 0 || grid_is_alternate(s->grid))
		return mask_column_noted(s, 0);
	*is_apart = *is_apart || s->is_top_apart;
	return s->top_mark;
}

/* The beginning of the chain's first line is no longer known. */
static bool
is_cut(const struct mask_stream *s)
{
	bool is_wrap;

	if (s->line.has_carry)
		return s->carry.is_cut;
	return s->line.first > 0 && mask_line_joins(s->grid, s->line.first - 1, &is_wrap) && is_wrap;
}

/* The chain's text begins within a value: what goes on of it. */
static void
continue_value(struct mask_stream *s)
{
	struct mask_hit hit = { .rule = s->long_rule };
	size_t most = s->line.cut_count > 0 ? s->line.cuts[0] : s->line.count;
	int first = s->line.first, cols = grid_cols(s->grid);

	if (!is_cut(s) || (s->line.has_carry ? !s->carry.is_inside : (grid_cell(s->grid, first - 1, cols - 1)->glyph & GRID_MARKS) == 0))
		return;
	hit.to = (uint32_t)mask_run_value(s->line.text, most);
	if (hit.to > 0)
		mask_cover(s, &hit, true);
}

/* Its state, if it is of a table. */
static uint32_t
match_areas(struct pass *p, const struct column_part *part)
{
	struct mask_stream *s = p->s;

	if (s->outputs != NULL && mask_output_line(s, part, (p->candidates.areas & MASK_GATE_OUTPUT) != 0))
		return 0;
	return s->columns != NULL ? mask_column_line(s, part) : 0;
}

static void
match_parts(struct pass *p)
{
	struct mask_stream *s = p->s;
	const struct mask_line *line = &s->line;
	struct column_part part = { .is_gated = (p->candidates.areas & MASK_GATE_COLUMN) != 0 };
	uint32_t mark = mark_before(s, &part.is_apart), state = 0;
	int row = line->first, at, col;

	continue_value(s);
	part.is_cut = is_cut(s);
	part.follows_left = row == 0 && (grid_row_mark(s->grid, 0) & ROW_CARRIED) != 0;
	grid_cursor(s->grid, &at, &col);

	for (size_t i = 0; i <= line->cut_count; i++) {
		bool is_last = i == line->cut_count;
		uint32_t from = i == 0 ? 0 : line->cuts[i - 1], to = is_last ? (uint32_t)line->count : line->cuts[i];
		int end = is_last ? line->last + 1 : line->cut_rows[i];

		if (s->columns != NULL || s->outputs != NULL) {
			part.from = from;
			part.to = to;
			part.before = mark;
			part.row = row;
			part.end = end;
			part.is_open = p->has_cursor && p->how != MASK_CLOSE && (is_last || (row <= at && at < end));
			part.is_final = !part.is_open || p->how == MASK_SETTLE;
			part.may_wait = p->how == MASK_LOOK && end == at;
			state = match_areas(p, &part);
			part.is_apart = part.is_cut = false;
			if (s->columns != NULL)
				mask_column_note(s, &part, state);
		}
		if (!p->has_cursor || !is_last || p->how == MASK_CLOSE)
			match_edge(p, from, to, end - 1);
		match_part(p, from, to, is_last);
		mark = continue_state(p, mark, from, to, is_last);
		if (s->hits.opened != MASK_NO_RULE) {
			s->until_rule = s->hits.opened;
			s->until_head = s->hits.opened_at;
			mark = 1;
		}
		mark |= state;
		mark_rows(s, row, end, mark);
		row = end;
	}
}

/* The chain as one text, for what lies across its boundaries. */
static void
match_joined(struct pass *p, const struct mask_carry *carry, bool strips)
{
	struct mask_stream *s = p->s;

	mask_line_build(&s->line, s->grid, carry, strips);
	clear_hits(s);
	s->hits.wants_near = false;
	mask_match_line(s->match, &p->candidates, s->line.text, s->line.count, p->has_cursor, &s->hits);
	cover_hits(p, 0, true);
}

/* Each line once more, without escapes. */
static void
match_escaped(struct pass *p, const struct mask_carry *carry)
{
	struct mask_stream *s = p->s;

	mask_line_build(&s->line, s->grid, carry, false);
	for (size_t i = 0; i <= s->line.cut_count; i++) {
		bool is_last = i == s->line.cut_count;
		uint32_t from = i == 0 ? 0 : s->line.cuts[i - 1], to = is_last ? (uint32_t)s->line.count : s->line.cuts[i];

		if (mask_escape_blank(s->line.text + from, to - from))
			match_part(p, from, to, is_last);
	}
}

/* And once more with what escapes stand for, if that is marks around values. */
static void
match_decoded(struct pass *p, const struct mask_carry *carry)
{
	struct mask_stream *s = p->s;

	mask_line_build(&s->line, s->grid, carry, false);
	for (size_t i = 0; i <= s->line.cut_count; i++) {
		bool is_last = i == s->line.cut_count;
		uint32_t from = i == 0 ? 0 : s->line.cuts[i - 1], to = is_last ? (uint32_t)s->line.count : s->line.cuts[i];
		uint32_t end = from + (uint32_t)mask_escape_decode(s->line.text + from, s->line.refs + from, to - from);

		if (end < to)
			match_part(p, from, end, is_last);
	}
}

/* Each pane of these rows as a screen of its own. */
static void
match_panes(struct pass *p)
{
	struct mask_stream *s = p->s;
	int at, col;

	grid_cursor(s->grid, &at, &col);
	for (int row = s->line.first; row <= s->line.last; row++) {
		struct mask_pane pane = { .to = -1 };

		while (mask_pane_next(s->grid, row, &pane)) {
			mask_pane_build(&s->line, s->grid, row, &pane);
			p->has_candidates = mask_match_gate(s->match, s->line.text, s->line.count, &p->candidates);
			match_part(p, 0, (uint32_t)s->line.count, at == row && col > pane.from && col <= pane.to);
		}
	}
}

#define BAR_BYTE	'\342'	/* box characters begin with it */

/* A literal that is about to be complete is waited for, if enough of it is there. */
#define TAIL_LEAST	4

/* What nothing came to for long may wait a little longer: some values are known by their middle or end only. */
#define WORD_LEAST	8
#define WORD_MOST	512

static size_t
word_tail(const char *text, size_t count)
{
	size_t run = 0;

	while (run < count && run < WORD_MOST && strchr(" \t$#>:", text[count - 1 - run]) == NULL)
		run++;
	return run >= WORD_LEAST ? run : 0;
}

static void
note_open(struct pass *p)
{
	struct mask_stream *s = p->s;
	size_t tail = mask_match_tail(s->match, s->line.text, s->line.count);

	s->open = mask_first_place(s, 0);
	if (p->how == MASK_SETTLE && word_tail(s->line.text, s->line.count) > tail)
		tail = word_tail(s->line.text, s->line.count);
	if (tail >= TAIL_LEAST) {
		uint64_t place = mask_first_place(s, (uint32_t)(s->line.count - tail));

		p->held = place < p->held ? place : p->held;
	}
	s->held = p->held;
}

static bool
has_escapes(const char *text, size_t count)
{
	return count > 0 && (text[0] == '-' || text[0] == '+' || memchr(text, '\\', count) != NULL || memchr(text, '%', count) != NULL ||
	    memchr(text, '^', count) != NULL);
}

static bool
has_marks(const char *text, size_t count)
{
	return memchr(text, '%', count) != NULL || memchr(text, '&', count) != NULL || memchr(text, '\\', count) != NULL ||
	    memchr(text, '\xe2', count) != NULL || memchr(text, '\xef', count) != NULL || memchr(text, '\xc2', count) != NULL;
}

int
mask_chain(struct mask_stream *s, int row, enum mask_how how)
{
	struct pass p = { .s = s, .how = how, .held = UINT64_MAX };
	const struct mask_carry *carry;
	int at, col, next;
	bool has_escape, has_mark, has_bars;

	mask_line_span(s->grid, row, &s->line.first, &s->line.last);
	next = s->line.last + 1;
	grid_cursor(s->grid, &at, &col);
	p.has_cursor = s->line.first <= at && at <= s->line.last;
	carry = s->line.first == 0 && (grid_row_mark(s->grid, 0) & ROW_CARRIED) != 0 && !grid_is_alternate(s->grid) ? &s->carry : NULL;
	mask_line_build(&s->line, s->grid, carry, false);
	for (int i = s->line.first; (how == MASK_CLOSE || !p.has_cursor) && i <= s->line.last; i++)
		grid_row_seen(s->grid, i);
	if (s->queue.open_count > 0)
		mask_uncover_open(s);
	p.has_candidates = mask_match_gate(s->match, s->line.text, s->line.count, &p.candidates);
	mask_column_forget(s);
	p.is_plain = true;
	match_parts(&p);
	p.is_plain = false;
	has_bars = memchr(s->line.text, BAR_BYTE, s->line.count) != NULL;
	has_escape = p.has_candidates && has_escapes(s->line.text, s->line.count);
	has_mark = p.has_candidates && has_marks(s->line.text, s->line.count);
	if (p.has_cursor && how != MASK_CLOSE)
		note_open(&p);
	if (s->line.cut_count > 0 && p.has_candidates) {
		match_joined(&p, carry, true);
		if (s->line.has_margin)
			match_joined(&p, carry, false);
	}
	if (has_escape)
		match_escaped(&p, carry);
	if (has_mark)
		match_decoded(&p, carry);
	if (has_bars)
		match_panes(&p);
	if (p.has_cursor && how != MASK_CLOSE)
		s->held = p.held;
	return next;
}

/* The cursor's line may go on, so it is looked at as long as it is in the queue. */
static bool
goes_on(const struct mask_stream *s, int row, int at, enum mask_how how)
{
	int first, last;

	if (row > at || how == MASK_CLOSE)
		return false;
	if (row == at)
		return true;
	mask_line_span(s->grid, row, &first, &last);
	return at <= last;
}

/* Something new is in it, what stands above has changed what it is, or it waits for what stands below. */
static bool
is_due(const struct mask_stream *s, int row, bool is_forced)
{
	uint32_t mark = grid_row_mark(s->grid, row);

	return grid_row_is_new(s->grid, row) || (is_forced && (mark & (ROW_LINES | COLUMN_STATE)) == 0) ||
	    column_phase(mark) == COLUMN_WAIT;
}

void
mask_chains(struct mask_stream *s, enum mask_how how)
{
	int rows = grid_rows(s->grid), row = 0, at, col;
	bool is_forced = false;

	grid_cursor(s->grid, &at, &col);
	while (row < rows) {
		if (grid_row_used(s->grid, row) == 0 || (!is_due(s, row, is_forced) && !goes_on(s, row, at, how))) {
			is_forced = is_forced && grid_row_used(s->grid, row) == 0;
			row++;
			continue;
		}
		row = mask_chain(s, row, how);
		is_forced = (grid_row_mark(s->grid, row - 1) & (ROW_LINES | COLUMN_STATE)) != 0;
	}
}
