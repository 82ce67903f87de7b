/* SPDX-License-Identifier: ISC */
/*
 * Recordings whose envelope takes the keys of several persons (lib/record/layers.h). Who grants such an opening takes one layer
 * off with their own key, where they sit, and deposits here what was in it. The deposit lies in secret memory, belongs to that
 * request, and goes with its window: who stops the gate ends it.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_LAYERS_H
#define POSTERN_RECORDER_GATE_GATE_LAYERS_H

#include <stdbool.h>

struct buf;
struct deposit;
struct gate;
struct id;
struct peer;
struct request;

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

/*
 * An envelope as the catalogue has it becomes what the keys of others have left of it, for the one whose request was granted. 0,
 * or ERR_NOT_FOUND: they have opened nothing, or not enough, or the gate was restarted since.
 */
int		gate_layers_replace(struct gate *gate, const struct id *request, struct buf *envelope);

/* The request of this person under which enough was opened and whose window is open. ERR_NOT_FOUND. The caller releases it. */
int		gate_layers_window(struct gate *gate, const struct id *session, const char *person, struct request *request);

/* Forgets the deposits of requests that neither wait nor have a window that is open. */
void		gate_layers_sweep(struct gate *gate);

/* Wipes a list of deposits; NULL is fine. */
void		deposits_free(struct deposit **deposits);

#endif
