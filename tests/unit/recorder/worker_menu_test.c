/* SPDX-License-Identifier: ISC */
/* The session menu, and clients that go and come back, as the worker's peers see it. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/term/grid.h"
#include "lib/wire/messages.h"
#include "recorder/keeper/contract.h"
#include "tests/unit/recorder/stage.h"

#define KEY		"\033[24~"
#define QUIET_MS	300
#define LEFT		"left by others\033[?1003h\033[?1049hmore of it"	/* on a terminal that one comes back with */

static const char picture[] = "\033[?1049h\033[2J\033[1;1Htop\033[24;1H\033[7mbottom row of the program\033[0m\033[12;40Hmiddle";

/* A session with a menu and this picture on its screen. */
static void
begin(struct stage *s, int64_t keep_s)
{
	struct wire_start start = { .tty = true, .gate = true, .warden = true, .keep_s = keep_s,
		.menu = { (uint8_t *)(uintptr_t)KEY, sizeof KEY - 1 }, .deadline_boot_us = clock_boot_us() + 1200 * CLOCK_US,
		.ends_us = clock_wall_us() + 1200 * CLOCK_US };

	stage_start(s, &start);
	stage_go(s);
	assert_int_equal(write(s->slave, picture, sizeof picture - 1), sizeof picture - 1);
	stage_screen(s, "middle", true);
}

static void
types_nothing(const struct stage *s)
{
	struct pollfd p = { .fd = s->slave, .events = POLLIN };

	assert_int_equal(poll(&p, 1, QUIET_MS), 0);
}

static void
types(const struct stage *s, const char *words)
{
	char typed[64] = "";

	stage_readable(s->slave);
	assert_true(read(s->slave, typed, sizeof typed - 1) > 0);
	assert_string_equal(typed, words);
}

/* The client's terminal shows what the program has drawn, cell for cell. */
static void
is_unharmed(const struct stage *s, const char *drawn)
{
	AUTO_GRID struct grid *want = grid_new(80, 24);
	int row, col, want_row, want_col;

	grid_write(want, drawn, strlen(drawn));
	for (row = 0; row < 24; row++) {
		AUTO_BUF struct buf a, b;

		buf_init(&a, 4096);
		buf_init(&b, 4096);
		assert_int_equal(grid_row_text(want, row, &a), 0);
		assert_int_equal(grid_row_text(s->screen, row, &b), 0);
		assert_int_equal(buf_len(&a), buf_len(&b));
		assert_memory_equal(buf_data(&a), buf_data(&b), buf_len(&a));
		for (col = 0; col < 80; col++)
			assert_true(grid_cell(want, row, col)->pen == grid_cell(s->screen, row, col)->pen);
	}
	grid_cursor(want, &want_row, &want_col);
	grid_cursor(s->screen, &row, &col);
	assert_int_equal(row, want_row);
	assert_int_equal(col, want_col);
	assert_true(grid_pen(s->screen) == grid_pen(want));
	assert_int_equal(grid_modes(s->screen), grid_modes(want));
	assert_int_equal(grid_is_alternate(s->screen), grid_is_alternate(want));
}

static void
the_menu_shows_the_time_and_leaves_the_picture_as_it_was(void **state)
{
	struct stage *s = *state;

	begin(s, 0);
	stage_type(s, KEY);
	stage_screen(s, "left, to", true);
	stage_screen(s, "e more time  n note  q end", true);
	stage_type(s, "\033");
	stage_screen(s, "left, to", false);
	is_unharmed(s, picture);
	types_nothing(s);
}

static void
what_is_drawn_meanwhile_is_there_afterwards(void **state)
{
	static const char more[] = "\033[2;1Hsecond\033[24;1H\033[1mnew bottom\033[0m\033[K\033[3;7H";
	struct stage *s = *state;
	char both[512];

	begin(s, 0);
	stage_type(s, KEY);
	stage_screen(s, "left, to", true);
	assert_int_equal(write(s->slave, more, sizeof more - 1), sizeof more - 1);
	stage_screen(s, "second", true);
	stage_type(s, " ");
	stage_screen(s, "left, to", false);
	stage_screen(s, "new bottom", true);
	snprintf(both, sizeof both, "%s%s", picture, more);
	is_unharmed(s, both);
}

static void
typed_twice_the_key_goes_to_the_session(void **state)
{
	struct stage *s = *state;

	begin(s, 0);
	stage_type(s, KEY);
	stage_screen(s, "left, to", true);
	stage_type(s, KEY "\r");
	types(s, KEY "\n");
	stage_screen(s, "left, to", false);
	stage_type(s, KEY KEY "ls\r");
	types(s, KEY "ls\n");
}

static void
keys_of_the_menu_do_not_reach_the_session(void **state)
{
	struct stage *s = *state;

	begin(s, 0);
	stage_type(s, "a" KEY "zzz");
	stage_screen(s, "left, to", true);
	stage_type(s, "\033[A");
	stage_screen(s, "left, to", false);
	stage_type(s, "b\r");
	types(s, "ab\n");
}

static void
a_note_goes_into_the_recording(void **state)
{
	struct stage *s = *state;

	begin(s, 0);
	stage_type(s, KEY "n");
	stage_screen(s, "Note for the recording:", true);
	stage_type(s, "rotated the keyx\177\r");
	stage_screen(s, "The note is in the recording.", true);
	stage_ack_until(s, "note");
	{
		AUTO_FREE char *notes = stage_recorded(s, REC_NOTE);

		assert_string_equal(notes, "rotated the key");
	}
	types_nothing(s);
}

static void
more_time_is_asked_of_the_gate(void **state)
{
	struct stage *s = *state;
	AUTO_MESSAGE struct wire_message wish = { 0 };
	const struct wire_wish *fields;
	struct wire_wished wished = { .text = (char[]){ "Asked for 30 min more; one of dba decides." } };

	begin(s, 0);
	stage_type(s, KEY "e");
	stage_screen(s, "How much more time, and why", true);
	stage_type(s, "30m restore runs\r");
	stage_expect(&s->gate, WIRE_WISH, &wish);
	fields = wish.fields;
	assert_int_equal(fields->seconds, 1800);
	assert_string_equal(fields->reason, "restore runs");
	wished.n = fields->n;
	stage_say(&s->gate, WIRE_WISHED, &wished);
	stage_screen(s, "Asked for 30 min more", true);
}

static void
ending_needs_a_yes(void **state)
{
	struct stage *s = *state;

	begin(s, 0);
	stage_type(s, KEY "q");
	stage_screen(s, "End the session now", true);
	stage_type(s, "n");
	stage_screen(s, "End the session now", false);
	stage_type(s, KEY "q");
	stage_screen(s, "End the session now", true);
	stage_type(s, "y");
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 1);
	stage_ended(s, "You gave the access back.");
}

static void
without_a_key_everything_goes_to_the_session(void **state)
{
	struct stage *s = *state;
	struct wire_start start = { .tty = true, .gate = true, .warden = true };

	stage_start(s, &start);
	stage_go(s);
	stage_type(s, KEY "\r");
	types(s, KEY "\n");
}

/* The gate hands another client to the worker; s->client is that one from then on. */
static void
come_back(struct stage *s, uint32_t cols, uint32_t rows)
{
	AUTO_FREE char *path = stage_path(s, "listen");
	AUTO_BUF struct buf bytes;
	struct wire_back back = { cols, rows };
	AUTO_FD int fd = fdio_connect(path);
	int ends[2];

	buf_init(&bytes, 1024);
	assert_int_equal(wire_pack(WIRE_BACK, &back, &bytes), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(fdio_nonblock(ends[1], true), 0);
	assert_int_equal(fdio_send(fd, buf_data(&bytes), buf_len(&bytes), &ends[1], 1), 0);
	close(ends[1]);
	wire_conn_done(&s->client);
	wire_conn_init(&s->client, ends[0], WIRE_WORKER_TO_CLIENT, 1u << 20);
	grid_free(s->screen);
	s->screen = grid_new((int)cols, (int)rows);
	grid_write(s->screen, LEFT, sizeof LEFT - 1);
}

static void
a_client_that_comes_back_finds_the_picture(void **state)
{
	struct stage *s = *state;

	begin(s, 60);
	wire_conn_done(&s->client);
	stage_ack_until(s, "away");
	assert_int_equal(write(s->slave, "\033[3;1Hwhile away\033[5;5H", 22), 22);
	come_back(s, 80, 24);
	stage_started(s);
	stage_screen(s, "while away", true);
	{
		char both[512];

		snprintf(both, sizeof both, "%s\033[3;1Hwhile away\033[5;5H", picture);
		is_unharmed(s, both);
	}
	stage_type(s, "ls\r");
	types(s, "ls\n");
	stage_ack_until(s, "back");
}

static void
detaching_is_a_drop_that_was_wished_for(void **state)
{
	struct stage *s = *state;

	begin(s, 60);
	stage_type(s, KEY);
	stage_screen(s, "d detach", true);
	stage_type(s, "d");
	stage_ended(s, "Detached. The session goes on, until");
	stage_ack_until(s, "away");
	come_back(s, 80, 24);
	stage_started(s);
	stage_screen(s, "middle", true);
	is_unharmed(s, picture);
}

static void
a_second_client_takes_the_place_of_the_first(void **state)
{
	struct stage *s = *state;
	struct wire_conn first;

	begin(s, 60);
	first = s->client;
	wire_conn_init(&s->client, -1, WIRE_WORKER_TO_CLIENT, 1u << 20);
	come_back(s, 80, 24);
	stage_started(s);
	stage_screen(s, "middle", true);
	{
		struct wire_conn second = s->client;

		s->client = first;
		stage_ended(s, "You came back over another connection");
		wire_conn_done(&s->client);
		s->client = second;
	}
	stage_type(s, "ls\r");
	types(s, "ls\n");
}

static void
who_does_not_come_back_in_time_finds_nothing(void **state)
{
	struct stage *s = *state;

	begin(s, 1);
	wire_conn_done(&s->client);
	stage_warden_ordered(s);
	stage_warden_says(s, WARDEN_RECEIPT, 0, 1);
	stage_ack_until(s, "ended");
	stage_exits(s);
}

static void
nobody_comes_back_to_a_session_that_is_not_kept(void **state)
{
	struct stage *s = *state;
	AUTO_MESSAGE struct wire_message message = { 0 };

	begin(s, 0);
	come_back(s, 80, 24);
	stage_expect(&s->client, WIRE_FAIL, &message);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_menu_shows_the_time_and_leaves_the_picture_as_it_was),
		TEST(what_is_drawn_meanwhile_is_there_afterwards),
		TEST(typed_twice_the_key_goes_to_the_session),
		TEST(keys_of_the_menu_do_not_reach_the_session),
		TEST(a_note_goes_into_the_recording),
		TEST(more_time_is_asked_of_the_gate),
		TEST(ending_needs_a_yes),
		TEST(without_a_key_everything_goes_to_the_session),
		TEST(a_client_that_comes_back_finds_the_picture),
		TEST(detaching_is_a_drop_that_was_wished_for),
		TEST(a_second_client_takes_the_place_of_the_first),
		TEST(who_does_not_come_back_in_time_finds_nothing),
		TEST(nobody_comes_back_to_a_session_that_is_not_kept),
	};

	secret_init();
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
