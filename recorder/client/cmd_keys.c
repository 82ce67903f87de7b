/* SPDX-License-Identifier: ISC */
/* postern keys list|retire|return: which auditors' keys there are, and who of them opens nothing any more. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "recorder/client/commands.h"

static int
print_key(struct client *client, const void *fields, void *user)
{
	const struct wire_key_row *row = fields;
	char when[CLOCK_TEXT];

	(void)user;
	if (client->json) {
		client_print_json(WIRE_KEY_ROW, row);
		return 0;
	}
	printf("%-62s %s", row->recipient, row->owner);
	if (row->retired)
		printf("%sretired by %s, %s", row->owner[0] != '\0' ? "; " : "", row->by, clock_local(row->at_us, when));
	putchar('\n');
	return 0;
}

static int
list(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	struct wire_keys question = { .act = (char[]){ "list" } };
	int r = client_open(&client, cli);

	return r != 0 ? r : client_ask(&client, WIRE_KEYS, &question, WIRE_KEY_ROW, print_key, NULL);
}

int
cmd_keys(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	const char *reason = cli_get(cli, "reason");
	AUTO_FREE char *clean = text_clean(reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
	struct wire_keys question = { .act = cli->words[0], .which = cli->word_count > 1 ? cli->words[1] : NULL, .reason = clean };
	int r;

	if (strcmp(question.act, "list") == 0 && cli->word_count == 1)
		return list(cli);
	if (question.which == NULL || (strcmp(question.act, "retire") != 0 && strcmp(question.act, "return") != 0))
		return cli_fail(cli, STATUS_USAGE, "write keys list, keys retire PERSON|AGE1..., keys return PERSON|AGE1... or keys rewrap --to AGE1... [ID...]");
	if (clean[strspn(clean, " ")] == '\0')
		return cli_fail(cli, STATUS_USAGE, "say why with --reason TEXT; it stands in the log");
	r = client_open(&client, cli);
	if (r == 0)
		r = client_ask(&client, WIRE_KEYS, &question, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}
