/* SPDX-License-Identifier: ISC */
/* Recordings that are opened, and what for: an entry each, and for who watches a running session also one when it is over. */
#ifndef POSTERN_RECORDER_GATE_GATE_WATCH_H
#define POSTERN_RECORDER_GATE_GATE_WATCH_H

struct gate;
struct peer;
struct recording;
struct wire_open;

/*
 * Says that the peer has opened the recording, and for what; of a session that runs, that it watches. `window` is what the
 * entry adds. Negative: the log did not take it, and nothing may be handed out.
 */
int	gate_watch_opened(struct peer *peer, const struct recording *recording, const char *window, const struct wire_open *question);

/* The peer reads no longer what it watched: its connection ends, it opens something else, or its right is gone. */
void	gate_watch_over(struct peer *peer);

/* The gate stops. */
void	gate_watch_all_over(struct gate *gate);

#endif
