/* SPDX-License-Identifier: ISC */
/* Hours of a role. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "recorder/policy/when.h"

static int64_t
utc(const char *text)
{
	int64_t wall_us;

	assert_int_equal(clock_parse_moment(text, 0, &wall_us), 0);
	return wall_us;
}

static bool
open_at(const char *text, const char *moment)
{
	struct when when;

	assert_int_equal(when_parse(text, &when), 0);
	return when_open(&when, utc(moment));
}

static void
a_role_is_open_exactly_in_its_windows(void **state)
{
	/* 2026-11-20 is a Friday. */
	static const struct {
		const char *when, *moment;
		bool open;
	} rows[] = {
		{ "always", "2026-11-22T03:00:00Z", true },
		{ "weekdays 07:00-20:00 UTC", "2026-11-20T06:59:59Z", false },
		{ "weekdays 07:00-20:00 UTC", "2026-11-20T07:00:00Z", true },
		{ "weekdays 07:00-20:00 UTC", "2026-11-20T19:59:59Z", true },
		{ "weekdays 07:00-20:00 UTC", "2026-11-20T20:00:00Z", false },
		{ "weekdays 07:00-20:00 UTC", "2026-11-21T12:00:00Z", false },
		{ "mon-fri 09:30-18:00 UTC", "2026-11-20T09:30:00Z", true },
		{ "sat,sun 10:00-12:00 UTC", "2026-11-22T11:00:00Z", true },
		{ "sat,sun 10:00-12:00 UTC", "2026-11-23T11:00:00Z", false },
		{ "sat-mon 10:00-12:00 UTC", "2026-11-23T11:00:00Z", true },
		{ "daily 00:00-24:00 UTC", "2026-11-23T23:59:59Z", true },
		{ "fri 22:00-06:00 UTC", "2026-11-21T05:59:59Z", true },
		{ "fri 22:00-06:00 UTC", "2026-11-20T05:59:59Z", false },
		{ "fri 22:00-06:00 UTC", "2026-11-21T06:00:00Z", false },
		{ "Weekdays 07:00-12:00; Sat 10:00-11:00 UTC", "2026-11-21T10:30:00Z", true },
		{ "Weekdays 07:00-12:00; Sat 10:00-11:00 UTC", "2026-11-20T12:30:00Z", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (open_at(rows[i].when, rows[i].moment) != rows[i].open)
			fail_msg("'%s' at %s", rows[i].when, rows[i].moment);
}

static void
the_hours_are_those_of_the_zone_in_summer_and_winter(void **state)
{
	static const char *const oslo = "weekdays 07:00-20:00 Europe/Oslo";
	struct when when;

	(void)state;
	if (when_parse(oslo, &when) < 0)
		skip();	/* no tzdata */
	assert_true(open_at(oslo, "2026-07-01T05:00:00Z"));
	assert_false(open_at(oslo, "2026-12-01T05:59:59Z"));
	assert_true(open_at(oslo, "2026-12-01T06:00:00Z"));
}

static void
looking_at_a_zone_leaves_the_process_in_its_own(void **state)
{
	time_t t = 1784000000;
	struct tm before, after;

	(void)state;
	setenv("TZ", "XYZ-3", 1);
	tzset();
	localtime_r(&t, &before);
	open_at("daily 07:00-20:00 UTC", "2026-07-01T05:00:00Z");
	localtime_r(&t, &after);
	assert_string_equal(getenv("TZ"), "XYZ-3");
	assert_int_equal(before.tm_hour, after.tm_hour);
	assert_true(open_at("daily 08:00-08:01", "2026-07-01T05:00:00Z"));
	unsetenv("TZ");
	tzset();
	open_at("daily 07:00-20:00 UTC", "2026-07-01T05:00:00Z");
	assert_null(getenv("TZ"));
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const rows[] = { "", "weekdays", "07:00-20:00", "weekdays 7:00-20:00", "weekdays 07:00-24:01",
		"weekdays 07:60-20:00", "weekdays 07:00-07:00", "weekdays 24:00-07:00", "someday 07:00-20:00",
		"mon- 07:00-20:00", "mon, 07:00-20:00", "weekdays-sun 07:00-20:00", "mon 07:00-20:00 Europe/Nowhere",
		"mon 07:00-20:00 ../../etc/passwd", "mon 07:00-20:00 UTC more", "mon 07:00-20:00 UTC; tue 08:00-09:00",
		"mon 07:00-20:00;", "always UTC", "mon 07:00 - 20:00" };
	struct when when;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (when_parse(rows[i], &when) != ERR_BAD_TIME)
			fail_msg("'%s' was taken", rows[i]);
}

static void
the_next_opening_is_found(void **state)
{
	struct when when;

	(void)state;
	assert_int_equal(when_parse("weekdays 07:00-20:00 UTC", &when), 0);
	assert_int_equal(when_next(&when, utc("2026-11-20T20:00:00Z")), utc("2026-11-23T07:00:00Z"));
	assert_int_equal(when_next(&when, utc("2026-11-20T12:34:56Z")), utc("2026-11-20T12:34:56Z"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_is_open_exactly_in_its_windows),
		cmocka_unit_test(the_hours_are_those_of_the_zone_in_summer_and_winter),
		cmocka_unit_test(looking_at_a_zone_leaves_the_process_in_its_own),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(the_next_opening_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
