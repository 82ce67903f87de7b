/* SPDX-License-Identifier: ISC */
/* Syslog's lines. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/store/event_json.h"
#include "recorder/out/frame.h"

#define AUTHPRIV	10
#define WARNING		4
#define NOTICE		5
#define INFO		6
#define SEQUENCE_MOST	INT64_C(2147483647)	/* RFC 5424, 7.3.1: then it begins with 1 again */

/* Whatever somebody should look at, and what changes who may do what. */
/* clang-format off */
static const struct { const char *name; int severity; } severities[] = {
	{ "break-glass", WARNING }, { "key-trouble", WARNING }, { "policy-refused", WARNING }, { "decision-refused", WARNING },
	{ "peer-refused", WARNING }, { "entry-refused", WARNING }, { "recording-refused", WARNING }, { "hold-refused", WARNING },
	{ "session-lost", WARNING }, { "deletion-failed", WARNING }, { "retention-held", WARNING }, { "clock-jumped", WARNING },
	{ "replica-trouble", WARNING }, { "restored", WARNING }, { "output-lost", WARNING }, { "witness-trouble", WARNING },
	{ "granted", NOTICE }, { "denied", NOTICE }, { "revoked", NOTICE }, { "extended", NOTICE }, { "policy-loaded", NOTICE },
	{ "roster-changed", NOTICE }, { "role-changed", NOTICE }, { "recording-opened", NOTICE }, { "watched", NOTICE }, { "searched", NOTICE }, { "deleted", NOTICE }, { "held", NOTICE }, { "released", NOTICE },
};
/* clang-format on */

static int
severity_of(const char *name)
{
	for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
		if (strcmp(severities[i].name, name) == 0)
			return severities[i].severity;
	return INFO;
}

static void
print_time(int64_t time_us, char text[CLOCK_TEXT])
{
	time_t seconds = (time_t)(time_us / CLOCK_US);
	struct tm tm;
	char day[32] = "";

	if (time_us < 0 || gmtime_r(&seconds, &tm) == NULL || strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		snprintf(text, CLOCK_TEXT, "-");
	else
		snprintf(text, CLOCK_TEXT, "%s.%06dZ", day, (int)(time_us % CLOCK_US));
}

int
frame_print(const struct frame *frame, struct buf *out)
{
	const char *name = event_name(frame->type);
	char time[CLOCK_TEXT];

	print_time(frame->time_us, time);
	return buf_addf(out, "<%d>1 %s %s postern - %s [meta sequenceId=\"%" PRId64 "\"] %s", AUTHPRIV * 8 + severity_of(name), time,
	    frame->host[0] != '\0' ? frame->host : "-", name, frame->seq % SEQUENCE_MOST + 1, frame->text);
}
