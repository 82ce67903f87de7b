/* SPDX-License-Identifier: ISC */
/* A screen's child may die or hang; it has no rights; and what it shows is what the guard in this process shows. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/term/guard.h"
#include "lib/term/screen.h"
#include "tests/unit/term/support.h"

static struct screen *
make(int cols, int rows)
{
	struct screen *screen = NULL;

	assert_int_equal(screen_new(cols, rows, &screen), 0);
	return screen;
}

static void
it_shows_what_the_guard_shows(void **state)
{
	static const char *const names[] = { "vim.capture", "tmux.capture", "less.capture" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct screen *screen = make(80, 24);
		struct guard *guard = guard_new(80, 24);
		struct screen_cell cells[80], want;
		struct screen_view view;
		int row_want, col_want;
		bool is_visible;
		size_t count;
		uint8_t *bytes = support_golden(names[i], &count);

		count = count * 2 / 3;	/* in the middle of things */
		assert_int_equal(screen_write(screen, bytes, count), 0);
		guard_write(guard, bytes, count);
		assert_int_equal(screen_look(screen, &view), 0);
		for (int row = 0; row < 24; row++) {
			screen_cells(screen, row, cells);
			for (int col = 0; col < 80; col++) {
				guard_cell(guard, row, col, &want);
				assert_memory_equal(cells[col].chars, want.chars, sizeof want.chars);
				assert_int_equal(cells[col].width, want.width);
				assert_true(cells[col].pen == want.pen);
			}
		}
		guard_cursor(guard, &row_want, &col_want, &is_visible);
		assert_int_equal(view.row, row_want);
		assert_int_equal(view.col, col_want);
		assert_int_equal(view.is_visible, is_visible);
		assert_int_equal(view.is_alternate, guard_is_alternate(guard));
		free(bytes);
		guard_free(guard);
		screen_free(screen);
	}
}

static void
a_new_size_and_a_title_arrive(void **state)
{
	const char *bytes = "\033[30;100Hx\033]2;a \001title\007";
	struct screen *screen = make(80, 24);
	struct screen_cell cells[100];
	struct screen_view view;

	(void)state;
	assert_int_equal(screen_resize(screen, 100, 30), 0);
	assert_int_equal(screen_write(screen, bytes, strlen(bytes)), 0);
	assert_int_equal(screen_look(screen, &view), 0);
	assert_int_equal(view.cols, 100);
	assert_int_equal(view.rows, 30);
	assert_string_equal(view.title, "a title");
	screen_cells(screen, 29, cells);
	assert_int_equal(cells[99].chars[0], 'x');
	screen_cells(screen, 30, cells);
	assert_int_equal(cells[99].count, 0);
	screen_free(screen);
}

static void
a_killed_child_harms_nobody(void **state)
{
	struct screen *screen = make(80, 24);
	struct screen_view view;

	(void)state;
	assert_int_equal(screen_write(screen, "before", 6), 0);
	assert_int_equal(kill(screen_pid(screen), SIGKILL), 0);
	assert_int_equal(screen_write(screen, "after", 5), ERR_SCREEN);
	assert_int_equal(screen_look(screen, &view), ERR_SCREEN);
	assert_int_equal(screen_resize(screen, 10, 10), ERR_SCREEN);
	assert_int_equal(screen_pid(screen), -1);
	screen_free(screen);
	screen = make(80, 24);
	assert_int_equal(screen_write(screen, "again", 5), 0);
	assert_int_equal(screen_look(screen, &view), 0);
	assert_int_equal(view.col, 5);
	screen_free(screen);
}

static void
a_hanging_child_is_given_up(void **state)
{
	struct screen *screen = make(80, 24);

	(void)state;
	assert_int_equal(kill(screen_pid(screen), SIGSTOP), 0);
	assert_int_equal(screen_write(screen, "x", 1), ERR_SCREEN);
	screen_free(screen);
}

static void
the_dearest_bytes_on_the_largest_screen_are_survived(void **state)
{
	const char *bytes = "\033#8\033#8\033[2J\033#8\033#8\033[2J\033#8\033#8\033[2J\033#8";
	struct screen *screen = make(500, 500);

	(void)state;
	for (int i = 0; i < 8; i++)
		assert_int_equal(screen_write(screen, bytes, strlen(bytes)), 0);
	screen_free(screen);
}

static void
noise_never_reaches_the_outside(void **state)
{
	uint8_t bytes[4000];
	uint32_t seed = 41;
	struct screen_cell cells[80];
	struct screen_view view;

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct screen *screen = make(80, 24);

		assert_int_equal(screen_write(screen, bytes, noise_fill(&seed, bytes, sizeof bytes)), 0);
		assert_int_equal(screen_write(screen, "\xe2\x80\xae" "a\xe2\x80\xaeg", 8), 0);
		assert_int_equal(screen_look(screen, &view), 0);
		for (int row = 0; row < view.rows; row++) {
			screen_cells(screen, row, cells);
			for (int col = 0; col < view.cols; col++)
				for (int i = 0; i < cells[col].count; i++)
					assert_true(cells[col].chars[i] >= 0x20 && cells[col].chars[i] != 0x202e);
		}
		screen_free(screen);
	}
}

/* Waits until the child is confined: its first answer. */
static void
the_child_has_no_rights(void **state)
{
	struct screen *screen = make(80, 24);
	AUTO_FREE char *status = NULL;
	char path[64];
	size_t count;

	(void)state;
	assert_int_equal(screen_write(screen, "x", 1), 0);
	snprintf(path, sizeof path, "/proc/%d/status", (int)screen_pid(screen));
	assert_int_equal(fdio_slurp_path(path, 1 << 16, &status, &count), 0);
	assert_non_null(strstr(status, "NoNewPrivs:\t1"));
#ifndef POSTERN_SANITIZERS
	assert_non_null(strstr(status, "Seccomp:\t2"));
#endif
	screen_free(screen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_shows_what_the_guard_shows),
		cmocka_unit_test(a_new_size_and_a_title_arrive),
		cmocka_unit_test(a_killed_child_harms_nobody),
		cmocka_unit_test(a_hanging_child_is_given_up),
		cmocka_unit_test(the_dearest_bytes_on_the_largest_screen_are_survived),
		cmocka_unit_test(noise_never_reaches_the_outside),
		cmocka_unit_test(the_child_has_no_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
