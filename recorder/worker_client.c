/* SPDX-License-Identifier: ISC */
/* The worker's connection to the client: keys and sizes come in, sealed output goes out. */
#include "config.h"

#include "lib/base/err.h"
#include "lib/base/log.h"
#include "recorder/worker.h"

static int
hear_input(struct worker *w, const void *fields)
{
	const struct wire_input *input = fields;

	if (w->port.input_over)
		return ERR_MSG_REFUSED;
	return buf_add(&w->port.arrived, input->bytes.data, input->bytes.count);
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
client_lost(struct worker *w)
{
	silence(w, NULL);
}

void
client_flush(struct worker *w)
{
	if (!wire_wants_write(&w->client.conn) || wire_flush(&w->client.conn) == 0)
		return;
	buf_clear(&w->client.conn.out);	/* nobody reads it any more */
	silence(w, NULL);
}

void
client_put(struct worker *w, enum wire_kind kind, const void *fields)
{
	int r = wire_put(&w->client.conn, kind, fields);

	/* Once the session ends, output that a client does not read is in the recording only. */
	if (r < 0 && w->phase < WORKER_ENDING)
		silence(w, err_text(r));
}

void
client_show(struct worker *w, enum wire_kind kind, const struct buf *bytes)
{
	struct wire_output output = { { bytes->bytes + bytes->start, buf_len(bytes) } };

	client_put(w, kind, &output);
}
