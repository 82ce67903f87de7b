/* SPDX-License-Identifier: ISC */
/* What requests and sessions of the gate both need to say about a role. */
#ifndef POSTERN_RECORDER_GATE_GATE_ASK_H
#define POSTERN_RECORDER_GATE_GATE_ASK_H

#include "lib/base/clock.h"

struct policy_role;

/* "90 days" or "for ever": how long the role's recordings are kept. */
const char	*gate_kept(const struct policy_role *role, char text[CLOCK_TEXT]);

#endif
