/* SPDX-License-Identifier: ISC */
/* postern verify: is the log the one that was signed, and is what it tells of there? Works on a state directory or a copy of it, without a gate. */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/head.h"
#include "lib/store/mark.h"
#include "lib/store/verify.h"
#include "lib/store/wrap.h"
#include "player/commands.h"
#include "player/slots_key.h"
#include "player/verify_against.h"
#include "player/verify_evidence.h"
#include "player/verify_trust.h"

#define STALE_US	(120 * CLOCK_US)	/* twice as long as a gate leaves its log without a new head */

/* clang-format off */
static const int statuses[VERIFY_VERDICTS] = {
	[VERIFY_FINE] = STATUS_OK, [VERIFY_EDITED] = STATUS_EDITED, [VERIFY_GAP] = STATUS_GAP, [VERIFY_CUT] = STATUS_CUT,
	[VERIFY_ROLLED_BACK] = STATUS_ROLLED_BACK, [VERIFY_RESIGNED] = STATUS_RESIGNED, [VERIFY_KEY_UNKNOWN] = STATUS_KEY_UNKNOWN,
};
/* clang-format on */

/* Too old for a log that a gate looks after; or from the future, which is no better. */
static bool
is_stale(const struct verify_report *report)
{
	int64_t age_us = clock_wall_us() - report->head_us;

	return report->heads > 0 && (age_us > STALE_US || age_us < -STALE_US);
}

static void
print_stale(const struct verify_report *report)
{
	int64_t age_s = (clock_wall_us() - report->head_us) / CLOCK_US;
	char span[CLOCK_TEXT];

	if (is_stale(report) && age_s < 0)
		printf("STALE: the last head is dated %s from now: a clock was wrong when it was signed, or is wrong here.\n", clock_span(-age_s, span));
	else if (is_stale(report))
		printf("STALE: the last head is %s old, and a running gate signs one each minute: the gate does not run, or this is a copy, "
		    "or it was put back.\n", clock_span(age_s, span));
}

static void
print_json(const struct verify_report *report, const struct note_key *key)
{
	char vkey[NOTE_VKEY];
	json_t *row;

	note_key_print(key, vkey);
	row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I}", "verdict", verify_name(report->verdict), "why", report->why,
	    "key", vkey, "at", (json_int_t)report->at, "entries", (json_int_t)report->entries, "covered", (json_int_t)report->covered,
	    "head_us", (json_int_t)report->head_us, "stale", (int)is_stale(report), "heads", (json_int_t)report->heads, "epochs", (json_int_t)report->epochs,
	    "pins", (json_int_t)report->pins, "expired", (json_int_t)report->expired,
	    "restored", (json_int_t)report->restored);
	if (row != NULL && json_dumpf(row, stdout, JSON_COMPACT) == 0)
		puts("");
	json_decref(row);
}

static void
print_text(const struct verify_report *report, const struct note_key *key, bool is_trusted)
{
	char when[CLOCK_TEXT];

	if (report->verdict == VERIFY_FINE)
		printf("Fine up to entry %" PRId64 " of %" PRId64 ".\n", report->covered, report->entries);
	else
		printf("%c%s: %s\n", verify_name(report->verdict)[0] - 'a' + 'A', verify_name(report->verdict) + 1, report->why);
	printf("%" PRId64 " signed heads and %" PRId64 " changes of the hourly key were checked", report->heads, report->epochs);
	if (report->pins > 0)
		printf(", and %" PRId64 " pinned head%s", report->pins, report->pins == 1 ? "" : "s");
	printf("; the last one that holds is of %s.\n", report->heads > 0 ? clock_local(report->head_us, when) : "no time at all");
	print_stale(report);
	if (report->verdict == VERIFY_FINE && report->covered < report->entries)
		printf("%" PRId64 " entries behind it are too new to be signed.\n", report->entries - report->covered);
	if (report->expired > 0)
		printf("%" PRId64 " texts were deleted on time; their entries are all there.\n", report->expired);
	if (report->lost_pins > 0)
		printf("%" PRId64 " pinned head%s of entries that were lost.\n", report->lost_pins, report->lost_pins == 1 ? " is" : "s are");
	if (!is_trusted)
		printf("The key %s was believed as it lies beside the log. Compare it with a copy that you have from elsewhere (--key).\n", key->name);
	if (report->verdict == VERIFY_FINE && report->pins == 0)
		puts("No head from elsewhere was given (--pin): that the end was not rolled back is not shown.");
}

/* Below the signed heads there may be room for a loss; the gate's own count tells of it. */
static void
check_mark(const char *dir, struct verify_report *report)
{
	int64_t marked = mark_read(dir);

	if (report->verdict != VERIFY_FINE || marked <= report->entries)
		return;
	report->verdict = VERIFY_CUT;
	report->at = report->entries;
	snprintf(report->why, sizeof report->why, "%" PRId64 " entries were written here and the last %" PRId64 " of them are gone", marked,
	    marked - report->entries);
}

/* Only a head that was found to hold is worth keeping. */
static int
save_head(const struct cli *cli, struct store *store, const struct verify_report *report)
{
	const char *path = cli_get(cli, "save");
	AUTO_HEAD struct head head = { 0 };
	int r;

	if (path == NULL || report->verdict != VERIFY_FINE)
		return statuses[report->verdict];
	r = head_get(store, report->covered, &head);
	if (r == 0)
		r = fdio_replace(path, 0644, head.note, strlen(head.note));
	return r < 0 ? cli_fail(cli, STATUS_FAILED, "%s: %s", path, err_text(r)) : STATUS_OK;
}

/* A word that names a directory; the others name recordings. */
static bool
is_dir(const char *word)
{
	struct stat status;

	return strchr(word, '/') != NULL || (stat(word, &status) == 0 && S_ISDIR(status.st_mode));
}

static int
check_log(const struct cli *cli, struct verify_place *what)
{
	AUTO_FREE struct trusted *trusted = own_alloc(sizeof *trusted);
	struct verify_report report;
	struct verify_trust trust;
	struct note_key replica;
	int status, r = trusted_open(cli, what->dir, trusted);

	if (r != STATUS_OK)
		return r;
	trust = (struct verify_trust){ .key = &trusted->key, .pins = trusted->pins, .pin_count = trusted->pin_count };
	r = verify_log(what->store, &trust, &report);
	if (r < 0)
		return cli_fail(cli, r == ERR_STORE_DAMAGED ? STATUS_DAMAGED : cli_status(r), "%s: %s", what->dir, err_text(r));
	check_mark(what->dir, &report);
	if (cli_has(cli, "json"))
		print_json(&report, &trusted->key);
	else
		print_text(&report, &trusted->key, cli_has(cli, "key"));
	if (!cli_has(cli, "json"))
		trusted_print(trusted);
	if (cli_has(cli, "replica") && (r = trusted_key(cli, cli_get(cli, "replica"), &replica)) != STATUS_OK)
		return r;
	what->replica = cli_has(cli, "replica") ? &replica : NULL;
	what->log = trusted->key.name;
	r = report.verdict == VERIFY_FINE ? verify_against(cli, what->store, &trusted->key, &report) : STATUS_OK;
	if (r != STATUS_OK)
		return r;
	status = save_head(cli, what->store, &report);
	r = verify_evidence(what);
	return status != STATUS_OK ? status : r;
}

int
cmd_verify(struct cli *cli)
{
	AUTO_PLACE struct place place = { 0 };
	AUTO_SECRET struct wraps *wraps = secret_new(sizeof *wraps);
	AUTO_STORE struct store *store = NULL;
	AUTO_FREE char *roster = NULL;
	bool has_dir = cli->word_count > 0 && is_dir(cli->words[0]);
	struct verify_place what = { .cli = cli, .words = cli->words + has_dir, .word_count = cli->word_count - has_dir };
	int r;

	place_init(&place, cli_get(cli, "root"));
	what.dir = has_dir ? cli->words[0] : place.state;
	roster = has_dir ? NULL : place_path(place.etc, "approvers", NULL);
	what.roster = roster;
	r = store_open(what.dir, STORE_READONLY | STORE_KEYLESS, &store);
	if (r < 0)
		return cli_fail(cli, r == ERR_STORE_DAMAGED ? STATUS_DAMAGED : cli_status(r), "%s: %s", what.dir, err_text(r));
	r = slots_key_use(cli, store, wraps);
	if (r != STATUS_OK)
		return r;
	what.store = store;
	return check_log(cli, &what);
}
