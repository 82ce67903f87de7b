/* SPDX-License-Identifier: ISC */
/*
 * Tables without a rule: CSV, unaligned, tabs, sqlite3's list. The first line is taken for a header only if it is nothing but
 * names and one separator, and a line for a row only if it has as many of them.
 */
#include "config.h"

#include <string.h>

#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_inside.h"

#define FIELDS_MOST	2000
#define QUOTED_MOST	256	/* lines in a row that end inside of quotes: then it was no value, and no table */
#define MISFITS		16	/* lines of one value, where line feeds are printed as they are */

/* A separator of one character that stands in other lines too needs three names to be believed. */
static bool
is_usual(const struct column_table *table)
{
	uint32_t c = table->separator[0];

	return table->separator_count > 1 || c == ',' || c == ';' || c == '|' || c == '\t';
}

static bool
may_separate(uint32_t c)
{
	return c < 0x80 && c != 0 && strchr(",;|\t~^:#!%*<>", (int)c) != NULL;
}

static bool
is_here(const struct column_line *line, size_t i, const struct column_table *table)
{
	for (size_t k = 0; k < table->separator_count; k++)
		if (i + k >= line->count || line->chars[i + k] != table->separator[k])
			return false;
	return table->separator_count > 0;
}

/* Behind the name at `i`, with quotes or without; `i` if there is none. *from, *to: it without quotes. */
static size_t
take_name(const struct column_line *line, size_t i, size_t *from, size_t *to)
{
	bool is_quoted = i < line->count && line->chars[i] == '"';

	*from = i += is_quoted;
	while (i < line->count && i - *from < COLUMN_NAME &&
	    (column_is_name(line->chars[i], i == *from) || (is_quoted && (line->chars[i] == ' ' || line->chars[i] == '-'))))
		i++;
	*to = i;
	if (i == *from)
		return *from - is_quoted;
	if (is_quoted)
		return i < line->count && line->chars[i] == '"' ? i + 1 : *from - 1;
	return i;
}

/* What was typed ahead stands before the first name: that begins behind all that is in no name. */
static size_t
skip_typed(const struct column_line *line)
{
	size_t i = 0, from = 0;

	while (i < line->count && (!may_separate(line->chars[i]) || line->chars[i] == '*' || line->chars[i] == ':' || line->chars[i] == '#'))
		i++;
	for (from = i; from > 0 && column_is_name(line->chars[from - 1], false); from--)
		;
	while (from < i && !column_is_name(line->chars[from], true))
		from++;
	return from;
}

static bool
take_separator(const struct column_line *line, size_t i, struct column_table *table)
{
	while (i < line->count && may_separate(line->chars[i]) && table->separator_count < COLUMN_STRING) {
		if (line->chars[i] == '\t' && table->separator_count > 0)
			break;
		table->separator[table->separator_count++] = line->chars[i++];
		if (line->chars[i - 1] == '\t')
			break;
	}
	return table->separator_count > 0;
}

static bool
begin_at(struct mask_stream *s, struct column_table *table, size_t i)
{
	const struct column_line *line = &s->columns->line;
	size_t from, to, behind;

	memset(table, 0, sizeof *table);
	if (line->is_cut)
		return false;
	for (;;) {
		uint32_t entry;

		behind = take_name(line, i, &from, &to);
		if (behind == i || table->fields == FIELDS_MOST)
			return false;
		entry = column_find_chars(s, line->chars + from, to - from);
		if (entry != MASK_NO_RULE && table->masked_count < COLUMN_MASKED)
			table->masked[table->masked_count++] = (struct column_masked){ table->fields, table->fields, entry };
		table->fields++;
		i = behind;
		if (i == line->count)
			break;
		if (table->separator_count == 0 ? !take_separator(line, i, table) : !is_here(line, i, table))
			return false;
		i += table->separator_count;
	}
	return table->masked_count > 0 && table->fields >= (is_usual(table) ? 2 : 3);
}

bool
column_begin_fields(struct mask_stream *s, struct column_table *table)
{
	size_t from;

	if (begin_at(s, table, 0))
		return true;
	from = skip_typed(&s->columns->line);
	return from > 0 && begin_at(s, table, from) && is_usual(table) && table->fields >= 3;
}

/* Where the line is, as its fields are passed. */
struct walk {
	struct column_line	*line;
	struct column_table	*table;
	size_t			 i, begin;	/* begin: of the field */
	bool			 is_quoted;
	bool			 may_quote;
};

/* To the end of the field; false: the line ends here. */
static bool
to_separator(struct walk *w)
{
	const struct column_line *line = w->line;

	for (; w->i < line->count; w->i++) {
		if (w->is_quoted) {
			if (line->chars[w->i] != '"')
				continue;
			if (w->i + 1 < line->count && line->chars[w->i + 1] == '"')
				w->i++;
			else
				w->is_quoted = false;
		} else if (is_here(line, w->i, w->table)) {
			return true;
		} else if (w->may_quote && w->i == w->begin && line->chars[w->i] == '"') {
			w->is_quoted = true;
		}
	}
	return false;
}

static void
next_field(struct walk *w)
{
	w->i += w->table->separator_count;
	w->begin = w->i;
}

bool
column_knows_fields(const struct mask_stream *s, unsigned slot)
{
	struct mask_columns *c = s->columns;
	struct walk w = { .line = &c->line, .table = &c->slots[slot], .may_quote = true };
	uint32_t count = 1;

	if (!w.table->is_proven || w.table->fields < 3)
		return false;
	for (; to_separator(&w); next_field(&w))
		count++;
	return count == w.table->fields;
}

static uint32_t
entry_of(const struct column_table *table, uint32_t field)
{
	for (size_t i = 0; i < table->masked_count; i++)
		if (table->masked[i].from == field)
			return table->masked[i].entry;
	return MASK_NO_RULE;
}

/* Separators of the line; *is_quoted: the line ends inside of quotes. */
static uint32_t
count_fields(struct walk w, bool *is_quoted)
{
	uint32_t count = 0;

	for (; to_separator(&w); next_field(&w))
		count++;
	*is_quoted = w.is_quoted;
	return count;
}

/* Of `extra` separators more than there should be, nobody knows where: a column is any field that it might be. */
static void
cover_fields(struct mask_stream *s, struct walk w, uint32_t first, uint32_t extra)
{
	uint32_t field = first, entry = MASK_NO_RULE;

	for (bool is_more = true; is_more; field++) {
		is_more = to_separator(&w);
		for (uint32_t back = 0; back <= extra && back <= field && entry == MASK_NO_RULE; back++)
			entry = entry_of(w.table, field - back);
		if (entry != MASK_NO_RULE)
			column_cover(s, w.begin, w.i, entry);
		entry = MASK_NO_RULE;
		if (is_more)
			next_field(&w);
	}
}

/* Fewer separators than a row has: a line feed in a value, or no row. */
static uint32_t
partial(struct mask_stream *s, const struct walk *w, uint32_t first, uint32_t count, unsigned slot)
{
	struct column_table *table = w->table;
	uint32_t last = first + count;
	bool is_firm = table->is_proven || table->separator[0] == '|' || table->separator[0] == '\t' || table->separator_count > 1;

	if (!is_firm || table->misfits >= MISFITS)
		return 0;
	table->misfits++;
	if (count == 0 && first == 0) {	/* more of the row before */
		uint32_t entry = entry_of(table, table->fields - 1);

		if (!table->is_proven)
			return 0;
		if (entry != MASK_NO_RULE)
			column_cover(s, 0, w->line->count, entry);
		return column_state(COLUMN_FIELDS, slot, 0);
	}
	cover_fields(s, *w, first, 0);
	return last > 255 ? 0 : column_state(COLUMN_FIELDS, slot, last);
}

uint32_t
column_fields(struct mask_stream *s, uint32_t before, unsigned slot)
{
	struct column_line *line = &s->columns->line;
	struct column_table *table = &s->columns->slots[slot];
	struct walk w = { .line = line, .table = table, .is_quoted = column_phase(before) == COLUMN_QUOTED };
	uint32_t first = before >> 24, count;
	bool is_quoted, is_list = table->separator_count > 1 || (table->separator[0] != ',' && table->separator[0] != ';');

	w.may_quote = !is_list;
	if (!w.is_quoted && (line->is_apart || column_is_footer(line) || column_is_prompt(line)))
		return 0;
	if (line->is_cut) {
		column_cover(s, 0, line->count, table->masked[0].entry);
		return column_state(COLUMN_FIELDS, slot, 0);
	}
	count = count_fields(w, &is_quoted);
	if (first + count + 1 > table->fields) {
		if (!table->is_proven && !is_list)
			return 0;
		if (first > 0 && count + 1 == table->fields)	/* what was to go on has not; this is a row */
			first = 0;
		cover_fields(s, w, first, first + count + 1 - table->fields);
		return column_state(COLUMN_FIELDS, slot, 0);
	}
	if (line->is_open) {
		cover_fields(s, w, first, 0);
		return before & COLUMN_STATE;
	}
	if (is_quoted && table->quoted++ < QUOTED_MOST) {
		cover_fields(s, w, first, 0);
		return first + count > 255 ? 0 : column_state(COLUMN_QUOTED, slot, first + count);
	}
	if (first + count + 1 < table->fields)
		return partial(s, &w, first, count, slot);
	cover_fields(s, w, first, 0);
	table->is_proven = true;
	table->misfits = 0;
	table->quoted = is_quoted ? table->quoted : 0;
	return is_quoted ? 0 : column_state(COLUMN_FIELDS, slot, 0);
}
