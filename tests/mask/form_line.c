/* SPDX-License-Identifier: ISC */
/* Forms in which a value's line comes as it is, in pieces, in colours, folded, overprinted or typed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/form.h"

char *
form_line_of(const struct forged *f)
{
	char *line;

	if (asprintf(&line, "%s%s%s", f->before, f->value, f->after) < 0)
		abort();
	return line;
}

bool
form_is_own_line(const struct forged *f)
{
	const char *dash = strrchr(f->rule, '-');

	return (dash != NULL && (strcmp(dash, "-line") == 0 || strcmp(dash, "-beside") == 0)) || strstr(f->before, "> AUTH ") != NULL;
}

void
form_begin(struct script *s, const struct forged *f)
{
	script_secret(s, f->value);
	script_add(s, "$ cat notes\r\nfirst line\r\n");
}

void
form_end(struct script *s)
{
	script_add(s, "\r\nlast line\r\n$ ");
	script_cut(s);
}

static bool
make_whole(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	(void)variant;
	form_begin(s, f);
	script_addf(s, "%s%s%s", f->before, f->value, f->after);
	form_end(s);
	return true;
}

static bool
make_chunked(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);

	(void)dice;
	if (variant + 1 >= strlen(line))
		return false;
	form_begin(s, f);
	script_add_bytes(s, line, variant + 1);
	script_cut(s);
	script_add(s, line + variant + 1);
	form_end(s);
	return true;
}

static bool
make_bytes(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);

	(void)dice;
	(void)variant;
	form_begin(s, f);
	script_cut(s);
	for (const char *p = line; *p != '\0'; p++) {
		script_add_bytes(s, p, 1);
		script_cut(s);
	}
	form_end(s);
	return true;
}

static const char *const pens[] = { "\033[1m", "\033[0m", "\033[31m", "\033[38;5;208m", "\033[m", "\033[4;32m", "\033[48;2;9;9;9m" };

static bool
make_sgr(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);
	unsigned every = variant == 0 ? 1 : 7;

	form_begin(s, f);
	for (const char *p = line; *p != '\0'; p++) {
		if (dice_below(dice, every) == 0)
			script_add(s, pens[dice_below(dice, sizeof pens / sizeof pens[0])]);
		script_add_bytes(s, p, 1);
		if (variant == 2 && dice_below(dice, 4) == 0)
			script_cut(s);
	}
	script_add(s, "\033[0m");
	form_end(s);
	return true;
}

/* Words up to the middle of the value stand at the edge of the screen, so that the terminal wraps inside of it. */
static bool
make_wrapped(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t half = strlen(f->before) + strlen(f->value) / 2;
	unsigned pad = (unsigned)(SCRIPT_COLS - half % SCRIPT_COLS);

	if (form_is_own_line(f) || pad < 3)
		return false;	/* it is about a line of its own */
	form_begin(s, f);
	for (unsigned i = 0; i + 1 < pad; i++)
		script_add(s, i % 6 == 5 ? " " : "w");
	script_addf(s, " %s%s%s", f->before, f->value, f->after);
	if (variant == 1)
		script_cut(s);
	form_end(s);
	(void)dice;
	return true;
}

/* As `fold -w 80` does it: the line ends where the screen does. */
static bool
make_folded(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);
	size_t half = strlen(f->before) + strlen(f->value) / 2;
	size_t at = (SCRIPT_COLS - half % SCRIPT_COLS) % SCRIPT_COLS;

	(void)dice;
	(void)variant;
	if (form_is_own_line(f))
		return false;
	form_begin(s, f);
	for (size_t i = 0; i < at; i++)
		script_add(s, i % 6 == 5 || i + 1 == at ? " " : "w");
	for (const char *p = line; *p != '\0'; p++) {
		if (at == SCRIPT_COLS) {
			script_add(s, "\r\n");
			at = 0;
		}
		script_add_bytes(s, p, 1);
		at++;
	}
	form_end(s);
	return true;
}

static bool
make_overprint(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	form_begin(s, f);
	for (unsigned i = 10; i < 60; i += 1 + dice_below(dice, 20)) {
		script_addf(s, "progress %u%%", i);
		script_cut(s);
		script_add(s, "\r");
	}
	script_addf(s, "\033[K%s%s%s", f->before, f->value, f->after);
	if (variant == 1)
		script_cut(s);
	script_add(s, "\r\033[Kdone");
	form_end(s);
	return true;
}

static bool
make_typed(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);
	char key[2] = "";

	if (strlen(line) > 74 || form_is_own_line(f))
		return false;	/* beyond this readline repaints in its own way */
	script_secret(s, f->value);
	script_add(s, "\033[?2004h$ ");
	script_cut(s);
	for (const char *p = line; *p != '\0'; p++) {
		if (variant == 1 && dice_below(dice, 9) == 0) {
			script_key(s, "x");
			script_key(s, "\b\033[K");
		}
		key[0] = *p;
		script_key(s, key);
	}
	script_key(s, "\r\n\033[?2004l\r");
	script_add(s, "ok\r\n\033[?2004h$ ");
	script_cut(s);
	return true;
}

/* One character was left out and is put in after the rest: readline rewrites the tail, or uses ICH. */
static bool
make_inserted(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);
	size_t length = strlen(line);
	size_t missing = strlen(f->before) + 1 + dice_below(dice, (unsigned)strlen(f->value) - 2);
	char key[2] = "";

	if (length > 74 || form_is_own_line(f))
		return false;
	script_secret(s, f->value);
	script_add(s, "\033[?2004h$ ");
	for (size_t i = 0; i < length; i++) {
		key[0] = line[i];
		if (i != missing)
			script_key(s, key);
	}
	for (size_t i = missing + 1; i < length; i++)
		script_key(s, "\b");
	if (variant == 0) {
		script_addf(s, "\033[1@%c", line[missing]);
	} else {
		script_add(s, line + missing);
		for (size_t i = missing + 1; i < length; i++)
			script_add(s, "\b");
	}
	script_cut(s);
	script_key(s, "\r\n\033[?2004l\r");
	script_add(s, "ok\r\n$ ");
	script_cut(s);
	return true;
}

static bool
make_title(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	script_secret(s, f->value);
	script_add(s, variant == 0 ? "\033]0;" : "\033]2;");
	if (variant == 2)
		script_cut(s);
	script_addf(s, "%s%s%s", f->before, f->value, f->after);
	script_add(s, variant == 1 ? "\033\\" : "\a");
	script_add(s, "$ make\r\n");
	script_cut(s);
	return true;
}

static bool
make_xtrace(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const heads[] = { "+ ", "Nov 20 14:02:40 db1 app[812]: ", "notes.txt:12:", "+++ " };

	(void)dice;
	if (variant >= sizeof heads / sizeof heads[0] || form_is_own_line(f) ||
	    (variant == 2 && (strcmp(f->rule, "netrc") == 0 || strcmp(f->rule, "pgpass") == 0)))
		return false;
	form_begin(s, f);
	script_addf(s, "%s%s%s%s", heads[variant], f->before, f->value, f->after);
	form_end(s);
	return true;
}

/* grep --color: the value, or its beginning, stands between two pens with an erasure each. */
static bool
make_grep(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t length = variant == 0 ? strlen(f->value) : 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);

	form_begin(s, f);
	script_addf(s, "%s\033[01;31m\033[K%.*s\033[m\033[K%s%s", f->before, (int)length, f->value, f->value + length, f->after);
	form_end(s);
	return true;
}

/* A prompt that echoes nothing: the value is not in the output at all, but what is said around it is. */
static bool
make_silent(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const prompts[] = { "Password: ", "[sudo] password for anna: ", "anna@db1's password: " };

	(void)dice;
	if (variant >= sizeof prompts / sizeof prompts[0])
		return false;
	script_secret(s, f->value);
	script_add(s, prompts[variant]);
	script_cut(s);
	script_add(s, "\r\nSorry, try again.\r\n");
	script_cut(s);
	return true;
}

/* clang-format off */
const struct form form_lines[] = {
	{ "whole",		FORM_ANY,	true,	1,	make_whole },
	{ "chunked at every offset", FORM_ANY,	true,	400,	make_chunked },
	{ "one byte a write",	FORM_ANY,	true,	1,	make_bytes },
	{ "colours inside",	FORM_ANY,	true,	3,	make_sgr },
	{ "wrapped at 80",	FORM_ANY,	true,	2,	make_wrapped },
	{ "folded",		FORM_ANY,	false,	1,	make_folded },
	{ "overprinted",	FORM_ANY,	true,	2,	make_overprint },
	{ "typed",		FORM_ANY,	false,	2,	make_typed },
	{ "typed, put in later", FORM_ANY,	false,	2,	make_inserted },
	{ "window title",	FORM_ANY,	true,	3,	make_title },
	{ "behind other words",	FORM_ANY,	false,	4,	make_xtrace },
	{ "found by grep",	FORM_ANY,	false,	2,	make_grep },
	{ "prompt without echo", FORM_ANY,	true,	3,	make_silent },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
