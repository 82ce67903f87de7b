/* SPDX-License-Identifier: ISC */
/* postern show: a session's story, from the catalogue and the log, as a page of plain text. */
#include "config.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "lib/wire/json.h"
#include "player/commands.h"
#include "player/enforced.h"

#define LABEL	11	/* columns */

/* What the story is about: the session, and what led to it. */
struct story {
	struct id	session, grant, request;
	bool		found;
};

struct log_line {
	int64_t	 seq, time_us;
	char	*type, *text;
	char	*json;		/* with --json instead */
};

struct log {
	struct log_line	*lines;
	size_t		 count;
};

static void __attribute__((format(printf, 2, 3)))
line(const char *label, const char *format, ...)
{
	va_list args;

	printf("%-*s", LABEL, label);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void
print_end(const struct wire_recording_row *row)
{
	char when[CLOCK_TEXT], span[CLOCK_TEXT];

	if (row->ended_us == 0) {
		line("Ended", strcmp(row->state, "running") == 0 ? "not yet: it is running" : "it is not known when");
		return;
	}
	line("Ended", "%s, after %s%s%s", clock_local(row->ended_us, when),
	    clock_span((row->ended_us - row->started_us) / CLOCK_US, span), row->why[0] != '\0' ? ": " : "", row->why);
}

static void
print_kept(const struct wire_recording_row *row)
{
	char when[CLOCK_TEXT];

	if (strcmp(row->state, "expired") == 0)
		line("Kept", "no more: its retention window lapsed on %s under class %s", clock_local(row->expires_us, when), row->class);
	else if (row->held && row->held_until_us != 0)
		line("Kept", "at least until %s: a legal hold (class %s)", clock_local(row->held_until_us, when), row->class);
	else if (row->held)
		line("Kept", "until its legal hold is released (class %s)", row->class);
	else if (row->expires_us == 0)
		line("Kept", "for ever, under class %s", row->class);
	else
		line("Kept", "until %s, under class %s", clock_local(row->expires_us, when), row->class);
	if (row->trail[0] != '\0')
		line("Trail", "%s: what was run %s%s", row->trail, strcmp(row->trail, "expired") == 0 ? "is not kept any more, since " :
		    row->trail_expires_us != 0 ? "is kept until " : "is kept for ever", row->trail_expires_us != 0 ? clock_local(row->trail_expires_us, when) : "");
	if (row->hold[0] != '\0')
		line("Hold", "%s", row->hold);
}

/* "github-token 3, email 12"; the gate sends "RULE=COUNT". */
static void
print_masked(char *const *masked)
{
	if (masked[0] == NULL)
		return;
	printf("%-*s", LABEL, "Masked");
	for (unsigned i = 0; masked[i] != NULL; i++) {
		AUTO_FREE char *clean = text_clean(masked[i], strlen(masked[i]));
		char *count = strrchr(clean, '=');

		if (count != NULL)
			*count = ' ';
		printf("%s%s", i > 0 ? ", " : "", clean);
	}
	putchar('\n');
}

static int
print_recording(struct client *client, const void *fields, void *user)
{
	const struct wire_recording_row *row = fields;
	struct story *story = user;
	char id[ID_TEXT], when[CLOCK_TEXT];

	story->session = row->session;
	story->found = true;
	if (client->json) {
		client_print_json(WIRE_RECORDING_ROW, row);
		return 0;
	}
	line("Session", "%s", id_text(&row->session, id));
	line("Who", "%s as %s on %s", row->person, row->role, row->host);
	line("Why", "%s", row->reason[0] != '\0' ? row->reason : "(no reason is on record)");
	line("Granted by", "%s", row->by[0] != '\0' ? row->by : "(it is not on record)");
	line("Started", "%s", clock_local(row->started_us, when));
	print_end(row);
	line("Recording", "%lld bytes, %s", (long long)row->bytes, strcmp(row->state, "cut") == 0 ?
	    "cut: its recorder went without a word, what it had written is there" : row->state);
	print_masked(row->masked);
	print_kept(row);
	return 0;
}

static int
take_session(struct client *client, const void *fields, void *user)
{
	struct story *story = user;

	(void)client;
	story->grant = ((const struct wire_session_row *)fields)->grant;
	return 0;
}

static int
take_grant(struct client *client, const void *fields, void *user)
{
	const struct wire_grant_row *row = fields;
	struct story *story = user;

	(void)client;
	if (id_equal(&row->grant, &story->grant))
		story->request = row->request;
	return 0;
}

static int
take_event(struct client *client, const void *fields, void *user)
{
	const struct wire_event_row *row = fields;
	struct log *log = user;
	struct log_line *at;

	/* Doubles when the count is a power of two. */
	if ((log->count & (log->count - 1)) == 0)
		log->lines = own_grow(log->lines, log->count == 0 ? 1 : 2 * log->count, sizeof *log->lines);
	at = &log->lines[log->count++];
	*at = (struct log_line){ .seq = row->seq, .time_us = row->time_us };
	at->type = own_dup(row->type);
	at->text = own_dup(row->text);
	at->json = client->json ? wire_json(WIRE_EVENT_ROW, row) : NULL;
	return 0;
}

static int
ask_events(struct client *client, const struct id *subject, struct log *log)
{
	char id[ID_TEXT];
	struct wire_events question = { .subject = id_text(subject, id) };

	if (id_is_zero(subject))
		return 0;
	return client_ask(client, WIRE_EVENTS, &question, WIRE_EVENT_ROW, take_event, log);
}

static int
by_seq(const void *a, const void *b)
{
	const struct log_line *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* A recorder's own count of segments is nothing for people, and its start and end are told by the gate in better words. */
static bool
is_told(const struct log_line *at)
{
	if (enforced_object(at->text) != NULL)
		return false;	/* told above, in sentences */
	if (strcmp(at->type, "session") == 0)
		return strncmp(at->text, "started", 7) != 0 && strncmp(at->text, "ended", 5) != 0;
	return strcmp(at->type, "segment") != 0 && strcmp(at->type, "trail-segment") != 0 && strcmp(at->type, "trail-sealed") != 0 && strcmp(at->type, "envelope-sealed") != 0;
}

static void
print_sentence(const char *sentence, void *user)
{
	const char **label = user;

	line(*label, "%s", sentence);
	*label = "";
}

/* With --json the record itself, in an object of its own. */
static void
print_enforced(const struct story *story, const struct log *log)
{
	const char *label = "Enforced";
	char id[ID_TEXT];

	for (size_t i = 0; i < log->count; i++) {
		const char *object = enforced_object(log->lines[i].text);

		if (object == NULL)
			continue;
		if (log->lines[i].json != NULL) {
			json_t *record = json_loads(object, 0, NULL);
			json_t *all = json_pack("{s:s, s:o}", "session", id_text(&story->session, id), "enforced", record);

			if (all != NULL && record != NULL && json_dumpf(all, stdout, JSON_COMPACT) == 0)
				putchar('\n');
			json_decref(all);
		} else if (enforced_tell(object, print_sentence, &label) < 0) {
			line(label, "what the recorder said about it is not valid");
		}
	}
}

/* What people wrote stands in an entry of its own, right behind the one that it belongs to. */
static bool
is_words(const struct log *log, size_t i)
{
	return i > 0 && i < log->count && strcmp(log->lines[i].type, "reason") == 0 && log->lines[i].seq == log->lines[i - 1].seq + 1;
}

static void
print_log(const struct log *log)
{
	char when[CLOCK_TEXT];

	if (log->count > 0 && log->lines[0].json == NULL)
		printf("\nWhat the log says\n");
	for (size_t i = 0; i < log->count; i++) {
		const struct log_line *at = &log->lines[i];

		if (at->json != NULL)
			printf("%s\n", at->json);
		else if (is_told(at) && !is_words(log, i))
			printf("%s  %-17s  %s%s%s\n", clock_local(at->time_us, when), at->type, at->text, is_words(log, i + 1) ? ": " : "",
			    is_words(log, i + 1) ? at[1].text : "");
	}
}

static void
free_log(struct log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		free(log->lines[i].type);
		free(log->lines[i].text);
		free(log->lines[i].json);
	}
	free(log->lines);
}

/* The events of the session, and of the request and the grant that it came from. */
static int
tell_log(struct client *client, struct story *story)
{
	char id[ID_TEXT];
	struct wire_sessions sessions = { .which = id_text(&story->session, id) };
	struct wire_grants grants = { .all = true };
	struct log log = { 0 };
	int r = client_ask(client, WIRE_SESSIONS, &sessions, WIRE_SESSION_ROW, take_session, story);

	if (r == 0)
		r = client_ask(client, WIRE_GRANTS, &grants, WIRE_GRANT_ROW, take_grant, story);
	if (r == 0)
		r = ask_events(client, &story->request, &log);
	if (r == 0)
		r = ask_events(client, &story->grant, &log);
	if (r == 0)
		r = ask_events(client, &story->session, &log);
	if (log.count > 0)
		qsort(log.lines, log.count, sizeof *log.lines, by_seq);
	print_enforced(story, &log);
	print_log(&log);
	free_log(&log);
	return r;
}

static int
show_story(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	const char *reason = cli_get(cli, "reason") != NULL ? cli_get(cli, "reason") : "";
	AUTO_FREE char *which = own_dup(cli->words[0]), *why = text_clean(reason, strlen(reason));
	struct wire_recordings question = { .which = which, .reason = why };
	struct story story = { .found = false };
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_RECORDINGS, &question, WIRE_RECORDING_ROW, print_recording, &story);
	if (r == 0 && !story.found)
		r = cli_fail(cli, STATUS_NOT_FOUND, "there is no session %s", which);
	return r == 0 ? tell_log(&client, &story) : r;
}

int
cmd_show(struct cli *cli)
{
	return cli_has(cli, "signed") ? show_signed(cli) : show_story(cli);
}
