/* SPDX-License-Identifier: ISC */
/* Frames over a real socket pair: whole, in single bytes, from the wrong speaker, and garbage. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

static void
pair(struct wire_conn *client, struct wire_conn *gate)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	wire_conn_init(client, fds[0], WIRE_FROM_GATE, 1 << 20);
	wire_conn_init(gate, fds[1], WIRE_FROM_CLIENT, 1 << 20);
	assert_int_equal(fdio_nonblock(gate->fd, true), 0);
}

static void
a_message_arrives_as_it_was_sent(void **state)
{
	AUTO_CONN struct wire_conn client;
	AUTO_CONN struct wire_conn gate;
	AUTO_MESSAGE struct wire_message message = { 0 };
	struct wire_hello hello = { .version = WIRE_VERSION, .program = (char[]){ "test" }, .as = NULL };
	const struct wire_hello *got;

	(void)state;
	pair(&client, &gate);
	assert_int_equal(wire_send(&client, WIRE_HELLO, &hello), 0);
	assert_int_equal(wire_wait(&gate, &message), 0);
	assert_int_equal(message.kind, WIRE_HELLO);
	got = message.fields;
	assert_string_equal(got->program, "test");
	assert_string_equal(got->as, "");
}

static void
single_bytes_make_the_same_message(void **state)
{
	AUTO_CONN struct wire_conn client;
	AUTO_CONN struct wire_conn gate;
	AUTO_BUF struct buf bytes = { 0 };
	struct wire_hello hello = { .version = 7, .program = (char[]){ "slow" } };
	struct wire_message message = { 0 };

	(void)state;
	pair(&client, &gate);
	buf_init(&bytes, 1000);
	assert_int_equal(wire_pack(WIRE_HELLO, &hello, &bytes), 0);
	for (size_t i = 0; i < buf_len(&bytes); i++) {
		assert_int_equal(wire_next(&gate, &message), 0);
		assert_int_equal(write(client.fd, buf_data(&bytes) + i, 1), 1);
		assert_int_equal(wire_fill(&gate), 1);
	}
	assert_int_equal(wire_next(&gate, &message), 1);
	assert_int_equal(((struct wire_hello *)message.fields)->version, 7);
	wire_message_done(&message);
}

static void
speaking_out_of_turn_is_refused(void **state)
{
	AUTO_CONN struct wire_conn client;
	AUTO_CONN struct wire_conn gate;
	struct wire_message message = { 0 };
	struct wire_roles roles = { 0 };
	struct wire_go go = { 0 };

	(void)state;
	pair(&client, &gate);
	assert_int_equal(wire_send(&client, WIRE_ROLES, &roles), 0);
	assert_int_equal(wire_fill(&gate), 1);
	assert_int_equal(wire_next(&gate, &message), ERR_MSG_REFUSED);	/* before hello */
	gate.phase = WIRE_PHASE_KNOWN;
	assert_int_equal(wire_next(&gate, &message), 1);
	wire_message_done(&message);
	assert_int_equal(wire_send(&client, WIRE_GO, &go), 0);		/* a client plays the gate */
	assert_int_equal(wire_fill(&gate), 1);
	assert_int_equal(wire_next(&gate, &message), ERR_MSG_REFUSED);
}

static void
garbage_never_makes_a_message(void **state)
{
	(void)state;
	srandom(1);
	for (int round = 0; round < 2000; round++) {
		AUTO_CONN struct wire_conn client;
		AUTO_CONN struct wire_conn gate;
		struct wire_message message = { 0 };
		uint8_t junk[64];
		int r;

		pair(&client, &gate);
		for (size_t i = 0; i < sizeof junk; i++)
			junk[i] = (uint8_t)random();
		if (round % 2 == 0)
			memcpy(junk, "\0\0\0\x20", 4);	/* a plausible length */
		assert_int_equal(fdio_write(client.fd, junk, sizeof junk), 0);
		assert_int_equal(wire_fill(&gate), 1);
		r = wire_next(&gate, &message);
		if (r > 0) {	/* by chance a well-formed one of the right speaker: only hello is heard now */
			assert_int_equal(message.kind, WIRE_HELLO);
			wire_message_done(&message);
		}
	}
}

static void
a_peer_that_does_not_read_is_cut_off(void **state)
{
	AUTO_CONN struct wire_conn client;
	AUTO_CONN struct wire_conn gate;
	struct wire_done done = { .text = (char[]){ "a sentence that nobody reads" } };
	int r = 0;

	(void)state;
	pair(&client, &gate);
	for (int i = 0; i < 1 << 20 && r == 0; i++) {
		r = wire_put(&gate, WIRE_DONE, &done);
		if (r == 0)
			assert_int_equal(wire_flush(&gate), 0);
	}
	assert_int_equal(r, ERR_BUF_FULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_arrives_as_it_was_sent),
		cmocka_unit_test(single_bytes_make_the_same_message),
		cmocka_unit_test(speaking_out_of_turn_is_refused),
		cmocka_unit_test(garbage_never_makes_a_message),
		cmocka_unit_test(a_peer_that_does_not_read_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
