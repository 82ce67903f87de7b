/* SPDX-License-Identifier: ISC */
/* Hours at which a role is open: "weekdays 07:00-20:00 Europe/Oslo", as a policy writes them. */
#ifndef POSTERN_RECORDER_POLICY_WHEN_H
#define POSTERN_RECORDER_POLICY_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#define WHEN_WINDOWS	8
#define WHEN_ZONE	64

/* One window: on each day of `days` (bit 0 = Monday) from `from` up to `to`, in minutes of the day; to <= from ends on the next day. */
struct when_window {
	uint8_t	days;
	int16_t	from, to;
};

/* No window at all means always. */
struct when {
	struct when_window	windows[WHEN_WINDOWS];
	unsigned		count;
	char			zone[WHEN_ZONE];	/* of tzdata; "" is the machine's own */
};

/*
 * Reads "always", or windows separated by ';' with at most one zone behind the last: "weekdays 07:00-20:00; sat,sun
 * 10:00-12:00 Europe/Oslo". Days are daily, weekdays, weekend, mon..sun, ranges and lists of them. 0 or ERR_BAD_TIME
 * (also for a zone that tzdata does not know).
 */
int	 when_parse(const char *text, struct when *when);

/* Not thread-safe: switches TZ for a moment when the zone is not the machine's own. */
bool	 when_open(const struct when *when, int64_t wall_us);

/* The next minute from `wall_us` on at which it is open, or -1 if there is none within eight days. */
int64_t	 when_next(const struct when *when, int64_t wall_us);

#endif
