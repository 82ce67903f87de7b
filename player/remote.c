/* SPDX-License-Identifier: ISC */
/* Chunks over the wire. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"
#include "player/remote.h"

#define CHUNKS		128		/* kept of the file: 8 MiB */
#define AHEAD		8		/* asked for at once when a read goes on where the last one was */
#define TAIL_US		INT64_C(150000)	/* how long a look at the tail is worth something */

struct chunk {
	uint64_t	 number;
	uint8_t		*bytes;		/* NULL: none */
	size_t		 count;
};

struct remote {
	struct wire_conn	*conn;
	struct id		 session;
	bool			 running, trail;
	int64_t			 size;		/* of the file, at the last answer */
	uint64_t		 next;		/* chunk behind the last one that was fetched */
	struct chunk		 chunks[CHUNKS];
	struct {
		uint64_t	 offset;
		int64_t		 until_us;
		size_t		 count;
		uint8_t		 bytes[WIRE_CHUNK];
	}			 tail;
};

struct remote *
remote_new(struct wire_conn *conn, const struct id *session, bool running)
{
	struct remote *r = own_alloc(sizeof *r);

	r->conn = conn;
	r->session = *session;
	r->running = running;
	return r;
}

struct remote *
remote_new_trail(struct wire_conn *conn, const struct id *session, bool running)
{
	struct remote *r = remote_new(conn, session, running);

	r->trail = true;
	return r;
}

void
remote_free(struct remote *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < CHUNKS; i++)
		free(r->chunks[i].bytes);
	free(r);
}

static int
send_read(struct remote *r, bool tail, uint64_t offset, uint32_t count)
{
	struct wire_read question = { .session = r->session, .trail = r->trail, .tail = tail, .offset = (int64_t)offset, .count = count };

	return wire_send(r->conn, WIRE_READ, &question);
}

/* The next answer; news of the gate are passed over. 0 and *message, whose fields are a wire_data. */
static int
take_data(struct remote *r, struct wire_message *message)
{
	for (;;) {
		int result = wire_wait(r->conn, message);

		if (result < 0)
			return result;
		if (message->kind == WIRE_DATA)
			return 0;
		result = message->kind == WIRE_CHANGED ? 0 : message->kind == WIRE_FAIL ? ERR_NO_RIGHT : ERR_MSG_REFUSED;
		wire_message_done(message);
		if (result < 0)
			return result;
	}
}

/* An answer to a chunk's question into its slot. */
static int
take_chunk(struct remote *r, uint64_t number)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	struct chunk *chunk = &r->chunks[number % CHUNKS];
	const struct wire_data *data;
	int result = take_data(r, &message);

	if (result < 0)
		return result;
	data = message.fields;
	if (data->bytes.count > WIRE_CHUNK || data->offset != (int64_t)(number * WIRE_CHUNK))
		return ERR_MSG_REFUSED;
	if (chunk->bytes == NULL)
		chunk->bytes = own_alloc(WIRE_CHUNK);
	if (data->bytes.count > 0)
		memcpy(chunk->bytes, data->bytes.data, data->bytes.count);
	chunk->number = number;
	chunk->count = data->bytes.count;
	r->size = data->size;
	return 0;
}

/* The chunk, and if reading goes on steadily those behind it too, as far as the file is known to reach. */
static int
fetch(struct remote *r, uint64_t number)
{
	unsigned most = number == r->next ? AHEAD : 1;
	unsigned asked = 0;
	int result = 0;

	while (result == 0 && asked < most && (asked == 0 || (int64_t)((number + asked) * WIRE_CHUNK) < r->size))
		result = send_read(r, false, (number + asked++) * WIRE_CHUNK, WIRE_CHUNK);
	for (unsigned i = 0; result == 0 && i < asked; i++)
		result = take_chunk(r, number + i);
	r->next = number + asked;
	return result;
}

static ssize_t
read_file(struct remote *r, uint64_t offset, void *to, size_t count)
{
	uint64_t number = offset / WIRE_CHUNK;
	size_t at = (size_t)(offset % WIRE_CHUNK);
	const struct chunk *chunk = &r->chunks[number % CHUNKS];
	bool is_kept = chunk->bytes != NULL && chunk->number == number && (chunk->count == WIRE_CHUNK || !r->running);

	if (!is_kept) {
		int result = fetch(r, number);

		if (result < 0)
			return result;
	}
	if (chunk->count <= at)
		return 0;
	if (count > chunk->count - at)
		count = chunk->count - at;
	memcpy(to, chunk->bytes + at, count);
	return (ssize_t)count;
}

/* A look at the tail from `offset` on. Bytes of a hole are zero. */
static int
look(struct remote *r, uint64_t offset)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	const struct wire_data *data;
	size_t hole;
	int result = send_read(r, true, offset, WIRE_CHUNK);

	r->tail.count = 0;
	if (result == 0)
		result = take_data(r, &message);
	if (result < 0)
		return result;
	data = message.fields;
	if (data->bytes.count > WIRE_CHUNK || data->offset < (int64_t)offset)
		return ERR_MSG_REFUSED;
	hole = (uint64_t)data->offset - offset > WIRE_CHUNK ? WIRE_CHUNK : (size_t)((uint64_t)data->offset - offset);
	memset(r->tail.bytes, 0, hole);
	r->tail.count = data->bytes.count > WIRE_CHUNK - hole ? WIRE_CHUNK : hole + data->bytes.count;
	if (r->tail.count > hole)
		memcpy(r->tail.bytes + hole, data->bytes.data, r->tail.count - hole);
	r->tail.offset = offset;
	r->tail.until_us = clock_boot_us() + TAIL_US;
	return 0;
}

static ssize_t
read_tail(struct remote *r, uint64_t offset, void *to, size_t count)
{
	bool is_there = offset >= r->tail.offset && offset - r->tail.offset < r->tail.count &&
	    clock_boot_us() < r->tail.until_us;
	size_t at;

	if (!is_there) {
		int result = look(r, offset);

		if (result < 0)
			return result;
	}
	at = (size_t)(offset - r->tail.offset);
	if (count > r->tail.count - at)
		count = r->tail.count - at;
	memcpy(to, r->tail.bytes + at, count);
	return (ssize_t)count;
}

static ssize_t
read_at(void *ctx, enum rec_part part, uint64_t offset, void *to, size_t count)
{
	struct remote *r = ctx;

	if (offset > INT64_MAX - WIRE_CHUNK)
		return 0;
	return part == REC_PART_FILE ? read_file(r, offset, to, count) : read_tail(r, offset, to, count);
}

static int64_t
size_of(void *ctx, enum rec_part part)
{
	AUTO_MESSAGE struct wire_message message = { 0 };
	struct remote *r = ctx;
	int result = send_read(r, part == REC_PART_TAIL, 0, 0);

	if (result == 0)
		result = take_data(r, &message);
	if (result < 0)
		return result;
	return ((const struct wire_data *)message.fields)->size;
}

struct rec_source
remote_source(struct remote *r)
{
	return (struct rec_source){ .ctx = r, .read_at = read_at, .size = size_of };
}
