/* SPDX-License-Identifier: ISC */
/* postern retention plan|run: what lapses when and why, and doing what is due. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/wire/client.h"
#include "recorder/client/commands.h"

static int
print_plan(struct client *client, const void *fields, void *user)
{
	const struct wire_plan_row *row = fields;
	char id[ID_TEXT] = "";
	char when[CLOCK_TEXT];
	int *count = user;

	(*count)++;
	if (client->json) {
		client_print_json(WIRE_PLAN_ROW, row);
		return 0;
	}
	if (!id_is_zero(&row->id))
		id_text(&row->id, id);
	printf("%-8.8s  %-10s %-12s %-25s  %s%s%s\n", id, row->what, row->class, row->lapses_us != 0 ? clock_local(row->lapses_us, when) : "not yet, or never",
	    row->text, row->why[0] != '\0' ? "; " : "", row->why);
	return 0;
}

static int
plan(struct client *client)
{
	struct wire_plan question = { .all = true };
	int count = 0;
	int r = client_ask(client, WIRE_PLAN, &question, WIRE_PLAN_ROW, print_plan, &count);

	if (r == 0 && count == 0 && !client->json)
		printf("Nothing is kept that could lapse.\n");
	return r;
}

static int
run(struct client *client, bool confirm)
{
	struct wire_run question = { .confirm = confirm };
	int count = 0;
	int r = client_ask(client, WIRE_RUN, &question, WIRE_PLAN_ROW, print_plan, &count);

	if (r == 0 && !client->json)
		printf("%s\n", client->sentence);
	return r;
}

int
cmd_retention(struct cli *cli)
{
	AUTO_CLIENT struct client client;
	int r = client_open(&client, cli);

	if (r != 0)
		return r;
	if (strcmp(cli->words[0], "plan") == 0)
		return plan(&client);
	if (strcmp(cli->words[0], "run") == 0)
		return run(&client, cli_has(cli, "confirm"));
	return cli_fail(cli, STATUS_USAGE, "it is `retention plan` or `retention run`");
}
