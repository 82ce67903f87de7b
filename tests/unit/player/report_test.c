/* SPDX-License-Identifier: ISC */
/* What people wrote stays text in every form of a report; filters and samples do what the manual says. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "player/report.h"
#include "player/sack.h"

static const struct column columns[] = {
	{ "what", "What", CELL_TEXT, true, false }, { "count", "Count", CELL_NUMBER, true, false }, { "at", "At", CELL_TIME, true, false },
};
static const struct table_kind kind = { "things", "Things", "", columns, 3 };

/* The CSV of one row with this text. The caller frees it. */
static char *
csv_of(const char *text)
{
	struct out out = { .fd = memfd_create("csv", 0), .room = own_alloc(OUT_ROOM) };
	struct table table = { .kind = &kind };
	char *written = NULL;
	size_t count;

	table_text(&table, text);
	table_number(&table, -5);
	table_number(&table, 0);
	assert_int_equal(report_write_csv(&table, &out), 0);
	assert_int_equal(out_flush(&out), 0);
	assert_int_equal(lseek(out.fd, 0, SEEK_SET), 0);
	assert_int_equal(fdio_slurp(out.fd, 65536, &written, &count), 0);
	close(out.fd);
	free(out.room);
	table_done(&table);
	return written;
}

static void
csv_quotes_what_would_be_something_else(void **state)
{
	static const struct { const char *text, *as; } cases[] = {
		{ "plain", "plain" },
		{ "a, b", "\"a, b\"" },
		{ "say \"no\"", "\"say \"\"no\"\"\"" },
		{ "=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"" },
		{ "+1", "\"'+1\"" },
		{ "-1", "\"'-1\"" },
		{ "@SUM(1)", "\"'@SUM(1)\"" },
		{ "a;b", "\"a;b\"" },
		{ "one\ntwo", "\"one two\"" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO_FREE char *csv = csv_of(cases[i].text);
		char wanted[256];

		snprintf(wanted, sizeof wanted, "what,count,at\r\n%s,-5,\r\n", cases[i].as);
		assert_string_equal(csv, wanted);
	}
}

static void
a_ticket_is_a_word_of_its_own(void **state)
{
	(void)state;
	assert_true(report_has_ticket("INC-48 baskets", "INC-48"));
	assert_true(report_has_ticket("see inc-48.", "INC-48"));
	assert_true(report_has_ticket("(INC-48)", "INC-48"));
	assert_true(report_has_ticket("about #12", "#12"));
	assert_false(report_has_ticket("INC-4821 baskets", "INC-48"));
	assert_false(report_has_ticket("XINC-48", "INC-48"));
	assert_false(report_has_ticket("", "INC-48"));
	assert_false(report_has_ticket("anything", ""));
}

static void
a_draw_is_the_hash_that_the_manual_tells(void **state)
{
	/* printf '%s\n%s' 2026-Q4 000102030405060708090a0b0c0d0e0f | sha256sum */
	static const char wanted[] = "e05123ece3888d7e7150a40b6e669e0d8f16dbc836ed98cabc2f4faaaa784c6f";
	struct id id;
	uint8_t draw[32];
	char hex[65];

	(void)state;
	for (uint8_t i = 0; i < ID_BYTES; i++)
		id.bytes[i] = i;
	report_draw("2026-Q4", &id, draw);
	assert_string_equal(id_hex(draw, sizeof draw, hex), wanted);
}

static void
an_archive_never_takes_the_place_of_a_file(void **state)
{
	char path[] = "/tmp/postern-sack.XXXXXX", name[64];
	struct sack sack;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_true(sack_open(&sack, path, 0) < 0);
	sack_close(&sack);
	snprintf(name, sizeof name, "%s/a.tar", path);
	assert_int_equal(sack_open(&sack, name, 0), 0);
	sack_put_text(&sack, "folder/file", "text");
	assert_int_equal(sack_end(&sack), 0);
	sack_close(&sack);
	assert_true(sack_open(&sack, name, 0) < 0);
	sack_close(&sack);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(rmdir(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_quotes_what_would_be_something_else),
		cmocka_unit_test(a_ticket_is_a_word_of_its_own),
		cmocka_unit_test(a_draw_is_the_hash_that_the_manual_tells),
		cmocka_unit_test(an_archive_never_takes_the_place_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
