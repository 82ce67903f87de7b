/* SPDX-License-Identifier: ISC */
/* postern policy check, test, show: on files, without a gate. For the client's table of verbs. */
#ifndef POSTERN_RECORDER_CLIENT_CMD_POLICY_H
#define POSTERN_RECORDER_CLIENT_CMD_POLICY_H

#include "lib/base/cli.h"

#define CMD_POLICY_ARGS	"check [DIR] | test USER ROLE [--try] | show"
#define CMD_POLICY_HELP	"Check the policy's files, ask what they mean, print them"

extern const struct cli_option cmd_policy_options[];	/* --root, --at, --try, --json */
int	 cmd_policy(struct cli *cli);	/* 1 to 3 words */

#endif
