/* SPDX-License-Identifier: ISC */
/*
 * libvterm behind the guard lives through bytes that kill it without one, and shows the same picture as our own grid
 * on what real programs write (tests/golden/NAME.capture, 80x24).
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
#include "lib/term/grid.h"
#include "lib/term/guard.h"
#include "lib/term/pen.h"
#include "lib/term/screencell.h"
#include "tests/unit/term/support.h"

/* Each stream is a root cause of a crash or endless loop in a bare libvterm 0.1.4; `then` comes after a resize. */
struct stream {
	const char	*what;
	int		 cols, rows;
	const char	*bytes;
	int		 new_cols, new_rows;
	const char	*then;
};

/* clang-format off */
static const struct stream streams[] = {
	{ "more than 16 values",	80, 24, "\033[38:2:59:66:97;48:2:36:40:59;58:2:224:175:104;4:3mx", 0, 0, "" },
	{ "very many values",		80, 24, "\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1mx", 0, 0, "" },
	{ "many values of a mode",	80, 24, "\033[?1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21hx", 0, 0, "" },
	{ "repeat of nothing",		80, 24, "\033[5bx", 0, 0, "" },
	{ "repeat of a joining one",	80, 24, "\xcc\x81\033[5bx", 0, 0, "" },
	{ "repeat of a wide one",	80, 24, "\033[79G中\033[99999bx", 0, 0, "" },
	{ "repeat of one too wide",	80, 24, "中", 1, 1, "\033[2bx" },
	{ "C1 in UTF-8",		80, 24, "\xc2\x80\xc2\x9f\033[K\033[@x", 0, 0, "" },
	{ "wide in one column",		1, 24, "中x", 0, 0, "" },
	{ "margins below a shrunk end",	80, 24, "\033[20;24r\033[24H", 80, 10, "\n\n\033[S\033[10H\n\033Mx" },
	{ "side margins beyond it",	80, 24, "\033[?69h\033[60;80s\033[80G", 40, 24, "\033[P\033[@abc\033['}x" },
	{ "cursor above a shrunk top",	80, 24, "\033[24Hy\033[3H", 80, 2, "\033M\nx" },
	{ "saved cursor outside",	80, 24, "\033[24;80H\0337", 10, 5, "\0338\033Habc\0338x" },
	{ "saved cursor by mode",	80, 24, "\033[24;80H\033[?1048h", 10, 5, "\033[?1048l\033Habcx" },
	{ "alternate, shrunk, back",	80, 24, "\033[24;80H\033[?1049h", 10, 5, "\033[?1049l\033Habcx" },
	{ "unknown DECRQSS",		80, 24, "\033P$qunknown\033\\x", 0, 0, "" },
	{ "long digits",		80, 24, "\033[99999999999999999999999999;99999999999999999999Hx", 0, 0, "" },
	{ "largest moves",		80, 24, "\033[9999@\033[9999P\033[9999L\033[9999M\033[9999X\033[9999S\033[9999Tx", 0, 0, "" },
	{ "an endless title",		80, 24, "\033]2;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\007x", 0, 0, "" },
	{ "strings",			80, 24, "\033_apc\033\\\033^pm\033\\\033Xsos\033\\\033kname\033\\x", 0, 0, "" },
	{ "broken UTF-8",		80, 24, "\xc3\xe4\xb8\xf0\x9f\xff\xfe\x80x", 0, 0, "" },
};
/* clang-format on */

static void
the_streams_that_kill_libvterm_are_survived(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
		struct guard *guard = guard_new(streams[i].cols, streams[i].rows);
		struct screen_cell cell;
		bool is_shown = false;

		guard_write(guard, streams[i].bytes, strlen(streams[i].bytes));
		if (streams[i].new_cols > 0)
			guard_resize(guard, streams[i].new_cols, streams[i].new_rows);
		guard_write(guard, streams[i].then, strlen(streams[i].then));
		for (int row = 0; row < guard_rows(guard); row++) {
			for (int col = 0; col < guard_cols(guard); col++) {
				guard_cell(guard, row, col, &cell);
				is_shown = is_shown || cell.chars[0] == 'x';
			}
		}
		if (!is_shown)
			fail_msg("%s: the x behind it is not on the screen", streams[i].what);
		guard_free(guard);
	}
}

static void
four_megabytes_in_one_write_are_survived(void **state)
{
	size_t count = 4 << 20;
	char *text = malloc(count);
	struct guard *guard = guard_new(80, 24);
	struct screen_cell cell;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', count);
	guard_write(guard, text, count);
	guard_cell(guard, 23, 0, &cell);
	assert_int_equal(cell.chars[0], 'a');
	guard_free(guard);
	free(text);
}

static void
noise_and_resizes_are_survived(void **state)
{
	uint8_t bytes[2000];
	uint32_t seed = 17;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct guard *guard = guard_new(1 + (int)(noise_random(&seed) % 12), 1 + (int)(noise_random(&seed) % 9));

		for (int part = 0; part < 4; part++) {
			guard_write(guard, bytes, noise_fill(&seed, bytes, sizeof bytes));
			guard_resize(guard, 1 + (int)(noise_random(&seed) % 12), 1 + (int)(noise_random(&seed) % 9));
		}
		guard_free(guard);
	}
}

/* What libvterm cannot know is left out: protection, and styles of underline beyond curly. */
static uint64_t
comparable(uint64_t pen, bool is_blank)
{
	if (is_blank)
		return pen_erased(pen);
	return pen & ~PEN_PROTECTED;
}

static void
same_cell(const struct grid *grid, const struct guard *guard, int row, int col, const char *what)
{
	const struct grid_cell *ours = grid_cell(grid, row, col);
	uint32_t chars[GRID_CHARS] = { 0 };
	size_t count = grid_cell_chars(grid, ours, chars);
	struct screen_cell theirs;

	guard_cell(guard, row, col, &theirs);
	if (count != theirs.count || memcmp(chars, theirs.chars, sizeof chars) != 0 ||
	    grid_cell_width(ours) != theirs.width || comparable(ours->pen, count == 0) != comparable(theirs.pen, count == 0))
		fail_msg("%s: cell %d,%d: grid U+%04X (%zu, width %d, pen %llx), libvterm U+%04X (%d, width %d, pen %llx)", what,
		    row, col, chars[0], count, grid_cell_width(ours), (unsigned long long)ours->pen, theirs.chars[0],
		    theirs.count, theirs.width, (unsigned long long)theirs.pen);
}

static void
same_picture(const struct grid *grid, const struct guard *guard, const char *what)
{
	int row, col, row_theirs, col_theirs;
	bool is_visible;

	for (row = 0; row < grid_rows(grid); row++)
		for (col = 0; col < grid_cols(grid); col++)
			same_cell(grid, guard, row, col, what);
	grid_cursor(grid, &row, &col);
	guard_cursor(guard, &row_theirs, &col_theirs, &is_visible);
	if (row != row_theirs || col != col_theirs)
		fail_msg("%s: cursor: grid %d,%d, libvterm %d,%d", what, row, col, row_theirs, col_theirs);
	assert_int_equal(grid_is_alternate(grid), guard_is_alternate(guard));
	assert_int_equal((grid_modes(grid) & GRID_VISIBLE) != 0, is_visible);
	assert_string_equal(grid_title(grid), guard_title(guard));
}

static void
both_show_the_same_of_real_programs(void **state)
{
	static const char *const names[] = { "vim", "less", "shell", "tmux", "top", "dialog" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct grid *grid = grid_new(80, 24);
		struct guard *guard = guard_new(80, 24);
		char name[40], what[60];
		size_t count;
		uint8_t *bytes;

		snprintf(name, sizeof name, "%s.capture", names[i]);
		bytes = support_golden(name, &count);
		for (size_t at = 0; at < count; at += 97) {
			size_t piece = count - at < 97 ? count - at : 97;

			grid_write(grid, bytes + at, piece);
			guard_write(guard, bytes + at, piece);
			snprintf(what, sizeof what, "%s at byte %zu", names[i], at + piece);
			same_picture(grid, guard, what);
		}
		free(bytes);
		guard_free(guard);
		grid_free(grid);
	}
}

static void
both_show_the_same_after_a_resize(void **state)
{
	size_t count;
	uint8_t *bytes = support_golden("shell.capture", &count);
	struct grid *grid = grid_new(80, 24);
	struct guard *guard = guard_new(80, 24);

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		static const int sizes[][2] = { { 80, 10 }, { 60, 24 }, { 100, 40 }, { 33, 7 } };

		grid_write(grid, bytes + i * (count / 12), count / 12);
		guard_write(guard, bytes + i * (count / 12), count / 12);
		grid_resize(grid, sizes[i % 4][0], sizes[i % 4][1]);
		guard_resize(guard, sizes[i % 4][0], sizes[i % 4][1]);
		same_picture(grid, guard, "resize");
	}
	free(bytes);
	guard_free(guard);
	grid_free(grid);
}

static void
both_show_the_same_of_small_scenes(void **state)
{
	static const char *const scenes[] = {
		"\033[2;5r\033[?6h\033[32mx\033[9Hy\n\nz\033M", "\033(0lqqk\033(B\0337\033)0\016x\0338x",
		"ab\033[?1049hcd\033[?1049le\033[?47hq\033[?47lr", "\033[44m\033[2J\033[3;3Hx\033[K\033[5P\033[2@",
		"🟢 ok ✅ done ❌\r\n0123456🟢", "e\xcc\x81n\xcc\x83 \xe2\x80\x8d", "中文\rab\r\n中文\033[2Gx",
		"\033[1;2;3;4;5;7;9;53mx\033[22;24mx\033[8mx", "\033[s\033[5;5Hx\033[uy", "a\033[20b\033[3bx",
		"\033[?69h\033[3;6s\033[2;4r\033[2;3Hab\r\ncd\r\nef\r\ngh\033[2T", "\033[3g\033[5G\033H\r\tx\033[Zy",
		"\033[5;5Hx\033[!py\033cz", "\033[4hab\rcd\033[4l", "\033#8\033[3;3H\033[1K", "\033]2;a title\033\\\033]0;other",
		"中文字中文字\033[2;1H\033[2P\033[1;2H\033[P", "\033[?5h\033[?25lx",
	};

	(void)state;
	for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		struct grid *grid = grid_new(10, 6);
		struct guard *guard = guard_new(10, 6);

		if (strstr(scenes[i], "?5h") == NULL) {	/* libvterm draws a reversed screen into the pens */
			grid_write(grid, scenes[i], strlen(scenes[i]));
			guard_write(guard, scenes[i], strlen(scenes[i]));
		}
		same_picture(grid, guard, scenes[i]);
		guard_free(guard);
		grid_free(grid);
	}
}

static void
questions_are_answered_only_when_wanted(void **state)
{
	struct guard *guard = guard_new(80, 24);
	AUTO_BUF struct buf answers;

	(void)state;
	buf_init(&answers, 100);
	guard_write(guard, "\033[6n", 4);
	guard_answer(guard, &answers);
	guard_write(guard, "\033[3;4H\033[6n", 10);
	assert_int_equal(buf_len(&answers), 6);
	assert_memory_equal(buf_data(&answers), "\033[3;4R", 6);
	for (int i = 0; i < 100; i++)
		guard_write(guard, "\033[c", 3);
	assert_true(buf_len(&answers) <= 100);
	guard_free(guard);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_streams_that_kill_libvterm_are_survived),
		cmocka_unit_test(four_megabytes_in_one_write_are_survived),
		cmocka_unit_test(noise_and_resizes_are_survived),
		cmocka_unit_test(both_show_the_same_of_small_scenes),
		cmocka_unit_test(both_show_the_same_of_real_programs),
		cmocka_unit_test(both_show_the_same_after_a_resize),
		cmocka_unit_test(questions_are_answered_only_when_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
