/* SPDX-License-Identifier: ISC */
/* postern-worker as its peers see it: the real program, with this test as gate, client, warden, and session. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/agekey.h"
#include "lib/record/reader.h"
#include "lib/term/grid.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"
#include "recorder/keeper/contract.h"
#include "tests/unit/recorder/stage.h"

static void
nothing_is_shown_before_the_gate_says_go(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .external = true };
	AUTO_MESSAGE struct wire_message envelope = { 0 };
	struct pollfd p;

	stage_start(s, &start);
	assert_int_equal(write(s->slave, "early", 5), 5);
	stage_expect(&s->gate, WIRE_ENVELOPE, &envelope);
	p = (struct pollfd){ .fd = s->client.fd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 200), 0);
	stage_go(s);
	stage_screen(s, "early", true);
}

static void
a_trail_of_its_own_has_an_envelope_of_its_own(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .external = true, .own_trail = true };
	AUTO_MESSAGE struct wire_message first = { 0 }, second = { 0 };
	const struct wire_envelope *trail, *recording;

	stage_start(s, &start);
	stage_expect(&s->gate, WIRE_ENVELOPE, &first);
	stage_expect(&s->gate, WIRE_ENVELOPE, &second);
	trail = first.fields;
	recording = second.fields;
	assert_true(trail->trail);
	assert_false(recording->trail);
	assert_true(trail->age.count != recording->age.count || memcmp(trail->age.data, recording->age.data, trail->age.count) != 0);
}

static void
without_room_for_the_trail_there_is_no_session(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .own_trail = true };
	AUTO_MESSAGE struct wire_message message = { 0 };

	s->trail_is_full = true;
	stage_start(s, &start);
	assert_int_equal(stage_hear(s, &message), WIRE_FAIL);
	assert_non_null(strstr(((const struct wire_fail *)message.fields)->text, "The session cannot be recorded"));
}

static void
what_was_not_captured_and_the_end_stand_in_both(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .own_trail = true };
	struct wire_stop stop = { .reason = (char[]){ "enough" }, .by = (char[]){ "appr-02" } };

	stage_start(s, &start);
	stage_go(s);
	assert_int_equal(write(s->slave, "shown", 5), 5);
	stage_screen(s, "shown", true);
	stage_say(&s->gate, WIRE_STOP, &stop);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	stage_ended(s, "revoked by appr-02");
	stage_ack_until(s, "trail-segment");
	stage_ack_until(s, "ended");
	stage_exits(s);
	{
		AUTO_FREE char *output = stage_recorded(s, REC_OUTPUT), *none = stage_run(s, REC_OUTPUT);
		AUTO_FREE char *covered = stage_recorded(s, REC_STATE), *too = stage_run(s, REC_STATE);
		AUTO_FREE char *end = stage_recorded(s, REC_END), *same = stage_run(s, REC_END);

		assert_string_equal(output, "shown");
		assert_string_equal(none, "");
		assert_non_null(strstr(covered, "coverage: "));
		assert_non_null(strstr(too, "coverage: "));
		assert_string_equal(end, same);
	}
}

static void
a_gate_that_goes_before_its_word_ends_the_session(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	stage_start(s, &start);
	wire_conn_done(&s->gate);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	stage_ended(s, "The gate did not confirm the session");
}

static void
a_revoked_session_ends_with_the_reason_and_a_receipt(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .kept = (char[]){ "kept 90 days" } };
	struct wire_stop stop = { .reason = (char[]){ "wrong host" }, .by = (char[]){ "appr-02" } };

	stage_start(s, &start);
	stage_go(s);
	stage_say(&s->gate, WIRE_STOP, &stop);
	stage_warden_ordered(s);
	assert_int_equal(write(s->slave, "last words", 10), 10);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 2);
	stage_ended(s, "revoked by appr-02: wrong host. 2 processes were ended. Recording ab000000, kept 90 days.");
	stage_ack_until(s, "ended");
	stage_exits(s);
	{
		AUTO_FREE char *shown = buf_text(&s->shown);

		assert_non_null(strstr(shown, "last words"));	/* between bytes of the worker's own */
	}
	{
		AUTO_FREE char *output = stage_recorded(s, REC_OUTPUT);

		assert_string_equal(output, "last words");
	}
}

static void
the_deadline_ends_it_and_names_the_grant(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .by = (char[]){ "appr-02" }, .seconds = 1200,
		.deadline_boot_us = clock_boot_us() + CLOCK_US / 2, .ends_us = clock_wall_us() + CLOCK_US / 2 };

	stage_start(s, &start);
	stage_go(s);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 1);
	stage_ended(s, "Your 20 minutes are over (granted by appr-02 until ");
}

static void
the_warning_leaves_the_picture_as_it_was(void **state)
{
	static const char picture[] = "\033[?1049h\033[2J\033[1;1Htop\033[24;1H\033[7mbottom row of the program\033[0m\033[12;40Hmiddle";
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .deadline_boot_us = clock_boot_us() + 61 * CLOCK_US,
		.ends_us = clock_wall_us() + 61 * CLOCK_US };
	AUTO_GRID struct grid *want = grid_new(80, 24);
	AUTO_BUF struct buf a;
	AUTO_BUF struct buf b;
	int row, col;

	buf_init(&a, 1u << 20);
	buf_init(&b, 1u << 20);
	stage_start(s, &start);
	stage_go(s);
	assert_int_equal(write(s->slave, picture, sizeof picture - 1), sizeof picture - 1);
	stage_screen(s, "This session ends in 1 minute", true);
	stage_screen(s, "This session ends in 1 minute", false);
	grid_write(want, picture, sizeof picture - 1);
	assert_int_equal(grid_text(want, &a), 0);
	assert_int_equal(grid_text(s->screen, &b), 0);
	assert_int_equal(buf_len(&a), buf_len(&b));
	assert_memory_equal(buf_data(&a), buf_data(&b), buf_len(&a));
	grid_cursor(s->screen, &row, &col);
	assert_int_equal(row, 11);
	assert_int_equal(col, 45);
	assert_true(grid_cell(s->screen, 23, 0)->pen == grid_cell(want, 23, 0)->pen);
	assert_true(grid_pen(s->screen) == 0);
	{
		AUTO_FREE char *output = stage_recorded(s, REC_OUTPUT);
		AUTO_FREE char *states = stage_recorded(s, REC_STATE);

		assert_string_equal(output, picture);
		assert_non_null(strstr(states, "warned: 1 minute left"));
	}
}

static void
the_next_gate_gets_every_report_that_was_not_acknowledged(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };
	struct wire_hello hello = { .version = WIRE_VERSION };
	AUTO_FREE char *path = stage_path(s, "listen");
	AUTO_MESSAGE struct wire_message row = { 0 };
	AUTO_MESSAGE struct wire_message report = { 0 };
	AUTO_FD int garbage = -1;
	char byte;

	stage_start(s, &start);
	stage_go(s);
	wire_conn_done(&s->gate);
	stage_type(s, "x");
	stage_screen(s, "x", true);
	garbage = fdio_connect(path);
	assert_int_equal(write(garbage, "\377\377\377\377garbage", 11), 11);
	stage_readable(garbage);
	assert_true(read(garbage, &byte, 1) <= 0);
	wire_conn_init(&s->gate, fdio_connect(path), WIRE_WORKER_TO_GATE, 1u << 20);
	stage_say(&s->gate, WIRE_HELLO, &hello);
	stage_expect(&s->gate, WIRE_STATUS_ROW, &row);
	assert_string_equal(((struct wire_status_row *)row.fields)->state, "running");
	stage_expect(&s->gate, WIRE_REPORT, &report);
	assert_int_equal(((struct wire_report *)report.fields)->n, 1);
}

static void
a_gate_that_talks_garbage_loses_only_its_connection(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	stage_start(s, &start);
	stage_go(s);
	assert_int_equal(write(s->gate.fd, "\0\0\0\1\377", 5), 5);
	stage_type(s, "still here");
	stage_screen(s, "still here", true);
}

static void
from_inside_one_can_ask_note_and_give_back(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true, .person = (char[]){ "eng-07" } };
	struct wire_inside_status status = { true };
	struct wire_inside_note note = { .text = (char[]){ "restarted nginx" } };
	struct wire_inside_end end = { true };
	AUTO_FREE char *path = stage_path(s, "inside");
	AUTO_CONN struct wire_conn inside = { 0 };
	AUTO_MESSAGE struct wire_message row = { 0 };
	AUTO_MESSAGE struct wire_message noted = { 0 };
	AUTO_FREE char *text = NULL;

	stage_start(s, &start);
	stage_started(s);
	wire_conn_init(&inside, fdio_connect(path), WIRE_WORKER_TO_INSIDE, 1u << 20);
	stage_say(&inside, WIRE_INSIDE_STATUS, &status);
	stage_expect(&inside, WIRE_INSIDE_ROW, &row);
	assert_string_equal(((struct wire_inside_row *)row.fields)->person, "eng-07");
	stage_say(&inside, WIRE_INSIDE_NOTE, &note);
	stage_expect(&inside, WIRE_DONE, &noted);
	text = stage_recorded(s, REC_NOTE);
	assert_string_equal(text, "restarted nginx");
	stage_say(&inside, WIRE_INSIDE_END, &end);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 1);
	stage_ended(s, "You gave the access back. 1 process was ended.");
	stage_exits(s);
}

static void
many_connections_from_inside_do_not_shut_out_the_next(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };
	struct wire_inside_status status = { true };
	AUTO_FREE char *path = stage_path(s, "inside");
	AUTO_CONN struct wire_conn inside = { 0 };
	AUTO_MESSAGE struct wire_message row = { 0 };
	int held[32];

	stage_start(s, &start);
	stage_started(s);
	for (size_t i = 0; i < 32; i++)
		held[i] = fdio_connect(path);
	wire_conn_init(&inside, fdio_connect(path), WIRE_WORKER_TO_INSIDE, 1u << 20);
	stage_say(&inside, WIRE_INSIDE_STATUS, &status);
	stage_expect(&inside, WIRE_INSIDE_ROW, &row);
	for (size_t i = 0; i < 32; i++)
		close(held[i]);
}

static void
without_a_terminal_the_streams_stay_apart(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .warden = true };
	struct wire_input_end end = { true };
	char bytes[8] = "";

	stage_start(s, &start);
	stage_started(s);
	stage_type(s, "in");
	stage_say(&s->client, WIRE_INPUT_END, &end);
	assert_int_equal(fdio_read(s->in, bytes, 2), 0);
	assert_string_equal(bytes, "in");
	assert_int_equal(read(s->in, bytes, 1), 0);
	assert_int_equal(write(s->out, "out", 3), 3);
	assert_int_equal(write(s->err, "err", 3), 3);
	own_close(&s->out);
	own_close(&s->err);
	stage_warden_says(s, WARDEN_EXITED, 7, 0);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	{
		AUTO_MESSAGE struct wire_message message = { 0 };
		AUTO_FREE char *output = NULL;
		AUTO_FREE char *errors = NULL;

		assert_int_equal(stage_hear(s, &message), WIRE_ENDED);
		assert_int_equal(((struct wire_ended *)message.fields)->exit_status, 7);
		assert_memory_equal(buf_data(&s->shown), "out", 3);
		assert_memory_equal(buf_data(&s->shown_err), "err", 3);
		stage_exits(s);
		output = stage_recorded(s, REC_OUTPUT);
		errors = stage_recorded(s, REC_ERROR_OUTPUT);
		assert_string_equal(output, "out");
		assert_string_equal(errors, "err");
	}
}

static void
a_warden_that_dies_takes_the_session_along(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };

	stage_start(s, &start);
	stage_started(s);
	own_close(&s->warden);
	stage_ended(s, "The warden died");
	stage_exits(s);
}

static void
a_client_that_breaks_the_protocol_ends_its_session_only(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	stage_start(s, &start);
	stage_go(s);
	assert_int_equal(write(s->client.fd, "\0\0\0\1\1", 5), 5);	/* a hello has no business here */
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	stage_ack_until(s, "ended");
	stage_exits(s);
}

static void
a_terminated_worker_ends_the_session_in_order(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };

	stage_start(s, &start);
	stage_started(s);
	kill(s->worker, SIGTERM);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	stage_ended(s, "The recorder was told to stop");
	stage_exits(s);
}

static void
an_idle_session_ends(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true, .idle_s = 1 };

	stage_start(s, &start);
	stage_started(s);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 0);
	stage_ended(s, "Nothing was typed for 1 s");
}

static void
a_disk_that_stays_full_ends_the_session_and_shows_nothing_unrecorded(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .warden = true, .grace_s = 1 };
	char bytes[4096];
	AUTO_FREE char *output = NULL;

	s->file_most = 40000;
	stage_start(s, &start);
	stage_started(s);
	randombytes_buf(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)('a' + (bytes[i] & 15));
	for (int i = 0; i < 12; i++)
		assert_int_equal(fdio_write(s->out, bytes, sizeof bytes), 0);
	{
		AUTO_MESSAGE struct wire_message notice = { 0 };

		assert_int_equal(stage_hear(s, &notice), WIRE_NOTICE);
	}
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 1);
	stage_ended(s, "could not be written for too long");
	stage_exits(s);
	output = stage_recorded(s, REC_OUTPUT);
	assert_true(buf_len(&s->shown) < 12 * sizeof bytes);
	assert_true(strlen(output) >= buf_len(&s->shown));
	assert_memory_equal(output, buf_data(&s->shown), buf_len(&s->shown));
}

static void
a_start_with_a_bad_key_is_refused_with_a_sentence(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .warden = true };
	AUTO_MESSAGE struct wire_message message = { 0 };
	int status;

	strcpy(s->recipient, "age1nonsense");
	stage_start(s, &start);
	assert_int_equal(stage_hear(s, &message), WIRE_FAIL);
	assert_int_equal(waitpid(s->worker, &status, 0), s->worker);
	s->worker = 0;
	assert_int_equal(WEXITSTATUS(status), 1);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_shown_before_the_gate_says_go),
		TEST(a_trail_of_its_own_has_an_envelope_of_its_own),
		TEST(without_room_for_the_trail_there_is_no_session),
		TEST(what_was_not_captured_and_the_end_stand_in_both),
		TEST(a_gate_that_goes_before_its_word_ends_the_session),
		TEST(a_revoked_session_ends_with_the_reason_and_a_receipt),
		TEST(the_deadline_ends_it_and_names_the_grant),
		TEST(the_warning_leaves_the_picture_as_it_was),
		TEST(the_next_gate_gets_every_report_that_was_not_acknowledged),
		TEST(a_gate_that_talks_garbage_loses_only_its_connection),
		TEST(from_inside_one_can_ask_note_and_give_back),
		TEST(many_connections_from_inside_do_not_shut_out_the_next),
		TEST(without_a_terminal_the_streams_stay_apart),
		TEST(a_warden_that_dies_takes_the_session_along),
		TEST(a_client_that_breaks_the_protocol_ends_its_session_only),
		TEST(a_terminated_worker_ends_the_session_in_order),
		TEST(an_idle_session_ends),
		TEST(a_disk_that_stays_full_ends_the_session_and_shows_nothing_unrecorded),
		TEST(a_start_with_a_bad_key_is_refused_with_a_sentence),
	};

	secret_init();
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
