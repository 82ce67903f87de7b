/* SPDX-License-Identifier: ISC */
/* Reading of moments. */
#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "player/moment.h"

#define DAY_US	(24 * 3600 * CLOCK_US)

/* "a:b" or "a:b:c", the last perhaps with a fraction. Returns the number of parts, 0 if it is something else. */
static int
read_colons(const char *text, int64_t part[3], int64_t *fraction_us)
{
	int count = 0;
	char *end;

	*fraction_us = 0;
	for (;;) {
		if (*text < '0' || *text > '9' || count == 3)
			return 0;
		part[count] = strtol(text, &end, 10);
		if (part[count++] > 999999)
			return 0;
		text = end + 1;
		if (*end != ':')
			break;
	}
	if (*end == '.') {
		double fraction = strtod(end, &end);

		*fraction_us = fraction >= 0 && fraction < 1 ? (int64_t)(fraction * (double)CLOCK_US) : 0;
	}
	return *end == '\0' ? count : 0;
}

/* That time of day, on the day of the start or the next one. */
static bool
as_wall(const int64_t part[3], int count, const struct moment_range *range, int64_t *t_us)
{
	time_t start = (time_t)(range->start_wall_us / CLOCK_US);
	struct tm tm;
	int64_t wall;

	if (part[0] > 23 || part[1] > 59 || (count == 3 && part[2] > 60) || localtime_r(&start, &tm) == NULL)
		return false;
	tm.tm_hour = (int)part[0];
	tm.tm_min = (int)part[1];
	tm.tm_sec = count == 3 ? (int)part[2] : 0;
	tm.tm_isdst = -1;
	wall = (int64_t)mktime(&tm) * CLOCK_US;
	if (wall + 60 * CLOCK_US <= range->start_wall_us)
		wall += DAY_US;
	*t_us = wall < range->start_wall_us ? 0 : wall - range->start_wall_us;
	return *t_us <= range->length_us;
}

static int64_t
as_relative(const int64_t part[3], int count, int64_t fraction_us)
{
	int64_t seconds = count == 3 ? part[0] * 3600 + part[1] * 60 + part[2] : part[0] * 60 + part[1];

	return seconds * CLOCK_US + fraction_us;
}

/* "12.5" and "12": seconds. */
static bool
as_seconds(const char *text, int64_t *t_us)
{
	char *end;
	double seconds;

	if (*text < '0' || *text > '9')
		return false;
	seconds = strtod(text, &end);
	if (*end != '\0' || !(seconds < 1e9))
		return false;
	*t_us = (int64_t)(seconds * (double)CLOCK_US);
	return true;
}

int
moment_parse(const char *text, const struct moment_range *range, int64_t *t_us)
{
	int64_t part[3], fraction_us, seconds, relative, wall;
	int count = read_colons(text, part, &fraction_us);

	if (count >= 2) {
		relative = as_relative(part, count, fraction_us);
		/* What fits one way only is meant that way; what fits neither lies behind the end. */
		if (as_wall(part, count, range, &wall) && (range->prefer_wall || relative > range->length_us))
			relative = wall;
		*t_us = relative;
		return 0;
	}
	if (as_seconds(text, t_us))
		return 0;
	if (*text != '+' && clock_parse_span(text, &seconds) == 0) {
		*t_us = seconds * CLOCK_US;
		return 0;
	}
	if (clock_parse_moment(text, range->start_wall_us, &wall) < 0)
		return ERR_BAD_TIME;
	*t_us = wall < range->start_wall_us ? 0 : wall - range->start_wall_us;
	return 0;
}

int
moment_past(const char *text, int64_t now_us, int64_t *wall_us)
{
	int64_t seconds;

	if (*text != '+' && clock_parse_span(text, &seconds) == 0) {
		*wall_us = now_us - seconds * CLOCK_US;
		return 0;
	}
	return clock_parse_moment(text, now_us, wall_us);
}

int
moment_option(const struct cli *cli, const char *option, int64_t *wall_us)
{
	const char *text = cli_get(cli, option);

	if (text != NULL && moment_past(text, clock_wall_us(), wall_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment: write 7d (ago), 2026-11-20, 2026-11-20 14:00 or 14:00", text);
	return STATUS_OK;
}
