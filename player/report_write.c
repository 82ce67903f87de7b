/* SPDX-License-Identifier: ISC */
/* A report as text and as CSV. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/report.h"

#define LABEL		14	/* columns */
#define COLUMNS_MOST	32
#define ID_COLUMNS	8

bool
report_tells(const struct report *report, int table)
{
	if (report->only >= 0)
		return table == report->only;
	return (table != REPORT_COMMANDS || report->has_commands) && (table != REPORT_COULD || report->could_us != 0);
}

static int
put(struct out *out, const char *text, int64_t pad)
{
	int r = out_put_text(out, text);

	for (pad -= text_width(text); r == 0 && pad > 0; pad--)
		r = out_put(out, " ", 1);
	return r;
}

static int
write_fact(void *user, const char *name, const char *title, const char *sentence)
{
	struct out *out = user;
	AUTO_FREE char *clean = text_clean(sentence, strlen(sentence));
	int r = put(out, title, LABEL);

	(void)name;
	if (r == 0)
		r = out_put_text(out, clean);
	return r < 0 ? r : out_put_text(out, "\n");
}

/* A whole id is for programs. */
static char *
shown(const struct table *table, size_t row, size_t column)
{
	const char *name = table->kind->columns[column].name;
	char *text = table_shown(table, row, column);

	if ((strcmp(name, "session") == 0 || strcmp(name, "request") == 0) && strlen(text) > ID_COLUMNS)
		text[ID_COLUMNS] = '\0';
	return text;
}

static bool
is_last(const struct table_kind *kind, size_t column)
{
	for (size_t i = column + 1; i < kind->count; i++)
		if (kind->columns[i].is_brief)
			return false;
	return true;
}

/* One line: a row, or the titles. */
static int
write_row(const struct table *table, const int64_t *widths, int64_t row, struct out *out)
{
	const struct table_kind *kind = table->kind;
	int r = 0;

	for (size_t i = 0; r == 0 && i < kind->count; i++) {
		AUTO_FREE char *text = row < 0 ? own_dup(kind->columns[i].title) : shown(table, (size_t)row, i);
		bool is_right = kind->columns[i].type == CELL_NUMBER;

		if (!kind->columns[i].is_brief)
			continue;
		if (is_right)
			r = put(out, "", widths[i] - text_width(text));
		if (r == 0)
			r = put(out, text, is_right || is_last(kind, i) ? 0 : widths[i]);
		if (r == 0)
			r = out_put_text(out, is_last(kind, i) ? "\n" : "  ");
	}
	return r;
}

static int
write_table(const struct table *table, struct out *out)
{
	const struct table_kind *kind = table->kind;
	size_t rows = table_rows(table);
	int64_t widths[COLUMNS_MOST] = { 0 };
	char head[256];
	int r;

	for (size_t i = 0; i < kind->count; i++) {
		widths[i] = text_width(kind->columns[i].title);
		for (size_t row = 0; row < rows; row++) {
			AUTO_FREE char *text = shown(table, row, i);

			if (text_width(text) > widths[i])
				widths[i] = text_width(text);
		}
	}
	snprintf(head, sizeof head, "\n%s (%zu)\n", kind->title, rows);
	r = out_put_text(out, head);
	for (int64_t row = -1; r == 0 && rows > 0 && row < (int64_t)rows; row++)
		r = write_row(table, widths, row, out);
	return r;
}

int
report_write_text(const struct report *report, struct out *out)
{
	int r = report_facts(report, write_fact, out);

	for (int i = 0; r == 0 && i < REPORT_TABLES; i++)
		if (report_tells(report, i) && (i != REPORT_COVERAGE || report->only == i))	/* long, and much the same each time */
			r = write_table(&report->tables[i], out);
	return r;
}

/* What a spreadsheet would take for a formula gets an apostrophe in front: what people wrote must not run there. */
static int
write_field(struct out *out, const char *text)
{
	bool is_formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
	int r = 0;

	if (is_formula)
		r = out_put_text(out, "\"'");
	else if (strpbrk(text, ",\";\r\n ") != NULL)
		r = out_put_text(out, "\"");
	else
		return out_put_text(out, text);
	for (const char *c = text; r == 0 && *c != '\0'; c++) {
		r = out_put(out, c, 1);
		if (r == 0 && *c == '"')
			r = out_put(out, c, 1);
	}
	return r < 0 ? r : out_put_text(out, "\"");
}

static int
write_cell(const struct table *table, size_t row, size_t column, struct out *out)
{
	const struct cell *cell = table_cell(table, row, column);
	enum cell_type type = table->kind->columns[column].type;
	char text[CLOCK_TEXT] = "";

	if (type == CELL_TEXT)
		return write_field(out, cell->text);
	if (type == CELL_TIME && cell->number != 0)
		clock_utc(cell->number, text);
	else if (type != CELL_TIME && cell->number != TABLE_NONE)
		snprintf(text, sizeof text, "%" PRId64, cell->number);
	return out_put_text(out, text);
}

/* RFC 4180, with names of columns as the first line. */
int
report_write_csv(const struct table *table, struct out *out)
{
	const struct table_kind *kind = table->kind;
	int r = 0;

	for (size_t i = 0; r == 0 && i < kind->count; i++) {
		r = out_put_text(out, kind->columns[i].name);
		if (r == 0)
			r = out_put_text(out, i + 1 < kind->count ? "," : "\r\n");
	}
	for (size_t row = 0; r == 0 && row < table_rows(table); row++)
		for (size_t i = 0; r == 0 && i < kind->count; i++) {
			r = write_cell(table, row, i, out);
			if (r == 0)
				r = out_put_text(out, i + 1 < kind->count ? "," : "\r\n");
		}
	return r;
}

int
report_write(const struct report *report, enum report_form form, enum report_table table, struct out *out)
{
	switch (form) {
	case REPORT_CSV:
		return report_write_csv(&report->tables[table], out);
	case REPORT_JSON:
		return report_write_json(report, out);
	case REPORT_HTML:
		return report_write_html(report, out);
	default:
		return report_write_text(report, out);
	}
}
