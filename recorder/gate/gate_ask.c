/* SPDX-License-Identifier: ISC */
/* Requests and decisions: roles, ask, cancel, decide. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/decision.h"
#include "lib/store/event.h"
#include "lib/store/grant.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_extend.h"
#include "recorder/gate/gate_glass.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_layers.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_login.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_opening.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_signed.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/policy/policy_allows.h"
#include "recorder/gate/who.h"

#define DECIDERS_TEXT	512

const char *
gate_kept(const struct policy_role *role, char text[CLOCK_TEXT])
{
	if (role->class == NULL || role->class->recording_s == POLICY_FOREVER)
		return "for ever";
	return clock_span(role->class->recording_s, text);
}

static void
put_role(struct peer *peer, const struct policy_role *role, bool all)
{
	struct policy_subject subject = who_subject(peer->who);
	char why[POLICY_WHY] = "", no_glass[POLICY_WHY];
	char asks[DECIDERS_TEXT];
	char kept[CLOCK_TEXT];
	struct wire_role row = { .role = role->name, .about = role->about, .default_s = role->times.default_s,
		.most_s = role->times.most_s, .asks = policy_deciders(role, asks, sizeof asks) };
	AUTO_FREE char *keep = own_dup(gate_kept(role, kept));

	row.may = policy_may_request(peer->gate->policy, &subject, role, clock_wall_us(), why) == 0;
	row.why = why;
	row.keep = keep;
	row.run = role->start.run_count > 0 ? role->start.run[0] : NULL;
	row.files = role->copy.upload || role->copy.download;
	if (policy_may_break(peer->gate->policy, &subject, role, no_glass) == 0)
		row.glass_s = role->glass.time_s;
	if (row.may || row.glass_s > 0 || all)
		peer_put(peer, WIRE_ROLE, &row);
}

int
on_roles(struct peer *peer, const void *fields)
{
	const struct wire_roles *question = fields;
	const struct policy *policy = peer->gate->policy;

	for (unsigned i = 0; i < policy->roles_count; i++)
		put_role(peer, policy->roles[i], question->all);
	peer_done(peer, "%s", "");
	return 0;
}

struct need
gate_need(const struct policy *policy, const struct policy_role *role)
{
	return (struct need){ .count = policy_needs(role), .groups = (const char *const *)role->approve.each,
		.group_count = role->approve.each_count, .sessions = role->sessions, .unused_s = policy->unused_s,
		.grant = id_new() };
}

/* Which policy a decision was made under, for the log. */
static char *
policy_hex(const struct gate *gate, char text[2 * SECRET_SHA256 + 1])
{
	return id_hex(gate->policy->sha256, SECRET_SHA256, text);
}

/* `auto:` of the policy: a decision like any other, by the policy, in the log with the entry that allowed it. */
int
gate_decide_by_policy(struct gate *gate, const struct policy_subject *subject, const struct policy_role *role,
    const struct request *request, struct outcome *outcome)
{
	struct need need = gate_need(gate->policy, role);
	struct moment now = gate_now(gate);
	char why[POLICY_WHY];
	char hex[2 * SECRET_SHA256 + 1];
	struct decision decision = { .request = request->id, .person = DECISION_POLICY, .verdict = VERDICT_GRANT };
	int r;

	if (!policy_auto(gate->policy, subject, role, why))
		return 0;
	need.count = 1;
	need.group_count = 0;
	decision.comment = why;
	r = request_decide(gate->store, &decision, &need, &now, outcome);
	if (r == 0)
		r = gate_say(gate, LOG_GRANTED, &request->id, "the policy granted %s to %s: %s; policy %s", role->name, request->person, why,
		    policy_hex(gate, hex));
	return r;
}

bool
gate_role_changed(const struct request *request, const struct policy_role *role)
{
	static const uint8_t none[SECRET_SHA256];
	uint8_t now[SECRET_SHA256];

	if (memcmp(request->allows, none, sizeof none) == 0)
		return false;
	return policy_allows(role, now) < 0 || memcmp(request->allows, now, sizeof now) != 0;
}

int
gate_fill_request(const struct peer *peer, const struct wire_ask *ask, const struct policy_role *role, struct request *request)
{
	const struct policy *policy = peer->gate->policy;
	int64_t now = gate_now(peer->gate).wall_us;

	*request = (struct request){ .id = id_new(), .seconds = ask->seconds != 0 ? ask->seconds : role->times.default_s,
		.not_before_us = ask->not_before_us, .created_us = now };
	request->lapses_us = (ask->not_before_us > now ? ask->not_before_us : now) + policy->lapse_s * CLOCK_US;
	request->reason = gate_mask_text(peer->gate, role->name, ask->reason);	/* from here on it is told, kept and hashed */
	if (snprintf(request->person, sizeof request->person, "%s", peer->who->person) >= (int)sizeof request->person ||
	    snprintf(request->account, sizeof request->account, "%s", peer->who->account) >= (int)sizeof request->account ||
	    snprintf(request->role, sizeof request->role, "%s", role->name) >= (int)sizeof request->role ||
	    snprintf(request->host, sizeof request->host, "%s", policy->host) >= (int)sizeof request->host ||
	    snprintf(request->class, sizeof request->class, "%s", role->class->name) >= (int)sizeof request->class)
		return ERR_MSG_LENGTH;
	return policy_allows(role, request->allows);
}

/* What stands in the way of a request. 0, or the peer has been told. */
static int
check_ask(struct peer *peer, const struct wire_ask *ask, const struct policy_role *role)
{
	struct policy_subject subject = who_subject(peer->who);
	int64_t now = clock_wall_us();
	char why[POLICY_WHY] = "";
	char most[CLOCK_TEXT];
	int r;

	if (ask->reason[strspn(ask->reason, " ")] == '\0') {
		peer_fail(peer, STATUS_USAGE, "a request needs a reason");
		return -1;
	}
	if (ask->seconds < 0 || ask->seconds > role->times.most_s) {
		peer_fail(peer, STATUS_USAGE, "%s can be had for at most %s", role->name, clock_span(role->times.most_s, most));
		return -1;
	}
	if (ask->not_before_us != 0 && (ask->not_before_us < now - 60 * CLOCK_US || ask->not_before_us > now + 365 * 86400 * CLOCK_US)) {
		peer_fail(peer, STATUS_USAGE, "a request can be made for a moment within the next year");
		return -1;
	}
	r = policy_may_request(peer->gate->policy, &subject, role, ask->not_before_us > now ? ask->not_before_us : now, why);
	if (r < 0)
		peer_fail(peer, STATUS_DENIED, "%s", why);
	return r;
}

int
on_ask(struct peer *peer, const void *fields)
{
	const struct wire_ask *ask = fields;
	const struct policy_role *role = policy_role(peer->gate->policy, ask->role);
	AUTO_REQUEST struct request request = { 0 };
	char asks[DECIDERS_TEXT];
	char span[CLOCK_TEXT];
	struct wire_asked asked = { .state = (char[]){ "waiting" }, .text = NULL };
	struct policy_subject subject = who_subject(peer->who);
	AUTO_TXN struct txn txn = { 0 };	/* request, entry and what the policy decides: all or nothing */
	struct outcome outcome;
	int r;

	if (ask->opens[0] != '\0')
		return gate_opening_ask(peer, ask);
	if (role == NULL) {
		peer_fail(peer, STATUS_NOT_FOUND, "there is no role '%s'; `postern roles` lists them", ask->role);
		return 0;
	}
	if (ask->glass)
		return gate_glass_ask(peer, ask, role);
	if (check_ask(peer, ask, role) != 0)
		return 0;
	r = gate_fill_request(peer, ask, role, &request);
	if (r == 0)
		r = txn_begin(&txn, peer->gate->store);
	if (r == 0)
		r = request_create(peer->gate->store, &request);
	if (r == 0)
		r = gate_say(peer->gate, LOG_REQUESTED, &request.id, "%s (account %s) asks for %s for %s: " LOG_WORDS "%s", request.person, request.account,
	    role->name, clock_span(request.seconds, span), request.reason);
	if (r == 0)
		r = gate_decide_by_policy(peer->gate, &subject, role, &request, &outcome);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0)
		return r;
	asked.request = request.id;
	asked.text = policy_deciders(role, asks, sizeof asks);
	peer_put(peer, WIRE_ASKED, &asked);
	peers_changed(peer->gate, "request", &request.id);
	return 0;
}

int
on_cancel(struct peer *peer, const void *fields)
{
	const struct wire_cancel *question = fields;
	AUTO_TXN struct txn txn = { 0 };
	struct id id;
	int r = request_find(peer->gate->store, question->which, &id);

	if (r == 0)
		r = txn_begin(&txn, peer->gate->store);
	if (r == 0)
		r = request_cancel(peer->gate->store, &id, peer_person(peer), clock_wall_us());
	if (r == ERR_NO_RIGHT) {
		peer_fail(peer, STATUS_DENIED, "only the one who made a request takes it back; an approver denies it");
		return 0;
	}
	if (r == 0)
		r = gate_say(peer->gate, LOG_CANCELLED, &id, "%s took the request back", peer_person(peer));
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0)
		return r;
	peers_changed(peer->gate, "request", &id);
	peer_done(peer, "The request was taken back.");
	return 0;
}

/* The entries of `each` that this person speaks for, one a line; NULL if none. The caller frees it. */
static char *
groups_spoken_for(const struct policy_role *role, uint32_t counts)
{
	struct buf lines = { .max = 65536 };
	char *text;

	if (role->approve.each_count == 0)
		return NULL;
	for (unsigned i = 0; i < role->approve.each_count && i < 32; i++)
		if ((counts & 1u << i) != 0 && (buf_add_text(&lines, role->approve.each[i]) < 0 || buf_add_text(&lines, "\n") < 0))
			break;
	text = buf_len(&lines) > 0 ? buf_text(&lines) : NULL;
	buf_done(&lines);
	return text;
}

/* Who was faster, in a sentence. */
static void
tell_decided(struct peer *peer, const struct outcome *outcome)
{
	char when[CLOCK_TEXT];
	char span[CLOCK_TEXT];

	if (outcome->state == REQUEST_WAITING)
		peer_fail(peer, STATUS_FAILED, "you have decided this already; another person must decide too");
	else if (outcome->state == REQUEST_GRANTED)
		peer_fail(peer, STATUS_FAILED, "it is decided already: granted by %s at %s for %s", outcome->person,
		    clock_minute(outcome->at_us, when), clock_span(outcome->seconds, span));
	else if (outcome->state == REQUEST_DENIED)
		peer_fail(peer, STATUS_FAILED, "it is decided already: denied by %s at %s", outcome->person, clock_minute(outcome->at_us, when));
	else
		peer_fail(peer, STATUS_FAILED, "it is over already: %s", request_state_names[outcome->state]);
}

/* What vouches for a decision besides the log. */
struct proof {
	char	login[GATE_LOGIN];	/* "" if it is signed, or the policy does not want to know */
	char	said[GATE_LOGIN + 32];	/* behind the entry of a decision, and behind that of a grant */
	char	must[GATE_LOGIN + 32];
};

/* Whoever checks the log later has no policy of that day: the entry says whether signatures must be there. */
static void
find_proof(const struct peer *peer, const struct policy_role *role, const struct wire_decide *question, struct proof *proof)
{
	*proof = (struct proof){ .login = "" };
	if (role->approve.is_login && question->signature.count == 0)
		snprintf(proof->said, sizeof proof->said, "; %s (not proven)", gate_login_words(peer, proof->login));
	snprintf(proof->must, sizeof proof->must, "%s", role->approve.is_signed ? EVENT_MUST_SIGN : proof->said);
}

/* A signed text and its signature; or the login. */
static void
put_proof(struct decision *decision, const struct wire_decide *question, struct proof *proof)
{
	if (question->signature.count > 0) {
		decision->text = question->text.data;
		decision->text_bytes = question->text.count;
		decision->signature = question->signature.data;
		decision->signature_bytes = question->signature.count;
	} else if (proof->login[0] != '\0') {
		decision->text = (uint8_t *)proof->login;
		decision->text_bytes = strlen(proof->login);
	}
}

/* In the transaction of the decision: neither is without the other. */
static int
log_outcome(struct peer *peer, const struct request *request, const struct outcome *outcome, const struct proof *proof)
{
	struct gate *gate = peer->gate;
	const char *who = peer_person(peer);
	char hex[2 * SECRET_SHA256 + 1];
	char span[CLOCK_TEXT], what[GATE_OPENING_WORDS];

	policy_hex(gate, hex);
	gate_opening_what(request, what);
	if (outcome->state == REQUEST_DENIED)
		return gate_say(gate, LOG_DENIED, &request->id, "%s denied %s to %s; policy %s%s", who, what, request->person, hex, proof->said);
	if (outcome->state == REQUEST_GRANTED)
		return gate_say(gate, LOG_GRANTED, &request->id, "%s granted %s to %s for %s; policy %s%s", who, what, request->person,
		    clock_span(outcome->seconds, span), hex, proof->must);
	return gate_say(gate, LOG_AGREED, &request->id, "%s agrees to %s for %s; policy %s%s", who, what, request->person, hex, proof->must);
}

/* More time is a decision like the first one, with signatures where that had to have them. */
static int
log_more(struct peer *peer, const struct request *request, const struct outcome *outcome, const struct proof *proof)
{
	char hex[2 * SECRET_SHA256 + 1];
	int r = 0;

	if (outcome->state != REQUEST_DENIED)
		r = gate_say(peer->gate, LOG_AGREED, &request->id, "%s agrees to more time for %s to %s; policy %s%s", peer_person(peer), request->role,
		    request->person, policy_hex(peer->gate, hex), proof->must);
	return r < 0 ? r : gate_extend_said(peer->gate, request, outcome);
}

static void
tell_outcome(struct peer *peer, const struct request *request, const struct outcome *outcome)
{
	char span[CLOCK_TEXT], what[GATE_OPENING_WORDS];
	bool is_opening = !id_is_zero(&request->opens);

	gate_opening_what(request, what);
	if (outcome->state == REQUEST_DENIED) {
		peer_done(peer, "Denied: %s to %s.", what, request->person);
	} else if (outcome->state == REQUEST_GRANTED) {
		peer_done(peer, "Granted: %s to %s for %s; the clock %s.", what, request->person, clock_span(outcome->seconds, span),
		    is_opening ? "runs" : "starts when they enter");
		if (!is_opening)
			peers_changed(peer->gate, "grant", &outcome->grant);
	} else {
		peer_done(peer, "Your decision counts; %u more %s needed.", outcome->missing, outcome->missing == 1 ? "person is" : "persons are");
	}
	peers_changed(peer->gate, "request", &request->id);
}

int
gate_check_decider(struct peer *peer, const struct request *request, uint32_t *counts)
{
	const struct policy_role *role = gate_opening_role(peer->gate->policy, request);
	struct policy_subject subject = who_subject(peer->who);
	int r;

	if (role == NULL) {
		peer_fail(peer, STATUS_NOT_FOUND, "the policy has no rule for '%s' any more; the request can only lapse", request->role);
		return -1;
	}
	r = policy_may_decide(peer->gate->policy, &subject, role, request->person, counts);
	/* A policy that gave the account to another person meanwhile does not make two people of one. */
	if (r == 0 && !id_is_zero(&request->opens) && gate_is_retired(peer->gate, peer_person(peer)))
		r = ERR_NO_RIGHT;
	if (r == 0 && !peer->gate->daemon.trial && strcmp(request->account, peer->who->account) == 0)
		r = ERR_OWN_REQUEST;
	if (r < 0) {
		gate_say(peer->gate, LOG_DECISION_REFUSED, &request->id, "%s may not decide: %s", peer_person(peer), policy_may_decide_text(r));
		peer_fail(peer, STATUS_DENIED, "%s", policy_may_decide_text(r));
	}
	return r;
}

int
gate_decide(struct peer *peer, const struct wire_decide *question, const struct request *request, bool is_new)
{
	const struct policy_role *role = gate_opening_role(peer->gate->policy, request);
	const bool is_more = !id_is_zero(&request->extends);	/* more time for a grant that runs */
	struct need need;
	struct moment now = gate_now(peer->gate);
	AUTO_FREE char *groups = NULL;
	AUTO_FREE char *comment = gate_mask_text(peer->gate, request->role, question->comment);
	struct decision decision = { .request = request->id, .verdict = question->grant ? VERDICT_GRANT : VERDICT_DENY,
		.seconds = question->grant ? question->seconds : 0 };
	struct proof proof;
	AUTO_TXN struct txn txn = { 0 };
	struct outcome outcome = { 0 };
	uint32_t counts = 0;
	int r;

	if (gate_check_decider(peer, request, &counts) != 0 || gate_signed_check(peer, role, request, question) != 0)
		return 0;
	if (question->grant && gate_role_changed(request, role)) {
		peer_fail(peer, STATUS_DENIED, "%s", GATE_ROLE_CHANGED);
		return 0;
	}
	/* A signed text is kept as it was signed, so what would be covered in it is not taken at all. */
	if (question->text.count > 0 && strcmp(comment, question->comment) != 0) {
		peer_fail(peer, STATUS_USAGE, "your comment holds what this role masks (%s); say it without and sign again", comment);
		return 0;
	}
	if (is_more && question->grant && !gate_extend_fits(peer, request, question->seconds != 0 ? question->seconds : request->seconds))
		return 0;
	need = gate_need(peer->gate->policy, role);
	if (question->grant && !gate_layers_may(peer, request, &need.count))
		return 0;
	groups = groups_spoken_for(role, counts);
	decision.groups = groups;
	decision.comment = comment[0] != '\0' ? comment : NULL;
	find_proof(peer, role, question, &proof);
	put_proof(&decision, question, &proof);
	snprintf(decision.person, sizeof decision.person, "%s", peer_person(peer));
	r = txn_begin(&txn, peer->gate->store);
	if (r == 0 && is_new)
		r = gate_extend_make(peer->gate, request);
	if (r == 0)
		r = request_decide(peer->gate->store, &decision, &need, &now, &outcome);
	if (r == 0)
		r = is_more ? log_more(peer, request, &outcome, &proof) : log_outcome(peer, request, &outcome, &proof);
	if (r == 0 && question->grant)
		r = gate_layers_say(peer, request);
	if (r == 0)
		r = txn_commit(&txn);
	if (r == 0)
		gate_layers_decided(peer, request);
	if (r == ERR_DECIDED)
		tell_decided(peer, &outcome);
	else if (r == 0 && is_more)
		gate_extend_decided(peer, request, &outcome, decision.comment);
	else if (r == 0)
		tell_outcome(peer, request, &outcome);
	return r == ERR_DECIDED ? 0 : r;
}

int
on_decide(struct peer *peer, const void *fields)
{
	const struct wire_decide *question = fields;
	AUTO_REQUEST struct request request = { 0 };
	char span[CLOCK_TEXT];
	struct id id;
	int r = gate_signed_refresh(peer->gate);

	if (r == 0)
		r = request_find(peer->gate->store, question->which, &id);
	if (r == 0)
		r = request_get(peer->gate->store, &id, &request);
	if (r < 0)
		return r;
	if (!question->grant && question->comment[0] == '\0') {
		peer_fail(peer, STATUS_USAGE, "a denial needs a reason; the engineer sees it");
		return 0;
	}
	if (question->seconds < 0 || question->seconds > request.seconds) {
		peer_fail(peer, STATUS_USAGE, "%s was asked for; a grant is never longer", clock_span(request.seconds, span));
		return 0;
	}
	return gate_decide(peer, question, &request, false);
}
