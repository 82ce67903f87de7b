/* SPDX-License-Identifier: ISC */
/* A report as one JSON object: what it is of, what proves it, and its tables as lists of objects. */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/report.h"

static json_t *
time_of(int64_t wall_us)
{
	char text[CLOCK_TEXT];

	return wall_us != 0 ? json_string(clock_utc(wall_us, text)) : json_null();
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *
json_cell(const struct table *table, size_t row, size_t column)
{
	const struct cell *cell = table_cell(table, row, column);

	switch (table->kind->columns[column].type) {
	case CELL_TEXT:
		return json_string(cell->text);
	case CELL_TIME:
		return time_of(cell->number);
	default:
		return cell->number != TABLE_NONE ? json_integer((json_int_t)cell->number) : json_null();
	}
}

static json_t *
json_table(const struct table *table)
{
	json_t *rows = json_array();

	for (size_t row = 0; row < table_rows(table); row++) {
		json_t *object = json_object();

		for (size_t i = 0; i < table->kind->count; i++)
			json_object_set_new(object, table->kind->columns[i].name, json_cell(table, row, i));
		json_array_append_new(rows, object);
	}
	return rows;
}

static int
add_fact(void *user, const char *name, const char *title, const char *sentence)
{
	AUTO_FREE char *clean = text_clean(sentence, strlen(sentence));

	(void)title;
	return json_object_set_new(user, name, json_string(clean)) < 0 ? ERR_STORE : 0;
}

static json_t *
json_log(const struct report *report)
{
	const struct report_log *log = &report->log;
	const struct report_proof *proof = &report->proof;
	char root[2 * TREE_HASH + 1];
	json_t *object = json_pack("{s:b, s:b, s:s, s:I, s:I, s:I, s:I, s:I}", "checked", proof->is_checked, "complete", proof->is_checked && proof->is_fine,
	    "why", proof->why, "first", (json_int_t)log->first, "entries", (json_int_t)log->count, "too_new", (json_int_t)log->unsigned_entries,
	    "sessions", (json_int_t)proof->sessions, "report_entry", (json_int_t)report->entry);

	if (object == NULL || log->key[0] == '\0')
		return object;
	json_object_set_new(object, "size", json_integer((json_int_t)log->checkpoint.head.size));
	json_object_set_new(object, "root", json_string(id_hex(log->checkpoint.head.root, TREE_HASH, root)));
	json_object_set_new(object, "key", json_string(log->key));
	json_object_set_new(object, "head", json_string(log->note));
	return object;
}

static int
put_bytes(const char *bytes, size_t count, void *user)
{
	return out_put(user, bytes, count) < 0 ? -1 : 0;
}

int
report_write_json(const struct report *report, struct out *out)
{
	json_t *facts = json_object(), *all = json_object();
	int r = report_facts(report, add_fact, facts);

	json_object_set_new(facts, "from", time_of(report->from_us));
	json_object_set_new(facts, "to", time_of(report->end_us));
	json_object_set_new(facts, "reason", text_or_null(report->reason));
	json_object_set_new(facts, "seed", text_or_null(report->sample > 0 ? report->seed : NULL));
	json_object_set_new(facts, "sessions", json_integer((json_int_t)report->population));
	json_object_set_new(all, "report", facts);
	json_object_set_new(all, "log", json_log(report));
	for (int i = 0; i < REPORT_TABLES; i++)
		if (report->only < 0 || report->only == i)
			json_object_set_new(all, report->tables[i].kind->name, json_table(&report->tables[i]));
	if (r == 0 && json_dump_callback(all, put_bytes, out, JSON_COMPACT) < 0)
		r = ERR_STORE;
	json_decref(all);
	return r < 0 ? r : out_put_text(out, "\n");
}
