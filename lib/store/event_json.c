/* SPDX-License-Identifier: ISC */
/* Events for others: a name for each type, and one JSON object. */
#include "config.h"

#include <jansson.h>
#include <sodium.h>

#include "lib/base/err.h"
#include "lib/store/event_json.h"

#define B64	sodium_base64_VARIANT_ORIGINAL

/* clang-format off */
static const char *const names[] = {
	[1]	= "gate-started",
	[2]	= "gate-stopped",
	[3]	= "policy-loaded",
	[4]	= "policy-refused",
	[5]	= "peer-refused",
	[6]	= "epoch",
	[7]	= "key-changed",
	[8]	= "key-trouble",
	[9]	= "roster-changed",
	[10]	= "requested",
	[11]	= "granted",
	[12]	= "denied",
	[13]	= "agreed",
	[14]	= "cancelled",
	[15]	= "request-lapsed",
	[16]	= "grant-lapsed",
	[17]	= "decision-refused",
	[18]	= "break-glass",
	[19]	= "reviewed",
	[20]	= "policy-version",
	[21]	= "roster-version",
	[22]	= "members-version",
	[30]	= "entered",
	[31]	= "entry-refused",
	[32]	= "session-started",
	[33]	= "session",
	[34]	= "segment",
	[35]	= "session-ended",
	[36]	= "revoked",
	[37]	= "said",
	[38]	= "session-lost",
	[39]	= "right-lost",
	[40]	= "frozen",
	[41]	= "thawed",
	[42]	= "extended",
	[43]	= "shortened",
	[44]	= "masked",
	[45]	= "guard-answered",
	[46]	= "role-changed",
	[47]	= "trail-segment",
	[52]	= "output",
	[53]	= "output-lost",
	[54]	= "output-back",
	[55]	= "witnessed",
	[56]	= "witness-trouble",
	[60]	= "recording-opened",
	[61]	= "recording-refused",
	[62]	= "listed",
	[63]	= "reported",
	[64]	= "key-retired",
	[65]	= "key-returned",
	[66]	= "envelope-added",
	[67]	= "key-refused",
	[68]	= "layer-taken",
	[69]	= "layer-opened",
	[70]	= "watched",
	[71]	= "watch-ended",
	[72]	= "searched",
	[73]	= "envelope-sealed",
	[74]	= "trail-sealed",
	[80]	= "deleted",
	[81]	= "deletion-failed",
	[82]	= "retention-run",
	[83]	= "retention-held",
	[84]	= "clock-jumped",
	[85]	= "hold-signed",
	[86]	= "hold-refused",
	[87]	= "held",
	[88]	= "released",
	[89]	= "hold-ended",
	[90]	= "deletion-done",
	[91]	= "reason",
	[92]	= "replica",
	[93]	= "replica-trouble",
	[94]	= "restored",
	[95]	= "slots-wrapped",
	[96]	= "backup",
};
/* clang-format on */

const char *
event_name(unsigned type)
{
	return type < sizeof names / sizeof names[0] && names[type] != NULL ? names[type] : "unknown";
}

/* What cannot be read has the reason instead. */
char *
event_json(const struct event *event, unsigned flags)
{
	char leaf[sodium_base64_ENCODED_LEN(EVENT_ENTRY, B64)], subject[ID_TEXT], *line;
	json_t *row = json_pack("{s:I, s:I, s:i, s:s, s:s, s:I, s:s}", "entry", (json_int_t)event->seq, "time_us", (json_int_t)event->time_us,
	    "type", (int)event->type, "name", event_name(event->type), "subject", id_text(&event->subject, subject), "unit", (json_int_t)event->unit,
	    "leaf", sodium_bin2base64(leaf, sizeof leaf, event->entry, EVENT_ENTRY, B64));

	if (row != NULL && (flags & EVENT_JSON_SHORT) != 0)
		json_object_set_new(row, "no_text", json_string("it is too long for this output"));
	else if (row != NULL && event->text != NULL && !event->is_fact)
		json_object_set_new(row, "text", json_stringn(event->text, event->text_bytes));
	else if (row != NULL && event->text == NULL)
		json_object_set_new(row, "no_text", json_string(err_text(event->text_error)));
	line = row != NULL ? json_dumps(row, JSON_COMPACT | ((flags & EVENT_JSON_ASCII) != 0 ? JSON_ENSURE_ASCII : 0)) : NULL;
	json_decref(row);
	return line;
}
