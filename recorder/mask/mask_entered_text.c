/* SPDX-License-Identifier: ISC */
/*
 * Where on the screen the line at work stands: behind its prompt, which is known by its text. So the line is found again after
 * scrolls, redraws, lists of completions and other sizes of the window, which all move it.
 */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_command.h"
#include "recorder/mask/mask_entered_inside.h"
#include "recorder/mask/mask_inside.h"

#define ROWS_MOST	40	/* of one line that was entered */
#define NOWHERE		SIZE_MAX

/* ---- prompts ----------------------------------------------------------------------------------------------------- */

static void
build(struct mask_entered *e, int first, int last)
{
	e->line.first = first;
	e->line.last = last;
	mask_line_build(&e->line, e->params.grid, NULL, false);
}

/* Bytes of the row's line that stand left of a column. */
static size_t
left_of(const struct mask_entered *e, int row, int col)
{
	size_t i = 0;

	while (i < e->line.count && e->line.refs[i] < ((uint32_t)row << 16 | (uint32_t)col))
		i++;
	return i;
}

void
entered_anchor(struct mask_entered *e)
{
	int row, col, first, end = 0;
	size_t count;

	grid_cursor(e->params.grid, &row, &col);
	if (grid_wraps_next(e->params.grid))
		col++;
	for (first = row; first > 0 && grid_row_wrapped(e->params.grid, first - 1);)
		first--;
	build(e, first, row);
	count = left_of(e, row, col);
	if (count > 0 && e->line.refs[count - 1] >> 16 == (uint32_t)row)
		end = (int)(e->line.refs[count - 1] & 0xffff) + 1;
	e->has_anchor = count < PROMPT_MOST;
	if (!e->has_anchor)
		return;
	memcpy(e->anchor.text, e->line.text, count);
	e->anchor.count = count;
	e->anchor.pad = col > end ? col - end : 0;
}

void
entered_right(struct mask_entered *e)
{
	int row, col;
	size_t from, to;

	grid_cursor(e->params.grid, &row, &col);
	build(e, row, row);
	for (from = left_of(e, row, col); from < e->line.count && e->line.text[from] == ' ';)
		from++;
	for (to = e->line.count; to > from && e->line.text[to - 1] == ' ';)
		to--;
	e->right_count = to - from < PROMPT_MOST ? to - from : 0;
	memcpy(e->right, e->line.text + from, e->right_count);
}

/* Bytes of the text that are the prompt, if it begins with it. */
static size_t
behind(const struct prompt *prompt, const char *text, size_t count)
{
	size_t at = prompt->count < count ? prompt->count : count;

	if (memcmp(prompt->text, text, at) != 0)
		return NOWHERE;
	for (size_t i = at; i < prompt->count; i++)
		if (prompt->text[i] != ' ')
			return NOWHERE;
	for (int i = 0; i < prompt->pad && at < count && text[at] == ' '; i++)
		at++;
	return at;
}

/* A line was entered behind it. */
static void
learn(struct mask_entered *e, const struct prompt *prompt)
{
	for (size_t i = 0; i < PROMPTS_KNOWN; i++)
		if (e->known[i].count == prompt->count && memcmp(e->known[i].text, prompt->text, prompt->count) == 0)
			return;
	if (prompt->count > 0)
		e->known[e->known_next++ % PROMPTS_KNOWN] = *prompt;
}

/*
 * Those that may stand before the line, the best first. One that others begin with comes before them: then the others hold the
 * beginning of a line that was there before its first key.
 */
static size_t
candidates(const struct mask_entered *e, struct prompt out[PROMPTS_KNOWN + 1])
{
	bool has_anchor = e->has_anchor && e->anchor.count > 0;
	size_t count = 0;

	if (e->is_marked) {
		out[count++] = e->anchor;
		return count;
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < PROMPTS_KNOWN; i++) {
			const struct prompt *known = &e->known[i];
			bool begins = has_anchor && known->count < e->anchor.count && memcmp(known->text, e->anchor.text, known->count) == 0;

			if (known->count > 0 && begins == (pass == 0))
				out[count++] = *known;
		}
		if (pass == 0 && has_anchor)
			out[count++] = e->anchor;
	}
	return count < PROMPTS_KNOWN + 1 ? count : PROMPTS_KNOWN + 1;
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

/* Without a prompt at the right edge. */
static size_t
without_right(const struct mask_entered *e, size_t from)
{
	size_t count = e->line.count, at;

	while (count > from && e->line.text[count - 1] == ' ')
		count--;
	if (e->right_count == 0 || count < from + e->right_count || e->line.first != e->line.last)
		return count;
	at = count - e->right_count;
	if (memcmp(e->line.text + at, e->right, e->right_count) != 0 || (at > from && e->line.text[at - 1] != ' '))
		return count;
	return at;
}

/* line.text[from, to) behind what there is; what masking has covered is covered here. */
static void
add(struct mask_entered *e, size_t from, size_t to)
{
	for (size_t i = from; i < to && e->count < MASK_ENTERED_MOST; i++) {
		const struct grid_cell *cell = grid_cell(e->params.grid, (int)(e->line.refs[i] >> 16), (int)(e->line.refs[i] & 0xffff));
		bool is_covered = cell != NULL && (cell->glyph & (GRID_MARK(MARK_RECORDED) | GRID_MARK(MARK_SHOWN))) != 0;

		if (is_covered && i > from && e->line.refs[i] == e->line.refs[i - 1])
			continue;	/* a byte of the same character */
		e->text[e->count++] = is_covered ? '*' : e->line.text[i];
	}
	while (e->count > 0 && ((uint8_t)e->text[e->count - 1] & 0xc0) == 0x80 && e->count == MASK_ENTERED_MOST)
		e->count--;
	e->text[e->count] = '\0';
}

static void
trim(struct mask_entered *e)
{
	while (e->count > 0 && (e->text[e->count - 1] == ' ' || e->text[e->count - 1] == '\n'))
		e->count--;
	e->text[e->count] = '\0';
}

/* The last row that the line at `row` goes on in. */
static int
last_of(const struct mask_entered *e, int row)
{
	bool is_wrap;

	while (row + 1 < grid_rows(e->params.grid) && mask_line_joins(e->params.grid, row, &is_wrap) && grid_row_used(e->params.grid, row + 1) > 0)
		row++;
	return row;
}

/* The place of a cell's byte in the output, counted back from now. */
static uint32_t
age_of(const struct mask_entered *e, uint32_t ref)
{
	const struct grid_cell *cell = grid_cell(e->params.grid, (int)(ref >> 16), (int)(ref & 0xffff));

	return cell != NULL && cell->glyph != 0 ? (uint32_t)grid_place(e->params.grid) - cell->origin : UINT32_MAX;
}

static void
add_row(struct mask_entered *e, size_t from)
{
	while (e->count > 0 && e->text[e->count - 1] == ' ')
		e->count--;
	if (e->count < MASK_ENTERED_MOST)
		e->text[e->count++] = '\n';
	add(e, from, without_right(e, from));
}

/* Rows below that were written later than the prompt belong to the line. */
static void
add_below(struct mask_entered *e, uint32_t age)
{
	for (int row = e->line.last + 1; row < grid_rows(e->params.grid) && grid_row_used(e->params.grid, row) > 0; row = e->line.last + 1) {
		size_t i = 0;

		build(e, row, last_of(e, row));
		while (i < e->line.count && e->line.text[i] == ' ')
			i++;
		if (i == e->line.count || age_of(e, e->line.refs[i]) >= age)
			return;
		add_row(e, 0);
	}
}

/* The cursor's line, or one that goes on in its row, begins with the prompt. */
static bool
find_here(struct mask_entered *e, const struct prompt *prompt, int row)
{
	int last = last_of(e, row);
	bool is_wrap;

	for (int first = row; first >= 0 && row - first < ROWS_MOST; first--) {
		uint32_t age;
		size_t at;

		if (first < row && !mask_line_joins(e->params.grid, first, &is_wrap))
			break;
		build(e, first, last);
		at = behind(prompt, e->line.text, e->line.count);
		if (at == NOWHERE)
			continue;
		age = at > 0 ? age_of(e, e->line.refs[at - 1]) : 0;
		add(e, at, without_right(e, at));
		add_below(e, age);
		return true;
	}
	return false;
}

/* Several rows that were entered as one line, such as a loop from the history or something pasted. */
static bool
find_above(struct mask_entered *e, const struct prompt *prompt, int row)
{
	int first = row;
	uint32_t age;
	size_t at = NOWHERE;

	while (at == NOWHERE && first > 0 && row - first < ROWS_MOST) {
		first--;
		build(e, first, last_of(e, first));
		at = behind(prompt, e->line.text, e->line.count);
	}
	if (at == NOWHERE || prompt->count == 0)
		return false;
	age = at > 0 ? age_of(e, e->line.refs[at - 1]) : 0;
	add(e, at, without_right(e, at));
	add_below(e, age);
	return true;
}

static bool
ends_with(const struct mask_entered *e, const struct typed *typed)
{
	size_t count = e->line.count, length = typed->count;

	while (length > 0 && typed->text[length - 1] == ' ')
		length--;
	while (count > 0 && e->line.text[count - 1] == ' ')
		count--;
	return length > 0 && count >= length && memcmp(e->line.text + count - length, typed->text, length) == 0;
}

/* The line as its keys say, which stand at the end of what is on the screen. */
static bool
find_typed(struct mask_entered *e, const struct typed *typed, int row)
{
	size_t length = typed->count, count;
	bool is_wrap;
	int first = row;

	if (!typed->is_plain || length == 0)
		return false;
	while (first > 0 && row - first < ROWS_MOST && mask_line_joins(e->params.grid, first - 1, &is_wrap))
		first--;
	build(e, first, last_of(e, row));
	if (!ends_with(e, typed))
		return false;
	while (length > 0 && typed->text[length - 1] == ' ')
		length--;
	for (count = e->line.count; count > 0 && e->line.text[count - 1] == ' ';)
		count--;
	add(e, count - length, count);
	return true;
}

/* The driver has shown these keys, with the output of others in between. */
static bool
take_driven(struct mask_entered *e, const struct typed *typed)
{
	if (!typed->is_plain || !typed->is_driven || typed->count == 0)
		return false;
	memcpy(e->text, typed->text, typed->count);
	e->count = typed->count;
	e->text[e->count] = '\0';
	return true;
}

/* A search in the history shows what it has found behind what is looked for. */
static bool
find_searched(struct mask_entered *e, int row)
{
	static const char *const leads[] = { "(reverse-i-search)`", "(i-search)`", "(failed reverse-i-search)`", "(failed i-search)`" };
	const char *at;

	build(e, row, last_of(e, row));
	for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
		if (e->line.count < strlen(leads[i]) || memcmp(e->line.text, leads[i], strlen(leads[i])) != 0)
			continue;
		at = memmem(e->line.text, e->line.count, "': ", 3);
		if (at != NULL)
			add(e, (size_t)(at - e->line.text) + 3, e->line.count);
		return true;
	}
	return false;
}

/* Nothing that is known stands before it. */
static bool
find_anyhow(struct mask_entered *e, int row)
{
	const struct prompt *anchor = &e->anchor;
	int first = row;
	size_t at;

	while (first > 0 && grid_row_wrapped(e->params.grid, first - 1))
		first--;
	build(e, first, last_of(e, row));
	if (e->has_anchor && !e->is_afloat && anchor->count == 0)
		at = behind(anchor, e->line.text, e->line.count);
	else
		at = mask_prompt_end(e->line.text, e->line.count, 0);
	if (at == 0 && (!e->has_anchor || e->is_afloat || anchor->count > 0))
		return false;
	add(e, at, without_right(e, at));
	return true;
}

/* ---- the line ---------------------------------------------------------------------------------------------------- */

/* zsh goes to the row below, where a search was, before it answers. */
static bool
find_below(struct mask_entered *e, const struct prompt *prompt, int row)
{
	size_t i = 0;

	build(e, row, row);
	while (i < e->line.count && e->line.text[i] == ' ')
		i++;
	return row > 0 && i == e->line.count && find_here(e, prompt, row - 1);
}

/* What was typed ahead is found only where it is shown as typed, behind a prompt. */
static bool
find_ahead(struct mask_entered *e, const struct typed *typed, const struct prompt *prompts, size_t count, int row)
{
	for (size_t i = 0; i < count; i++) {
		if (!find_here(e, &prompts[i], row))
			continue;
		trim(e);
		if (e->count > 0 && (e->is_marked || !typed->is_plain || ends_with(e, typed)))
			return true;
		e->count = 0;
	}
	if (find_typed(e, typed, row) || take_driven(e, typed))
		return true;
	for (size_t i = 0; typed->was_empty && !typed->is_plain && i < count; i++)
		if (find_below(e, &prompts[i], row))
			return true;
	return false;
}

static bool
find(struct mask_entered *e, const struct typed *typed, bool is_strict)
{
	struct prompt prompts[PROMPTS_KNOWN + 1];
	size_t count = candidates(e, prompts);
	int row, col;

	grid_cursor(e->params.grid, &row, &col);
	if (is_strict)
		return find_ahead(e, typed, prompts, count, row);
	for (size_t i = 0; i < count; i++) {
		if (!find_here(e, &prompts[i], row))
			continue;
		trim(e);
		if (e->count > 0)
			learn(e, &prompts[i]);
		return true;
	}
	if (find_searched(e, row) || find_typed(e, typed, row) || take_driven(e, typed))
		return true;
	for (size_t i = 0; !typed->is_plain && i < count; i++)	/* plain keys make one row, and would stand in it */
		if (find_above(e, &prompts[i], row))
			return true;
	return find_anyhow(e, row);
}

bool
entered_find(struct mask_entered *e, const struct typed *typed, bool is_strict)
{
	bool is_found;

	e->count = 0;
	e->text[0] = '\0';
	is_found = find(e, typed, is_strict);
	trim(e);
	return is_found;
}
