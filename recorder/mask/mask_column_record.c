/* SPDX-License-Identifier: ISC */
/*
 * A line for each column: psql's expanded tables, mysql's \G, sqlite3's line and JSON. Those that announce a record are believed;
 * without that, lines above or below must look the same.
 */
#include "config.h"

#include <string.h>

#include "lib/term/grid.h"
#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_inside.h"

#define LINES_MOST	64	/* of one value */

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_drawn(uint32_t c)
{
	return c == '-' || c == '+' || (c >= 0x2500 && c <= 0x257f);
}

/* "-[ RECORD 1 ]---", with any border, in any language. */
static bool
is_bracketed(const struct column_line *line)
{
	size_t i = 0, open, close;

	while (i < line->count && is_drawn(line->chars[i]))
		i++;
	open = i;
	while (i < line->count && line->chars[i] != ']')
		i++;
	close = i;
	if (open == 0 || open > 3 || close >= line->count || close < open + 5 || line->chars[open] != '[' || line->chars[open + 1] != ' ' ||
	    line->chars[close - 1] != ' ' || !is_digit(line->chars[close - 2]))
		return false;
	for (i = close + 1; i < line->count; i++)
		if (!is_drawn(line->chars[i]) && line->chars[i] != ' ')
			return false;
	return true;
}

/* "* Record 1" */
static bool
is_starred(const struct column_line *line)
{
	static const char word[] = "* Record ";
	size_t i = 0;

	for (; word[i] != '\0'; i++)
		if (i >= line->count || line->chars[i] != (uint32_t)(unsigned char)word[i])
			return false;
	return i < line->count && is_digit(line->chars[i]);
}

/* "****** 1. row ******" */
static bool
is_counted(const struct column_line *line)
{
	static const char word[] = ". row *";
	size_t i = 0;

	while (i < line->count && line->chars[i] == '*')
		i++;
	if (i < 3 || i + 2 >= line->count || line->chars[i] != ' ' || !is_digit(line->chars[i + 1]))
		return false;
	for (i++; i < line->count && is_digit(line->chars[i]); i++)
		;
	for (size_t k = 0; word[k] != '\0'; k++)
		if (i + k >= line->count || line->chars[i + k] != (uint32_t)(unsigned char)word[k])
			return false;
	return true;
}

static bool
announces(const struct column_line *line, enum record_kind *kind)
{
	*kind = is_bracketed(line) ? RECORD_BAR : is_starred(line) ? RECORD_BLANK : RECORD_COLON;
	return *kind != RECORD_COLON || is_counted(line);
}

/* Blanks, a name, and " = " or "|" behind it: the place of that; 0: it is none. *from: of the name. */
static size_t
key_end(const uint32_t *chars, size_t count, uint32_t sign, size_t *from)
{
	size_t i = 0;

	while (i < count && chars[i] == ' ' && sign != '|')
		i++;
	*from = i;
	while (i < count && column_is_name(chars[i], i == *from))
		i++;
	if (i == *from)
		return 0;
	if (sign == '=')
		return i + 2 < count + (chars[i] == ' ') && i + 1 < count && chars[i] == ' ' && chars[i + 1] == '=' ? i + 1 : 0;
	return i < count && chars[i] == sign ? i : 0;
}

#define KEY_MOST	128
#define GLYPH		UINT32_C(0x1fffff)

/* The same of a row of the screen. */
static size_t
key_of_row(const struct mask_stream *s, int row, uint32_t sign, size_t *from)
{
	uint32_t chars[KEY_MOST];
	size_t count = 0;
	int used = row >= 0 && row < grid_rows(s->grid) ? grid_row_used(s->grid, row) : 0;
	const struct grid_cell *cells = grid_cell(s->grid, row, 0);
	int behind = 0;	/* characters from the end of the name on, of which two decide */

	for (int col = 0; col < used && count < KEY_MOST && behind < 3; col++) {
		uint32_t glyph = cells[col].glyph & GLYPH;

		chars[count] = glyph != 0 ? glyph : ' ';
		if (behind > 0 || (chars[count] != ' ' && !column_is_name(chars[count], false)) || (chars[count] == ' ' && count > 0 && chars[count - 1] != ' '))
			behind++;
		count++;
	}
	return key_end(chars, count, sign, from);
}

void
mask_column_leave(struct mask_stream *s, int row)
{
	struct mask_columns *c = s->columns;

	const struct grid_cell *cells = grid_cell(s->grid, row, 0);
	int used = grid_row_used(s->grid, row), col = 0;
	bool has_bar = false;

	c->left_equal = 0;
	for (; col < used && cells[col].glyph != 0 && (cells[col].glyph & GLYPH) != ' ' && col < KEY_MOST; col++)
		has_bar |= (cells[col].glyph & GLYPH) == '|';
	c->left_bar = has_bar;
	if (col > 0 || used == 0) {	/* mostly text, whose first word is neither */
		c->left_bar = c->left_bar && key_of_row(s, row, '|', &c->left_from) != 0;
		if (col + 1 >= used || (cells[col + 1].glyph & GLYPH) != '=')
			return;
	}
	c->left_equal = key_of_row(s, row, '=', &c->left_from);
}

/* A row that looks the same: with its sign in the same place, and a name as long only where nothing is set in. */
static bool
agrees(const struct mask_stream *s, int row, uint32_t sign, size_t from, size_t end)
{
	const struct mask_columns *c = s->columns;
	bool has_left = row < 0 && c->line.follows_left;
	size_t other_from = c->left_from, other = has_left && sign == '=' ? c->left_equal : 0;

	if (has_left && sign == '|')
		return c->left_bar;
	if (!has_left)
		other = key_of_row(s, row, sign, &other_from);
	if (other == 0)
		return false;
	return sign == '|' || (other == end && (other_from != from || from == 0));
}

static uint32_t
start(struct mask_stream *s, const struct column_table *table, enum column_phase phase)
{
	return column_state(phase, column_keep(s->columns, 0, table), 0);
}

/* What is covered of a line with a name: the phase behind it. */
static enum column_phase
cover_value(struct mask_stream *s, struct column_table *table, size_t name, size_t end, size_t value)
{
	const struct column_line *line = &s->columns->line;
	uint32_t entry = line->is_gated ? column_find_chars(s, line->chars + name, end - name) : MASK_NO_RULE;
	size_t to = line->count;

	table->misfits = 0;
	if (entry == MASK_NO_RULE)
		return COLUMN_RECORD;
	if (table->is_boxed && to > value && column_is_bar(line->chars[to - 1]))
		to--;
	column_cover(s, value, to, entry);
	table->masked[0].entry = entry;
	return COLUMN_VALUE;
}

/* It cannot be told before the next line has come. */
static uint32_t
wait(struct mask_stream *s)
{
	const struct column_line *line = &s->columns->line;
	uint64_t place = mask_first_place(s, line->count > 0 ? line->at[0] : 0);

	s->wait = place < s->wait ? place : s->wait;
	return column_state(COLUMN_WAIT, 0, 0);
}

/* "    email = a@b" (sqlite3's line), or "email|a@b" (psql, expanded and unaligned). */
static uint32_t
begin_unannounced(struct mask_stream *s, uint32_t sign)
{
	struct mask_columns *c = s->columns;
	const struct column_line *line = &c->line;
	size_t name, end = key_end(line->chars, line->count, sign, &name);
	bool is_above, is_below;

	memset(&c->draft, 0, sizeof c->draft);
	if (end == 0 || line->is_cut || column_find_chars(s, line->chars + name, end - name - (sign == '=')) == MASK_NO_RULE)
		return 0;
	is_above = agrees(s, line->row - 1, sign, name, end);
	is_below = line->end < grid_rows(s->grid) && agrees(s, line->end, sign, name, end);
	if (!is_above && (sign == '|' || !is_below))
		return sign == '=' && line->may_wait ? wait(s) : 0;
	c->draft.kind = sign == '=' ? RECORD_EQUAL : RECORD_LIST;
	c->draft.bar = (uint32_t)end;
	return start(s, &c->draft, cover_value(s, &c->draft, name, end - (sign == '='), end + 1));
}

uint32_t
column_begin_record(struct mask_stream *s, uint32_t before)
{
	struct mask_columns *c = s->columns;
	enum record_kind kind;
	uint32_t state;

	(void)before;
	if (announces(&c->line, &kind)) {
		memset(&c->draft, 0, sizeof c->draft);
		c->draft.kind = kind;
		c->draft.is_boxed = kind == RECORD_BAR && (c->line.chars[0] == '+' || c->line.chars[0] > 0x2501);
		return start(s, &c->draft, COLUMN_RECORD);
	}
	state = begin_unannounced(s, '=');
	return state != 0 ? state : begin_unannounced(s, '|');
}

/* Name and value of the line, in the places that its record has them in. *value: 0: the line is of the value before. */
static bool
split(const struct column_line *line, struct column_table *table, size_t *name, size_t *end, size_t *value)
{
	size_t i = table->is_boxed ? 1 : 0;

	*name = i;
	switch (table->kind) {
	case RECORD_BAR:
		for (; i < line->count && !column_is_bar(line->chars[i]); i++)
			;
		if (i == line->count || (table->bar != 0 && i != table->bar))
			return false;
		table->bar = (uint32_t)i;
		*end = i;
		*value = i + 1;
		break;
	case RECORD_BLANK:
		while (i < line->count && line->chars[i] != ' ')
			i++;
		*end = *value = i;
		break;
	case RECORD_COLON:
		*end = key_end(line->chars, line->count, ':', name);
		if (*end == 0 || (table->bar != 0 && *end != table->bar))
			return false;
		table->bar = (uint32_t)*end;
		*value = *end + 1;
		break;
	case RECORD_EQUAL:
		*end = key_end(line->chars, line->count, '=', name);
		if (*end != table->bar)
			return false;
		*value = *end + 1;
		*end -= 1;
		break;
	case RECORD_LIST:
		*end = key_end(line->chars, line->count, '|', name);
		*value = *end + 1;
		if (*end == 0)
			return false;
		break;
	}
	while (*end > *name && line->chars[*end - 1] == ' ')
		--*end;
	while (*name < *end && line->chars[*name] == ' ')
		++*name;
	return true;
}

static uint32_t
more_of_value(struct mask_stream *s, uint32_t before, unsigned slot, size_t from)
{
	struct column_table *table = &s->columns->slots[slot];
	const struct column_line *line = &s->columns->line;
	size_t to = line->count;

	if (table->misfits >= LINES_MOST)
		return 0;
	table->misfits += !line->is_open;
	if (table->is_boxed && to > from && column_is_bar(line->chars[to - 1]))
		to--;
	if (column_phase(before) == COLUMN_VALUE)
		column_cover(s, from, to, table->masked[0].entry);
	return before & COLUMN_STATE;
}

/* Blank lines end it where programs print none within a record. */
static bool
is_over(const struct column_line *line, const struct column_table *table, uint32_t before)
{
	if (column_is_footer(line))
		return true;
	if (table->kind == RECORD_BAR || table->kind == RECORD_BLANK)
		return line->is_apart || (table->kind == RECORD_BLANK && column_is_prompt(line));
	return column_is_prompt(line) || (line->is_apart && table->kind == RECORD_COLON && column_phase(before) == COLUMN_RECORD);
}

uint32_t
column_record(struct mask_stream *s, uint32_t before, unsigned slot)
{
	struct column_table *table = &s->columns->slots[slot];
	const struct column_line *line = &s->columns->line;
	size_t name = 0, end = 0, value = 0;
	enum record_kind kind;

	if (announces(line, &kind))
		return column_state(COLUMN_RECORD, slot, 0);
	if (is_over(line, table, before))
		return 0;
	if (line->is_cut)
		return more_of_value(s, before, slot, 0);
	if (!split(line, table, &name, &end, &value)) {
		if (table->kind == RECORD_BAR && column_is_prompt(line))
			return 0;
		return more_of_value(s, before, slot, 0);
	}
	if (name == end)
		return more_of_value(s, before, slot, value);
	return column_state(cover_value(s, table, name, end, value), slot, 0);
}

/* Behind the string that begins at `i`; *is_whole: its quote has come. */
static size_t
over_string(const struct column_line *line, size_t i, bool *is_whole)
{
	*is_whole = false;
	for (i++; i < line->count; i++) {
		if (line->chars[i] == '\\')
			i++;
		else if (line->chars[i] == '"') {
			*is_whole = true;
			return i + 1;
		}
	}
	return line->count;
}

static size_t
cover_member(struct mask_stream *s, size_t i, uint32_t entry)
{
	const struct column_line *line = &s->columns->line;
	size_t from = i;
	bool is_whole;

	if (i < line->count && line->chars[i] == '"') {
		i = over_string(line, i, &is_whole);
		column_cover(s, from + 1, is_whole ? i - 1 : i, entry);
		return i;
	}
	while (i < line->count && line->chars[i] != ',' && line->chars[i] != '}')
		i++;
	column_cover(s, from, i, entry);
	return i;
}

/* sqlite3's json: an object a line, without blanks. */
bool
column_json(struct mask_stream *s)
{
	const struct column_line *line = &s->columns->line;
	size_t i = 0;

	i += i < line->count && line->chars[i] == '[';
	if (i + 1 >= line->count || line->chars[i] != '{' || line->chars[i + 1] != '"')
		return false;
	for (i++; i < line->count;) {
		size_t from = i;
		uint32_t entry;
		bool is_whole;

		if (line->chars[i] != '"') {
			i++;
			continue;
		}
		i = over_string(line, i, &is_whole);
		if (i >= line->count || line->chars[i] != ':')
			continue;
		entry = column_find_chars(s, line->chars + from + 1, i - from - 2);
		if (entry != MASK_NO_RULE)
			i = cover_member(s, i + 1, entry);
	}
	return true;
}
