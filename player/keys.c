/* SPDX-License-Identifier: ISC */
/* The keys. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "player/act.h"
#include "player/keys.h"
#include "player/player.h"

#define CTRL(letter)	((letter) & 0x1f)
#define KEY_ESCAPE	27

/* clang-format off */
const struct key keys[] = {
	{ ' ', 'p', 0, act_pause, "Space", "pause", "pauses, and goes on" },
	{ KEYS_SPECIAL(KEY_LEFT), 0, -5, act_seconds, "Left, Right", "5 s", "five seconds back or on" },
	{ KEYS_SPECIAL(KEY_RIGHT), 0, 5, act_seconds, NULL, NULL, NULL },
	{ KEYS_SPECIAL(KEY_SLEFT), '{', -60, act_seconds, "{ }, Shift with Left, Right", NULL, "a minute back or on" },
	{ KEYS_SPECIAL(KEY_SRIGHT), '}', 60, act_seconds, NULL, NULL, NULL },
	{ ',', 0, -1, act_step, ", .", "step", "one event back or on, and pauses" },
	{ '.', 0, 1, act_step, NULL, NULL, NULL },
	{ '[', 0, -1, act_mark, "[ ]", "mark", "to the mark before or behind: a line typed, note, state, new size, end" },
	{ ']', 0, 1, act_mark, NULL, NULL, NULL },
	{ '<', 0, -1, act_speed, "< >", "speed", "half or twice the speed, from 1/16 to 16" },
	{ '>', 0, 1, act_speed, NULL, NULL, NULL },
	{ '=', KEYS_SPECIAL(KEY_BACKSPACE), 0, act_speed, "=", NULL, "the speed it was recorded at" },
	{ ':', 0, 0, act_ask_time, ":", "go to", "to a time: 90s, 12:30 since the start, or a time of day" },
	{ 'g', KEYS_SPECIAL(KEY_HOME), 0, act_start, "g, G", "start, end", "to the start; to the end, or live if it is running" },
	{ 'G', KEYS_SPECIAL(KEY_END), 0, act_end, NULL, NULL, NULL },
	{ '0', 0, 0, act_tenth, "0 to 9", NULL, "to that tenth of the recording" },
	{ '1', 0, 1, act_tenth, NULL, NULL, NULL },
	{ '2', 0, 2, act_tenth, NULL, NULL, NULL },
	{ '3', 0, 3, act_tenth, NULL, NULL, NULL },
	{ '4', 0, 4, act_tenth, NULL, NULL, NULL },
	{ '5', 0, 5, act_tenth, NULL, NULL, NULL },
	{ '6', 0, 6, act_tenth, NULL, NULL, NULL },
	{ '7', 0, 7, act_tenth, NULL, NULL, NULL },
	{ '8', 0, 8, act_tenth, NULL, NULL, NULL },
	{ '9', 0, 9, act_tenth, NULL, NULL, NULL },
	{ 'i', 0, 0, act_keys, "i", "keys", "shows what was typed, in a row of its own" },
	{ 't', 0, 0, act_clock, "t", NULL, "shows times since the start, by the wall clock, or with date and zone" },
	{ 'l', 0, 0, act_idle, "l", NULL, "shortens silence to two seconds, or does not" },
	{ KEYS_SPECIAL(KEYS_CTRL_UP), 'K', -4, act_pan_rows, "H J K L, Ctrl with arrows", NULL,
	  "moves a picture that is larger than the window" },
	{ KEYS_SPECIAL(KEYS_CTRL_DOWN), 'J', 4, act_pan_rows, NULL, NULL, NULL },
	{ KEYS_SPECIAL(KEYS_CTRL_LEFT), 'H', -8, act_pan_cols, NULL, NULL, NULL },
	{ KEYS_SPECIAL(KEYS_CTRL_RIGHT), 'L', 8, act_pan_cols, NULL, NULL, NULL },
	{ KEYS_SPECIAL(KEY_UP), 0, -1, act_pan_rows, "Up, Down", NULL, "the same, by one row; pages of help" },
	{ KEYS_SPECIAL(KEY_DOWN), 0, 1, act_pan_rows, NULL, NULL, NULL },
	{ 'y', 0, 0, act_save, "y", NULL, "writes the text of the picture into a file in this folder" },
	{ '?', KEYS_SPECIAL(KEY_F(1)), 0, act_help, "?", "help", "this page" },
	{ KEY_ESCAPE, 0, 0, act_back, "Esc", NULL, "leaves help; the picture follows its cursor again" },
	{ 'q', CTRL('c'), 0, act_quit, "q", "quit", "leaves the player" },
};
/* clang-format on */

const size_t key_count = sizeof keys / sizeof keys[0];

void
keys_open(void)
{
	/* clang-format off */
	static const struct {
		const char	*capability;
		const char	*usual;	/* what xterm sends, also where terminfo says otherwise */
		int		 code;
	} arrows[] = {
		{ "kLFT5", "\033[1;5D", KEYS_CTRL_LEFT },	{ "kRIT5", "\033[1;5C", KEYS_CTRL_RIGHT },
		{ "kUP5", "\033[1;5A", KEYS_CTRL_UP },		{ "kDN5", "\033[1;5B", KEYS_CTRL_DOWN },
		{ "kLFT", "\033[1;2D", KEY_SLEFT },		{ "kRIT", "\033[1;2C", KEY_SRIGHT },
		{ "kcub1", "\033[D", KEY_LEFT },		{ "kcuf1", "\033[C", KEY_RIGHT },
		{ "kcuu1", "\033[A", KEY_UP },			{ "kcud1", "\033[B", KEY_DOWN },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof arrows / sizeof arrows[0]; i++) {
		const char *sequence = tigetstr(arrows[i].capability);

		if (sequence != NULL && sequence != (const char *)-1)
			define_key(sequence, arrows[i].code);
		define_key(arrows[i].usual, arrows[i].code);
	}
}

bool
keys_press(struct player *player, int key)
{
	for (size_t i = 0; i < key_count; i++)
		if (keys[i].key == key || (keys[i].twin != 0 && keys[i].twin == key)) {
			keys[i].run(player, keys[i].argument);
			return true;
		}
	return false;
}

/* Columns of one entry, with the gap behind it. */
static int
width_of_entry(const struct key *k)
{
	return (int)(strlen(k->name) + strlen(k->footer)) + 3;
}

static int
draw_entry(const struct theme *theme, const struct key *k, int row, int col)
{
	int used = draw_text(theme, (struct spot){ row, col, COLS - col, INK_ACCENT }, k->name) + 1;

	draw_text(theme, (struct spot){ row, col + used, COLS - col - used, INK_PLAIN }, k->footer);
	return width_of_entry(k);
}

/* Help and the way out always have room; of the others those that fit, in their order. */
void
keys_footer(const struct player *player, int row)
{
	int col = 1, last = COLS;

	for (size_t i = 0; i < key_count; i++)
		if (keys[i].run == act_help || keys[i].run == act_quit)
			last -= width_of_entry(&keys[i]);
	for (size_t i = 0; i < key_count; i++) {
		const struct key *k = &keys[i];
		bool is_last = k->run == act_help || k->run == act_quit;

		if (k->footer != NULL && (is_last || col + width_of_entry(k) <= last))
			col += draw_entry(&player->theme, k, row, col);
	}
}
