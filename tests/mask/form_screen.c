/* SPDX-License-Identifier: ISC */
/* Forms in which a program paints: rows at places, pagers, editors, updates of what has changed, several regions. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/form.h"

char *
form_row_of(const struct forged *f, size_t most)
{
	char *line;

	if (asprintf(&line, "%s%s%s", f->before, f->value, f->after) < 0)
		abort();
	if (strlen(line) <= most)
		return line;
	free(line);
	return NULL;
}

void
form_enter(struct script *s, const struct forged *f)
{
	script_secret(s, f->value);
	script_add(s, "\033[?1049h\033[H\033[2J");
}

void
form_leave(struct script *s)
{
	script_cut(s);
	script_add(s, "\033[?1049l$ ");
	script_cut(s);
}

static bool
make_curses(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 76);
	unsigned at = 2 + dice_below(dice, 20);

	if (row == NULL)
		return false;
	form_enter(s, f);
	for (unsigned i = 1; i <= SCRIPT_ROWS; i++) {
		if (i == at)
			script_addf(s, "\033[%u;3H%s", i, row);
		else
			script_addf(s, "\033[%u;1Hrow %u of the table", i, i);
		if (variant == 1)
			script_cut(s);
	}
	form_leave(s);
	return true;
}

/* The row comes in two pieces, each with a cursor move; the beginning first, or the end. */
static bool
make_pieces(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 76);
	size_t cut;

	if (row == NULL)
		return false;
	cut = strlen(f->before) + 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);
	form_enter(s, f);
	if (variant < 2)
		script_addf(s, "\033[5;3H%.*s", (int)cut, row);
	else
		script_addf(s, "\033[5;%zuH%s", 3 + cut, row + cut);
	if (variant == 1)
		script_cut(s);
	script_add(s, "\033[9;1Hsomewhere else");
	if (variant < 2)
		script_addf(s, "\033[5;%zuH%s", 3 + cut, row + cut);
	else
		script_addf(s, "\033[5;3H%.*s", (int)cut, row);
	form_leave(s);
	return true;
}

/* The same row was there before with other text: only what differs is sent, with moves over the rest. */
static bool
make_delta(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 76);
	size_t length = row != NULL ? strlen(row) : 0;
	bool is_jumping = false;

	(void)variant;
	if (row == NULL)
		return false;
	form_enter(s, f);
	script_add(s, "\033[5;3H");
	for (size_t i = 0; i < length; i++)
		script_addf(s, "%c", i % 5 == 3 ? row[i] : '.');
	script_cut(s);
	for (size_t i = 0; i < length; i++) {
		if (i % 5 == 3) {
			is_jumping = true;
			continue;
		}
		if (is_jumping || i == 0)
			script_addf(s, "\033[5;%zuH", 3 + i);
		is_jumping = false;
		script_addf(s, "%c", row[i]);
	}
	(void)dice;
	form_leave(s);
	return true;
}

static bool
make_less(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	unsigned at = dice_below(dice, 22);

	script_secret(s, f->value);
	script_add(s, "\033[?1049h\033[?1h\033=\r");
	for (unsigned i = 0; i < 23; i++) {
		if (i == at)
			script_addf(s, "%s%s%s\r\n", f->before, f->value, f->after);
		else
			script_addf(s, "line %u\033[m\r\n", i);
	}
	script_add(s, "\033[7mnotes.txt\033[27m\033[K");
	script_cut(s);
	script_add(s, variant == 0 ? "\r\033[Kline 24\r\n:\033[K" : "\033[H\033M\033[Hline 0\r\n\033[24;1H\r\033[K:\033[K");
	script_cut(s);
	script_add(s, "\r\033[K\033[?1l\033>\033[?1049l");
	script_cut(s);
	return true;
}

/* vim: rows by cursor moves, long lines wrapped by vim itself, behind a gutter with `set number`. */
static bool
make_vim(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	const char *gutter = variant == 1 ? "\033[38;5;130m  2 \033[m" : "";
	AUTO_FREE char *line = NULL;
	unsigned width = variant == 1 ? 76 : 80;
	unsigned row = 2;

	(void)dice;
	if (asprintf(&line, "%s%s%s", f->before, f->value, f->after) < 0)
		abort();
	form_enter(s, f);
	script_add(s, "\033[1;1H");
	script_addf(s, "%sfirst line\033[2;1H%s", variant == 1 ? "\033[38;5;130m  1 \033[m" : "", gutter);
	for (const char *p = line; *p != '\0'; p += strnlen(p, width)) {
		if (p != line)
			script_addf(s, "\033[%u;1H%s", row, variant == 1 ? "    " : "");
		script_addf(s, "%.*s", (int)width, p);
		row++;
	}
	for (; row < SCRIPT_ROWS; row++)
		script_addf(s, "\033[%u;1H\033[94m~\033[m", row);
	script_add(s, "\033[24;1H\"notes\" 2L, 80B\033[24;63H2,1\033[11CAll\033[2;1H");
	form_leave(s);
	return true;
}

/* A region that scrolls, with a row that stays, as in a multiplexer. */
static bool
make_region(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 79);

	(void)dice;
	if (row == NULL)
		return false;
	script_secret(s, f->value);
	script_addf(s, "\033[2J\033[24;1H\033[7m[0] bash\033[m\033[1;23r\033[%u;1H", variant == 0 ? 23 : 20);
	for (unsigned i = 0; i < 6; i++)
		script_addf(s, "line %u\r\n", i);
	script_addf(s, "%s\r\n", row);
	if (variant == 1)
		script_cut(s);
	for (unsigned i = 0; i < 30; i++)
		script_addf(s, "line %u\r\n", i);
	script_add(s, "\033[r");
	script_cut(s);
	return true;
}

/* Wide characters before it, so that bytes, characters and columns are three different counts. */
static bool
make_wide(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	if (f->before[0] != '\0' && !f->is_alone)
		return false;
	script_secret(s, f->value);
	script_addf(s, "\u65e5\u672c\u8a9e \u2014 \u00e5pen: %s", f->value);
	if (variant == 1)
		script_cut(s);
	script_add(s, " \u2192 \u30a2\r\n");
	script_cut(s);
	return true;
}

/* watch(1): the whole screen again, then the same with one cell changed. */
static bool
make_watch(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 79);

	(void)variant;
	if (row == NULL)
		return false;
	form_enter(s, f);
	for (int round = 0; round < 3; round++) {
		script_addf(s, "\033[1;1HEvery 2.0s: cat notes\033[1;60H14:02:4%u\033[3;1H%s\033[4;1Hn = %u\033[24;80H", round, row,
		    dice_below(dice, 10));
		script_cut(s);
	}
	form_leave(s);
	return true;
}

/* clang-format off */
const struct form form_screens[] = {
	{ "curses",		FORM_ANY,	false,	2,	make_curses },
	{ "curses, in two pieces", FORM_ANY,	false,	3,	make_pieces },
	{ "curses, what differs", FORM_ANY,	false,	1,	make_delta },
	{ "less",		FORM_ANY,	false,	2,	make_less },
	{ "vim",		FORM_ANY,	false,	2,	make_vim },
	{ "scrolling region",	FORM_ANY,	false,	2,	make_region },
	{ "wide characters",	FORM_ALONE,	false,	2,	make_wide },
	{ "watch",		FORM_ANY,	false,	1,	make_watch },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
