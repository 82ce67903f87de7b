/* SPDX-License-Identifier: ISC */
/* Opening one layer. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/age.h"
#include "lib/record/identity.h"
#include "lib/wire/client.h"
#include "recorder/client/layer.h"

#define PARTS_MOST	16
#define PART_MOST	65536

/* What came out of one part. */
struct layer {
	uint8_t		envelope[32];
	uint32_t	part;
	struct buf	inner;
};

struct opening {
	const struct age_ring	*ring;
	struct layer		 layers[PARTS_MOST];
	unsigned		 count;
	int			 error;		/* of the last part that did not open */
};

static void
opening_done(struct opening *opening)
{
	for (unsigned i = 0; i < opening->count; i++)
		buf_wipe(&opening->layers[i].inner);
}

static bool
has_envelope(const struct opening *opening, const struct wire_bytes *envelope)
{
	for (unsigned i = 0; i < opening->count; i++)
		if (memcmp(opening->layers[i].envelope, envelope->data, envelope->count) == 0)
			return true;
	return false;
}

/* The first part of each envelope that one of the keys opens. */
static int
take_part(struct client *client, const void *fields, void *user)
{
	const struct wire_layer_row *row = fields;
	struct opening *opening = user;
	struct layer *layer = &opening->layers[opening->count];
	int r;

	if (row->envelope.count != sizeof layer->envelope)
		return client_lost(client, ERR_MSG_LENGTH);
	if (opening->count >= PARTS_MOST || has_envelope(opening, &row->envelope))
		return 0;
	*layer = (struct layer){ .part = row->part, .inner = { .max = PART_MOST } };
	memcpy(layer->envelope, row->envelope.data, sizeof layer->envelope);
	r = age_open(row->file.data, row->file.count, opening->ring, &layer->inner);
	if (r < 0)
		opening->error = r;
	else
		opening->count++;
	return 0;
}

static int
deposit(struct client *client, const char *which, struct layer *layer)
{
	AUTO_FREE char *id = own_dup(which);
	struct wire_deposit question = { .which = id, .envelope = { layer->envelope, sizeof layer->envelope }, .part = layer->part,
		.inner = { layer->inner.bytes + layer->inner.start, buf_len(&layer->inner) } };

	return client_ask(client, WIRE_DEPOSIT, &question, 0, NULL, NULL);
}

static int
open_parts(struct client *client, const char *which, struct opening *opening)
{
	AUTO_FREE char *id = own_dup(which);
	struct wire_layers question = { .which = id };
	int r = client_ask(client, WIRE_LAYERS, &question, WIRE_LAYER_ROW, take_part, opening);

	if (r == 0 && opening->count == 0)
		return cli_fail(client->cli, STATUS_KEY, "your identity does not open your part of the envelope: %s", err_text(opening->error));
	for (unsigned i = 0; r == 0 && i < opening->count; i++)
		r = deposit(client, which, &opening->layers[i]);
	return r;
}

int
layer_open(struct client *client, const char *which)
{
	AUTO_AGE_RING struct age_ring *ring = NULL;
	__attribute__((cleanup(opening_done))) struct opening opening = { .error = ERR_KEY_WRONG };
	const struct cli *cli = client->cli;
	int r;

	if (cli_get(cli, "identity") == NULL)
		return 0;
	if (getenv("POSTERN_LOGIN") != NULL)
		return cli_fail(cli, STATUS_DENIED, "through a login no file of this machine is read: grant it from your own, with -H");
	opening.ring = ring = age_ring_new();
	r = identity_load(cli, client->welcome->trial ? client->place.root : NULL, !client->welcome->trial && cli_get(cli, "host") == NULL, ring);
	return r != 0 ? r : open_parts(client, which, &opening);
}
