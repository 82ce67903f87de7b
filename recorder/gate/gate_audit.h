/* SPDX-License-Identifier: ISC */
/* What auditors may, for all that answers them. */
#ifndef POSTERN_RECORDER_GATE_GATE_AUDIT_H
#define POSTERN_RECORDER_GATE_GATE_AUDIT_H

#include <stdbool.h>

struct gate;
struct peer;
struct recording;

/* Is the peer an auditor? If not it has been told. */
bool		 gate_audit_may(struct peer *peer);

/* "running", "kept", "cut" (its worker went without a word), "expired". */
const char	*gate_audit_state(const struct recording *recording);

/* Neither the recording nor a trail beside it is there any more. */
bool		 gate_audit_is_gone(struct gate *gate, const struct recording *recording);

#endif
