/* SPDX-License-Identifier: ISC */
/* Keys, heads that were kept, and witnesses. */
#include "config.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "player/verify_trust.h"

int
trusted_key(const struct cli *cli, const char *text, struct note_key *key)
{
	AUTO_FREE char *file = NULL;
	int r;

	if (note_key_parse(text, key) == 0)
		return STATUS_OK;
	r = fdio_slurp_path(text, 4096, &file, NULL);
	if (r < 0)
		return cli_fail(cli, STATUS_KEY, "%s: %s", text, err_text(r));
	file[strcspn(file, "\r\n")] = '\0';
	if (note_key_parse(file, key) < 0)
		return cli_fail(cli, STATUS_KEY, "%s does not begin with a key of a log (NAME+ID+BASE64, as in log.pub)", text);
	return STATUS_OK;
}

/* Signed by the log, or by a witness that the caller trusts. */
static bool
is_vouched(struct trusted *trusted, const struct note *note, uint64_t size)
{
	bool is_found = note_verify(note, &trusted->key, NULL) == 0;
	int64_t time_s = 0;

	for (size_t i = 0; i < trusted->witness_count; i++) {
		if (note_verify(note, &trusted->witnesses[i], &time_s) != 0)
			continue;
		is_found = true;
		if (size >= trusted->seen[i].size) {
			trusted->seen[i].size = size;
			trusted->seen[i].time_s = time_s;
		}
	}
	return is_found;
}

/* A head that was seen before; its signature must hold, or anybody could have written the file. */
static int
read_pin(const struct cli *cli, const char *path, struct trusted *trusted)
{
	struct checkpoint *pin = &trusted->pins[trusted->pin_count];
	AUTO_FREE char *text = NULL;
	struct note note;
	size_t count;
	int r = fdio_slurp_path(path, NOTE_MOST, &text, &count);

	if (r < 0)
		return cli_fail(cli, STATUS_FAILED, "%s: %s", path, err_text(r));
	if (note_parse(text, count, &note) < 0 || checkpoint_parse(note.text, note.text_bytes, pin) < 0)
		return cli_fail(cli, STATUS_FAILED, "%s is no signed head of a log", path);
	if (strcmp(pin->origin, trusted->key.name) != 0)
		return cli_fail(cli, STATUS_FAILED, "%s is a head of another log, %s", path, pin->origin);
	if (!is_vouched(trusted, &note, pin->head.size))
		return cli_fail(cli, STATUS_KEY_UNKNOWN, "%s is not signed by %s%s: it pins nothing", path, trusted->key.name,
		    trusted->witness_count > 0 ? ", nor by a witness that was named" : "");
	trusted->pin_count++;
	return STATUS_OK;
}

static void
take_beside(struct trusted *trusted, const char *path)
{
	struct checkpoint *pin = &trusted->pins[trusted->pin_count];
	AUTO_FREE char *text = NULL;
	struct note note;
	size_t count;

	if (trusted->pin_count < TRUSTED_PINS && fdio_slurp_path(path, NOTE_MOST, &text, &count) == 0 && note_parse(text, count, &note) == 0 &&
	    checkpoint_parse(note.text, note.text_bytes, pin) == 0 && strcmp(pin->origin, trusted->key.name) == 0)
		trusted->pin_count += is_vouched(trusted, &note, pin->head.size);
}

/* The cosigned heads that lie beside the log. Whoever cut the log could have removed them, so none at all is not fine. */
static int
read_beside(const struct cli *cli, const char *dir, struct trusted *trusted)
{
	AUTO_FREE char *folder = place_path(dir, "witness", NULL);
	DIR *entries = opendir(folder);
	const struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		AUTO_FREE char *path = place_path(folder, entry->d_name, NULL);
		const char *dot = strrchr(entry->d_name, '.');

		if (dot != NULL && strcmp(dot, ".note") == 0)
			take_beside(trusted, path);
	}
	if (entries != NULL)
		closedir(entries);
	for (size_t i = 0; i < trusted->witness_count; i++)
		if (trusted->seen[i].size == 0)
			return cli_fail(cli, STATUS_KEY_UNKNOWN, "there is no head that %s has cosigned, neither in %s nor given (--pin): ask the witness for "
			    "its own (postern witness --head)", trusted->witnesses[i].name, folder);
	return STATUS_OK;
}

static int
read_witnesses(const struct cli *cli, struct trusted *trusted)
{
	const char *given;
	int r = STATUS_OK;

	for (int i = 0; r == STATUS_OK && (given = cli_nth(cli, "witness", i)) != NULL; i++) {
		if (i == TRUSTED_WITNESSES)
			return cli_fail(cli, STATUS_USAGE, "at most %d witnesses can be named at one time", TRUSTED_WITNESSES);
		r = trusted_key(cli, given, &trusted->witnesses[i]);
		if (r == STATUS_OK && trusted->witnesses[i].type != NOTE_COSIGNATURE)
			return cli_fail(cli, STATUS_KEY, "%s is not the key of a witness (as witness.pub has it)", given);
		trusted->witness_count++;
	}
	return r;
}

int
trusted_open(const struct cli *cli, const char *dir, struct trusted *trusted)
{
	AUTO_FREE char *beside = place_path(dir, "log.pub", NULL);
	const char *given = cli_get(cli, "key"), *path;
	int r = trusted_key(cli, given != NULL ? given : beside, &trusted->key);

	if (r == STATUS_OK)
		r = read_witnesses(cli, trusted);
	while (r == STATUS_OK && (path = cli_nth(cli, "pin", (int)trusted->pin_count)) != NULL) {
		if (trusted->pin_count == TRUSTED_PINS)
			return cli_fail(cli, STATUS_USAGE, "at most %d heads can be given at one time", TRUSTED_PINS);
		r = read_pin(cli, path, trusted);
	}
	return r == STATUS_OK && trusted->witness_count > 0 ? read_beside(cli, dir, trusted) : r;
}

void
trusted_print(const struct trusted *trusted)
{
	char when[CLOCK_TEXT];

	for (size_t i = 0; i < trusted->witness_count; i++)
		printf("%s has cosigned a head of %" PRIu64 " entries, at %s.\n", trusted->witnesses[i].name, trusted->seen[i].size,
		    clock_local(trusted->seen[i].time_s * CLOCK_US, when));
}
