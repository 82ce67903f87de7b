/* SPDX-License-Identifier: ISC */
/* A report as one page that needs nothing else: no script, no reference, well-formed as XML too; it prints on A4 across. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/report.h"

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
    "<title>Postern report</title>\n<style>\n"
    "body { font: 14px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 96em; padding: 0 1.5em; color: #1a1a1a; background: #fff }\n"
    "h1 { font-size: 1.7em; margin: 0 0 .6em }\nh2 { font-size: 1.2em; margin: 2.2em 0 .3em; border-bottom: 2px solid #1a1a1a }\n"
    "h2 span { font-weight: normal; color: #555 }\np { margin: .3em 0 .7em; color: #555 }\n"
    "dl { display: grid; grid-template-columns: max-content 1fr; gap: .25em 1.2em; margin: 0 }\n"
    "dt { font-weight: 600 }\ndd { margin: 0; overflow-wrap: anywhere }\n"
    "dd.bad, dt.bad { color: #a00000; font-weight: 700 }\n"
    ".wide { overflow-x: auto }\ntable { border-collapse: collapse; width: 100%; font-size: .86em }\n"
    "th { text-align: left; border-bottom: 1px solid #1a1a1a; vertical-align: bottom }\n"
    "th, td { padding: .25em .7em .25em 0 }\ntd { border-bottom: 1px solid #ddd; vertical-align: top; overflow-wrap: anywhere }\n"
    "td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }\n"
    "td.t { white-space: nowrap; font-variant-numeric: tabular-nums }\ntd.i { font-family: ui-monospace, monospace; font-size: .92em }\n"
    "td.w { min-width: 15em }\ntd.i { min-width: 8em }\n"
    "@media screen and (max-width: 90em) { td.t { white-space: normal; min-width: 6.5em }\n  th, td { padding-right: .5em } }\n"
    "tr.drawn td { background: #fff3c4 }\n"
    "@page { size: A4 landscape; margin: 12mm }\n"
    "@media print {\n"
    "  body { margin: 0; padding: 0; max-width: none; font-size: 9px }\n  .wide { overflow: visible }\n"
    "  thead { display: table-header-group }\n  tr { break-inside: avoid; page-break-inside: avoid }\n"
    "  h2 { break-after: avoid; page-break-after: avoid; margin-top: 1.4em }\n  section.long { break-before: page; page-break-before: always }\n"
    "  .a { display: none }\n  td.w { min-width: 9em }\n  td.i { min-width: 0 }\n  td.t { white-space: normal }\n  td.i { word-break: break-all }\n"
    "  tr.drawn td { -webkit-print-color-adjust: exact; print-color-adjust: exact }\n}\n"
    "</style>\n</head>\n<body>\n<h1>Postern report</h1>\n";

#define LONG_ROWS	25	/* a table with more rows begins on a page of its own */

static int
put_escaped(struct out *out, const char *text)
{
	static const struct { char c; const char *as; } marks[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
	};
	int r = 0;

	for (const char *c = text; r == 0 && *c != '\0'; c++) {
		const char *as = NULL;

		for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
			if (*c == marks[i].c)
				as = marks[i].as;
		if (strncmp(c, "\xef\xbf", 2) == 0 && (uint8_t)c[2] >= 0xbe) {	/* U+FFFE, U+FFFF: no characters of XML */
			as = "?";
			c += 2;
		}
		r = as != NULL ? out_put_text(out, as) : out_put(out, c, 1);
	}
	return r;
}

/* <name class="class">text</name>; class "" is none. */
static int
put_element(struct out *out, const char *name, const char *class, const char *text)
{
	char open[64], close[32];
	int r;

	snprintf(open, sizeof open, class[0] != '\0' ? "<%s class=\"%s\">" : "<%s>", name, class);
	snprintf(close, sizeof close, "</%s>", name);
	r = out_put_text(out, open);
	if (r == 0)
		r = put_escaped(out, text);
	return r < 0 ? r : out_put_text(out, close);
}

static int
write_fact(void *user, const char *name, const char *title, const char *sentence)
{
	struct out *out = user;
	AUTO_FREE char *clean = text_clean(sentence, strlen(sentence));
	bool is_bad = strcmp(title, "NOT COMPLETE") == 0;
	int r = put_element(out, "dt", is_bad ? "bad" : "", title);

	(void)name;
	if (r == 0)
		r = put_element(out, "dd", is_bad ? "bad" : "", clean);
	return r < 0 ? r : out_put_text(out, "\n");
}

static const char *
class_of(const struct column *column)
{
	bool is_id = strcmp(column->name, "session") == 0 || strcmp(column->name, "request") == 0;

	if (column->type == CELL_TIME)
		return column->is_aside ? "t a" : "t";
	if (column->type != CELL_TEXT)
		return column->is_aside ? "n a" : "n";
	if (strcmp(column->name, "reason") == 0 || strcmp(column->name, "text") == 0 || strcmp(column->name, "line") == 0)
		return "w";
	return is_id ? "i" : column->is_aside ? "a" : "";
}

static size_t
column_named(const struct table_kind *kind, const char *name)
{
	size_t i = 0;

	while (i < kind->count && strcmp(kind->columns[i].name, name) != 0)
		i++;
	return i;
}

/*
 * Which column stands at this place: why somebody was there stands beside who it was, and not where one has to scroll. In the
 * other forms it comes late, as lines of text end with what may be long.
 */
static size_t
column_at(const struct table_kind *kind, size_t place)
{
	size_t role = column_named(kind, "role"), reason = column_named(kind, "reason");

	if (role >= reason || reason == kind->count || place <= role || place > reason)
		return place;
	return place == role + 1 ? reason : place - 1;
}

static int
write_row(const struct table *table, size_t row, bool is_drawn, struct out *out)
{
	int r = out_put_text(out, is_drawn ? "<tr class=\"drawn\">" : "<tr>");

	for (size_t i = 0; r == 0 && i < table->kind->count; i++) {
		size_t column = column_at(table->kind, i);
		AUTO_FREE char *text = table_shown(table, row, column);

		r = put_element(out, "td", class_of(&table->kind->columns[column]), text);
	}
	return r < 0 ? r : out_put_text(out, "</tr>\n");
}

static int
write_titles(const struct table_kind *kind, struct out *out)
{
	int r = out_put_text(out, "<div class=\"wide\"><table>\n<thead><tr>");

	for (size_t i = 0; r == 0 && i < kind->count; i++) {
		const struct column *column = &kind->columns[column_at(kind, i)];

		r = put_element(out, "th", column->type == CELL_TIME ? (column->is_aside ? "a" : "") : class_of(column), column->title);
	}
	return r < 0 ? r : out_put_text(out, "</tr></thead>\n<tbody>\n");
}

/* Whether the sample's mark stands in the last column of this row. */
static bool
is_marked(const struct table *table, size_t row)
{
	size_t last = table->kind->count - 1;

	return strcmp(table->kind->columns[last].name, "sample") == 0 && strcmp(table_cell(table, row, last)->text, "yes") == 0;
}

static int
write_table(const struct table *table, struct out *out)
{
	const struct table_kind *kind = table->kind;
	size_t rows = table_rows(table);
	char count[64];
	int r = out_put_text(out, rows > LONG_ROWS ? "<section class=\"long\"><h2>" : "<section><h2>");

	snprintf(count, sizeof count, " <span>(%zu)</span></h2>\n", rows);
	if (r == 0)
		r = put_escaped(out, kind->title);
	if (r == 0)
		r = out_put_text(out, count);
	if (r == 0 && kind->about[0] != '\0')
		r = put_element(out, "p", "", kind->about);
	if (r == 0 && rows > 0)
		r = write_titles(kind, out);
	for (size_t row = 0; r == 0 && row < rows; row++)
		r = write_row(table, row, is_marked(table, row), out);
	if (r == 0 && rows > 0)
		r = out_put_text(out, "</tbody></table></div>");
	return r < 0 ? r : out_put_text(out, "</section>\n");
}

int
report_write_html(const struct report *report, struct out *out)
{
	int r = out_put_text(out, head);

	if (r == 0)
		r = out_put_text(out, "<dl>\n");
	if (r == 0)
		r = report_facts(report, write_fact, out);
	if (r == 0)
		r = out_put_text(out, "</dl>\n");
	for (int i = 0; r == 0 && i < REPORT_TABLES; i++)
		if (report_tells(report, i))
			r = write_table(&report->tables[i], out);
	return r < 0 ? r : out_put_text(out, "</body>\n</html>\n");
}
