/* SPDX-License-Identifier: ISC */
/* Layers of envelopes: handed out, taken back without one, kept in memory. */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/record/layers.h"
#include "lib/store/decision.h"
#include "lib/store/recording.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_layers.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"

#define DEPOSITS_MOST	64	/* of all peers together that count, and of one that do not yet */

struct deposit {
	struct deposit	*next;
	struct id	 request;
	uint8_t		 envelope[SECRET_SHA256];	/* which one */
	uint8_t		 from[SECRET_SHA256];		/* the bytes that it was a part of */
	char		 key[LAYERS_KEY];		/* whose part, the first of that person */
	uint8_t		*bytes;				/* secret memory */
	size_t		 count;
};

static void
deposit_free(struct deposit *deposit)
{
	secret_free(deposit->bytes);
	free(deposit);
}

void
deposits_free(struct deposit **deposits)
{
	while (*deposits != NULL) {
		struct deposit *first = *deposits;

		*deposits = first->next;
		deposit_free(first);
	}
}

static struct deposit *
find(struct deposit *deposits, const struct id *request, const uint8_t envelope[SECRET_SHA256])
{
	for (; deposits != NULL; deposits = deposits->next)
		if (id_equal(&deposits->request, request) && (envelope == NULL || memcmp(deposits->envelope, envelope, SECRET_SHA256) == 0))
			return deposits;
	return NULL;
}

static void
drop(struct deposit **link)
{
	struct deposit *gone = *link;

	*link = gone->next;
	deposit_free(gone);
}

/* In the place of what was there of the same envelope. */
static void
put(struct deposit **deposits, struct deposit *deposit)
{
	for (struct deposit **link = deposits; *link != NULL; link = &(*link)->next)
		if (id_equal(&(*link)->request, &deposit->request) && memcmp((*link)->envelope, deposit->envelope, SECRET_SHA256) == 0) {
			drop(link);
			break;
		}
	deposit->next = *deposits;
	*deposits = deposit;
}

static unsigned
count(const struct deposit *deposits)
{
	unsigned n = 0;

	for (; deposits != NULL; deposits = deposits->next)
		n++;
	return n;
}

/* ---- an envelope as it is now ------------------------------------------------------------------------------------ */

/* What is sealed by itself. */
static int	(*const envelopes[])(struct store *store, const struct id *session, struct buf *envelope) = {
	recording_envelope, recording_trail_envelope,
};
#define ENVELOPES	(sizeof envelopes / sizeof envelopes[0])

/* One of them as it was made, or what others have left of it under this request. */
struct source {
	uint8_t		envelope[SECRET_SHA256];	/* SHA-256 as it was made */
	uint8_t		sha256[SECRET_SHA256];		/* of the bytes */
	unsigned	keys;		/* as it was made */
	struct buf	bytes;
};

#define AUTO_SOURCE	__attribute__((cleanup(source_done)))

static void
source_done(struct source *source)
{
	buf_wipe(&source->bytes);
}

/* The nth. What is not there, or not any more, takes no key. */
static int
source_load(struct gate *gate, const struct request *request, size_t n, struct source *source)
{
	const struct deposit *left;
	int r;

	*source = (struct source){ .keys = 1, .bytes = { .max = RECORDING_ENVELOPE_MOST } };
	r = envelopes[n](gate->store, &request->opens, &source->bytes);
	if (r == ERR_NOT_FOUND || r == ERR_EXPIRED)
		return 0;
	if (r < 0)
		return r;
	source->keys = layers_keys(buf_data(&source->bytes), buf_len(&source->bytes));
	secret_sha256(buf_data(&source->bytes), buf_len(&source->bytes), source->envelope);
	left = find(gate->deposits, &request->id, source->envelope);
	if (left != NULL) {
		buf_clear(&source->bytes);
		r = buf_add(&source->bytes, left->bytes, left->count);
	}
	secret_sha256(buf_data(&source->bytes), buf_len(&source->bytes), source->sha256);
	return r;
}

/* Layers that must still come off before one key is enough. */
static unsigned
source_left(const struct source *source)
{
	return layers_keys(buf_data(&source->bytes), buf_len(&source->bytes)) - 1;
}

unsigned
gate_layers_keys(struct gate *gate, const struct id *session)
{
	const struct request request = { .opens = *session };
	unsigned most = 1;

	for (size_t n = 0; n < ENVELOPES; n++) {
		AUTO_SOURCE struct source source = { .keys = 1 };

		if (source_load(gate, &request, n, &source) == 0 && source.keys > most)
			most = source.keys;
	}
	return most;
}

unsigned
gate_layers_left(struct gate *gate, const struct request *request)
{
	unsigned most = 0;

	for (size_t n = 0; !id_is_zero(&request->opens) && n < ENVELOPES; n++) {
		AUTO_SOURCE struct source source = { .keys = 1 };

		if (source_load(gate, request, n, &source) == 0 && source_left(&source) > most)
			most = source_left(&source);
	}
	return most;
}

/* ---- taking one off ---------------------------------------------------------------------------------------------- */

/* A key that is the peer's by the file `auditors`, or that does not stand there any more; nobody uses one of somebody else's. */
static bool
is_for(const struct peer *peer, const struct layers_part *part)
{
	for (size_t i = 0; i < part->key_count; i++) {
		const char *owner = policy_key_owner(peer->gate->policy, part->keys[i]);

		if (gate_is_retired(peer->gate, part->keys[i]))
			continue;
		if (owner == NULL || owner[0] == '\0' || strcmp(owner, peer_person(peer)) == 0)
			return true;
	}
	return false;
}

struct decided {
	const char	*person;
	unsigned	 grants;
	bool		 by_person;
};

static int
add_decision(void *ctx, const struct decision *decision)
{
	struct decided *decided = ctx;

	decided->grants += decision->verdict == VERDICT_GRANT;
	decided->by_person = decided->by_person || strcmp(decision->person, decided->person) == 0;
	return 0;
}

/* 0, or the peer has been told why not; negative errors of the catalogue in *error. */
static int
begin(struct peer *peer, const char *which, struct request *request, int *error)
{
	struct gate *gate = peer->gate;
	struct decided decided = { .person = peer_person(peer) };
	uint32_t counts;
	struct id id;

	*error = request_find(gate->store, which, &id);
	if (*error == 0)
		*error = request_get(gate->store, &id, request);
	if (*error == 0)
		*error = decision_list(gate->store, &id, add_decision, &decided);
	if (*error < 0)
		return -1;
	if (id_is_zero(&request->opens))
		peer_fail(peer, STATUS_USAGE, "this request is for a role: it takes no key of an auditor, grant it without --identity");
	else if (request->state != REQUEST_WAITING)
		peer_fail(peer, STATUS_FAILED, "it is over already: %s", request_state_names[request->state]);
	else if (!gate_audit_may(peer) || gate_check_decider(peer, request, &counts) != 0)
		return -1;
	else if (decided.by_person)
		peer_fail(peer, STATUS_FAILED, "you have decided this already; another person must decide too");
	else if (gate_layers_left(gate, request) == 0)
		peer_fail(peer, STATUS_USAGE, "this request takes no key: grant it without --identity");
	else
		return 0;
	return -1;
}

/* The parts of one envelope that are for the peer; their number, or negative. */
static int
put_parts(struct peer *peer, const struct request *request, size_t n)
{
	AUTO_SOURCE struct source source = { .keys = 1 };
	struct layers layers;
	int rows = 0;
	int r = source_load(peer->gate, request, n, &source);

	if (r < 0 || source_left(&source) == 0)
		return r;
	r = layers_parse(buf_data(&source.bytes), buf_len(&source.bytes), &layers);
	for (size_t i = 0; r == 0 && i < layers.part_count; i++) {
		struct wire_layer_row row = { .envelope = { source.envelope, sizeof source.envelope }, .part = (uint32_t)i,
			.file = { (uint8_t *)(uintptr_t)layers.parts[i].file, layers.parts[i].count } };

		if (!is_for(peer, &layers.parts[i]))
			continue;
		peer_put(peer, WIRE_LAYER_ROW, &row);
		rows++;
	}
	return r < 0 ? r : rows;
}

int
on_layers(struct peer *peer, const void *fields)
{
	const struct wire_layers *question = fields;
	AUTO_REQUEST struct request request = { 0 };
	int rows = 0;
	int r = 0;

	if (begin(peer, question->which, &request, &r) != 0)
		return r;
	r = gate_say(peer->gate, LOG_LAYER_TAKEN, &request.opens, "%s took their part of the envelope of this recording, to grant its opening to %s",
	    peer_person(peer), request.person);
	for (size_t n = 0; r >= 0 && n < ENVELOPES; n++) {
		r = put_parts(peer, &request, n);
		rows += r > 0 ? r : 0;
	}
	if (r < 0)
		return r;
	if (rows == 0)
		peer_fail(peer, STATUS_KEY, "none of the keys that this recording was sealed to is yours and not retired");
	else
		peer_done(peer, "%s", "");
	return 0;
}

static struct deposit *
deposit_new(const struct request *request, const struct source *source, const struct layers_part *part, const struct wire_bytes *inner)
{
	struct deposit *deposit = own_alloc(sizeof *deposit);

	deposit->request = request->id;
	memcpy(deposit->envelope, source->envelope, sizeof deposit->envelope);
	memcpy(deposit->from, source->sha256, sizeof deposit->from);
	memcpy(deposit->key, part->keys[0], sizeof deposit->key);
	deposit->bytes = secret_new(inner->count);
	memcpy(deposit->bytes, inner->data, inner->count);
	deposit->count = inner->count;
	return deposit;
}

/* Of which envelope is it? 1 with the source, 0 if it is of none. */
static int
find_source(struct peer *peer, const struct request *request, const struct wire_bytes *envelope, struct source *source)
{
	for (size_t n = 0; n < ENVELOPES; n++) {
		int r = source_load(peer->gate, request, n, source);

		if (r < 0)
			return r;
		if (source->keys > 1 && envelope->count == sizeof source->envelope && memcmp(envelope->data, source->envelope, sizeof source->envelope) == 0)
			return 1;
		source_done(source);
	}
	return 0;
}

int
on_deposit(struct peer *peer, const void *fields)
{
	const struct wire_deposit *question = fields;
	AUTO_REQUEST struct request request = { 0 };
	AUTO_SOURCE struct source source = { .keys = 1 };
	struct layers layers;
	int r = 0;

	if (begin(peer, question->which, &request, &r) != 0)
		return r;
	r = find_source(peer, &request, &question->envelope, &source);
	if (r < 0)
		return r;
	if (r == 0 || layers_parse(buf_data(&source.bytes), buf_len(&source.bytes), &layers) < 0 || question->part >= layers.part_count ||
	    !is_for(peer, &layers.parts[question->part]) ||
	    layers_check(&layers, question->part, question->inner.data, question->inner.count) < 0) {
		peer_fail(peer, STATUS_DENIED, "what was deposited cannot be what is in your part of the envelope; take it once more");
		return 0;
	}
	if (count(peer->deposits) >= DEPOSITS_MOST)
		deposits_free(&peer->deposits);
	put(&peer->deposits, deposit_new(&request, &source, &layers.parts[question->part], &question->inner));
	sodium_memzero(question->inner.data, question->inner.count);
	peer_done(peer, "%s", "");
	return 0;
}

/* ---- a grant with it --------------------------------------------------------------------------------------------- */

/* What keeps a grant from counting for one envelope, in a sentence; or NULL. */
static const char *
why_not(struct peer *peer, const struct request *request, const struct source *source, unsigned grants)
{
	const struct deposit *deposit = find(peer->deposits, &request->id, source->envelope);

	if (source_left(source) == 0)
		return NULL;
	if (grants > source->keys - 1 - source_left(source))
		return "what the key of another one had opened is gone, since the gate was restarted: deny it, so that it is asked for anew";
	if (deposit == NULL)
		return "it takes your key to open this recording: postern grant ID --identity FILE";
	if (memcmp(deposit->from, source->sha256, sizeof source->sha256) != 0)
		return "somebody else has opened a layer meanwhile: grant it once more";
	if (count(peer->gate->deposits) >= DEPOSITS_MOST && find(peer->gate->deposits, &request->id, NULL) == NULL)
		return "too many recordings are open at this moment; grant it later";
	return NULL;
}

bool
gate_layers_may(struct peer *peer, const struct request *request, unsigned *need)
{
	struct decided decided = { .person = "" };
	const char *why = NULL;
	int r = 0;

	if (id_is_zero(&request->opens))
		return true;
	r = decision_list(peer->gate->store, &request->id, add_decision, &decided);
	for (size_t n = 0; r == 0 && why == NULL && n < ENVELOPES; n++) {
		AUTO_SOURCE struct source source = { .keys = 1 };

		r = source_load(peer->gate, request, n, &source);
		if (r == 0)
			why = why_not(peer, request, &source, decided.grants);
		if (source.keys - 1 > *need)
			*need = source.keys - 1;
	}
	if (r < 0)
		peer_fail(peer, cli_status(r), "it cannot be granted: %s", err_text(r));
	else if (why != NULL)
		peer_fail(peer, STATUS_KEY, "%s", why);
	return r == 0 && why == NULL;
}

static int
say_one(struct peer *peer, const struct request *request, const struct deposit *deposit)
{
	uint8_t sha256[SECRET_SHA256];
	char hex[2 * SECRET_SHA256 + 1], envelope[2 * SECRET_SHA256 + 1], id[ID_TEXT];

	secret_sha256(deposit->bytes, deposit->count, sha256);
	return gate_say(peer->gate, LOG_LAYER_REMOVED, &request->opens, "%s opened a layer of envelope %s with %s, for request %.*s of %s; what is left is %s",
	    peer_person(peer), id_hex(deposit->envelope, SECRET_SHA256, envelope), deposit->key, ID_SHORT, id_text(&request->id, id), request->person,
	    id_hex(sha256, sizeof sha256, hex));
}

int
gate_layers_say(struct peer *peer, const struct request *request)
{
	int r = 0;

	for (const struct deposit *deposit = peer->deposits; r >= 0 && deposit != NULL; deposit = deposit->next)
		if (id_equal(&deposit->request, &request->id))
			r = say_one(peer, request, deposit);
	return r;
}

/* ---- what is left of it ------------------------------------------------------------------------------------------ */

int
gate_layers_replace(struct gate *gate, const struct id *request, struct buf *envelope)
{
	const struct deposit *left;
	uint8_t sha256[SECRET_SHA256];

	if (layers_keys(buf_data(envelope), buf_len(envelope)) < 2)
		return 0;
	secret_sha256(buf_data(envelope), buf_len(envelope), sha256);
	left = find(gate->deposits, request, sha256);
	if (left == NULL || layers_keys(left->bytes, left->count) > 1)
		return ERR_NOT_FOUND;
	buf_clear(envelope);
	return buf_add(envelope, left->bytes, left->count);
}

static bool
is_open(const struct gate *gate, const struct request *request)
{
	return request->state == REQUEST_GRANTED && request->opens_until_us > gate_now(gate).wall_us;
}

int
gate_layers_window(struct gate *gate, const struct id *session, const char *person, struct request *request)
{
	for (const struct deposit *left = gate->deposits; left != NULL; left = left->next) {
		AUTO_REQUEST struct request found = { 0 };

		if (layers_keys(left->bytes, left->count) > 1 || request_load(gate->store, &left->request, &found) < 0 ||
		    !id_equal(&found.opens, session) || strcmp(found.person, person) != 0 || !is_open(gate, &found))
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
gate_layers_sweep(struct gate *gate)
{
	struct deposit **link = &gate->deposits;

	while (*link != NULL) {
		if (gate_store(gate) < 0 || is_over(gate, &(*link)->request))
			drop(link);
		else
			link = &(*link)->next;
	}
}

void
gate_layers_decided(struct peer *peer, const struct request *request)
{
	struct deposit **link = &peer->deposits;

	while (*link != NULL) {
		struct deposit *deposit = *link;

		if (!id_equal(&deposit->request, &request->id)) {
			link = &deposit->next;
			continue;
		}
		*link = deposit->next;
		put(&peer->gate->deposits, deposit);
	}
	gate_layers_sweep(peer->gate);
}
