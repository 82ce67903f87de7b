/* SPDX-License-Identifier: ISC */
/* Commands of the approver: everything that the console does, for scripts and for one line. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "lib/wire/pages.h"
#include "recorder/client/commands.h"
#include "recorder/client/layer.h"
#include "recorder/client/sign.h"

static int
print_request(struct client *client, const void *fields, void *user)
{
	const struct wire_request_row *row = fields;
	char id[ID_TEXT];
	char span[CLOCK_TEXT];
	char waited[CLOCK_TEXT];
	int *count = user;

	(*count)++;
	if (client->json) {
		client_print_json(WIRE_REQUEST_ROW, row);
		return 0;
	}
	printf("%.*s  %-9s %-14s %-14s %10s %9s  %s\n", ID_SHORT, id_text(&row->request, id), row->state, row->role, row->person,
	    clock_span(row->seconds, span), clock_short((clock_wall_us() - row->created_us) / CLOCK_US, waited), row->reason);
	if (!id_is_zero(&row->opens))
		printf("%*s  to open the recording of session %.*s\n", ID_SHORT, "", ID_SHORT, id_text(&row->opens, id));
	if (row->keys > 0)
		printf("%*s  takes the key of %s, with: postern grant %.*s --identity FILE\n", ID_SHORT, "",
		    row->keys > 1 ? "two who grant it" : "the one who grants it", ID_SHORT, id_text(&row->request, id));
	if (row->unreviewed)
		printf("%*s  BREAK-GLASS: nobody decided this; %s\n", ID_SHORT, "", row->can_review ? "review it with `postern review`" : "not for you to review");
	else if (row->reviewer[0] != '\0')
		printf("%*s  break-glass, reviewed by %s: %s\n", ID_SHORT, "", row->reviewer, row->review);
	if (!row->can && strcmp(row->state, "waiting") == 0)
		printf("%*s  not for you to decide: %s\n", ID_SHORT, "", row->why);
	return 0;
}

static void
place_of_request(const void *fields, int64_t *at_us, struct id *id)
{
	const struct wire_request_row *row = fields;

	*at_us = row->created_us;
	*id = row->request;
}

static int
list_requests(struct client *client, struct wire_requests *question, int *count)
{
	const struct pages pages = { .question = WIRE_REQUESTS, .row = WIRE_REQUEST_ROW, .fields = question, .until_us = &question->until_us,
		.place = place_of_request, .each = print_request, .user = count };

	return client_pages(client, &pages);
}

int
cmd_requests(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	struct wire_requests question = { 0 };
	struct wire_requests reviews = { .state = (char[]){ WIRE_UNREVIEWED } };
	char waiting[] = "waiting";
	char reviewed[] = WIRE_REVIEWS;
	int count = 0;
	int r = client_open(&client, cli);

	if (cli->word_count > 0)
		question.which = cli->words[0];
	else if (cli_has(cli, "reviews"))
		question.state = cli_has(cli, "all") ? reviewed : reviews.state;
	else if (!cli_has(cli, "all"))
		question.state = waiting;
	/* What nobody decided stands above what waits for a decision. */
	if (r == 0 && question.state == waiting)
		r = list_requests(&client, &reviews, &count);
	if (r == 0)
		r = list_requests(&client, &question, &count);
	if (r == 0 && count == 0 && !client.json)
		printf("%s\n", cli_has(cli, "reviews") ? "Nothing is to be reviewed." : "Nobody is waiting.");
	return r;
}

static int
decide(struct cli *cli, struct wire_decide *decision, const char *comment)
{
	AUTO_CLIENT struct client client;
	AUTO_SIGN struct sign sign = { 0 };
	AUTO_FREE char *clean = text_clean(comment != NULL ? comment : "", comment != NULL ? strlen(comment) : 0);
	int r = client_open(&client, cli);

	decision->which = cli->words[0];
	decision->comment = clean;
	if (r == 0 && decision->grant)
		r = layer_open(&client, cli->words[0]);
	if (r == 0 && decision->grant)
		r = sign_decision(&client, decision, &sign);
	if (r == 0)
		r = client_ask(&client, WIRE_DECIDE, decision, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

int
cmd_grant(struct cli *cli)
{
	struct wire_decide decision = { .grant = true };
	int r = client_span(cli, "for", &decision.seconds);

	return r != 0 ? r : decide(cli, &decision, cli_get(cli, "comment"));
}

int
cmd_deny(struct cli *cli)
{
	struct wire_decide decision = { .grant = false };
	const char *reason = cli_get(cli, "reason");

	if (reason == NULL || reason[0] == '\0')
		return cli_fail(cli, STATUS_USAGE, "say why with --reason TEXT; the engineer sees it");
	return decide(cli, &decision, reason);
}

int
cmd_review(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	const char *comment = cli_get(cli, "comment");
	AUTO_FREE char *clean = text_clean(comment != NULL ? comment : "", comment != NULL ? strlen(comment) : 0);
	struct wire_review review = { .which = cli->words[0], .comment = clean };
	AUTO_SIGN struct sign sign = { 0 };
	int r;

	if (clean[strspn(clean, " ")] == '\0')
		return cli_fail(cli, STATUS_USAGE, "say with --comment TEXT what you looked at, and whether it was right");
	r = client_open(&client, cli);
	if (r == 0)
		r = sign_review(&client, &review, &sign);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

static int
print_session(struct client *client, const void *fields, void *user)
{
	const struct wire_session_row *row = fields;
	int64_t now = clock_wall_us();
	char id[ID_TEXT];
	char left[CLOCK_TEXT];
	int *count = user;

	(*count)++;
	if (client->json) {
		client_print_json(WIRE_SESSION_ROW, row);
		return 0;
	}
	printf("%.*s  %-8s %-14s %-14s ", ID_SHORT, id_text(&row->session, id), row->state, row->role, row->person);
	if (strcmp(row->state, "ended") == 0)
		printf("%s", row->why);
	else
		printf("%9s left  %s%s%s", clock_short((row->ends_us - now) / CLOCK_US, left), row->reason,
		    row->why[0] != '\0' ? "  ! " : "", row->why);
	printf("\n");
	return 0;
}

static void
place_of_session(const void *fields, int64_t *at_us, struct id *id)
{
	const struct wire_session_row *row = fields;

	*at_us = row->started_us;
	*id = row->session;
}

int
cmd_sessions(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	struct wire_sessions question = { .running = !cli_has(cli, "all") && cli->word_count == 0 };
	int count = 0;
	const struct pages pages = { .question = WIRE_SESSIONS, .row = WIRE_SESSION_ROW, .fields = &question, .until_us = &question.until_us,
		.place = place_of_session, .each = print_session, .user = &count };
	int r = client_open(&client, cli);

	if (cli->word_count > 0)
		question.which = cli->words[0];
	if (r == 0)
		r = client_pages(&client, &pages);
	if (r == 0 && count == 0 && !client.json)
		printf("No session is running.\n");
	return r;
}

int
cmd_revoke(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	const char *reason = cli_get(cli, "reason");
	AUTO_FREE char *clean = text_clean(reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
	struct wire_revoke question = { .which = cli->words[0], .reason = clean };
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_REVOKE, &question, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

int
cmd_say(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	AUTO_FREE char *clean = text_clean(cli->words[1], strlen(cli->words[1]));
	struct wire_say question = { .which = cli->words[0], .text = clean };
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_SAY, &question, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

static int
halt(struct cli *cli, bool on)
{
	AUTO_CLIENT struct client client;
	const char *reason = on ? cli_get(cli, "reason") : NULL;
	AUTO_FREE char *clean = text_clean(reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
	struct wire_freeze question = { .which = cli->words[0], .on = on, .reason = clean };
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_FREEZE, &question, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

int
cmd_freeze(struct cli *cli)
{
	return halt(cli, true);
}

int
cmd_thaw(struct cli *cli)
{
	return halt(cli, false);
}

/* The line that waits in a session. */
static int
answer(struct cli *cli, bool on)
{
	AUTO_CLIENT struct client client;
	const char *reason = cli_get(cli, "reason");
	AUTO_FREE char *clean = text_clean(reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
	struct wire_allow question = { .which = cli->words[0], .on = on, .reason = clean };
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_ALLOW, &question, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

int
cmd_allow(struct cli *cli)
{
	return answer(cli, true);
}

int
cmd_refuse(struct cli *cli)
{
	return answer(cli, false);
}

int
cmd_shorten(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	const char *reason = cli_get(cli, "reason");
	AUTO_FREE char *clean = text_clean(reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
	struct wire_shorten question = { .which = cli->words[0], .reason = clean };
	int r = client_span(cli, "to", &question.seconds);

	if (r == 0 && question.seconds <= 0)
		return cli_fail(cli, STATUS_USAGE, "say with --to TIME how long it may still last; `revoke` ends it now");
	if (r == 0)
		r = client_open(&client, cli);
	if (r == 0)
		r = client_ask(&client, WIRE_SHORTEN, &question, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}
