/* SPDX-License-Identifier: ISC */
/* Forms in which a name stands in one place and its value in another, or their marks are written in another way. */
#include "config.h"

#include <string.h>

#include "tests/mask/form.h"

static const char *
name_of(const struct forged *f)
{
	return f->name != NULL ? f->name : "note";
}

/* What stands before the name, between it and the value, and behind that. */
struct shape {
	const char	*before, *between, *after;
};

static void
add_shape(struct script *s, const struct shape *shape, const struct forged *f, struct dice *dice)
{
	script_secret(s, f->value);
	script_add(s, "$ kubectl get x -o yaml\r\n");
	script_addf(s, "%s%s%s", shape->before, name_of(f), shape->between);
	if (dice_below(dice, 2) == 0)
		script_cut(s);
	for (const char *p = f->value; *p != '\0'; p++) {
		script_add_bytes(s, p, 1);
		if (dice_below(dice, 8) == 0)
			script_cut(s);
	}
	script_addf(s, "%s\r\n$ ", shape->after);
	script_cut(s);
}

static bool
make_pair(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const struct shape shapes[] = {
		{ "    env:\r\n    - name: APP_", "\r\n      value: ", "\r\n    - name: PORT" }, { "  - name: APP_", "\r\n    value: \"", "\"" },
		{ "{\r\n    \"Name\": \"/prod/", "\",\r\n    \"Type\": \"SecureString\",\r\n    \"Value\": \"", "\",\r\n    \"Version\": 1\r\n}" },
		{ "  \"", "\": {\r\n    \"sensitive\": true,\r\n    \"type\": \"string\",\r\n    \"value\": \"", "\"\r\n  }" },
		{ "\"environment\":[{\"name\":\"PORT\",\"value\":\"80\"},{\"name\":\"app_", "\",\"value\":\"", "\"}]" },
		{ "- {name: app_", ", value: ", "}" }, { "[{\"ParameterKey\": \"", "\", \"ParameterValue\": \"", "\"}]" },
		{ "{\\\"name\\\":\\\"", "\\\",\\\"value\\\":\\\"", "\\\"}" },
	};

	if (strcspn(f->value, " ,'") != strlen(f->value))
		return false;
	add_shape(s, &shapes[variant], f, dice);
	return true;
}

/* A value without a digit is none of these rules' if it needs a name. */
static bool
make_code(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const struct shape shapes[] = {
		{ "    ", ": str = \"", "\"" }, { "var ", " string = \"", "\"" }, { "props.setProperty(\"app.", "\", \"", "\");" }, { "\"", "\": [\"", "\"]," },
		{ "<entry key=\"app.", "\">", "</entry>" }, { "", "    ", "" }, { "| ", " | ", " |" }, { "", " -> ", "" }, { "The new ", " is ", "." },
	};

	if (!f->is_alone && (f->name == NULL || strpbrk(f->value, "0123456789") == NULL || strpbrk(f->value, " ,") != NULL || strncmp(f->name, "aws", 3) == 0))
		return false;
	if (variant >= 5 && !f->is_alone && (strpbrk(f->value, "!#%^*_+.~=/") != NULL || strcmp(f->name, "password") != 0))
		return false;	/* rules about lines and sentences are stricter */
	add_shape(s, &shapes[variant], f, dice);
	return true;
}

/* The marks as web pages, addresses, JSON and word processors write them. */
static bool
make_written(struct script *s, struct dice *dice, const struct forged *f, unsigned variant)
{
	static const struct shape shapes[] = {
		{ "{&quot;id&quot;:1,&quot;", "&quot;:&quot;", "&quot;}" }, { "?q=%7B%22", "%22%3A%22", "%22%7D" }, { "body={\\u0022", "\\u0022: \\u0022", "\\u0022}" },
		{ "data=x%26", "%3D", "%26b%3D2" }, { "the \u201c", "\u201d: \u201c", "\u201d" }, { "{&#34;", "&#34;: &#34;", "&#34;}" },
	};

	if (strpbrk(f->value, " %+=/") != NULL)
		return false;	/* such bytes would be written in another way, too */
	if (variant == 3 && !f->is_alone && strpbrk(f->value, "0123456789") == NULL)
		return false;
	add_shape(s, &shapes[variant], f, dice);
	return true;
}

/* clang-format off */
const struct form form_configs[] = {
	{ "name and value apart", FORM_NAMED,	false,	8,	make_pair },
	{ "in source code",	FORM_NAMED,	false,	9,	make_code },
	{ "marks written otherwise", FORM_NAMED, false,	6,	make_written },
	{ NULL,			FORM_ANY,	false,	0,	NULL },
};
/* clang-format on */
