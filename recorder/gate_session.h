/* SPDX-License-Identifier: ISC */
/* Words about a session that sessions and recordings both show. */
#ifndef POSTERN_RECORDER_GATE_SESSION_H
#define POSTERN_RECORDER_GATE_SESSION_H

struct gate;
struct session;

/* Why it was asked for (NULL: its retention window has lapsed) and who granted it; the caller frees both. */
void	gate_session_words(struct gate *gate, const struct session *session, char **reason, char **by);

#endif
