/* SPDX-License-Identifier: ISC */
/* Asks the gate for the recordings since a moment. */
#include "config.h"

#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/wire/client.h"
#include "lib/wire/messages.h"
#include "player/found.h"
#include "player/moment.h"

static int
take_row(struct client *client, const void *fields, void *user)
{
	const struct wire_recording_row *row = fields;
	struct found *found = user;

	(void)client;
	if (strcmp(row->state, "expired") == 0)
		return 0;
	found->ids = own_grow(found->ids, found->count + 1, sizeof *found->ids);
	id_text(&row->session, found->ids[found->count++]);
	return 0;
}

int
found_since(struct cli *cli, const char *role, struct found *found)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	AUTO_FREE char *of_role = own_dup(role);
	char nobody[] = "";
	struct wire_recordings question = { .person = nobody, .role = of_role };
	int r;

	if (cli_get(cli, "since") == NULL)
		return cli_fail(cli, STATUS_USAGE, "name sessions, or say --since");
	if (moment_past(cli_get(cli, "since"), clock_wall_us(), &question.since_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment: write 7d (ago), 2026-11-20 or 14:00", cli_get(cli, "since"));
	r = client_open(&client, cli);
	return r != 0 ? r : client_ask(&client, WIRE_RECORDINGS, &question, WIRE_RECORDING_ROW, take_row, found);
}
