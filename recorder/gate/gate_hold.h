/* SPDX-License-Identifier: ISC */
/* Legal holds: nothing of the session is deleted until the hold ends. Several persons set it and release it, each signs. */
#ifndef POSTERN_RECORDER_GATE_GATE_HOLD_H
#define POSTERN_RECORDER_GATE_GATE_HOLD_H

struct gate;
struct session;

/* Releases what is held no longer; before a retention run, and never by a clock that has jumped. */
void	 gate_hold_tick(struct gate *gate);

/* Who holds the session and why, who has signed so far; "" if nobody. The caller frees it. */
char	*gate_hold_words(struct gate *gate, const struct session *session);

#endif
