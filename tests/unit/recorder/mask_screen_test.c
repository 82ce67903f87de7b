/* SPDX-License-Identifier: ISC */
/* What the screen gets, and when. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "tests/unit/recorder/mask_kit.h"

static void
plain_output_does_not_wait(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "hello wor");
	assert_int_equal(buf_len(&kit.screen), 9);
	kit_close(&kit);
}

static void
behind_a_prefix_it_is_covered_as_it_comes(void **state)
{
	AUTO_FREE char *out = NULL;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "password: ");
	kit_write_pieces(&kit, "hunter2", 7, 1);
	out = kit_shown(&kit);
	assert_string_equal(out, "password: *******");
	kit_close(&kit);
}

static void
without_one_it_waits_for_thirty_milliseconds(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "from anna.b@exa");
	assert_int_equal(buf_len(&kit.screen), 5);
	assert_int_equal(mask_stream_due(kit.stream), kit.now_us + MASK_HOLD_US);
	kit_wait(&kit, MASK_HOLD_US);
	assert_int_equal(buf_len(&kit.screen), 15);
	kit_close(&kit);
}

static void
echo_does_not_wait(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	mask_stream_typed(kit.stream, kit.now_us);
	kit_write(&kit, "from anna.b@exa");
	assert_int_equal(buf_len(&kit.screen), 15);
	kit_close(&kit);
}

static void
a_rule_for_the_recording_alone_lets_the_screen_see(void **state)
{
	static const char text[] = "\033]0;pin=4711\007pin=47114711 password=pin=4711 ";
	struct mask_counts counts;
	struct kit kit;

	(void)state;
	for (size_t piece = 1; piece <= sizeof text; piece += sizeof text - 1) {
		AUTO_FREE char *shown = NULL;
		AUTO_FREE char *recorded = NULL;

		kit_open(&kit, 80, 24);
		kit_write_pieces(&kit, text, sizeof text - 1, piece);
		recorded = kit_recorded(&kit);
		shown = kit_shown(&kit);
		mask_stream_counts(kit.stream, &counts);
		kit_close(&kit);
		assert_string_equal(shown, "\033]0;pin=4711\007pin=47114711 password=******** ");
		assert_string_equal(recorded, "\033]0;pin=****\007pin=******** password=******** ");
		assert_int_equal(counts.shown, 0);
	}
}

/* The last row of a screen that was shown these bytes. */
static char *
row_shown(const struct kit *kit)
{
	struct grid *grid = grid_new(80, 24);
	struct buf text;
	char *row;

	buf_init(&text, 4096);
	grid_write(grid, buf_data(&kit->screen), buf_len(&kit->screen));
	assert_int_equal(grid_row_text(grid, 0, &text), 0);
	row = buf_text(&text);
	buf_done(&text);
	grid_free(grid);
	return row;
}

static void
what_was_shown_is_painted_over_and_counted(void **state)
{
	AUTO_FREE char *row = NULL;
	struct mask_counts counts;
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "from anna.b@exa");
	kit_wait(&kit, 500000);
	kit_write(&kit, "mple.org\033[1m for you");
	row = row_shown(&kit);
	assert_string_equal(row, "from ****************** for you");
	mask_stream_counts(kit.stream, &counts);
	assert_int_equal(counts.shown, 10);
	assert_int_equal(counts.shown_us, 500000 - MASK_HOLD_US);
	kit_close(&kit);
}

static void
a_title_comes_whole(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "$ \033]0;a tit");
	assert_int_equal(buf_len(&kit.screen), 2);
	kit_write(&kit, "le\007x");
	assert_int_equal(buf_len(&kit.screen), 2 + 4 + 7 + 1 + 1);
	kit_close(&kit);
}

static void
a_character_comes_whole(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit, 80, 24);
	kit_write(&kit, "a\303");
	assert_int_equal(buf_len(&kit.screen), 1);
	kit_write(&kit, "\274");
	assert_int_equal(buf_len(&kit.screen), 3);
	kit_close(&kit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_output_does_not_wait),
		cmocka_unit_test(behind_a_prefix_it_is_covered_as_it_comes),
		cmocka_unit_test(without_one_it_waits_for_thirty_milliseconds),
		cmocka_unit_test(echo_does_not_wait),
		cmocka_unit_test(a_rule_for_the_recording_alone_lets_the_screen_see),
		cmocka_unit_test(what_was_shown_is_painted_over_and_counted),
		cmocka_unit_test(a_title_comes_whole),
		cmocka_unit_test(a_character_comes_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
