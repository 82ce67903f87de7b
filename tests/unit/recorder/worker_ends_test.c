/* SPDX-License-Identifier: ISC */
/* Sessions that are frozen, extended and shortened, as the worker's peers see it. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/wire/messages.h"
#include "recorder/keeper/contract.h"
#include "tests/unit/recorder/stage.h"

#define QUIET_MS	300

static void
halt(struct stage *s, bool on)
{
	struct wire_halt halt = { .on = on, .by = (char[]){ "alice" }, .reason = (char[]){ "wrong table" } };

	stage_say(&s->gate, WIRE_HALT, &halt);
}

/* A terminal shows no byte of it for a while. */
static bool
is_quiet(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, QUIET_MS) == 0;
}

static void
states_have(struct stage *s, const char *words)
{
	AUTO_FREE char *states = stage_recorded(s, REC_STATE);

	if (strstr(states, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, states);
}

static void
keys_typed_while_frozen_go_nowhere(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	stage_start(s, &start);
	stage_go(s);
	halt(s, true);
	assert_int_equal(stage_ordered(s), WARDEN_FREEZE);
	stage_screen(s, "Frozen by alice: wrong table. Nothing you type is taken", true);
	stage_type(s, "rm -rf /\r");
	assert_true(is_quiet(s->slave));
	halt(s, false);
	assert_int_equal(stage_ordered(s), WARDEN_THAW);
	stage_screen(s, "The session goes on.", true);
	stage_type(s, "ls\r");
	stage_readable(s->slave);
	{
		char typed[64] = "";

		assert_true(read(s->slave, typed, sizeof typed - 1) > 0);
		assert_string_equal(typed, "ls\n");
	}
	states_have(s, "frozen: by alice: wrong table");
	states_have(s, "thawed: by alice");
	stage_ack_until(s, "thawed");
}

static void
a_notice_in_between_does_not_hide_that_it_is_frozen(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };
	struct wire_tell tell = { .text = (char[]){ "alice: have a look at the plan" } };

	stage_start(s, &start);
	stage_go(s);
	halt(s, true);
	stage_screen(s, "Frozen by alice", true);
	stage_say(&s->gate, WIRE_TELL, &tell);
	stage_screen(s, "have a look at the plan", true);
	stage_screen(s, "Frozen by alice", true);
}

static void
a_frozen_session_is_revoked_as_any_other(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };
	struct wire_stop stop = { .reason = (char[]){ "enough" }, .by = (char[]){ "alice" } };

	stage_start(s, &start);
	stage_go(s);
	halt(s, true);
	assert_int_equal(stage_ordered(s), WARDEN_FREEZE);
	stage_say(&s->gate, WIRE_STOP, &stop);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 3);
	stage_ended(s, "revoked by alice: enough. 3 processes were ended.");
}

static void
the_deadline_goes_on_while_it_is_frozen(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .seconds = 60,
		.deadline_boot_us = clock_boot_us() + CLOCK_US, .ends_us = clock_wall_us() + CLOCK_US };

	stage_start(s, &start);
	stage_go(s);
	halt(s, true);
	assert_int_equal(stage_ordered(s), WARDEN_FREEZE);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 1);
	stage_ended(s, "Your 1 minute is over");
}

static void
an_ending_with_a_grace_freezes_first_and_then_ends(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .seconds = 60, .freeze_s = 1,
		.deadline_boot_us = clock_boot_us() + CLOCK_US / 2, .ends_us = clock_wall_us() + CLOCK_US / 2 };

	stage_start(s, &start);
	stage_go(s);
	assert_int_equal(stage_ordered(s), WARDEN_FREEZE);
	stage_screen(s, "Your time is over; everything stands still.", true);
	stage_warden_ordered(s);
	assert_true(clock_boot_us() >= start.deadline_boot_us + CLOCK_US);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 1);
	stage_ended(s, "Your 1 minute is over");
}

static void
without_a_terminal_input_waits_until_it_goes_on(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .gate = true, .warden = true };
	char typed[64] = "";

	stage_start(s, &start);
	stage_go(s);
	halt(s, true);
	assert_int_equal(stage_ordered(s), WARDEN_FREEZE);
	stage_type(s, "half a file");
	assert_true(is_quiet(s->in));
	halt(s, false);
	stage_readable(s->in);
	assert_true(read(s->in, typed, sizeof typed - 1) > 0);
	assert_string_equal(typed, "half a file");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_typed_while_frozen_go_nowhere),
		TEST(a_notice_in_between_does_not_hide_that_it_is_frozen),
		TEST(a_frozen_session_is_revoked_as_any_other),
		TEST(the_deadline_goes_on_while_it_is_frozen),
		TEST(an_ending_with_a_grace_freezes_first_and_then_ends),
		TEST(without_a_terminal_input_waits_until_it_goes_on),
	};

	secret_init();
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
