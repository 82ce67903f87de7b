/* SPDX-License-Identifier: ISC */
/* What a report is of, and whether it is complete, in sentences. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "player/report.h"

/* Where sentences go, and how that went. */
struct telling {
	const struct report	*report;
	report_fact		*each;
	void			*user;
	int			 error;
};

static void __attribute__((format(printf, 4, 5)))
tell(struct telling *telling, const char *name, const char *title, const char *format, ...)
{
	AUTO_FREE char *sentence = NULL;
	va_list args;
	int count;

	if (telling->error < 0)
		return;
	va_start(args, format);
	count = vasprintf(&sentence, format, args);
	va_end(args);
	if (count < 0) {
		sentence = NULL;
		return;
	}
	telling->error = telling->each(telling->user, name, title, sentence);
}

static void
tell_what(struct telling *telling)
{
	const struct report *report = telling->report;
	char from[CLOCK_TEXT], end[CLOCK_TEXT], made[CLOCK_TEXT];
	const struct { const char *name, *title, *value; } filters[] = {
		{ "person", "Only", report->person }, { "role", "Only as", report->role }, { "ticket", "Only about", report->ticket },
	};

	tell(telling, "bastion", "Bastion", "%s", report->host);
	tell(telling, "time", "Time", "%s until before %s", clock_local(report->from_us, from), clock_local(report->end_us, end));
	for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
		if (filters[i].value != NULL)
			tell(telling, filters[i].name, filters[i].title, "%s", filters[i].value);
	tell(telling, "made", "Made", "%s by %s%s%s; entry %" PRId64 " of the log says so", clock_local(report->made_us, made),
	    report->client->welcome->person, report->reason[0] != '\0' ? ": " : "", report->reason, report->entry);
}

static void
tell_population(struct telling *telling)
{
	const struct report *report = telling->report;
	bool has_filter = report->person != NULL || report->role != NULL || report->ticket != NULL;
	int64_t all = 0, earlier = 0;

	for (size_t i = 0; i < report->session_count; i++) {
		all += !report->sessions[i].is_earlier;
		earlier += report->sessions[i].is_earlier && report->sessions[i].is_wanted;
	}
	if (has_filter)
		tell(telling, "population", "Population", "%" PRId64 " sessions, of %" PRId64 " that began in this time", report->population, all);
	else
		tell(telling, "population", "Population", "%" PRId64 " sessions began in this time", all);
	if (earlier > 0)
		tell(telling, "earlier", "Besides", "%" PRId64 " sessions that had begun before and still ran", earlier);
	if (report->unreadable > 0)
		tell(telling, "unreadable", "Not known", "%" PRId64 " reasons have expired: whether they named %s is not known", report->unreadable, report->ticket);
}

static void
tell_proof(struct telling *telling)
{
	const struct report *report = telling->report;
	const struct report_log *log = &report->log;
	const struct report_proof *proof = &report->proof;

	if (!proof->is_checked)
		tell(telling, "complete", "Complete", "not known: the gate signs no head of its log");
	else if (!proof->is_fine)
		tell(telling, "complete", "NOT COMPLETE", "%s", proof->why);
	else if (log->count == 0)
		tell(telling, "complete", "Complete", "nothing was logged in this time");
	else
		tell(telling, "complete", "Complete", "entries %" PRId64 " to %" PRId64 " of the log are all there, without a gap, and lead to the signed root; "
		    "the %" PRId64 " sessions are those that these entries say were entered", log->first, log->end - 1, proof->sessions);
	if (proof->outside > 0)
		tell(telling, "clock", "Clock", "%" PRId64 " entries between them bear another time: the wall clock was set", proof->outside);
	if (log->unsigned_entries > 0)
		tell(telling, "too_new", "Too new", "%" PRId64 " entries are too new to be signed; they are shown, and not proven", log->unsigned_entries);
}

static void
tell_head(struct telling *telling)
{
	const struct report_log *log = &telling->report->log;
	char root[2 * TREE_HASH + 1];

	if (log->key[0] == '\0')
		return;
	tell(telling, "head", "Signed head", "%" PRIu64 " entries, root %s", log->checkpoint.head.size, id_hex(log->checkpoint.head.root, TREE_HASH, root));
	tell(telling, "key", "Log's key", "%s", log->key);
	if (log->was_known)
		tell(telling, "seen", "Seen before", "yes: the log has grown from the %" PRId64 " entries that were seen from here", log->known_size);
	else
		tell(telling, "seen", "Seen before", "no: compare the key with a copy that you have from elsewhere");
}

static void
tell_sample(struct telling *telling)
{
	const struct report *report = telling->report;
	int64_t drawn = 0;

	if (report->sample == 0)
		return;
	for (size_t i = 0; i < report->session_count; i++)
		drawn += report->sessions[i].is_drawn;
	tell(telling, "sample", "Sample", "%" PRId64 " of %" PRId64 " sessions, drawn by the seed %s: those with the lowest SHA-256 of the seed, a line feed and the session's id "
	    "(printf '%%s\\n%%s' SEED ID | sha256sum)", drawn, report->population, report->seed);
}

int
report_facts(const struct report *report, report_fact *each, void *user)
{
	struct telling telling = { .report = report, .each = each, .user = user };
	char when[CLOCK_TEXT];

	tell_what(&telling);
	tell_population(&telling);
	tell_proof(&telling);
	tell_head(&telling);
	tell_sample(&telling);
	if (!report->has_commands)
		tell(&telling, "commands", "What was run", "stands in the recordings: with --commands and your key they are read");
	if (report->could_us != 0)
		tell(&telling, "who_could", "Who could", "on %s", clock_local(report->could_us, when));
	return telling.error;
}
