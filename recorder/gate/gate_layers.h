/* SPDX-License-Identifier: ISC */
/*
 * Recordings whose envelope takes the keys of several persons. Who grants such an opening takes one layer off with their own key,
 * where they sit, and deposits here what was in it (gate_deposit.h).
 */
#ifndef POSTERN_RECORDER_GATE_GATE_LAYERS_H
#define POSTERN_RECORDER_GATE_GATE_LAYERS_H

#include <stdbool.h>

struct gate;
struct id;
struct peer;
struct request;
struct wire_rewrap;

/* How many persons must bring a key to open what was recorded of this session: 1 for most, and where it cannot be told. */
unsigned	gate_layers_keys(struct gate *gate, const struct id *session);

/* Of a request to open: how many of them must still do so, each with their grant. 0 for every other request. */
unsigned	gate_layers_left(struct gate *gate, const struct request *request);

/* May a grant by this peer count, as far as keys go? If not, they have been told why. `*need`: so many must grant at least. */
bool		gate_layers_may(struct peer *peer, const struct request *request, unsigned *need);

/* In the transaction of a grant: the log's word of the layer. 0 or negative. */
int		gate_layers_say(struct peer *peer, const struct request *request);

/* The decision is on the disk: what the peer deposited for a grant counts; what a denial ends is forgotten. */
void		gate_layers_decided(struct peer *peer, const struct request *request);

/* What is wrong with an envelope that shall be added, as far as can be seen, in a sentence; NULL: nothing. */
const char	*gate_layers_rewrap_why(struct gate *gate, const struct wire_rewrap *question);

#endif
