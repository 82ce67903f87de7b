/* SPDX-License-Identifier: ISC */
/* Times as people write them, in a recording of half an hour that began at 14:02:40. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "player/moment.h"

#define START_US	(INT64_C(1795442560) * CLOCK_US)	/* 2026-11-23 14:02:40 UTC */

static const struct moment_range half_hour = { .start_wall_us = START_US, .length_us = 1800 * CLOCK_US };

static void
expect(const struct moment_range *range, const char *text, double seconds)
{
	int64_t t_us = -1;

	assert_int_equal(moment_parse(text, range, &t_us), 0);
	if (t_us != (int64_t)(seconds * (double)CLOCK_US))
		print_message("# %s is %lld us\n", text, (long long)t_us);
	assert_int_equal(t_us, (int64_t)(seconds * (double)CLOCK_US));
}

static void
relative_times_count_from_the_start(void **state)
{
	(void)state;
	expect(&half_hour, "0", 0);
	expect(&half_hour, "12.5", 12.5);
	expect(&half_hour, "90s", 90);
	expect(&half_hour, "2m", 120);
	expect(&half_hour, "1h30m", 5400);
	expect(&half_hour, "2:05", 125);
	expect(&half_hour, "12:30", 750);
	expect(&half_hour, "1:02:03", 3723);
	expect(&half_hour, "0:01.5", 1.5);
}

static void
a_time_of_day_is_one_where_it_fits(void **state)
{
	struct moment_range wall = half_hour;

	(void)state;
	expect(&half_hour, "14:12:40", 600);
	wall.prefer_wall = true;
	expect(&wall, "14:02", 0);		/* the minute that it began in */
	expect(&wall, "14:07", 260);
	expect(&wall, "12:30", 750);		/* no such time of day in it */
	expect(&half_hour, "2026-11-23 14:03", 20);
	expect(&half_hour, "2026-11-23T14:04:40Z", 120);
}

static void
what_fits_both_ways_is_read_as_the_clock_is_set(void **state)
{
	struct moment_range long_one = { .start_wall_us = START_US, .length_us = 7200 * CLOCK_US };

	(void)state;
	expect(&long_one, "14:07", 847);
	long_one.prefer_wall = true;
	expect(&long_one, "14:07", 260);
}

static void
midnight_lies_behind_the_start(void **state)
{
	struct moment_range night = { .start_wall_us = START_US + 9 * 3600 * CLOCK_US, .length_us = 7200 * CLOCK_US,
		.prefer_wall = true };

	(void)state;
	expect(&night, "00:10", 67 * 60 + 20);	/* it began at 23:02:40 */
}

static void
nonsense_is_refused(void **state)
{
	static const char *const texts[] = { "", "x", "12:", ":30", "1:2:3:4", "12:3x", "-5", "5 apples", "1e99" };
	int64_t t_us = 7;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (moment_parse(texts[i], &half_hour, &t_us) != ERR_BAD_TIME)
			print_message("# '%s' was taken\n", texts[i]);
		assert_int_equal(moment_parse(texts[i], &half_hour, &t_us), ERR_BAD_TIME);
	}
	assert_int_equal(t_us, 7);
}

static void
the_past_may_be_a_length_of_time(void **state)
{
	int64_t wall_us = 0;

	(void)state;
	assert_int_equal(moment_past("7d", START_US, &wall_us), 0);
	assert_int_equal(wall_us, START_US - 7 * 24 * 3600 * CLOCK_US);
	assert_int_equal(moment_past("2026-11-23T14:02:40Z", START_US, &wall_us), 0);
	assert_int_equal(wall_us, START_US);
	assert_int_equal(moment_past("soon", START_US, &wall_us), ERR_BAD_TIME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relative_times_count_from_the_start),
		cmocka_unit_test(a_time_of_day_is_one_where_it_fits),
		cmocka_unit_test(what_fits_both_ways_is_read_as_the_clock_is_set),
		cmocka_unit_test(midnight_lies_behind_the_start),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(the_past_may_be_a_length_of_time),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
