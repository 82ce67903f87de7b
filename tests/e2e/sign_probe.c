/* SPDX-License-Identifier: ISC */
/*
 * Decides as no client of ours does: whatever text and signature one likes.
 *
 *	sign_probe text SOCKET PERSON REQUEST			prints an honest approval of it, as far as PERSON is told, to be spoilt
 *	sign_probe decide SOCKET PERSON REQUEST TEXT SIGNATURE	grants with these files; prints what the gate says: 0 if it takes it
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/proof/approval.h"
#include "lib/proof/checkpoint.h"
#include "lib/proof/sshsig.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"

static void
fail(const char *what)
{
	fprintf(stderr, "sign_probe: %s\n", what);
	exit(2);
}

static void
hear(struct wire_conn *conn, struct wire_message *message)
{
	int r = wire_wait(conn, message);

	if (r < 0)
		fail(err_text(r));
}

static void
greet(struct wire_conn *conn, const char *path, char *person)
{
	AUTO_MESSAGE struct wire_message welcome = { 0 };
	char program[] = "sign_probe";
	struct wire_hello hello = { .version = WIRE_VERSION, .program = program, .as = person };
	int fd = fdio_connect(path);

	if (fd < 0)
		fail(err_text(fd));
	wire_conn_init(conn, fd, WIRE_FROM_GATE, 1u << 20);
	if (wire_send(conn, WIRE_HELLO, &hello) < 0)
		fail("hello cannot be said");
	hear(conn, &welcome);
	if (welcome.kind != WIRE_WELCOME)
		fail("the gate does not welcome");
	conn->phase = WIRE_PHASE_KNOWN;
}

static void
take_head(const struct wire_basis_row *row, struct approval *approval)
{
	struct checkpoint checkpoint;
	struct note_key key;
	struct note note;

	if (note_key_parse(row->log, &key) < 0 || note_parse(row->note.data, row->note.count, &note) < 0 ||
	    checkpoint_parse(note.text, note.text_bytes, &checkpoint) < 0)
		fail("the gate has no head of its log");
	snprintf(approval->log, sizeof approval->log, "%s", key.name);
	approval->head = checkpoint.head;
}

static int
text(struct wire_conn *conn, char **words)
{
	struct approval approval = { .decision = "grant", .nonce = id_new(), .not_after_s = clock_wall_us() / CLOCK_US + 600 };
	struct wire_basis question = { .which = words[0] };
	AUTO_MESSAGE struct wire_message answer = { 0 };
	const struct wire_basis_row *row;
	char printed[APPROVAL_TEXT];

	if (wire_send(conn, WIRE_BASIS, &question) < 0)
		fail("the gate hears nothing");
	hear(conn, &answer);
	if (answer.kind != WIRE_BASIS_ROW)
		fail("the gate does not say what a decision rests on");
	row = answer.fields;
	approval.request = row->request;
	secret_sha256(row->text.data, row->text.count, approval.request_sha256);
	take_head(row, &approval);
	if (approval_print(&approval, printed) < 0)
		fail("this cannot be printed");
	fputs(printed, stdout);
	return 0;
}

static int
send_decision(struct wire_conn *conn, const struct wire_decide *decision)
{
	AUTO_MESSAGE struct wire_message answer = { 0 };

	if (wire_send(conn, WIRE_DECIDE, decision) < 0)
		fail("the gate hears nothing");
	hear(conn, &answer);
	if (answer.kind == WIRE_FAIL)
		puts(((const struct wire_fail *)answer.fields)->text);
	else if (answer.kind == WIRE_DONE)
		puts(((const struct wire_done *)answer.fields)->text);
	return answer.kind == WIRE_DONE ? 0 : 1;
}

static int
decide(struct wire_conn *conn, char **words)
{
	AUTO_BUF struct buf blob = { .max = SSHSIG_BLOB_MOST };
	AUTO_FREE char *said = NULL, *armor = NULL;
	char nothing[] = "";
	struct wire_decide decision = { .which = words[0], .grant = true, .comment = nothing };

	if (fdio_slurp_path(words[1], 65536, &said, &decision.text.count) < 0 || fdio_slurp_path(words[2], 65536, &armor, NULL) < 0 ||
	    sshsig_unarmor(armor, &blob) < 0)
		fail("text or signature cannot be read");
	decision.text.data = (uint8_t *)said;
	decision.signature = (struct wire_bytes){ blob.bytes + blob.start, buf_len(&blob) };
	return send_decision(conn, &decision);
}

int
main(int argc, char **argv)
{
	static const struct { const char *verb; int words; int (*run)(struct wire_conn *conn, char **words); } verbs[] = {
		{ "text", 1, text }, { "decide", 3, decide },
	};
	AUTO_CONN struct wire_conn conn = { .fd = -1 };

	secret_init();
	for (size_t i = 0; argc > 4 && i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(argv[1], verbs[i].verb) == 0 && argc == verbs[i].words + 4) {
			greet(&conn, argv[2], argv[3]);
			return verbs[i].run(&conn, argv + 4);
		}
	fail("see the head of sign_probe.c");
	return 2;
}
