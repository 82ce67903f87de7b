/* SPDX-License-Identifier: ISC */
/*
 * Keys and output in any order. The input is a row of steps: a byte whose low two bits say what (typed blind, raw, echoed; shown) and
 * whose others how long it then takes, a length, and as many bytes. A 'Q' is typed blind only: none may be told.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/term/grid.h"
#include "recorder/mask/mask_input.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/recorder/mask_kit.h"

#define COLS	40
#define ROWS	8
#define SHOWN	3

struct typing {
	struct grid		*grid;
	struct mask_input	*input;
	enum mask_tty		 tty;
	int64_t			 now_us, told_us;
	size_t			 typed, told;	/* bytes; hidden ones told as characters */
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
sink(void *user, const struct mask_typed *typed)
{
	struct typing *t = user;

	must(typed->count > 0 && typed->first_us <= typed->last_us && typed->last_us <= t->now_us && typed->first_us >= t->told_us);
	must(typed->bytes == NULL || memchr(typed->bytes, 'Q', typed->count) == NULL);
	t->told_us = typed->first_us;
	t->told += typed->count;
	must(t->told <= t->typed);
}

static void
show(struct typing *t, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		size_t piece = mask_input_piece(t->input, bytes, count);

		must(piece > 0 && piece <= count);
		grid_write(t->grid, bytes, piece);
		mask_input_shown(t->input, bytes, piece, t->tty, t->now_us);
		bytes += piece;
		count -= piece;
	}
}

static void
step(struct typing *t, unsigned what, uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (what == MASK_TTY_BLIND && bytes[i] >= 0x20 && bytes[i] < 0x7f)
			bytes[i] = 'Q';
		else if (bytes[i] == 'Q')
			bytes[i] = 'q';
	}
	if (what == SHOWN) {
		show(t, bytes, count);
		return;
	}
	t->tty = (enum mask_tty)what;
	t->typed += count;
	mask_input_typed(t->input, bytes, count, t->tty, t->now_us);
}

static void
pass_time(struct typing *t, int64_t us)
{
	int64_t due = mask_input_due(t->input);

	t->now_us += us;
	if (due != 0 && due <= t->now_us)
		mask_input_tick(t->input, t->now_us);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct typing t = { .grid = grid_new(COLS, ROWS), .tty = MASK_TTY_RAW, .now_us = 1 };
	const struct mask_input_params params = { .grid = t.grid, .match = kit_match(), .sink = sink, .user = &t };
	uint8_t piece[UINT8_MAX];

	t.input = mask_input_new(&params);
	while (count >= 2) {
		size_t length = bytes[1] < count - 2 ? bytes[1] : count - 2;

		memcpy(piece, bytes + 2, length);
		step(&t, bytes[0] & 3u, piece, length);
		pass_time(&t, (bytes[0] >> 2) * INT64_C(20000));
		if (bytes[0] == UINT8_MAX)
			grid_resize(t.grid, COLS / 2, ROWS / 2);
		bytes += 2 + length;
		count -= 2 + length;
	}
	mask_input_flush(t.input, t.now_us);
	must(mask_input_undecided(t.input) == 0 && !mask_input_waits(t.input) && mask_input_due(t.input) == 0);
	mask_input_free(t.input);
	grid_free(t.grid);
	return 0;
}
