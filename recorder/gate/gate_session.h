/* SPDX-License-Identifier: ISC */
/* Words about a session that sessions and recordings both show. */
#ifndef POSTERN_RECORDER_GATE_GATE_SESSION_H
#define POSTERN_RECORDER_GATE_GATE_SESSION_H

struct buf;
struct gate;
struct id;
struct session;

/* Adds the names of those who granted a request, with commas. 0 or negative. */
int	gate_session_by(struct gate *gate, const struct id *request, struct buf *names);

/* Why it was asked for (NULL: its retention window has lapsed) and who granted it; the caller frees both. */
void	gate_session_words(struct gate *gate, const struct session *session, char **reason, char **by);

#endif
