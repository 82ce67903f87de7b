/* SPDX-License-Identifier: ISC */
/* Comparing screens, and bytes to try them with. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/fdio.h"
#include "lib/term/grid.h"
#include "tests/unit/term/support.h"

char *
support_text(const struct grid *grid)
{
	AUTO_BUF struct buf out;

	buf_init(&out, 1 << 22);
	assert_int_equal(grid_text(grid, &out), 0);
	return buf_text(&out);
}

static void
same_cell(const struct grid *a, const struct grid *b, int row, int col, const char *what)
{
	const struct grid_cell *ca = grid_cell(a, row, col), *cb = grid_cell(b, row, col);
	uint32_t x[GRID_CHARS] = { 0 }, y[GRID_CHARS] = { 0 };
	size_t nx = grid_cell_chars(a, ca, x), ny = grid_cell_chars(b, cb, y);

	if (nx == 0 && grid_cell_width(ca) == 1)	/* a blank and a space look the same */
		x[nx++] = ' ';
	if (ny == 0 && grid_cell_width(cb) == 1)
		y[ny++] = ' ';
	if (nx != ny || memcmp(x, y, sizeof x) != 0 || grid_cell_width(ca) != grid_cell_width(cb) || ca->pen != cb->pen)
		fail_msg("%s: cell %d,%d is U+%04X (%zu) pen %llx, or U+%04X (%zu) pen %llx", what, row, col, x[0], nx,
		    (unsigned long long)ca->pen, y[0], ny, (unsigned long long)cb->pen);
}

void
support_same(const struct grid *a, const struct grid *b, const char *what)
{
	int row_a, col_a, row_b, col_b;

	assert_int_equal(grid_rows(a), grid_rows(b));
	assert_int_equal(grid_cols(a), grid_cols(b));
	for (int row = 0; row < grid_rows(a); row++)
		for (int col = 0; col < grid_cols(a); col++)
			same_cell(a, b, row, col, what);
	grid_cursor(a, &row_a, &col_a);
	grid_cursor(b, &row_b, &col_b);
	if (row_a != row_b || col_a != col_b || grid_modes(a) != grid_modes(b) || grid_pen(a) != grid_pen(b) ||
	    grid_is_alternate(a) != grid_is_alternate(b))
		fail_msg("%s: cursor %d,%d or %d,%d; modes %x or %x; pen %llx or %llx", what, row_a, col_a, row_b, col_b,
		    grid_modes(a), grid_modes(b), (unsigned long long)grid_pen(a), (unsigned long long)grid_pen(b));
}

uint8_t *
support_golden(const char *name, size_t *count)
{
	char path[512], *text = NULL;

	snprintf(path, sizeof path, "%s/tests/golden/%s", POSTERN_SRCDIR, name);
	assert_int_equal(fdio_slurp_path(path, 1 << 22, &text, count), 0);
	return (uint8_t *)text;
}

uint32_t
noise_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static size_t
put_csi(uint32_t *seed, char *bytes)
{
	static const char finals[] = "@ABCDEFGHIJKLMPSTXZ`abdefghlmrsu";
	unsigned a = noise_random(seed) % 12, b = noise_random(seed) % 12;

	return (size_t)snprintf(bytes, 16, "\033[%u;%u%c", a, b, finals[noise_random(seed) % (sizeof finals - 1)]);
}

static size_t
put_private(uint32_t *seed, char *bytes)
{
	static const int numbers[] = { 1, 5, 6, 7, 12, 25, 45, 47, 66, 69, 1000, 1003, 1006, 1047, 1048, 1049, 2004 };
	int number = numbers[noise_random(seed) % (sizeof numbers / sizeof numbers[0])];

	return (size_t)snprintf(bytes, 16, "\033[?%d%c", number, noise_random(seed) % 2 != 0 ? 'h' : 'l');
}

static size_t
put_other(uint32_t *seed, char *bytes)
{
	static const char *const others[] = {
		"\033[38;2;1;2;3m", "\033[48;5;77m", "\033[1;4:3m", "\033[m", "\033[!p", "\033[2 q", "\033[1\"q", "\0337",
		"\0338", "\033H", "\033M", "\033D", "\033E", "\033(0", "\033(B", "\033)0", "\016", "\017", "\033n", "\033=",
		"\033>", "\t", "\b", "\r\n", "\n\n\n", "\033[7'}", "\033[2'~", "\033[?2J", "\033[3g", "\033#8",
		"中文", "e\xcc\x81", "abcdefghij", "xyz", "\033]0;t\007", "\033P+q\033\\", "\xf0\x9f\x98\x80",
	};
	const char *other = others[noise_random(seed) % (sizeof others / sizeof others[0])];

	return (size_t)snprintf(bytes, 16, "%s", other);
}

size_t
noise_fill(uint32_t *seed, uint8_t *bytes, size_t most)
{
	char piece[17];
	size_t at = 0;

	while (at + sizeof piece < most) {
		size_t count = 1;

		switch (noise_random(seed) % 8) {
		case 0:
			piece[0] = (char)(noise_random(seed) % 200 == 0 ? noise_random(seed) : ' ' + noise_random(seed) % 95);
			break;
		case 1: case 2:
			count = put_csi(seed, piece);
			break;
		case 3:
			count = put_private(seed, piece);
			break;
		default:
			count = put_other(seed, piece);
			break;
		}
		memcpy(bytes + at, piece, count);
		at += count;
	}
	return at;
}
