/* SPDX-License-Identifier: ISC */
/* The player's commands, one a file. Each returns an exit status. */
#ifndef POSTERN_PLAYER_COMMANDS_H
#define POSTERN_PLAYER_COMMANDS_H

struct cli;

int	cmd_ls(struct cli *cli);
int	cmd_show(struct cli *cli);
int	show_signed(struct cli *cli);	/* show --signed */
int	cmd_export(struct cli *cli);
int	cmd_play(struct cli *cli);
int	cmd_log(struct cli *cli);
int	cmd_verify(struct cli *cli);
int	cmd_report(struct cli *cli);
int	cmd_search(struct cli *cli);
int	cmd_rewrap(struct cli *cli);
int	cmd_learn(struct cli *cli);

#endif
