/* SPDX-License-Identifier: ISC */
/*
 * Forms by the dice alone: lines around the value, writes of any size, pens, strings and moves between any two bytes, pauses, and
 * now and then another size of the screen. What no one thought of is somewhere among them.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/form.h"

/* Nothing that is seen comes of these. */
static const char *const quiet[] = {
	"\033[m", "\033[1;31m", "\033[38;5;9m", "\033[48:2::1:2:3m", "\033[K", "\033]0;title\a", "\033]7;file://h/\033\\", "\033]8;;\033\\", "\033[?25l", "\033[?25h",
	"\033(B", "\033[?2004h", "\033[6n", "\0337\0338", "\033[s\033[u", "\033P1$r0m\033\\", "\033_x\033\\", "\033[0K", "\033[22;0;0t", "\017", "\033[39;49m",
	"\033[?7h", "\033[4l",
};

struct mix {
	unsigned	quiet, cut, wait;	/* one in so many; 0: never */
	int64_t		wait_us;
};

static void
pour(struct script *s, struct dice *dice, const struct mix *mix, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (mix->quiet > 0 && dice_below(dice, mix->quiet) == 0)
			script_add(s, quiet[dice_below(dice, sizeof quiet / sizeof quiet[0])]);
		script_add_bytes(s, p, 1);
		if (mix->cut > 0 && dice_below(dice, mix->cut) == 0)
			script_cut(s);
		if (mix->wait > 0 && dice_below(dice, mix->wait) == 0)
			script_wait(s, mix->wait_us);
	}
}

static void
choose(struct mix *mix, struct dice *dice)
{
	static const unsigned often[] = { 0, 0, 1, 3, 8, 20 };
	static const int64_t waits[] = { 5000, 40000, 200000, 2500000 };

	mix->quiet = often[dice_below(dice, 6)];
	mix->cut = often[dice_below(dice, 6)];
	mix->wait = often[dice_below(dice, 6)] == 0 ? 0 : 10 + dice_below(dice, 60);
	mix->wait_us = waits[dice_below(dice, 4)];
}

static void
add_noise(struct script *s, struct dice *dice, const struct mix *mix)
{
	static const char *const lines[] = { "one line\r\n", "a longer line of words that says nothing at all, but goes on to the edge of the screen and over it\r\n",
		"\r\n", "12345 67890 12:34:56 2026-11-20\r\n", "\t- item: value\r\n", "progress 10%\rprogress 20%\rprogress 30%\r\n", "caf\303\251 \346\227\245\346\234\254 \360\237\224\221\r\n" };

	for (unsigned i = dice_below(dice, 30); i > 0; i--) {
		const char *line = lines[dice_below(dice, sizeof lines / sizeof lines[0])];

		if (mix == NULL)
			script_add(s, line);
		else
			pour(s, dice, mix, line);
		if (dice_below(dice, 4) == 0)
			script_cut(s);
	}
}

static bool
make_mixed(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const int widths[] = { 80, 80, 80, 120, 61, 40, 200 };
	AUTO_FREE char *line = form_line_of(f);
	struct mix mix, plain = { .quiet = 0 };

	(void)variant;
	if (form_is_own_line(f))
		return false;
	s->cols = widths[dice_below(dice, 7)];
	s->rows = 10 + (int)dice_below(dice, 40);
	choose(&mix, dice);
	script_secret(s, f->value);
	script_add(s, "$ cat notes\r\n");
	add_noise(s, dice, NULL);
	plain.cut = mix.cut;
	for (unsigned i = dice_below(dice, 2) * dice_below(dice, (unsigned)s->cols); i > 0; i--)
		script_add(s, i % 7 == 1 ? " " : "w");
	if (dice_below(dice, 12) == 0)
		script_resize(s, s->cols + 10, s->rows + 2);
	pour(s, dice, &mix, line);
	if (dice_below(dice, 3) == 0)
		script_wait(s, mix.wait_us);
	pour(s, dice, &plain, "\r\n");
	add_noise(s, dice, &plain);
	script_add(s, "$ ");
	script_cut(s);
	return true;
}

/* clang-format off */
const struct form form_mixes[] = {
	{ "mixed",		FORM_ANY,	false,	24,	make_mixed },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
