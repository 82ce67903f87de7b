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
#include "lib/base/fdio.h"
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

static void
move(struct stage *s, int64_t left_s)
{
	struct wire_deadline deadline = { .boot_us = clock_boot_us() + left_s * CLOCK_US, .wall_us = clock_wall_us() + left_s * CLOCK_US,
		.reason = (char[]){ "" }, .by = (char[]){ "alice" } };

	stage_say(&s->gate, WIRE_DEADLINE, &deadline);
}

static void
a_moved_deadline_is_said_and_the_warden_hears_it(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .deadline_boot_us = clock_boot_us() + 600 * CLOCK_US,
		.ends_us = clock_wall_us() + 600 * CLOCK_US };

	stage_start(s, &start);
	stage_go(s);
	move(s, 1200);
	assert_int_equal(stage_ordered(s), WARDEN_DEADLINE);
	stage_screen(s, "Your session was extended by alice to", true);
	move(s, 300);
	assert_int_equal(stage_ordered(s), WARDEN_DEADLINE);
	stage_screen(s, "Your session was shortened by alice: it ends at", true);
	states_have(s, "extended: by alice to");
	states_have(s, "shortened: by alice to");
}

static void
an_extension_in_the_grace_lets_it_go_on(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .seconds = 60, .freeze_s = 60,
		.deadline_boot_us = clock_boot_us() + CLOCK_US / 2, .ends_us = clock_wall_us() + CLOCK_US / 2 };

	stage_start(s, &start);
	stage_go(s);
	assert_int_equal(stage_ordered(s), WARDEN_FREEZE);
	move(s, 600);
	assert_int_equal(stage_ordered(s), WARDEN_THAW);
	assert_int_equal(stage_ordered(s), WARDEN_DEADLINE);
	stage_screen(s, "Your session was extended by alice", true);
	stage_type(s, "ls\r");
	stage_readable(s->slave);
}

/* What an approver froze stays so, whatever happens to its deadline. */
static void
an_extension_does_not_thaw_what_a_person_froze(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .seconds = 60, .freeze_s = 60,
		.deadline_boot_us = clock_boot_us() + CLOCK_US / 2, .ends_us = clock_wall_us() + CLOCK_US / 2 };

	stage_start(s, &start);
	stage_go(s);
	halt(s, true);
	assert_int_equal(stage_ordered(s), WARDEN_FREEZE);
	stage_screen(s, "Your time is over; everything stands still.", true);
	move(s, 600);
	assert_int_equal(stage_ordered(s), WARDEN_DEADLINE);
	stage_screen(s, "Your session was extended by alice", true);
	stage_type(s, "ls\r");
	assert_true(is_quiet(s->slave));
	halt(s, false);
	assert_int_equal(stage_ordered(s), WARDEN_THAW);
}

/* A question from inside, on a connection of its own. */
static void
ask_inside(struct stage *s, struct wire_conn *conn)
{
	AUTO_FREE char *path = stage_path(s, "inside");
	struct wire_inside_extend extend = { .seconds = 600, .reason = (char[]){ "nearly done" } };

	wire_conn_init(conn, fdio_connect(path), WIRE_WORKER_TO_INSIDE, 8192);
	conn->phase = WIRE_PHASE_KNOWN;
	stage_say(conn, WIRE_INSIDE_EXTEND, &extend);
}

static void
a_wish_for_more_time_goes_to_the_gate_and_its_answer_back(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };
	struct wire_wished wished = { .text = (char[]){ "Asked for 10 min more." } };
	AUTO_CONN struct wire_conn one = { .fd = -1 };
	AUTO_CONN struct wire_conn two = { .fd = -1 };
	AUTO_CONN struct wire_conn three = { .fd = -1 };
	AUTO_MESSAGE struct wire_message wish = { 0 };
	AUTO_MESSAGE struct wire_message busy = { 0 };
	AUTO_MESSAGE struct wire_message done = { 0 };
	AUTO_MESSAGE struct wire_message gone = { 0 };

	stage_start(s, &start);
	stage_go(s);
	ask_inside(s, &one);
	stage_expect(&s->gate, WIRE_WISH, &wish);
	assert_string_equal(((struct wire_wish *)wish.fields)->reason, "nearly done");
	ask_inside(s, &two);
	stage_expect(&two, WIRE_FAIL, &busy);
	wished.n = ((struct wire_wish *)wish.fields)->n;
	stage_say(&s->gate, WIRE_WISHED, &wished);
	stage_expect(&one, WIRE_DONE, &done);
	assert_string_equal(((struct wire_done *)done.fields)->text, "Asked for 10 min more.");
	wire_conn_done(&s->gate);
	ask_inside(s, &three);
	stage_expect(&three, WIRE_FAIL, &gone);
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
		TEST(a_moved_deadline_is_said_and_the_warden_hears_it),
		TEST(an_extension_in_the_grace_lets_it_go_on),
		TEST(an_extension_does_not_thaw_what_a_person_froze),
		TEST(a_wish_for_more_time_goes_to_the_gate_and_its_answer_back),
		TEST(without_a_terminal_input_waits_until_it_goes_on),
	};

	secret_init();
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
