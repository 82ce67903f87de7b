/* SPDX-License-Identifier: ISC */
/* The file of allowed signers: reading it line by line, and asking it. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/proof/roster.h"

static void
entry_done(struct roster_entry *entry)
{
	free(entry->principals);
	free(entry->namespaces);
	*entry = (struct roster_entry){ 0 };
}

void
roster_done(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		entry_done(&roster->items[i]);
	free(roster->items);
	*roster = (struct roster){ 0 };
}

/* One pattern of ssh_config(5): '*' is any text, '?' any character. */
static bool
is_like(const char *pattern, size_t count, const char *text)
{
	const char *end = pattern + count, *star = NULL, *back = NULL;

	while (*text != '\0') {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			back = text;
		} else if (pattern < end && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++back;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

/* A list with commas; a pattern behind '!' that fits outweighs all others. */
static bool
is_listed(const char *list, const char *text)
{
	bool is_found = false;

	while (*list != '\0') {
		size_t count = strcspn(list, ",");
		bool is_not = *list == '!';

		if (is_like(list + is_not, count - is_not, text)) {
			if (is_not)
				return false;
			is_found = true;
		}
		list += count + (list[count] == ',');
	}
	return is_found;
}

/* YYYYMMDD[HHMM[SS]][Z]; without the Z in this machine's zone. -1: no time. */
static int64_t
parse_time(const char *text, size_t count)
{
	bool is_utc = count > 0 && text[count - 1] == 'Z';
	size_t digits = count - is_utc;
	struct tm tm = { .tm_isdst = -1 };
	char copy[16];
	int found;

	if ((digits != 8 && digits != 12 && digits != 14) || strspn(text, "0123456789") < digits)
		return -1;
	snprintf(copy, sizeof copy, "%.*s", (int)digits, text);
	found = sscanf(copy, "%4d%2d%2d%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec);
	if (found < 3 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return is_utc ? timegm(&tm) : mktime(&tm);
}

/* One option, `name` or `name="value"`. NULL, or what is wrong with it. */
static const char *
take_option(struct roster_entry *entry, const char *name, size_t name_bytes, const char *value, size_t count)
{
	int64_t *time_s;

	if (name_bytes == 14 && strncasecmp(name, "cert-authority", 14) == 0)
		return "certificates cannot decide; list the keys themselves";
	if (name_bytes == 10 && strncasecmp(name, "namespaces", 10) == 0 && count > 0) {
		free(entry->namespaces);
		entry->namespaces = strndup(value, count);
		return NULL;
	}
	if (name_bytes == 11 && strncasecmp(name, "valid-after", 11) == 0)
		time_s = &entry->after_s;
	else if (name_bytes == 12 && strncasecmp(name, "valid-before", 12) == 0)
		time_s = &entry->before_s;
	else
		return "this option is not known (namespaces, valid-after, valid-before)";
	*time_s = parse_time(value, count);
	return *time_s < 0 ? "a time is written YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z behind it for UTC" : NULL;
}

/* Options end at a blank outside quotes. Moves *at behind them. */
static const char *
take_options(struct roster_entry *entry, const char **at)
{
	const char *why = NULL, *p = *at;

	while (why == NULL) {
		size_t name = strcspn(p, "=, \t"), count = 0;
		const char *start = p, *value = "";

		p += name;
		if (*p == '=') {
			bool is_quoted = p[1] == '"';

			value = p + 1 + is_quoted;
			count = strcspn(value, is_quoted ? "\"" : ", \t");
			if (is_quoted && value[count] != '"')
				return "a quote is not closed";
			p = value + count + is_quoted;
		}
		why = take_option(entry, start, name, value, count);
		if (*p != ',')
			break;
		p++;
	}
	*at = p + strspn(p, " \t");
	return why;
}

/* NULL, or what is wrong with the line. */
static const char *
take_line(struct roster_entry *entry, const char *line)
{
	size_t count = strcspn(line, " \t");
	const char *why = NULL, *at = line + count + strspn(line + count, " \t");
	int r;

	*entry = (struct roster_entry){ .before_s = INT64_MAX };
	if (memchr(line, '"', count) != NULL)
		return "principals are written without quotes";
	entry->principals = strndup(line, count);
	r = sshsig_key_parse(at, &entry->key);
	if (r == ERR_KEY) {
		why = take_options(entry, &at);
		r = why == NULL ? sshsig_key_parse(at, &entry->key) : 0;
	}
	if (why == NULL && r == ERR_UNSUPPORTED)
		why = "only ssh-ed25519 and sk-ssh-ed25519@openssh.com keys can sign decisions";
	else if (why == NULL && r < 0)
		why = "a line is: principals, options if any, kind of key, key";
	return why;
}

static void
add(struct roster *roster, struct roster_entry *entry, unsigned line)
{
	roster->items = own_grow(roster->items, roster->count + 1, sizeof *roster->items);
	roster->items[roster->count] = *entry;
	roster->items[roster->count++].line = line;
}

int
roster_parse(const char *name, const char *text, struct roster *roster, struct buf *errors)
{
	AUTO_ROSTER struct roster read = { 0 };
	size_t before = buf_len(errors);

	for (unsigned number = 1; *text != '\0'; number++) {
		size_t count = strcspn(text, "\n");
		AUTO_FREE char *line = strndup(text, count);
		struct roster_entry entry;
		const char *why = NULL;
		size_t blank;

		text += count + (text[count] == '\n');
		if (line == NULL)
			return ERR_CONFIG;
		line[strcspn(line, "\r")] = '\0';
		blank = strspn(line, " \t");
		if (line[blank] == '\0' || line[blank] == '#')
			continue;
		why = read.count == ROSTER_MOST ? "the file has too many keys" : take_line(&entry, line + blank);
		if (why == NULL) {
			add(&read, &entry, number);
			continue;
		}
		if (read.count < ROSTER_MOST)
			entry_done(&entry);
		if (buf_addf(errors, "%s:%u: %s\n", name, number, why) < 0)
			return ERR_CONFIG;
	}
	if (buf_len(errors) > before)
		return ERR_CONFIG;
	*roster = TAKE(read, (struct roster){ 0 });
	return 0;
}

const struct roster_entry *
roster_find(const struct roster *roster, const struct roster_ask *ask)
{
	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_entry *entry = &roster->items[i];

		if (!sshsig_key_is(&entry->key, ask->key) || ask->time_s < entry->after_s || ask->time_s >= entry->before_s)
			continue;
		if (entry->namespaces != NULL && !is_listed(entry->namespaces, ask->namespace))
			continue;
		if (ask->principal == NULL || is_listed(entry->principals, ask->principal))
			return entry;
	}
	return NULL;
}
