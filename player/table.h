/* SPDX-License-Identifier: ISC */
/* Tables of a report: made once, then written in any form. */
#ifndef POSTERN_PLAYER_TABLE_H
#define POSTERN_PLAYER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_type { CELL_TEXT, CELL_NUMBER, CELL_SECONDS, CELL_TIME };	/* a time: wall microseconds, 0 is none */

struct column {
	const char	*name;		/* for programs */
	const char	*title;		/* for people */
	enum cell_type	 type;
	bool		 is_brief;	/* stands in the text, which has less room, too */
	bool		 is_aside;	/* left out where paper is too narrow for it */
};

struct table_kind {
	const char		*name;		/* for programs, --table and file names */
	const char		*title;
	const char		*about;		/* a sentence; "" if the title says it all */
	const struct column	*columns;
	size_t			 count;
};

struct cell {
	char	*text;		/* clean, of one line; NULL of the other types */
	int64_t	 number;	/* INT64_MIN: none */
};

struct table {
	const struct table_kind	*kind;
	struct cell		*cells;	/* row after row */
	size_t			 used;
};

#define TABLE_NONE	INT64_MIN

/* Cells are put from left to right, a row after the other. */
void		 table_text(struct table *table, const char *text);	/* copied; NULL is "" */
void		 table_number(struct table *table, int64_t number);	/* numbers, seconds, times */
void		 table_done(struct table *table);

size_t		 table_rows(const struct table *table);
const struct cell *table_cell(const struct table *table, size_t row, size_t column);

/* As people read it: times in the viewer's zone, lengths with their unit, "" for none. The caller frees it. */
char		*table_shown(const struct table *table, size_t row, size_t column);

#endif
