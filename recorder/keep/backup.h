/* SPDX-License-Identifier: ISC */
/* The two verbs, for one table. */
#ifndef POSTERN_RECORDER_KEEP_BACKUP_H
#define POSTERN_RECORDER_KEEP_BACKUP_H

struct cli;

int	cmd_backup(struct cli *cli);
int	cmd_restore(struct cli *cli);

#endif
