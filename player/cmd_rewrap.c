/* SPDX-License-Identifier: ISC */
/* postern keys rewrap: one more envelope for recordings that this auditor can open, so that a new auditor can, too. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/agekey.h"
#include "lib/record/reader.h"
#include "player/commands.h"
#include "player/moment.h"
#include "player/tape.h"

struct rewrap {
	struct cli	*cli;
	const char	*to;
	unsigned	 added, there;
};

/* Seals the key of an opened recording to the new recipient, and hands that to the gate which it came from. */
static int
rewrap_tape(struct rewrap *rewrap, struct tape *tape, const char *what)
{
	AUTO_BUF struct buf envelope = { .max = 4096 };
	AUTO_FREE char *to = own_dup(rewrap->to);
	const char *const recipients[] = { rewrap->to, NULL };
	struct wire_rewrap question = { .recipient = to };
	int r = rec_reader_envelope(tape->reader, recipients, &envelope);

	if (r < 0)
		return cli_fail(rewrap->cli, cli_status(r), "%s: %s", what, err_text(r));
	question.session = ((const struct wire_opened *)tape->opened.fields)->session;
	question.envelope = (struct wire_bytes){ envelope.bytes + envelope.start, buf_len(&envelope) };
	r = client_ask(&tape->client, WIRE_REWRAP, &question, 0, NULL, NULL);
	if (r == 0 && strcmp(tape->client.sentence, "added") == 0)
		rewrap->added++;
	else if (r == 0)
		rewrap->there++;
	return r;
}

static int
rewrap_one(struct rewrap *rewrap, const char *what)
{
	AUTO_TAPE struct tape tape = { 0 };
	int status = tape_open(&tape, rewrap->cli, what, "keys rewrap");

	if (status == STATUS_OK && tape.remote == NULL)
		return cli_fail(rewrap->cli, STATUS_USAGE, "%s: only a recording that a gate keeps gets another envelope", what);
	return status == STATUS_OK ? rewrap_tape(rewrap, &tape, what) : status;
}

/* Sessions whose recording is there. */
struct found {
	char	(*ids)[ID_TEXT];
	size_t	count;
};

static int
take_row(struct client *client, const void *fields, void *user)
{
	const struct wire_recording_row *row = fields;
	struct found *found = user;

	(void)client;
	if (strcmp(row->state, "expired") == 0)
		return 0;
	found->ids = own_grow(found->ids, found->count + 1, sizeof *found->ids);
	id_text(&row->session, found->ids[found->count++]);
	return 0;
}

static int
find(struct cli *cli, struct found *found)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	struct wire_recordings question = { .limit = 0 };
	int r;

	if (cli_get(cli, "since") == NULL)
		return cli_fail(cli, STATUS_USAGE, "name sessions, or say --since (1y for those of a year)");
	if (moment_past(cli_get(cli, "since"), clock_wall_us(), &question.since_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment: write 7d (ago), 2026-11-20 or 14:00", cli_get(cli, "since"));
	r = client_open(&client, cli);
	return r != 0 ? r : client_ask(&client, WIRE_RECORDINGS, &question, WIRE_RECORDING_ROW, take_row, found);
}

/* Those that cannot be opened are told of, and the others go on. */
int
cmd_rewrap(struct cli *cli)
{
	struct rewrap rewrap = { .cli = cli, .to = cli_get(cli, "to") };
	struct age_recipient recipient;
	struct found found = { .count = 0 };
	int worst = STATUS_OK;

	if (rewrap.to == NULL || age_recipient_parse(rewrap.to, &recipient) < 0)
		return cli_fail(cli, STATUS_USAGE, "say for whom with --to AGE1..., a public key that stands in the file auditors");
	tape_ask_reason(cli, cli->word_count > 0 ? cli->words[0] : "0000");
	if (cli->word_count == 0)
		worst = find(cli, &found);
	for (size_t i = 0; i < (size_t)cli->word_count + found.count; i++) {
		int status = rewrap_one(&rewrap, i < (size_t)cli->word_count ? cli->words[i] : found.ids[i - (size_t)cli->word_count]);

		worst = status != STATUS_OK ? status : worst;
	}
	free(found.ids);
	printf("%u envelope%s added, %u there already.\n", rewrap.added, rewrap.added == 1 ? "" : "s", rewrap.there);
	return worst;
}
