/* SPDX-License-Identifier: ISC */
/*
 * Terminal bytes from recorded programs: through our grid, written back by paint.c into a second grid that must show the
 * same, and through libvterm behind the guard. The first four bytes are two sizes; the change comes half way.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/term/grid.h"
#include "lib/term/guard.h"
#include "lib/term/paint.h"
#include "lib/term/screencell.h"
#include "tests/fuzz/fuzz.h"

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Each wide character has its right half, and no half stands alone. */
static void
check_halves(const struct grid *grid)
{
	for (int row = 0; row < grid_rows(grid); row++) {
		for (int col = 0; col < grid_cols(grid); col++) {
			const struct grid_cell *next = grid_cell(grid, row, col + 1);

			must((grid_cell_width(grid_cell(grid, row, col)) == 2) ==
			    (next != NULL && grid_cell_width(next) == 0));
		}
	}
}

static void
check_same(const struct grid *a, const struct grid *b)
{
	AUTO_BUF struct buf text_a, text_b;
	int row_a, col_a, row_b, col_b;

	buf_init(&text_a, PAINT_MOST);
	buf_init(&text_b, PAINT_MOST);
	must(grid_text(a, &text_a) == 0 && grid_text(b, &text_b) == 0);
	must(buf_len(&text_a) == buf_len(&text_b) && memcmp(buf_data(&text_a), buf_data(&text_b), buf_len(&text_a)) == 0);
	grid_cursor(a, &row_a, &col_a);
	grid_cursor(b, &row_b, &col_b);
	must(row_a == row_b && col_a == col_b && grid_modes(a) == grid_modes(b) && grid_pen(a) == grid_pen(b));
}

static void
try_grid(const uint8_t *bytes, size_t count, const int size[4])
{
	AUTO_GRID struct grid *grid = grid_new(size[0], size[1]), *again = grid_new(size[2], size[3]);
	AUTO_BUF struct buf out;

	buf_init(&out, PAINT_MOST);
	grid_write(grid, bytes, count / 2);
	check_halves(grid);
	grid_resize(grid, size[2], size[3]);
	grid_write(grid, bytes + count / 2, count - count / 2);
	check_halves(grid);
	must(paint_sane(grid, &out) == 0);
	buf_clear(&out);
	if (grid_mid_sequence(grid))
		grid_write(grid, "\033\\x", 3);
	must(paint_whole(grid, &out) == 0);
	grid_write(again, buf_data(&out), buf_len(&out));
	check_same(grid, again);
}

static void
try_guard(const uint8_t *bytes, size_t count, const int size[4])
{
	struct guard *guard = guard_new(size[0], size[1]);
	struct screen_cell cell;

	guard_write(guard, bytes, count / 2);
	guard_resize(guard, size[2], size[3]);
	guard_write(guard, bytes + count / 2, count - count / 2);
	for (int row = 0; row < guard_rows(guard); row++)
		for (int col = 0; col < guard_cols(guard); col++)
			guard_cell(guard, row, col, &cell);
	guard_free(guard);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	int size[4];

	if (count < 4)
		return 0;
	for (int i = 0; i < 4; i++)
		size[i] = 1 + bytes[i] % 40;
	try_grid(bytes + 4, count - 4, size);
	try_guard(bytes + 4, count - 4, size);
	return 0;
}
