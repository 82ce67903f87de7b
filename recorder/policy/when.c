/* SPDX-License-Identifier: ISC */
/* The hours of a role: parsing, and asking tzdata what time it is there. */
#include "config.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/policy/when.h"

#define DAY_MINUTES	1440
#define ALL_DAYS	0x7f

static const struct {
	const char *name;
	uint8_t days;
} day_words[] = {
	{ "mon", 0x01 }, { "tue", 0x02 }, { "wed", 0x04 }, { "thu", 0x08 }, { "fri", 0x10 }, { "sat", 0x20 },
	{ "sun", 0x40 }, { "weekdays", 0x1f }, { "weekend", 0x60 }, { "daily", ALL_DAYS },
};

static uint8_t
days_of_word(const char *word, size_t count)
{
	for (size_t i = 0; i < sizeof day_words / sizeof day_words[0]; i++)
		if (strlen(day_words[i].name) == count && strncasecmp(day_words[i].name, word, count) == 0)
			return day_words[i].days;
	return 0;
}

/* "fri-mon": every day from the first to the last, round the week's end. Both must be single days. */
static uint8_t
days_between(uint8_t first, uint8_t last)
{
	uint8_t days = first;

	if (first == 0 || last == 0 || (first & (first - 1)) != 0 || (last & (last - 1)) != 0)
		return 0;
	while (first != last) {
		first = first == 0x40 ? (uint8_t)0x01 : (uint8_t)((unsigned)first << 1);
		days = (uint8_t)(days | first);
	}
	return days;
}

/* "mon-fri", "sat,sun", "weekdays"; 0 if it is none of them. */
static uint8_t
parse_days(const char *word)
{
	uint8_t days = 0;

	while (*word != '\0') {
		size_t count = strcspn(word, ",");
		size_t dash = strcspn(word, "-,");
		uint8_t some = days_of_word(word, dash);

		if (dash < count)
			some = days_between(some, days_of_word(word + dash + 1, count - dash - 1));
		if (some == 0)
			return 0;
		days = (uint8_t)(days | some);
		word += count;
		if (*word == ',' && *++word == '\0')
			return 0;
	}
	return days;
}

/* "07:00-20:00"; 24:00 is allowed as an end. */
static int
parse_hours(const char *word, struct when_window *window)
{
	static const char shape[] = "00:00-00:00";
	int minutes[2];

	if (strlen(word) != sizeof shape - 1)
		return ERR_BAD_TIME;
	for (size_t i = 0; shape[i] != '\0'; i++)
		if (shape[i] == '0' ? !isdigit((unsigned char)word[i]) : word[i] != shape[i])
			return ERR_BAD_TIME;
	for (int i = 0; i < 2; i++) {
		const char *at = word + 6 * i;
		int minute = (at[3] - '0') * 10 + at[4] - '0';

		minutes[i] = ((at[0] - '0') * 10 + at[1] - '0') * 60 + minute;
		if (minute > 59 || minutes[i] > DAY_MINUTES)
			return ERR_BAD_TIME;
	}
	if (minutes[0] == minutes[1] || minutes[0] == DAY_MINUTES)
		return ERR_BAD_TIME;
	window->from = (int16_t)minutes[0];
	window->to = (int16_t)minutes[1];
	return 0;
}

/* A name that is a compiled zone in tzdata. UTC needs no file. */
static bool
zone_exists(const char *zone)
{
	const char *dir = getenv("TZDIR");
	char path[512];
	char magic[4];
	AUTO_FD int fd = -1;

	if (strcmp(zone, "UTC") == 0)
		return true;
	if (strlen(zone) >= WHEN_ZONE || !isalpha((unsigned char)zone[0]) || strstr(zone, "..") != NULL)
		return false;
	for (const char *c = zone; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("_+-/", *c) == NULL)
			return false;
	snprintf(path, sizeof path, "%s/%s", dir != NULL ? dir : "/usr/share/zoneinfo", zone);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, "TZif", 4) == 0;
}

/* The words of one window; a third word, the zone, only where it is the last window. */
static int
parse_window(char *text, struct when *when, bool last)
{
	struct when_window *window = &when->windows[when->count];
	char *save = NULL;
	char *days = strtok_r(text, " \t", &save);
	char *hours = strtok_r(NULL, " \t", &save);
	char *zone = strtok_r(NULL, " \t", &save);
	int r;

	if (days == NULL || hours == NULL || strtok_r(NULL, " \t", &save) != NULL || (zone != NULL && !last))
		return ERR_BAD_TIME;
	window->days = parse_days(days);
	if (window->days == 0)
		return ERR_BAD_TIME;
	r = parse_hours(hours, window);
	if (r < 0)
		return r;
	if (zone != NULL) {
		if (!zone_exists(zone))
			return ERR_BAD_TIME;
		snprintf(when->zone, sizeof when->zone, "%s", zone);
	}
	when->count++;
	return 0;
}

int
when_parse(const char *text, struct when *when)
{
	AUTO_FREE char *copy = own_dup(text);
	struct when read = { .count = 0 };
	char *at = copy;
	int r;

	if (strcmp(text, "always") == 0) {
		*when = read;
		return 0;
	}
	while (at != NULL) {
		char *next = strchr(at, ';');

		if (next != NULL)
			*next++ = '\0';
		if (read.count == WHEN_WINDOWS)
			return ERR_BAD_TIME;
		r = parse_window(at, &read, next == NULL);
		if (r < 0)
			return r;
		at = next;
	}
	*when = read;
	return 0;
}

/* TZ of the process while a zone of a policy is looked at; put back by zone_leave. */
struct zone {
	char	*kept;
	bool	 was_set;
	bool	 switched;
};

static struct zone
zone_enter(const char *zone)
{
	const char *old = getenv("TZ");
	struct zone z = { .was_set = old != NULL, .switched = zone[0] != '\0' };
	char value[WHEN_ZONE + 1];

	if (!z.switched)
		return z;
	if (old != NULL)
		z.kept = own_dup(old);
	snprintf(value, sizeof value, "%s%s", strcmp(zone, "UTC") == 0 ? "" : ":", strcmp(zone, "UTC") == 0 ? "UTC0" : zone);
	setenv("TZ", value, 1);
	tzset();
	return z;
}

static void
zone_leave(struct zone *z)
{
	if (!z->switched)
		return;
	if (z->was_set)
		setenv("TZ", z->kept, 1);
	else
		unsetenv("TZ");
	tzset();
	free(z->kept);
}

static bool
is_open_at(const struct when *when, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };
	unsigned today, before;
	int minute;

	if (localtime_r(&t, &tm) == NULL)
		return false;
	today = 1u << ((tm.tm_wday + 6) % 7);
	before = 1u << ((tm.tm_wday + 5) % 7);
	minute = tm.tm_hour * 60 + tm.tm_min;
	for (unsigned i = 0; i < when->count; i++) {
		const struct when_window *w = &when->windows[i];
		bool overnight = w->to <= w->from;

		if ((w->days & today) != 0 && minute >= w->from && (overnight || minute < w->to))
			return true;
		if (overnight && (w->days & before) != 0 && minute < w->to)
			return true;
	}
	return false;
}

bool
when_open(const struct when *when, int64_t wall_us)
{
	struct zone zone;
	bool open;

	if (when->count == 0)
		return true;
	zone = zone_enter(when->zone);
	open = is_open_at(when, wall_us / CLOCK_US);
	zone_leave(&zone);
	return open;
}

int64_t
when_next(const struct when *when, int64_t wall_us)
{
	int64_t now = wall_us / CLOCK_US;
	int64_t minute = (now + 59) / 60 * 60;
	struct zone zone;
	int64_t found = -1;

	if (when_open(when, wall_us))
		return wall_us;
	zone = zone_enter(when->zone);
	for (int64_t t = minute; found < 0 && t < minute + 8 * 86400; t += 60)
		if (is_open_at(when, t))
			found = t * CLOCK_US;
	zone_leave(&zone);
	return found;
}
