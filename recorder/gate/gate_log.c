/* SPDX-License-Identifier: ISC */
/* Sentences for the log, sealed under their slot. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/store/event.h"
#include "lib/store/event_json.h"
#include "lib/store/unit.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_log.h"
#include "recorder/policy/policy.h"

_Static_assert(LOG_GRANTED == EVENT_GRANTED && LOG_AGREED == EVENT_AGREED && LOG_SEGMENT == EVENT_SEGMENT && LOG_TRAIL_SEGMENT == EVENT_TRAIL_SEGMENT &&
    LOG_TRAIL_SEALED == EVENT_TRAIL_SEALED &&
    LOG_ENTERED == EVENT_ENTERED && LOG_REVIEWED == EVENT_REVIEWED && LOG_ENVELOPE_ADDED == EVENT_ENVELOPE_ADDED && LOG_ENVELOPE_SEALED == EVENT_ENVELOPE_SEALED && LOG_SESSION_ENDED == EVENT_SESSION_ENDED && LOG_DELETED == EVENT_DELETED && LOG_HELD == EVENT_HELD && LOG_RELEASED == EVENT_RELEASED &&
    LOG_HOLD_ENDED == EVENT_HOLD_ENDED && LOG_RESTORED == EVENT_RESTORED &&
    LOG_POLICY_VERSION == EVENT_VERSIONS && LOG_MEMBERS_VERSION <= EVENT_VERSIONS_LAST, "whoever checks the log knows these");

#define CLASS_WITHOUT_POLICY	"standard"

const char *
gate_log_name(unsigned type)
{
	return event_name(type);
}

const char *
gate_log_class(const struct gate *gate)
{
	return gate->policy != NULL && gate->policy->classes_count > 0 ? gate->policy->classes[0].name : CLASS_WITHOUT_POLICY;
}

static int
append(struct gate *gate, const struct log_entry *entry, const char *text)
{
	AUTO_FREE char *clean = text_clean(text, strlen(text));
	struct event_new event = { .type = (uint16_t)entry->type, .subject = entry->subject, .class = entry->class,
		.unit = entry->unit, .number = entry->number, .text = clean, .text_bytes = strlen(clean) };
	int64_t seq;
	int r = gate_store(gate);

	if (event.class == NULL && event.unit == 0)
		event.class = gate_log_class(gate);
	event.time_us = entry->time_us != 0 ? entry->time_us : clock_wall_us();
	if (r == 0)
		r = event_append(gate->store, &event, &seq);
	if (r < 0)
		log_error("the log did not take '%s: %s': %s", gate_log_name(entry->type), clean, err_text(r));
	return r;
}

int
gate_log(struct gate *gate, const struct log_entry *entry, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;
	int count;

	va_start(args, format);
	count = vasprintf(&text, format, args);
	va_end(args);
	if (count < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return append(gate, entry, text);
}

/* An entry for what people wrote about the subject, under the day's slot for such words of its class. */
static int
append_words(struct gate *gate, const struct log_entry *said, const char *words)
{
	struct log_entry entry = { .type = LOG_REASON, .subject = said->subject, .number = EVENT_NO_NUMBER, .time_us = clock_wall_us() };
	char class[STORE_NAME] = "";
	int r = gate_store(gate);

	if (r == 0 && !id_is_zero(&said->subject))
		r = unit_class_of(gate->store, &said->subject, class);
	if (r == 0)
		r = unit_words(gate->store, class[0] != '\0' ? class : gate_log_class(gate), entry.time_us, &entry.unit);
	if (r < 0)
		log_error("the log did not take the reason of '%s': %s", gate_log_name(said->type), err_text(r));
	return r < 0 ? r : append(gate, &entry, words);
}

/* Cuts off what people wrote, and the colon before it; NULL if there is nothing of that kind. */
static char *
cut_words(char *text)
{
	char *words = strchr(text, LOG_WORDS[0]);

	if (words == NULL)
		return NULL;
	for (char *end = words; end > text && (end[-1] == ' ' || end[-1] == ':'); end--)
		end[-1] = '\0';
	*words++ = '\0';
	return *words != '\0' ? words : NULL;
}

int
gate_say(struct gate *gate, enum log_type type, const struct id *subject, const char *format, ...)
{
	struct log_entry entry = { .type = type, .number = EVENT_NO_NUMBER };
	AUTO_TXN struct txn txn = { 0 };	/* the sentence and the words behind it */
	AUTO_FREE char *text = NULL;
	const char *words;
	va_list args;
	int count, r;

	if (subject != NULL)
		entry.subject = *subject;
	va_start(args, format);
	count = vasprintf(&text, format, args);
	va_end(args);
	if (count < 0) {
		text = NULL;
		return -ENOMEM;
	}
	words = cut_words(text);
	if (words != NULL && gate_store(gate) == 0 && txn_begin(&txn, gate->store) < 0)
		txn = (struct txn){ 0 };	/* appending fails too, and says why */
	if (type == LOG_GLASS)	/* somebody who watches the journal hears of it too */
		log_warn("%s: %s", gate_log_name(type), text);
	else
		log_info("%s: %s", gate_log_name(type), text);
	r = append(gate, &entry, text);
	if (r == 0 && words != NULL)
		r = append_words(gate, &entry, words);
	return r == 0 && txn.store != NULL ? txn_commit(&txn) : r;
}
