/* SPDX-License-Identifier: ISC */
/* postern keys rewrap: one more envelope for recordings that this auditor can open, so that a new auditor can, too. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/agekey.h"
#include "lib/record/layers.h"
#include "lib/record/reader.h"
#include "player/commands.h"
#include "player/found.h"
#include "player/tape.h"

#define KEYS_MOST	64

struct rewrap {
	struct cli	*cli;
	const char	*to;
	struct age_ring	*ring;		/* of the auditor, for all of them */
	unsigned	 added, there;
};

/* All keys that recordings are sealed to now, and whose they are. */
struct keys {
	char		*recipients[KEYS_MOST + 1], *owners[KEYS_MOST + 1];
	unsigned	 count;
};

static void
keys_done(struct keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++) {
		free(keys->recipients[i]);
		free(keys->owners[i]);
	}
}

static int
take_key(struct client *client, const void *fields, void *user)
{
	const struct wire_key_row *row = fields;
	struct keys *keys = user;

	if (row->retired)
		return 0;
	if (keys->count >= KEYS_MOST)
		return cli_fail(client->cli, STATUS_FAILED, "the file auditors has too many keys");
	keys->recipients[keys->count] = own_dup(row->recipient);
	keys->owners[keys->count++] = own_dup(row->owner);
	return 0;
}

/* The key of an opened recording sealed to the new recipient; where it takes several keys, to all of them, in layers as before. */
static int
seal(struct rewrap *rewrap, struct tape *tape, const struct rec_reader *reader, struct buf *envelope)
{
	const struct wire_opened *opened = tape->shown.opened.fields;
	__attribute__((cleanup(keys_done))) struct keys keys = { .count = 0 };
	const char *const alone[] = { rewrap->to, NULL };
	struct wire_keys question = { .act = (char[]){ "list" } };
	struct layers_to to = { .recipients = alone };
	int r = 0;

	if (opened->keys > 1) {
		r = client_ask(&tape->client, WIRE_KEYS, &question, WIRE_KEY_ROW, take_key, &keys);
		to = (struct layers_to){ (const char *const *)keys.recipients, (const char *const *)keys.owners, opened->keys };
	}
	if (r != 0)
		return r;
	r = rec_reader_envelope(reader, &to, envelope);
	return r < 0 ? cli_fail(rewrap->cli, cli_status(r), "%s: %s", tape->name, err_text(r)) : 0;
}

/* One of the recording, or of its trail: hands it to the gate which they came from. */
static int
rewrap_half(struct rewrap *rewrap, struct tape *tape, const struct rec_reader *reader, bool trail)
{
	AUTO_BUF struct buf envelope = { .max = LAYERS_MOST };
	AUTO_FREE char *to = own_dup(rewrap->to);
	struct wire_rewrap question = { .trail = trail, .recipient = to };
	int r = seal(rewrap, tape, reader, &envelope);

	if (r != 0)
		return r;
	question.session = ((const struct wire_opened *)tape->shown.opened.fields)->session;
	question.envelope = (struct wire_bytes){ envelope.bytes + envelope.start, buf_len(&envelope) };
	r = client_ask(&tape->client, WIRE_REWRAP, &question, 0, NULL, NULL);
	if (r == 0 && strcmp(tape->client.sentence, "added") == 0)
		rewrap->added++;
	else if (r == 0)
		rewrap->there++;
	return r;
}

static int
rewrap_tape(struct rewrap *rewrap, struct tape *tape)
{
	const struct rec_reader *trail = rec_reader_trail(tape->reader);
	int r = rewrap_half(rewrap, tape, tape->reader, tape->has_no_picture);

	return r != STATUS_OK || trail == NULL ? r : rewrap_half(rewrap, tape, trail, true);
}

static int
rewrap_one(struct rewrap *rewrap, const char *what)
{
	AUTO_TAPE struct tape tape = { 0 };
	const struct tape_ask ask = { what, "keys rewrap" };
	int status = tape_open_with(&tape, rewrap->ring, rewrap->cli, &ask);

	if (status == STATUS_OK && tape.is_file)
		return cli_fail(rewrap->cli, STATUS_USAGE, "%s: only a recording that a gate keeps gets another envelope", what);
	return status == STATUS_OK ? rewrap_tape(rewrap, &tape) : status;
}

/* Those that cannot be opened are told of, and the others go on. */
int
cmd_rewrap(struct cli *cli)
{
	AUTO_AGE_RING struct age_ring *ring = age_ring_new();
	struct rewrap rewrap = { .cli = cli, .to = cli_get(cli, "to"), .ring = ring };
	struct age_recipient recipient;
	struct found found = { .count = 0 };
	int worst = STATUS_OK;

	if (rewrap.to == NULL || age_recipient_parse(rewrap.to, &recipient) < 0)
		return cli_fail(cli, STATUS_USAGE, "say for whom with --to AGE1..., a public key that stands in the file auditors");
	tape_ask_reason(cli, cli->word_count > 0 ? cli->words[0] : "0000");
	if (cli->word_count == 0)
		worst = found_since(cli, "", &found);
	for (size_t i = 0; i < (size_t)cli->word_count + found.count; i++) {
		int status = rewrap_one(&rewrap, i < (size_t)cli->word_count ? cli->words[i] : found.ids[i - (size_t)cli->word_count]);

		worst = status != STATUS_OK ? status : worst;
	}
	free(found.ids);
	printf("%u envelope%s added, %u there already.\n", rewrap.added, rewrap.added == 1 ? "" : "s", rewrap.there);
	return worst;
}
