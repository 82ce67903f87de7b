/* SPDX-License-Identifier: ISC */
/* Deletions: each erased key slot has its word in the log, and each such word is true. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "lib/store/slots.h"
#include "lib/store/unit.h"
#include "player/evidence.h"

#define SLOT	"key slot "

/* What the log says was erased. */
struct said {
	struct evidence	*evidence;
	uint32_t	*units;		/* in ascending order once all are read */
	size_t		 count;
	int64_t		 unread;	/* words that cannot be read any more */
};

static int
each_deleted(void *ctx, const struct event *event)
{
	struct said *said = ctx;
	const char *slot = event->text != NULL ? strstr(event->text, SLOT) : NULL;

	if (slot == NULL) {
		said->unread++;
		return 0;
	}
	said->units = own_grow(said->units, said->count + 1, sizeof *said->units);
	said->units[said->count++] = (uint32_t)strtoul(slot + sizeof SLOT - 1, NULL, 10);
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static int
check_said(struct evidence *evidence, const struct unit *unit)
{
	evidence->count.deletions++;
	if (unit->slot == SLOT_LIVE)
		return evidence_fault(evidence, EVIDENCE_DELETION_UNDONE, &unit->session, "Key slot %" PRIu32 " is logged as erased, but its key is there.", unit->number);
	if ((unit->kind == UNIT_RECORDING || unit->kind == UNIT_TRAIL) && evidence_has_file(evidence, &unit->session, unit->kind == UNIT_TRAIL))
		return evidence_fault(evidence, EVIDENCE_DELETION_UNDONE, &unit->session, "The %s is logged as deleted, but its file is there.",
		    unit_kind_names[unit->kind]);
	return 0;
}

/* Without the slots in this copy only the catalogue's own word of it is there. */
static int
each_unit(void *ctx, const struct unit *unit)
{
	struct said *said = ctx;
	bool is_gone = unit->shredded_us != 0 || (unit->slot != SLOT_LIVE && unit->slot != ERR_SLOTS_MISSING);

	if (!evidence_wants(said->evidence, &unit->session))
		return 0;
	if (said->count > 0 && bsearch(&unit->number, said->units, said->count, sizeof *said->units, by_number) != NULL)
		return check_said(said->evidence, unit);
	if (!is_gone)
		return 0;
	if (said->unread > 0) {		/* one of them may be about it */
		said->unread--;
		said->evidence->count.unread++;
		return 0;
	}
	return evidence_fault(said->evidence, EVIDENCE_DELETION_UNLOGGED, &unit->session, "The key in slot %" PRIu32 " is gone (%s), and nothing in the log says so.",
	    unit->number, unit_kind_names[unit->kind]);
}

int
evidence_deletions(struct evidence *evidence)
{
	const struct event_filter deleted = { .type = EVENT_DELETED };
	struct said said = { .evidence = evidence };
	int r = event_list(evidence->store, &deleted, each_deleted, &said);

	if (said.count > 0)
		qsort(said.units, said.count, sizeof *said.units, by_number);
	if (r == 0)
		r = unit_list(evidence->store, each_unit, &said);
	free(said.units);
	return r;
}
