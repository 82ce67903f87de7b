/* SPDX-License-Identifier: ISC */
/* What the recorder noted beside the output, in words for people. */
#ifndef POSTERN_PLAYER_SAID_H
#define POSTERN_PLAYER_SAID_H

struct rec_event;

/*
 * "frozen: by alice: too much", "guard rm-root: denied: rm -rf /", "ended: time is up": what happened to the session, cleaned and on one
 * line, for the caller to free. NULL if the event is nothing of that kind, or tells how the session was recorded.
 */
char	*said_text(const struct rec_event *event);

#endif
