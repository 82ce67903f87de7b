/* SPDX-License-Identifier: ISC */
/* Tables in every layout, with a value that only its column tells: words, which no rule finds. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/mask/form.h"

#define VALUE	64
#define WIDTH	24
#define DASHES	"------------------------"
#define V	"\001"	/* the value, */
#define P	"\002"	/* and with blanks up to WIDTH */
#define WRITES	3	/* at once, byte by byte, in pieces of any length */

struct layout {
	const char	*before;	/* with V and P in it */
	const char	*after;
};

/* clang-format off */
static const struct layout layouts[] = {
	/* psql: aligned, without border, with one, unicode */
	{ "shop=> select * from t;\r\n id |          email           | n \r\n----+-" DASHES "-+---\r\n  1 | " P " | 5\r\n  2 | " P " |  \r\n", "(2 rows)\r\n\r\nshop=> " },
	{ "id          email           n\r\n-- " DASHES " -\r\n 1 " P " 5\r\n 2 " P " 7\r\n", "(2 rows)\r\n\r\nshop=> " },
	{ "+----+-" DASHES "-+---+\r\n| id |          EMAIL           | n |\r\n+----+-" DASHES "-+---+\r\n|  1 | " P " | 5 |\r\n", "+----+-" DASHES "-+---+\r\n(1 row)\r\n" },
	{ " id \u2502          email           \r\n\u2500\u2500\u2500\u2500\u253c\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\r\n  1 \u2502 " V "\r\n", "(1 row)\r\n\r\n" },
	/* psql: expanded */
	{ "-[ RECORD 1 ]-----\r\nid    | 1\r\nemail | " V "\r\nn     | 5\r\n-[ RECORD 2 ]-----\r\nid    | 2\r\nemail | " V "\r\nn     | 7\r\n", "\r\nshop=> " },
	{ "* Record 1\r\nid    1\r\nemail " V "\r\nn     5\r\n", "\r\nshop=> " },
	{ "id|1\r\nemail|" V "\r\nn|5\r\n", "\r\nshop=> " },
	/* without a rule */
	{ "id,email,n\r\n1," V ",5\r\n2,\"" V ", " V "\",7\r\n", "shop=> " },
	{ "\"id\";\"email\";\"n\"\r\n1;" V ";5\r\n2;\"" V "\r\n" V "\";7\r\n", "shop=> " },
	{ "id|email|n\r\n1|" V "|5\r\n2|" V "|7\r\n", "(2 rows)\r\nshop=> " },
	{ "id\temail\tn\r\n1\t" V "\t5\r\n2\t" V "\t\r\n", "shop=> " },
	{ "id::email::n\r\n1::" V "::5\r\n2::" V "::\r\n", "sqlite> " },
	/* mysql */
	{ "+----+-" DASHES "-+\r\n| id | email                    |\r\n+----+-" DASHES "-+\r\n|  1 | " P " |\r\n|  2 | " P " |\r\n+----+-" DASHES "-+\r\n", "2 rows in set (0.00 sec)\r\n\r\nmysql> " },
	{ "*************************** 1. row ***************************\r\n   id: 1\r\nemail: " V "\r\n    n: 5\r\n", "1 row in set (0.00 sec)\r\n\r\nmysql> " },
	/* sqlite3 */
	{ "id  email                     n\r\n--  " DASHES "  -\r\n1   " P "  5\r\n2   " P "   \r\n", "sqlite> " },
	{ "| id |          email           |\r\n|----|-" DASHES "-|\r\n| 1  | " P " |\r\n", "sqlite> " },
	{ "     id = 1\r\n  email = " V "\r\naddress = x\r\n\r\n     id = 2\r\n  email = " V "\r\naddress = y\r\n", "sqlite> " },
	{ "[{\"id\":1,\"email\":\"" V "\",\"n\":5},\r\n{\"id\":2,\"email\":\"" V " \\\"" V "\\\"\",\"n\":7}]\r\n", "sqlite> " },
};
/* clang-format on */

#define LAYOUTS	(sizeof layouts / sizeof layouts[0])

static void
forge_words(struct dice *dice, char value[VALUE])
{
	size_t count = 10 + dice_below(dice, WIDTH - 10);

	for (size_t i = 0; i < count; i++)
		value[i] = i > 2 && i + 3 < count && dice_below(dice, 7) == 0 && value[i - 1] != ' ' ? ' ' : (char)('a' + dice_below(dice, 26));
	value[count] = '\0';
}

static void
write_in(struct script *s, struct dice *dice, const char *bytes, unsigned way)
{
	size_t count = strlen(bytes);

	while (count > 0) {
		size_t piece = way == 0 ? count : way == 1 ? 1 : 1 + dice_below(dice, 60);

		piece = piece < count ? piece : count;
		script_add_bytes(s, bytes, piece);
		script_cut(s);
		bytes += piece;
		count -= piece;
	}
}

static void
fill_in(const char *layout, const char *value, const char *padded, char *text)
{
	for (; *layout != '\0'; layout++) {
		const char *word = *layout == V[0] ? value : *layout == P[0] ? padded : NULL;

		if (word == NULL)
			*text++ = *layout;
		else
			text = stpcpy(text, word);
	}
	*text = '\0';
}

/* The value comes from the dice, so one kind of forged ones is enough; `variant`: way of writing, then layout, then value. */
static bool
make_table(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	const struct layout *layout = &layouts[variant / WRITES % LAYOUTS];
	char value[VALUE], padded[VALUE], text[2048];

	if (strcmp(f->rule, "jwe") != 0)
		return false;
	forge_words(dice, value);
	script_secret(s, value);
	snprintf(padded, sizeof padded, "%-*s", WIDTH, value);
	fill_in(layout->before, value, padded, text);
	write_in(s, dice, text, variant % WRITES);
	script_add(s, layout->after);
	script_cut(s);
	return true;
}

/* clang-format off */
const struct form form_tables[] = {
	{ "columns",		FORM_ANY,	true,	LAYOUTS * WRITES * 4,	make_table },
	{ NULL,			FORM_ANY,	false,	0,			NULL },
};
/* clang-format on */
