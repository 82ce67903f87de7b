/* SPDX-License-Identifier: ISC */
/*
 * One end of a connection: u32 length (of kind and fields), u8 kind, fields. Bytes are queued both ways under hard
 * maxima; whoever owns the connection decides when to read and write. A message that its row does not allow is an
 * error of that peer, which costs it this connection and nobody else anything.
 */
#ifndef POSTERN_LIB_WIRE_CONN_H
#define POSTERN_LIB_WIRE_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/wire/kinds.h"

struct wire_conn {
	int		 fd;		/* -1 when closed; owned */
	enum wire_side	 hears;		/* what the peer may send: the side it speaks from */
	enum wire_phase	 phase;
	struct buf	 in, out;
};

/* A decoded message. `fields` points to the struct of its kind (struct wire_NAME). wire_message_done() releases it. */
struct wire_message {
	unsigned	 kind;
	void		*fields;
};

#define AUTO_MESSAGE	__attribute__((cleanup(wire_message_done)))
#define AUTO_CONN	__attribute__((cleanup(wire_conn_done)))

/* out_most: most bytes waiting to be written (a peer that does not read is cut off there). */
void	wire_conn_init(struct wire_conn *conn, int fd, enum wire_side hears, size_t out_most);
void	wire_conn_done(struct wire_conn *conn);		/* closes */

/* Queues a message. 0, ERR_BUF_FULL (the peer does not read), ERR_MSG_* if it breaks our own bounds. */
int	wire_put(struct wire_conn *conn, enum wire_kind kind, const void *fields);

/* Writes what is queued. 0 when all or as much as the socket takes went out, -errno. */
int	wire_flush(struct wire_conn *conn);
bool	wire_wants_write(const struct wire_conn *conn);

/* Reads once what is there. 1 if bytes came, 0 if none were there (EAGAIN), ERR_PEER_GONE, -errno. */
int	wire_fill(struct wire_conn *conn);

/*
 * Takes the next whole message out of what was read. 1 with *message filled, 0 if none is complete yet, or below zero:
 * the peer broke the protocol (drop it).
 */
int	wire_next(struct wire_conn *conn, struct wire_message *message);
void	wire_message_done(struct wire_message *message);

/* Bytes read but not yet taken: a peer that must be silent has sent more if this is not 0. */
size_t	wire_unread(const struct wire_conn *conn);

/* For blocking ends (clients): sends at once; waits for the next message. 0 or negative; wire_wait ERR_PEER_GONE at the end. */
int	wire_send(struct wire_conn *conn, enum wire_kind kind, const void *fields);
int	wire_wait(struct wire_conn *conn, struct wire_message *message);

/* One message as bytes in `out` (for files such as the worker's start), and back from exactly `count` bytes. */
int	wire_pack(enum wire_kind kind, const void *fields, struct buf *out);
int	wire_unpack(const uint8_t *bytes, size_t count, enum wire_kind kind, struct wire_message *message);

#endif
