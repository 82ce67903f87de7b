/* SPDX-License-Identifier: ISC */
/* Forms in which sequences, controls and broken bytes stand inside of a value or around it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/form.h"

static bool
make_pens(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const pens[] = {
		"\033[38:2::9:200:3m", "\033[48:5:17m", "\033[0;1;3;4:3;58:2::1:2:3;38;2;1;2;3m", "\033[;;;m", "\033[>4;2m", "\033[22;23;24;39;49m",
	};
	AUTO_FREE char *line = form_line_of(f);

	form_begin(s, f);
	for (const char *p = line; *p != '\0'; p++) {
		script_add(s, pens[dice_below(dice, sizeof pens / sizeof pens[0])]);
		if (variant == 1)
			script_cut(s);
		script_add_bytes(s, p, 1);
	}
	script_add(s, "\033[m");
	form_end(s);
	return true;
}

static bool
make_link(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t half = 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);
	const char *st = variant % 2 == 0 ? "\033\\" : "\a";

	form_begin(s, f);
	script_addf(s, "%s\033]8;;https://e.org/x?id=7%s%.*s", f->before, st, (int)(variant < 2 ? strlen(f->value) : half), f->value);
	script_addf(s, "\033]8;;%s%s%s", st, f->value + (variant < 2 ? strlen(f->value) : half), f->after);
	form_end(s);
	return true;
}

/* A string in the middle of the value: titles, folders, the clipboard, marks of a shell, graphics. */
static const char *const strings[] = {
	"\033]0;a title\a", "\033]7;file://db1/home/a\033\\", "\033]52;c;aGVsbG8=\a", "\033]1337;SetMark\a", "\033P1$r0m\033\\", "\033_Gi=1;AAAA\033\\",
	"\033^words\033\\", "\033]133;A\a", "\033Xwords\033\\", "\033]4;1;rgb:00/00/00\033\\",
};

static bool
make_strings(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t at = 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);

	form_begin(s, f);
	script_addf(s, "%s%.*s%s", f->before, (int)at, f->value, strings[variant]);
	if (dice_below(dice, 2) == 0)
		script_cut(s);
	script_addf(s, "%s%s", f->value + at, f->after);
	form_end(s);
	return true;
}

/* Controls of eight bits, alone and in UTF-8, which some terminals know and others print. */
static bool
make_eight_bits(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const controls[] = {
		"\x9b" "31m", "\xc2\x9b" "31m", "\x9b" "m", "\x9d" "0;title\a", "\x9d" "0;title\x9c", "\xc2\x9d" "0;title\xc2\x9c", "\x90" "1$r0m\x9c", "\xc2\x9b" "0K",
	};
	size_t at = 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);

	form_begin(s, f);
	script_addf(s, "%s%.*s%s", f->before, (int)at, f->value, controls[variant]);
	if (dice_below(dice, 2) == 0)
		script_cut(s);
	script_addf(s, "%s%s", f->value + at, f->after);
	form_end(s);
	return true;
}

static bool
make_in_string(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const around[][2] = {
		{ "\033]7;file://db1/", "\033\\" }, { "\033]1337;SetUserVar=", "\a" }, { "\033P+q", "\033\\" }, { "\033_", "\033\\" }, { "\033^", "\033\\" },
		{ "\033X", "\033\\" }, { "\033]9;", "\a" }, { "\033]777;notify;build;", "\a" }, { "\033]8;;", "\a" }, { "\033]2;", "\030" }, { "\033k", "\033\\" },
	};

	if (form_is_own_line(f) || strcmp(f->rule, "pgpass") == 0 || strcmp(f->rule, "email-uri") == 0)
		return false;
	script_secret(s, f->value);
	script_addf(s, "$ make\r\n%s", around[variant][0]);
	if (dice_below(dice, 2) == 0)
		script_cut(s);
	script_add(s, f->before);
	for (const char *p = f->value; *p != '\0'; p++) {
		script_add_bytes(s, p, 1);
		if (dice_below(dice, 16) == 0)
			script_cut(s);
	}
	script_addf(s, "%s%sok\r\n", f->after, around[variant][1]);
	script_cut(s);
	return true;
}

/* A string that nobody ends: the value is in it, and more comes. */
static bool
make_endless(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	if (form_is_own_line(f))
		return false;
	script_secret(s, f->value);
	script_add(s, variant == 0 ? "\033]0;" : "\033P");
	for (unsigned i = 0; i < 100 + dice_below(dice, 200); i++)
		script_add(s, "words and more ");
	script_cut(s);
	script_addf(s, "%s%.5s", f->before, f->value);
	script_wait(s, variant == 0 ? 0 : 100000);
	script_addf(s, "%s%s ", f->value + 5, f->after);
	for (unsigned i = 0; i < 1500; i++)
		script_add(s, "words and more ");
	script_cut(s);
	return true;
}

static bool
make_nothings(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char nothings[][2] = { "\0", "\177", "\005", "\007", "\016", "\017", "\021", "\032" };

	form_begin(s, f);
	script_add(s, f->before);
	for (const char *p = f->value; *p != '\0'; p++) {
		script_add_bytes(s, p, 1);
		if (variant == 0 || dice_below(dice, 8) == 0)
			script_add_bytes(s, nothings[variant == 0 ? 0 : variant == 1 ? 1 : 3], 1);
	}
	script_add(s, f->after);
	form_end(s);
	return true;
}

/* Bytes of Latin-1, cut characters and the like, right before the line and behind it. */
static bool
make_broken(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const broken[] = { "caf\351 ", "\303 ", "\200\200 ", "\360\237 ", "\355\240\200 ", "\377 ", "\300\257 " };

	(void)dice;
	if (form_is_own_line(f))
		return false;
	form_begin(s, f);
	script_addf(s, "%s%s%s%s \351\344\370", broken[variant], f->before, f->value, f->after);
	form_end(s);
	return true;
}

/* A password with characters that its file wrote in Latin-1, or in UTF-8 of up to four bytes. */
static bool
make_foreign(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const odd[] = { "\351", "\344\366", "\303\251", "\346\227\245", "\360\237\224\221", "e\314\201" };
	char value[FORGE_VALUE + 16];
	size_t at = strlen(f->value) / 2;

	(void)dice;
	if (strcmp(f->rule, "password-assignment") != 0 && strcmp(f->rule, "url-password") != 0 && strcmp(f->rule, "curl-user") != 0 &&
	    strcmp(f->rule, "sql-password") != 0)
		return false;
	snprintf(value, sizeof value, "%.*s%s%s", (int)at, f->value, odd[variant], f->value + at);
	script_secret(s, value);
	script_addf(s, "%s%s%s\r\n$ ", f->before, value, f->after);
	script_cut(s);
	return true;
}

/* Boxes of line-drawing characters around it, by charsets and by Unicode. */
static bool
make_box(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *row = form_row_of(f, 70);

	(void)dice;
	if (row == NULL || form_is_own_line(f) || f->after[0] != '\0')
		return false;
	script_secret(s, f->value);
	if (variant == 0)
		script_addf(s, "\033(0lqqqqk\033(B\r\n\033(0x\033(B %s \033(0x\033(B\r\n\033(0mqqqqj\033(B\r\n", row);
	else if (variant == 1)
		script_addf(s, "\033)0\016lqqqqk\017\r\n\016x\017%s\016x\017\r\n\016mqqqqj\017\r\n", row);
	else
		script_addf(s, "\u250c\u2500\u2500\u2510\r\n\u2502%s\u2502\r\n\u2514\u2500\u2500\u2518\r\n", row);
	script_cut(s);
	return true;
}

/* Modes and other sequences that change nothing of what is seen. */
static bool
make_idle_sequences(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const idle[] = { "\033[?2004h", "\033[6n", "\033[?25l", "\033[c", "\033(B", "\0337", "\033[s", "\033=", "\033[4l", "\033[5n", "\033[?2026h" };
	AUTO_FREE char *line = form_line_of(f);

	form_begin(s, f);
	for (const char *p = line; *p != '\0'; p++) {
		script_add(s, idle[dice_below(dice, sizeof idle / sizeof idle[0])]);
		script_add_bytes(s, p, 1);
		if (variant == 1)
			script_cut(s);
	}
	script_add(s, "\033[?25h");
	form_end(s);
	return true;
}

/* clang-format off */
const struct form form_tricks[] = {
	{ "pens of every kind",	FORM_ANY,	true,	2,	make_pens },
	{ "hyperlink",		FORM_ANY,	true,	4,	make_link },
	{ "strings inside",	FORM_ANY,	false,	10,	make_strings },
	{ "controls of eight bits", FORM_ANY,	false,	8,	make_eight_bits },
	{ "inside of strings",	FORM_ANY,	true,	11,	make_in_string },
	{ "string without end",	FORM_ANY,	true,	2,	make_endless },
	{ "NUL, DEL and BEL inside", FORM_ANY,	false,	3,	make_nothings },
	{ "broken UTF-8 around", FORM_ANY,	false,	7,	make_broken },
	{ "foreign characters inside", FORM_ANY, false,	6,	make_foreign },
	{ "in a box",		FORM_ANY,	false,	3,	make_box },
	{ "idle sequences inside", FORM_ANY,	false,	2,	make_idle_sequences },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
