/* SPDX-License-Identifier: ISC */
/* Coming back to a session that has lost its client. */
#ifndef POSTERN_RECORDER_GATE_GATE_RETURN_H
#define POSTERN_RECORDER_GATE_GATE_RETURN_H

#include <stdbool.h>

struct grant;
struct peer;
struct wire_enter;

/* The peer may enter the grant. True if it was handed to a session that runs already; false: it enters a new one. */
bool	gate_return(struct peer *peer, const struct grant *grant, const struct wire_enter *question);

#endif
