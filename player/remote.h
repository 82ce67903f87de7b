/* SPDX-License-Identifier: ISC */
/*
 * The ciphertext of a gate's recording, as a reader's source: asked for in chunks, some of them ahead. The file only
 * grows, so its whole chunks are kept; the tail is cut and written anew, so a look at it is worth something only for a
 * moment.
 */
#ifndef POSTERN_PLAYER_REMOTE_H
#define POSTERN_PLAYER_REMOTE_H

#include <stdbool.h>

#include "lib/base/id.h"
#include "lib/record/source.h"

struct remote;
struct wire_conn;

/* After wire_opened on this connection, which must outlive it. `running`: the file may still grow. */
struct remote	*remote_new(struct wire_conn *conn, const struct id *session, bool running);
/* The same, of the trail beside the recording. */
struct remote	*remote_new_trail(struct wire_conn *conn, const struct id *session, bool running);
void		 remote_free(struct remote *remote);	/* NULL is fine */

/* Its errors: ERR_NO_RIGHT if the gate refuses, ERR_PEER_GONE or another error of the connection. */
struct rec_source remote_source(struct remote *remote);

#endif
