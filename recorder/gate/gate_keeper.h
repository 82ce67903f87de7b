/* SPDX-License-Identifier: ISC */
/* The gate's side of the link to the keeper. */
#ifndef POSTERN_RECORDER_GATE_GATE_KEEPER_H
#define POSTERN_RECORDER_GATE_GATE_KEEPER_H

#include <stdbool.h>

#include "lib/wire/messages.h"
#include "recorder/keeper/keeper.h"

struct gate;

void	gate_keeper_start(struct gate *gate);

/* Hands a launch over. The descriptors stay the caller's. 0 or negative. */
int	gate_keeper_launch(struct gate *gate, const struct wire_launch *launch, const int fds[LAUNCH_FDS]);

/* Ends what is left of a session through its warden; live_receipt() hears the answer. `late`: its worker did not. 0 or negative. */
int	gate_keeper_end(struct gate *gate, const struct id *session, bool late);

/* True if the keeper holds the same policy as the gate. */
int	gate_keeper_agrees(const struct gate *gate);

/* True if it does not yet, but may before long: one of the two has just read another policy, and the other one is at it. */
bool	gate_keeper_is_reading(const struct gate *gate);

#endif
