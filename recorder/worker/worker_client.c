/* SPDX-License-Identifier: ISC */
/* The worker's connection to the client: keys and sizes come in, sealed output goes out. */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/log.h"
#include "recorder/worker/worker.h"

static int
hear_input(struct worker *w, const void *fields)
{
	const struct wire_input *input = fields;
	const uint8_t *bytes = input->bytes.data;
	size_t count = input->bytes.count, at, passed = 0;
	int r = 0;

	if (w->port.input_over || w->client.screen >= 0)
		return ERR_MSG_REFUSED;
	for (at = 0; r == 0 && at < count; at += passed) {
		at += menu_take(w, bytes + at, count - at, &passed);
		/* Keys typed blindly while it stands still must not come all at once when it goes on. */
		if (passed > 0 && guard_is_asking(w))
			guard_keys(w, bytes + at, passed);
		else if (passed > 0 && !(freeze_is_on(w) && w->start->tty))
			r = buf_add(&w->port.arrived, bytes + at, passed);
	}
	return r;
}

static int
hear_size(struct worker *w, const void *fields)
{
	const struct wire_size *size = fields;

	w->bar.is_blind = size->cols == 0 && size->rows == 0;
	if (!w->bar.is_blind)
		port_resize(w, size->cols, size->rows);
	return 0;
}

static int
hear_input_end(struct worker *w, const void *fields)
{
	(void)fields;
	w->port.input_over = true;
	port_write(w);	/* if nothing waits, it ends at once */
	return 0;
}

/* clang-format off */
static int (*const hear[WIRE_KINDS])(struct worker *, const void *fields) = {
	[WIRE_INPUT] = hear_input,
	[WIRE_SIZE] = hear_size,
	[WIRE_INPUT_END] = hear_input_end,
};
/* clang-format on */

static void
silence(struct worker *w, const char *why)
{
	w->client.is_silent = true;
	if (w->client.screen >= 0)
		close(w->client.screen);
	w->client.screen = -1;
	buf_clear(&w->client.shown);
	if (!drop_begin(w, why))
		end_begin(w, WHY_CLIENT, NULL, why);
}

/* Takes what was read as long as there is room for a whole chunk of input. */
void
client_hear(struct worker *w)
{
	int r = 1;

	while (r > 0 && w->phase == WORKER_RUNNING && buf_room(&w->port.arrived) >= WIRE_CHUNK) {
		AUTO_MESSAGE struct wire_message message = { 0 };

		r = wire_next(&w->client.conn, &message);
		if (r > 0)
			r = hear[message.kind] == NULL ? ERR_MSG_REFUSED : hear[message.kind](w, message.fields);
		if (r == 0 && message.kind != 0)
			r = 1;
	}
	if (r < 0) {
		log_warn("the client is cut off: %s", err_text(r));
		silence(w, err_text(r));
	}
}

void
client_read(struct worker *w)
{
	int r = wire_fill(&w->client.conn);

	client_hear(w);
	if (r < 0)
		silence(w, NULL);
}

void
client_take(struct worker *w, int fd)
{
	wire_conn_init(&w->client.conn, fd, WIRE_CLIENT_TO_WORKER, WORKER_CLIENT_OUT);
	w->client.is_silent = false;
}

void
client_lost(struct worker *w)
{
	silence(w, NULL);
}

void
client_keys(struct worker *w)
{
	uint8_t *to = buf_reserve(&w->port.arrived, WIRE_CHUNK);	/* there is room, or it would not be polled */
	ssize_t n = to != NULL ? read(w->client.screen, to, WIRE_CHUNK) : -1;

	if (n > 0)
		buf_commit(&w->port.arrived, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		silence(w, NULL);
}

/* To the screen. False while it has not taken everything: what is said afterwards must wait. */
static bool
show_all(struct worker *w)
{
	struct worker_client *client = &w->client;

	while (client->screen >= 0 && buf_len(&client->shown) > 0) {
		ssize_t n = write(client->screen, buf_data(&client->shown), buf_len(&client->shown));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0)
			silence(w, NULL);
		else
			buf_consume(&client->shown, (size_t)n);
	}
	return true;
}

size_t
client_waiting(const struct worker *w)
{
	return buf_len(&w->client.conn.out) + buf_len(&w->client.shown);
}

void
client_flush(struct worker *w)
{
	if (!show_all(w))
		return;
	if (!wire_wants_write(&w->client.conn) || wire_flush(&w->client.conn) == 0)
		return;
	buf_clear(&w->client.conn.out);	/* nobody reads it any more */
	silence(w, NULL);
}

void
client_put(struct worker *w, enum wire_kind kind, const void *fields)
{
	const struct wire_output *output = fields;
	int r;

	if (w->drop.is_away)
		return;
	if (kind == WIRE_OUTPUT && w->client.screen >= 0)
		r = buf_add(&w->client.shown, output->bytes.data, output->bytes.count);
	else
		r = wire_put(&w->client.conn, kind, fields);

	/* Once the session ends, output that a client does not read is in the recording only. */
	if (r < 0 && w->phase < WORKER_ENDING)
		silence(w, err_text(r));
}

void
client_show(struct worker *w, enum wire_kind kind, const struct buf *bytes)
{
	if (w->drop.is_blank)
		return;	/* it is in the picture that is about to be painted */
	for (size_t at = 0; at < buf_len(bytes); at += WIRE_CHUNK) {
		size_t left = buf_len(bytes) - at;
		struct wire_output output = { { bytes->bytes + bytes->start + at, left < WIRE_CHUNK ? left : WIRE_CHUNK } };

		client_put(w, kind, &output);
	}
}
