/* SPDX-License-Identifier: ISC */
/* More and less time for grants that run: requests like any other, whose decision moves deadlines of running sessions. */
#ifndef POSTERN_RECORDER_GATE_GATE_EXTEND_H
#define POSTERN_RECORDER_GATE_GATE_EXTEND_H

#include <stdbool.h>
#include <stdint.h>

struct gate;
struct live;
struct outcome;
struct peer;
struct request;

/* May the request for more time still be granted for so long? If not, the peer has been told. */
bool	gate_extend_fits(struct peer *peer, const struct request *request, int64_t seconds);

/* Makes a request for more time, with its entry. */
int	gate_extend_make(struct gate *gate, const struct request *request);

/* Says in the log what was decided about it, if it is: in the transaction of the decision. */
int	gate_extend_said(struct gate *gate, const struct request *request, const struct outcome *outcome);

/* Afterwards: moves deadlines, says so in the sessions, answers the peer. `comment` may be NULL. */
void	gate_extend_decided(struct peer *peer, const struct request *request, const struct outcome *outcome, const char *comment);

/* Rule for WIRE_WISH of a worker: the engineer asks from inside. */
int	gate_extend_wish(struct live *live, const void *fields);

#endif
