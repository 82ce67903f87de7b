/* SPDX-License-Identifier: ISC */
/* From notes, states, guards and the end to sentences. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/command.h"
#include "lib/record/event.h"
#include "player/said.h"

/* States that tell of the recording, not of what happened. */
static const char *const quiet[] = { "enforced: ", "coverage: ", "masking: ", "receipt: " };

static char *
said_guard(const struct rec_event *event)
{
	AUTO_FREE char *raw = NULL;
	struct rec_guard guard;

	if (rec_event_read_guard(event, &guard) < 0)
		return NULL;
	if (asprintf(&raw, "guard %s: %s%s%s: %.*s", guard.rule, rec_guard_word(guard.did), guard.by[0] != '\0' ? " by " : "", guard.by,
	    (int)guard.count, guard.text) < 0)
		return NULL;
	return text_clean(raw, strlen(raw));
}

static char *
said_end(const struct rec_event *event)
{
	AUTO_FREE char *raw = NULL;
	struct rec_end end;

	if (rec_event_read_end(event, &end) < 0 || asprintf(&raw, "ended: %s", end.why) < 0)
		return NULL;
	return text_clean(raw, strlen(raw));
}

static char *
said_note(const struct rec_event *event)
{
	AUTO_FREE char *raw = NULL;

	if (asprintf(&raw, "note: %.*s", (int)event->count, (const char *)event->bytes) < 0)
		return NULL;
	return text_clean(raw, strlen(raw));
}

char *
said_text(const struct rec_event *event)
{
	if (event->kind == REC_GUARD)
		return said_guard(event);
	if (event->kind == REC_END)
		return said_end(event);
	if (event->kind == REC_NOTE)
		return said_note(event);
	if (event->kind != REC_STATE)
		return NULL;
	for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
		if (event->count >= strlen(quiet[i]) && memcmp(event->bytes, quiet[i], strlen(quiet[i])) == 0)
			return NULL;
	return text_clean((const char *)event->bytes, event->count);
}
