/* SPDX-License-Identifier: ISC */
/* Envelopes that were added to recordings: each as the log says, and none without a word of it. */
#include "config.h"

#include <string.h>

#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/store/envelope.h"
#include "lib/store/event.h"
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

int
evidence_envelopes(struct evidence *evidence)
{
	const struct event_filter added = { .type = EVENT_ENVELOPE_ADDED };
	int r = envelope_list(evidence->store, NULL, each_envelope, evidence);

	return r < 0 ? r : event_list(evidence->store, &added, each_entry, evidence);
}
