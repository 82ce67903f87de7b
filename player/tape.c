/* SPDX-License-Identifier: ISC */
/* Finding a recording, asking for it, opening it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/agekey.h"
#include "lib/record/identity.h"
#include "player/remote.h"
#include "player/tape.h"

#define REASON_MOST	1000
#define TAPE_LENGTH	4	/* bytes of the length before an added envelope */

bool
tape_is_login(void)
{
	return getenv("POSTERN_LOGIN") != NULL;
}

/* A word that is no id and no file is meant as a file more often than not. */
static bool
is_id(const char *what)
{
	struct id low, high;

	return id_parse_prefix(what, &low, &high) == 0;
}

static bool
is_file(const struct cli *cli, const char *what)
{
	if (cli_get(cli, "host") != NULL || tape_is_login())
		return false;
	return access(what, F_OK) == 0 || !is_id(what);
}

static int
load_keys(struct tape *tape, const char *root, bool must_lock)
{
	return tape->ring->count > 0 ? STATUS_OK : identity_load(tape->cli, root, must_lock, tape->ring);
}

static int
open_file(struct tape *tape, const char *path)
{
	const char *root = cli_get(tape->cli, "root");
	int r = rec_source_files(&tape->source, path);

	if (r == -ENOENT)
		return cli_fail(tape->cli, STATUS_NOT_FOUND, "there is no file %s, and it is not an id", path);
	if (r < 0)
		return cli_fail(tape->cli, STATUS_FAILED, "%s: %s", path, err_text(r));
	return load_keys(tape, root != NULL ? root : getenv("POSTERN_ROOT"), false);
}

static int
open_id(struct tape *tape, const char *which, const char *how)
{
	const char *reason = cli_get(tape->cli, "reason") != NULL ? cli_get(tape->cli, "reason") : "";
	AUTO_FREE char *id = own_dup(which), *what_for = own_dup(how);
	AUTO_FREE char *why = text_clean(reason, strlen(reason));
	struct wire_open question = { .which = id, .reason = why, .how = what_for };
	const struct wire_opened *opened;
	int r = client_open(&tape->client, tape->cli);

	if (r != 0)
		return r;
	r = wire_send(&tape->client.conn, WIRE_OPEN, &question);
	if (r < 0)
		return client_lost(&tape->client, r);
	r = client_wait(&tape->client, &tape->opened);
	if (r != 0)
		return r;
	if (tape->opened.kind != WIRE_OPENED)
		return client_lost(&tape->client, ERR_MSG_REFUSED);
	opened = tape->opened.fields;
	tape->running = opened->running;
	tape->remote = remote_new(&tape->client.conn, &opened->session, opened->running);
	tape->source = remote_source(tape->remote);
	return load_keys(tape, tape->client.welcome->trial ? tape->client.place.root : NULL,
	    !tape->client.welcome->trial && cli_get(tape->cli, "host") == NULL);
}

void
tape_ask_reason(struct cli *cli, const char *what)
{
	static char line[REASON_MOST];	/* outlives the command line that points to it */
	int option = 0;

	if (cli_get(cli, "reason") != NULL || is_file(cli, what) || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "Why do you open it (ticket or sentence): ");
	fflush(stderr);
	if (fgets(line, sizeof line, stdin) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	while (strcmp(cli->verb->options[option].name, "reason") != 0)
		option++;
	cli->given[option] = line;
}

/* The envelopes that were added to the recording's own one. */
static int
try_added(struct tape *tape, struct wire_bytes added, struct rec_reader **reader)
{
	int r = ERR_KEY_WRONG;

	while (r == ERR_KEY_WRONG && added.count > TAPE_LENGTH) {
		struct rec_keyring keyring = { .identities = tape->ring, .envelope = added.data + TAPE_LENGTH };

		keyring.envelope_bytes = (size_t)added.data[0] << 24 | (size_t)added.data[1] << 16 | (size_t)added.data[2] << 8 | added.data[3];
		if (keyring.envelope_bytes > added.count - TAPE_LENGTH)
			return ERR_MSG_REFUSED;
		r = rec_reader_open(&tape->source, &keyring, reader);
		if (r == ERR_ENVELOPE || r == ERR_REC_KEY)	/* whoever added it added something else: it is nobody's */
			r = ERR_KEY_WRONG;
		if (r != ERR_KEY_WRONG)
			return r;
		added.data += TAPE_LENGTH + keyring.envelope_bytes;
		added.count -= TAPE_LENGTH + keyring.envelope_bytes;
	}
	return r;
}

int
tape_reader(struct tape *tape, struct rec_reader **reader)
{
	const struct wire_opened *opened = tape->remote != NULL ? tape->opened.fields : NULL;
	struct rec_keyring keyring = { .identities = tape->ring };
	int r;

	/* With an empty one the envelope stands in the file. */
	if (opened != NULL && opened->envelope.count > 0) {
		keyring.envelope = opened->envelope.data;
		keyring.envelope_bytes = opened->envelope.count;
	}
	r = rec_reader_open(&tape->source, &keyring, reader);
	if (r == ERR_KEY_WRONG && opened != NULL)
		r = try_added(tape, opened->added, reader);
	if (r == 0 && !tape->running && (tape->remote != NULL || !rec_source_is_busy(&tape->source)))
		rec_reader_wants_undecided(*reader);
	return r;
}

/* The envelope is what others deposited, and that is the trouble with it. */
static bool
is_left_over(const struct tape *tape, int error)
{
	return tape->remote != NULL && ((const struct wire_opened *)tape->opened.fields)->keys > 1 &&
	    (error == ERR_KEY_WRONG || error == ERR_ENVELOPE || error == ERR_REC_KEY);
}

int
tape_open_with(struct tape *tape, struct age_ring *ring, const struct cli *cli, const struct tape_ask *ask)
{
	const char *what = ask->what;
	bool from_file = is_file(cli, what);
	struct id id;
	char text[ID_TEXT];
	int r;

	*tape = (struct tape){ .cli = cli, .client = { .conn = { .fd = -1 } }, .ring = ring != NULL ? ring : age_ring_new(), .lent = ring != NULL };
	r = from_file ? open_file(tape, what) : open_id(tape, what, ask->how);
	if (r != 0)
		return r;
	r = tape_reader(tape, &tape->reader);
	if (r < 0)
		return cli_fail(cli, cli_status(r), "%s: %s%s", what, err_text(r), is_left_over(tape, r) ?
		    ": what the keys of the others have left of its envelope is not for your key; is it one of those that it was sealed to?" : "");
	tape->info = rec_reader_info(tape->reader);
	meta_read(&tape->meta, tape->info->meta);
	memcpy(id.bytes, tape->info->id, sizeof id.bytes);
	snprintf(tape->name, sizeof tape->name, "%.*s", ID_SHORT, id_text(&id, text));
	return STATUS_OK;
}

int
tape_open(struct tape *tape, const struct cli *cli, const char *what, const char *how)
{
	const struct tape_ask ask = { what, how };

	return tape_open_with(tape, NULL, cli, &ask);
}

void
tape_close(struct tape *tape)
{
	bool from_gate = tape->remote != NULL || tape->client.cli != NULL;

	rec_reader_free(tape->reader);
	meta_done(&tape->meta);
	if (from_gate)
		remote_free(tape->remote);
	else
		rec_source_done(&tape->source);
	if (from_gate) {
		wire_message_done(&tape->opened);
		client_close(&tape->client);
	}
	if (!tape->lent)
		age_ring_free(tape->ring);
	*tape = (struct tape){ .cli = NULL };
}

int
tape_verdict(const struct tape *tape, struct rec_reader *reader)
{
	const struct rec_report *report = rec_reader_report(reader);

	if (report->missing[0] != '\0' && !(tape->running && !report->damaged))
		fprintf(stderr, "%s %s: %s\n", tape->cli->program, tape->cli->verb->name, report->missing);
	if (report->undecided > 0)
		fprintf(stderr, "%s %s: %llu characters at its end are covered: its writer was killed before masking had decided on them\n",
		    tape->cli->program, tape->cli->verb->name, (unsigned long long)report->undecided);
	return report->damaged ? STATUS_DAMAGED : STATUS_OK;
}
