/* SPDX-License-Identifier: ISC */
/* From bytes to keys: characters, control keys, and the sequences that terminals send for the others. */
#include "config.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_keys.h"

#define ROOM_LEAST	256
#define ROOM_KEPT	4096	/* keys; more is given back once it is not used */
#define SPLIT_US	INT64_C(50000)	/* the rest of a sequence comes within this */
#define STRING_MOST	4096		/* bytes of an answer of the terminal */
#define ESC		0x1b

static const uint8_t paste_begin[] = "\033[200~", paste_end[] = "\033[201~";

size_t
key_bytes(const struct key *key, uint8_t bytes[4])
{
	if (key->kind == KEY_CHAR && key->character < KEY_NO_CHARACTER && key->character >= 0x80)
		return (size_t)text_encode(key->character, bytes);
	bytes[0] = (uint8_t)key->character;
	return 1;
}

void
keys_set(struct mask_input *in, size_t i, enum key_state state)
{
	in->open -= in->keys[i].state == KEY_WAITING && state != KEY_WAITING;
	in->keys[i].state = (uint8_t)state;
}

void
keys_drop(struct mask_input *in, size_t to)
{
	sodium_memzero(in->keys + in->first, (to - in->first) * sizeof *in->keys);
	in->first = to;
	if (in->first < in->count)
		return;
	in->first = in->done = in->count = in->waiting = in->ended = in->echo_at = 0;
	if (in->room <= ROOM_KEPT)
		return;
	free(in->keys);
	in->keys = NULL;
	in->room = 0;
}

/* To the beginning of the array, or into a greater one; what was there is wiped. */
static void
make_room(struct mask_input *in)
{
	struct key *old = in->keys;
	size_t kept = in->count - in->first, from = in->first, room = in->room;

	if (kept * 2 >= in->room) {
		in->room = in->room == 0 ? ROOM_LEAST : 2 * in->room;
		in->keys = own_alloc(in->room * sizeof *in->keys);
	}
	if (kept > 0)
		memmove(in->keys, old + from, kept * sizeof *old);
	if (in->keys == old) {
		sodium_memzero(old + kept, (room - kept) * sizeof *old);
	} else if (old != NULL) {
		sodium_memzero(old, room * sizeof *old);
		free(old);
	}
	in->first = 0;
	in->done -= from;
	in->count -= from;
	in->waiting = in->waiting > from ? in->waiting - from : 0;
	in->ended = in->ended > from ? in->ended - from : 0;
	in->echo_at = in->echo_at > from ? in->echo_at - from : 0;
}

static void
look_around(struct mask_input *in)
{
	const struct grid *grid = in->params.grid;

	if (grid_is_alternate(grid) != in->is_alternate) {
		in->is_alternate = !in->is_alternate;
		in->scene++;
	}
	if (in->left_place != grid_place(grid)) {
		in->left_place = grid_place(grid);
		in->left = mask_pair_left(grid);
	}
}

static void
push(struct mask_input *in, enum key_kind kind, uint32_t character, enum mask_tty tty)
{
	bool is_hidden = kind == KEY_ANSWER || (kind == KEY_CHAR && (tty == MASK_TTY_BLIND || character >= KEY_NO_CHARACTER));
	struct key *key;

	if (kind == KEY_CONTROL && tty == MASK_TTY_BLIND) {
		kind = KEY_ANSWER;
		is_hidden = true;
	}
	if (in->count - in->first >= MASK_KEYS_MOST)
		input_force(in);
	if (in->count == in->room)
		make_room(in);
	look_around(in);
	key = &in->keys[in->count++];
	*key = (struct key){ .t_us = in->now_us, .place = grid_place(in->params.grid), .character = character, .left = in->left,
		.scene = in->scene, .kind = (uint8_t)kind, .tty = (uint8_t)tty,
		.is_ahead = in->asked_us != 0 && in->now_us - in->asked_us < MASK_ECHO_WAIT_US,
		.state = (uint8_t)(is_hidden ? KEY_HIDDEN : kind == KEY_CHAR ? KEY_WAITING : KEY_ECHOED) };
	in->open += key->state == KEY_WAITING;
	in->has_driven = in->has_driven || (key->state == KEY_WAITING && tty == MASK_TTY_ECHO);
	in->was_paused = false;
	if (kind != KEY_END)
		return;
	if (character == '\r' || character == '\n')
		in->asked_us = in->now_us;
	input_settle(in, INPUT_LINE_HERE);
}

static void
push_all(struct mask_input *in, enum key_kind kind, const uint8_t *bytes, size_t count, enum mask_tty tty)
{
	for (size_t i = 0; i < count; i++)
		push(in, kind, bytes[i], tty);
}

/* Ctrl-C, Ctrl-D, Ctrl-Z and Ctrl-\ end what is typed as Enter does. */
static bool
ends_line(uint8_t byte)
{
	return byte == '\r' || byte == '\n' || byte == 0x03 || byte == 0x04 || byte == 0x1a || byte == 0x1c;
}

/*
 * The length of the escape sequence at `at`, 0 if it is none, -1 if it may go on behind the bytes. Whoever types ESC and then other
 * keys is slower than a terminal: the whole sequence comes at once.
 */
static int
sequence(const uint8_t *at, size_t count, bool *is_answer)
{
	size_t i = 2;

	*is_answer = false;
	if (count < 2)
		return -1;
	if (at[1] == 'O')
		return count < 3 ? -1 : at[2] >= 0x40 && at[2] < 0x7f ? 3 : 0;
	if (at[1] == '[') {
		while (i < count && i < KEYS_CARRY / 2 && at[i] >= 0x20 && at[i] < 0x40)
			i++;
		if (i == count)
			return -1;
		return at[i] >= 0x40 && at[i] < 0x7f ? (int)i + 1 : 0;
	}
	if (strchr("]P_^", at[1]) == NULL || at[1] == '\0')
		return 0;
	*is_answer = true;
	for (; i < count && i < STRING_MOST; i++)
		if (at[i] == 0x07 || (at[i] == ESC && i + 1 < count && at[i + 1] == '\\'))
			return (int)i + (at[i] == 0x07 ? 1 : 2);
	return 0;	/* not in one piece: then it was typed */
}

static void
take_sequence(struct mask_input *in, const uint8_t *at, size_t count, bool is_answer, enum mask_tty tty)
{
	if (count == sizeof paste_begin - 1 && memcmp(at, paste_begin, count) == 0)
		in->is_paste = true;
	else if (count == sizeof paste_end - 1 && memcmp(at, paste_end, count) == 0)
		in->is_paste = false;
	push_all(in, is_answer ? KEY_ANSWER : KEY_CONTROL, at, count, tty);
}

/* One key at `at`; the bytes it took, or 0: they may be the beginning of something. */
static size_t
take_key(struct mask_input *in, const uint8_t *at, size_t count, enum mask_tty tty)
{
	uint32_t character = at[0];
	bool is_answer = false;
	int used = 1;

	if (at[0] == ESC) {
		used = sequence(at, count, &is_answer);
		if (used < 0)
			return 0;
		if (used > 0)
			take_sequence(in, at, (size_t)used, is_answer, tty);
		else
			push(in, KEY_CONTROL, ESC, tty);
		return used > 0 ? (size_t)used : 1;
	}
	if (at[0] < 0x20 || at[0] == 0x7f) {
		push(in, ends_line(at[0]) ? KEY_END : KEY_CONTROL, at[0], tty);
		return 1;
	}
	if (at[0] >= 0x80)
		used = text_decode(at, count, &character);
	if (used == 0)
		return 0;
	push(in, KEY_CHAR, used > 0 ? character : KEY_NO_CHARACTER + at[0], tty);
	return used > 0 ? (size_t)used : 1;
}

void
keys_carry_end(struct mask_input *in)
{
	uint8_t bytes[KEYS_CARRY];
	size_t count = in->carried;
	int64_t now_us = in->now_us;

	memcpy(bytes, in->carry, count);
	in->carried = 0;
	in->now_us = in->carry_us;
	for (size_t i = 0; i < count; i++) {
		bool is_control = bytes[i] < 0x20 || bytes[i] == 0x7f;

		push(in, is_control ? KEY_CONTROL : KEY_CHAR, bytes[i] < 0x80 ? bytes[i] : KEY_NO_CHARACTER + bytes[i], in->carry_tty);
	}
	in->now_us = now_us;
	sodium_memzero(bytes, sizeof bytes);
}

static void
add(struct mask_input *in, const uint8_t *at, size_t count, enum mask_tty tty)
{
	while (count > 0) {
		size_t used = take_key(in, at, count, tty);

		if (used == 0) {	/* sequence() and text_decode() never wait for more than this */
			assert(count <= KEYS_CARRY);
			memcpy(in->carry, at, count);
			in->carried = count;
			in->carry_us = in->now_us;
			in->carry_tty = tty;
			return;
		}
		at += used;
		count -= used;
	}
}

void
keys_add(struct mask_input *in, const uint8_t *bytes, size_t count, enum mask_tty tty)
{
	uint8_t joined[KEYS_CARRY + 1];

	if (in->carried > 0 && !in->is_paste && in->now_us - in->carry_us > SPLIT_US)
		keys_carry_end(in);
	while (in->carried > 0 && count > 0) {
		size_t carried = in->carried;

		memcpy(joined, in->carry, carried);
		joined[carried] = *bytes++;
		count--;
		in->carried = 0;
		add(in, joined, carried + 1, tty < in->carry_tty ? tty : in->carry_tty);
	}
	add(in, bytes, count, tty);
	sodium_memzero(joined, sizeof joined);
}
