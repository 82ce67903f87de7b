/* SPDX-License-Identifier: ISC */
/*
 * Tables of psql, mysql and sqlite3 as these programs printed them on a terminal (tests/golden/tables.capture), and what is left of them
 * with the columns `email` and `*_token` covered (tables.masked). In the captures only these columns have the letters X, Z, @ and ~.
 * They are what psql 15, MariaDB 10.11 and sqlite3 3.40 wrote to a terminal of 80x24 on which the queries were typed.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_rules.h"
#include "recorder/mask/mask_stream.h"

#define FILES_MOST	(1u << 20)
#define MARK		"=== "

static const char rules_text[] = "columns: [email, '*_token']\n";

struct table {
	char		name[64];
	const char	*bytes;
	size_t		 count;
};

static struct mask_rules *rules;
static struct mask_match *match;

static void
put(void *user, const uint8_t *bytes, size_t count)
{
	if (buf_add(user, bytes, count) < 0)
		abort();
}

static int
set_up(void **state)
{
	struct mask_text text = { "tables.yaml", rules_text, sizeof rules_text - 1 };
	AUTO_BUF struct buf errors;

	(void)state;
	buf_init(&errors, FILES_MOST);
	return mask_rules_parse(&text, 1, &rules, &errors) < 0 || mask_match_new(rules, &match, NULL) < 0;
}

static int
tear_down(void **state)
{
	(void)state;
	mask_match_free(match);
	mask_rules_free(rules);
	return 0;
}

static char *
slurp(const char *name, size_t *count)
{
	char path[512];
	char *bytes;

	snprintf(path, sizeof path, "%s/tests/golden/%s", POSTERN_SRCDIR, name);
	if (fdio_slurp_path(path, FILES_MOST, &bytes, count) < 0)
		fail_msg("%s cannot be read", path);
	return bytes;
}

/* The next one from *at on; false: there is none. */
static bool
next_table(const char **at, const char *end, struct table *table)
{
	const char *line, *next;

	if (*at >= end || sscanf(*at, MARK "%63s", table->name) != 1)
		return false;
	line = memchr(*at, '\n', (size_t)(end - *at));
	table->bytes = line + 1;
	next = memmem(line, (size_t)(end - line), "\n" MARK, strlen("\n" MARK));
	table->count = (size_t)((next != NULL ? next : end - 1) - table->bytes);
	*at = next != NULL ? next + 1 : end;
	return true;
}

static char *
masked(const char *bytes, size_t count, size_t piece, int cols, int rows)
{
	AUTO_BUF struct buf out;
	struct mask_params params = { .cols = cols, .rows = rows, .record = put, .user = &out };
	struct mask_stream *stream = mask_stream_new(match, &params);
	struct mask_counts counts;

	buf_init(&out, FILES_MOST);
	for (size_t i = 0; i < count; i += piece)
		mask_stream_write(stream, bytes + i, count - i < piece ? count - i : piece, 1000);
	mask_stream_flush(stream, 1000);
	mask_stream_counts(stream, &counts);
	mask_stream_free(stream);
	assert_int_equal(counts.late, 0);
	return buf_text(&out);
}

/* The first line that is not as it should be. */
static void
show(const char *got, const struct table *out)
{
	size_t i = 0, begin = 0;

	for (; i < out->count && got[i] == out->bytes[i]; i++)
		if (got[i] == '\n')
			begin = i + 1;
	print_message("got  '%.*s'\nnot  '%.*s'\n", (int)strcspn(got + begin, "\r\n"), got + begin,
	    (int)strcspn(out->bytes + begin, "\r\n"), out->bytes + begin);
}

static unsigned
check(const struct table *in, const struct table *out, size_t piece, int cols, int rows)
{
	AUTO_FREE char *got = masked(in->bytes, in->count, piece, cols, rows);

	if (strlen(got) == out->count && memcmp(got, out->bytes, out->count) == 0)
		return 0;
	print_message("%s in pieces of %zu at %dx%d:\n", in->name, piece, cols, rows);
	show(got, out);
	return 1;
}

/* By less: on a screen of this size only. */
static bool
is_painted(const struct table *table)
{
	return strncmp(table->name, "psql-less", strlen("psql-less")) == 0;
}

static void
each_table_at(int cols, int rows, const size_t *pieces)
{
	size_t in_count, out_count;
	AUTO_FREE char *in_bytes = slurp("tables.capture", &in_count);
	AUTO_FREE char *out_bytes = slurp("tables.masked", &out_count);
	const char *in_at = in_bytes, *out_at = out_bytes;
	struct table in, out;
	unsigned tables = 0, wrong = 0;

	while (next_table(&in_at, in_bytes + in_count, &in)) {
		assert_true(next_table(&out_at, out_bytes + out_count, &out));
		assert_string_equal(in.name, out.name);
		for (const size_t *piece = pieces; *piece != 0 && (!is_painted(&in) || (cols == 80 && rows == 24)); piece++)
			wrong += check(&in, &out, *piece, cols, rows);
		tables++;
	}
	assert_true(tables >= 40);
	assert_int_equal(wrong, 0);
}

static void
no_value_of_a_covered_column_is_left(void **state)
{
	size_t count;
	AUTO_FREE char *bytes = slurp("tables.masked", &count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		if (strchr("XZ@~", bytes[i]) != NULL)
			fail_msg("'%.*s'", 60, bytes + (i > 30 ? i - 30 : 0));
}

static void
tables_are_covered_in_any_pieces(void **state)
{
	(void)state;
	each_table_at(80, 24, (const size_t[]){ 1, 2, 3, 7, 64, 333, 1 << 20, 0 });
}

static void
tables_wider_than_the_screen_are_covered(void **state)
{
	(void)state;
	each_table_at(43, 24, (const size_t[]){ 1, 50, 1 << 20, 0 });
	each_table_at(25, 12, (const size_t[]){ 1, 1 << 20, 0 });
}

static void
tables_scroll_through_a_low_screen(void **state)
{
	(void)state;
	each_table_at(160, 3, (const size_t[]){ 1, 50, 1 << 20, 0 });
	each_table_at(80, 5, (const size_t[]){ 1, 1 << 20, 0 });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_value_of_a_covered_column_is_left),
		cmocka_unit_test(tables_are_covered_in_any_pieces),
		cmocka_unit_test(tables_wider_than_the_screen_are_covered),
		cmocka_unit_test(tables_scroll_through_a_low_screen),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
