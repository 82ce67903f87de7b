/* SPDX-License-Identifier: ISC */
/*
 * What was typed, on its way to the recording: keys at a terminal are compared with what the session shows, other input goes
 * through the mask. Until it is decided, the tail knows how much there is, and nothing more.
 */
#include "config.h"

#include <string.h>
#include <termios.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/record/writer.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_input.h"
#include "recorder/mask/mask_stream.h"
#include "recorder/worker/worker.h"

#define EVENT_BYTES	(32u * 1024)
#define DECIDED_MOST	(1u << 20)

static void
take_keys(void *user, const struct mask_typed *typed)
{
	struct worker *w = user;
	AUTO_FREE uint8_t *room = own_alloc(REC_PAYLOAD + (typed->bytes != NULL ? typed->count : 0));
	struct rec_typed keys = { .first_us = typed->first_us - w->zero_us, .last_us = typed->last_us - w->zero_us,
		.bytes = typed->bytes, .count = typed->count };
	struct rec_event event = { .t_us = clock_boot_us() - w->zero_us };

	rec_event_make_typed(&event, &keys, room);
	tape_put(w, &event);
}

static void
take_piped(void *user, const uint8_t *bytes, size_t count)
{
	struct worker *w = user;

	if (buf_add(&w->input.decided, bytes, count) < 0)
		end_begin(w, WHY_RECORDING, NULL, "there was too much input to be masked at once");
}

const struct grid *
input_grid(const struct worker *w)
{
	if (!w->start->tty || w->mask.out.stream == NULL)
		return w->input.grid;
	return mask_stream_grid(w->mask.out.stream);
}

void
input_open(struct worker *w)
{
	struct mask_params piped = { .cols = (int)w->port.cols, .rows = (int)w->port.rows, .is_any = true, .record = take_piped, .user = w };
	struct mask_input_params keys = { .match = w->mask.match, .sink = take_keys, .user = w };
	struct worker_input *input = &w->input;

	buf_init(&input->decided, DECIDED_MOST);
	if (!w->start->tty) {
		input->piped = w->mask.match != NULL ? mask_stream_new(w->mask.match, &piped) : NULL;
		return;
	}
	if (w->mask.out.stream == NULL)
		input->grid = grid_new((int)w->port.cols, (int)w->port.rows);
	keys.grid = input_grid(w);
	input->keys = mask_input_new(&keys);
	line_open(w, keys.grid);
}

void
input_done(struct worker_input *input)
{
	mask_input_free(input->keys);
	grid_free(input->grid);
	mask_stream_free(input->piped);
	buf_wipe(&input->decided);
	*input = (struct worker_input){ .keys = NULL };
}

/* What was decided of piped input into the recording; and when to come back. */
static void
go_on(struct worker *w)
{
	struct worker_input *input = &w->input;
	size_t count = buf_len(&input->decided);

	for (size_t at = 0; at < count; at += EVENT_BYTES) {
		struct rec_event event = { .kind = REC_INPUT, .bytes = buf_data(&input->decided) + at,
			.count = count - at < EVENT_BYTES ? count - at : EVENT_BYTES };

		tape_put(w, &event);
	}
	buf_clear(&input->decided);
	if (w->phase < WORKER_CLOSING)
		w->due[DUE_INPUT] = input->keys != NULL ? mask_input_due(input->keys) : input->piped != NULL ? mask_stream_due(input->piped) : 0;
}

void
input_piped(struct worker *w, const uint8_t *bytes, size_t count)
{
	const struct rec_event event = { .kind = REC_INPUT, .bytes = bytes, .count = count };

	if (w->input.piped == NULL) {
		tape_put(w, &event);
		return;
	}
	mask_stream_write(w->input.piped, bytes, count, clock_boot_us());
	w->tape.is_dirty = true;
	go_on(w);
}

int
input_tty(const struct worker *w)
{
	struct termios modes;

	if (!w->start->tty || w->port.in < 0 || tcgetattr(w->port.in, &modes) < 0)
		return MASK_TTY_BLIND;
	if ((modes.c_lflag & ECHO) != 0)
		return MASK_TTY_ECHO;
	return (modes.c_lflag & ICANON) != 0 ? MASK_TTY_BLIND : MASK_TTY_RAW;
}

void
input_handed(struct worker *w, const uint8_t *bytes, size_t count, int tty)
{
	const int after = input_tty(w), less = after < tty ? after : tty;

	if (w->input.keys == NULL)
		return;
	line_typed(w, bytes, count, tty == MASK_TTY_ECHO && after != MASK_TTY_ECHO ? (int)MASK_TTY_RAW : tty);
	mask_input_typed(w->input.keys, bytes, count, (enum mask_tty)less, clock_boot_us());
	w->tape.is_dirty = true;
	go_on(w);
}

size_t
input_piece(const struct worker *w, const uint8_t *bytes, size_t count)
{
	return line_piece(w, bytes, w->input.keys != NULL ? mask_input_piece(w->input.keys, bytes, count) : count);
}

void
input_masked(struct worker *w, const uint8_t *bytes, size_t count)
{
	struct worker_input *input = &w->input;

	if (input->keys == NULL)
		return;
	line_shown(w);
	mask_input_shown(input->keys, bytes, count, mask_input_waits(input->keys) ? (enum mask_tty)input_tty(w) : MASK_TTY_RAW, clock_boot_us());
	go_on(w);
}

void
input_shown(struct worker *w, const uint8_t *bytes, size_t count)
{
	while (w->input.grid != NULL && count > 0) {
		size_t piece = input_piece(w, bytes, count);

		grid_write(w->input.grid, bytes, piece);
		input_masked(w, bytes, piece);
		bytes += piece;
		count -= piece;
	}
}

void
input_resize(struct worker *w)
{
	if (w->input.grid != NULL)
		grid_resize(w->input.grid, (int)w->port.cols, (int)w->port.rows);
}

/* Of keys only their number is told: a '*' for each, whatever they are. */
static int
tell_keys(struct worker *w, size_t left)
{
	AUTO_FREE uint8_t *stars = NULL;
	size_t fresh = left > w->input.undecided ? left - w->input.undecided : 0;

	if (left == w->input.undecided)
		return 0;
	stars = own_alloc(fresh + 1);
	memset(stars, '*', fresh);
	w->input.undecided = left;
	return rec_writer_undecided(w->tape.writer, REC_INPUT, stars, fresh, left);
}

int
input_undecided(struct worker *w)
{
	AUTO_BUF struct buf veiled = { .max = 2 * REC_UNDECIDED_MOST };
	size_t left;

	if (w->input.keys != NULL)
		return tell_keys(w, mask_input_undecided(w->input.keys));
	if (w->input.piped == NULL)
		return 0;
	left = mask_stream_undecided(w->input.piped, &veiled);
	return rec_writer_undecided(w->tape.writer, REC_INPUT, buf_data(&veiled), buf_len(&veiled), left);
}

void
input_tick(struct worker *w)
{
	if (w->tape.is_held || w->tape.is_closing)
		return;
	if (w->input.keys != NULL)
		mask_input_tick(w->input.keys, clock_boot_us());
	else if (w->input.piped != NULL)
		mask_stream_tick(w->input.piped, clock_boot_us());
	go_on(w);
	tape_seal(w);
}

void
input_end(struct worker *w)
{
	if (w->input.keys != NULL)
		mask_input_flush(w->input.keys, clock_boot_us());
	else if (w->input.piped != NULL)
		mask_stream_flush(w->input.piped, clock_boot_us());
	go_on(w);
}
