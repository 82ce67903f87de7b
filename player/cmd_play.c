/* SPDX-License-Identifier: ISC */
/* postern play. */
#include "config.h"

#include "lib/base/cli.h"
#include "player/commands.h"

int
cmd_play(struct cli *cli)
{
	return cli_fail(cli, STATUS_FAILED, "not yet");
}
