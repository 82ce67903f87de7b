/* SPDX-License-Identifier: ISC */
/* Retention: what lapsed is erased on schedule, unless the clock or the amount says that something is wrong. */
#ifndef POSTERN_RECORDER_GATE_GATE_RETENTION_H
#define POSTERN_RECORDER_GATE_GATE_RETENTION_H

#include <stdint.h>

struct gate;
struct session;

/* Once at the start: compares the wall clock with what is remembered. Before anything is written into the log. */
void	gate_retention_start(struct gate *gate);

/* Every few seconds: has the wall clock jumped? Once it has, that stays so until somebody confirms. */
void	gate_retention_watch(struct gate *gate);

/* Every few seconds: erases what is due. */
void	gate_retention_tick(struct gate *gate);

/* When the session's recording lapses; 0: never, or not yet known. */
int64_t	gate_retention_expires(const struct gate *gate, const struct session *session);
int64_t	gate_retention_trail_expires(const struct gate *gate, const struct session *session);

#endif
