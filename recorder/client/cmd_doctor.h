/* SPDX-License-Identifier: ISC */
/* postern doctor, for the client's table of verbs. */
#ifndef POSTERN_RECORDER_CLIENT_CMD_DOCTOR_H
#define POSTERN_RECORDER_CLIENT_CMD_DOCTOR_H

#include "lib/base/cli.h"

#define CMD_DOCTOR_HELP	"Look at this bastion and say what to change"

extern const struct cli_option cmd_doctor_options[];	/* --root, --json */
int	 cmd_doctor(struct cli *cli);	/* no words; STATUS_OK if nothing was found */

#endif
