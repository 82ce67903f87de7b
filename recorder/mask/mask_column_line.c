/* SPDX-License-Identifier: ISC */
/* A line of the screen as characters, with the tabs that made its gaps; and lines that are not of a table. */
#include "config.h"

#include <string.h>

#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "lib/term/width.h"
#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_inside.h"

#define TAB		8
#define BEHIND		256	/* bytes in which tabs are looked for */
#define PROMPT_MOST	80

static const struct grid_cell *
cell_at(const struct mask_stream *s, uint32_t ref)
{
	return ref >> 16 == MASK_CARRY_ROW ? NULL : grid_cell(s->grid, (int)(ref >> 16), (int)(ref & 0xffff));
}

bool
column_is_gap(const struct mask_stream *s, uint32_t ref)
{
	const struct grid_cell *cell = cell_at(s, ref);

	return cell != NULL ? cell->glyph == 0 : (s->carry.cells[ref & 0xffff].glyph & MASK_CARRY_BLANK) != 0;
}

static bool
place_at(const struct mask_stream *s, uint32_t ref, uint64_t *place)
{
	const struct grid_cell *cell = cell_at(s, ref);

	return mask_queue_find(&s->queue, cell != NULL ? cell->origin : s->carry.cells[ref & 0xffff].origin, place);
}

/* Tabs among the bytes between two characters; -1: the bytes are gone. */
static int
tabs_between(const struct mask_stream *s, uint32_t before, uint32_t behind)
{
	uint64_t from, to;
	const uint8_t *bytes;
	size_t left;
	int tabs = 0;

	if (!place_at(s, before, &from) || !place_at(s, behind, &to) || from >= to || to - from > BEHIND)
		return -1;
	bytes = mask_queue_at(&s->queue, from, &left);
	for (size_t i = 0; i < to - from; i++)
		tabs += bytes[i] == '\t';
	return tabs;
}

/* What tabs stops lie in a gap, if it ends at one. */
static int
stops_between(const struct mask_stream *s, uint32_t first, uint32_t behind)
{
	int cols = grid_cols(s->grid), rows, from, to;

	if (first >> 16 == MASK_CARRY_ROW || behind >> 16 == MASK_CARRY_ROW)
		return 0;
	rows = (int)(behind >> 16) - (int)(first >> 16);
	from = (int)(first & 0xffff);
	to = (int)(behind & 0xffff) + rows * cols;
	return to % TAB == 0 ? to / TAB - from / TAB : 0;
}

static void
add(struct column_line *line, uint32_t character, size_t at, size_t place)
{
	if (line->count == MASK_LINE_MOST)
		return;
	line->chars[line->count] = character;
	line->at[line->count] = (uint16_t)at;
	line->place[line->count++] = (uint16_t)place;
}

/* The gap of text[i, end): as tabs, or as the blanks it looks like. */
static void
add_gap(struct mask_stream *s, const struct column_part *part, size_t i, size_t end, size_t place)
{
	struct column_line *line = &s->columns->line;
	const uint32_t *refs = s->line.refs;
	int tabs = i > part->from && end < part->to ? tabs_between(s, refs[i - 1], refs[end]) : -1;

	if (tabs < 0 && end < part->to)
		tabs = stops_between(s, refs[i], refs[end]);
	for (int t = 0; t < tabs; t++)
		add(line, '\t', i, place);
	for (size_t k = i; tabs <= 0 && k < end; k++)
		add(line, ' ', k, place + k - i);
}

/* In the last column a tab leaves no gap. */
static void
add_margin_tabs(struct mask_stream *s, const struct column_part *part, size_t i, size_t place)
{
	uint32_t ref = s->line.refs[i];
	int col = (int)(ref & 0xffff), tabs;

	if (i == part->from || ref >> 16 == MASK_CARRY_ROW || (col != 0 && col != grid_cols(s->grid) - 1) || column_is_gap(s, s->line.refs[i - 1]))
		return;
	tabs = tabs_between(s, s->line.refs[i - 1], ref);
	for (int t = 0; t < tabs; t++)
		add(&s->columns->line, '\t', i, place);
}

/* Fields at the end that are empty leave nothing on the screen. */
static void
add_tabs_behind(struct mask_stream *s, const struct column_part *part, size_t place)
{
	const uint8_t *bytes;
	uint64_t from;
	size_t left;

	if (part->to <= part->from || !place_at(s, s->line.refs[part->to - 1], &from))
		return;
	bytes = mask_queue_at(&s->queue, from, &left);
	for (size_t i = 0; i < left && i < BEHIND && bytes[i] != '\n' && bytes[i] != '\r'; i++)
		if (bytes[i] == '\t')
			add(&s->columns->line, '\t', part->to, place);
}

void
column_read(struct mask_stream *s, const struct column_part *part)
{
	struct column_line *line = &s->columns->line;
	const char *text = s->line.text;
	size_t i = part->from, place = 0;

	line->count = 0;
	line->is_open = part->is_open;
	line->is_final = part->is_final;
	line->is_gated = part->is_gated;
	line->is_apart = part->is_apart;
	line->is_cut = part->is_cut;
	line->follows_left = part->follows_left;
	line->may_wait = part->may_wait;
	line->row = part->row;
	line->end = part->end;
	while (i < part->to) {
		uint32_t character = (uint8_t)text[i];
		int bytes = character < 0x80 ? 1 : text_decode((const uint8_t *)text + i, part->to - i, &character);
		size_t end = i;

		while (end < part->to && text[end] == ' ' && column_is_gap(s, s->line.refs[end]))
			end++;
		if (end > i) {
			add_gap(s, part, i, end, place);
			place += end - i;
			i = end;
			continue;
		}
		bytes = bytes > 0 ? bytes : 1;
		add_margin_tabs(s, part, i, place);
		add(line, character, i, place);
		place += character < 0x80 ? 1 : (size_t)width_of(character);
		i += (size_t)bytes;
	}
	add_tabs_behind(s, part, place);
	line->at[line->count] = (uint16_t)part->to;
	line->place[line->count] = (uint16_t)place;
}

bool
column_is_bar(uint32_t character)
{
	return character == '|' || character == 0x2502 || character == 0x2503 || character == 0x2551 || character == ':' ||
	    character == ';' || (character >= 0x2506 && character <= 0x250b);
}

bool
column_is_name(uint32_t character, bool is_first)
{
	if ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_' || character >= 0xa0)
		return true;
	return character == '?' || (!is_first && ((character >= '0' && character <= '9') || character == '$' || character == '(' ||
	    character == ')' || character == '*' || character == '.'));
}

static bool
starts_with(const struct column_line *line, size_t from, const char *text)
{
	for (; *text != '\0'; text++, from++)
		if (from >= line->count || line->chars[from] != (uint32_t)(unsigned char)*text)
			return false;
	return true;
}

/* "(6 rows)" in any language, "6 rows in set (0.00 sec)", and what else programs say behind a table. */
bool
column_is_footer(const struct column_line *line)
{
	size_t i = 0, end = line->count;

	while (end > 0 && line->chars[end - 1] == ' ')
		end--;
	if (end >= 4 && line->chars[0] == '(' && line->chars[end - 1] == ')') {
		for (i = 1; i < end && line->chars[i] >= '0' && line->chars[i] <= '9'; i++)
			;
		return i > 1 && line->chars[i] == ' ';
	}
	while (i < end && line->chars[i] >= '0' && line->chars[i] <= '9')
		i++;
	return (i > 0 && (starts_with(line, i, " row in set") || starts_with(line, i, " rows in set"))) ||
	    starts_with(line, 0, "Time: ") || starts_with(line, 0, "ERROR ") || starts_with(line, 0, "Ctrl-C -- ");
}

/* "orders=> ", "MariaDB [(none)]> ", "   ...> ", "me@host:~$ ": no comma and no bar before a sign that ends a prompt. */
bool
column_is_prompt(const struct column_line *line)
{
	bool is_begun = false;

	for (size_t i = 0; i < line->count && i < PROMPT_MOST; i++) {
		uint32_t c = line->chars[i];
		bool is_last = i + 1 == line->count || line->chars[i + 1] == ' ';

		if (c == ',' || c == '\t' || c == '"' || column_is_bar(c))
			if (c != ':' && c != ';')
				return false;
		if (is_begun && c == ' ' && line->chars[i - 1] == ' ')
			return false;
		is_begun = is_begun || c != ' ';
		if ((c == '$' || c == '#' || c == '>' || c == '%' || c == 0x276f || c == 0x279c) && is_last)
			return true;
	}
	return false;
}
