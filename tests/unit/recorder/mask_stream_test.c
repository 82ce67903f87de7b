/* SPDX-License-Identifier: ISC */
/* What a recording gets, however a value arrives. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/own.h"
#include "tests/unit/recorder/mask_kit.h"

#define HUB	"ghp_0123456789abcdefABCDEF0123456789wxyz"
#define HEX	"6acef03f62675b4b1bbd03e53b187727\r\n"	/* a line of a key of OpenVPN */
#define HEX_IS	"********************************\r\n"
#define HUB_IS	"****************************************"
#define A60	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A70	A60 "aaaaaaaaaa"

struct row {
	const char	*what, *in, *out;
};

/* clang-format off */
static const struct row rows[] = {
	{ "plain text", "all is well: 12345\r\n", "all is well: 12345\r\n" },
	{ "a token", "x " HUB " y\r\n", "x " HUB_IS " y\r\n" },
	{ "a value", "password=hunter2 y\r\n", "password=******* y\r\n" },
	{ "at the end", "password=hunter2", "password=*******" },
	{ "colours inside", "pass\033[1mword: \033[31mhun\033[0mter2 y\r\n", "pass\033[1mword: \033[31m***\033[0m**** y\r\n" },
	{ "wrapped", A70 "  password=hunter2 x\r\n", A70 "  password=******* x\r\n" },
	{ "folded", A70 "  password\r\n=hunter2 x\r\n", A70 "  password\r\n=******* x\r\n" },
	{ "folded token", A60 " ghp_0123456789abcde\r\nfABCDEF0123456789wxyz x\r\n",
	    A60 " *******************\r\n********************* x\r\n" },
	{ "overprinted", "password=hunter2\rxxxxxxxxxxxxxxxx\r\n", "password=*******\rxxxxxxxxxxxxxxxx\r\n" },
	{ "erased", "password=hunter2\033[2Kx\r\n", "password=*******\033[2Kx\r\n" },
	{ "cleared", "password=hunter2\033[2J\033[Hx\r\n", "password=*******\033[2J\033[Hx\r\n" },
	{ "another screen", "password=hunter2\033[?1049hx", "password=*******\033[?1049hx" },
	{ "painted", "\033[5;3Hpassword=\033[9;1Hx\033[5;12Hhunter2\033[1;1H", "\033[5;3Hpassword=\033[9;1Hx\033[5;12H*******\033[1;1H" },
	{ "value first", "\033[5;12Hhunter2\033[5;3Hpassword=\033[1;1H", "\033[5;12H*******\033[5;3Hpassword=\033[1;1H" },
	{ "inserted", "password=huter2\b\b\b\b\033[1@n\r\n", "password=******\b\b\b\b\033[1@*\r\n" },
	{ "a title", "\033]0;password=hunter2\007$ ", "\033]0;password=*******\007$ " },
	{ "a title with ST", "\033]2;" HUB "\033\\$ ", "\033]2;" HUB_IS "\033\\$ " },
	{ "another string", "\033kpassword=hunter2\033\\$ ", "\033kpassword=*******\033\\$ " },
	{ "characters of two bytes", "password=h\303\274nter2 y\r\n", "password=******* y\r\n" },
	{ "wide characters", "password=\346\227\245ab\346\234\254 y\r\n", "password=\357\274\212**\357\274\212 y\r\n" },
	{ "joined characters", "password=hu\314\210nter2 y\r\n", "password=******* y\r\n" },
	{ "the last four", "card 4111 1111 1111 1111 y\r\n", "card ***************1111 y\r\n" },
	{ "a label", "by staff-1234567 y\r\n", "by [STAFF]****** y\r\n" },
	{ "a key", "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\r\nMzEfYyjiWA4=\r\n"
	    "-----END PRIVATE KEY-----\r\n$ ls\r\n",
	    "-----BEGIN PRIVATE KEY-----\r\n****************************************************************\r\n************\r\n"
	    "-----END PRIVATE KEY-----\r\n$ ls\r\n" },
	{ "a key that is cut off", "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\r\n^C\r\nme@host:~$ ls\r\n",
	    "-----BEGIN PRIVATE KEY-----\r\n****************************************************************\r\n^C\r\nme@host:~$ ls\r\n" },
	{ "a value for the recording only", "pin=123456 y\r\n", "pin=****** y\r\n" },
	{ "the same in a title", "\033]0;pin=123456\007$ ", "\033]0;pin=******\007$ " },
	{ "a key behind marks", "# -----BEGIN PRIVATE KEY-----\r\n# MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\r\n# MzEfYyjiWA4=\r\n"
	    "# -----END PRIVATE KEY-----\r\n$ ls\r\n",
	    "# -----BEGIN PRIVATE KEY-----\r\n******************************************************************\r\n**************\r\n"
	    "**-----END PRIVATE KEY-----\r\n$ ls\r\n" },
	{ "behind an escape", "x \\n" HUB "\\n y\r\n", "x \\n" HUB_IS "\\n y\r\n" },
	{ "a card folded at its blank", A60 "aaaa 4111 1111 1111 \r\n1111 x\r\n", A60 "aaaa ***************\r\n1111 x\r\n" },
	{ "wrapped in a pane", "\033[1;10H\342\224\202\033[2;10H\342\224\202\033[1;1Hab staff-\033[2;1H1234567\033[5;1H",
	    "\033[1;10H\342\224\202\033[2;10H\342\224\202\033[1;1Hab [STAFF\033[2;1H]******\033[5;1H" },
	{ "bytes that are no characters", "password=caf\351\340r\200\342\202z x\r\n", "password=********* x\r\n" },
	{ "but not one that ended a sequence", "password=abc\033[3\351def x\r\n", "password=***\033[3\351*** x\r\n" },
	{ "nor when it is repeated", "secret=\033\345\033[bxyz\r\n", "secret=\033\345\033[b***\r\n" },
	{ "a key of short lines", "-----BEGIN PRIVATE KEY-----\r\n" HEX HEX HEX HEX HEX HEX "-----END PRIVATE KEY-----\r\n",
	    "-----BEGIN PRIVATE KEY-----\r\n" HEX_IS HEX_IS HEX_IS HEX_IS HEX_IS HEX_IS "-----END PRIVATE KEY-----\r\n" },
	{ "cut at the edge, as by less", "\033[2;1H" A60 " ghp_0123456789abcd>\033[1;1H", "\033[2;1H" A60 " ghp_**************>\033[1;1H" },
	{ "an empty escape", "\033[1;31m\033[0m\033(B", "\033[1;31m\033[0m\033(B" },
};
/* clang-format on */

#define ROWS	(sizeof rows / sizeof rows[0])

static void
check(const struct row *row, size_t piece)
{
	AUTO_FREE char *out = NULL;
	struct mask_counts counts;
	struct kit kit;

	kit_open(&kit, 80, 24);
	kit_write_pieces(&kit, row->in, strlen(row->in), piece);
	out = kit_recorded(&kit);
	mask_stream_counts(kit.stream, &counts);
	kit_close(&kit);
	if (strcmp(out, row->out) != 0 || counts.late != 0)
		fail_msg("%s in pieces of %zu: '%s', %d late", row->what, piece, out, (int)counts.late);
}

static void
values_are_covered_however_they_arrive(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t piece = 1; piece <= strlen(rows[i].in) + 1; piece++)
			check(&rows[i], piece);
}

static void
a_line_waits_until_it_is_over(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "one\r\ntwo pass");
	assert_int_equal(buf_len(&kit.record), 5);
	assert_int_equal(mask_stream_undecided(kit.stream, NULL), buf_len(&kit.screen) - 5);
	kit_write(&kit, "word=hunter2\r\n");
	assert_int_equal(buf_len(&kit.record), 27);
	assert_int_equal(mask_stream_undecided(kit.stream, NULL), 0);
	kit_write(&kit, "$ ");
	kit_wait(&kit, MASK_IDLE_US - 1);
	assert_int_equal(buf_len(&kit.record), 27);
	kit_wait(&kit, 1);
	assert_int_equal(buf_len(&kit.record), 29);
	assert_int_equal(mask_stream_due(kit.stream), 0);
	kit_close(&kit);
}

static void
what_was_begun_and_left_is_not_released(void **state)
{
	AUTO_FREE char *out = NULL;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "$ export T=ghp_0123456789");
	kit_wait(&kit, MASK_IDLE_US);
	kit_write(&kit, "abcdefABCDEF0123456789wxyz\r\n");
	out = kit_recorded(&kit);
	assert_null(strstr(out, "0123"));
	assert_null(strstr(out, "wxyz"));
	kit_close(&kit);
}

/* The edge of the screen takes a character away: what was released before cannot be known, so it comes at once. */
static void
what_is_erased_at_the_edge_was_there(void **state)
{
	AUTO_FREE char *out = NULL;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, A70 " ghp_01234\033[K56789abcdefABCDEF0123456789wxyz x\r\n");
	out = kit_recorded(&kit);
	assert_string_equal(out, A70 " *********\033[K******************************* x\r\n");
	kit_close(&kit);
}

static void
a_number_that_is_not_over_waits(void **state)
{
	AUTO_FREE char *out = NULL;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "card 4012 8888 88");
	kit_wait(&kit, 3 * MASK_IDLE_US);
	assert_int_equal(buf_len(&kit.record), 5);
	assert_int_equal(mask_stream_due(kit.stream), 0);
	mask_stream_resize(kit.stream, 100, 30, kit.now_us);
	assert_int_equal(buf_len(&kit.record), 5);
	kit_write(&kit, "88 1881 y\r\n");
	out = kit_recorded(&kit);
	assert_string_equal(out, "card ***************1881 y\r\n");
	kit_close(&kit);
}

static void
type(struct kit *kit, const char *echo)
{
	mask_stream_typed(kit->stream, kit->now_us);
	kit_write(kit, echo);
	kit_wait(kit, 300000);
}

static void
what_is_typed_waits_for_the_end_of_its_line(void **state)
{
	static const char *const keys[] = { "b", "y", " ", "s", "t", "a", "f", "f", "-", "1", "2", "3", "x", "4", "\b\033[K", "\b\033[K" };
	AUTO_FREE char *out = NULL;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "$ ");
	kit_wait(&kit, MASK_IDLE_US);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		type(&kit, keys[i]);
	kit_wait(&kit, 3 * MASK_IDLE_US);
	assert_int_equal(buf_len(&kit.record), 2);
	for (const char *at = "4567"; *at != '\0'; at++)
		type(&kit, (char[]){ *at, '\0' });
	type(&kit, "\r\n");
	assert_int_equal(mask_stream_undecided(kit.stream, NULL), 0);
	out = kit_recorded(&kit);
	assert_string_equal(out, "$ by [STAFF]**x4\b\033[K\b\033[K****\r\n");
	kit_close(&kit);
}

static char *
recorded_with_key(const char *text, size_t at)
{
	struct kit kit;
	char *out;

	kit_open(&kit, 80, 24);
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (i == at)
			mask_stream_typed(kit.stream, kit.now_us);
		kit_write_pieces(&kit, text + i, 1, 1);
	}
	out = kit_recorded(&kit);
	kit_close(&kit);
	return out;
}

/* Its second half alone would be text, and be covered: here all of the line is, as its rule costs too much. */
static void
a_key_in_the_middle_of_a_sequence_does_not_cut_it(void **state)
{
#define V10	"1;1;1;1;1;1;1;1;1;1;"
	static const char *const texts[] = { "he\r\nx\033\b\b=zzzxportaworswrdrd",
		"he\r\nx\b\033[" V10 V10 V10 V10 V10 V10 V10 V10 V10 V10 V10 V10 V10 V10 V10 "mzzzxportaworswrdrd" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		AUTO_FREE char *whole = recorded_with_key(texts[i], SIZE_MAX);

		assert_non_null(strstr(whole, "******************"));
		for (size_t at = 5; texts[i][at] != 'z'; at++) {
			AUTO_FREE char *out = recorded_with_key(texts[i], at);

			assert_string_equal(out, whole);
		}
	}
}

/* A shell that paints its line at each key has said most of a value before it is one. */
static void
what_was_painted_over_is_covered_too(void **state)
{
	static const char word[] = "staff-1234567";
	AUTO_FREE char *out = NULL;
	struct kit kit;
	char echo[32];

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "$ ");
	for (size_t i = 1; i < sizeof word; i++) {
		snprintf(echo, sizeof echo, "\r\033[2C%.*s", (int)i, word);
		type(&kit, echo);
	}
	type(&kit, "\r\n");
	out = kit_recorded(&kit);
	assert_null(strstr(out, "ff-123"));
	kit_close(&kit);
}

static void
a_line_of_any_length_is_bounded_and_covered(void **state)
{
	AUTO_FREE char *out = NULL;
	struct kit kit;
	size_t most = 0;

	(void)state;
	kit_open(&kit, 80, 24);
	for (int i = 0; i < 3000; i++) {
		kit_write(&kit, A60 " password=hunter2 " HUB " ");
		if (mask_stream_memory(kit.stream) > most)
			most = mask_stream_memory(kit.stream);
	}
	out = kit_recorded(&kit);
	assert_int_equal(strlen(out), 3000 * (60 + 18 + 41));
	assert_null(strstr(out, "hunter"));
	assert_null(strstr(out, "0123"));
	assert_true(most < 512 * 1024);
	kit_close(&kit);
}

/* Longer than its rule says, than the screen, and than all that is kept of a line that has left it. */
static void
a_value_of_any_length_is_covered(void **state)
{
	enum { LENGTH = 20000 };
	AUTO_FREE char *value = own_alloc(LENGTH + 1);
	static const int heights[] = { 24, 5, 200 };

	(void)state;
	memset(value, 'a', LENGTH);
	for (size_t size = 0; size < sizeof heights / sizeof heights[0]; size++) {
		for (size_t piece = 100; piece <= LENGTH; piece *= 3) {
			AUTO_FREE char *out = NULL;
			struct kit kit;

			kit_open(&kit, size == 1 ? 20 : 80, heights[size]);
			kit_write(&kit, "x password=");
			kit_write_pieces(&kit, value, LENGTH, piece);
			kit_write(&kit, " and more\r\n");
			out = kit_recorded(&kit);
			assert_int_equal(strlen(out), LENGTH + 22);
			assert_null(strstr(out, "aa"));
			assert_non_null(strstr(out, "*** and more"));
			kit_close(&kit);
		}
	}
}

static void
hits_are_counted_once(void **state)
{
	struct mask_counts counts;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write_pieces(&kit, "password=hunter2 " HUB "\r\n", 59, 1);
	kit_write(&kit, "card 4111 1111 1111 1112\r\nghp_ is a prefix\r\n\033[1;70Hx\033[3;70Hx");
	mask_stream_flush(kit.stream, kit.now_us);
	mask_stream_counts(kit.stream, &counts);
	assert_int_equal(counts.hits, 2);
	assert_int_equal(mask_stream_rule_hits(kit.stream, KIT_GITHUB), 1);
	assert_int_equal(mask_stream_rule_hits(kit.stream, KIT_VALUE), 1);
	assert_true(kit.near >= 1 && kit.near_check >= 1);
	kit_close(&kit);
}

static void
another_size_keeps_what_is_covered(void **state)
{
	AUTO_FREE char *out = NULL;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "password=hun");
	mask_stream_resize(kit.stream, 60, 20, kit.now_us);
	kit_write(&kit, "ter2 x\r\n");
	out = kit_recorded(&kit);
	assert_string_equal(out, "password=******* x\r\n");
	kit_close(&kit);
}

static void
words_of_our_own_are_covered_in_place(void **state)
{
	char text[] = "because password=hunter2 x";
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	mask_stream_text(kit.stream, text);
	assert_string_equal(text, "because password=******* x");
	kit_close(&kit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_covered_however_they_arrive),
		cmocka_unit_test(a_line_waits_until_it_is_over),
		cmocka_unit_test(what_was_begun_and_left_is_not_released),
		cmocka_unit_test(what_is_erased_at_the_edge_was_there),
		cmocka_unit_test(a_number_that_is_not_over_waits),
		cmocka_unit_test(what_is_typed_waits_for_the_end_of_its_line),
		cmocka_unit_test(a_key_in_the_middle_of_a_sequence_does_not_cut_it),
		cmocka_unit_test(what_was_painted_over_is_covered_too),
		cmocka_unit_test(a_line_of_any_length_is_bounded_and_covered),
		cmocka_unit_test(a_value_of_any_length_is_covered),
		cmocka_unit_test(hits_are_counted_once),
		cmocka_unit_test(another_size_keeps_what_is_covered),
		cmocka_unit_test(words_of_our_own_are_covered_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
