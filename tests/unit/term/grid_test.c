/* SPDX-License-Identifier: ISC */
/* What the grid shows after given bytes, row by row; each expectation is xterm's documented behaviour. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/term/grid.h"
#include "lib/term/pen.h"
#include "tests/unit/term/support.h"

struct picture {
	const char	*what;
	int		 cols, rows;
	const char	*bytes;
	const char	*text;
	int		 row, col;
};

/* clang-format off */
static const struct picture pictures[] = {
	{ "plain text",			10, 3, "hello", "hello\n", 0, 5 },
	{ "a full line waits to wrap",	5, 3, "abcde", "abcde\n", 0, 4 },
	{ "a longer line wraps",	5, 3, "abcdefg", "abcde\nfg\n", 1, 2 },
	{ "return ends the wait",	5, 3, "abcde\rX", "Xbcde\n", 0, 1 },
	{ "no wrapping when off",	5, 3, "\033[?7labcdefg", "abcdg\n", 0, 4 },
	{ "the screen scrolls",		5, 2, "a\r\nb\r\nc", "b\nc\n", 1, 1 },
	{ "line feed keeps the column",	5, 3, "ab\nc", "ab\n  c\n", 1, 3 },
	{ "newline mode",		5, 3, "\033[20hab\nc", "ab\nc\n", 1, 1 },
	{ "back space and tab",		20, 1, "a\tb\b\bc", "a      cb\n", 0, 8 },
	{ "tab stops set and cleared",	20, 1, "\033[3g\033[5G\033H\r\tx", "    x\n", 0, 5 },
	{ "back tab",			20, 1, "\033[13G\033[Zx", "        x\n", 0, 9 },
	{ "cursor address",		9, 4, "\033[2;3Hx\033[Hy", "y\n  x\n", 0, 1 },
	{ "address is clamped",		9, 4, "\033[99;99999999999999999999Hx", "\n\n\n        x\n", 3, 8 },
	{ "relative moves",		9, 4, "\033[3B\033[4C\033[Ax\033[2Dy", "\n\n   yx\n", 2, 4 },
	{ "next and previous line",	9, 4, "ab\033[2Ec\033[Fd", "ab\nd\nc\n", 1, 1 },
	{ "erase to the end",		9, 3, "abcdef\033[3D\033[K", "abc\n", 0, 3 },
	{ "erase to the beginning",	9, 3, "abcdef\033[3D\033[1K", "    ef\n", 0, 3 },
	{ "erase below",		9, 3, "a\r\nb\r\nc\033[2;1H\033[J", "a\n", 1, 0 },
	{ "erase above",		9, 3, "a\r\nb\r\nc\033[2;1H\033[1J", "\n\nc\n", 1, 0 },
	{ "erase characters",		9, 1, "abcdef\033[2G\033[2X", "a  def\n", 0, 1 },
	{ "insert characters",		6, 1, "abcdef\033[2G\033[2@", "a  bcd\n", 0, 1 },
	{ "delete characters",		6, 1, "abcdef\033[2G\033[2P", "adef\n", 0, 1 },
	{ "insert mode",		6, 1, "abc\r\033[4hX\033[4lY", "XYbc\n", 0, 2 },
	{ "insert and delete lines",	5, 4, "a\r\nb\r\nc\033[2H\033[L\033[3H\033[2M", "a\n", 2, 0 },
	{ "margins scroll inside",	5, 4, "a\r\nb\r\nc\r\nd\033[2;3r\033[3H\nx", "a\nc\nx\nd\n", 2, 1 },
	{ "reverse feed in margins",	5, 4, "a\r\nb\r\nc\r\nd\033[2;3r\033[2H\033M", "a\n\nb\nd\n", 1, 0 },
	{ "scroll up and down",		5, 3, "a\r\nb\r\nc\033[S\033[2T", "\n\nb\n", 2, 1 },
	{ "origin mode",		5, 4, "\033[2;3r\033[?6hx\033[9Hy", "\nx\ny\n", 2, 1 },
	{ "side margins",		8, 2, "\033[?69h\033[3;5sabcdefg", "abcde\n  fg\n", 1, 4 },
	{ "repeat",			9, 1, "ab\033[3bc", "abbbbc\n", 0, 6 },
	{ "repeat of nothing",		9, 1, "\033[5b", "", 0, 0 },
	{ "save and restore",		9, 2, "ab\0337\r\n\033[31mcd\0338e", "abe\ncd\n", 0, 3 },
	{ "CSI s and u",		9, 2, "ab\033[s\r\ncd\033[ue", "abe\ncd\n", 0, 3 },
	{ "line drawing",		9, 1, "\033(0lqk\033(Bq", "┌─┐q\n", 0, 4 },
	{ "shift out",			9, 1, "\033)0\016x\017x", "│x\n", 0, 2 },
	{ "single shift",		9, 1, "\033*0\033Nqq", "─q\n", 0, 2 },
	{ "alternate screen 1049",	9, 2, "ab\033[?1049hcd\033[?1049le", "abe\n", 0, 3 },
	{ "alternate screen stays",	9, 2, "ab\033[?1049h\033[Hcd", "cd\n", 0, 2 },
	{ "two modes in one sequence",	9, 2, "ab\033[?25;1049h\033[Hcd", "cd\n", 0, 2 },
	{ "alternate screen 47",	9, 2, "ab\033[?47hcd\033[?47le", "ab  e\n", 0, 5 },
	{ "soft reset",			5, 2, "\033[2;2r\033[?6h\033[4h\033[!pa\033[Db", "b\n", 0, 1 },
	{ "hard reset",			5, 2, "abc\033[?1049hx\033cq", "q\n", 0, 1 },
	{ "alignment test",		3, 2, "\033#8", "EEE\nEEE\n", 0, 0 },
	{ "wide characters",		6, 1, "中文x", "中文x\n", 0, 5 },
	{ "wide at the edge wraps",	3, 2, "ab中", "ab\n中\n", 1, 2 },
	{ "half overwritten from left",	6, 1, "中\ra", "a\n", 0, 1 },
	{ "half overwritten from right", 6, 1, "中\033[2Gb", " b\n", 0, 2 },
	{ "wide in one column",		1, 2, "中", "\xef\xbf\xbd\n", 0, 0 },
	{ "combining",			6, 1, "e\xcc\x81x", "e\xcc\x81x\n", 0, 2 },
	{ "combining at the edge",	3, 1, "abe\xcc\x81", "abe\xcc\x81\n", 0, 2 },
	{ "combining with nothing",	3, 1, "\xcc\x81q", "q\n", 0, 1 },
	{ "broken UTF-8",		9, 1, "a\xff\xc3(\xe2\x82z", "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbdz\n", 0, 6 },
	{ "C1 in UTF-8 is nothing",	9, 1, "a\xc2\x9b" "31mb", "a31mb\n", 0, 5 },
	{ "controls inside CSI",	9, 2, "a\033[1\r;1\nHb", "b\n", 0, 1 },
	{ "a cancelled sequence",	9, 1, "a\033[31\030mb", "amb\n", 0, 3 },
	{ "strings are not text",	9, 1, "a\033]0;no\007b\033_no\033\\c\033Pno\033\\d\033^no\033\\e\033Xno\033\\f\033kno\033\\g",
	  "abcdefg\n", 0, 7 },
	{ "unknown sequences",		9, 1, "a\033[?!5y\033[5;6$~b\033#3c\033%Gd", "abcd\n", 0, 4 },
	{ "many values",		9, 1, "\033[38:2:59:66:97;48:2:36:40:59;58:2:224:175:104;4:3;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1ma",
	  "a\n", 0, 1 },
};
/* clang-format on */

static void
check_picture(const struct picture *p, size_t step)
{
	struct grid *grid = grid_new(p->cols, p->rows);
	size_t count = strlen(p->bytes);
	char *text;
	int row, col;

	for (size_t i = 0; i < count; i += step)
		grid_write(grid, p->bytes + i, count - i < step ? count - i : step);
	text = support_text(grid);
	grid_cursor(grid, &row, &col);
	if (strcmp(text, p->text) != 0 || row != p->row || col != p->col)
		fail_msg("%s: got \"%s\" at %d,%d, want \"%s\" at %d,%d", p->what, text, row, col, p->text, p->row, p->col);
	assert_int_equal(grid_place(grid), count);
	free(text);
	grid_free(grid);
}

static void
every_picture_is_as_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
		check_picture(&pictures[i], 1 << 20);
}

static void
writing_byte_by_byte_gives_the_same_pictures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
		check_picture(&pictures[i], 1);
}

struct colour {
	const char	*bytes;
	uint64_t	 pen;
};

static void
colours_and_attributes_arrive_in_the_cells(void **state)
{
	static const struct colour colours[] = {
		{ "\033[1;31mx", PEN_BOLD | PEN_INDEXED | 1 },
		{ "\033[1;31m\033[mx", 0 },
		{ "\033[97mx", PEN_INDEXED | 15 },
		{ "\033[38;5;200mx", PEN_INDEXED | 200 },
		{ "\033[38:5:200mx", PEN_INDEXED | 200 },
		{ "\033[38;2;1;2;3mx", PEN_RGB | 0x010203 },
		{ "\033[38:2:1:2:3mx", PEN_RGB | 0x010203 },
		{ "\033[38:2::1:2:3mx", PEN_RGB | 0x010203 },
		{ "\033[48;5;4;9mx", ((uint64_t)(PEN_INDEXED | 4) << 26) | PEN_STRIKE },
		{ "\033[4:3mx", UINT64_C(3) << PEN_UNDERLINE },
		{ "\033[58;2;9;9;9;3mx", PEN_ITALIC },
		{ "\033[38;5m\033[7mx", PEN_REVERSE },
		{ "\033[1;2;22mx", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++) {
		struct grid *grid = grid_new(10, 2);

		grid_write(grid, colours[i].bytes, strlen(colours[i].bytes));
		if (grid_cell(grid, 0, 0)->pen != colours[i].pen)
			fail_msg("%s: pen %llx", colours[i].bytes + 1, (unsigned long long)grid_cell(grid, 0, 0)->pen);
		grid_free(grid);
	}
}

static void
pens_survive_being_written(void **state)
{
	uint64_t pen = PEN_BOLD | PEN_DIM | PEN_ITALIC | PEN_BLINK | PEN_REVERSE | PEN_HIDDEN | PEN_STRIKE | PEN_OVERLINE |
	    (UINT64_C(3) << PEN_UNDERLINE) | PEN_RGB | 0xff8001 | (uint64_t)(PEN_RGB | 0x01ff80) << 26;
	AUTO_BUF struct buf out;
	struct grid *grid = grid_new(10, 2);

	(void)state;
	buf_init(&out, 4096);
	assert_int_equal(pen_write(&out, pen), 0);
	grid_write(grid, "\033[9;44m", 7);
	grid_write(grid, buf_data(&out), buf_len(&out));
	assert_true(grid_pen(grid) == pen);
	grid_free(grid);
}

static void
cells_know_where_they_came_from(void **state)
{
	struct grid *grid = grid_new(10, 2);

	(void)state;
	grid_write(grid, "ab\033[1mc\xe4", 8);
	grid_write(grid, "\xb8\xad" "d", 3);
	assert_int_equal(grid_cell(grid, 0, 1)->origin, 1);
	assert_int_equal(grid_cell(grid, 0, 2)->origin, 6);
	assert_int_equal(grid_cell(grid, 0, 3)->origin, 7);
	assert_int_equal(grid_cell_width(grid_cell(grid, 0, 3)), 2);
	assert_int_equal(grid_cell(grid, 0, 5)->origin, 10);
	grid_free(grid);
}

static void
it_says_when_it_is_inside_a_sequence(void **state)
{
	static const char *const inside[] = { "\033", "\033[", "\033[1", "\033]0;x", "\033]0;x\033", "\033P", "\xe2\x82", "\033(" };
	static const char *const outside[] = { "", "a", "\033[m", "\033]0;x\007", "\033]0;x\033\\", "\xe2\x82\xac", "\033[\030" };

	(void)state;
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
		struct grid *grid = grid_new(10, 2);

		grid_write(grid, inside[i], strlen(inside[i]));
		assert_true(grid_mid_sequence(grid));
		grid_free(grid);
	}
	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
		struct grid *grid = grid_new(10, 2);

		grid_write(grid, outside[i], strlen(outside[i]));
		assert_false(grid_mid_sequence(grid));
		grid_free(grid);
	}
}

static void
the_title_is_clean(void **state)
{
	struct grid *grid = grid_new(10, 2);

	(void)state;
	grid_write(grid, "\033]2;a\xc2\x9b" "b\xff\033\\", 11);
	assert_string_equal(grid_title(grid), "a?b?");
	for (int i = 0; i < 100000; i++)
		grid_write(grid, i == 0 ? "\033]0;" : "xyz", i == 0 ? 4 : 3);
	grid_write(grid, "\007", 1);
	assert_true(strlen(grid_title(grid)) > 100 && strlen(grid_title(grid)) < GRID_TITLE);
	grid_free(grid);
}

struct change {
	const char	*what;
	const char	*before;
	int		 cols, rows;
	const char	*after;
	const char	*text;
};

static void
a_new_size_keeps_what_fits(void **state)
{
	static const struct change changes[] = {
		{ "blank rows go first", "a\r\nb", 8, 2, "", "a\nb\n" },
		{ "then rows at the top", "a\r\nb\r\nc\r\nd", 8, 2, "!", "c\nd!\n" },
		{ "columns are cut", "abcdefgh", 4, 4, "\r\nx", "abcd\nx\n" },
		{ "half a wide character goes", "abc中", 4, 4, "", "abc\n" },
		{ "columns are added", "abcdefgh", 12, 4, "i", "abcdefghi\n" },
		{ "rows are added below", "a\r\nb\r\nc\r\nd", 8, 6, "\r\ne", "a\nb\nc\nd\ne\n" },
		{ "margins are reset", "\033[3;4r\033[4H", 8, 2, "\n\nx", "\nx\n" },
		{ "a saved cursor is clamped", "\033[4;8H\0337", 3, 2, "\0338\033Hx", "\n  x\n" },
		{ "the alternate screen is cut below", "p\033[?1049h\033[Ha\r\nb\r\nc\r\nd", 8, 2, "", "a\nb\n" },
		{ "both screens change", "p\033[?1049h", 3, 2, "\033[?1049lq", "pq\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct grid *grid = grid_new(8, 4);
		char *text;

		grid_write(grid, changes[i].before, strlen(changes[i].before));
		grid_resize(grid, changes[i].cols, changes[i].rows);
		grid_write(grid, changes[i].after, strlen(changes[i].after));
		text = support_text(grid);
		if (strcmp(text, changes[i].text) != 0)
			fail_msg("%s: got \"%s\"", changes[i].what, text);
		free(text);
		grid_free(grid);
	}
}

static void
no_bytes_break_it_or_tear_a_wide_character(void **state)
{
	uint8_t bytes[4096];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct grid *grid = grid_new(1 + (int)(noise_random(&seed) % 12), 1 + (int)(noise_random(&seed) % 9));

		for (int part = 0; part < 4; part++) {
			grid_write(grid, bytes, noise_fill(&seed, bytes, sizeof bytes));
			for (int row = 0; row < grid_rows(grid); row++) {
				for (int col = 0; col < grid_cols(grid); col++) {
					bool wide = grid_cell_width(grid_cell(grid, row, col)) == 2;
					const struct grid_cell *next = grid_cell(grid, row, col + 1);

					assert_true(wide == (next != NULL && grid_cell_width(next) == 0));
				}
			}
			grid_resize(grid, 1 + (int)(noise_random(&seed) % 12), 1 + (int)(noise_random(&seed) % 9));
		}
		grid_free(grid);
	}
}

static void
many_different_clusters_do_not_grow_it_without_bound(void **state)
{
	struct grid *grid = grid_new(80, 24);
	uint32_t seed = 3;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint8_t bytes[3] = { (uint8_t)('a' + noise_random(&seed) % 26), 0xcc, (uint8_t)(0x80 + noise_random(&seed) % 64) };

		grid_write(grid, bytes, 3);
	}
	assert_true(grid_memory(grid) < 96 * 1024);
	grid_free(grid);
}

static void
both_screens_at_80x24_fit_in_64_kib(void **state)
{
	struct grid *grid = grid_new(80, 24);

	(void)state;
	grid_write(grid, "\033[?1049h", 8);
	assert_true(grid_memory(grid) <= 64 * 1024);
	grid_free(grid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_picture_is_as_expected),
		cmocka_unit_test(writing_byte_by_byte_gives_the_same_pictures),
		cmocka_unit_test(colours_and_attributes_arrive_in_the_cells),
		cmocka_unit_test(pens_survive_being_written),
		cmocka_unit_test(cells_know_where_they_came_from),
		cmocka_unit_test(it_says_when_it_is_inside_a_sequence),
		cmocka_unit_test(the_title_is_clean),
		cmocka_unit_test(a_new_size_keeps_what_fits),
		cmocka_unit_test(no_bytes_break_it_or_tear_a_wide_character),
		cmocka_unit_test(many_different_clusters_do_not_grow_it_without_bound),
		cmocka_unit_test(both_screens_at_80x24_fit_in_64_kib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
