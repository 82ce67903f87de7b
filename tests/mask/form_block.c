/* SPDX-License-Identifier: ISC */
/* Forms in which a value stands among much: keys of many lines, very long lines, prefixes of logs, other people's escapes. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "tests/mask/form.h"

#define KEY_LINES	40
#define KEY_WIDTH	80

struct key {
	char		lines[KEY_LINES][KEY_WIDTH];
	unsigned	count;
	const char	*name;
};

static void
make_key(struct key *key, struct dice *dice, unsigned width)
{
	static const char *const names[] = { "RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY" };
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	key->name = names[dice_below(dice, 5)];
	key->count = 3 + dice_below(dice, 25);
	for (unsigned i = 0; i < key->count; i++) {
		unsigned length = i + 1 < key->count ? width : 16 + dice_below(dice, width - 18);

		for (unsigned k = 0; k < length; k++)
			key->lines[i][k] = digits[dice_below(dice, 64)];
		memcpy(key->lines[i] + length, i + 1 < key->count ? "" : "==", i + 1 < key->count ? 1 : 3);
	}
}

static void
key_line(struct script *s, const char *head, unsigned number, const char *text, const char *tail)
{
	if (strchr(head, '%') != NULL) {
		char at[64];

		snprintf(at, sizeof at, strstr(head, "%6u") != NULL ? "%6u  " : strstr(head, "%02u") != NULL ? "Nov 20 14:02:%02u db1 app[812]: " : "%u: ",
		    number);
		script_add(s, at);
	} else {
		script_add(s, head);
	}
	script_addf(s, "%s%s", text, tail);
}

/* The key behind something on each line, with each kind of line end, at once or line by line. */
static bool
make_block(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const struct {
		const char *head, *tail;
		unsigned width;
	} shapes[] = {
		{ "", "\r\n", 64 }, { "", "\n", 64 }, { "    ", "\r\n", 64 }, { "> ", "\r\n", 64 }, { "%6u", "\r\n", 64 }, { "%02u", "\r\n", 64 },
		{ "+", "\r\n", 70 }, { "\033[32m+\033[m\033[32m", "\033[m\r\n", 64 }, { "", "$\r\n", 64 }, { "  | ", "\r\n", 64 }, { "\"", "\\n\" +\r\n", 64 },
		{ "%u: ", "\r\n", 64 }, { "- ", "\r\n", 64 }, { "# ", "\r\n", 64 }, { "    \"", "\",\r\n", 64 }, { "", "\\n\\\r\n", 70 }, { "\t", "\r\n", 48 },
		{ ">> ", "\r\n", 60 }, { "* ", "\r\n", 64 }, { "// ", "\r\n", 64 }, { "id_rsa:", "\r\n", 64 }, { "web-1  | ", "\r\n", 64 }, { "", "\033[K\r\n", 64 },
	};
	char text[KEY_WIDTH + 64];
	struct key key;

	if (strcmp(f->rule, "jwe") != 0 || variant / 2 >= sizeof shapes / sizeof shapes[0])
		return false;
	make_key(&key, dice, shapes[variant / 2].width);
	script_add(s, "$ cat id_rsa\r\n");
	snprintf(text, sizeof text, "-----BEGIN %s-----", key.name);
	key_line(s, shapes[variant / 2].head, 1, text, shapes[variant / 2].tail);
	for (unsigned i = 0; i < key.count; i++) {
		script_secret(s, key.lines[i]);
		key_line(s, shapes[variant / 2].head, i + 2, key.lines[i], shapes[variant / 2].tail);
		if (variant % 2 == 1)
			script_wait(s, dice_below(dice, 10) == 0 ? 2500000 : 0);
	}
	snprintf(text, sizeof text, "-----END %s-----", key.name);
	key_line(s, shapes[variant / 2].head, key.count + 2, text, shapes[variant / 2].tail);
	script_add(s, "$ ls\r\nfile\r\n$ ");
	script_cut(s);
	return true;
}

/* The key in one line: as JSON and shells write it, or joined; wrapped by a narrow screen; painted by a pager. */
static bool
make_flat(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const joins[] = { "\\n", "\\r\\n", " ", "\\\\n", "" };
	struct key key;

	if (strcmp(f->rule, "jwe") != 0)
		return false;
	make_key(&key, dice, 64);
	if (variant < 5) {
		script_addf(s, "{\"key\": \"-----BEGIN %s-----%s", key.name, joins[variant]);
		for (unsigned i = 0; i < key.count; i++) {
			script_secret(s, key.lines[i]);
			script_addf(s, "%s%s", key.lines[i], joins[variant]);
			if (i % 3 == 2)
				script_cut(s);
		}
		script_addf(s, "-----END %s-----%s\", \"id\": 7}\r\n$ ", key.name, joins[variant]);
		script_cut(s);
		return true;
	}
	if (variant == 5)
		s->cols = 40;
	script_add(s, variant == 5 ? "$ cat id_rsa\r\n" : "\033[?1049h\033[H\033[2J");
	key.count = key.count > 20 ? 20 : key.count;
	script_addf(s, "-----BEGIN %s-----\r\n", key.name);
	for (unsigned i = 0; i < key.count; i++) {
		script_secret(s, key.lines[i]);
		if (variant == 7)
			script_addf(s, "\033[%u;1H", i + 2);
		script_addf(s, "%s\r\n", key.lines[i]);
		if (dice_below(dice, 4) == 0)
			script_cut(s);
	}
	script_addf(s, "-----END %s-----\r\n$ ls\r\n", key.name);
	script_cut(s);
	return true;
}

/* A pager goes down line by line, or up, through a key; its beginning may have left the screen long ago. */
static bool
make_paged(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	struct key key;

	if (strcmp(f->rule, "jwe") != 0)
		return false;
	make_key(&key, dice, 64);
	key.count = 28;
	for (unsigned i = 0; i < 28; i++)
		memcpy(key.lines[i], key.lines[0], 30);	/* as long as the first */
	for (unsigned i = 0; i < 28; i++)
		snprintf(key.lines[i] + 30, KEY_WIDTH - 30, "%u%031llu", i % 10, (unsigned long long)dice_next(dice));
	for (unsigned i = 0; i < 28; i++)
		script_secret(s, key.lines[i]);
	script_add(s, "\033[?1049h\033[H\033[2J");
	script_addf(s, "-----BEGIN %s-----\r\n", key.name);
	for (unsigned i = 0; i < 22; i++)
		script_addf(s, "%s\r\n", key.lines[i]);
	script_add(s, ":");
	script_cut(s);
	for (unsigned i = 22; i < 28; i++) {
		if (variant == 0)
			script_addf(s, "\r\033[K%s\r\n:", key.lines[i]);
		else
			script_addf(s, "\033[24;1H\033[K%s\r\n\033[24;1H:", key.lines[i]);
		script_wait(s, 500000);
	}
	script_addf(s, "\r\033[K-----END %s-----\r\n:", key.name);
	script_cut(s);
	script_add(s, "\r\033[K\033[?1049l$ ");
	script_cut(s);
	return true;
}

/* Line feeds alone, as from a program in raw mode or a file. */
static bool
make_feeds(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	script_secret(s, f->value);
	script_addf(s, "first line\n%s%s%s\n%s", f->before, f->value, f->after, variant == 0 ? "last line\n" : "\r");
	script_cut(s);
	return true;
}

/* Somewhere in a line of many kilobytes. */
static bool
make_long(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const words[] = { "lorem ", "{\"a\":1},", "xyz=1;", "0123 " };
	size_t most = variant == 0 ? 3000 + dice_below(dice, 3000) : variant == 1 ? 16384 - dice_below(dice, 60) : 60000 + dice_below(dice, 4000);
	size_t piece = variant == 2 ? 4096 : 1500;

	if (form_is_own_line(f) || variant >= 3)
		return false;
	script_secret(s, f->value);
	script_add(s, "$ cat data\r\n");
	while (buf_len(&s->bytes) < most) {
		script_add(s, words[dice_below(dice, 4)]);
		if (buf_len(&s->bytes) - (s->count > 0 ? s->writes[s->count - 1].end : 0) > piece)
			script_cut(s);
	}
	script_addf(s, " %s%s%s ", f->before, f->value, f->after);
	for (size_t end = buf_len(&s->bytes) + 3000; buf_len(&s->bytes) < end;)
		script_add(s, words[dice_below(dice, 4)]);
	form_end(s);
	return true;
}

/* Folded over rows at other places than the screen's edge. */
static bool
make_quoted(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const heads[] = { "> ", "2026-11-20T14:02:40.123Z INFO ", "[1700000000.123] ", "| ", "    ", "web-1  | ", "-", "# " };

	(void)dice;
	if (form_is_own_line(f) || strcmp(f->rule, "netrc") == 0 || strcmp(f->rule, "pgpass") == 0)
		return false;
	form_begin(s, f);
	script_addf(s, "%s%s%s%s", heads[variant], f->before, f->value, f->after);
	form_end(s);
	return true;
}

/* Text that was folded at 80 columns comes in several ways: a row ended by CR LF, a cursor move to the next, a space and a return. */
static bool
make_folded_ways(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const folds[] = { "\r\n", "\033[1E", " \r", "\r\033[1B", "\033[m\r\n\033[m" };
	AUTO_FREE char *line = form_line_of(f);
	size_t at = SCRIPT_COLS * 8 - strlen(f->before) - 1 - dice_below(dice, (unsigned)strlen(f->value) - 1);

	if (form_is_own_line(f))
		return false;
	form_begin(s, f);
	at %= SCRIPT_COLS;
	for (size_t i = 0; i < at; i++)
		script_add(s, i % 6 == 5 || i + 1 == at ? " " : "w");
	for (const char *p = line; *p != '\0'; p++) {
		if (at == SCRIPT_COLS) {
			script_add(s, folds[variant]);
			at = 0;
		}
		script_add_bytes(s, p, 1);
		at++;
	}
	form_end(s);
	return true;
}

static bool
make_neighbours(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const around[][2] = {
		{ "a=1\\u0026b=", "\\u0026c=2" }, { "\\/x\\/", "\\/y" }, { "%26x%3D", "%26y" }, { "&quot;", "&quot;" }, { "\\\"", "\\\"" }, { "['", "']" },
		{ "\u201c", "\u201d" }, { "(", ")" }, { "<", ">" }, { "\t", "\t" }, { "`", "`" }, { "|", "|" }, { "\\n", "\\n" }, { "*", "*" }, { "**", "**" },
		{ "{", "}" }, { ",", "," }, { ";", ";" }, { "\u00a0", "\u00a0" }, { "=", "" },
	};

	(void)dice;
	if (!f->is_alone || strcmp(f->rule, "phone") == 0)
		return false;
	form_begin(s, f);
	script_addf(s, "x %s%s%s y", around[variant][0], f->value, around[variant][1]);
	form_end(s);
	return true;
}

static bool
make_wide_table(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	if (!f->is_alone)
		return false;
	script_secret(s, f->value);
	script_addf(s, " id | %-60s | %-40s\r\n----+-", "name", "note");
	for (int i = 0; i < 105; i++)
		script_add(s, i == 61 ? "+" : "-");
	script_addf(s, "\r\n  1 | %-60s | %-40s\r\n  2 | %-60s | x\r\n(2 rows)\r\n", variant == 0 ? "anna" : "\u00e5sa \u65e5\u672c", f->value, "bob");
	script_cut(s);
	return true;
}

/* clang-format off */
const struct form form_blocks[] = {
	{ "key, line by line",	FORM_ANY,	false,	46,	make_block },
	{ "key, in one",	FORM_ANY,	false,	8,	make_flat },
	{ "key, in a pager",	FORM_ANY,	false,	2,	make_paged },
	{ "line feeds alone",	FORM_ANY,	false,	2,	make_feeds },
	{ "very long lines",	FORM_ANY,	false,	3,	make_long },
	{ "behind marks",	FORM_ANY,	false,	8,	make_quoted },
	{ "folded in other ways", FORM_ANY,	false,	5,	make_folded_ways },
	{ "between neighbours",	FORM_ANY,	false,	20,	make_neighbours },
	{ "table over the edge", FORM_ANY,	false,	2,	make_wide_table },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
