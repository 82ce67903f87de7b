/* SPDX-License-Identifier: ISC */
/* Forms in which a value is a field of something: tables, JSON, YAML, settings, headers, logs. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mask/form.h"

#define NAME	64

static void
upper(const char *name, char out[NAME])
{
	size_t i = 0;

	for (; name[i] != '\0' && i < NAME - 1; i++)
		out[i] = (char)toupper((unsigned char)name[i]);
	out[i] = '\0';
}

static void
dashes(struct script *s, size_t count, const char *what)
{
	for (size_t i = 0; i < count; i++)
		script_add(s, what);
}

static size_t
most(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* A name that is no reason to mask, for values that need none. */
static const char *
name_of(const struct forged *f)
{
	return f->name != NULL ? f->name : "note";
}

static bool
make_psql(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t width = most(strlen(f->value), strlen(name_of(f)));
	size_t left = (width - strlen(name_of(f))) / 2;

	(void)variant;
	script_secret(s, f->value);
	script_add(s, "orders=> select * from t;\r\n");
	script_addf(s, " id | %*s%s%*s | n \r\n----+-", (int)left, "", name_of(f), (int)(width - left - strlen(name_of(f))), "");
	dashes(s, width, "-");
	script_addf(s, "-+---\r\n  1 | %-*s | %u\r\n  2 | %-*s | 7\r\n(2 rows)\r\n\r\norders=> ", (int)width, f->value,
	    dice_below(dice, 10), (int)width, "");
	script_cut(s);
	return true;
}

static bool
make_expanded(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t width = most(strlen(name_of(f)), 7);

	(void)dice;
	(void)variant;
	script_secret(s, f->value);
	script_add(s, "orders=> \\x\r\nExpanded display is on.\r\norders=> select * from t;\r\n-[ RECORD 1 ]\r\n");
	script_addf(s, "%-*s | 1\r\n%-*s | %s\r\n%-*s | t\r\n\r\n", (int)width, "id", (int)width, name_of(f), f->value, (int)width,
	    "created");
	script_cut(s);
	return true;
}

static bool
make_mysql(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	size_t width = most(strlen(f->value), strlen(name_of(f)));

	(void)dice;
	(void)variant;
	script_secret(s, f->value);
	for (int rule = 0; rule < 3; rule++) {
		script_add(s, "+----+-");
		dashes(s, width, "-");
		script_add(s, "-+\r\n");
		if (rule == 0)
			script_addf(s, "| id | %-*s |\r\n", (int)width, name_of(f));
		if (rule == 1)
			script_addf(s, "|  1 | %-*s |\r\n", (int)width, f->value);
	}
	script_add(s, "1 row in set (0.00 sec)\r\n\r\nmysql> ");
	script_cut(s);
	return true;
}

static bool
make_csv(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const commas[] = { ",", "\t", "|" };

	(void)dice;
	script_secret(s, f->value);
	script_addf(s, "id%s%s%sn\r\n", commas[variant], name_of(f), commas[variant]);
	script_addf(s, "1%s%s%s5\r\n2%s%s7\r\n", commas[variant], f->value, commas[variant], commas[variant], commas[variant]);
	script_cut(s);
	return true;
}

static bool
make_json(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	script_secret(s, f->value);
	if (variant == 0)
		script_addf(s, "{\"id\":1,\"%s\":\"%s\",\"ok\":true}\r\n", name_of(f), f->value);
	else if (variant == 1)
		script_addf(s, "{\r\n  \"id\": 1,\r\n  \"%s\": \"%s\",\r\n  \"ok\": true\r\n}\r\n", name_of(f), f->value);
	else
		script_addf(s, "{\r\n  \033[34;1m\"%s\"\033[0m\033[39m:\033[0m \033[32m\"%s\"\033[0m\r\n}\r\n", name_of(f), f->value);
	script_cut(s);
	return true;
}

static bool
make_yaml(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const quotes[] = { "", "\"", "'" };

	(void)dice;
	script_secret(s, f->value);
	script_addf(s, "app:\r\n  port: 8080\r\n  %s: %s%s%s\r\n  debug: false\r\n", name_of(f), quotes[variant], f->value,
	    quotes[variant]);
	script_cut(s);
	return true;
}

static bool
make_env(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const shapes[][2] = { { "", "" }, { "export ", "" }, { "", "\"" }, { "declare -x ", "\"" } };
	char name[NAME];

	(void)dice;
	upper(name_of(f), name);
	script_secret(s, f->value);
	script_addf(s, "PORT=8080\r\n%sAPP_%s=%s%s%s\r\nDEBUG=0\r\n", shapes[variant][0], name, shapes[variant][1], f->value,
	    shapes[variant][1]);
	script_cut(s);
	return true;
}

static bool
make_ini(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const equals[] = { " = ", "=", " => '", " := " };

	(void)dice;
	script_secret(s, f->value);
	script_addf(s, "[app]\r\nport = 8080\r\n%s%s%s%s\r\n", name_of(f), equals[variant], f->value, variant == 2 ? "'," : "");
	script_cut(s);
	return true;
}

static bool
make_header(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const char *const heads[] = { "Authorization: Bearer ", "X-Api-Key: ", "< Set-Cookie: id=", "> PRIVATE-TOKEN: " };

	(void)dice;
	if (strcspn(f->value, " ;!#%^*,") != strlen(f->value) || strlen(f->value) < 10)
		return false;	/* such bytes cannot stand in these headers */
	script_secret(s, f->value);
	script_addf(s, "> GET / HTTP/1.1\r\n> Host: e.org\r\n%s%s\r\n> Accept: */*\r\n>\r\n", heads[variant], f->value);
	script_cut(s);
	return true;
}

static bool
make_query(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	(void)variant;
	if (strcspn(f->value, " #%&+") != strlen(f->value))
		return false;
	script_secret(s, f->value);
	script_addf(s, "192.0.2.1 - - [20/Nov/2026:14:02:40 +0100] \"GET /x?a=1&%s=%s&b=2 HTTP/1.1\" 200 17 \"-\" \"curl/7.88\"\r\n",
	    name_of(f), f->value);
	script_cut(s);
	return true;
}

static bool
make_diff(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	(void)dice;
	script_secret(s, f->value);
	script_add(s, "@@ -1,3 +1,3 @@\r\n port: 1\r\n");
	if (variant == 0)
		script_addf(s, "-%s: none\r\n+%s: \"%s\"\r\n", name_of(f), name_of(f), f->value);
	else
		script_addf(s, "\033[32m+\033[m\033[32m%s=%s\033[m\r\n", name_of(f), f->value);
	script_cut(s);
	return true;
}

/* A private key is several lines: in PEM, indented, with numbers before it, and as one string of JSON. */
static bool
make_key(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	if (strcmp(f->rule, "jwe") != 0)
		return false;	/* once is enough: the key comes from the dice, not from the value */
	script_add(s, "$ cat id_rsa\r\n");
	forge_key(s, dice, 4 + dice_below(dice, 30), variant == 1 ? "    " : "");
	script_add(s, "$ ");
	script_cut(s);
	return true;
}

/* clang-format off */
const struct form form_texts[] = {
	{ "psql",		FORM_NAMED,	false,	1,	make_psql },
	{ "psql, expanded",	FORM_NAMED,	false,	1,	make_expanded },
	{ "mysql",		FORM_NAMED,	false,	1,	make_mysql },
	{ "unaligned, CSV",	FORM_ALONE,	false,	3,	make_csv },
	{ "JSON",		FORM_NAMED,	true,	3,	make_json },
	{ "YAML",		FORM_NAMED,	false,	3,	make_yaml },
	{ "environment",	FORM_NAMED,	false,	4,	make_env },
	{ "settings",		FORM_NAMED,	false,	4,	make_ini },
	{ "headers",		FORM_ALONE,	false,	4,	make_header },
	{ "query in a log",	FORM_ALONE,	false,	1,	make_query },
	{ "diff",		FORM_NAMED,	false,	2,	make_diff },
	{ "private key",	FORM_ANY,	false,	8,	make_key },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
