/* SPDX-License-Identifier: ISC */
/* Keys become lines, lines are decided, and what was decided is told, in order. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_keys.h"

#define TOLD_ONCE	4096	/* bytes */

struct mask_input *
mask_input_new(const struct mask_input_params *params)
{
	struct mask_input *in = own_alloc(sizeof *in);

	in->params = *params;
	in->left_place = UINT64_MAX;
	in->is_alternate = grid_is_alternate(params->grid);
	return in;
}

void
mask_input_free(struct mask_input *in)
{
	if (in == NULL)
		return;
	if (in->keys != NULL)
		sodium_memzero(in->keys, in->room * sizeof *in->keys);
	free(in->keys);
	sodium_memzero(in, sizeof *in);
	free(in);
}

bool
mask_input_waits(const struct mask_input *in)
{
	return in->open > 0;
}

size_t
mask_input_undecided(const struct mask_input *in)
{
	return in->count - in->done + in->carried;
}

size_t
mask_input_memory(const struct mask_input *in)
{
	return sizeof *in + in->room * sizeof *in->keys;
}

static bool
is_stored(const struct key *key)
{
	return key->kind != KEY_ANSWER && key->state == KEY_ECHOED;
}

/* Keys [from, to) are not stored. */
static void
tell_hidden(struct mask_input *in, size_t from, size_t to)
{
	const struct mask_typed typed = { .first_us = in->keys[from].t_us, .last_us = in->keys[to - 1].t_us, .count = to - from };

	in->params.sink(in->params.user, &typed);
}

static void
tell_stored(struct mask_input *in, size_t from, size_t to)
{
	uint8_t bytes[TOLD_ONCE];
	struct mask_typed typed = { .first_us = in->keys[from].t_us, .last_us = in->keys[from].t_us, .bytes = bytes };

	for (size_t i = from; i < to; i++) {
		const struct key *key = &in->keys[i];

		if (key->is_covered && key->kind == KEY_CHAR)
			bytes[typed.count++] = '*';
		else
			typed.count += key_bytes(key, bytes + typed.count);
	}
	in->params.sink(in->params.user, &typed);
	sodium_memzero(bytes, typed.count);
}

/* Keys that were handed over together are told together, as are all in a row that are not stored. */
static void
tell(struct mask_input *in, size_t to)
{
	size_t from = in->done, i;

	for (; from < to; from = i) {
		bool stores = is_stored(&in->keys[from]);

		for (i = from + 1; i < to && is_stored(&in->keys[i]) == stores; i++)
			if (stores && (in->keys[i].t_us != in->keys[from].t_us || i - from == TOLD_ONCE / 4))
				break;
		if (stores)
			tell_stored(in, from, i);
		else
			tell_hidden(in, from, i);
	}
	in->done = to;
}

static void
give_up(struct mask_input *in, size_t to)
{
	for (size_t i = in->waiting; i < to; i++)
		keys_set(in, i, in->keys[i].state == KEY_WAITING ? KEY_HIDDEN : in->keys[i].state);
	in->waiting = in->waiting < to ? to : in->waiting;
}

/* A prompt that shows a mark for each key shows it for that mark, too. */
static bool
is_mark(uint32_t character)
{
	return character == '*' || character == 0x2022 || character == 0x25cf;
}

/* Keys [from, to) of one screen: where some were not echoed, a few in a row that look so are no proof. */
static void
doubt(struct mask_input *in, size_t from, size_t to)
{
	size_t run = 0, begin = from;
	bool has_hidden = false;

	for (size_t i = from; i < to && !has_hidden; i++)
		has_hidden = in->keys[i].kind == KEY_CHAR && in->keys[i].state == KEY_HIDDEN;
	if (!has_hidden)
		return;
	for (size_t i = from; i <= to; i++) {
		const struct key *key = &in->keys[i];
		bool ends = i == to || (key->kind == KEY_CHAR && (key->state == KEY_HIDDEN || (is_mark(key->character) && key->tty != MASK_TTY_ECHO)));

		if (!ends) {
			run += key->kind == KEY_CHAR;
			continue;
		}
		for (size_t k = begin; k <= i && k < to; k++)
			if (in->keys[k].kind == KEY_CHAR && in->keys[k].tty != MASK_TTY_ECHO && (run < MASK_RUN_LEAST || k == i))
				in->keys[k].state = KEY_HIDDEN;
		begin = i + 1;
		run = 0;
	}
}

static void
doubt_all(struct mask_input *in, size_t to)
{
	size_t from = in->first, i;

	for (; from < to; from = i) {
		for (i = from + 1; i < to && in->keys[i].scene == in->keys[from].scene;)
			i++;
		doubt(in, from, i);
	}
}

/* Keys up to `to` are decided as they are now. */
static void
decide(struct mask_input *in, size_t to, enum input_line where, bool is_whole)
{
	give_up(in, to);
	doubt_all(in, to);
	mask_typed_cover(in, to, where, is_whole);
	tell(in, to);
	in->waiting = in->waiting < to ? to : in->waiting;
	in->ended = in->ended < to ? to : in->ended;
	keys_drop(in, to);
}

static bool
is_late(const struct mask_input *in)
{
	return in->now_us - in->keys[in->ended].t_us >= (in->keys[in->waiting].is_ahead ? MASK_AHEAD_WAIT_US : MASK_ECHO_WAIT_US);
}

void
input_settle(struct mask_input *in, enum input_line where)
{
	for (;;) {
		while (in->waiting < in->count && in->keys[in->waiting].state != KEY_WAITING)
			in->waiting++;
		while (in->ended < in->count && in->keys[in->ended].kind != KEY_END)
			in->ended++;
		if (in->ended == in->count || (in->waiting < in->ended && !is_late(in)))
			return;
		decide(in, in->ended + 1, where, true);
		where = INPUT_LINE_GONE;
	}
}

void
input_force(struct mask_input *in)
{
	size_t to = in->first + MASK_KEYS_MOST / 2;

	to = to < in->done ? in->done : to;
	give_up(in, to);
	input_settle(in, INPUT_LINE_GONE);
	if (in->count - in->first >= MASK_KEYS_MOST)
		decide(in, to, INPUT_LINE_GONE, false);
}

void
mask_input_typed(struct mask_input *in, const void *bytes, size_t count, enum mask_tty tty, int64_t now_us)
{
	in->now_us = now_us;
	keys_add(in, bytes, count, tty);
}

/* The driver does not echo any more: what it has not shown yet was taken by a program that may do it. */
static void
undrive(struct mask_input *in)
{
	for (size_t i = in->waiting; i < in->count; i++)
		if (in->keys[i].tty == MASK_TTY_ECHO && in->keys[i].state == KEY_WAITING)
			in->keys[i].tty = MASK_TTY_RAW;
	in->has_driven = false;
}

/* The answer to an Enter: the echo of its line would have come before it. */
static void
answer(struct mask_input *in)
{
	if (in->ended == in->count || in->keys[in->waiting].is_ahead)
		return;
	for (size_t i = in->waiting; i < in->ended; i++)
		if (in->keys[i].state == KEY_WAITING && in->keys[i].tty == MASK_TTY_RAW)
			keys_set(in, i, KEY_HIDDEN);
}

void
mask_input_shown(struct mask_input *in, const uint8_t *bytes, size_t count, enum mask_tty tty, int64_t now_us)
{
	bool has_feed = (in->asked_us != 0 || in->open > 0) && memchr(bytes, '\n', count) != NULL;

	in->now_us = now_us;
	if (has_feed)
		in->asked_us = 0;
	if (in->open == 0)
		return;
	if (in->has_driven && tty != MASK_TTY_ECHO)
		undrive(in);
	if (in->has_driven)
		mask_pair_driver(in, bytes, count);
	if (has_feed)
		answer(in);
	else
		mask_pair_screen(in);
	input_settle(in, has_feed ? INPUT_LINE_ABOVE : INPUT_LINE_HERE);
}

int64_t
mask_input_due(const struct mask_input *in)
{
	if (in->ended < in->count)
		return in->keys[in->ended].t_us + (in->keys[in->waiting].is_ahead ? MASK_AHEAD_WAIT_US : MASK_ECHO_WAIT_US);
	if (in->carried > 0)
		return in->carry_us + MASK_PAUSE_US;
	return in->done < in->count && !in->was_paused ? in->keys[in->count - 1].t_us + MASK_PAUSE_US : 0;
}

/* What was not echoed by now is told; from the first echoed key on the line is matched as a whole, later. */
static void
tell_early(struct mask_input *in)
{
	size_t to = in->done;

	give_up(in, in->count);
	while (to < in->count && (in->keys[to].kind != KEY_CHAR || in->keys[to].state == KEY_HIDDEN))
		to++;
	tell(in, to);
	in->was_paused = true;
}

void
mask_input_tick(struct mask_input *in, int64_t now_us)
{
	in->now_us = now_us;
	if (in->carried > 0 && now_us - in->carry_us >= MASK_PAUSE_US)
		keys_carry_end(in);
	input_settle(in, INPUT_LINE_GONE);
	if (in->ended == in->count && in->done < in->count && now_us - in->keys[in->count - 1].t_us >= MASK_PAUSE_US)
		tell_early(in);
}

void
mask_input_flush(struct mask_input *in, int64_t now_us)
{
	in->now_us = now_us;
	keys_carry_end(in);
	give_up(in, in->count);
	input_settle(in, INPUT_LINE_HERE);
	decide(in, in->count, INPUT_LINE_HERE, false);
}
