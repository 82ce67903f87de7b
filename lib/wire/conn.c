/* SPDX-License-Identifier: ISC */
/* Framing, and the one place where a kind is checked against its row. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/wire/conn.h"

#define HEAD	4u	/* bytes of the length */

void
wire_conn_init(struct wire_conn *conn, int fd, enum wire_side hears, size_t out_most)
{
	*conn = (struct wire_conn){ .fd = fd, .hears = hears, .phase = WIRE_PHASE_NEW };
	buf_init(&conn->in, 2 * (WIRE_FRAME_MOST + HEAD));
	buf_init(&conn->out, out_most);
}

void
wire_conn_done(struct wire_conn *conn)
{
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
	buf_wipe(&conn->in);	/* envelopes, keystrokes and output went through */
	buf_wipe(&conn->out);
}

static void
put_length(uint8_t *at, size_t length)
{
	at[0] = (uint8_t)(length >> 24);
	at[1] = (uint8_t)(length >> 16);
	at[2] = (uint8_t)(length >> 8);
	at[3] = (uint8_t)length;
}

static size_t
get_length(const uint8_t *at)
{
	return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

int
wire_pack(enum wire_kind kind, const void *fields, struct buf *out)
{
	const struct wire_row *row = wire_row(kind);
	uint8_t head[HEAD + 1] = { 0 };
	size_t before = buf_len(out);
	size_t length;
	int r;

	if (row == NULL)
		return ERR_MSG_UNKNOWN;
	head[HEAD] = (uint8_t)kind;
	r = buf_add(out, head, sizeof head);
	if (r == 0)
		r = wire_encode(row->fields, fields, out);
	length = buf_len(out) - before;
	if (r == 0 && length > HEAD + WIRE_FRAME_MOST)
		r = ERR_MSG_LENGTH;
	if (r < 0) {
		out->end -= length;	/* half a message must not go out */
		return r;
	}
	put_length(out->bytes + out->start + before, length - HEAD);
	return 0;
}

int
wire_put(struct wire_conn *conn, enum wire_kind kind, const void *fields)
{
	return wire_pack(kind, fields, &conn->out);
}

int
wire_flush(struct wire_conn *conn)
{
	while (buf_len(&conn->out) > 0) {
		ssize_t n = send(conn->fd, buf_data(&conn->out), buf_len(&conn->out), MSG_NOSIGNAL);

		if (n < 0 && errno == ENOTSOCK)
			n = write(conn->fd, buf_data(&conn->out), buf_len(&conn->out));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		buf_consume(&conn->out, (size_t)n);
	}
	return 0;
}

bool
wire_wants_write(const struct wire_conn *conn)
{
	return buf_len(&conn->out) > 0;
}

int
wire_fill(struct wire_conn *conn)
{
	size_t room = buf_room(&conn->in);
	uint8_t *to;
	ssize_t n;

	if (room == 0)
		return 0;
	if (room > WIRE_CHUNK)
		room = WIRE_CHUNK;
	to = buf_reserve(&conn->in, room);
	do
		n = read(conn->fd, to, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0)
		return ERR_PEER_GONE;
	buf_commit(&conn->in, (size_t)n);
	return 1;
}

/* A whole frame in `in`: its length, 0 if it is not complete, negative if it can never be right. */
static ssize_t
frame_length(const struct buf *in)
{
	size_t length;

	if (buf_len(in) < HEAD)
		return 0;
	length = get_length(buf_data(in));
	if (length < 1 || length > WIRE_FRAME_MOST)
		return ERR_MSG_LENGTH;
	return buf_len(in) < HEAD + length ? 0 : (ssize_t)length;
}

static int
decode(unsigned kind, const uint8_t *bytes, size_t count, struct wire_message *message)
{
	const struct wire_row *row = wire_row(kind);
	int r;

	if (row == NULL)
		return ERR_MSG_UNKNOWN;
	*message = (struct wire_message){ .kind = kind, .fields = own_alloc(row->size) };
	r = count > row->most ? ERR_MSG_LENGTH : wire_decode(row->fields, bytes, count, message->fields);
	if (r < 0)
		wire_message_done(message);
	return r;
}

int
wire_next(struct wire_conn *conn, struct wire_message *message)
{
	ssize_t length = frame_length(&conn->in);
	const uint8_t *frame = buf_data(&conn->in) + HEAD;
	const struct wire_row *row;
	int r;

	if (length <= 0)
		return (int)length;
	row = wire_row(frame[0]);
	if (row == NULL)
		return ERR_MSG_UNKNOWN;
	if ((row->sides & 1u << conn->hears) == 0 || (row->phases & conn->phase) == 0)
		return ERR_MSG_REFUSED;
	r = decode(frame[0], frame + 1, (size_t)length - 1, message);
	if (r < 0)
		return r;
	buf_consume(&conn->in, HEAD + (size_t)length);
	return 1;
}

void
wire_message_done(struct wire_message *message)
{
	const struct wire_row *row = wire_row(message->kind);

	if (message->fields != NULL && row != NULL)
		wire_done(row->fields, message->fields);
	free(message->fields);
	*message = (struct wire_message){ 0 };
}

size_t
wire_unread(const struct wire_conn *conn)
{
	return buf_len(&conn->in);
}

static int
wait_for(int fd, short what)
{
	struct pollfd p = { .fd = fd, .events = what };

	while (poll(&p, 1, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int
wire_send(struct wire_conn *conn, enum wire_kind kind, const void *fields)
{
	int r = wire_put(conn, kind, fields);

	while (r == 0 && wire_wants_write(conn)) {
		r = wire_flush(conn);
		if (r == 0 && wire_wants_write(conn))
			r = wait_for(conn->fd, POLLOUT);
	}
	return r;
}

int
wire_wait(struct wire_conn *conn, struct wire_message *message)
{
	int r;

	while ((r = wire_next(conn, message)) == 0) {
		r = wire_fill(conn);
		if (r == 0)
			r = wait_for(conn->fd, POLLIN);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : 0;
}

int
wire_unpack(const uint8_t *bytes, size_t count, enum wire_kind kind, struct wire_message *message)
{
	if (count < HEAD + 1 || get_length(bytes) != count - HEAD || bytes[HEAD] != kind)
		return ERR_MSG_LENGTH;
	return decode(kind, bytes + HEAD + 1, count - HEAD - 1, message);
}
