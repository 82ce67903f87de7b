/* SPDX-License-Identifier: ISC */
/* Deposits, and the envelopes that they are of. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/layers.h"
#include "lib/store/envelope.h"
#include "lib/store/recording.h"
#include "lib/store/request.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_deposit.h"

static void
deposit_free(struct deposit *deposit)
{
	secret_free(deposit->bytes);
	free(deposit);
}

static void
drop(struct deposit **link)
{
	struct deposit *gone = *link;

	*link = gone->next;
	deposit_free(gone);
}

void
deposits_free(struct deposit **deposits)
{
	while (*deposits != NULL)
		drop(deposits);
}

struct deposit *
deposits_find(struct deposit *deposits, const struct id *request, const uint8_t envelope[SECRET_SHA256])
{
	for (; deposits != NULL; deposits = deposits->next)
		if (id_equal(&deposits->request, request) && (envelope == NULL || memcmp(deposits->envelope, envelope, SECRET_SHA256) == 0))
			return deposits;
	return NULL;
}

void
deposits_put(struct deposit **deposits, struct deposit *deposit)
{
	for (struct deposit **link = deposits; *link != NULL; link = &(*link)->next)
		if (id_equal(&(*link)->request, &deposit->request) && memcmp((*link)->envelope, deposit->envelope, SECRET_SHA256) == 0) {
			drop(link);
			break;
		}
	deposit->next = *deposits;
	*deposits = deposit;
}

unsigned
deposits_count(const struct deposit *deposits)
{
	unsigned n = 0;

	for (; deposits != NULL; deposits = deposits->next)
		n++;
	return n;
}

/* ---- envelopes --------------------------------------------------------------------------------------------------- */

static int	(*const first_of[DEPOSIT_GROUPS])(struct store *store, const struct id *session, struct buf *envelope) = {
	recording_envelope, recording_trail_envelope,
};

struct walk {
	struct gate	*gate;
	const struct id	*request;
	unsigned	 group;
	uint8_t		 own[SECRET_SHA256];
	int		(*each)(void *ctx, const struct source *source);
	void		*ctx;
};

/* Hands one envelope on, if it takes several keys. */
static int
walk_one(struct walk *walk, const uint8_t *bytes, size_t count)
{
	struct source source = { .group = walk->group, .keys = layers_keys(bytes, count), .bytes = { .max = RECORDING_ENVELOPE_MOST } };
	const struct deposit *left;
	int r;

	if (source.keys < 2)
		return 0;
	memcpy(source.own, walk->own, sizeof source.own);
	secret_sha256(bytes, count, source.envelope);
	left = walk->request != NULL ? deposits_find(walk->gate->deposits, walk->request, source.envelope) : NULL;
	if (left != NULL) {
		bytes = left->bytes;
		count = left->count;
	}
	source.left = layers_keys(bytes, count) - 1;
	secret_sha256(bytes, count, source.sha256);
	r = buf_add(&source.bytes, bytes, count);
	if (r == 0)
		r = walk->each(walk->ctx, &source);
	buf_wipe(&source.bytes);
	return r;
}

static int
each_added(void *ctx, const struct envelope *envelope)
{
	struct walk *walk = ctx;

	return envelope->error < 0 || envelope->trail != (walk->group == 1) ? 0 : walk_one(walk, envelope->bytes, envelope->count);
}

int
sources_each(struct gate *gate, const struct id *session, const struct id *request, int (*each)(void *ctx, const struct source *source), void *ctx)
{
	struct walk walk = { .gate = gate, .request = request, .each = each, .ctx = ctx };
	int r = 0;

	for (walk.group = 0; r == 0 && walk.group < DEPOSIT_GROUPS; walk.group++) {
		AUTO_BUF struct buf first = { .max = RECORDING_ENVELOPE_MOST };

		r = first_of[walk.group](gate->store, session, &first);
		if (r == ERR_NOT_FOUND || r == ERR_EXPIRED) {	/* there is none, or none any more: it takes no key */
			r = 0;
			continue;
		}
		if (r < 0 || layers_keys(buf_data(&first), buf_len(&first)) < 2)
			continue;
		secret_sha256(buf_data(&first), buf_len(&first), walk.own);
		r = walk_one(&walk, buf_data(&first), buf_len(&first));
		if (r == 0)
			r = envelope_list(gate->store, session, each_added, &walk);
	}
	return r;
}

/* ---- what is left of one ----------------------------------------------------------------------------------------- */

static bool
is_complete(const struct deposit *deposit)
{
	return deposit->left == 0;
}

/* What is sealed to the one who asks before what is not, as far as is known; what the worker made before what somebody added. */
static unsigned
rank(const struct deposit *deposit)
{
	return 1 + 2 * (unsigned)deposit->is_theirs + (memcmp(deposit->envelope, deposit->own, sizeof deposit->own) == 0);
}

int
gate_deposit_replace(struct gate *gate, const struct id *request, struct buf *envelope)
{
	const struct deposit *best = NULL;
	uint8_t sha256[SECRET_SHA256];

	if (layers_keys(buf_data(envelope), buf_len(envelope)) < 2)
		return 0;
	secret_sha256(buf_data(envelope), buf_len(envelope), sha256);
	for (const struct deposit *left = gate->deposits; left != NULL; left = left->next)
		if (id_equal(&left->request, request) && memcmp(left->own, sha256, sizeof sha256) == 0 && is_complete(left) &&
		    (best == NULL || rank(left) > rank(best)))
			best = left;
	if (best == NULL)
		return ERR_NOT_FOUND;
	buf_clear(envelope);
	return buf_add(envelope, best->bytes, best->count);
}

static bool
is_open(const struct gate *gate, const struct request *request)
{
	return request->state == REQUEST_GRANTED && request->opens_until_us > gate_now(gate).wall_us;
}

int
gate_deposit_window(struct gate *gate, const struct id *session, const char *person, struct request *request)
{
	for (const struct deposit *left = gate->deposits; left != NULL; left = left->next) {
		AUTO_REQUEST struct request found = { 0 };

		if (!is_complete(left) || request_load(gate->store, &left->request, &found) < 0 || !id_equal(&found.opens, session) ||
		    strcmp(found.person, person) != 0 || !is_open(gate, &found))
			continue;
		*request = TAKE(found, (struct request){ .seconds = 0 });
		return 0;
	}
	return ERR_NOT_FOUND;
}

/* What cannot be looked up is over. */
static bool
is_over(struct gate *gate, const struct id *id)
{
	AUTO_REQUEST struct request request = { 0 };

	return request_load(gate->store, id, &request) < 0 || (request.state != REQUEST_WAITING && !is_open(gate, &request));
}

void
gate_deposit_sweep(struct gate *gate)
{
	struct deposit **link = &gate->deposits;

	while (*link != NULL) {
		if (gate_store(gate) < 0 || is_over(gate, &(*link)->request))
			drop(link);
		else
			link = &(*link)->next;
	}
}
