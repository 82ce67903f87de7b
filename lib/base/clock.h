/* SPDX-License-Identifier: ISC */
/*
 * Times. Wall times are microseconds since 1970 UTC, stored and compared; deadlines are microseconds of
 * CLOCK_BOOTTIME, which nobody can set back and which counts a suspended machine's sleep.
 */
#ifndef POSTERN_LIB_BASE_CLOCK_H
#define POSTERN_LIB_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_US	INT64_C(1000000)	/* microseconds in a second */
#define CLOCK_TEXT	40			/* room for any text made here */

int64_t	clock_wall_us(void);
int64_t	clock_boot_us(void);

/* A timerfd on CLOCK_BOOTTIME, not yet armed, close-on-exec and non-blocking; -errno. */
int	clock_timer(void);
int	clock_timer_set(int timer, int64_t boot_us);	/* absolute; 0 disarms */

/* "90s", "30m", "2h", "90d", "1y" (365 d), or several joined ("1h30m"). 0 or ERR_BAD_TIME. Seconds, at most 100 years. */
int	clock_parse_span(const char *text, int64_t *seconds);

/* "45 s", "2 min 51 s", "1 h 05 min", "90 days": for people. Returns `text`, which has CLOCK_TEXT bytes. */
char	*clock_span(int64_t seconds, char *text);
/* "0:42", "24:10", "1:04:10": for columns. */
char	*clock_short(int64_t seconds, char *text);
/* "90s", "30m", "2h", "90d": the shortest form that clock_parse_span reads back. */
char	*clock_span_code(int64_t seconds, char *text);

/* "2026-11-20T14:02:40Z" from wall microseconds, in UTC. */
char	*clock_utc(int64_t wall_us, char *text);
/* "2026-11-20 14:02:40 +0100" in the viewer's zone; "14:02" with clock_minute. */
char	*clock_local(int64_t wall_us, char *text);
char	*clock_minute(int64_t wall_us, char *text);

/*
 * A moment written by a person: "2026-11-20T14:02:40Z", "2026-11-20 14:02" or "14:02" (the viewer's zone, today),
 * or "+30m" from now. 0 or ERR_BAD_TIME.
 */
int	clock_parse_moment(const char *text, int64_t now_us, int64_t *wall_us);

#endif
