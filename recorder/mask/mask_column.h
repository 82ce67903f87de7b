/* SPDX-License-Identifier: ISC */
/*
 * Columns of tables that are covered whatever stands in them: how psql, mysql and sqlite3 lay tables out. A table is known by
 * its header; what it is, goes from row to row as a state in the upper half of their marks (0: none). Which columns are
 * covered stays in a few slots, as a screen has room for few tables.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_COLUMN_H
#define POSTERN_RECORDER_MASK_MASK_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/mask_line.h"

#define COLUMN_SLOTS	8
#define COLUMN_MASKED	64	/* covered columns of one table; if there are more, the last one takes in all behind it */
#define COLUMN_JOINTS	256	/* boundaries by which a row is known to be one of its table */
#define COLUMN_NAME	128	/* bytes of a name */
#define COLUMN_STRING	4	/* characters of a separator */
#define COLUMN_PLACES	256	/* covered places of one chain, for those who ask */

struct mask_stream;

/* The state behind a line: what the next one may be. */
enum column_phase {
	COLUMN_NONE,
	COLUMN_HEADER,	/* it has names in it; a rule below would make it a header. Number: which header is kept */
	COLUMN_ROWS,	/* a row under a header with a rule. Number: lines since the last that fitted */
	COLUMN_RULED,	/* a rule behind rows: another row, or the end */
	COLUMN_FIELDS,	/* a row between separators. Number: the field that goes on in the next line, 0: none */
	COLUMN_QUOTED,	/* the same, inside of quotes */
	COLUMN_RECORD,	/* names at the left, values at the right */
	COLUMN_VALUE,	/* the same; a covered value may go on in the next line */
	COLUMN_WAIT	/* the next line will tell; until then it is looked at again and again */
};

enum record_kind { RECORD_BAR, RECORD_BLANK, RECORD_COLON, RECORD_EQUAL, RECORD_LIST };

/* A covered column: places on the screen for a table with rules, the number of the field for one with separators. */
struct column_masked {
	uint32_t	from, to;	/* to: UINT32_MAX for the last one */
	uint32_t	entry;		/* as in mask_hit.rule */
};

struct column_table {
	struct column_masked	masked[COLUMN_MASKED];
	size_t			masked_count;
	uint16_t		joints[COLUMN_JOINTS];
	size_t			joint_count;
	uint32_t		width;		/* of the rule */
	bool			is_tight;	/* bars stand at the joints; else blanks */
	bool			is_boxed;	/* a rule closes it, and nothing else does */
	bool			is_wide;	/* two blanks at the joints, and every row has its full width */
	uint32_t		separator[COLUMN_STRING];
	size_t			separator_count;
	uint32_t		fields;
	bool			is_proven;	/* a row fitted */
	unsigned		misfits;
	unsigned		quoted;		/* lines in a row that ended inside of quotes */
	enum record_kind	kind;
	uint32_t		bar;		/* place of what stands between name and value; 0: not known yet */
};

/* A line, character by character; a tab is one, though the screen has only a gap for it. */
struct column_line {
	uint32_t	chars[MASK_LINE_MOST];
	uint16_t	at[MASK_LINE_MOST + 1];		/* offset in the text of the chain */
	uint16_t	place[MASK_LINE_MOST + 1];	/* column, from the line's beginning */
	size_t		count;
	bool		is_open;	/* more may come */
	bool		is_final;	/* what is covered now is covered for good */
	bool		is_gated;	/* some name may stand in it */
	bool		is_apart;	/* blank rows stand before it */
	bool		is_cut;		/* its beginning is lost */
	bool		follows_left;	/* what stood above it has left the screen */
	bool		may_wait;	/* the next line has not come yet */
	int		row, end;	/* the first of it on the screen, and the one behind it */
};

struct mask_columns {
	struct column_line	line;
	struct column_table	slots[COLUMN_SLOTS];
	unsigned		next_slot;
	char			header[MASK_LINE_MOST];
	size_t			header_count;
	unsigned		header_number;
	size_t			header_at, header_place;	/* how far it has been searched; columns are asked for in order */
	size_t			header_typed;	/* columns at its beginning that are not of it */
	struct column_table	draft;
	uint64_t		last_place;	/* of the line that was matched last on the other screen, */
	uint32_t		last_mark;	/* whose rows leave without a trace; and its mark */
	size_t			left_equal, left_from;	/* of the row that left at the top last: where its " = " is, and its name */
	bool			left_bar;		/* it is a name and a bar */
	struct {
		uint32_t	from, to;
	}			covered[COLUMN_PLACES];	/* of this chain: refs of its text */
	size_t			covered_count;
};

/* A line of the chain that is being matched. */
struct column_part {
	uint32_t	from, to, before;	/* before: the mark of what stands above */
	bool		is_open, is_final, is_gated, is_apart, is_cut, follows_left, may_wait;
	int		row, end;
};

#define COLUMN_STATE	0xffff0000u	/* the bits of a row's mark */

/* mask_column.c: covers what is to be covered; the upper half of the line's mark. s->columns is not NULL. */
uint32_t	mask_column_line(struct mask_stream *s, const struct column_part *part);
bool		mask_column_has(const struct mask_stream *s, uint32_t from, uint32_t to);	/* this text of the chain is covered */
/* On the other screen: what is done is noted, and asked for by a line at the top that came right behind it. */
void		mask_column_note(struct mask_stream *s, const struct column_part *part, uint32_t mark);
uint32_t	mask_column_noted(const struct mask_stream *s, uint32_t from);
void		mask_column_forget(struct mask_stream *s);	/* before another chain */
void		mask_column_leave(struct mask_stream *s, int row);	/* at the top */
void		mask_columns_done(struct mask_columns *columns);

static inline uint32_t
column_state(enum column_phase phase, unsigned slot, unsigned number)
{
	return (uint32_t)phase << 16 | (slot & 0xfu) << 20 | (number & 0xffu) << 24;
}

static inline enum column_phase
column_phase(uint32_t mark)
{
	return (enum column_phase)(mark >> 16 & 0xfu);
}

/* Characters [from, to) of the line, without blanks around them, are a value of the entry. */
void		column_cover(struct mask_stream *s, size_t from, size_t to, uint32_t entry);
/* The entry that means a column of this name, or MASK_NO_RULE. */
uint32_t	column_find(const struct mask_stream *s, const char *name, size_t count);
uint32_t	column_find_cut(const struct mask_stream *s, const char *name, size_t count);	/* the beginning of it */
uint32_t	column_find_chars(const struct mask_stream *s, const uint32_t *chars, size_t count);
unsigned	column_keep(struct mask_columns *c, uint32_t before, const struct column_table *table);	/* its slot */

/* mask_column_line.c */
void		column_read(struct mask_stream *s, const struct column_part *part);	/* into s->columns->line */
bool		column_is_gap(const struct mask_stream *s, uint32_t ref);	/* nothing was ever written there */
bool		column_is_bar(uint32_t character);
bool		column_is_footer(const struct column_line *line);
bool		column_is_prompt(const struct column_line *line);
bool		column_is_name(uint32_t character, bool is_first);	/* may stand in a name without quotes */

/* mask_column_rows.c: tables with a rule below the header. */
bool		column_begin_rows(struct mask_stream *s, struct column_table *table);	/* the line is the rule of the kept header */
uint32_t	column_rows(struct mask_stream *s, uint32_t before, unsigned slot);

bool		column_knows_row(const struct mask_stream *s, unsigned slot);	/* the line can be of no other table */

/* mask_column_fields.c: separators, no rule. */
bool		column_begin_fields(struct mask_stream *s, struct column_table *table);
uint32_t	column_fields(struct mask_stream *s, uint32_t before, unsigned slot);

bool		column_knows_fields(const struct mask_stream *s, unsigned slot);

/* mask_column_record.c: one line a column. */
uint32_t	column_begin_record(struct mask_stream *s, uint32_t before);	/* 0: it is none */
uint32_t	column_record(struct mask_stream *s, uint32_t before, unsigned slot);
bool		column_json(struct mask_stream *s);

#endif
