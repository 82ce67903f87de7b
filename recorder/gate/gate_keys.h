/* SPDX-License-Identifier: ISC */
/* Auditors who leave and come: whose openings stop, which keys new recordings name, and envelopes that are added to old ones. */
#ifndef POSTERN_RECORDER_GATE_GATE_KEYS_H
#define POSTERN_RECORDER_GATE_GATE_KEYS_H

#include <stdbool.h>

#define GATE_KEYS_ADDED	49152	/* most bytes of gate_keys_added() */

struct buf;
struct gate;
struct id;
struct policy_subject;

/* Is this person or key retired? What cannot be looked up is. */
bool	gate_is_retired(struct gate *gate, const char *name);

/* An auditor of the policy who is not retired. */
bool	gate_is_auditor(struct gate *gate, const struct policy_subject *subject);

/* The policy's recipients that are not retired, and whose each of them is; NULL at the end of both. The caller frees the arrays. */
struct gate_recipients {
	char		**keys, **owners;
	unsigned	  persons;	/* different owners; keys without one do not count */
};

void	gate_keys_recipients(struct gate *gate, struct gate_recipients *recipients);

/*
 * The envelopes added to a recording (to the trail beside it) that take one key, of recipients that are not retired, as wire_opened has
 * them; as many as fit. 0 or negative.
 */
int	gate_keys_added(struct gate *gate, const struct id *session, bool trail, struct buf *added);

#endif
