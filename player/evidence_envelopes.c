/* SPDX-License-Identifier: ISC */
/* Envelopes: those that recordings began with, and those that were added; each as the log says, and none without a word of it. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/store/envelope.h"
#include "lib/store/event.h"
#include "lib/store/recording.h"
#include "player/evidence.h"

struct look {
	struct evidence	*evidence;
	char		 hex[2 * SECRET_SHA256 + 1];	/* wanted */
	const char	*text;				/* of an entry, or NULL */
	bool		 is_found, is_unread;
};

static int
says_it(void *ctx, const struct event *event)
{
	struct look *look = ctx;

	look->is_unread = look->is_unread || event->text == NULL;
	look->is_found = look->is_found || (event->text != NULL && strstr(event->text, look->hex) != NULL);
	return 0;
}

static int
each_envelope(void *ctx, const struct envelope *envelope)
{
	struct evidence *evidence = ctx;
	const struct event_filter added = { .subject = &envelope->session, .type = EVENT_ENVELOPE_ADDED };
	struct look look = { .evidence = evidence };
	int r;

	if (!evidence_wants(evidence, &envelope->session))
		return 0;
	if (envelope->error == ERR_STORE_DAMAGED)
		return evidence_fault(evidence, EVIDENCE_ENVELOPE_FALSE, &envelope->session, "The envelope that %s added for %s is another one than it was.",
		    envelope->person, envelope->recipient);
	id_hex(envelope->sha256, sizeof envelope->sha256, look.hex);
	r = event_list(evidence->store, &added, says_it, &look);
	if (r < 0 || look.is_found)
		return r;
	if (look.is_unread) {
		evidence->count.unread++;
		return 0;
	}
	return evidence_fault(evidence, EVIDENCE_ENVELOPE_FALSE, &envelope->session, "It has an envelope for %s of which the log has no word.", envelope->recipient);
}

static int
is_there(void *ctx, const struct envelope *envelope)
{
	struct look *look = ctx;

	id_hex(envelope->sha256, sizeof envelope->sha256, look->hex);
	look->is_found = look->is_found || strstr(look->text, look->hex) != NULL;
	return 0;
}

static int
each_entry(void *ctx, const struct event *event)
{
	struct evidence *evidence = ctx;
	struct look look = { .evidence = evidence, .text = event->text };
	int r;

	if (event->text == NULL || !evidence_wants(evidence, &event->subject))
		return 0;
	r = envelope_list(evidence->store, &event->subject, is_there, &look);
	if (r < 0 || look.is_found)
		return r;
	return evidence_fault(evidence, EVIDENCE_ENVELOPE_FALSE, &event->subject, "The log says that an envelope was added; it is not here.");
}

/* The first entry that says with which envelope a recording began: recordings from before are of an older release. */
static int
note_first(void *ctx, const struct event *event)
{
	int64_t *first_us = ctx;

	*first_us = event->time_us;
	return 1;
}

struct origin {
	struct evidence		*evidence;
	const struct recording	*recording;
	bool			 is_trail;	/* it is the one beside it */
	int64_t			 first_us;
	bool			 is_told;
	char			 hex[2 * SECRET_SHA256 + 1];	/* of the envelope that the catalogue knows */
};

static int
compare_sealed(void *ctx, const struct event *event)
{
	struct origin *origin = ctx;

	origin->is_told = true;
	if (!event->is_fact || memcmp(event->entry + EVENT_FACT_AT, origin->recording->envelope_sha256, EVENT_FACT_BYTES) != 0)
		return evidence_fault(origin->evidence, EVIDENCE_ENVELOPE_FALSE, &event->subject, "Its envelope is another one than it began with (entry %" PRId64 ").", event->seq);
	return 0;
}

/* "...; envelope HEX; ..." of a deletion names the one that it began with, too. */
static int
compare_deleted(void *ctx, const struct event *event)
{
	struct origin *origin = ctx;
	const char *said = event->text != NULL ? strstr(event->text, "; envelope ") : NULL;

	if (said != NULL && (strstr(event->text, "trail deleted") != NULL) != origin->is_trail)
		return 0;
	if (said != NULL && strncmp(said + 11, origin->hex, sizeof origin->hex - 1) != 0)
		return evidence_fault(origin->evidence, EVIDENCE_ENVELOPE_FALSE, &event->subject, "It was deleted with another envelope than it began with.");
	return 0;
}

/* What is sealed in the catalogue must be the envelope of the hash beside it; without its slot it cannot be looked at. */
static int
check_sealed(const struct origin *origin)
{
	AUTO_BUF struct buf envelope = { .max = RECORDING_ENVELOPE_MOST };
	const struct id *session = &origin->recording->session.id;
	int r = (origin->is_trail ? recording_trail_envelope : recording_envelope)(origin->evidence->store, session, &envelope);

	if (r == ERR_STORE_DAMAGED)
		return evidence_fault(origin->evidence, EVIDENCE_ENVELOPE_FALSE, session, "Its envelope is not the one that was kept.");
	return r == ERR_EXPIRED || r == ERR_SLOTS_MISSING || r == ERR_SLOT_DAMAGED || r == ERR_SLOT_GONE || r == ERR_WRAP_MISSING || r == ERR_WRAP_WRONG ? 0 : r;
}

static int
check_origin(struct origin *origin, const struct recording *recording, bool trail)
{
	struct event_filter wanted = { .subject = &recording->session.id, .type = trail ? EVENT_TRAIL_SEALED : EVENT_ENVELOPE_SEALED };
	int r;

	origin->recording = recording;
	origin->is_trail = trail;
	origin->is_told = false;
	id_hex(recording->envelope_sha256, SECRET_SHA256, origin->hex);
	r = event_list(origin->evidence->store, &wanted, compare_sealed, origin);
	if (r == 0 && !origin->is_told && origin->first_us != 0 && recording->created_us > origin->first_us + CLOCK_US)
		r = evidence_fault(origin->evidence, EVIDENCE_ENVELOPE_FALSE, &recording->session.id, "The log does not say with which envelope it began.");
	wanted.type = EVENT_DELETED;
	if (r == 0)
		r = event_list(origin->evidence->store, &wanted, compare_deleted, origin);
	return r < 0 ? r : check_sealed(origin);
}

static int
each_origin(void *ctx, const struct recording *recording)
{
	struct origin *origin = ctx;
	struct recording trail;
	int r;

	if (!evidence_wants(origin->evidence, &recording->session.id))
		return 0;
	r = check_origin(origin, recording, false);
	if (r == 0)
		r = recording_trail_get(origin->evidence->store, &recording->session.id, &trail);
	if (r == ERR_NOT_FOUND)
		return 0;
	return r < 0 ? r : check_origin(origin, &trail, true);
}

/* What the log says began is known to the catalogue. */
static int
each_trail(void *ctx, const struct event *event)
{
	struct evidence *evidence = ctx;
	struct recording trail;
	int r = evidence_wants(evidence, &event->subject) ? recording_trail_get(evidence->store, &event->subject, &trail) : 0;

	return r != ERR_NOT_FOUND ? r : evidence_fault(evidence, EVIDENCE_RECORDING_MISSING, &event->subject,
	    "The log tells of a trail beside it (entry %" PRId64 "), and the catalogue does not know it.", event->seq);
}

static int
check_origins(struct evidence *evidence)
{
	const struct event_filter first = { .type = EVENT_ENVELOPE_SEALED, .limit = 1 };
	const struct recording_filter all = { .limit = 0 };
	struct origin origin = { .evidence = evidence };
	int r = event_list(evidence->store, &first, note_first, &origin.first_us);

	return r < 0 ? r : recording_list(evidence->store, &all, each_origin, &origin);
}

int
evidence_envelopes(struct evidence *evidence)
{
	const struct event_filter added = { .type = EVENT_ENVELOPE_ADDED }, trails = { .type = EVENT_TRAIL_SEALED };
	int r = check_origins(evidence);

	if (r == 0)
		r = event_list(evidence->store, &trails, each_trail, evidence);
	if (r == 0)
		r = envelope_list(evidence->store, NULL, each_envelope, evidence);
	return r < 0 ? r : event_list(evidence->store, &added, each_entry, evidence);
}
