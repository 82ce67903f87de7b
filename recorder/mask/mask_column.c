/* SPDX-License-Identifier: ISC */
/* A line goes on with the table of the line above, or begins one. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_area.h"
#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_output.h"

#define BYTES_MOST	4	/* of one character */
#define BEHIND		64	/* bytes between a line and the next */
#define RECALLED	4	/* tables that a pager may come back to */
#define LEAST_CUT	3	/* letters by which a name is known that has no room for more */

void
mask_columns_done(struct mask_columns *columns)
{
	if (columns != NULL)
		sodium_memzero(columns, sizeof *columns);
	free(columns);
}

void
column_cover(struct mask_stream *s, size_t from, size_t to, uint32_t entry)
{
	struct mask_columns *c = s->columns;
	const struct column_line *line = &c->line;
	struct mask_hit hit = { .rule = entry };

	while (from < to && (line->chars[from] == ' ' || line->chars[from] == '\t'))
		from++;
	while (to > from && (line->chars[to - 1] == ' ' || line->chars[to - 1] == '\t'))
		to--;
	if (from >= to)
		return;
	hit.start = hit.from = line->at[from];
	hit.to = line->at[to];
	if (c->covered_count < COLUMN_PLACES) {
		c->covered[c->covered_count].from = s->line.refs[hit.from];
		c->covered[c->covered_count++].to = s->line.refs[hit.to - 1];
	}
	mask_cover(s, &hit, line->is_final);
}

bool
mask_column_has(const struct mask_stream *s, uint32_t from, uint32_t to)
{
	const struct mask_columns *c = s->columns;
	const uint32_t *refs = s->line.refs;

	for (size_t i = 0; c != NULL && from < to && i < c->covered_count; i++)
		if (c->covered[i].from <= refs[from] && refs[to - 1] <= c->covered[i].to)
			return true;
	return false;
}

void
mask_column_note(struct mask_stream *s, const struct column_part *part, uint32_t mark)
{
	struct mask_columns *c = s->columns;

	if (part->is_open || part->from >= part->to || !grid_is_alternate(s->grid))
		return;
	c->last_place = mask_ref_place(s, s->line.refs[part->to - 1]);
	c->last_mark = mark;
}

uint32_t
mask_column_noted(const struct mask_stream *s, uint32_t from)
{
	const struct mask_columns *c = s->columns;
	uint64_t place = c != NULL && from < s->line.count ? mask_ref_place(s, s->line.refs[from]) : 0;

	return place != 0 && c->last_place < place && place - c->last_place < BEHIND ? c->last_mark & COLUMN_STATE : 0;
}

void
mask_column_forget(struct mask_stream *s)
{
	if (s->columns != NULL)
		s->columns->covered_count = 0;
}

uint32_t
column_find(const struct mask_stream *s, const char *name, size_t count)
{
	char text[COLUMN_NAME];
	const char *dot;

	while (count > 0 && *name == ' ') {
		name++;
		count--;
	}
	while (count > 0 && name[count - 1] == ' ')
		count--;
	if (count >= 2 && name[0] == '"' && name[count - 1] == '"') {
		name++;
		count -= 2;
	}
	if (count == 0 || count >= sizeof text)
		return MASK_NO_RULE;
	memcpy(text, name, count);
	text[count] = '\0';
	dot = strrchr(text, '.');
	for (size_t i = 0; i < s->rules->column_count; i++) {
		const char *glob = s->rules->columns[i].glob;

		if (mask_glob(glob, text, true) ||
		    (dot != NULL && mask_glob(glob, dot + 1, true)))
			return (uint32_t)(s->rules->count + i);
	}
	return MASK_NO_RULE;
}

/* The first letters of the glob stand for a name that was cut. */
static bool
begins(const char *glob, const char *name)
{
	char part[COLUMN_NAME];
	size_t letters = 0;

	for (size_t i = 0; glob[i] != '\0' && i + 1 < sizeof part; i++) {
		part[i] = glob[i];
		part[i + 1] = '\0';
		letters += glob[i] != '*';
		if (letters >= LEAST_CUT && mask_glob(part, name, true))
			return true;
	}
	return false;
}

uint32_t
column_find_cut(const struct mask_stream *s, const char *name, size_t count)
{
	char text[COLUMN_NAME];

	if (count >= sizeof text)
		return MASK_NO_RULE;
	memcpy(text, name, count);
	text[count] = '\0';
	for (size_t i = 0; i < s->rules->column_count; i++)
		if (begins(s->rules->columns[i].glob, text))
			return (uint32_t)(s->rules->count + i);
	return MASK_NO_RULE;
}

uint32_t
column_find_chars(const struct mask_stream *s, const uint32_t *chars, size_t count)
{
	char name[COLUMN_NAME * BYTES_MOST];
	size_t bytes = 0;

	if (count > COLUMN_NAME)
		return MASK_NO_RULE;
	for (size_t i = 0; i < count; i++)
		bytes += (size_t)text_encode(chars[i], (uint8_t *)name + bytes);
	return column_find(s, name, bytes);
}

unsigned
column_keep(struct mask_columns *c, uint32_t before, const struct column_table *table)
{
	unsigned slot = c->next_slot++ % COLUMN_SLOTS;

	(void)before;
	c->slots[slot] = *table;
	return slot;
}

/* The line might be the header of a table whose rule is still to come. */
static uint32_t
keep_header(struct mask_stream *s, const struct column_part *part)
{
	struct mask_columns *c = s->columns;

	c->header_count = part->to - part->from;
	memcpy(c->header, s->line.text + part->from, c->header_count);
	c->header_number = (c->header_number + 1) & 0xffu;
	return column_state(COLUMN_HEADER, 0, c->header_number);
}

/* A line of which more may come is no header; but what is a record by itself is covered as it comes. */
static uint32_t
begin(struct mask_stream *s, const struct column_part *part)
{
	struct mask_columns *c = s->columns;
	uint32_t state;

	if (column_json(s))
		return 0;
	state = column_begin_record(s, part->before);
	if (state != 0 || c->line.is_open)
		return state;
	if (column_begin_fields(s, &c->draft))
		return column_state(COLUMN_FIELDS, column_keep(c, part->before, &c->draft), 0);
	return keep_header(s, part);
}

static bool
is_name_byte(char c)
{
	return (uint8_t)c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    strchr("_?$()*.", c) != NULL;
}

/* A look at the first bytes, as most lines with a name in them are neither of a table nor a header without a rule. */
static bool
may_begin(const struct mask_stream *s, const struct column_part *part)
{
	const char *text = s->line.text + part->from;
	size_t count = part->to - part->from, i = 0;

	if (strchr("{[-+*\"", text[0]) != NULL || (uint8_t)text[0] >= 0x80)
		return true;
	while (i < count && text[i] == ' ')
		i++;
	while (i < count && is_name_byte(text[i]))
		i++;
	if (i == count || i == 0)
		return false;
	if (text[i] != ' ')
		return text[0] != ' ';
	return (i + 1 < count && text[i + 1] == '=') || column_is_gap(s, s->line.refs[part->from + i]);
}

/* The same for a rule below what is kept as a header. */
static bool
may_go_on(const struct mask_stream *s, const struct column_part *part)
{
	char c = s->line.text[part->from];

	return column_phase(part->before) != COLUMN_HEADER || c == '-' || c == '+' || c == '|' || (uint8_t)c >= 0x80;
}

static uint32_t
go_on(struct mask_stream *s, const struct column_part *part)
{
	struct mask_columns *c = s->columns;
	unsigned slot = part->before >> 20 & 0xfu;

	if (slot >= COLUMN_SLOTS)
		return 0;
	switch (column_phase(part->before)) {
	case COLUMN_HEADER:
		if (part->is_apart || c->line.is_open || (part->before >> 24) != c->header_number || !column_begin_rows(s, &c->draft))
			return 0;
		return column_state(COLUMN_ROWS, column_keep(c, part->before, &c->draft), 0);
	case COLUMN_ROWS:
	case COLUMN_RULED:
		return column_rows(s, part->before, slot);
	case COLUMN_FIELDS:
	case COLUMN_QUOTED:
		return column_fields(s, part->before, slot);
	case COLUMN_RECORD:
	case COLUMN_VALUE:
		return column_record(s, part->before, slot);
	case COLUMN_NONE:
	case COLUMN_WAIT:
		break;
	}
	return 0;
}

/* A pager paints rows whose header is elsewhere: they are known by their shape, if their table was there not long ago. */
static uint32_t
recall(struct mask_stream *s)
{
	struct mask_columns *c = s->columns;

	for (unsigned back = 1; back <= RECALLED && back <= c->next_slot; back++) {
		unsigned slot = (c->next_slot - back) % COLUMN_SLOTS;

		if (column_knows_row(s, slot))
			return column_rows(s, column_state(COLUMN_ROWS, slot, 0), slot);
		if (column_knows_fields(s, slot))
			return column_fields(s, column_state(COLUMN_FIELDS, slot, 0), slot);
	}
	return 0;
}

uint32_t
mask_column_line(struct mask_stream *s, const struct column_part *part)
{
	bool may_recall = s->columns->next_slot > 0 && (s->jumped != 0 || grid_is_alternate(s->grid));
	uint32_t state;

	if (((part->before & COLUMN_STATE) == 0 && !part->is_gated && !may_recall) || part->from >= part->to)
		return 0;
	if (((part->before & COLUMN_STATE) != 0 && may_go_on(s, part)) || may_recall) {
		column_read(s, part);
		state = go_on(s, part);
		if (state == 0 && may_recall)
			state = recall(s);
		return state == 0 && part->is_gated ? begin(s, part) : state;
	}
	if (!part->is_gated)
		return 0;
	if (!may_begin(s, part))
		return part->is_open ? 0 : keep_header(s, part);
	column_read(s, part);
	return begin(s, part);
}
