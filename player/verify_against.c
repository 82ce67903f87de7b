/* SPDX-License-Identifier: ISC */
/* A copy of a log against the log itself, through ssh. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/proof/checkpoint.h"
#include "lib/proof/pin.h"
#include "lib/proof/tree.h"
#include "lib/store/head.h"
#include "lib/store/verify.h"
#include "lib/wire/client.h"
#include "player/verify_against.h"

/* What the gate there says. */
struct there {
	char		*log;
	int64_t		 size;
	struct buf	 note, proof;
};

static void
there_done(struct there *there)
{
	free(there->log);
	buf_done(&there->note);
	buf_done(&there->proof);
}

static int
take_head(struct client *client, const void *fields, void *user)
{
	const struct wire_audit_row *row = fields;
	struct there *there = user;

	(void)client;
	there_done(there);
	*there = (struct there){ .log = own_dup(row->log), .size = row->size, .note.max = NOTE_MOST, .proof.max = NOTE_MOST };
	if (buf_add(&there->note, row->note.data, row->note.count) < 0 || buf_add(&there->proof, row->proof.data, row->proof.count) < 0)
		return STATUS_FAILED;
	return 0;
}

/* To the client, --against is --host. */
static int
ask(const struct cli *cli, int64_t known, struct there *there)
{
	static const struct cli_option options[] = { { 0, "host", "HOST", "" }, { 0, "as", "NAME", "" }, { 0, NULL, NULL, NULL } };
	const struct cli_verb verb = { .name = cli->verb->name, .options = options };
	const struct cli other = { .verb = &verb, .program = cli->program, .given = { cli_get(cli, "against"), cli_get(cli, "as") } };
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	struct wire_audit question = { .from_us = clock_wall_us() - CLOCK_US, .what = (char[]){ "its newest head" },
		.reason = (char[]){ "verify --against" }, .known = known };
	int r = client_open(&client, &other);

	return r != 0 ? r : client_ask(&client, WIRE_AUDIT, &question, WIRE_AUDIT_ROW, take_head, there);
}

/* The head that holds here. 0 or negative. */
static int
head_here(struct store *store, int64_t size, struct tree_head *head)
{
	struct tree_source source = head_source(store);
	struct tree tree;
	int r = tree_at(&source, (uint64_t)size, &tree);

	if (r < 0)
		return r;
	head->size = (uint64_t)size;
	tree_root(&tree, head->root);
	return 0;
}

int
verify_against(const struct cli *cli, struct store *store, const struct note_key *key, const struct verify_report *report)
{
	struct there there AUTO(there_done) = { 0 };
	struct pin pin = { .key = *key };	/* nothing of it is kept */
	const char *host = cli_get(cli, "against");
	struct checkpoint checkpoint;
	char own[NOTE_VKEY];
	int r;

	if (host == NULL || report->covered == 0)
		return host == NULL ? STATUS_OK : cli_fail(cli, STATUS_RESIGNED, "there is no signed head here that could be held against %s", host);
	r = head_here(store, report->covered, &pin.head);
	if (r < 0)
		return cli_fail(cli, cli_status(r), "%s", err_text(r));
	r = ask(cli, report->covered, &there);
	if (r != 0)
		return r;
	note_key_print(key, own);
	if (there.log == NULL || strcmp(there.log, own) != 0)
		return cli_fail(cli, STATUS_RESIGNED, "the gate on %s signs its log with another key than this one's", host);
	if (there.size < report->covered)
		return cli_fail(cli, STATUS_ROLLED_BACK, "the log on %s has %" PRId64 " signed entries, and here are %" PRId64 ": the one there was rolled back",
		    host, there.size, report->covered);
	r = pin_check(&pin, &there.note, &there.proof, &checkpoint);
	if (r < 0)
		return cli_fail(cli, STATUS_RESIGNED, "the log on %s is not this one: something in its first %" PRId64 " entries is another there (%s)", host,
		    report->covered, err_text(r));
	if (!cli_has(cli, "json"))
		printf("The log on %s goes on from here: it has %" PRIu64 " signed entries now.\n", host, checkpoint.head.size);
	return STATUS_OK;
}
