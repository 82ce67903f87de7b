/* SPDX-License-Identifier: ISC */
/* Clocks, and times as people read and write them. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"

#define MOST_SECONDS	(INT64_C(100) * 365 * 86400)

/* Longest first: clock_span_code takes the first that divides. */
static const struct {
	char letter;
	int64_t seconds;
} units[] = { { 'y', 365 * 86400 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

#define UNITS	(sizeof units / sizeof units[0])

static int64_t
now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		return 0;
	return (int64_t)t.tv_sec * CLOCK_US + t.tv_nsec / 1000;
}

int64_t
clock_wall_us(void)
{
	return now(CLOCK_REALTIME);
}

int64_t
clock_boot_us(void)
{
	return now(CLOCK_BOOTTIME);
}

int
clock_timer(void)
{
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int
clock_timer_set(int timer, int64_t boot_us)
{
	struct itimerspec when = { .it_value = { .tv_sec = (time_t)(boot_us / CLOCK_US),
		.tv_nsec = (long)(boot_us % CLOCK_US) * 1000 } };

	return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) < 0 ? -errno : 0;
}

static int64_t
unit_seconds(char letter)
{
	for (size_t i = 0; i < UNITS; i++)
		if (units[i].letter == letter)
			return units[i].seconds;
	return 0;
}

int
clock_parse_span(const char *text, int64_t *seconds)
{
	int64_t total = 0;
	int64_t unit;
	int64_t count;

	if (*text == '\0')
		return ERR_BAD_TIME;
	while (*text != '\0') {
		if (!isdigit((unsigned char)*text))
			return ERR_BAD_TIME;
		for (count = 0; isdigit((unsigned char)*text); text++) {
			count = count * 10 + (*text - '0');
			if (count > MOST_SECONDS)
				return ERR_BAD_TIME;
		}
		unit = unit_seconds(*text++);
		if (unit == 0 || count > MOST_SECONDS / unit)
			return ERR_BAD_TIME;
		total += count * unit;
		if (total > MOST_SECONDS)
			return ERR_BAD_TIME;
	}
	*seconds = total;
	return 0;
}

char *
clock_span(int64_t seconds, char *text)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 60)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " s", seconds);
	else if (seconds < 3600 && seconds % 60 != 0)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " min %" PRId64 " s", seconds / 60, seconds % 60);
	else if (seconds < 3600)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " min", seconds / 60);
	else if (seconds < 2 * 86400 && seconds % 3600 >= 60)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " h %02" PRId64 " min", seconds / 3600, seconds % 3600 / 60);
	else if (seconds < 2 * 86400)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " h", seconds / 3600);
	else
		snprintf(text, CLOCK_TEXT, "%" PRId64 " days", seconds / 86400);
	return text;
}

char *
clock_short(int64_t seconds, char *text)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 3600)
		snprintf(text, CLOCK_TEXT, "%" PRId64 ":%02" PRId64, seconds / 60, seconds % 60);
	else
		snprintf(text, CLOCK_TEXT, "%" PRId64 ":%02" PRId64 ":%02" PRId64, seconds / 3600,
		    seconds % 3600 / 60, seconds % 60);
	return text;
}

char *
clock_span_code(int64_t seconds, char *text)
{
	for (size_t i = 0; i < UNITS; i++)
		if (seconds > 0 && seconds % units[i].seconds == 0) {
			snprintf(text, CLOCK_TEXT, "%" PRId64 "%c", seconds / units[i].seconds, units[i].letter);
			return text;
		}
	snprintf(text, CLOCK_TEXT, "0s");
	return text;
}

static struct tm
split(int64_t wall_us, struct tm *(*in_zone)(const time_t *, struct tm *))
{
	time_t seconds = (time_t)(wall_us / CLOCK_US);
	struct tm tm = { 0 };

	in_zone(&seconds, &tm);
	return tm;
}

char *
clock_utc(int64_t wall_us, char *text)
{
	struct tm tm = split(wall_us, gmtime_r);

	strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

char *
clock_local(int64_t wall_us, char *text)
{
	struct tm tm = split(wall_us, localtime_r);

	strftime(text, CLOCK_TEXT, "%Y-%m-%d %H:%M:%S %z", &tm);
	return text;
}

char *
clock_minute(int64_t wall_us, char *text)
{
	struct tm tm = split(wall_us, localtime_r);

	strftime(text, CLOCK_TEXT, "%H:%M", &tm);
	return text;
}

static int
moment_of(const char *text, const char *pattern, struct tm *tm)
{
	const char *end = strptime(text, pattern, tm);

	return end != NULL && *end == '\0';
}

int
clock_parse_moment(const char *text, int64_t now_us, int64_t *wall_us)
{
	static const char *const local[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
		"%Y-%m-%dT%H:%M", "%Y-%m-%d" };
	time_t now_s = (time_t)(now_us / CLOCK_US);
	int64_t seconds;
	struct tm tm = { 0 };
	int r;

	if (*text == '+') {
		r = clock_parse_span(text + 1, &seconds);
		if (r == 0)
			*wall_us = now_us + seconds * CLOCK_US;
		return r;
	}
	if (moment_of(text, "%Y-%m-%dT%H:%M:%SZ", &tm)) {
		*wall_us = (int64_t)timegm(&tm) * CLOCK_US;
		return 0;
	}
	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
		tm = (struct tm){ .tm_isdst = -1 };
		if (moment_of(text, local[i], &tm)) {
			*wall_us = (int64_t)mktime(&tm) * CLOCK_US;
			return 0;
		}
	}
	localtime_r(&now_s, &tm);
	tm.tm_sec = 0;
	if (!moment_of(text, "%H:%M", &tm))
		return ERR_BAD_TIME;
	tm.tm_isdst = -1;
	*wall_us = (int64_t)mktime(&tm) * CLOCK_US;
	return 0;
}
