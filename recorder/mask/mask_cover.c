/* SPDX-License-Identifier: ISC */
/* From a value in the text of a line to its cells, and from them to the bytes that still wait. */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "lib/term/width.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_style.h"

#define STYLED_MOST	1024	/* characters of a value that a style other than full is for */
#define CHARACTER	UINT32_C(0x1fffff)
#define NO_TEXT		0xfffdu	/* stands for bytes that are no character */
#define WIDE_BYTES	3	/* of what covers a wide character; none of them has fewer */

/* A cell of the screen or of the carry. */
struct spot {
	const struct grid_cell	*cell;	/* NULL: in the carry */
	uint32_t	glyph, origin;
	int		row, col;
	uint64_t	place;
	bool		is_queued;
};

/* Which of the two get what covers a value now. */
struct reach {
	bool	record, screen;
};

static bool
is_text_byte(uint8_t byte)
{
	return byte >= 0x20 && byte != 0x7f && (byte & 0xc0) != 0x80;
}

static bool
load_spot(const struct mask_stream *s, uint32_t ref, struct spot *spot)
{
	const uint8_t *at;
	uint32_t character;
	size_t left;

	spot->row = (int)(ref >> 16);
	spot->col = (int)(ref & 0xffff);
	if (spot->row == MASK_CARRY_ROW) {
		const struct mask_carried *cell = &s->carry.cells[spot->col];

		spot->cell = NULL;
		spot->glyph = (cell->glyph & MASK_CARRY_BLANK) != 0 ? 0 : cell->glyph;
		spot->origin = cell->origin;
	} else {
		spot->cell = grid_cell(s->grid, spot->row, spot->col);
		spot->glyph = spot->cell->glyph;
		spot->origin = spot->cell->origin;
	}
	if (spot->glyph == 0 || ((spot->glyph & CHARACTER) == NO_TEXT && (spot->glyph & GRID_BREAK) != 0))
		return false;
	spot->is_queued = (spot->glyph & GRID_BREAK) == 0 && mask_queue_find(&s->queue, spot->origin, &spot->place);
	if (!spot->is_queued)
		return true;
	at = mask_queue_at(&s->queue, spot->place, &left);
	if ((spot->glyph & CHARACTER) == NO_TEXT)
		return at[0] >= 0x80;
	spot->is_queued = is_text_byte(at[0]);
	return at[0] < 0x80 || text_decode(at, left < 4 ? left : 4, &character) > 0;
}

static int
spot_width(const struct spot *spot)
{
	if ((spot->glyph & ~GRID_MARKS) < 0x80)
		return 1;
	return spot->cell == NULL ? width_of(spot->glyph & CHARACTER) : grid_cell_width(spot->cell);
}

static void
mark_spot(struct mask_stream *s, struct spot *spot, uint32_t marks, bool on)
{
	if (spot->cell != NULL)
		grid_cell_mark(s->grid, spot->row, spot->col, marks, on);
	else if (on)
		s->carry.cells[spot->col].glyph |= marks;
	else
		s->carry.cells[spot->col].glyph &= ~marks;
}

int
mask_char_bytes(const struct mask_stream *s, uint64_t place)
{
	size_t left;
	const uint8_t *at = mask_queue_at(&s->queue, place, &left);
	uint32_t character;
	int used = at[0] < 0x80 ? 1 : text_decode(at, left < 4 ? left : 4, &character);
	size_t i = 1;

	if (used > 0)
		return used;
	while (i < 3 && i < left && text_decode(at, i + 1, &character) == 0)
		i++;	/* the beginning of a character that did not go on is one */
	return (int)i;
}

/* Characters that join the one before them, right behind it. */
static int
joining_bytes(const struct mask_stream *s, uint64_t place)
{
	uint64_t end = s->queue.base + mask_queue_len(&s->queue);
	int all = 0;

	while (place + (uint64_t)all < end) {
		size_t left;
		const uint8_t *at = mask_queue_at(&s->queue, place + (uint64_t)all, &left);
		uint32_t character;
		int used = at[0] < 0xcc ? 0 : text_decode(at, left < 4 ? left : 4, &character);

		if (used <= 0 || width_of(character) != 0)
			break;
		all += used;
	}
	return all;
}

static void
set_sub(struct mask_stream *s, uint64_t place, uint8_t value, const struct reach *reach)
{
	struct mask_sub sub = mask_queue_sub(&s->queue, place);

	if (reach->record)
		sub.record = value;
	if (reach->screen)
		sub.screen = value;
	mask_queue_set(&s->queue, place, sub);
}

/* `out`: what stands in each of its columns. What was decided for good stays so against what is open. */
static void
set_subs(struct mask_stream *s, const struct spot *spot, const char *out, const struct reach *reach)
{
	struct mask_sub old = mask_queue_sub(&s->queue, spot->place);
	int bytes = mask_char_bytes(s, spot->place), i = 0;
	int all = bytes + joining_bytes(s, spot->place + (uint64_t)bytes);

	if (!reach->record && old.record != 0 && old.screen != 0)
		return;
	if (out[0] == MASK_KEPT) {
		for (; mask_sub_is_open(old) && i < all; i++)
			mask_queue_set(&s->queue, spot->place + (uint64_t)i, (struct mask_sub){ 0 });
		return;
	}
	if (spot_width(spot) == 2 && bytes >= WIDE_BYTES) {	/* two narrow ones would wrap elsewhere */
		for (; i < WIDE_BYTES; i++)
			set_sub(s, spot->place + (uint64_t)i, (uint8_t)(MASK_WIDE + (unsigned)i), reach);
	} else {
		set_sub(s, spot->place, (uint8_t)out[0], reach);
		i = 1;
	}
	for (; i < all; i++)
		set_sub(s, spot->place + (uint64_t)i, MASK_CUT, reach);
}

/* What the screen has of it already: painted over, if it is more than the rule's prefix. */
static uint32_t
shown_mark(struct mask_stream *s, const struct spot *spot, bool is_known)
{
	uint32_t place = (uint32_t)grid_place(s->grid);

	if (is_known || (spot->is_queued && spot->place >= s->shown))
		return GRID_MARK(MARK_SHOWN);
	if ((spot->glyph & GRID_MARK(MARK_LATE)) == 0)
		mask_late(s, grid_place(s->grid) - (uint32_t)(place - spot->origin));
	return GRID_MARK(MARK_LATE);
}

static void
cover_spot(struct mask_stream *s, struct spot *spot, const char *out, const struct reach *reach, bool is_known)
{
	uint32_t marks = 0;

	if (spot->is_queued)
		set_subs(s, spot, out, reach);
	if (reach->record && (spot->glyph & GRID_MARK(MARK_RECORDED)) == 0) {
		if (!is_known && out[0] != MASK_KEPT && s->params.record != NULL && (!spot->is_queued || spot->place < s->recorded))
			s->counts.late++;
		marks = GRID_MARK(MARK_RECORDED);
	}
	if (reach->screen && s->params.screen != NULL && out[0] != MASK_KEPT && (spot->glyph & GRID_MARK(MARK_SHOWN)) == 0)
		marks |= shown_mark(s, spot, is_known);
	if (marks != 0)
		mark_spot(s, spot, marks, true);
}

/* In full, bytes of one column each. What was decided for good stays so against what is open. */
static void
cover_subs(struct mask_stream *s, uint64_t place, uint32_t count, const struct reach *reach)
{
	const struct mask_sub both = { .record = '*', .screen = '*' };

	if (reach->record && reach->screen) {
		mask_queue_fill(&s->queue, place, count, both);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct mask_sub sub = mask_queue_sub(&s->queue, place + i);

		if (!reach->record && sub.record != 0 && sub.screen != 0)
			continue;
		sub.record = reach->record ? '*' : sub.record;
		sub.screen = reach->screen ? '*' : sub.screen;
		mask_queue_set(&s->queue, place + i, sub);
	}
}

/*
 * Characters of one byte each, one after another in the text, in their row and in the queue, that no sink has yet: most of what is
 * covered in full. How many there are from `i` on; if there are any, *was_covered is that of the first.
 */
static uint32_t
cover_run(struct mask_stream *s, const struct mask_hit *hit, uint32_t i, const struct reach *reach, bool *was_covered)
{
	const uint32_t *refs = s->line.refs + i, most = hit->to - i;
	uint32_t marks = (reach->record ? GRID_MARK(MARK_RECORDED) : 0) |
	    (reach->screen && s->params.screen != NULL ? GRID_MARK(MARK_SHOWN) : 0);
	int row = (int)(refs[0] >> 16), col = (int)(refs[0] & 0xffff);
	const struct grid_cell *cell = refs[0] >> 16 == MASK_CARRY_ROW ? NULL : grid_cell(s->grid, row, col);
	uint32_t n = 0, origin = cell != NULL ? cell->origin : 0;
	const uint8_t *bytes;
	uint64_t place;
	size_t left;

	if (cell == NULL || !mask_queue_find(&s->queue, origin, &place) || place < s->recorded ||
	    (s->params.screen != NULL && place < s->shown))
		return 0;
	*was_covered = (cell->glyph & GRID_MARK(MARK_RECORDED)) != 0;
	bytes = mask_queue_at(&s->queue, place, &left);
	for (; n < most && n + 1 < left && refs[n] == refs[0] + n; n++, cell++) {
		uint32_t glyph = cell->glyph & ~GRID_MARKS;

		if (glyph != bytes[n] || glyph <= ' ' || glyph >= 0x7f || cell->origin != origin + n || bytes[n + 1] >= 0x80)
			break;
	}
	cover_subs(s, place, n, reach);
	grid_cells_mark(s->grid, row, col, col + (int)n, marks);
	return n;
}

bool
mask_is_record_only(const struct mask_stream *s, uint32_t rule)
{
	return rule != MASK_NO_RULE && mask_rules_face(s->rules, rule).is_record_only;
}

static uint64_t
line_number(const struct mask_stream *s, uint64_t place)
{
	uint64_t line = s->feeds + 1;
	size_t count = place > s->queue.base ? (size_t)(place - s->queue.base) : 0;
	size_t left;
	const uint8_t *at = mask_queue_len(&s->queue) > 0 ? mask_queue_at(&s->queue, s->queue.base, &left) : NULL;

	for (size_t i = 0; at != NULL && i < count && i < left; i++)
		line += at[i] == '\n';
	return line;
}

void
mask_count(struct mask_stream *s, const struct mask_hit *hit, uint32_t chars)
{
	struct mask_told told = { .rule = hit->rule, .chars = chars };

	s->counts.hits++;
	if (hit->rule == MASK_NO_RULE)
		s->counts.failed++;
	else
		s->rule_hits[hit->rule]++;
	if (s->params.tell == NULL)
		return;
	told.line = line_number(s, mask_first_place(s, hit->from));
	s->params.tell(s->params.user, &told);
}

void
mask_tell_near(struct mask_stream *s)
{
	for (size_t i = 0; s->params.tell != NULL && i < s->hits.near_count; i++) {
		struct mask_told told = { .rule = s->hits.near[i].rule, .is_near = true, .is_check = s->hits.near[i].is_check,
			.line = line_number(s, mask_first_place(s, 0)) };

		s->params.tell(s->params.user, &told);
	}
}

/* What the rule's style makes of a value, one character of `out` a column. */
static void
make_style(struct mask_stream *s, const struct mask_hit *hit, char out[2 * STYLED_MOST])
{
	struct mask_value value = { .text = s->line.text + hit->from, .count = hit->to - hit->from };
	uint16_t columns[STYLED_MOST];
	struct mask_face face = mask_rules_face(s->rules, hit->rule);
	struct spot spot;

	for (uint32_t i = hit->from; i < hit->to; i++) {
		if (i > hit->from && s->line.refs[i] == s->line.refs[i - 1])
			continue;
		columns[value.chars++] = (uint16_t)value.width;
		value.width += load_spot(s, s->line.refs[i], &spot) ? (size_t)spot_width(&spot) : 1;
	}
	value.columns = columns;
	mask_style_fill(&face, s->key, &value, out);
}

static bool
is_in_full(const struct mask_stream *s, uint32_t rule)
{
	return rule == MASK_NO_RULE || (rule < s->rules->count && s->rules->items[rule].until != NULL) ||
	    mask_rules_face(s->rules, rule).style == MASK_FULL;
}

/* What a style may leave of the value is not looked for elsewhere. */
static uint32_t
kept_bytes(const struct mask_stream *s, const struct mask_hit *hit)
{
	if (is_in_full(s, hit->rule) || mask_rules_face(s->rules, hit->rule).style != MASK_KEEP_LAST_4)
		return 0;
	return (uint32_t)mask_style_kept(s->line.text + hit->from, hit->to - hit->from);
}

void
mask_cover(struct mask_stream *s, const struct mask_hit *hit, bool is_final)
{
	bool is_full = hit->is_partial || hit->to - hit->from > STYLED_MOST || is_in_full(s, hit->rule);
	struct reach reach = { .record = is_final, .screen = !mask_is_record_only(s, hit->rule) };
	char out[2 * STYLED_MOST] __attribute__((uninitialized));	/* else hardening zeroes it for each value */
	bool is_new = false, was_covered = false;
	uint32_t chars = 0, run;
	size_t column = 0;
	struct spot spot;

	if (!reach.record && !reach.screen)
		return;
	if (!is_full)
		make_style(s, hit, out);
	for (uint32_t i = hit->from; i < hit->to; i++) {
		if (i > hit->from && s->line.refs[i] == s->line.refs[i - 1])
			continue;
		if (hit->keeps_blanks && s->line.text[i] == ' ') {
			column++;
			continue;
		}
		run = is_full ? cover_run(s, hit, i, &reach, &was_covered) : 0;
		if (run > 0) {
			is_new = is_new || (chars == 0 && !was_covered);
			chars += run;
			i += run - 1;
			continue;
		}
		chars++;
		if (!load_spot(s, s->line.refs[i], &spot)) {
			column++;
			continue;
		}
		is_new = is_new || (chars == 1 && (spot.glyph & GRID_MARK(MARK_RECORDED)) == 0);
		cover_spot(s, &spot, is_full ? "**" : out + column, &reach, i < hit->known);
		column += (size_t)spot_width(&spot);
	}
	if (is_final && is_new)
		mask_count(s, hit, chars);
	if (is_final && hit->rule < s->rules->count)
		mask_echo(s, s->line.text + hit->from, hit->to - hit->from - kept_bytes(s, hit));
}

void
mask_uncover_open(struct mask_stream *s)
{
	struct spot spot;

	for (size_t i = 0; i < s->line.count; i++) {
		if ((i > 0 && s->line.refs[i] == s->line.refs[i - 1]) || !load_spot(s, s->line.refs[i], &spot) || !spot.is_queued ||
		    !mask_sub_is_open(mask_queue_sub(&s->queue, spot.place)))
			continue;
		if (spot.place >= s->shown)
			mark_spot(s, &spot, GRID_MARK(MARK_SHOWN), false);
		for (int at = mask_char_bytes(s, spot.place) + joining_bytes(s, spot.place + (uint64_t)mask_char_bytes(s, spot.place)); at-- > 0;)
			mask_queue_set(&s->queue, spot.place + (uint64_t)at, (struct mask_sub){ 0 });
	}
}

uint64_t
mask_first_place(struct mask_stream *s, uint32_t from)
{
	uint64_t first = UINT64_MAX;
	struct spot spot;

	for (size_t i = from; i < s->line.count; i++)
		if (load_spot(s, s->line.refs[i], &spot) && spot.is_queued && spot.place < first)
			first = spot.place;
	return first;
}
