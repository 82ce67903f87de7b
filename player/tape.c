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

	tape->is_file = true;

	if (r == -ENOENT)
		return cli_fail(tape->cli, STATUS_NOT_FOUND, "there is no file %s, and it is not an id", path);
	if (r < 0)
		return cli_fail(tape->cli, STATUS_FAILED, "%s: %s", path, err_text(r));
	return load_keys(tape, root != NULL ? root : getenv("POSTERN_ROOT"), false);
}

/* The gate's next answer, which must be about what was opened; its bytes are read from then on. */
static int
take_half(struct tape *tape, struct tape_half *half, bool trail)
{
	const struct wire_opened *opened;
	int r = client_wait(&tape->client, &half->opened);

	if (r != 0)
		return r;
	if (half->opened.kind != WIRE_OPENED)
		return client_lost(&tape->client, ERR_MSG_REFUSED);
	opened = half->opened.fields;
	tape->running = opened->running;
	if (opened->gone)
		return STATUS_OK;
	half->remote = (trail ? remote_new_trail : remote_new)(&tape->client.conn, &opened->session, opened->running);
	half->source = remote_source(half->remote);
	return STATUS_OK;
}

static int
take_halves(struct tape *tape)
{
	const struct wire_opened *opened;
	int r = take_half(tape, &tape->shown, false);

	if (r != 0)
		return r;
	opened = tape->shown.opened.fields;
	if (opened->more)
		r = take_half(tape, &tape->run, true);
	if (r == 0 && tape->shown.remote == NULL && tape->run.remote == NULL)
		return client_lost(&tape->client, ERR_MSG_REFUSED);
	tape->words = opened->words;
	tape->has_no_picture = opened->gone;
	tape->has_no_trail = !opened->more && opened->words[0] != '\0';
	return r;
}

static int
open_id(struct tape *tape, const char *which, const char *how)
{
	const char *reason = cli_get(tape->cli, "reason") != NULL ? cli_get(tape->cli, "reason") : "";
	AUTO_FREE char *id = own_dup(which), *what_for = own_dup(how);
	AUTO_FREE char *why = text_clean(reason, strlen(reason));
	struct wire_open question = { .which = id, .reason = why, .how = what_for };
	int r = client_open(&tape->client, tape->cli);

	if (r != 0)
		return r;
	r = wire_send(&tape->client.conn, WIRE_OPEN, &question);
	if (r < 0)
		return client_lost(&tape->client, r);
	r = take_halves(tape);
	if (r != 0)
		return r;
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
try_added(const struct tape *tape, const struct tape_half *half, struct rec_reader **reader)
{
	struct wire_bytes added = ((const struct wire_opened *)half->opened.fields)->added;
	int r = ERR_KEY_WRONG;

	while (r == ERR_KEY_WRONG && added.count > TAPE_LENGTH) {
		struct rec_keyring keyring = { .identities = tape->ring, .envelope = added.data + TAPE_LENGTH };

		keyring.envelope_bytes = (size_t)added.data[0] << 24 | (size_t)added.data[1] << 16 | (size_t)added.data[2] << 8 | added.data[3];
		if (keyring.envelope_bytes > added.count - TAPE_LENGTH)
			return ERR_MSG_REFUSED;
		r = rec_reader_open(&half->source, &keyring, reader);
		if (r == ERR_ENVELOPE || r == ERR_REC_KEY)	/* whoever added it added something else: it is nobody's */
			r = ERR_KEY_WRONG;
		if (r != ERR_KEY_WRONG)
			return r;
		added.data += TAPE_LENGTH + keyring.envelope_bytes;
		added.count -= TAPE_LENGTH + keyring.envelope_bytes;
	}
	return r;
}

static int
half_reader(const struct tape *tape, const struct tape_half *half, struct rec_reader **reader)
{
	const struct wire_opened *opened = half->opened.fields;
	struct rec_keyring keyring = { .identities = tape->ring };
	int r;

	/* With an empty one the envelope stands in the file. */
	if (opened->envelope.count > 0) {
		keyring.envelope = opened->envelope.data;
		keyring.envelope_bytes = opened->envelope.count;
	}
	r = rec_reader_open(&half->source, &keyring, reader);
	return r == ERR_KEY_WRONG ? try_added(tape, half, reader) : r;
}

/* Of both halves, or of the one that is there. */
static int
gate_reader(const struct tape *tape, struct rec_reader **reader)
{
	AUTO_REC_READER struct rec_reader *shown = NULL;
	struct rec_reader *run = NULL;
	int r = 0;

	if (tape->shown.remote != NULL)
		r = half_reader(tape, &tape->shown, &shown);
	if (r == 0 && tape->run.remote != NULL)
		r = half_reader(tape, &tape->run, &run);
	if (r < 0)
		return r;
	if (shown != NULL && run != NULL)
		rec_reader_join(shown, run);
	*reader = shown != NULL ? TAKE(shown, NULL) : run;
	return 0;
}

int
tape_reader(struct tape *tape, struct rec_reader **reader)
{
	const struct rec_keyring keyring = { .identities = tape->ring };
	int r = tape->is_file ? rec_reader_open(&tape->source, &keyring, reader) : gate_reader(tape, reader);

	if (r == 0 && !tape->running && (!tape->is_file || !rec_source_is_busy(&tape->source)))
		rec_reader_wants_undecided(*reader);
	return r;
}

/* The envelope is what others deposited, and that is the trouble with it. */
static bool
is_left_over(const struct tape *tape, int error)
{
	return !tape->is_file && ((const struct wire_opened *)tape->shown.opened.fields)->keys > 1 &&
	    (error == ERR_KEY_WRONG || error == ERR_ENVELOPE || error == ERR_REC_KEY);
}

int
tape_open_with(struct tape *tape, struct age_ring *ring, const struct cli *cli, const struct tape_ask *ask)
{
	const char *what = ask->what;
	bool from_file = is_file(cli, what);
	const struct rec_reader *trail;
	struct id id;
	char text[ID_TEXT];
	int r;

	*tape = (struct tape){ .cli = cli, .client = { .conn = { .fd = -1 } }, .ring = ring != NULL ? ring : age_ring_new(), .lent = ring != NULL,
		.words = "" };
	r = from_file ? open_file(tape, what) : open_id(tape, what, ask->how);
	if (r != 0)
		return r;
	r = tape_reader(tape, &tape->reader);
	if (r < 0)
		return cli_fail(cli, cli_status(r), "%s: %s%s", what, err_text(r), is_left_over(tape, r) ?
		    ": what the keys of the others have left of its envelope is not for your key; is it one of those that it was sealed to?" : "");
	if (tape->words[0] != '\0')
		fprintf(stderr, "%s %s: %s: %s\n", cli->program, cli->verb->name, what, tape->words);
	tape->info = rec_reader_info(tape->reader);
	trail = rec_reader_trail(tape->reader);
	meta_read(&tape->meta, trail != NULL ? rec_reader_info(trail)->meta : tape->info->meta);
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

static void
half_close(struct tape_half *half)
{
	remote_free(half->remote);
	wire_message_done(&half->opened);
}

void
tape_close(struct tape *tape)
{
	rec_reader_free(tape->reader);
	meta_done(&tape->meta);
	if (tape->is_file)
		rec_source_done(&tape->source);
	half_close(&tape->shown);
	half_close(&tape->run);
	if (tape->client.cli != NULL)
		client_close(&tape->client);
	if (!tape->lent)
		age_ring_free(tape->ring);
	*tape = (struct tape){ .cli = NULL };
}

int
tape_needs(const struct tape *tape, bool trail)
{
	if (!(trail ? tape->has_no_trail : tape->has_no_picture))
		return STATUS_OK;
	return cli_fail(tape->cli, STATUS_EXPIRED, trail ? "what was run is not there any more" :
	    "what was shown is not there any more; what was run is: postern export --as commands, or --as trail");
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
