/* SPDX-License-Identifier: ISC */
/* Receipts: what the replica of the key slots signed is about the slots that were erased. */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/proof/receipt.h"
#include "lib/store/recording.h"
#include "lib/store/replica.h"
#include "player/evidence.h"

/* Why it vouches for nothing; NULL if it does. */
static const char *
false_why(const struct evidence *evidence, const struct unit *unit, const char *note)
{
	struct recording recording;
	struct receipt receipt;
	int r = receipt_open(note, strlen(note), evidence->replica, &receipt);

	if (r == ERR_NOT_FOUND)
		return "is signed by another key";
	if (r < 0)
		return "is damaged, or its signature is false";
	if (receipt.slot != unit->number)
		return "is about another slot";
	if (strcmp(receipt.log, evidence->log) != 0)
		return "is about another log";
	if (!receipt.has_envelope || (unit->kind != UNIT_RECORDING && unit->kind != UNIT_TRAIL))
		return NULL;
	if ((unit->kind == UNIT_TRAIL ? recording_trail_get : recording_get)(evidence->store, &unit->session, &recording) == 0 &&
	    memcmp(recording.envelope_sha256, receipt.envelope, sizeof receipt.envelope) != 0)
		return "names another envelope";
	return NULL;
}

static int
check_receipt(struct evidence *evidence, const struct unit *unit, const char *note)
{
	const char *why = false_why(evidence, unit, note);

	evidence->count.receipts++;
	if (why == NULL)
		return 0;
	return evidence_fault(evidence, EVIDENCE_RECEIPT_FALSE, &unit->session, "The receipt for key slot %" PRIu32 " %s.", unit->number, why);
}

/* The receipt of one unit, looked for among all. */
struct search {
	uint32_t	 unit;
	char		*note;
};

static int
take_note(void *ctx, uint32_t unit, const char *receipt)
{
	struct search *search = ctx;

	if (unit < search->unit)
		return 0;
	if (unit == search->unit)
		search->note = own_dup(receipt);
	return 1;
}

static int
each_unit(void *ctx, const struct unit *unit)
{
	struct evidence *evidence = ctx;
	struct search search = { .unit = unit->number };
	AUTO_FREE char *note = NULL;
	int r;

	if (unit->shredded_us == 0 || !evidence_wants(evidence, &unit->session))
		return 0;
	r = replica_receipts(evidence->store, unit->number, take_note, &search);
	note = search.note;
	if (r < 0)
		return r;
	if (note != NULL)
		return check_receipt(evidence, unit, note);
	evidence->count.unreceipted++;
	return 0;
}

int
evidence_receipts(struct evidence *evidence)
{
	return evidence->replica != NULL ? unit_list(evidence->store, each_unit, evidence) : 0;
}
