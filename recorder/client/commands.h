/* SPDX-License-Identifier: ISC */
/* The functions behind the verbs of postern.c: each takes a parsed command line and returns an exit status. */
#ifndef POSTERN_RECORDER_CLIENT_COMMANDS_H
#define POSTERN_RECORDER_CLIENT_COMMANDS_H

#include "lib/base/cli.h"

int	cmd_roles(struct cli *cli);
int	cmd_request(struct cli *cli);
int	cmd_enter(struct cli *cli);
int	cmd_sftp(struct cli *cli);
int	cmd_status(struct cli *cli);
int	cmd_end(struct cli *cli);
int	cmd_note(struct cli *cli);
int	cmd_cancel(struct cli *cli);
int	cmd_requests(struct cli *cli);
int	cmd_grant(struct cli *cli);
int	cmd_deny(struct cli *cli);
int	cmd_review(struct cli *cli);
int	cmd_hold(struct cli *cli);
int	cmd_release(struct cli *cli);
int	cmd_sessions(struct cli *cli);
int	cmd_revoke(struct cli *cli);
int	cmd_extend(struct cli *cli);
int	cmd_shorten(struct cli *cli);
int	cmd_allow(struct cli *cli);
int	cmd_refuse(struct cli *cli);
int	cmd_freeze(struct cli *cli);
int	cmd_thaw(struct cli *cli);
int	cmd_say(struct cli *cli);
int	cmd_retention(struct cli *cli);
int	cmd_record(struct cli *cli);
int	cmd_redact(struct cli *cli);
int	cmd_keys(struct cli *cli);
int	cmd_keygen(struct cli *cli);
int	cmd_try(struct cli *cli);
int	cmd_stdio(struct cli *cli);

/* What a login or `ssh bastion` without a command gets. */
int	cmd_menu(struct cli *cli);

#endif
