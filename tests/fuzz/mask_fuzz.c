/* SPDX-License-Identifier: ISC */
/*
 * Terminal bytes through the mask. The first byte is the size of the pieces they come in, the second what happens between
 * these. What is recorded and what is shown must look as the input does but for what is covered: same controls, same
 * cursor, same columns.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/term/grid.h"
#include "lib/term/parser.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/recorder/mask_kit.h"

#define COLS	40
#define ROWS	8

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Sequences after which a terminal may show something else if other bytes came between: REP, and charsets. */
static bool
is_plain(const uint8_t *bytes, size_t count)
{
	const uint8_t *at = bytes, *end = bytes + count;
	enum parser_event event;
	struct parser parser;

	parser_init(&parser);
	while ((event = parser_next(&parser, &at, end)) != PARSER_END) {
		if (event == PARSER_CSI && parser.csi.final == 'b')
			return false;
	}
	return true;
}

static bool
is_control(uint8_t byte)
{
	return byte < 0x20 || byte == 0x7f;
}

static void
check_controls(const uint8_t *bytes, size_t count, const struct buf *out)
{
	const uint8_t *other = buf_data(out), *end = other + buf_len(out);

	must(buf_len(out) <= count);
	for (size_t i = 0; i < count; i++) {
		if (!is_control(bytes[i]))
			continue;
		while (other < end && !is_control(*other))
			other++;
		must(other < end && *other == bytes[i]);
		other++;
	}
	while (other < end && !is_control(*other))
		other++;
	must(other == end);
}

static void
check_cells(const struct grid *a, const struct grid *b)
{
	for (int row = 0; row < ROWS; row++) {
		must(grid_row_wrapped(a, row) == grid_row_wrapped(b, row));
		for (int col = 0; col < COLS; col++) {
			const struct grid_cell *one = grid_cell(a, row, col), *two = grid_cell(b, row, col);

			must(grid_cell_width(one) == grid_cell_width(two) && (one->glyph == 0) == (two->glyph == 0) && one->pen == two->pen);
		}
	}
}

static void
check_place(const struct grid *a, const struct grid *b)
{
	int row_a, col_a, row_b, col_b;

	grid_cursor(a, &row_a, &col_a);
	grid_cursor(b, &row_b, &col_b);
	must(row_a == row_b && col_a == col_b && grid_modes(a) == grid_modes(b) && grid_pen(a) == grid_pen(b));
	must(grid_is_alternate(a) == grid_is_alternate(b));
}

static void
check(struct kit *kit, const uint8_t *bytes, size_t count)
{
	AUTO_GRID struct grid *input = grid_new(COLS, ROWS), *recorded = grid_new(COLS, ROWS), *shown = grid_new(COLS, ROWS);

	grid_write(input, bytes, count);
	grid_write(recorded, buf_data(&kit->record), buf_len(&kit->record));
	grid_write(shown, buf_data(&kit->screen), buf_len(&kit->screen));
	check_controls(bytes, count, &kit->record);
	check_cells(input, recorded);
	check_place(input, recorded);
	if (is_plain(bytes, count))
		check_place(input, shown);
}

/* What the tail is told: nothing that can be read, at most what was shown, and the last of all that was told is what is left. */
static void
check_veiled(struct kit *kit)
{
	AUTO_BUF struct buf veiled = { .max = 1u << 20 };
	size_t left = mask_stream_undecided(kit->stream, &veiled);
	const uint8_t *at = buf_data(&veiled), *end = at + buf_len(&veiled);
	enum parser_event event;
	struct parser parser;

	must(buf_len(&veiled) <= left && left <= mask_stream_memory(kit->stream));
	parser_init(&parser);
	while ((event = parser_next(&parser, &at, end)) != PARSER_END) {
		if (event != PARSER_TEXT)
			continue;
		for (size_t i = 0; i < parser.text_count; i++)
			must(parser.text[i] == '*' || strchr("\357\274\212", parser.text[i]) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct kit kit;
	size_t piece, step = 0;
	uint8_t between;

	if (count < 2)
		return 0;
	piece = bytes[0] == 0 ? count : bytes[0];
	between = bytes[1];
	bytes += 2;
	count -= 2;
	kit_open(&kit, COLS, ROWS);
	for (size_t at = 0; at < count; at += piece, step++) {
		kit_write_pieces(&kit, bytes + at, count - at < piece ? count - at : piece, piece);
		if ((between >> step % 8 & 1) != 0)
			kit_wait(&kit, step % 3 == 0 ? MASK_HOLD_US : MASK_IDLE_US);
		check_veiled(&kit);
		if (step % 16 == 7)
			mask_stream_typed(kit.stream, kit.now_us);
	}
	mask_stream_flush(kit.stream, kit.now_us);
	must(mask_stream_undecided(kit.stream, NULL) == 0);
	check(&kit, bytes, count);
	kit_close(&kit);
	return 0;
}
