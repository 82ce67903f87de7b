/* SPDX-License-Identifier: ISC */
/*
 * The replica of the key slots on a second host, as /etc/postern/replica names it: two lines, "to HOST" (for ssh, with
 * /etc/postern/ssh_config if that is there) and "key VKEY", the replica's. It gets a copy of each new slot, and the order to
 * erase it after ours was erased; its receipts go into catalogue and log. What it has not confirmed is sent again, for ever.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_REPLICA_H
#define POSTERN_RECORDER_GATE_GATE_REPLICA_H

struct buf;
struct gate;
struct gate_replica;

/* At the start and when the policy is read again. A wrong file is said, and then there is no replica. */
void	gate_replica_load(struct gate *gate);

/* Every few seconds. */
void	gate_replica_tick(struct gate *gate);
void	gate_replica_done(struct gate *gate);

/* A sentence if something is wrong with it, or much is waiting for it; else "". Static. */
const char	*gate_replica_trouble(const struct gate *gate);

#endif
