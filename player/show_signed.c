/* SPDX-License-Identifier: ISC */
/* postern show --signed: the decisions on a request in the form that stock ssh-keygen verifies. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/proof/approval.h"
#include "lib/proof/sshsig.h"
#include "lib/wire/client.h"
#include "player/commands.h"

/* What comes from the gate goes to a terminal: only what an approval and armor may hold. */
static int
print_signed(struct client *client, const struct wire_signed_row *row)
{
	AUTO_BUF struct buf armor = { .max = 2 * SSHSIG_BLOB_MOST };
	AUTO_FREE char *text = NULL;
	struct approval approval;
	char when[CLOCK_TEXT], again[APPROVAL_TEXT];

	if (approval_parse((const char *)row->text.data, row->text.count, &approval) < 0 || approval_print(&approval, again) < 0 ||
	    sshsig_armor(row->signature.data, row->signature.count, &armor) < 0)
		return cli_fail(client->cli, STATUS_DAMAGED, "the decision of %s is signed in a way that cannot be read", row->person);
	text = buf_text(&armor);
	printf("%s, %s, %s. To verify, put the text and the signature into files:\n", row->person, row->verdict, clock_local(row->at_us, when));
	printf("ssh-keygen -Y verify -f approvers -I %s -n %s -s SIGNATURE <TEXT\n\n%s\n%s\n", row->principal[0] != '\0' ? row->principal : "PRINCIPAL",
	    APPROVAL_NAMESPACE, again, text);
	return 0;
}

/* What the log says of the login, which is no proof. */
static void
print_login(const struct wire_signed_row *row)
{
	AUTO_FREE char *clean = text_clean((const char *)row->text.data, row->text.count);

	if (row->text.count > 0)
		printf("; %s, as it was told (not proven)", clean);
}

static int
take_signed(struct client *client, const void *fields, void *user)
{
	const struct wire_signed_row *row = fields;
	unsigned *count = user;
	char when[CLOCK_TEXT];

	(*count)++;
	if (client->json) {
		client_print_json(WIRE_SIGNED_ROW, row);
		return 0;
	}
	if (row->signature.count > 0)
		return print_signed(client, row);
	printf("%s, %s, %s: not signed", row->person, row->verdict, clock_local(row->at_us, when));
	print_login(row);
	puts(".");
	return 0;
}

int
show_signed(struct cli *cli)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	struct wire_signed question = { .which = cli->words[0] };
	unsigned count = 0;
	int r = client_open(&client, cli);

	if (r == 0)
		r = client_ask(&client, WIRE_SIGNED, &question, WIRE_SIGNED_ROW, take_signed, &count);
	if (r == 0 && count == 0 && !client.json)
		puts("Nobody has decided it.");
	return r;
}
