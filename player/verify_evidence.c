/* SPDX-License-Identifier: ISC */
/* postern verify, behind the log itself: approvals, recordings, deletions. */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/text.h"
#include "lib/store/session.h"
#include "player/evidence.h"
#include "player/verify_evidence.h"
#include "player/verify_roster.h"

#define SESSIONS	256

/* One run. */
struct check {
	const struct verify_place	*place;
	struct verify_rosters		 rosters;
	struct id			 sessions[SESSIONS];
	struct evidence			 evidence;
	int				 status;	/* of the gravest fault so far; approvals before recordings before deletions */
};

/* clang-format off */
static const int statuses[EVIDENCE_WORDS] = {
	[EVIDENCE_APPROVAL_FALSE] = STATUS_APPROVAL, [EVIDENCE_APPROVAL_MISSING] = STATUS_APPROVAL, [EVIDENCE_APPROVER_UNKNOWN] = STATUS_APPROVAL,
	[EVIDENCE_RECORDING_ALTERED] = STATUS_RECORDING, [EVIDENCE_RECORDING_CUT] = STATUS_RECORDING, [EVIDENCE_RECORDING_MISSING] = STATUS_RECORDING,
	[EVIDENCE_ENVELOPE_FALSE] = STATUS_RECORDING,
	[EVIDENCE_DELETION_UNLOGGED] = STATUS_DELETION, [EVIDENCE_DELETION_UNDONE] = STATUS_DELETION,
	[EVIDENCE_RECEIPT_FALSE] = STATUS_DELETION, [EVIDENCE_HOLD_FALSE] = STATUS_APPROVAL,
};
/* clang-format on */

static void
print_object(json_t *row)
{
	if (row != NULL && json_dumpf(row, stdout, JSON_COMPACT) == 0)
		puts("");
	json_decref(row);
}

/* Names in it may come from a catalogue that somebody wrote. */
static void
found(void *user, enum evidence_word word, const struct id *id, const char *sentence)
{
	struct check *check = user;
	AUTO_FREE char *clean = text_clean(sentence, strlen(sentence));
	char text[ID_TEXT];

	if (check->status == STATUS_OK || statuses[word] < check->status)
		check->status = statuses[word];
	if (cli_has(check->place->cli, "json"))
		print_object(json_pack("{s:s, s:s, s:s}", "finding", evidence_name(word), "id", id_text(id, text), "why", clean));
	else
		printf("%s %.*s: %s\n", evidence_name(word), ID_SHORT, id_text(id, text), clean);
}

static int
find_sessions(struct check *check)
{
	const struct verify_place *place = check->place;

	if (place->word_count > SESSIONS)
		return cli_fail(place->cli, STATUS_USAGE, "at most %d recordings can be named at one time", SESSIONS);
	for (int i = 0; i < place->word_count; i++) {
		int r = session_find(place->store, place->words[i], &check->sessions[i]);

		if (r < 0)
			return cli_fail(place->cli, cli_status(r), "%s: %s", place->words[i], err_text(r));
	}
	check->evidence.only = check->sessions;
	check->evidence.only_count = (size_t)place->word_count;
	return STATUS_OK;
}

static void
print_text(const struct check *check)
{
	const struct evidence_count *count = &check->evidence.count;

	printf("%" PRId64 " signed approvals, %" PRId64 " recordings (%" PRId64 " hashes) and %" PRId64 " deletions were checked%s.\n", count->approvals,
	    count->recordings, count->segments, count->deletions, check->status == STATUS_OK ? ": all is as the log says" : "");
	if (count->holds > 0)
		printf("%" PRId64 " signatures under legal holds and their ends were checked.\n", count->holds);
	if (count->receipts + count->unreceipted > 0)
		printf("%" PRId64 " receipts of the replica were checked; %" PRId64 " erased key slots have none yet.\n", count->receipts, count->unreceipted);
	if (count->unsigned_decisions > 0)
		printf("%" PRId64 " decisions are not signed and did not have to be; the log alone vouches for them.\n", count->unsigned_decisions);
	if (count->unread > 0)
		printf("%" PRId64 " texts could not be read (expired, or their key slots are not here); what they say was not checked.\n", count->unread);
	if (count->absent > 0)
		printf("%" PRId64 " recordings are not in this copy and were not checked.\n", count->absent);
	if (count->no_roster > 0)
		printf("The roster of that time is not here (--roster): whose keys signed %" PRId64 " approvals is not known.\n", count->no_roster);
}

static void
print_json(const struct check *check)
{
	const struct evidence_count *count = &check->evidence.count;

	print_object(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "evidence", check->status == STATUS_OK ? "fine" : "faulty",
	    "approvals", (json_int_t)count->approvals, "unsigned", (json_int_t)count->unsigned_decisions, "recordings", (json_int_t)count->recordings,
	    "segments", (json_int_t)count->segments, "deletions", (json_int_t)count->deletions, "unread", (json_int_t)count->unread,
	    "absent", (json_int_t)count->absent, "no_roster", (json_int_t)count->no_roster, "receipts", (json_int_t)count->receipts, "unreceipted", (json_int_t)count->unreceipted,
	    "holds", (json_int_t)count->holds));
}

static int
run(struct check *check)
{
	struct evidence *evidence = &check->evidence;
	int r = evidence_approvals(evidence);

	if (r == 0)
		r = evidence_recordings(evidence);
	if (r == 0)
		r = evidence_envelopes(evidence);
	if (r == 0)
		r = evidence_holds(evidence);
	if (r == 0)
		r = evidence_deletions(evidence);
	if (r == 0)
		r = evidence_receipts(evidence);
	if (r < 0)
		return cli_fail(check->place->cli, cli_status(r), "%s: %s", check->place->dir, err_text(r));
	if (cli_has(check->place->cli, "json"))
		print_json(check);
	else
		print_text(check);
	return check->status;
}

int
verify_evidence(const struct verify_place *place)
{
	struct check *check = own_alloc(sizeof *check);
	int r;

	check->place = place;
	check->evidence = (struct evidence){ .store = place->store, .dir = place->dir, .log = place->log,
		.replica = place->replica, .found = found, .user = check };
	r = verify_rosters_open(&check->rosters, place);
	check->evidence.rosters = check->rosters.items;
	check->evidence.roster_count = check->rosters.count;
	if (r == STATUS_OK)
		r = find_sessions(check);
	if (r == STATUS_OK)
		r = run(check);
	verify_rosters_done(&check->rosters);
	free(check);
	return r;
}
