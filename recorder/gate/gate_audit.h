/* SPDX-License-Identifier: ISC */
/* What auditors may, for all that answers them. */
#ifndef POSTERN_RECORDER_GATE_GATE_AUDIT_H
#define POSTERN_RECORDER_GATE_GATE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

struct gate;
struct peer;
struct recording;

/* Which recordings a question is about: "" and 0 leave a side open. */
struct gate_scope {
	const char	*person, *role;
	int64_t		 since_us, until_us;
};

/* As the log says it, ", of eng-07, as shell, from ..."; the caller frees. */
char		*gate_audit_scope(const struct gate_scope *scope);

/* Is the peer an auditor? If not it has been told. */
bool		 gate_audit_may(struct peer *peer);

/* "running", "kept", "cut" (its worker went without a word), "expired". */
const char	*gate_audit_state(const struct recording *recording);

/* Neither the recording nor a trail beside it is there any more. */
bool		 gate_audit_is_gone(struct gate *gate, const struct recording *recording);

#endif
