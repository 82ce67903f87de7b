/* SPDX-License-Identifier: ISC */
/* Layers of envelopes: handed out, taken back without one, and what a grant needs of them. */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/layers.h"
#include "lib/store/decision.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_deposit.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_layers.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"

#define ALONE_MOST	2048	/* bytes of an added envelope that one key opens: no single one fills up what is handed out */

/* ---- how many keys ----------------------------------------------------------------------------------------------- */

/* Of each group the best of its envelopes: the one with the fewest layers left. */
struct tally {
	unsigned	keys[DEPOSIT_GROUPS];	/* as it was made; 0: there is none with layers */
	unsigned	left[DEPOSIT_GROUPS];
	struct peer	*peer;			/* whose deposits count as if they were granted; NULL: none */
	const struct request *request;
	bool		is_stale;		/* one of them is of what has changed since */
};

static int
tally_one(void *ctx, const struct source *source)
{
	struct tally *tally = ctx;
	const struct deposit *mine = tally->peer != NULL ? deposits_find(tally->peer->deposits, &tally->request->id, source->envelope) : NULL;
	bool fits = mine != NULL && memcmp(mine->from, source->sha256, sizeof mine->from) == 0;
	unsigned left = fits ? mine->left : source->left;

	tally->is_stale = tally->is_stale || (mine != NULL && !fits);
	if (tally->keys[source->group] == 0 || left < tally->left[source->group])
		tally->left[source->group] = left;
	if (source->keys > tally->keys[source->group])
		tally->keys[source->group] = source->keys;
	return 0;
}

static unsigned
most(const unsigned of[DEPOSIT_GROUPS])
{
	unsigned found = 0;

	for (size_t i = 0; i < DEPOSIT_GROUPS; i++)
		found = of[i] > found ? of[i] : found;
	return found;
}

unsigned
gate_layers_keys(struct gate *gate, const struct id *session)
{
	struct tally tally = { .peer = NULL };

	return sources_each(gate, session, NULL, tally_one, &tally) == 0 && most(tally.keys) > 0 ? most(tally.keys) : 1;
}

unsigned
gate_layers_left(struct gate *gate, const struct request *request)
{
	struct tally tally = { .peer = NULL };

	if (id_is_zero(&request->opens) || sources_each(gate, &request->opens, &request->id, tally_one, &tally) < 0)
		return 0;
	return most(tally.left);
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

struct handing {
	struct peer	*peer;
	unsigned	 rows;
};

/* The parts of one envelope that are for the peer. */
static int
hand_out(void *ctx, const struct source *source)
{
	struct handing *handing = ctx;
	struct layers layers;
	int r = source->left > 0 ? layers_parse(buf_data(&source->bytes), buf_len(&source->bytes), &layers) : 1;

	for (size_t i = 0; r == 0 && i < layers.part_count; i++) {
		struct wire_layer_row row = { .envelope = { (uint8_t *)(uintptr_t)source->envelope, sizeof source->envelope }, .part = (uint32_t)i,
			.file = { (uint8_t *)(uintptr_t)layers.parts[i].file, layers.parts[i].count } };

		if (!is_for(handing->peer, &layers.parts[i]))
			continue;
		peer_put(handing->peer, WIRE_LAYER_ROW, &row);
		handing->rows++;
	}
	return r < 0 ? r : 0;
}

int
on_layers(struct peer *peer, const void *fields)
{
	const struct wire_layers *question = fields;
	AUTO_REQUEST struct request request = { 0 };
	struct handing handing = { .peer = peer };
	int r = 0;

	if (begin(peer, question->which, &request, &r) != 0)
		return r;
	r = gate_say(peer->gate, LOG_LAYER_TAKEN, &request.opens, "%s took their part of the envelope of this recording, to grant its opening to %s",
	    peer_person(peer), request.person);
	if (r >= 0)
		r = sources_each(peer->gate, &request.opens, &request.id, hand_out, &handing);
	if (r < 0)
		return r;
	if (handing.rows == 0)
		peer_fail(peer, STATUS_KEY, "none of the keys that this recording was sealed to is yours and not retired");
	else
		peer_done(peer, "%s", "");
	return 0;
}

struct taking {
	struct peer			*peer;
	const struct request		*request;
	const struct wire_deposit	*question;
	struct deposit			*deposit;	/* what came of it */
};

static bool
is_known_as(const struct gate *gate, const struct layers *layers, size_t except, const char *person)
{
	for (size_t i = 0; i < layers->part_count; i++)
		for (size_t k = 0; i != except && k < layers->parts[i].key_count; k++) {
			const char *owner = policy_key_owner(gate->policy, layers->parts[i].keys[k]);

			if (owner != NULL && strcmp(owner, person) == 0)
				return true;
		}
	return false;
}

static struct deposit *
deposit_new(const struct taking *taking, const struct source *source, const struct layers *layers)
{
	struct deposit *deposit = own_alloc(sizeof *deposit);
	const struct wire_bytes *inner = &taking->question->inner;

	deposit->request = taking->request->id;
	memcpy(deposit->own, source->own, sizeof deposit->own);
	memcpy(deposit->envelope, source->envelope, sizeof deposit->envelope);
	memcpy(deposit->from, source->sha256, sizeof deposit->from);
	snprintf(deposit->key, sizeof deposit->key, "%s", layers->parts[taking->question->part].keys[0]);
	deposit->is_theirs = is_known_as(taking->peer->gate, layers, taking->question->part, taking->request->person);
	deposit->left = source->left - 1;
	deposit->bytes = secret_new(inner->count);
	memcpy(deposit->bytes, inner->data, inner->count);
	deposit->count = inner->count;
	return deposit;
}

static int
take_in(void *ctx, const struct source *source)
{
	struct taking *taking = ctx;
	const struct wire_deposit *question = taking->question;
	struct layers layers;

	if (taking->deposit != NULL || source->left == 0 || question->envelope.count != sizeof source->envelope ||
	    memcmp(question->envelope.data, source->envelope, sizeof source->envelope) != 0 ||
	    layers_parse(buf_data(&source->bytes), buf_len(&source->bytes), &layers) < 0 || question->part >= layers.part_count ||
	    !is_for(taking->peer, &layers.parts[question->part]) ||
	    layers_check(&layers, question->part, question->inner.data, question->inner.count) < 0)
		return 0;
	taking->deposit = deposit_new(taking, source, &layers);
	return 0;
}

int
on_deposit(struct peer *peer, const void *fields)
{
	const struct wire_deposit *question = fields;
	AUTO_REQUEST struct request request = { 0 };
	struct taking taking = { .peer = peer, .request = &request, .question = question };
	int r = 0;

	if (begin(peer, question->which, &request, &r) != 0)
		return r;
	r = sources_each(peer->gate, &request.opens, &request.id, take_in, &taking);
	sodium_memzero(question->inner.data, question->inner.count);
	if (taking.deposit == NULL) {
		if (r == 0)
			peer_fail(peer, STATUS_DENIED, "what was deposited cannot be what is in your part of the envelope; take it once more");
		return r;
	}
	if (deposits_count(peer->deposits) >= DEPOSITS_MOST)
		deposits_free(&peer->deposits);
	deposits_put(&peer->deposits, taking.deposit);
	peer_done(peer, "%s", "");
	return 0;
}

/* ---- a grant with it --------------------------------------------------------------------------------------------- */

/* So many layers may be left of the group behind this grant, and no more. */
static bool
is_enough(const struct tally *tally, unsigned grants)
{
	for (size_t i = 0; i < DEPOSIT_GROUPS; i++)
		if (tally->left[i] > 0 && tally->left[i] + grants + 1 > tally->keys[i] - 1)
			return false;
	return true;
}

static const char *
why_not(struct peer *peer, const struct request *request, const struct tally *tally, unsigned grants)
{
	if (is_enough(tally, grants))
		return deposits_count(peer->gate->deposits) < DEPOSITS_MOST ? NULL : "too many recordings are open at this moment; grant it later";
	if (deposits_find(peer->deposits, &request->id, NULL) == NULL)
		return "it takes your key to open this recording: postern grant ID --identity FILE";
	if (tally->is_stale)
		return "somebody else has opened a layer meanwhile: grant it once more";
	return "what the key of another one had opened is gone, since the gate was restarted, or is of no use to yours: deny it, so that it is asked for anew";
}

bool
gate_layers_may(struct peer *peer, const struct request *request, unsigned *need)
{
	struct tally tally = { .peer = peer, .request = request };
	struct decided decided = { .person = "" };
	const char *why;
	int r;

	if (id_is_zero(&request->opens))
		return true;
	r = decision_list(peer->gate->store, &request->id, add_decision, &decided);
	if (r == 0)
		r = sources_each(peer->gate, &request->opens, &request->id, tally_one, &tally);
	if (r < 0) {
		peer_fail(peer, cli_status(r), "it cannot be granted: %s", err_text(r));
		return false;
	}
	if (most(tally.keys) == 0)
		return true;
	*need = most(tally.keys) - 1 > *need ? most(tally.keys) - 1 : *need;
	why = why_not(peer, request, &tally, decided.grants);
	if (why != NULL)
		peer_fail(peer, STATUS_KEY, "%s", why);
	return why == NULL;
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
		deposits_put(&peer->gate->deposits, deposit);
	}
	gate_deposit_sweep(peer->gate);
}

/* ---- one more envelope ------------------------------------------------------------------------------------------- */

/* Whose part it is by the names of its keys; NULL if it is nobody's, or of more than one. */
static const char *
owner_of(struct gate *gate, const struct layers_part *part)
{
	const char *first = NULL;

	for (size_t i = 0; i < part->key_count; i++) {
		const char *owner = policy_key_owner(gate->policy, part->keys[i]);

		if (owner == NULL || owner[0] == '\0' || gate_is_retired(gate, part->keys[i]) || (first != NULL && strcmp(first, owner) != 0))
			return NULL;
		first = owner;
	}
	return first;
}

static bool
names(const struct layers *layers, const char *key)
{
	for (size_t i = 0; i < layers->part_count; i++)
		for (size_t k = 0; k < layers->parts[i].key_count; k++)
			if (strcmp(layers->parts[i].keys[k], key) == 0)
				return true;
	return false;
}

const char *
gate_layers_rewrap_why(struct gate *gate, const struct wire_rewrap *question)
{
	unsigned keys = gate_layers_keys(gate, &question->session);
	struct layers layers;

	if (keys < 2 && question->envelope.count > ALONE_MOST)
		return "an envelope for one key is not that long";
	if (keys < 2)
		return layers_is(question->envelope.data, question->envelope.count) ? "this recording takes one key, and so do its envelopes" : NULL;
	if (layers_parse(question->envelope.data, question->envelope.count, &layers) < 0 || layers.keys != keys || !names(&layers, question->recipient))
		return "this recording takes the keys of several persons: an envelope for one key more would open it alone";
	for (size_t i = 0; i < layers.part_count; i++) {
		const char *owner = owner_of(gate, &layers.parts[i]);

		if (owner == NULL)
			return "each part of its envelope must be for the keys of one person of the file auditors, none of them retired";
		for (size_t k = 0; k < i; k++)
			if (strcmp(owner_of(gate, &layers.parts[k]), owner) == 0)
				return "nobody has two parts of an envelope";
	}
	return NULL;
}
