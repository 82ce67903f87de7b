/* SPDX-License-Identifier: ISC */
/* Who may act on a session, and words about it that several lists show. */
#ifndef POSTERN_RECORDER_GATE_GATE_SESSION_H
#define POSTERN_RECORDER_GATE_GATE_SESSION_H

#include <stdbool.h>

struct buf;
struct gate;
struct id;
struct peer;
struct session;

/* May the peer see and end a session (or grant) of this person and role? Their own, as one who decides, or as an admin. */
bool	gate_session_may(const struct peer *peer, const char *person, const char *role);

/* The same for acts that give more, which nobody does for themselves. */
bool	gate_session_decides(const struct peer *peer, const char *person, const char *role);

/* Adds the names of those who granted a request, with commas. 0 or negative. */
int	gate_session_by(struct gate *gate, const struct id *request, struct buf *names);

/* Why it was asked for (NULL: its retention window has lapsed) and who granted it; the caller frees both. */
void	gate_session_words(struct gate *gate, const struct session *session, char **reason, char **by);

/* What was masked: "RULE=COUNT", one for each rule that found something; NULL at the end. For gate_session_masked_free(). */
char	**gate_session_masked(struct gate *gate, const struct id *session);
void	 gate_session_masked_free(char ***masked);
#define AUTO_MASKED __attribute__((cleanup(gate_session_masked_free)))

#endif
