/* SPDX-License-Identifier: ISC */
/*
 * Escapes inside of text, as JSON, shells, URLs and cat -v write them: "\n", "\u0026", "%3D", "^[[31m". Their last letter would
 * stand before a value as if it belonged to it, so a line is looked at once more with blanks in their place. Those that stand for
 * the marks around names and values are taken for these: &quot;password&quot;: &quot;x&quot;.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "recorder/mask/mask_inside.h"

static size_t
hex_run(const char *text, size_t count, size_t most)
{
	size_t run = 0;

	while (run < most && run < count && isxdigit((unsigned char)text[run]))
		run++;
	return run;
}

/* Bytes of what follows an ESC: "[31m". */
static size_t
sequence(const char *text, size_t count)
{
	size_t i = 1;

	if (count < 2 || text[0] != '[')
		return 0;
	while (i < count && (isdigit((unsigned char)text[i]) || text[i] == ';' || text[i] == ':'))
		i++;
	return i < count && isalpha((unsigned char)text[i]) ? i + 1 : 0;
}

/* Bytes of the escape behind backslashes. */
static size_t
backslash(const char *text, size_t count)
{
	size_t i = 0, digits;

	while (i < count && text[i] == '\\')
		i++;
	if (i == count)
		return i;
	if (text[i] == 'u' || text[i] == 'x') {
		bool is_escape = count - i >= 3 && memcmp(text + i + 1, text[i] == 'u' ? "001" : "1", text[i] == 'u' ? 3 : 1) == 0;

		digits = hex_run(text + i + 1, count - i - 1, text[i] == 'u' ? 4 : 2);
		i += digits >= 2 ? digits + 1 : 0;
		return is_escape ? i + sequence(text + i, count - i) : i;
	}
	if (count - i >= 3 && memcmp(text + i, "033", 3) == 0)
		return i + 3 + sequence(text + i + 3, count - i - 3);
	if (text[i] == 'e')
		return i + (sequence(text + i + 1, count - i - 1) > 0 ? 1 + sequence(text + i + 1, count - i - 1) : 0);
	return strchr("nrtbf\"'/", text[i]) != NULL ? i + 1 : i;
}

/* Bytes of the escape that begins here; 0: none. */
static size_t
escape(const char *text, size_t count)
{
	if (text[0] == '\\')
		return backslash(text, count);
	if (text[0] == '%' && hex_run(text + 1, count - 1, 2) == 2)
		return 3;
	if (text[0] == '^' && count > 1 && text[1] == '[')
		return 2 + sequence(text + 2, count - 2);
	return 0;
}

bool
mask_escape_blank(char *text, size_t count)
{
	bool is_any = count > 1 && (text[0] == '-' || text[0] == '+');	/* a patch */

	if (is_any)
		text[0] = ' ';
	for (size_t i = 0; i < count; i++) {
		size_t bytes = text[i] == '\\' || text[i] == '%' || text[i] == '^' ? escape(text + i, count - i) : 0;

		if (bytes == 0)
			continue;
		memset(text + i, ' ', bytes);
		is_any = true;
		i += bytes - 1;
	}
	return is_any;
}

/* What stands around values, as others write it. */
static const struct {
	const char	*text;
	char		 mark;
} marks[] = {
	{ "%22", '"' }, { "%27", '\'' }, { "%3d", '=' }, { "%3a", ':' }, { "%2c", ',' }, { "%26", '&' }, { "%3f", '?' }, { "%3b", ';' }, { "%7b", '{' }, { "%7d", '}' },
	{ "&quot;", '"' }, { "&#34;", '"' }, { "&#x22;", '"' }, { "&apos;", '\'' }, { "&#39;", '\'' }, { "&#x27;", '\'' }, { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
	{ "\\u0022", '"' }, { "\\u0027", '\'' }, { "\\u003d", '=' }, { "\\u003a", ':' }, { "\\u0026", '&' }, { "\\u003c", '<' }, { "\\u003e", '>' },
	{ "\\x22", '"' }, { "\\x27", '\'' }, { "\\x3d", '=' }, { "\\x3a", ':' },
	{ "\u201c", '"' }, { "\u201d", '"' }, { "\u201e", '"' }, { "\u2018", '\'' }, { "\u2019", '\'' }, { "\u00ab", '"' }, { "\u00bb", '"' },
	{ "\uff1a", ':' }, { "\uff1d", '=' },
};

/* Each of these is frequent in some texts, so what cannot be one is passed over quickly. */
static const bool begins_mark[256] = { ['%'] = true, ['&'] = true, ['\\'] = true, [0xc2] = true, [0xe2] = true, [0xef] = true };

/* The byte behind the first one of a mark. */
static bool
may_be_mark(const char *text, size_t count)
{
	return count > 2 && strchr(text[0] == '%' ? "237" : text[0] == '&' ? "#qQaAlLgG" : text[0] == '\\' ? "uUxX" : "\x80\xab\xbb\xbc", text[1]) != NULL &&
	    text[1] != '\0';
}

/* Bytes of the mark that is written here; 0: none. */
static size_t
mark_at(const char *text, size_t count, char *mark)
{
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		size_t bytes;

		if (marks[i].text[0] != text[0])
			continue;
		bytes = strlen(marks[i].text);
		if (bytes > count || strncasecmp(text, marks[i].text, bytes) != 0)
			continue;
		*mark = marks[i].mark;
		return bytes;
	}
	return 0;
}

size_t
mask_escape_decode(char *text, uint32_t *refs, size_t count)
{
	size_t out = 0;

	for (size_t i = 0; i < count; out++) {
		char c = text[i];
		size_t bytes = begins_mark[(uint8_t)c] && may_be_mark(text + i, count - i) ? mark_at(text + i, count - i, &c) : 0;

		text[out] = c;
		refs[out] = refs[i];
		i += bytes > 0 ? bytes : 1;
	}
	return out;
}
