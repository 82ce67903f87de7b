/* SPDX-License-Identifier: ISC */
/*
 * Values in a typed line. The line is matched as it was typed, before and after each correction, and as it stands on the screen: a
 * value that was put together by other means hides the whole line.
 */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_gate.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_keys.h"

#define OVERLAP		1024	/* of two pieces of a long line */
#define CORRECTIONS	64	/* more than these, and the line is covered */
#define UNKNOWN		'2'	/* in place of a key that is not stored: it fits into most values */

static void
cover_keys(struct mask_input *in, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		in->keys[i].is_covered = true;
}

/* text[from, to) of the typed line, and what was typed in the middle of it and taken back. */
static void
cover_text(struct mask_input *in, size_t from, size_t to)
{
	if (from < to)
		cover_keys(in, in->typed.refs[from], in->typed.refs[to - 1] + 1);
}

/* What the rules find in `line`. */
static bool
search(struct mask_input *in, const struct mask_line *line, bool is_open)
{
	struct mask_gate_set candidates;

	in->hits.count = in->hits.near_count = 0;
	in->hits.held = MASK_NOWHERE;
	in->hits.opened = MASK_NO_RULE;
	in->hits.wants_near = false;
	if (!mask_match_gate(in->params.match, line->text, line->count, &candidates))
		return false;
	mask_match_line(in->params.match, &candidates, line->text, line->count, is_open, &in->hits);
	return in->hits.count > 0 || in->hits.held != MASK_NOWHERE;
}

static void
match_typed(struct mask_input *in, bool is_open)
{
	if (!search(in, &in->typed, is_open))
		return;
	for (size_t i = 0; i < in->hits.count; i++)
		cover_text(in, in->hits.items[i].from, in->hits.items[i].to);
	if (in->hits.held != MASK_NOWHERE)
		cover_text(in, in->hits.held, in->typed.count);
}

static void
take_back(struct mask_line *line, uint8_t key)
{
	size_t count = line->count;

	if (key == KEY_KILL)
		count = 0;
	while (key == KEY_WORD && count > 0 && line->text[count - 1] == ' ')
		count--;
	while (key == KEY_WORD && count > 0 && line->text[count - 1] != ' ')
		count--;
	if ((key == KEY_BACK || key == KEY_DELETE) && count > 0)
		while (--count > 0 && ((uint8_t)line->text[count] & 0xc0) == 0x80)
			;
	line->count = count;
}

static void
add_key(struct mask_input *in, size_t i)
{
	struct mask_line *line = &in->typed;
	uint8_t bytes[4] = { UNKNOWN };
	size_t count = in->keys[i].state == KEY_ECHOED ? key_bytes(&in->keys[i], bytes) : 1;

	if (line->count + sizeof bytes > MASK_LINE_MOST) {
		match_typed(in, false);
		line->count = OVERLAP;
		memmove(line->text, line->text + MASK_LINE_MOST - sizeof bytes - OVERLAP, OVERLAP);
		memmove(line->refs, line->refs + MASK_LINE_MOST - sizeof bytes - OVERLAP, OVERLAP * sizeof *line->refs);
	}
	for (size_t b = 0; b < count; b++) {
		line->text[line->count] = (char)bytes[b];
		line->refs[line->count++] = (uint32_t)i;
	}
}

/* The line as it was typed, in the end; what is taken back is matched before. */
static void
type_again(struct mask_input *in, size_t to)
{
	unsigned corrections = 0;
	bool has_more = false;

	in->typed.count = 0;
	for (size_t i = in->first; i < to; i++) {
		uint32_t character = in->keys[i].character;

		if (in->keys[i].kind == KEY_CHAR) {
			add_key(in, i);
			has_more = true;
		}
		if (in->keys[i].kind != KEY_CONTROL ||
		    (character != KEY_BACK && character != KEY_KILL && character != KEY_WORD && character != KEY_DELETE))
			continue;
		if (has_more && ++corrections <= CORRECTIONS)
			match_typed(in, false);
		has_more = false;
		take_back(&in->typed, (uint8_t)character);
	}
	if (corrections > CORRECTIONS)
		cover_keys(in, in->first, to);
}

/* A name stands in a line above, and its value is looked for. */
static bool
go_seeking(struct mask_input *in, uint32_t before)
{
	struct mask_hit hit;

	if (!mask_match_seeks(in->params.match, in->until_rule))
		return false;
	switch (mask_match_sought(in->params.match, in->until_rule, in->typed.text, in->typed.count, &hit)) {
	case MASK_SOUGHT_ON:
		in->until_mark = before < mask_match_rules(in->params.match)->items[in->until_rule].lines ? before + 1 : 0;
		return true;
	case MASK_SOUGHT_FOUND:
		cover_text(in, hit.from, hit.to);
		return true;
	default:
		return true;
	}
}

/* A state that goes over lines: what it covers of this one, and whether it goes on. */
static void
go_on(struct mask_input *in)
{
	const struct mask_rule *rule = &mask_match_rules(in->params.match)->items[in->until_rule];
	uint32_t before = in->until_mark;
	uint32_t until;

	in->until_mark = 0;
	if ((before & ROW_LINES) == 0 || go_seeking(in, before))
		return;
	until = mask_match_until(in->params.match, in->until_rule, in->typed.text, in->typed.count, 0);
	if (until != MASK_NOWHERE)
		cover_text(in, 0, until);
	else if (mask_until_goes_on(rule, in->typed.text, in->typed.count, before, &in->until_mark))
		cover_text(in, 0, in->typed.count);
}

/* Something in the cells of the value was written since the line was begun. */
static bool
is_new(const struct mask_input *in, const struct mask_hit *hit)
{
	const struct grid *grid = in->params.grid;
	uint64_t since = grid_place(grid) - in->keys[in->first].place;

	for (uint32_t i = hit->from; i < hit->to; i++) {
		const struct grid_cell *cell = grid_cell(grid, (int)(in->line.refs[i] >> 16), (int)(in->line.refs[i] & 0xffff));

		if (cell != NULL && cell->glyph != 0 && (since > INT32_MAX || (uint32_t)grid_place(grid) - cell->origin <= since))
			return true;
	}
	return false;
}

/* Where text[from, to) of the screen's line stands in what was typed; MASK_LINE_MOST: nowhere. */
static size_t
find_typed(const struct mask_input *in, uint32_t from, uint32_t to)
{
	const char *at = memmem(in->typed.text, in->typed.count, in->line.text + from, to - from);

	return at != NULL ? (size_t)(at - in->typed.text) : MASK_LINE_MOST;
}

static void
match_screen(struct mask_input *in, size_t to, enum input_line where)
{
	const struct grid *grid = in->params.grid;
	int row, col;

	grid_cursor(grid, &row, &col);
	row -= where == INPUT_LINE_ABOVE;
	if (where == INPUT_LINE_GONE || row < 0)
		return;
	mask_line_span(grid, row, &in->line.first, &in->line.last);
	mask_line_build(&in->line, grid, NULL, false);
	if (!search(in, &in->line, false))
		return;
	for (size_t i = 0; i < in->hits.count; i++) {
		const struct mask_hit *hit = &in->hits.items[i];
		size_t at;

		if (!is_new(in, hit))
			continue;
		at = find_typed(in, hit->from, hit->to);
		if (at < MASK_LINE_MOST)
			cover_text(in, at, at + hit->to - hit->from);
		else
			cover_keys(in, in->first, to);
	}
}

/* Not entered yet, and it will not be seen again: its last word may be the beginning of anything. */
static void
cover_end(struct mask_input *in)
{
	size_t from = in->typed.count;

	while (from > 0 && in->typed.text[from - 1] != ' ')
		from--;
	cover_text(in, from, in->typed.count);
}

static bool
has_echoed(const struct mask_input *in, size_t to)
{
	for (size_t i = in->done; i < to; i++)
		if (in->keys[i].kind == KEY_CHAR && in->keys[i].state == KEY_ECHOED)
			return true;
	return false;
}

void
mask_typed_cover(struct mask_input *in, size_t to, enum input_line where, bool is_whole)
{
	uint32_t opened;

	if (to > in->first && in->keys[to - 1].character != '\r' && in->keys[to - 1].character != '\n')
		in->until_mark = 0;
	if (in->params.match == NULL || !has_echoed(in, to))
		return;
	type_again(in, to);
	match_typed(in, !is_whole);
	opened = in->hits.opened;
	match_screen(in, to, where);
	if (!is_whole)
		cover_end(in);
	go_on(in);
	if (opened != MASK_NO_RULE) {
		in->until_rule = opened;
		in->until_mark = 1;
	}
}
