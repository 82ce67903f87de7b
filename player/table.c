/* SPDX-License-Identifier: ISC */
/* Tables. */
#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/table.h"

static struct cell *
next(struct table *table)
{
	/* Doubles when the count is a power of two. */
	if ((table->used & (table->used - 1)) == 0)
		table->cells = own_grow(table->cells, table->used == 0 ? 1 : 2 * table->used, sizeof *table->cells);
	return &table->cells[table->used++];
}

void
table_text(struct table *table, const char *text)
{
	assert(table->kind->columns[table->used % table->kind->count].type == CELL_TEXT);
	*next(table) = (struct cell){ .text = text_clean(text != NULL ? text : "", text != NULL ? strlen(text) : 0) };
}

void
table_number(struct table *table, int64_t number)
{
	assert(table->kind->columns[table->used % table->kind->count].type != CELL_TEXT);
	*next(table) = (struct cell){ .number = number };
}

void
table_done(struct table *table)
{
	for (size_t i = 0; i < table->used; i++)
		free(table->cells[i].text);
	free(table->cells);
	*table = (struct table){ .kind = table->kind };
}

size_t
table_rows(const struct table *table)
{
	return table->used / table->kind->count;
}

const struct cell *
table_cell(const struct table *table, size_t row, size_t column)
{
	return &table->cells[row * table->kind->count + column];
}

char *
table_shown(const struct table *table, size_t row, size_t column)
{
	const struct cell *cell = table_cell(table, row, column);
	enum cell_type type = table->kind->columns[column].type;
	char text[CLOCK_TEXT] = "";

	if (type == CELL_TEXT)
		return own_dup(cell->text);
	if (cell->number == TABLE_NONE || (type == CELL_TIME && cell->number == 0))
		return own_dup("");
	if (type == CELL_TIME)
		clock_local(cell->number, text);
	else if (type == CELL_SECONDS)
		clock_span(cell->number, text);
	else
		snprintf(text, sizeof text, "%" PRId64, cell->number);
	return own_dup(text);
}
