/* SPDX-License-Identifier: ISC */
/* What a report says, as tables. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "player/enforced.h"
#include "player/report.h"

#define COUNT(array)	(sizeof (array) / sizeof (array)[0])
#define EXPIRED		"(its retention window has lapsed)"
#define WORDS_EACH	6	/* of a decision in wire_audit_request */

/* clang-format off */
static const struct column sessions_columns[] = {
	{ "session",	"Session",	CELL_TEXT,	true, false },
	{ "entered",	"Log entry",	CELL_NUMBER,	true, false },
	{ "ended_entry", "Its end",	CELL_NUMBER,	false, true },
	{ "started",	"Started",	CELL_TIME,	true, false },
	{ "ended",	"Ended",	CELL_TIME,	false, false },
	{ "length_s",	"Length",	CELL_SECONDS,	true, false },
	{ "person",	"Person",	CELL_TEXT,	true, false },
	{ "account",	"Account",	CELL_TEXT,	false, true },
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "host",	"Host",		CELL_TEXT,	false, true },
	{ "decided_by",	"Decided by",	CELL_TEXT,	true, false },
	{ "reason",	"Reason",	CELL_TEXT,	true, false },
	{ "end",	"How it ended",	CELL_TEXT,	false, false },
	{ "exit_status", "Exit status",	CELL_NUMBER,	false, true },
	{ "killed",	"Killed",	CELL_NUMBER,	false, true },
	{ "survivors",	"Survivors",	CELL_NUMBER,	false, true },
	{ "masked",	"Masked",	CELL_NUMBER,	false, false },
	{ "blocked",	"Blocked",	CELL_NUMBER,	false, false },
	{ "watched",	"Opened",	CELL_NUMBER,	false, false },
	{ "recording",	"Recording",	CELL_TEXT,	false, true },
	{ "population",	"Population",	CELL_TEXT,	false, false },
	{ "sample",	"Sample",	CELL_TEXT,	false, false },
};
static const struct column decisions_columns[] = {
	{ "request",	"Request",	CELL_TEXT,	true, false },
	{ "created",	"Asked",	CELL_TIME,	true, false },
	{ "person",	"Person",	CELL_TEXT,	true, false },
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "asked_s",	"For",		CELL_SECONDS,	false, false },
	{ "state",	"Now",		CELL_TEXT,	true, false },
	{ "decided_by",	"Decided by",	CELL_TEXT,	true, false },
	{ "verdict",	"Decision",	CELL_TEXT,	true, false },
	{ "decided",	"At",		CELL_TIME,	false, false },
	{ "signature",	"Signature",	CELL_TEXT,	true, false },
	{ "granted_s",	"Granted",	CELL_SECONDS,	false, false },
	{ "used_s",	"Used",		CELL_SECONDS,	false, false },
	{ "grant_end",	"Grant's end",	CELL_TEXT,	false, true },
	{ "comment",	"Comment",	CELL_TEXT,	false, false },
	{ "reason",	"Reason",	CELL_TEXT,	true, false },
};
static const struct column glass_columns[] = {
	{ "request",	"Request",	CELL_TEXT,	true, false },
	{ "at",		"At",		CELL_TIME,	true, false },
	{ "person",	"Person",	CELL_TEXT,	true, false },
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "reason",	"Reason",	CELL_TEXT,	true, false },
	{ "reviewed_by", "Reviewed by",	CELL_TEXT,	true, false },
	{ "reviewed",	"At",		CELL_TIME,	false, false },
	{ "review",	"Review",	CELL_TEXT,	true, false },
};
static const struct column events_columns[] = {
	{ "entry",	"Log entry",	CELL_NUMBER,	true, false },
	{ "at",		"At",		CELL_TIME,	true, false },
	{ "kind",	"What",		CELL_TEXT,	true, false },
	{ "session",	"Session",	CELL_TEXT,	true, false },
	{ "person",	"Whose",	CELL_TEXT,	true, false },
	{ "role",	"Role",		CELL_TEXT,	false, false },
	{ "text",	"What the log says", CELL_TEXT,	true, false },
};
static const struct column commands_columns[] = {
	{ "session",	"Session",	CELL_TEXT,	true, false },
	{ "at",		"At",		CELL_TIME,	true, false },
	{ "person",	"Person",	CELL_TEXT,	true, false },
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "exit_status", "Exit status",	CELL_NUMBER,	true, false },
	{ "line",	"Line",		CELL_TEXT,	true, false },
};
static const struct column masked_columns[] = {
	{ "session",	"Session",	CELL_TEXT,	true, false },
	{ "person",	"Person",	CELL_TEXT,	true, false },
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "rule",	"Rule",		CELL_TEXT,	true, false },
	{ "values",	"Values",	CELL_NUMBER,	true, false },
};
static const struct column privileges_columns[] = {
	{ "person",	"Person",	CELL_TEXT,	true, false },
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "grants",	"Grants",	CELL_NUMBER,	true, false },
	{ "unused_grants", "Never entered", CELL_NUMBER, true, false },
	{ "sessions",	"Sessions",	CELL_NUMBER,	true, false },
	{ "granted_s",	"Granted",	CELL_SECONDS,	true, false },
	{ "used_s",	"Used",		CELL_SECONDS,	true, false },
	{ "unused_s",	"Not used",	CELL_SECONDS,	true, false },
	{ "used_percent", "Used %",	CELL_NUMBER,	true, false },
};
static const struct column roles_columns[] = {
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "requests",	"Requests",	CELL_NUMBER,	true, false },
	{ "sessions",	"Sessions",	CELL_NUMBER,	true, false },
	{ "persons",	"Persons inside", CELL_NUMBER,	true, false },
	{ "use",	"Use",		CELL_TEXT,	true, false },
	{ "decides",	"Who decides",	CELL_TEXT,	false, false },
	{ "about",	"About",	CELL_TEXT,	true, false },
};
static const struct column could_columns[] = {
	{ "right",	"Right",	CELL_TEXT,	true, false },
	{ "role",	"Role",		CELL_TEXT,	true, false },
	{ "who",	"Who",		CELL_TEXT,	true, false },
	{ "why",	"By which entry, and what else it takes", CELL_TEXT, true, false },
	{ "since",	"In force since", CELL_TIME,	false, false },
	{ "entry",	"Log entry",	CELL_NUMBER,	false, false },
};

#define KIND(columns)	columns, COUNT(columns)
static const struct table_kind kinds[REPORT_TABLES] = {
	[REPORT_SESSIONS] = { "sessions", "Who had access", "Every session of which some part lies in the time. The population is those that began in it.", KIND(sessions_columns) },
	[REPORT_DECISIONS] = { "decisions", "Requests and decisions", "Every request that was made in the time, once for each decision on it.", KIND(decisions_columns) },
	[REPORT_GLASS] = { "break-glass", "Break-glass", "Entered without a decision.", KIND(glass_columns) },
	[REPORT_ACTS] = { "acts", "What happened in the sessions", "Files, guarded lines, freezing, more time, messages, early ends.", KIND(events_columns) },
	[REPORT_COVERAGE] = { "coverage", "What was not captured", "As each session's recorder says.", KIND(events_columns) },
	[REPORT_COMMANDS] = { "commands", "What was run", "Lines as they stood on the screen at Enter, from the recordings.", KIND(commands_columns) },
	[REPORT_MASKED] = { "masked", "What was masked", "", KIND(masked_columns) },
	[REPORT_BLOCKED] = { "blocked", "What was blocked", "Lines that a guard did not let through; entries, decisions, openings that were refused.", KIND(events_columns) },
	[REPORT_WATCHED] = { "watched", "Who watched", "Recordings that were opened or exported, running sessions that were watched and for how long, searches, lists and reports.", KIND(events_columns) },
	[REPORT_PRIVILEGES] = { "privileges", "Granted and used", "Of the grants asked for in the time. Time in several sessions at once counts once.", KIND(privileges_columns) },
	[REPORT_ROLES] = { "roles", "Roles and their use", "The roles of the policy as it is now.", KIND(roles_columns) },
	[REPORT_DELETIONS] = { "deletions", "Deletions and holds", "", KIND(events_columns) },
	[REPORT_CHANGES] = { "changes", "Changes of policy, keys and gate", "", KIND(events_columns) },
	[REPORT_COULD] = { "who-could", "Who could do what", "By the policy that was in force then.", KIND(could_columns) },
};

/* Where entries of the log are told; what is not here stands in other tables already. */
static const struct {
	const char		*kind;
	enum report_table	 table;
} places[] = {
	{ "said", REPORT_ACTS }, { "frozen", REPORT_ACTS }, { "thawed", REPORT_ACTS }, { "extended", REPORT_ACTS },
	{ "shortened", REPORT_ACTS }, { "revoked", REPORT_ACTS }, { "right-lost", REPORT_ACTS }, { "session-lost", REPORT_ACTS },
	{ "session", REPORT_ACTS }, { "role-changed", REPORT_ACTS }, { "guard-answered", REPORT_ACTS },
	{ "entry-refused", REPORT_BLOCKED }, { "decision-refused", REPORT_BLOCKED }, { "recording-refused", REPORT_BLOCKED },
	{ "hold-refused", REPORT_BLOCKED }, { "peer-refused", REPORT_BLOCKED },
	{ "recording-opened", REPORT_WATCHED }, { "watched", REPORT_WATCHED }, { "watch-ended", REPORT_WATCHED },
	{ "searched", REPORT_WATCHED }, { "listed", REPORT_WATCHED }, { "reported", REPORT_WATCHED },
	{ "deleted", REPORT_DELETIONS }, { "deletion-failed", REPORT_DELETIONS }, { "retention-run", REPORT_DELETIONS },
	{ "retention-held", REPORT_DELETIONS }, { "clock-jumped", REPORT_DELETIONS }, { "hold-signed", REPORT_DELETIONS },
	{ "held", REPORT_DELETIONS }, { "released", REPORT_DELETIONS }, { "hold-ended", REPORT_DELETIONS },
	{ "deletion-done", REPORT_DELETIONS }, { "restored", REPORT_DELETIONS },
	{ "gate-started", REPORT_CHANGES }, { "gate-stopped", REPORT_CHANGES }, { "policy-loaded", REPORT_CHANGES },
	{ "policy-refused", REPORT_CHANGES }, { "roster-changed", REPORT_CHANGES }, { "key-changed", REPORT_CHANGES },
	{ "key-trouble", REPORT_CHANGES }, { "policy-version", REPORT_CHANGES }, { "roster-version", REPORT_CHANGES },
	{ "members-version", REPORT_CHANGES }, { "key-retired", REPORT_CHANGES }, { "key-returned", REPORT_CHANGES },
	{ "key-refused", REPORT_BLOCKED }, { "envelope-added", REPORT_CHANGES }, { "output", REPORT_CHANGES },
	{ "output-lost", REPORT_CHANGES }, { "output-back", REPORT_CHANGES }, { "witness-trouble", REPORT_CHANGES },
	 { "replica", REPORT_CHANGES }, { "replica-trouble", REPORT_CHANGES },
};
/* clang-format on */

const struct table_kind *
report_table_kind(enum report_table table)
{
	return &kinds[table];
}

/* "guarded: RULE: denied: LINE" and the like: the line did not get through. */
static bool
is_blocked(const char *text)
{
	static const char *const words[] = { "denied", "refused", "lapsed", "withdrawn" };
	const char *at = strncmp(text, "guarded: ", 9) == 0 ? strstr(text + 9, ": ") : NULL;

	for (size_t i = 0; at != NULL && i < COUNT(words); i++)
		if (strncmp(at + 2, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* What the recorder says of itself is told elsewhere. */
static bool
is_own(const char *text)
{
	return strncmp(text, "started", 7) == 0 || strncmp(text, "ended", 5) == 0 || enforced_object(text) != NULL;
}

/* The table of an entry; -1: none. */
static int
place_of(const struct wire_audit_event *row)
{
	bool is_session = strcmp(row->type, "session") == 0;

	if (is_session && is_blocked(row->text))
		return REPORT_BLOCKED;
	if (is_session && strncmp(row->text, "coverage", 8) == 0)
		return REPORT_COVERAGE;
	for (size_t i = 0; i < COUNT(places); i++)
		if (strcmp(row->type, places[i].kind) == 0)
			return is_session && is_own(row->text) ? -1 : (int)places[i].table;
	return -1;
}

/* What people wrote stands in an entry of its own, right behind the one that it belongs to. */
static void
put_words(const struct report *report, const struct report_event *event, struct table *table)
{
	const struct wire_audit_event *row = event->row;
	const struct report_event *next = event + 1;
	bool has_words = next < report->events + report->event_count && strcmp(next->row->type, "reason") == 0 &&
	    next->row->seq == row->seq + 1 && id_equal(&next->row->subject, &row->subject);
	AUTO_FREE char *text = NULL;

	if (!has_words || asprintf(&text, "%s: %s", row->text, next->row->expired ? EXPIRED : next->row->text) < 0)
		text = NULL;
	table_text(table, row->expired ? EXPIRED : text != NULL ? text : row->text);
}

static void
put_event(struct report *report, const struct report_event *event, enum report_table place)
{
	struct table *table = &report->tables[place];
	const struct wire_audit_event *row = event->row;
	const uint8_t *entry = report_entry(report, row->seq);
	char id[2 * 32 + 1] = "";

	table_number(table, row->seq);
	table_number(table, row->time_us);
	table_text(table, row->type);
	table_text(table, event->session != NULL ? id_text(&event->session->row->session, id) : "");
	table_text(table, event->session != NULL ? event->session->row->person : event->request != NULL ? event->request->row->person : "");
	table_text(table, event->session != NULL ? event->session->row->role : event->request != NULL ? event->request->row->role : "");
	if (row->number >= EVENT_VERSIONS && row->number <= EVENT_VERSIONS_LAST && entry != NULL)
		table_text(table, id_hex(entry + EVENT_FACT_AT, EVENT_FACT_BYTES, id));
	else
		put_words(report, event, table);
}

static void
put_events(struct report *report)
{
	for (size_t i = 0; i < report->event_count; i++) {
		struct report_event *event = &report->events[i];
		int place = place_of(event->row);

		if (event->session != NULL && place == REPORT_BLOCKED)
			event->session->blocked++;
		if (event->session != NULL && place == REPORT_WATCHED && strcmp(event->row->type, "watch-ended") != 0)
			event->session->watched++;
		if (event->is_wanted && place >= 0)
			put_event(report, event, (enum report_table)place);
	}
}

/* Values behind "RULE=COUNT". */
static int64_t
masked_count(const char *word)
{
	const char *sign = strrchr(word, '=');

	return sign != NULL ? strtoll(sign + 1, NULL, 10) : 0;
}

static int64_t
put_masked(struct report *report, const struct wire_audit_session *row)
{
	struct table *table = &report->tables[REPORT_MASKED];
	int64_t all = 0;
	char id[ID_TEXT];

	for (char **word = row->masked; *word != NULL; word++) {
		AUTO_FREE char *rule = own_dup(*word);

		rule[strcspn(rule, "=")] = '\0';
		table_text(table, id_text(&row->session, id));
		table_text(table, row->person);
		table_text(table, row->role);
		table_text(table, rule);
		table_number(table, masked_count(*word));
		all += masked_count(*word);
	}
	return all;
}

/* What is kept of it: "trail" if what was shown has gone, and what was run is there. */
static const char *
kept_of(const struct wire_audit_session *row)
{
	bool has_trail = row->trail[0] != '\0' && strcmp(row->trail, "expired") != 0;

	if (row->held)
		return "held";
	return has_trail && strcmp(row->recording, "expired") == 0 ? "trail" : row->recording;
}

static void
put_session(struct report *report, const struct report_session *session)
{
	struct table *table = &report->tables[REPORT_SESSIONS];
	const struct wire_audit_session *row = session->row;
	bool is_over = row->ended_us != 0;
	char id[ID_TEXT];

	table_text(table, id_text(&row->session, id));
	table_number(table, session->entered >= 0 ? session->entered : TABLE_NONE);
	table_number(table, session->ended >= 0 ? session->ended : TABLE_NONE);
	table_number(table, row->started_us);
	table_number(table, row->ended_us);
	table_number(table, ((is_over ? row->ended_us : report->made_us) - row->started_us) / CLOCK_US);
	table_text(table, row->person);
	table_text(table, row->account);
	table_text(table, row->role);
	table_text(table, row->host);
	table_text(table, row->by);
	table_text(table, row->reason);
	table_text(table, is_over ? row->why : row->state);
	table_number(table, is_over ? row->exit_status : TABLE_NONE);
	table_number(table, is_over ? row->killed : TABLE_NONE);
	table_number(table, is_over ? row->survivors : TABLE_NONE);
	table_number(table, put_masked(report, row));
	table_number(table, session->blocked);
	table_number(table, session->watched);
	table_text(table, kept_of(row));
	table_text(table, session->is_earlier ? "began earlier" : "yes");
	table_text(table, session->is_drawn ? "yes" : "");
}

static void
put_decision(struct report *report, const struct wire_audit_request *row, char *const *words)
{
	struct table *table = &report->tables[REPORT_DECISIONS];
	bool has_grant = !id_is_zero(&row->grant);
	char id[ID_TEXT], end[2 * 128 + 8] = "";

	if (row->grant_why[0] != '\0')
		snprintf(end, sizeof end, "%s%s%s", row->grant_why, row->grant_by[0] != '\0' ? " by " : "", row->grant_by);
	table_text(table, id_text(&row->request, id));
	table_number(table, row->created_us);
	table_text(table, row->person);
	table_text(table, row->role);
	table_number(table, row->seconds);
	table_text(table, row->state);
	table_text(table, words != NULL ? words[0] : row->closed_by);
	table_text(table, words != NULL ? words[1] : "");
	table_number(table, words != NULL ? strtoll(words[2], NULL, 10) : row->closed_us);
	table_text(table, words != NULL ? words[3] : "");
	table_number(table, has_grant ? row->granted_s : TABLE_NONE);
	table_number(table, has_grant ? row->used_s : TABLE_NONE);
	table_text(table, end[0] != '\0' ? end : row->grant_state);
	table_text(table, words != NULL ? words[5] : "");
	table_text(table, row->reason);
}

static void
put_glass(struct report *report, const struct wire_audit_request *row)
{
	struct table *table = &report->tables[REPORT_GLASS];
	char id[ID_TEXT];

	table_text(table, id_text(&row->request, id));
	table_number(table, row->created_us);
	table_text(table, row->person);
	table_text(table, row->role);
	table_text(table, row->reason);
	table_text(table, row->reviewed_us != 0 ? row->reviewer : "nobody yet");
	table_number(table, row->reviewed_us);
	table_text(table, row->review);
}

static void
put_request(struct report *report, const struct wire_audit_request *row)
{
	size_t words = 0;

	while (row->decisions[words] != NULL)
		words++;
	if (words < WORDS_EACH)
		put_decision(report, row, NULL);
	for (size_t i = 0; i + WORDS_EACH <= words; i += WORDS_EACH)
		put_decision(report, row, row->decisions + i);
	if (row->glass)
		put_glass(report, row);
}

static void
put_commands(struct report *report)
{
	struct table *table = &report->tables[REPORT_COMMANDS];
	char id[ID_TEXT];

	for (size_t i = 0; i < report->command_count; i++) {
		const struct report_command *command = &report->commands[i];

		table_text(table, id_text(&command->session->row->session, id));
		table_number(table, command->time_us);
		table_text(table, command->session->row->person);
		table_text(table, command->session->row->role);
		table_number(table, command->status);
		table_text(table, command->text);
	}
}

static void
put_could(struct report *report)
{
	struct table *table = &report->tables[REPORT_COULD];

	for (size_t i = 0; i < report->could_count; i++) {
		const struct wire_could_row *row = report->could[i].fields;

		table_text(table, row->what);
		table_text(table, row->role);
		table_text(table, row->who);
		table_text(table, row->why);
		table_number(table, row->since_us);
		table_number(table, row->since_us != 0 ? row->entry : TABLE_NONE);
	}
}

void
report_tables(struct report *report)
{
	for (int i = 0; i < REPORT_TABLES; i++)
		report->tables[i].kind = &kinds[i];
	put_events(report);
	for (size_t i = 0; i < report->session_count; i++)
		if (report->sessions[i].is_wanted)
			put_session(report, &report->sessions[i]);
	for (size_t i = 0; i < report->request_count; i++)
		if (report->requests[i].is_wanted)
			put_request(report, report->requests[i].row);
	report_use(report);
	put_commands(report);
	put_could(report);
}
