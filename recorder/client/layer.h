/* SPDX-License-Identifier: ISC */
/* The approver's key in the opening of a recording that takes several: one layer of its envelope comes off here, where they sit. */
#ifndef POSTERN_RECORDER_CLIENT_LAYER_H
#define POSTERN_RECORDER_CLIENT_LAYER_H

struct client;

/*
 * With --identity: fetches the peer's parts of the envelopes that the request `which` is about, opens them, and deposits what was in
 * them with the gate; a grant on the same connection then counts with it. 0 (also without the option), or an exit status after a
 * sentence.
 */
int	layer_open(struct client *client, const char *which);

#endif
