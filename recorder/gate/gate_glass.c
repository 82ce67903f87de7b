/* SPDX-License-Identifier: ISC */
/* Break-glass: granted by nobody, told to everybody, and not again before somebody else has looked at it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/event.h"
#include "lib/store/glass.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_glass.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_signed.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"

/* 0, or the peer has been told what stands in the way. */
static int
check_glass(struct peer *peer, const struct wire_ask *ask, const struct policy_role *role)
{
	struct policy_subject subject = who_subject(peer->who);
	char why[POLICY_WHY];
	char most[CLOCK_TEXT];
	int r = policy_may_break(peer->gate->policy, &subject, role, why);

	if (r < 0)
		peer_fail(peer, STATUS_DENIED, "%s", why);
	else if (ask->reason[strspn(ask->reason, " ")] == '\0')
		peer_fail(peer, STATUS_USAGE, "break-glass needs a reason; everybody who reviews it will read it");
	else if (ask->not_before_us != 0)
		peer_fail(peer, STATUS_USAGE, "break-glass is for now, not for later");
	else if (ask->seconds < 0 || ask->seconds > role->glass.time_s)
		peer_fail(peer, STATUS_USAGE, "without a decision %s can be had for at most %s", role->name, clock_span(role->glass.time_s, most));
	else
		return 0;
	return -1;
}

/* The earlier one is named, so that the person knows what to have reviewed. */
static int
refuse_unreviewed(struct peer *peer, const struct policy_role *role)
{
	AUTO_GLASS struct glass earlier = { 0 };
	AUTO_REQUEST struct request request = { 0 };
	char when[CLOCK_TEXT];
	char id[ID_TEXT];
	int r = glass_open(peer->gate->store, peer_person(peer), &earlier);

	if (r == 0)
		r = request_get(peer->gate->store, &earlier.request, &request);
	if (r < 0)
		return r;
	gate_say(peer->gate, LOG_ENTRY_REFUSED, &request.id, "%s may not enter %s without a decision: the break-glass of %s is not reviewed",
	    peer_person(peer), role->name, clock_local(earlier.at_us, when));
	peer_fail(peer, STATUS_DENIED, "your break-glass of %s (%s, %.*s) has not been reviewed yet; an approver who is not you reviews it with "
	    "`postern review %.*s --comment TEXT`, or ask for the role in the ordinary way", when, request.role, ID_SHORT, id_text(&request.id, id),
	    ID_SHORT, id);
	return 0;
}

int
gate_glass_ask(struct peer *peer, const struct wire_ask *ask, const struct policy_role *role)
{
	struct gate *gate = peer->gate;
	AUTO_REQUEST struct request request = { 0 };
	struct wire_ask timed = *ask;
	struct need need = gate_need(gate->policy, role);
	struct moment now = gate_now(gate);
	struct wire_asked asked = { .state = (char[]){ "granted" }, .text = (char[]){ WIRE_GLASS } };
	AUTO_TXN struct txn txn = { 0 };
	struct outcome outcome;
	char span[CLOCK_TEXT];
	int r;

	if (check_glass(peer, ask, role) != 0)
		return 0;
	if (timed.seconds == 0)
		timed.seconds = role->glass.time_s;
	r = gate_fill_request(peer, &timed, role, &request);
	if (r == 0)
		r = txn_begin(&txn, gate->store);
	if (r == 0)
		r = glass_break(gate->store, &request, &need, &now, &outcome);
	if (r == ERR_UNREVIEWED) {
		txn_done(&txn);	/* that it is refused stays */
		return refuse_unreviewed(peer, role);
	}
	if (r == 0)
		r = gate_say(gate, LOG_GLASS, &request.id, "%s (account %s) enters %s WITHOUT A DECISION for %s, to be reviewed: " LOG_WORDS "%s", request.person,
	    request.account, role->name, clock_span(request.seconds, span), request.reason);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0)
		return r;
	asked.request = request.id;
	peer_put(peer, WIRE_ASKED, &asked);
	peers_changed(gate, "request", &request.id);
	peers_changed(gate, "grant", &outcome.grant);
	return 0;
}

int
gate_glass_right(struct gate *gate, const struct policy_subject *subject, const struct policy_role *role,
    const struct id *request, char why[POLICY_WHY])
{
	AUTO_GLASS struct glass glass = { 0 };
	int r = glass_get(gate->store, request, &glass);

	if (r == 0)
		return policy_may_break(gate->policy, subject, role, why);
	if (r != ERR_NOT_FOUND)
		snprintf(why, POLICY_WHY, "%s", err_text(r));
	return r;
}

bool
gate_glass_keeps(struct gate *gate, const struct policy_subject *subject, const struct policy_role *role,
    const struct id *request)
{
	char why[POLICY_WHY];
	int r = gate_glass_right(gate, subject, role, request, why);

	if (r == ERR_NOT_FOUND)
		return policy_matches(gate->policy, subject, role->who, role->who_count, NULL);
	return r != ERR_NO_RIGHT;	/* a catalogue that does not answer takes nothing away */
}

static bool
decides_anything(const struct peer *peer)
{
	const struct policy *policy = peer->gate->policy;
	struct policy_subject subject = who_subject(peer->who);
	uint32_t counts;

	for (unsigned i = 0; i < policy->roles_count; i++)
		if (policy_may_decide(policy, &subject, policy->roles[i], "", &counts) == 0)
			return true;
	return false;
}

/* Whoever decides about the role, as another person; or an administrator, if the policy has no such role any more. */
static int
may_review(const struct peer *peer, const struct request *request)
{
	const struct policy *policy = peer->gate->policy;
	const struct policy_role *role = policy_role(policy, request->role);
	struct policy_subject subject = who_subject(peer->who);
	uint32_t counts;

	if (strcmp(subject.person, request->person) == 0)
		return ERR_OWN_REQUEST;
	/* A policy that gave the account to another person meanwhile does not make two people of one. */
	if (!peer->gate->daemon.trial && strcmp(request->account, peer->who->account) == 0)
		return ERR_OWN_REQUEST;
	if (role == NULL)
		return policy_is_admin(policy, &subject) ? 0 : ERR_NO_RIGHT;
	return policy_may_decide(policy, &subject, role, request->person, &counts);
}

bool
gate_glass_row(struct peer *peer, const struct request *request, struct glass *glass, struct wire_request_row *row)
{
	if (glass_get(peer->gate->store, &request->id, glass) < 0)
		return false;
	row->unreviewed = glass->reviewed_us == 0;
	row->can_review = row->unreviewed && may_review(peer, request) == 0;
	row->reviewer = glass->reviewed_by;
	row->review = glass->comment;
	row->reviewed_us = glass->reviewed_us;
	return decides_anything(peer);
}

/* 0, or the peer has been told. */
static int
check_review(struct peer *peer, const struct request *request, const struct glass *glass)
{
	char when[CLOCK_TEXT];
	const char *why;
	int r = may_review(peer, request);

	if (r == 0 && glass->reviewed_us != 0) {
		peer_fail(peer, STATUS_FAILED, "it is reviewed already: by %s at %s", glass->reviewed_by, clock_local(glass->reviewed_us, when));
		return -1;
	}
	if (r == 0)
		return 0;
	why = r == ERR_OWN_REQUEST ? "nobody reviews their own break-glass" : policy_may_decide_text(r);
	gate_say(peer->gate, LOG_DECISION_REFUSED, &request->id, "%s may not review: %s", peer_person(peer), why);
	peer_fail(peer, STATUS_DENIED, "%s", why);
	return -1;
}

static int
enter_review(struct peer *peer, const struct review *review, const struct request *request, const char *must)
{
	AUTO_TXN struct txn txn = { 0 };
	int r = txn_begin(&txn, peer->gate->store);

	if (r == 0)
		r = glass_review(peer->gate->store, review);
	if (r == 0)
		r = gate_say(peer->gate, LOG_REVIEWED, &request->id, "%s reviewed the break-glass of %s into %s%s: " LOG_WORDS "%s", review->person,
		    request->person, request->role, must, review->comment);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0)
		return r;
	peer_done(peer, "Reviewed: %s of %s. They may break the glass again.", request->role, request->person);
	peers_changed(peer->gate, "request", &request->id);
	return 0;
}

/* A review gives something back, so it is signed where a grant has to be. The first question is then what there is to sign. */
static int
review(struct peer *peer, const struct wire_review *question, const struct request *request)
{
	const struct policy_role *role = policy_role(peer->gate->policy, request->role);
	bool must = role != NULL && role->approve.is_signed;
	AUTO_FREE char *comment = gate_mask_text(peer->gate, request->role, question->comment);
	AUTO_FREE char *signed_text = strndup((const char *)question->text.data, question->text.count);
	struct review review = { .request = request->id, .person = peer_person(peer), .comment = comment, .at_us = gate_now(peer->gate).wall_us };
	AUTO_BUF struct buf text = { .max = WIRE_CHUNK };
	uint8_t sha256[SECRET_SHA256];
	const struct gate_basis basis = { .subject = request->id, .text = &text, .must = must, .known = question->known };
	const struct gate_claim claim = { .subject = request->id, .sha256 = sha256, .decision = "review", .seconds = 0, .text = question->text,
		.signature = question->signature };
	const char *why;
	int r = glass_text(&request->id, request->sha256, comment, &text);

	if (r < 0)
		return r;
	if (question->text.count == 0 && !must && !question->signs)
		return enter_review(peer, &review, request, "");
	if (question->text.count == 0)
		return gate_signed_basis(peer, &basis);
	secret_sha256(buf_data(&text), buf_len(&text), sha256);
	why = gate_signed_why(peer, &claim);
	if (why != NULL) {
		gate_say(peer->gate, LOG_DECISION_REFUSED, &request->id, "%s's review is refused: %s", peer_person(peer), why);
		peer_fail(peer, STATUS_DENIED, "%s", why);
		return 0;
	}
	review.text = signed_text;
	review.signature = question->signature.data;
	review.signature_bytes = question->signature.count;
	return enter_review(peer, &review, request, must ? EVENT_MUST_SIGN : "");
}

int
on_review(struct peer *peer, const void *fields)
{
	const struct wire_review *question = fields;
	AUTO_REQUEST struct request request = { 0 };
	AUTO_GLASS struct glass glass = { 0 };
	struct id id;
	int r = gate_signed_refresh(peer->gate);

	if (r == 0)
		r = request_find(peer->gate->store, question->which, &id);
	if (r == 0)
		r = request_get(peer->gate->store, &id, &request);
	if (r == 0)
		r = glass_get(peer->gate->store, &id, &glass);
	if (r == ERR_NOT_FOUND) {
		peer_fail(peer, STATUS_NOT_FOUND, "there is no break-glass '%s'; `postern requests --reviews` lists them", question->which);
		return 0;
	}
	if (r < 0)
		return r;
	if (question->comment[strspn(question->comment, " ")] == '\0') {
		peer_fail(peer, STATUS_USAGE, "a review needs a comment: what you looked at, and whether it was right");
		return 0;
	}
	return check_review(peer, &request, &glass) != 0 ? 0 : review(peer, question, &request);
}
