/* SPDX-License-Identifier: ISC */
/* Opening recordings: what the class asks for, requests for it, and the windows that they become. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/recording.h"
#include "lib/store/request.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_deposit.h"
#include "recorder/gate/gate_layers.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_opening.h"
#include "recorder/gate/gate_watch.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"
#include "recorder/policy/policy.h"

const struct policy_role *
gate_opening_role(const struct policy *policy, const struct request *request)
{
	const struct policy_class *class;

	if (id_is_zero(&request->opens))
		return policy_role(policy, request->role);
	class = policy_class(policy, request->class);
	return class != NULL && class->opening != NULL ? class->opening : policy->opening;
}

char *
gate_opening_what(const struct request *request, char words[GATE_OPENING_WORDS])
{
	char id[ID_TEXT];

	if (id_is_zero(&request->opens))
		snprintf(words, GATE_OPENING_WORDS, "%s", request->role);
	else
		snprintf(words, GATE_OPENING_WORDS, "the opening of %.*s (%s)", ID_SHORT, id_text(&request->opens, id), request->role);
	return words;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " ")] == '\0';
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

struct waiting {
	const struct id	*session;
	bool		 found;
};

static int
is_waiting(void *ctx, const struct request *request)
{
	struct waiting *waiting = ctx;

	waiting->found = waiting->found || id_equal(&request->opens, waiting->session);
	return 0;
}

/* By what rules this recording is opened: its class's, or those for recordings of classes without any. */
static const struct policy_role *
opening_of(const struct peer *peer, const struct recording *recording)
{
	const struct policy_class *class = policy_class(peer->gate->policy, recording->session.class);

	return class != NULL && class->opening != NULL ? class->opening : peer->gate->policy->opening;
}

/* What stands in the way. 0, or the peer has been told; negative errors of the catalogue in *error. */
static int
check_ask(struct peer *peer, const struct wire_ask *ask, const struct recording *recording, int *error)
{
	const struct policy_class *class = policy_class(peer->gate->policy, recording->session.class);
	const struct policy_role *opening = opening_of(peer, recording);
	const struct request_filter filter = { .state = request_state_names[REQUEST_WAITING], .person = peer_person(peer) };
	struct waiting waiting = { .session = &recording->session.id };
	char most[CLOCK_TEXT];

	if (gate_audit_is_gone(peer->gate, recording))
		peer_fail(peer, STATUS_EXPIRED, "it is too late: the recording of this session has been deleted");
	else if ((class == NULL || class->open != POLICY_OPEN_GRANT) && gate_layers_keys(peer->gate, &recording->session.id) < 2)
		peer_fail(peer, STATUS_USAGE, "recordings of class %s need no grant: open it with a reason", recording->session.class);
	else if (is_blank(ask->reason))
		peer_fail(peer, STATUS_USAGE, "a request needs a reason");
	else if (ask->seconds < 0 || ask->seconds > opening->times.most_s)
		peer_fail(peer, STATUS_USAGE, "it can be opened for at most %s", clock_span(opening->times.most_s, most));
	else if (ask->not_before_us != 0 || ask->glass)
		peer_fail(peer, STATUS_USAGE, "a recording is opened from the grant on, and never without one");
	else if ((*error = request_list(peer->gate->store, &filter, is_waiting, &waiting)) == 0 && waiting.found)
		peer_fail(peer, STATUS_FAILED, "your request to open this recording is waiting already; it is decided or cancelled first");
	else
		return *error;
	return -1;
}

static int
fill(const struct peer *peer, const struct wire_ask *ask, const struct recording *recording, struct request *request)
{
	const struct policy *policy = peer->gate->policy;
	const struct policy_role *opening = opening_of(peer, recording);
	int64_t now_us = gate_now(peer->gate).wall_us;

	*request = (struct request){ .id = id_new(), .opens = recording->session.id, .seconds = ask->seconds != 0 ? ask->seconds : opening->times.default_s,
		.created_us = now_us, .lapses_us = now_us + policy->lapse_s * CLOCK_US };
	request->reason = gate_mask_text(peer->gate, recording->session.role, ask->reason);
	memcpy(request->role, recording->session.role, sizeof request->role);
	memcpy(request->class, recording->session.class, sizeof request->class);
	if (snprintf(request->person, sizeof request->person, "%s", peer->who->person) >= (int)sizeof request->person ||
	    snprintf(request->account, sizeof request->account, "%s", peer->who->account) >= (int)sizeof request->account ||
	    snprintf(request->host, sizeof request->host, "%s", policy->host) >= (int)sizeof request->host)
		return ERR_MSG_LENGTH;
	return 0;
}

static int
enter(struct peer *peer, const struct request *request, const struct recording *recording)
{
	AUTO_TXN struct txn txn = { 0 };
	char id[ID_TEXT], span[CLOCK_TEXT];
	int r = txn_begin(&txn, peer->gate->store);

	if (r == 0)
		r = request_create(peer->gate->store, request);
	if (r == 0)
		r = gate_say(peer->gate, LOG_REQUESTED, &request->id, "%s (account %s) asks to open %s, the recording of %s as %s, for %s: " LOG_WORDS "%s",
		    request->person, request->account, id_text(&request->opens, id), recording->session.person, request->role,
		    clock_span(request->seconds, span), request->reason);
	return r < 0 ? r : txn_commit(&txn);
}

int
gate_opening_ask(struct peer *peer, const struct wire_ask *ask)
{
	AUTO_REQUEST struct request request = { 0 };
	struct wire_asked asked = { .state = (char[]){ "waiting" } };
	struct recording recording;
	char asks[512];
	struct id id;
	int r;

	if (!gate_audit_may(peer))
		return 0;
	r = session_find(peer->gate->store, ask->opens, &id);
	if (r == 0)
		r = recording_get(peer->gate->store, &id, &recording);
	if (r < 0)
		return r;
	if (check_ask(peer, ask, &recording, &r) != 0)
		return r;
	r = fill(peer, ask, &recording, &request);
	if (r == 0)
		r = enter(peer, &request, &recording);
	if (r < 0)
		return r;
	asked.request = request.id;
	asked.text = policy_deciders(gate_opening_role(peer->gate->policy, &request), asks, sizeof asks);
	peer_put(peer, WIRE_ASKED, &asked);
	peers_changed(peer->gate, "request", &request.id);
	return 0;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static bool
refuse(struct peer *peer, const struct recording *recording, int status, const char *why)
{
	gate_say(peer->gate, LOG_RECORDING_REFUSED, &recording->session.id, "%s may not open this recording: %s", peer_person(peer), why);
	peer_fail(peer, status, "%s", why);
	return false;
}

/* A window of the peer's own that is open now. */
static bool
has_window(struct peer *peer, const struct recording *recording, struct gate_opening *opening)
{
	AUTO_REQUEST struct request request = { 0 };
	char id[ID_TEXT], until[CLOCK_TEXT], why[256], keys[64] = "";
	int r = gate_deposit_window(peer->gate, &recording->session.id, peer_person(peer), &request);

	if (r == ERR_NOT_FOUND)
		r = request_window(peer->gate->store, &recording->session.id, peer_person(peer), gate_now(peer->gate).wall_us, &request);
	if (r == ERR_NOT_FOUND) {
		if (opening->keys > 1)
			snprintf(keys, sizeof keys, " and the keys of %u persons", opening->keys);
		snprintf(why, sizeof why, "this recording is opened only with a grant%s: postern request --open %.*s --reason TEXT", keys, ID_SHORT,
		    id_text(&recording->session.id, id));
		return refuse(peer, recording, STATUS_DENIED, why);
	}
	if (r < 0)
		return refuse(peer, recording, cli_status(r), err_text(r));
	opening->request = request.id;
	opening->until_boot_us = clock_boot_us() + request.opens_until_us - gate_now(peer->gate).wall_us;
	snprintf(opening->words, sizeof opening->words, ", under request %.*s, granted by %s until %s", ID_SHORT, id_text(&request.id, id), request.end.closed_by,
	    clock_local(request.opens_until_us, until));
	return true;
}

bool
gate_opening_may(struct peer *peer, const struct recording *recording, const struct wire_open *question, struct gate_opening *opening)
{
	const struct policy_class *class = policy_class(peer->gate->policy, recording->session.class);
	enum policy_open open = class != NULL ? class->open : POLICY_OPEN_REASON;	/* of a class that the policy has no more */

	opening->words[0] = '\0';
	opening->request = (struct id){ { 0 } };
	opening->until_boot_us = 0;
	if (opening->keys > 1)	/* whatever the policy says by now: without the others there is nothing to give out */
		open = POLICY_OPEN_GRANT;
	if (open != POLICY_OPEN_FREE && is_blank(question->reason)) {
		peer_fail(peer, STATUS_USAGE, "say why you open it with --reason TEXT (a ticket or a sentence); it stands in the log");
		return false;
	}
	return open != POLICY_OPEN_GRANT || has_window(peer, recording, opening);
}

int
gate_opening_envelope(struct peer *peer, const struct recording *recording, const struct gate_opening *opening, struct buf *envelope)
{
	int r = gate_deposit_replace(peer->gate, &opening->request, envelope);
	char id[ID_TEXT], why[256];

	if (r != ERR_NOT_FOUND)
		return r < 0 ? r : 1;
	snprintf(why, sizeof why, "what the keys of the others have opened is gone, since the gate was restarted: ask anew with postern request --open %.*s --reason TEXT",
	    ID_SHORT, id_text(&recording->session.id, id));
	(void)refuse(peer, recording, STATUS_LAPSED, why);
	return 0;
}

/* ---- taking it back ---------------------------------------------------------------------------------------------- */

/* What they have open of it is closed, too. */
static void
stop_reading(struct gate *gate, const struct request *request)
{
	for (struct peer *peer = gate->peers; peer != NULL; peer = peer->next) {
		if (!id_equal(&peer->reading.session, &request->opens) || strcmp(peer_person(peer), request->person) != 0)
			continue;
		peer_reading_over(peer);
	}
}

static int
revoke(struct peer *peer, const struct request *request, const char *said)
{
	struct gate *gate = peer->gate;
	AUTO_FREE char *reason = gate_mask_text(gate, request->role, said);
	AUTO_TXN struct txn txn = { 0 };
	char what[GATE_OPENING_WORDS];
	int r = txn_begin(&txn, gate->store);

	if (r == 0)
		r = request_open_until(gate->store, &request->id, gate_now(gate).wall_us);
	if (r == 0)
		r = gate_say(gate, LOG_REVOKED, &request->id, "%s revoked %s by %s: " LOG_WORDS "%s", peer_person(peer), gate_opening_what(request, what),
		    request->person, reason);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0)
		return r;
	gate_deposit_sweep(gate);
	stop_reading(gate, request);
	peers_changed(gate, "request", &request->id);
	peer_done(peer, "Revoked: %s by %s.", what, request->person);
	return 0;
}

int
gate_opening_revoke(struct peer *peer, const char *which, const char *said)
{
	AUTO_REQUEST struct request request = { 0 };
	struct policy_subject subject = who_subject(peer->who);
	uint32_t counts;
	struct id id;
	int r = request_find(peer->gate->store, which, &id);

	if (r == 0)
		r = request_load(peer->gate->store, &id, &request);
	if (r < 0)
		return r;
	if (id_is_zero(&request.opens))
		return ERR_NOT_FOUND;
	r = policy_may_decide(peer->gate->policy, &subject, gate_opening_role(peer->gate->policy, &request), request.person, &counts);
	if (r < 0 && strcmp(request.person, peer_person(peer)) != 0)
		peer_fail(peer, STATUS_DENIED, "only those who may decide about it, and the one who asked, revoke it");
	else if (request.state != REQUEST_GRANTED || request.opens_until_us <= gate_now(peer->gate).wall_us)
		peer_fail(peer, STATUS_LAPSED, "no window is open under this request");
	else
		return revoke(peer, &request, said);
	return 0;
}
