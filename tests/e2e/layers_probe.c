/* SPDX-License-Identifier: ISC */
/*
 * One who grants the opening of a recording and deposits something else than what was in their part of its envelope.
 *
 *	layers_probe WHAT SOCKET PERSON REQUEST
 *
 * WHAT: noise, more (an age file to one recipient more), part (the part itself), others (for somebody else's part), unknown (for an envelope that is
 * not there), fits (an age file of the right shape to strangers, with the grant). Prints what the gate says to it.
 */
#include "config.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/agehead.h"
#include "lib/record/layers.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

#define WAIT_MS		20000
#define PLAIN		163	/* bytes of what is sealed in an envelope */
#define STANZA		98
#define FIXED		(22 + 48 + 32 + PLAIN)	/* of an age file, besides its stanzas */

static void
fail(const char *what)
{
	fprintf(stderr, "layers_probe: %s\n", what);
	exit(2);
}

static void
hear(struct wire_conn *conn, struct wire_message *message)
{
	struct pollfd p = { .fd = conn->fd, .events = POLLIN };
	int r;

	wire_message_done(message);
	while ((r = wire_next(conn, message)) == 0)
		if (poll(&p, 1, WAIT_MS) <= 0 || wire_fill(conn) < 0)
			fail("the gate does not answer");
	if (r < 0)
		fail(err_text(r));
}

/* 0 if it worked; what was said is on stdout. */
static int
answer(struct wire_conn *conn)
{
	AUTO_MESSAGE struct wire_message message = { 0 };

	hear(conn, &message);
	if (message.kind == WIRE_FAIL)
		puts(((const struct wire_fail *)message.fields)->text);
	else if (message.kind == WIRE_DONE)
		puts(((const struct wire_done *)message.fields)->text);
	else
		fail("this is no answer");
	return message.kind == WIRE_DONE ? 0 : 1;
}

static void
seal_to_strangers(size_t count, struct buf *out)
{
	struct age_recipient keys[AGE_RECIPIENTS_MOST];
	struct age_to to = { .recipients = keys, .recipient_count = count };
	uint8_t identity[AGE_KEY], plain[PLAIN] = { 0 };

	for (size_t i = 0; i < count; i++) {
		age_identity_new(identity);
		age_identity_recipient(identity, &keys[i]);
	}
	if (age_seal(&to, plain, sizeof plain, out) < 0)
		fail("nothing can be sealed");
}

/* What the peer says was in its part. */
static void
make_inner(const char *what, const struct wire_layer_row *row, struct buf *inner)
{
	struct age_head head;
	uint8_t noise[300];

	if (age_head_parse(row->file.data, row->file.count, &head) < 0)
		fail("the part is no age file");
	if (strcmp(what, "noise") == 0) {
		randombytes_buf(noise, sizeof noise);
		(void)buf_add(inner, noise, sizeof noise);
	} else if (strcmp(what, "part") == 0) {
		(void)buf_add(inner, row->file.data, row->file.count);
	} else {
		seal_to_strangers((row->file.count - head.bytes - 32 - FIXED) / STANZA + (strcmp(what, "more") == 0), inner);
	}
}

static int
deposit(struct wire_conn *conn, const char *what, char *request)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	AUTO_MESSAGE struct wire_message done = { 0 };
	AUTO_BUF struct buf inner = { .max = LAYERS_MOST };
	struct wire_layers question = { .which = request };
	struct wire_deposit deposit = { .which = request };
	uint8_t zeros[32] = { 0 };
	const struct wire_layer_row *row;

	if (wire_send(conn, WIRE_LAYERS, &question) < 0)
		fail("nothing can be asked");
	hear(conn, &message);
	if (message.kind != WIRE_LAYER_ROW)
		fail("there is no part for it");
	row = message.fields;
	do
		hear(conn, &done);	/* parts of other envelopes, then the end */
	while (done.kind == WIRE_LAYER_ROW);
	make_inner(what, row, &inner);
	deposit.envelope = row->envelope;
	deposit.part = row->part;
	if (strcmp(what, "others") == 0)
		deposit.part = row->part == 0 ? 1 : 0;
	if (strcmp(what, "unknown") == 0)
		deposit.envelope = (struct wire_bytes){ zeros, sizeof zeros };
	deposit.inner = (struct wire_bytes){ inner.bytes + inner.start, buf_len(&inner) };
	if (wire_send(conn, WIRE_DEPOSIT, &deposit) < 0)
		fail("nothing can be deposited");
	return answer(conn);
}

int
main(int argc, char **argv)
{
	AUTO_CONN struct wire_conn conn;
	AUTO_MESSAGE struct wire_message welcome = { 0 };
	char program[] = "layers_probe", empty[] = "";
	struct wire_hello hello = { .version = WIRE_VERSION, .program = program };
	struct wire_decide decide = { .grant = true, .comment = empty };
	int fd, r;

	if (argc != 5 || sodium_init() < 0)
		fail("usage: layers_probe WHAT SOCKET PERSON REQUEST");
	fd = fdio_connect(argv[2]);
	if (fd < 0)
		fail(err_text(fd));
	wire_conn_init(&conn, fd, WIRE_FROM_GATE, 1u << 20);
	hello.as = argv[3];
	if (fdio_nonblock(fd, true) < 0 || wire_send(&conn, WIRE_HELLO, &hello) < 0)
		fail("hello cannot be said");
	hear(&conn, &welcome);
	conn.phase = WIRE_PHASE_KNOWN;
	r = deposit(&conn, argv[1], argv[4]);
	decide.which = argv[4];
	if (wire_send(&conn, WIRE_DECIDE, &decide) < 0)
		fail("nothing can be decided");
	return answer(&conn) == 0 ? r : 1;
}
