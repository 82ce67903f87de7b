/* SPDX-License-Identifier: ISC */
/* Forms in which the cursor goes elsewhere while the value comes, or the screen changes under it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/form.h"

/* Each character behind a move: along the row by several sequences, from its end, or in any order. */
static bool
make_singly(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 76);
	size_t length = row != NULL ? strlen(row) : 0;
	size_t order[80];

	if (row == NULL || (variant > 3 && !f->is_alone))
		return false;	/* a value is none before its name comes */
	for (size_t i = 0; i < length; i++)
		order[i] = variant == 4 ? length - 1 - i : i;
	for (size_t i = length; variant == 5 && i > 1; i--) {
		size_t other = dice_below(dice, (unsigned)i), kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
	form_enter(s, f);
	script_add(s, "\033[5;1H");
	for (size_t i = 0; i < length; i++) {
		size_t at = order[i];

		if (variant == 0)
			script_addf(s, "\033[%zuG", at + 3);
		else if (variant == 1)
			script_addf(s, "\r\033[%zuC", at + 2);
		else if (variant == 2)
			script_addf(s, "\033[%zu`", at + 3);
		else
			script_addf(s, "\033[5;%zuH", at + 3);
		script_addf(s, "%c", row[at]);
		if (variant > 3 && dice_below(dice, 3) == 0)
			script_cut(s);
	}
	form_leave(s);
	return true;
}

/* The beginning is put in before the end: by insert mode, by ICH, or what is too much goes by DCH or by BS. */
static bool
make_shifted(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 70);
	size_t cut;

	if (row == NULL)
		return false;
	cut = strlen(f->before) + 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);
	script_secret(s, f->value);
	script_add(s, "$ \r\n");
	if (variant == 0) {
		script_addf(s, "%s\r\033[4h%.*s\033[4l", row + cut, (int)cut, row);
	} else if (variant == 1) {
		script_addf(s, "%s\r\033[%zu@%.*s", row + cut, cut, (int)cut, row);
	} else if (variant == 2) {
		script_addf(s, "%.*sXYZ%s\033[%zuD\033[3P", (int)cut, row, row + cut, strlen(row + cut) + 3);
	} else if (variant == 3) {
		script_addf(s, "%.*sXYZ\b\b\b%s\033[K", (int)cut, row, row + cut);
	} else {
		script_addf(s, "%.*sX\b \b%s", (int)cut, row, row + cut);
	}
	if (dice_below(dice, 2) == 0)
		script_cut(s);
	script_add(s, "\r\nok\r\n$ ");
	script_cut(s);
	return true;
}

/* As nroff makes bold and underlined: each character twice, or behind its line. */
static bool
make_struck(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_row_of(f, 78);

	(void)dice;
	if (line == NULL)
		return false;	/* at the edge of the screen a BS goes too far */
	script_secret(s, f->value);
	for (const char *p = line; *p != '\0'; p++)
		script_addf(s, variant == 0 ? "%c\b%c" : "_\b%c", *p, *p);
	script_add(s, "\r\n$ ");
	script_cut(s);
	return true;
}

/* The value's middle is interrupted: a status row, another screen, a region, a kept cursor, a new size. */
static bool
make_interrupted(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const between[] = {
		"\0337\033[24;1H\033[7mstatus 14:02\033[m\0338", "\033[s\033[1;60Hclock\033[u", "\033[?1049h\033[Hanother screen\033[?1049l",
		"\033[?1047h\033[?1047l", "\0337\033[1;20r\0338", "\0337\033[1;24r\033[?6h\033[1;1H\033[?6l\0338", "\033[?25l\033[24;70H99%\033[3;%uH\033[?25h",
	};
	size_t at = 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);

	script_secret(s, f->value);
	script_addf(s, "\033[2J\033[3;1H%s%.*s", f->before, (int)at, f->value);
	if (dice_below(dice, 2) == 0)
		script_cut(s);
	if (strlen(f->before) + at >= 80 && variant == 6)
		return false;
	if (variant == 6)
		script_addf(s, "\033[?25l\033[24;70H99%%\033[3;%zuH\033[?25h", strlen(f->before) + at + 1);
	else
		script_add(s, between[variant]);
	if (dice_below(dice, 2) == 0)
		script_wait(s, 400000);
	script_addf(s, "%s%s\r\nok\r\n", f->value + at, f->after);
	script_cut(s);
	return true;
}

static bool
make_resized(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 60);
	size_t at = 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);

	if (row == NULL)
		return false;
	form_begin(s, f);
	script_addf(s, "%s%.*s", f->before, (int)at, f->value);
	script_resize(s, variant == 0 ? 100 : 70, variant == 0 ? 30 : 20);
	if (variant == 2)
		script_addf(s, "\r\033[K%s%.*s", f->before, (int)at, f->value);
	script_addf(s, "%s%s", f->value + at, f->after);
	form_end(s);
	return true;
}

/* Other widths, with the value over the edge. */
static bool
make_widths(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const int widths[] = { 20, 33, 40, 64, 79, 100, 132, 200 };
	unsigned pad;

	if (form_is_own_line(f))
		return false;
	s->cols = widths[variant];
	pad = dice_below(dice, (unsigned)s->cols);
	form_begin(s, f);
	for (unsigned i = 0; i < pad; i++)
		script_add(s, i % 6 == 5 || i + 1 == pad ? " " : "w");
	script_addf(s, "%s%s%s", f->before, f->value, f->after);
	form_end(s);
	return true;
}

/* The edge of the screen at each place of the value. */
static bool
make_edges(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t pad = SCRIPT_COLS * 8 - strlen(f->before) - variant - 1;

	(void)dice;
	if (form_is_own_line(f) || variant >= strlen(f->value))
		return false;
	form_begin(s, f);
	for (size_t i = 0; i < pad % SCRIPT_COLS; i++)
		script_add(s, i % 6 == 5 || i + 1 == pad % SCRIPT_COLS ? " " : "w");
	script_addf(s, "%s%s%s", f->before, f->value, f->after);
	form_end(s);
	return true;
}

/* Two panes, drawn row by row as a multiplexer does; the right one changes at every turn. */
static bool
make_panes(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 39);

	if (row == NULL || form_is_own_line(f))
		return false;
	script_secret(s, f->value);
	script_add(s, "\033[?1049h\033[H\033[2J");
	for (unsigned i = 1; i < SCRIPT_ROWS; i++) {
		const char *left = i == 7 && variant == 0 ? row : "some words", *right = i == 7 && variant == 1 ? row : "others";

		script_addf(s, "\033[%u;1H%-39s\033[32m\u2502\033[m%s\033[K", i, left, right);
	}
	script_addf(s, "\033[24;1H\033[30m\033[42m[0] 0:bash*\033[m");
	script_cut(s);
	for (int i = 0; i < 3; i++) {
		script_addf(s, "\033[%u;%uHtick %d", 1 + dice_below(dice, 5), variant == 0 ? 42 : 1, i);
		script_wait(s, 300000);
	}
	form_leave(s);
	return true;
}

/* The same with a line that is wrapped in its pane. */
static bool
make_narrow_pane(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);
	unsigned width = variant == 0 ? 36 : 40, left = variant == 0 ? 0 : 40, pad = dice_below(dice, width), row = 3;
	size_t length = strlen(line), at = 0;

	if (form_is_own_line(f) || (pad + length) / width > 18)
		return false;
	script_secret(s, f->value);
	script_add(s, "\033[?1049h\033[H\033[2J");
	for (unsigned i = 1; i < SCRIPT_ROWS; i++)
		script_addf(s, "\033[%u;37H\u2502\033[%u;40H\u2502", i, i);
	script_addf(s, "\033[%u;%uH", row, left + 1);
	for (unsigned i = 0; i < pad; i++)
		script_add(s, i % 6 == 5 || i + 1 == pad ? " " : "w");
	while (at < length) {
		size_t run = at == 0 ? width - pad : width;

		script_addf(s, "%.*s", (int)run, line + at);
		at += run < length - at ? run : length - at;
		script_addf(s, "\033[%u;%uH", ++row, left + 1);
		if (dice_below(dice, 3) == 0)
			script_cut(s);
	}
	form_leave(s);
	return true;
}

static bool
make_progress(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 60);

	(void)dice;
	if (row == NULL || form_is_own_line(f))
		return false;
	script_secret(s, f->value);
	for (unsigned i = 0; i < 20; i++) {
		script_addf(s, "\r%3u%% %s", i * 5, row);
		if (variant == 1)
			script_wait(s, 150000);
		else
			script_cut(s);
	}
	script_add(s, "\r\033[Kdone\r\n");
	script_cut(s);
	return true;
}

/* Rows of a painter in any order, each in one to three pieces. */
static bool
make_scattered(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 76);
	unsigned at = 3 + dice_below(dice, 18);

	if (row == NULL)
		return false;
	form_enter(s, f);
	for (unsigned i = 0; i < 60; i++) {
		unsigned other = 1 + dice_below(dice, 23);

		if (i == 20 || i == 40) {
			size_t cut = dice_below(dice, (unsigned)strlen(row));
			bool is_late = variant == 1 && i == 20;

			script_addf(s, "\033[%u;%zuH%s", at, 2 + cut, row + cut);
			if (is_late)
				script_addf(s, "\033[%u;2Hwait", at == 3 ? 4 : 3);
			script_addf(s, "\033[%u;2H%.*s", at, (int)cut, row);
		} else if (other != at) {
			script_addf(s, "\033[%u;2Hrow %u\033[K", other, i);
		}
		if (dice_below(dice, 4) == 0)
			script_cut(s);
		if (dice_below(dice, 12) == 0)
			script_wait(s, 350000);
	}
	form_leave(s);
	return true;
}

static bool
make_repeated(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);

	(void)dice;
	(void)variant;
	form_begin(s, f);
	for (const char *p = line; *p != '\0';) {
		size_t run = strspn(p, (char[]){ *p, '\0' });

		script_addf(s, "%c", *p);
		if (run > 1)
			script_addf(s, "\033[%zub", run - 1);
		p += run;
	}
	form_end(s);
	return true;
}

/* clang-format off */
const struct form form_moves[] = {
	{ "one cell a move",	FORM_ANY,	false,	6,	make_singly },
	{ "shifted in a row",	FORM_ANY,	false,	5,	make_shifted },
	{ "struck twice",	FORM_ANY,	false,	2,	make_struck },
	{ "interrupted",	FORM_ANY,	false,	7,	make_interrupted },
	{ "another size in it",	FORM_ANY,	false,	3,	make_resized },
	{ "other widths",	FORM_ANY,	true,	8,	make_widths },
	{ "wrapped everywhere",	FORM_ANY,	true,	60,	make_edges },
	{ "two panes",		FORM_ANY,	false,	2,	make_panes },
	{ "wrapped in a pane",	FORM_ANY,	false,	2,	make_narrow_pane },
	{ "progress",		FORM_ANY,	true,	2,	make_progress },
	{ "painted in any order", FORM_ANY,	false,	2,	make_scattered },
	{ "repeated by REP",	FORM_ANY,	false,	1,	make_repeated },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
