/* SPDX-License-Identifier: ISC */
/* Backups are made beside the gate, by root; the log is told of them here. */
#ifndef POSTERN_RECORDER_GATE_GATE_BACKUP_H
#define POSTERN_RECORDER_GATE_GATE_BACKUP_H

struct peer;

/* WIRE_BACKUP, as a row of gate_rules.c wants it. */
int	on_backup(struct peer *peer, const void *fields);

#endif
