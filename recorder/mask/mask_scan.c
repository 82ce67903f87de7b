/* SPDX-License-Identifier: ISC */
/* Patterns as trees of groups and repeats; what a single character is does not matter here. */
#include "config.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "recorder/mask/mask_scan.h"

#define MOST_DEPTH	32

/* Of repeats that may go more than once and do not always go equally often. */
struct shape {
	unsigned	 widest;	/* the largest */
	unsigned	 levels;	/* how many stand around each other */
};

struct scan {
	const char	*at;
	unsigned	 depth;
	char		*why;
	size_t		 size;
};

static int scan_alternatives(struct scan *scan, struct shape *shape);

static int __attribute__((format(printf, 2, 3)))
refuse(struct scan *scan, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(scan->why, scan->size, format, args);
	va_end(args);
	return ERR_MASK_RULES;
}

/* Over "[...]": a ']' that comes first is a member, and so is everything in "[:alpha:]". */
static int
scan_class(struct scan *scan)
{
	const char *p = scan->at + 1;

	p += *p == '^';
	p += *p == ']';
	while (*p != '\0' && *p != ']') {
		if (p[0] == '[' && p[1] == ':' && strstr(p, ":]") != NULL)
			p = strstr(p, ":]") + 2;
		else
			p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
	}
	if (*p == '\0')
		return refuse(scan, "a '[' is not closed");
	scan->at = p + 1;
	return 0;
}

/* Over "\d", "\x{41}", "\p{Lu}". */
static int
scan_escape(struct scan *scan)
{
	char c = scan->at[1];

	if (c == '\0')
		return refuse(scan, "it ends in a backslash");
	if (strchr("QEgkKXCG", c) != NULL)
		return refuse(scan, "\\%c is not allowed in a rule", c);
	scan->at += 2;
	if (strchr("xpPoN", c) != NULL && *scan->at == '{') {
		const char *end = strchr(scan->at, '}');

		if (end == NULL)
			return refuse(scan, "a '{' is not closed");
		scan->at = end + 1;
	}
	return 0;
}

/* Over what stands between "(" and a group's contents. *is_empty: it was only a setting such as "(?i)". */
static int
scan_opening(struct scan *scan, bool *is_empty)
{
	static const char *const plain[] = { "?:", "?=", "?!", "?<=", "?<!", "?>", "?|" };
	const char *p = scan->at;

	*is_empty = false;
	if (*p == '*')
		return refuse(scan, "verbs, as in (*SKIP), are not allowed in a rule");
	if (*p != '?')
		return 0;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (strncmp(p, plain[i], strlen(plain[i])) == 0) {
			scan->at = p + strlen(plain[i]);
			return 0;
		}
	}
	if (p[1] == '<' || (p[1] == 'P' && p[2] == '<')) {
		scan->at = strchr(p, '>') != NULL ? strchr(p, '>') + 1 : p + strlen(p);
		return 0;
	}
	p += 1 + strspn(p + 1, "ims-");
	if (p == scan->at + 1 || (*p != ')' && *p != ':'))
		return refuse(scan, "(%.3s is not allowed in a rule", scan->at);
	*is_empty = *p == ')';
	scan->at = p + !*is_empty;
	return 0;
}

static int
scan_group(struct scan *scan, struct shape *shape)
{
	bool is_empty;
	int r;

	scan->at++;
	if (++scan->depth > MOST_DEPTH)
		return refuse(scan, "its groups are too deep");
	r = scan_opening(scan, &is_empty);
	if (r == 0 && !is_empty)
		r = scan_alternatives(scan, shape);
	if (r < 0)
		return r;
	if (*scan->at != ')')
		return refuse(scan, "a '(' is not closed");
	scan->at++;
	scan->depth--;
	return 0;
}

/* The repeat at this place: 1 and its bounds, 0 if there is none, or a refusal. */
static int
scan_repeat(struct scan *scan, unsigned long *least, unsigned long *most)
{
	const char *p = scan->at;
	char *end;

	if (*p == '*' || *p == '+')
		return refuse(scan, "'%c' has no upper bound; write {%c,64} or another number instead", *p, *p == '*' ? '0' : '1');
	*least = 0;
	*most = 1;
	if (*p == '?') {
		scan->at++;
	} else if (*p == '{' && p[1] >= '0' && p[1] <= '9') {
		*least = strtoul(p + 1, &end, 10);
		*most = *least;
		if (end[0] == ',' && end[1] == '}')
			return refuse(scan, "{%lu,} has no upper bound; write {%lu,64} or another number instead", *least, *least);
		if (*end == ',')
			*most = strtoul(end + 1, &end, 10);
		if (*end != '}')
			return 0;	/* not a repeat: PCRE2 takes it as it stands */
		if (*most > MASK_SCAN_REPEAT)
			return refuse(scan, "a repeat of %lu is more than %d", *most, MASK_SCAN_REPEAT);
		scan->at = end + 1;
	} else {
		return 0;
	}
	scan->at += *scan->at == '?' || *scan->at == '+';	/* lazy or possessive */
	return 1;
}

/* One character, class or group, and its repeat. *shape grows by what varies in it. */
static int
scan_piece(struct scan *scan, struct shape *shape)
{
	struct shape inner = { 0 };
	unsigned long least = 0;
	unsigned long most = 0;
	bool is_apart = strncmp(scan->at, "(?=", 3) == 0 || strncmp(scan->at, "(?!", 3) == 0 ||
	    strncmp(scan->at, "(?>", 3) == 0;	/* looks once, is never tried again */
	int r = 0;

	if (*scan->at == '(')
		r = scan_group(scan, &inner);
	else if (*scan->at == '[')
		r = scan_class(scan);
	else if (*scan->at == '\\')
		r = scan_escape(scan);
	else
		scan->at++;
	if (r == 0)
		r = scan_repeat(scan, &least, &most);
	if (r < 0)
		return r;
	if (is_apart)
		inner = (struct shape){ 0 };
	if (r == 1) {
		if (most > MASK_SCAN_NESTED && inner.widest > MASK_SCAN_NESTED)
			return refuse(scan, "a repeat of %lu stands around one of %u; one of them may be at most %d", most,
			    inner.widest, MASK_SCAN_NESTED);
		inner.levels += most > 1 && most > least;
		if (most > least && most > inner.widest)
			inner.widest = (unsigned)most;
	}
	if (inner.levels > MASK_SCAN_LEVELS)
		return refuse(scan, "more than %d repeats stand around each other", MASK_SCAN_LEVELS);
	shape->widest = inner.widest > shape->widest ? inner.widest : shape->widest;
	shape->levels = inner.levels > shape->levels ? inner.levels : shape->levels;
	return 0;
}

static int
scan_alternatives(struct scan *scan, struct shape *shape)
{
	int r = 0;

	while (r == 0 && *scan->at != '\0' && *scan->at != ')') {
		if (*scan->at == '|')
			scan->at++;
		else
			r = scan_piece(scan, shape);
	}
	return r;
}

int
mask_scan(const char *pattern, char *why, size_t size)
{
	struct scan scan = { .at = pattern, .why = why, .size = size };
	struct shape shape = { 0 };
	int r = scan_alternatives(&scan, &shape);

	if (r == 0 && *scan.at == ')')
		return refuse(&scan, "a ')' closes nothing");
	return r;
}
