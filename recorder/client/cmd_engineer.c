/* SPDX-License-Identifier: ISC */
/* Commands of the engineer: roles, request, status, cancel; and inside a session: end, note. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "recorder/client/ask.h"
#include "recorder/client/commands.h"

static int
print_role(struct client *client, const void *fields, void *user)
{
	const struct wire_role *role = fields;
	char usual[CLOCK_TEXT];
	char most[CLOCK_TEXT];

	(void)user;
	if (client->json) {
		client_print_json(WIRE_ROLE, role);
		return 0;
	}
	printf("%-16s %s\n", role->role, role->about);
	printf("%-16s usually %s, at most %s; decided by %s; kept %s\n", "", clock_span(role->default_s, usual),
	    clock_span(role->most_s, most), role->asks, role->keep);
	if (role->glass_s > 0)
		printf("%-16s break-glass: you may enter without a decision for %s, to be reviewed\n", "", clock_span(role->glass_s, usual));
	if (!role->may)
		printf("%-16s not for you now: %s\n", "", role->why);
	return 0;
}

int
cmd_roles(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	struct wire_roles question = { .all = cli_has(cli, "all") };
	int r = client_open(&client, cli);

	return r != 0 ? r : client_ask(&client, WIRE_ROLES, &question, WIRE_ROLE, print_role, NULL);
}

static int
read_ask(const struct cli *cli, struct ask *ask)
{
	const char *at = cli_get(cli, "at");
	int r = client_span(cli, "for", &ask->seconds);

	if (r != 0)
		return r;
	ask->opens = cli_get(cli, "open");
	if ((ask->opens != NULL) == (cli->word_count > 0))
		return cli_fail(cli, STATUS_USAGE, "name a role, or a recording with --open SESSION");
	ask->role = cli->word_count > 0 ? cli->words[0] : "";
	ask->reason = cli_get(cli, "reason");
	if (ask->reason == NULL || ask->reason[strspn(ask->reason, " \t")] == '\0')
		return cli_fail(cli, STATUS_USAGE, "say why with --reason TEXT (a ticket or a sentence)");
	if (at != NULL && clock_parse_moment(at, clock_wall_us(), &ask->not_before_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment (write 2026-11-20 14:00, 14:00 or +2h)", at);
	return 0;
}

static int
print_asked(struct client *client, const struct id *request)
{
	AUTO_MESSAGE struct wire_message row = { 0 };
	char id[ID_TEXT];
	int r;

	if (!client->json) {
		printf("%s\n", id_text(request, id));
		fflush(stdout);
		return 0;
	}
	r = ask_row(client, request, &row);
	if (r == 0)
		client_print_json(WIRE_REQUEST_ROW, row.fields);
	fflush(stdout);
	return r;
}

int
cmd_request(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	struct ask ask = { 0 };
	struct id request;
	struct id grant;
	int r = read_ask(cli, &ask);

	if (r == 0)
		r = client_open(&client, cli);
	if (r == 0)
		r = ask_send(&client, &ask, &request);
	if (r == 0)
		r = print_asked(&client, &request);
	if (r == 0 && cli_has(cli, "wait"))
		r = ask_wait(&client, &request, &grant);
	return r;
}

int
cmd_cancel(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	struct wire_cancel cancel = { .which = cli->words[0] };
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_CANCEL, &cancel, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

static int
print_grant(struct client *client, const void *fields, void *user)
{
	const struct wire_grant_row *row = fields;
	char id[ID_TEXT];
	char a[CLOCK_TEXT];
	int *count = user;

	(*count)++;
	if (client->json) {
		client_print_json(WIRE_GRANT_ROW, row);
		return 0;
	}
	printf("%.*s  %-16s %s, granted by %s", ID_SHORT, id_text(&row->grant, id), row->role, clock_span(row->seconds, a), row->by);
	if (row->ends_us != 0)
		printf("; ends %s\n", clock_local(row->ends_us, a));
	else
		printf("; enter it before %s\n", clock_local(row->lapses_us, a));
	return 0;
}

static int
print_own_request(struct client *client, const void *fields, void *user)
{
	const struct wire_request_row *row = fields;
	char id[ID_TEXT];
	char a[CLOCK_TEXT];
	int *count = user;

	(*count)++;
	if (client->json) {
		client_print_json(WIRE_REQUEST_ROW, row);
		return 0;
	}
	printf("%.*s  %-16s %swaits for %s since %s: %s\n", ID_SHORT, id_text(&row->request, id), row->role,
	    id_is_zero(&row->opens) ? "" : "opening a recording ", row->asks, clock_local(row->created_us, a), row->reason);
	return 0;
}

/* `status` outside a session: what I hold and what I wait for. */
static int
status_outside(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	struct wire_grants grants = { .all = false };
	struct wire_requests requests = { .state = (char[]){ "waiting" }, .mine = true };
	int count = 0;
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_GRANTS, &grants, WIRE_GRANT_ROW, print_grant, &count);
	if (r == 0)
		r = client_ask(&client, WIRE_REQUESTS, &requests, WIRE_REQUEST_ROW, print_own_request, &count);
	if (r == 0 && count == 0 && !client.json)
		printf("You have no access now, and no request is waiting.\n");
	return r;
}

/* The worker's socket, as a session sees it; where nothing can be mounted over the gate's folder, it lies among the others. */
static int
connect_inside(char **path)
{
	const char *session = getenv("POSTERN_SESSION");
	struct place place;
	AUTO_FREE char *all = NULL;
	struct id id;
	int fd;

	place_init(&place, getenv("POSTERN_ROOT"));
	*path = place_path(place.run, "session.sock", NULL);
	all = place_path(place.run, "s", session);
	place_done(&place);
	fd = fdio_connect(*path);
	if (fd >= 0 || session == NULL || id_parse(session, &id) < 0)
		return fd;
	free(*path);
	*path = place_path(all, "session.sock", NULL);
	return fdio_connect(*path);
}

/* A question to the session's own worker; 0 with the answer, or an exit status after a sentence. */
static int
ask_inside(struct cli *cli, enum wire_kind kind, const void *fields, struct wire_message *answer)
{
	AUTO_CONN struct wire_conn conn = { .fd = -1 };
	AUTO_FREE char *path = NULL;
	int fd = connect_inside(&path);
	int r;

	if (fd < 0)
		return cli_fail(cli, STATUS_NO_GATE, "this is not inside a session (no answer at %s)", path);
	wire_conn_init(&conn, fd, WIRE_WORKER_TO_INSIDE, WIRE_FRAME_MOST);
	conn.phase = WIRE_PHASE_KNOWN;
	r = wire_send(&conn, kind, fields);
	if (r == 0)
		r = wire_wait(&conn, answer);
	if (r < 0)
		return cli_fail(cli, STATUS_NO_GATE, "the recorder did not answer: %s", err_text(r));
	if (answer->kind != WIRE_FAIL)
		return 0;
	return cli_fail(cli, (int)((struct wire_fail *)answer->fields)->status, "%s", ((struct wire_fail *)answer->fields)->text);
}

static int
status_inside(struct cli *cli)
{
	AUTO_MESSAGE struct wire_message answer = { 0 };
	struct wire_inside_status question = { .on = true };
	const struct wire_inside_row *row;
	char left[CLOCK_TEXT];
	char when[CLOCK_TEXT];
	int r = ask_inside(cli, WIRE_INSIDE_STATUS, &question, &answer);

	if (r != 0 || answer.kind != WIRE_INSIDE_ROW)
		return r;
	row = answer.fields;
	if (cli_has(cli, "json")) {
		client_print_json(WIRE_INSIDE_ROW, row);
		return 0;
	}
	printf("%s as %s, granted by %s: %s\n", row->person, row->role, row->by, row->reason);
	if (row->ends_us != 0)
		printf("%s left, until %s.\n", clock_span((row->ends_us - clock_wall_us()) / CLOCK_US, left), clock_local(row->ends_us, when));
	return 0;
}

int
cmd_status(struct cli *cli)
{
	return getenv("POSTERN_SESSION") != NULL ? status_inside(cli) : status_outside(cli);
}

int
cmd_end(struct cli *cli)
{
	AUTO_MESSAGE struct wire_message answer = { 0 };
	struct wire_inside_end question = { .on = true };

	return ask_inside(cli, WIRE_INSIDE_END, &question, &answer);
}

int
cmd_note(struct cli *cli)
{
	AUTO_MESSAGE struct wire_message answer = { 0 };
	AUTO_FREE char *text = text_clean(cli->words[0], strlen(cli->words[0]));
	struct wire_inside_note question = { .text = text };

	return ask_inside(cli, WIRE_INSIDE_NOTE, &question, &answer);
}

static int
extend_inside(struct cli *cli, int64_t seconds, char *reason)
{
	AUTO_MESSAGE struct wire_message answer = { 0 };
	struct wire_inside_extend question = { .seconds = seconds, .reason = reason };
	int r = ask_inside(cli, WIRE_INSIDE_EXTEND, &question, &answer);

	if (r == 0 && answer.kind == WIRE_DONE)
		printf("%s\n", ((struct wire_done *)answer.fields)->text);
	return r;
}

/* `extend`, of one's own session, inside it or not; or as an approver, of somebody's. */
int
cmd_extend(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	const char *reason = cli_get(cli, "reason");
	AUTO_FREE char *clean = text_clean(reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
	struct wire_extend question = { .which = cli->word_count > 0 ? cli->words[0] : (char[]){ "" }, .reason = clean };
	int r = client_span(cli, "for", &question.seconds);

	if (r == 0 && clean[strspn(clean, " ")] == '\0')
		return cli_fail(cli, STATUS_USAGE, "say why with --reason TEXT; whoever decides reads it");
	if (r == 0 && cli->word_count == 0 && getenv("POSTERN_SESSION") != NULL)
		return extend_inside(cli, question.seconds, clean);
	if (r == 0)
		r = client_open(&client, cli);
	if (r == 0)
		r = client_ask(&client, WIRE_EXTEND, &question, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}
