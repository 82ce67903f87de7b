/* SPDX-License-Identifier: ISC */
/* Retiring auditors and their keys, and adding envelopes for new ones. */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/layers.h"
#include "lib/store/envelope.h"
#include "lib/store/retired.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_layers.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_watch.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"
#include "recorder/policy/policy.h"

bool
gate_is_retired(struct gate *gate, const char *name)
{
	return gate_store(gate) < 0 || retired_has(gate->store, name) != 0;
}

bool
gate_is_auditor(struct gate *gate, const struct policy_subject *subject)
{
	return policy_is_auditor(gate->policy, subject) && !gate_is_retired(gate, subject->person);
}

static bool
has_word(char *const *words, const char *word)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

void
gate_keys_recipients(struct gate *gate, struct gate_recipients *recipients)
{
	const struct policy *policy = gate->policy;
	unsigned count = 0;

	*recipients = (struct gate_recipients){ .keys = own_alloc((policy->recipients_count + 1) * sizeof *recipients->keys),
		.owners = own_alloc((policy->recipients_count + 1) * sizeof *recipients->owners) };
	for (unsigned i = 0; i < policy->recipients_count; i++) {
		char *owner = policy->recipient_owners[i];

		if (gate_is_retired(gate, policy->recipients[i]))
			continue;
		recipients->persons += owner[0] != '\0' && !has_word(recipients->owners, owner);
		recipients->keys[count] = policy->recipients[i];
		recipients->owners[count++] = owner;
	}
}

static bool
is_recipient(const struct policy *policy, const char *key)
{
	for (unsigned i = 0; i < policy->recipients_count; i++)
		if (strcmp(policy->recipients[i], key) == 0)
			return true;
	return false;
}

/* ---- retiring ---------------------------------------------------------------------------------------------------- */

/* The peer's own part in a change of the list. */
struct change {
	struct peer	*peer;
	bool		 retires;
	unsigned	 keys;		/* how many were changed with the person */
};

static int
change_one(struct change *change, const char *name)
{
	struct retired retired = { .at_us = gate_now(change->peer->gate).wall_us };
	struct store *store = change->peer->gate->store;

	if (!change->retires)
		return retired_remove(store, name);
	if (snprintf(retired.name, sizeof retired.name, "%s", name) >= (int)sizeof retired.name ||
	    snprintf(retired.by, sizeof retired.by, "%s", peer_person(change->peer)) >= (int)sizeof retired.by)
		return ERR_MSG_LENGTH;
	return retired_add(store, &retired);
}

/* Those whose owner the file `auditors` names behind the key. */
static int
change_keys(struct change *change, const char *person)
{
	const struct policy *policy = change->peer->gate->policy;
	int r = 0;

	for (unsigned i = 0; r == 0 && i < policy->recipients_count; i++) {
		if (strcmp(policy->recipient_owners[i], person) != 0 ||
		    (retired_has(change->peer->gate->store, policy->recipients[i]) != 0) == change->retires)
			continue;
		r = change_one(change, policy->recipients[i]);
		change->keys += r == 0;
	}
	return r;
}

/* What they have open is closed: the next read of it is refused. */
static void
stop_reading(struct gate *gate, const char *person)
{
	for (struct peer *peer = gate->peers; peer != NULL; peer = peer->next) {
		if (peer->who == NULL || peer->who->person == NULL || strcmp(peer->who->person, person) != 0)
			continue;
		peer_reading_over(peer);
	}
}

static int
change(struct peer *peer, const struct wire_keys *question, bool retires)
{
	struct gate *gate = peer->gate;
	AUTO_FREE char *reason = gate_mask_text(gate, "", question->reason);
	AUTO_TXN struct txn txn = { 0 };
	struct change change = { .peer = peer, .retires = retires };
	char keys[64] = "";
	int r = txn_begin(&txn, gate->store);

	if (r == 0)
		r = change_one(&change, question->which);
	if (r == 0 && !is_recipient(gate->policy, question->which))
		r = change_keys(&change, question->which);
	if (change.keys > 0)
		snprintf(keys, sizeof keys, ", and %u key%s of theirs", change.keys, change.keys == 1 ? "" : "s");
	if (r == 0)
		r = gate_say(gate, retires ? LOG_AUDITOR_RETIRED : LOG_AUDITOR_RETURNED, NULL, "%s %s %s%s: " LOG_WORDS "%s", peer_person(peer),
		    retires ? "retired" : "took back the retirement of", question->which, keys, reason);
	if (r == 0)
		r = txn_commit(&txn);
	if (r == ERR_STORE_CONFLICT || r == ERR_NOT_FOUND) {
		peer_fail(peer, STATUS_FAILED, "%s is %s", question->which, retires ? "retired already" : "not retired");
		return 0;
	}
	if (r < 0)
		return r;
	if (retires)
		stop_reading(gate, question->which);
	peer_done(peer, retires ? "Retired: %s%s. Nothing is opened for them any more, and no new recording names their key." :
	    "Taken back: %s%s. New recordings name their key again, and what they open they open as before.", question->which, keys);
	return 0;
}

/* 0, or the peer has been told. */
static int
check_change(struct peer *peer, const struct wire_keys *question)
{
	struct policy_subject subject = who_subject(peer->who);
	const struct policy *policy = peer->gate->policy;
	const char *why = NULL;

	if (!policy_is_admin(policy, &subject))
		why = "auditors are retired by the administrators that the policy names (admins)";
	else if (strcmp(question->act, "return") == 0 && strcmp(question->which, peer_person(peer)) == 0)
		why = "nobody takes back their own retirement";
	if (why != NULL) {
		gate_say(peer->gate, LOG_AUDITOR_REFUSED, NULL, "%s may not %s an auditor: %s", peer_person(peer), question->act, why);
		peer_fail(peer, STATUS_DENIED, "%s", why);
		return -1;
	}
	if (question->reason[strspn(question->reason, " ")] == '\0')
		peer_fail(peer, STATUS_USAGE, "say why with --reason TEXT; it stands in the log");
	else if (strcmp(question->act, "retire") == 0 && policy_person(policy, question->which) == NULL && !is_recipient(policy, question->which) &&
	    !policy->unlisted)
		peer_fail(peer, STATUS_NOT_FOUND, "'%s' is neither a person of the policy nor a key in the file auditors", question->which);
	else
		return 0;
	return -1;
}

static int
put_retired(void *ctx, const struct retired *retired)
{
	struct peer *peer = ctx;
	const struct policy *policy = peer->gate->policy;
	struct retired copy = *retired;
	struct wire_key_row row = { .recipient = copy.name, .retired = true, .at_us = retired->at_us, .by = copy.by };

	for (unsigned i = 0; i < policy->recipients_count; i++)
		if (strcmp(policy->recipients[i], retired->name) == 0)
			row.owner = policy->recipient_owners[i];
	peer_put(peer, WIRE_KEY_ROW, &row);
	return 0;
}

static int
list(struct peer *peer)
{
	const struct policy *policy = peer->gate->policy;
	struct policy_subject subject = who_subject(peer->who);
	int r;

	if (!policy_is_admin(policy, &subject) && !gate_audit_may(peer))
		return 0;
	for (unsigned i = 0; i < policy->recipients_count; i++) {
		struct wire_key_row row = { .recipient = policy->recipients[i], .owner = policy->recipient_owners[i] };

		if (!gate_is_retired(peer->gate, policy->recipients[i]))
			peer_put(peer, WIRE_KEY_ROW, &row);
	}
	r = retired_list(peer->gate->store, put_retired, peer);
	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}

int
on_keys(struct peer *peer, const void *fields)
{
	const struct wire_keys *question = fields;
	bool retires = strcmp(question->act, "retire") == 0;

	if (strcmp(question->act, "list") == 0)
		return list(peer);
	if (!retires && strcmp(question->act, "return") != 0)
		return ERR_MSG_REFUSED;
	return check_change(peer, question) == 0 ? change(peer, question, retires) : 0;
}

/* ---- one more envelope ------------------------------------------------------------------------------------------- */

struct added {
	struct gate	*gate;
	bool		 trail;
	struct buf	*out;
};

static int
put_added(void *ctx, const struct envelope *envelope)
{
	struct added *added = ctx;
	uint32_t count = htobe32((uint32_t)envelope->count);

	if (envelope->trail != added->trail || envelope->error < 0 || layers_is(envelope->bytes, envelope->count) ||
	    gate_is_retired(added->gate, envelope->recipient) || buf_room(added->out) < sizeof count + envelope->count)
		return 0;
	(void)buf_add(added->out, &count, sizeof count);
	return buf_add(added->out, envelope->bytes, envelope->count);
}

int
gate_keys_added(struct gate *gate, const struct id *session, bool trail, struct buf *added)
{
	struct added to = { gate, trail, added };

	return envelope_list(gate->store, session, put_added, &to);
}

/* The gate cannot see what is in it; that the recipient is one of the policy's it can. */
int
on_rewrap(struct peer *peer, const void *fields)
{
	const struct wire_rewrap *question = fields;
	struct gate *gate = peer->gate;
	struct envelope envelope = { .session = question->session, .trail = question->trail, .at_us = gate_now(gate).wall_us, .bytes = question->envelope.data,
		.count = question->envelope.count };
	AUTO_TXN struct txn txn = { 0 };
	char hex[2 * SECRET_SHA256 + 1];
	const char *why;
	int r;

	if (!gate_audit_may(peer))
		return 0;
	if (!id_equal(&question->session, &peer->reading.session) || peer->reading.rec[question->trail] < 0)
		return ERR_NO_RIGHT;
	why = gate_layers_rewrap_why(gate, question);
	if (!is_recipient(gate->policy, question->recipient) || gate_is_retired(gate, question->recipient))
		why = "an envelope is added for keys in the file auditors that are not retired; this is none";
	if (why != NULL) {
		peer_fail(peer, STATUS_DENIED, "%s", why);
		return 0;
	}
	if (snprintf(envelope.recipient, sizeof envelope.recipient, "%s", question->recipient) >= (int)sizeof envelope.recipient ||
	    snprintf(envelope.person, sizeof envelope.person, "%s", peer_person(peer)) >= (int)sizeof envelope.person)
		return ERR_MSG_LENGTH;
	r = txn_begin(&txn, gate->store);
	if (r == 0)
		r = envelope_add(gate->store, &envelope);
	if (r == 0)
		r = gate_say(gate, LOG_ENVELOPE_ADDED, &envelope.session, "%s added an envelope for %s%s; envelope %s", envelope.person, envelope.recipient,
		    envelope.trail ? " to the trail" : "", id_hex(envelope.sha256, sizeof envelope.sha256, hex));
	if (r == 0)
		r = txn_commit(&txn);
	if (r == ERR_STORE_CONFLICT)
		peer_done(peer, "there already");
	else if (r == 0)
		peer_done(peer, "added");
	return r == ERR_STORE_CONFLICT ? 0 : r;
}
