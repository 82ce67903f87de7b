/* SPDX-License-Identifier: ISC */
/* postern hold|release: a legal hold on a session, signed by persons of several parts of the house. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "recorder/client/commands.h"
#include "recorder/client/sign.h"

static int
send_hold(struct cli *cli, struct wire_hold *hold)
{
	AUTO_CLIENT struct client client = { .conn = { .fd = -1 } };
	AUTO_SIGN struct sign sign = { 0 };
	const char *reason = cli_get(cli, "reason");
	AUTO_FREE char *clean = text_clean(reason != NULL ? reason : "", reason != NULL ? strlen(reason) : 0);
	int r;

	if (clean[strspn(clean, " ")] == '\0')
		return cli_fail(cli, STATUS_USAGE, "say why with --reason TEXT; it stands in the log");
	hold->which = cli->words[0];
	hold->reason = clean;
	r = client_open(&client, cli);
	if (r == 0)
		r = sign_hold(&client, hold, &sign);
	if (r == 0)
		r = client_ask(&client, WIRE_HOLD, hold, 0, NULL, NULL);
	if (r == 0)
		printf("%s\n", client.sentence);
	return r;
}

int
cmd_hold(struct cli *cli)
{
	struct wire_hold hold = { .act = (char[]){ "hold" } };
	const char *until = cli_get(cli, "until");
	AUTO_FREE char *day = NULL;

	if (until != NULL && strlen(until) == strlen("2026-11-23")) {	/* a day alone: its end */
		day = own_dup("2026-11-23 23:59");
		memcpy(day, until, strlen(until));
		until = day;
	}
	if (until != NULL && clock_parse_moment(until, clock_wall_us(), &hold.until_us) < 0)
		return cli_fail(cli, STATUS_USAGE, "'%s' is not a moment (write 2027-11-20, 2027-11-20 14:00 or +90d)", until);
	return send_hold(cli, &hold);
}

int
cmd_release(struct cli *cli)
{
	struct wire_hold hold = { .act = (char[]){ "release" } };

	return send_hold(cli, &hold);
}
