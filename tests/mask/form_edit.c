/* SPDX-License-Identifier: ISC */
/* Forms in which somebody types: slowly, with mistakes, from the history, into lines that are longer than the screen. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/form.h"

#define SLOW_US	INT64_C(210000)

static void
prompt(struct script *s, const struct forged *f)
{
	script_secret(s, f->value);
	script_add(s, "\033[?2004hanna@db1:~$ ");
	script_cut(s);
}

static void
enter(struct script *s)
{
	script_key(s, "\r\n\033[?2004l\r");
	script_add(s, "ok\r\n\033[?2004hanna@db1:~$ ");
	script_cut(s);
}

/* What can be typed behind a prompt, or NULL. */
static char *
command_of(const struct forged *f)
{
	return form_is_own_line(f) ? NULL : form_row_of(f, 60);
}

static void
type(struct script *s, const char *text, size_t count)
{
	char key[2] = "";

	for (size_t i = 0; i < count; i++) {
		key[0] = text[i];
		script_key(s, key);
	}
}

static void
keys(struct script *s, const char *echo, size_t times)
{
	for (size_t i = 0; i < times; i++)
		script_key(s, echo);
}

static bool
make_slow(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = command_of(f);

	if (line == NULL)
		return false;
	prompt(s, f);
	for (const char *p = line; *p != '\0'; p++) {
		type(s, p, 1);
		script_wait(s, SLOW_US);
		if (variant == 1 && dice_below(dice, 12) == 0)
			script_wait(s, 3000000);
	}
	enter(s);
	return true;
}

/* One key gives wrong output, and it is seen at once or after some more keys. */
static bool
make_mistyped(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = command_of(f);
	size_t length, at, more;

	if (line == NULL)
		return false;
	length = strlen(line);
	at = variant == 0 ? dice_below(dice, (unsigned)length) : strlen(f->before) + dice_below(dice, (unsigned)strlen(f->value));
	more = 1 + dice_below(dice, 4);
	more = at + more > length ? length - at : more;
	prompt(s, f);
	type(s, line, at);
	script_key(s, "q");
	type(s, line + at, more);
	keys(s, "\b\033[K", more + 1);
	if (variant == 2)
		script_wait(s, 2500000);
	type(s, line + at, length - at);
	enter(s);
	return true;
}

/* Back over the line by ^A or the arrows, something goes or comes, and on at the end. */
static bool
make_arrows(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = command_of(f);
	size_t length, at;

	if (line == NULL || strlen(f->value) < 4 || (variant < 3 && variant > 0 && !f->is_alone))
		return false;	/* a value is none before its name comes */
	length = strlen(line);
	at = strlen(f->before) + 1 + dice_below(dice, (unsigned)strlen(f->value) - 2);
	prompt(s, f);
	if (variant == 0) {		/* one too many in the middle, deleted later */
		type(s, line, at);
		script_key(s, "q");
		type(s, line + at, length - at);
		keys(s, "\b", length - at);
		script_key(s, "\b\033[1P");
	} else if (variant == 1) {	/* the first character was forgotten */
		type(s, line + 1, length - 1);
		script_key(s, "\r\033[12C");
		script_key(s, "\033[1@x");
		script_key(s, "\b\033[1P");
		script_add(s, "\033[1@");
		type(s, line, 1);
		script_key(s, "\033[24C");
	} else if (variant == 2) {	/* the command is put in front of the value with ^A, key by key */
		size_t before = strlen(f->before);

		type(s, line + before, length - before);
		script_key(s, "\r\033[12C");
		for (size_t i = 0; i < before; i++) {
			char echo[256];

			snprintf(echo, sizeof echo, "\033[1@%c", line[i]);
			script_key(s, echo);
		}
	} else {			/* two characters were swapped, and are typed again */
		type(s, line, at);
		script_key(s, (char[]){ line[at + 1], '\0' });
		script_key(s, (char[]){ line[at], '\0' });
		type(s, line + at + 2, length - at - 2);
		keys(s, "\b", length - at);
		script_addf(s, "%c%c", line[at], line[at + 1]);
		script_cut(s);
		script_addf(s, "\033[%zuC", length - at - 2 > 0 ? length - at - 2 : 1);
	}
	script_wait(s, dice_below(dice, 2) == 0 ? 0 : 1000000);
	enter(s);
	return true;
}

/* ^W and ^U, ^Y, the history, a completion, a search. */
static bool
make_killed(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = command_of(f);
	size_t length;

	if (line == NULL)
		return false;
	length = strlen(line);
	prompt(s, f);
	if (variant == 0) {		/* another word, ^W, the line */
		type(s, "wrong", 5);
		script_key(s, "\b\b\b\b\b\033[K");
		type(s, line, length);
	} else if (variant == 1) {	/* the line, ^U, ^Y */
		type(s, line, length);
		script_key(s, "\r\033[12C\033[K");
		script_key(s, line);
	} else if (variant == 2) {	/* from the history, with another entry on the way */
		script_key(s, "ls -l /var/log");
		script_addf(s, "\r\033[12C\033[K%s", line);
		script_key(s, "");
	} else if (variant == 3) {	/* readline writes what differs from the entry before */
		script_key(s, "ls");
		script_addf(s, "\b\b%.2s\033[K%s", line, line + 2);
		script_cut(s);
	} else {			/* ^R */
		script_key(s, "\r(reverse-i-search)`': \033[K");
		script_addf(s, "\r(reverse-i-search)`%.1s': %s", line, line);
		script_cut(s);
		script_addf(s, "\r\033[Kanna@db1:~$ %s", line);
		script_cut(s);
	}
	(void)dice;
	enter(s);
	return true;
}

static bool
make_pasted(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = command_of(f);
	size_t cut;

	if (line == NULL)
		return false;
	cut = 1 + dice_below(dice, (unsigned)strlen(line) - 1);
	prompt(s, f);
	if (variant == 0) {		/* as one, in reverse as bash shows it, then plain */
		script_addf(s, "\033[7m%s\033[27m", line);
		script_key(s, "");
		script_addf(s, "\r\033[12C%s", line);
		script_cut(s);
	} else {			/* in two reads */
		script_addf(s, "%.*s", (int)cut, line);
		script_cut(s);
		script_wait(s, 5000);
		script_add(s, line + cut);
		script_cut(s);
	}
	enter(s);
	return true;
}

/* A shell that colours while one types: at every key the word again. */
static bool
make_coloured(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = command_of(f);
	size_t length;

	(void)dice;
	if (line == NULL)
		return false;
	length = strlen(line);
	prompt(s, f);
	for (size_t i = 1; i <= length; i++) {
		if (variant == 0)	/* zsh */
			script_addf(s, "%s\033[31m%.*s\033[39m", i > 1 ? "\r\033[12C" : "", (int)i, line);
		else			/* fish: the rest as it was last time, in grey, and back */
			script_addf(s, "\033[1m%c\033[m\033[90m%s\033[m\033[%zuG", line[i - 1], line + i, i + 13);
		script_cut(s);
		s->writes[s->count - 1].is_typed = true;
	}
	enter(s);
	return true;
}

/* Longer than the row: readline writes a blank and a return at the edge. */
static bool
make_long_typed(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);
	size_t col = 12 + 40, length = strlen(line);

	(void)dice;
	if (form_is_own_line(f) || length < 30)
		return false;
	prompt(s, f);
	for (size_t i = 0; i < 40; i++)
		script_key(s, i % 8 == 7 ? " " : "w");
	for (size_t i = 0; i < length; i++) {
		if (++col % SCRIPT_COLS == 0)
			script_addf(s, "%c%s", line[i], variant == 0 ? " \r" : "\r\n");
		else
			script_addf(s, "%c", line[i]);
		script_cut(s);
		s->writes[s->count - 1].is_typed = true;
	}
	enter(s);
	return true;
}

/* The value at a program's own prompt, with an answer that repeats it. */
static bool
make_here(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);
	size_t half = strlen(line) / 2;

	(void)dice;
	if (form_is_own_line(f))
		return false;
	script_secret(s, f->value);
	script_add(s, variant == 0 ? "mysql> " : ">>> ");
	script_cut(s);
	type(s, line, half);
	script_wait(s, 2200000);
	type(s, line + half, strlen(line) - half);
	script_addf(s, "\r\n%s\r\n>>> ", line);
	script_cut(s);
	return true;
}

/* It comes in two halves with a pause between, longer than a line is waited for. */
static bool
make_paused(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t at = 1 + dice_below(dice, (unsigned)strlen(f->value) - 1);

	form_begin(s, f);
	script_addf(s, "%s%.*s", f->before, (int)at, f->value);
	script_wait(s, variant == 0 ? 2500000 : variant == 1 ? 200000 : 25000);
	script_addf(s, "%s%s", f->value + at, f->after);
	form_end(s);
	return true;
}

static bool
make_trickled(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	AUTO_FREE char *line = form_line_of(f);

	(void)dice;
	form_begin(s, f);
	for (const char *p = line; *p != '\0'; p++) {
		script_add_bytes(s, p, 1);
		script_wait(s, variant == 0 ? 16000 : variant == 1 ? 60000 : 300000);
	}
	form_end(s);
	return true;
}

/* clang-format off */
const struct form form_edits[] = {
	{ "typed slowly",	FORM_ANY,	false,	2,	make_slow },
	{ "typed, wrong, seen later", FORM_ANY,	false,	3,	make_mistyped },
	{ "typed, with arrows",	FORM_ANY,	false,	4,	make_arrows },
	{ "typed, killed and yanked", FORM_ANY,	false,	5,	make_killed },
	{ "pasted",		FORM_ANY,	false,	2,	make_pasted },
	{ "typed into colours",	FORM_ANY,	false,	2,	make_coloured },
	{ "typed over the edge", FORM_ANY,	false,	2,	make_long_typed },
	{ "typed and repeated",	FORM_ANY,	false,	2,	make_here },
	{ "with a pause",	FORM_ANY,	true,	3,	make_paused },
	{ "one byte a while",	FORM_ANY,	true,	3,	make_trickled },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
