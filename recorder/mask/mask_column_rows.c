/* SPDX-License-Identifier: ISC */
/*
 * Tables with a rule below their header: psql's aligned and wrapped ones with any border and line style, mysql's boxes,
 * sqlite3's column, box, table and markdown. The rule says where the columns are.
 */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/width.h"
#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_inside.h"

#define MISFITS_BOXED	255	/* lines of one cell, where line feeds are printed as they are */
#define MISFITS_TIGHT	16
#define MISFITS_LOOSE	3

/* Places are columns of the screen, or, where a program counts so, characters. */
enum unit { BY_PLACE, BY_CHARACTER };

static bool
is_dash(uint32_t c)
{
	return c == '-' || c == 0x2500 || c == 0x2501 || c == 0x2550 || c == 0x2504 || c == 0x2505 || c == 0x2508 || c == 0x2509;
}

static bool
is_joint(uint32_t c)
{
	return c == '+' || c == '|' || (c >= 0x2502 && c <= 0x254b) || (c >= 0x2551 && c <= 0x256c);
}

static bool
is_marker(uint32_t c)
{
	return c == '+' || c == '.' || c == 0x2026 || c == 0x21b5;
}

/* Only dashes, and what joins them. */
static bool
is_rule(const struct column_line *line)
{
	size_t dashes = 0;

	for (size_t i = 0; i < line->count; i++) {
		if (is_dash(line->chars[i]))
			dashes++;
		else if (!is_joint(line->chars[i]) && line->chars[i] != ' ')
			return false;
	}
	return dashes >= 2;
}

static uint32_t
place_of(const struct column_line *line, size_t i, enum unit unit)
{
	return unit == BY_PLACE ? line->place[i] : (uint32_t)i;
}

/* The name between two places of the kept header. */
static uint32_t
find_name(struct mask_stream *s, uint32_t from, uint32_t to, bool may_cut)
{
	struct mask_columns *c = s->columns;
	size_t begin = c->header_count, end = 0;
	uint32_t entry;

	from += (uint32_t)c->header_typed;
	to += (uint32_t)c->header_typed;

	while (c->header_at < c->header_count && c->header_place < to) {
		uint32_t character;
		int bytes = text_decode((const uint8_t *)c->header + c->header_at, c->header_count - c->header_at, &character);

		bytes = bytes > 0 ? bytes : 1;
		if (c->header_place >= from) {
			begin = begin < c->header_at ? begin : c->header_at;
			end = c->header_at + (size_t)bytes;
		}
		c->header_place += (size_t)(bytes == 1 ? 1 : width_of(character));
		c->header_at += (size_t)bytes;
	}
	entry = begin < end ? column_find(s, c->header + begin, end - begin) : MASK_NO_RULE;
	if (entry == MASK_NO_RULE && may_cut && end - begin == to - from)
		entry = column_find_cut(s, c->header + begin, end - begin);
	return entry;
}

static void
add_masked(struct column_table *table, uint32_t from, uint32_t to, uint32_t entry)
{
	if (table->masked_count == COLUMN_MASKED) {
		table->masked[COLUMN_MASKED - 1].to = to;
		return;
	}
	table->masked[table->masked_count++] = (struct column_masked){ from, to, entry };
}

static void
add_joint(struct column_table *table, uint32_t place)
{
	if (table->joint_count < COLUMN_JOINTS)
		table->joints[table->joint_count++] = (uint16_t)place;
}

/* sqlite3's column mode puts two blanks between columns, and cuts names that are wider than theirs. */
static bool
is_wide(const struct column_line *line)
{
	for (size_t i = 1; i < line->count; i++)
		if (line->chars[i] == ' ')
			return line->chars[i - 1] == ' ' || (i + 1 < line->count && line->chars[i + 1] == ' ');
	return false;
}

/* The dashes from `i` on are one column. What is behind them. */
static size_t
take_span(struct mask_stream *s, struct column_table *table, size_t i)
{
	const struct column_line *line = &s->columns->line;
	uint32_t from = line->place[i], entry;

	while (i < line->count && is_dash(line->chars[i]))
		i++;
	entry = find_name(s, from, line->place[i], is_wide(line));
	if (entry != MASK_NO_RULE)
		add_masked(table, from, i == line->count ? UINT32_MAX : line->place[i], entry);
	table->fields++;
	return i;
}

/* Text of the header that is above no column: then it is none. */
static bool
header_fits(const struct mask_stream *s, const struct column_table *table)
{
	const struct mask_columns *c = s->columns;
	size_t begin = c->header_typed, place = 0, joint = 0;

	for (size_t i = 0; i < c->header_count;) {
		uint32_t character;
		int bytes = text_decode((const uint8_t *)c->header + i, c->header_count - i, &character);

		if (place > begin + table->width)
			return false;
		while (joint < table->joint_count && begin + table->joints[joint] < place)
			joint++;
		if (joint < table->joint_count && begin + table->joints[joint] == place &&
		    !(table->is_tight ? column_is_bar(character) : character == ' '))
			return false;
		place += (size_t)(bytes <= 1 ? 1 : width_of(character));
		i += (size_t)(bytes > 0 ? bytes : 1);
	}
	return true;
}

static size_t
header_width(const struct mask_columns *c)
{
	size_t width = 0;

	for (size_t i = 0; i < c->header_count;) {
		uint32_t character;
		int bytes = text_decode((const uint8_t *)c->header + i, c->header_count - i, &character);

		width += (size_t)(bytes <= 1 ? 1 : width_of(character));
		i += (size_t)(bytes > 0 ? bytes : 1);
	}
	return width;
}

static bool
begin_rows(struct mask_stream *s, struct column_table *table)
{
	const struct column_line *line = &s->columns->line;
	size_t blanks = 0;

	memset(table, 0, sizeof *table);
	s->columns->header_at = s->columns->header_place = 0;
	if (!is_rule(line) || line->is_cut)
		return false;
	for (size_t i = 0; i < line->count;) {
		if (is_dash(line->chars[i])) {
			i = take_span(s, table, i);
			continue;
		}
		table->is_tight = table->is_tight || line->chars[i] != ' ';
		blanks += line->chars[i] == ' ';
		add_joint(table, line->place[i++]);
	}
	if (table->masked_count == 0 || (table->is_tight && blanks > 0))
		return false;
	table->width = line->place[line->count];
	table->is_boxed = is_joint(line->chars[0]) && line->chars[0] != '|';
	table->is_wide = !table->is_tight && is_wide(line);
	return header_fits(s, table);
}

/* What was typed ahead may stand before the header: then that ends where the rule ends. */
bool
column_begin_rows(struct mask_stream *s, struct column_table *table)
{
	struct mask_columns *c = s->columns;
	size_t header = header_width(c), rule = c->line.place[c->line.count];

	c->header_typed = 0;
	if (begin_rows(s, table))
		return true;
	if (header <= rule || !is_rule(&c->line))
		return false;
	c->header_typed = header - rule;
	return begin_rows(s, table);
}

/* Each joint of the table that the line reaches has a bar, or a blank. */
static bool
fits(const struct column_line *line, const struct column_table *table, enum unit unit)
{
	size_t i = 0, bars = 0;
	uint32_t width = place_of(line, line->count, unit);

	if (table->is_boxed && line->count > 0 && !column_is_bar(line->chars[0]))
		return false;
	if (width > table->width + 1 || (line->is_apart && table->is_wide && !line->is_open && width < table->width))
		return false;
	for (size_t j = 0; j < table->joint_count; j++) {
		while (i < line->count && place_of(line, i, unit) < table->joints[j])
			i++;
		if (i == line->count)
			break;
		if (place_of(line, i, unit) != table->joints[j])
			return false;
		if (table->is_tight && column_is_bar(line->chars[i]))
			bars++;
		else if (line->chars[i] != ' ' && (table->is_tight || !is_marker(line->chars[i])))
			return false;
	}
	if (!table->is_tight || table->joint_count == 0)
		return true;
	return bars > 0 || line->is_open;
}

bool
column_knows_row(const struct mask_stream *s, unsigned slot)
{
	const struct column_table *table = &s->columns->slots[slot];
	const struct column_line *line = &s->columns->line;
	size_t bars = 0, reached = 0;
	enum unit unit = fits(line, table, BY_PLACE) ? BY_PLACE : BY_CHARACTER;

	if (!table->is_tight || table->joint_count == 0 || is_rule(line) || !fits(line, table, unit))
		return false;
	for (size_t i = 0, j = 0; i < line->count; i++) {
		while (j < table->joint_count && table->joints[j] < place_of(line, i, unit))
			j++;
		if (j == table->joint_count || table->joints[j] != place_of(line, i, unit))
			continue;
		reached++;
		bars += column_is_bar(line->chars[i]);
	}
	return reached > 0 && bars == reached;
}

static void
cover_span(struct mask_stream *s, const struct column_table *table, const struct column_masked *masked, enum unit unit)
{
	const struct column_line *line = &s->columns->line;
	size_t from = 0, to;

	while (from < line->count && place_of(line, from, unit) < masked->from)
		from++;
	for (to = from; to < line->count && place_of(line, to, unit) < masked->to;)
		to++;
	if (table->is_tight && from < to && is_marker(line->chars[from]) && line->chars[from] != '+')
		from++;
	if (to > from && is_marker(line->chars[to - 1]) && place_of(line, to, unit) == (masked->to == UINT32_MAX ? table->width : masked->to) &&
	    table->is_tight)
		to--;
	column_cover(s, from, to, masked->entry);
}

/* less asks below the rows: ":" or "(END)". */
static bool
is_pager(const struct column_line *line)
{
	static const char end[] = "(END)";
	size_t i = 0;

	if (line->count == 1 && line->chars[0] == ':')
		return true;
	while (i < line->count && i < sizeof end - 1 && line->chars[i] == (uint32_t)(unsigned char)end[i])
		i++;
	return i == line->count && i == sizeof end - 1;
}

static uint32_t
misfit(struct mask_stream *s, uint32_t before, unsigned slot)
{
	const struct column_table *table = &s->columns->slots[slot];
	const struct column_line *line = &s->columns->line;
	unsigned number = before >> 24, most = MISFITS_LOOSE;
	bool has_bar = false;

	for (size_t i = 0; i < line->count; i++)
		has_bar = has_bar || (column_is_bar(line->chars[i]) && line->chars[i] != ':' && line->chars[i] != ';');
	if (is_pager(line))
		return before & COLUMN_STATE;
	if (table->is_boxed)
		most = MISFITS_BOXED;
	else if (table->is_tight)
		most = has_bar && !column_is_prompt(line) ? MISFITS_TIGHT : 0;
	else if (table->fields == 1 || line->is_apart || column_is_prompt(line))
		most = 0;
	if (number >= most || (!table->is_boxed && column_is_footer(line)))
		return 0;
	column_cover(s, 0, line->count, table->masked[0].entry);
	return column_state(COLUMN_ROWS, slot, line->is_open ? number : number + 1);
}

uint32_t
column_rows(struct mask_stream *s, uint32_t before, unsigned slot)
{
	const struct column_table *table = &s->columns->slots[slot];
	const struct column_line *line = &s->columns->line;
	enum unit unit = fits(line, table, BY_PLACE) ? BY_PLACE : BY_CHARACTER;
	bool is_fit = !line->is_cut && (unit == BY_PLACE || fits(line, table, BY_CHARACTER));

	if (line->is_apart && (table->is_tight || column_phase(before) == COLUMN_RULED))
		return 0;
	if (is_rule(line) && line->place[line->count] == table->width)
		return table->is_boxed ? column_state(COLUMN_RULED, slot, 0) : 0;
	if (!table->is_tight && (column_is_footer(line) || column_is_prompt(line)))
		return 0;
	if (!is_fit)
		return column_phase(before) == COLUMN_RULED ? 0 : misfit(s, before, slot);
	if (!table->is_boxed && table->is_tight && column_is_footer(line))
		return 0;
	for (size_t i = 0; i < table->masked_count; i++)
		cover_span(s, table, &table->masked[i], unit);
	return column_state(COLUMN_ROWS, slot, 0);
}
