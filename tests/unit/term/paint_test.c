/* SPDX-License-Identifier: ISC */
/* Pictures written back: a second grid that is fed the painting plays the real terminal. */
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
#include "lib/term/grid.h"
#include "lib/term/notice.h"
#include "lib/term/paint.h"
#include "tests/unit/term/support.h"

/* Programs at a moment at which a notice may come. */
static const char *const scenes[] = {
	"$ ls\r\nfile\r\n$ ",
	"\033[6;1H0123456789",			/* waits to wrap in the bottom row */
	"\033[6;1H\033[31m012345678中",
	"\033[2;1H0123456789",			/* waits to wrap elsewhere */
	"\033[2;5r\033[?6h\033[32mx",
	"\033[?69h\033[3;6s\033[2;5r\033[?6hab",
	"\033[4h\033[1;44m\033[Kabc\r",
	"\033(0lqqk\033(B\033)0\016x",
	"\033[?7labcdefghijklmn",
	"\033[?1049h\033[H\033[2J\033[6;1H\033[7m-- status --\033[m\033[3;3H",
	"\033[?25l\033[?1002h\033[?1006h\033=",
	"\033[43m\033[2J\033[3;3Hx\033[1\"qy",
	"\0337\033[5;5H\033[35mzz\033[3g\033H",
	"e\xcc\x81\xf0\x9f\x98\x80\033[6;9H中",
};

#define SCENES	(sizeof scenes / sizeof scenes[0])

struct pair {
	struct grid	*program;	/* what the worker's grid shows */
	struct grid	*terminal;	/* what the engineer sees */
	struct notice	 notice;
	struct buf	 out;
};

static void
pair_init(struct pair *pair, int cols, int rows)
{
	pair->notice = (struct notice){ 0 };
	pair->program = grid_new(cols, rows);
	pair->terminal = grid_new(cols, rows);
	buf_init(&pair->out, PAINT_MOST);
}

static void
pair_done(struct pair *pair)
{
	grid_free(pair->program);
	grid_free(pair->terminal);
	buf_done(&pair->out);
}

static void
pair_write(struct pair *pair, const void *bytes, size_t count)
{
	grid_write(pair->program, bytes, count);
	grid_write(pair->terminal, bytes, count);
}

static void
pair_send(struct pair *pair)
{
	grid_write(pair->terminal, buf_data(&pair->out), buf_len(&pair->out));
	buf_clear(&pair->out);
}

/* Lets hidden state show itself: a wait to wrap, margins, character sets, saved cursors, the other screen. */
static void
pair_probe(struct pair *pair, const char *what)
{
	static const char *const probes[] = { "qx", "\n\n", "\0338l", "\tm", "\033[?6l\033[Ho", "\033[99Hp\n", "\033[?1049lz\0338w" };

	support_same(pair->program, pair->terminal, what);
	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
		pair_write(pair, probes[i], strlen(probes[i]));
		if (notice_is_torn(&pair->notice, pair->program)) {
			assert_int_equal(notice_hide(&pair->notice, pair->program, &pair->out), 0);
			pair_send(pair);
		}
		support_same(pair->program, pair->terminal, what);
	}
}

static void
a_notice_comes_and_goes_without_a_trace(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENES; i++) {
		struct pair pair;
		char *text;

		pair_init(&pair, 10, 6);
		pair_write(&pair, scenes[i], strlen(scenes[i]));
		assert_int_equal(notice_show(&pair.notice, pair.program, "5 min\033[2J left", &pair.out), 0);
		pair_send(&pair);
		text = support_text(pair.terminal);
		if (strstr(text, "5 min?[2J") == NULL)
			fail_msg("%s: no notice in %s", scenes[i], text);
		free(text);
		assert_int_equal(notice_hide(&pair.notice, pair.program, &pair.out), 0);
		pair_send(&pair);
		pair_probe(&pair, scenes[i]);
		pair_done(&pair);
	}
}

static void
the_program_goes_on_while_a_notice_is_shown(void **state)
{
	static const char *const goes_on[] = { "more", "\r\n\n\n\n\n\nscrolled", "\033[2J", "\033[?1049hother", "\033[6;2Hover" };

	(void)state;
	for (size_t i = 0; i < SCENES; i++) {
		for (size_t k = 0; k < sizeof goes_on / sizeof goes_on[0]; k++) {
				struct pair pair;

			pair_init(&pair, 10, 6);
			pair_write(&pair, scenes[i], strlen(scenes[i]));
			assert_int_equal(notice_show(&pair.notice, pair.program, "1 min", &pair.out), 0);
			pair_send(&pair);
			pair_write(&pair, goes_on[k], strlen(goes_on[k]));
			assert_int_equal(notice_show(&pair.notice, pair.program, "0 min", &pair.out), 0);
			assert_int_equal(notice_hide(&pair.notice, pair.program, &pair.out), 0);
			pair_send(&pair);
			pair_probe(&pair, scenes[i]);
			pair_done(&pair);
		}
	}
}

static void
a_scroll_tears_a_notice(void **state)
{
	struct pair pair;

	(void)state;
	pair_init(&pair, 10, 3);
	assert_int_equal(notice_show(&pair.notice, pair.program, "x", &pair.out), 0);
	assert_false(notice_is_torn(&pair.notice, pair.program));
	pair_write(&pair, "a\r\nb", 4);
	assert_false(notice_is_torn(&pair.notice, pair.program));
	pair_write(&pair, "\n\n", 2);
	assert_true(notice_is_torn(&pair.notice, pair.program));
	pair_done(&pair);
}

static void
after_any_noise_a_notice_leaves_no_trace(void **state)
{
	uint8_t bytes[300];
	uint32_t seed = 11;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char what[40];
		struct pair pair;

		snprintf(what, sizeof what, "round %d", round);
		pair_init(&pair, 2 + (int)(noise_random(&seed) % 12), 1 + (int)(noise_random(&seed) % 8));
		pair_write(&pair, bytes, noise_fill(&seed, bytes, sizeof bytes));
		pair_write(&pair, "\033\\", grid_mid_sequence(pair.program) ? 2 : 0);
		if (grid_mid_sequence(pair.program))
			pair_write(&pair, "x", 1);	/* behind a single shift */
		assert_int_equal(notice_show(&pair.notice, pair.program, "notice 中中中", &pair.out), 0);
		assert_int_equal(notice_hide(&pair.notice, pair.program, &pair.out), 0);
		pair_send(&pair);
		pair_probe(&pair, what);
		pair_done(&pair);
	}
}

static void
a_whole_picture_is_made_again_from_nothing(void **state)
{
	uint8_t bytes[300];
	uint32_t seed = 23;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct pair pair;
		char what[40];

		snprintf(what, sizeof what, "round %d", round);
		pair_init(&pair, 2 + (int)(noise_random(&seed) % 12), 2 + (int)(noise_random(&seed) % 8));
		grid_write(pair.program, bytes, noise_fill(&seed, bytes, sizeof bytes));
		grid_write(pair.program, "\033\\", grid_mid_sequence(pair.program) ? 2 : 0);
		if (grid_mid_sequence(pair.program))
			grid_write(pair.program, "x", 1);
		assert_int_equal(paint_whole(pair.program, &pair.out), 0);
		pair_send(&pair);
		pair_probe(&pair, what);
		pair_done(&pair);
	}
}

static void
every_scene_is_made_again_from_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENES; i++) {
		struct pair pair;

		pair_init(&pair, 10, 6);
		grid_write(pair.program, scenes[i], strlen(scenes[i]));
		assert_int_equal(paint_whole(pair.program, &pair.out), 0);
		pair_send(&pair);
		pair_probe(&pair, scenes[i]);
		pair_done(&pair);
	}
}

/* As on a line that dropped: the terminal is as another session, or a former moment of this one, has left it. */
static void
any_scene_is_made_on_what_any_other_has_left(void **state)
{
	(void)state;
	for (size_t left = 0; left < SCENES; left++) {
		for (size_t i = 0; i < SCENES; i++) {
			struct pair pair;
			char what[80];

			snprintf(what, sizeof what, "scene %zu over scene %zu", i, left);
			pair_init(&pair, 10, 6);
			grid_write(pair.terminal, scenes[left], strlen(scenes[left]));
			grid_write(pair.terminal, "\033]2;cut o", 10);	/* in the middle of something */
			grid_write(pair.program, scenes[i], strlen(scenes[i]));
			assert_int_equal(paint_anew(pair.program, &pair.out), 0);
			pair_send(&pair);
			support_same(pair.program, pair.terminal, what);
			pair_write(&pair, "qx\n\nl", 5);
			support_same(pair.program, pair.terminal, what);
			pair_done(&pair);
		}
	}
}

static void
a_left_terminal_is_sane(void **state)
{
	uint8_t bytes[300];
	uint32_t seed = 5;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct grid *terminal;
		struct pair pair;
		const char *left;
		char *text;

		pair_init(&pair, 12, 6);
		pair_write(&pair, bytes, noise_fill(&seed, bytes, sizeof bytes));
		assert_int_equal(paint_sane(pair.program, &pair.out), 0);
		pair_send(&pair);
		terminal = pair.terminal;
		assert_int_equal(grid_modes(terminal), GRID_MODES_FRESH);
		assert_false(grid_is_alternate(terminal));
		assert_false(grid_mid_sequence(terminal));
		assert_true(grid_pen(terminal) == 0);
		left = "\033[Hqx\033[6;1H\n\nqx";	/* line drawing or margins would show */
		grid_write(terminal, left, strlen(left));
		text = support_text(terminal);
		assert_string_equal(text + strlen(text) - 3, "qx\n");
		assert_null(strstr(text, "─│"));
		free(text);
		pair_done(&pair);
	}
}

static void
an_untouched_terminal_gets_nothing(void **state)
{
	struct pair pair;

	(void)state;
	pair_init(&pair, 12, 6);
	pair_write(&pair, "$ ls\r\nfile\r\n$ ", 14);
	assert_int_equal(paint_sane(pair.program, &pair.out), 0);
	assert_int_equal(buf_len(&pair.out), 0);
	pair_done(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_notice_comes_and_goes_without_a_trace),
		cmocka_unit_test(the_program_goes_on_while_a_notice_is_shown),
		cmocka_unit_test(a_scroll_tears_a_notice),
		cmocka_unit_test(after_any_noise_a_notice_leaves_no_trace),
		cmocka_unit_test(a_whole_picture_is_made_again_from_nothing),
		cmocka_unit_test(every_scene_is_made_again_from_nothing),
		cmocka_unit_test(any_scene_is_made_on_what_any_other_has_left),
		cmocka_unit_test(a_left_terminal_is_sane),
		cmocka_unit_test(an_untouched_terminal_gets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
