/* SPDX-License-Identifier: ISC */
/* Setting and releasing holds. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/hold.h"
#include "lib/store/recording.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_hold.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_signed.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"
#include "recorder/policy/policy.h"

#define VOTES		64
#define WORDS_MOST	3000
#define HOLD_MOST_US	(INT64_C(10) * 365 * 86400 * CLOCK_US)

/* What somebody asks for, as far as it is known. */
struct holding {
	struct peer		*peer;
	struct session		 session;
	struct hold_sign	 sign;		/* to be */
	struct policy_vote	 votes[VOTES];
	size_t			 count;
};

static void
holding_done(struct holding *holding)
{
	for (size_t i = 0; i < holding->count; i++)
		free((void *)(uintptr_t)holding->votes[i].person);
	hold_sign_done(&holding->sign);
}

/* ---- who may, and what ---- */

static int
refuse(const struct holding *holding, const char *why)
{
	gate_say(holding->peer->gate, LOG_HOLD_REFUSED, &holding->session.id, "%s may not %s this session: %s", peer_person(holding->peer),
	    hold_act_names[holding->sign.act], why);
	peer_fail(holding->peer, STATUS_DENIED, "%s", why);
	return -1;
}

/* 0, or the peer has been told. */
static int
check_person(struct holding *holding)
{
	struct peer *peer = holding->peer;
	const struct policy *policy = peer->gate->policy;
	struct policy_subject subject = who_subject(peer->who);
	bool is_own_account = !peer->gate->daemon.trial && strcmp(holding->session.account, peer->who->account) == 0;
	char deciders[POLICY_WHY], why[2 * POLICY_WHY];
	int r;

	if (policy->holds.approve.each_count == 0)
		return refuse(holding, "the policy does not say who holds (holds: each)");
	r = policy_may_decide(policy, &subject, &policy->holds, holding->session.person, &holding->sign.counts);
	if (r == ERR_OWN_REQUEST || is_own_account)
		return refuse(holding, "nobody holds or releases a session of their own");
	if (r == 0)
		return 0;
	snprintf(why, sizeof why, "sessions are held and released by %s, together", policy_deciders(&policy->holds, deciders, sizeof deciders));
	return refuse(holding, why);
}

/* The end that somebody else has signed for. */
static int
find_until(void *ctx, const struct hold_sign *sign)
{
	struct holding *holding = ctx;

	if (sign->act == HOLD_SET && strcmp(sign->person, peer_person(holding->peer)) != 0)
		holding->sign.until_us = sign->until_us;
	return 0;
}

static int
fail_usage(const struct holding *holding, const char *why)
{
	peer_fail(holding->peer, STATUS_USAGE, "%s", why);
	return -1;
}

/* 0, or the peer has been told, or negative with the store's error in *error. */
static int
check_act(struct holding *holding, const struct wire_hold *question, int *error)
{
	struct gate *gate = holding->peer->gate;
	struct recording recording;
	int64_t now_us = holding->sign.at_us;

	if (holding->sign.act == HOLD_RELEASE)
		return holding->session.hold.by[0] != '\0' ? 0 : fail_usage(holding, "this session is not held");
	holding->sign.until_us = question->until_us - question->until_us % CLOCK_US;
	if (question->until_us == 0)
		*error = hold_list(gate->store, &holding->session.id, now_us, find_until, holding);
	if (*error < 0)
		return -1;
	if (holding->sign.until_us == 0)
		return fail_usage(holding, "a hold has an end: say it with --until DATE");
	if (holding->sign.until_us <= now_us || holding->sign.until_us > now_us + HOLD_MOST_US)
		return fail_usage(holding, "a hold ends in the future, and at most ten years from now");
	if (recording_get(gate->store, &holding->session.id, &recording) == 0 && gate_audit_is_gone(gate, &recording)) {
		peer_fail(holding->peer, STATUS_EXPIRED, "it is too late: the recording of this session has been deleted");
		return -1;
	}
	return 0;
}

/* ---- counting ---- */

static int
count_vote(void *ctx, const struct hold_sign *sign)
{
	struct holding *holding = ctx;

	if (sign->act == holding->sign.act && sign->until_us == holding->sign.until_us &&
	    strcmp(sign->person, holding->sign.person) != 0 && holding->count < VOTES)
		holding->votes[holding->count++] = (struct policy_vote){ own_dup(sign->person), sign->counts };
	return 0;
}

/* " until 2027-01-01 ..."; of a release "". */
static char *
end_words(const struct hold_sign *sign, char end[CLOCK_TEXT + 8])
{
	char when[CLOCK_TEXT];

	end[0] = '\0';
	if (sign->act == HOLD_SET)
		snprintf(end, CLOCK_TEXT + 8, " until %s", clock_local(sign->until_us, when));
	return end;
}

/* In the transaction of the signature. */
static int
say(const struct holding *holding, unsigned missing)
{
	const struct hold_sign *sign = &holding->sign;
	struct gate *gate = holding->peer->gate;
	char end[CLOCK_TEXT + 8];
	int r = gate_say(gate, LOG_HOLD_SIGNED, &sign->session, "%s signed: %s%s: " LOG_WORDS "%s", sign->person, hold_act_names[sign->act],
	    end_words(sign, end), sign->reason);

	if (r < 0 || missing > 0)
		return r;
	if (sign->act == HOLD_SET)
		return gate_say(gate, LOG_HELD, &sign->session, "the session of %s as %s is held%s by %zu persons: nothing of it is deleted",
		    holding->session.person, holding->session.role, end, holding->count);
	return gate_say(gate, LOG_RELEASED, &sign->session, "the session of %s as %s is released by %zu persons", holding->session.person,
	    holding->session.role, holding->count);
}

static void
tell(const struct holding *holding, unsigned missing)
{
	const struct hold_sign *sign = &holding->sign;
	struct peer *peer = holding->peer;
	char end[CLOCK_TEXT + 8];

	if (missing > 0) {
		peer_done(peer, "Signed. It is not %s yet: %u more person%s must sign.", sign->act == HOLD_SET ? "held" : "released", missing,
		    missing == 1 ? "" : "s");
		return;
	}
	peer_done(peer, sign->act == HOLD_SET ? "Held%s." : "Released%s: its retention goes on.", end_words(sign, end));
	peers_changed(peer->gate, "recording", &sign->session);
}

static int
enter(struct holding *holding, const struct wire_hold *question)
{
	struct hold_sign *sign = &holding->sign;
	struct gate *gate = holding->peer->gate;
	AUTO_TXN struct txn txn = { 0 };
	unsigned missing;
	int r;

	sign->text = strndup((const char *)question->text.data, question->text.count);
	sign->signature = own_alloc(question->signature.count);
	memcpy(sign->signature, question->signature.data, question->signature.count);
	sign->signature_bytes = question->signature.count;
	r = hold_list(gate->store, &sign->session, sign->at_us, count_vote, holding);
	if (r < 0)
		return r;
	if (holding->count < VOTES)
		holding->votes[holding->count++] = (struct policy_vote){ own_dup(sign->person), sign->counts };
	missing = policy_missing(&gate->policy->holds, holding->votes, holding->count);
	r = txn_begin(&txn, gate->store);
	if (r == 0)
		r = hold_enter(gate->store, sign, missing == 0);
	if (r == 0)
		r = say(holding, missing);
	if (r == 0)
		r = txn_commit(&txn);
	if (r == 0)
		tell(holding, missing);
	return r;
}

/* The first question is what there is to sign; the second brings the signature. */
static int
answer(struct holding *holding, const struct wire_hold *question)
{
	AUTO_BUF struct buf text = { .max = 4096 };
	uint8_t sha256[SECRET_SHA256];
	const struct gate_basis basis = { .subject = holding->session.id, .text = &text, .must = true, .known = question->known };
	const struct gate_claim claim = { .subject = holding->session.id, .sha256 = sha256, .decision = hold_act_names[holding->sign.act],
		.seconds = 0, .text = question->text, .signature = question->signature };
	const char *why;
	int r = hold_text(&holding->sign, &text);

	if (r < 0)
		return r;
	if (question->text.count == 0)
		return gate_signed_basis(holding->peer, &basis);
	secret_sha256(buf_data(&text), buf_len(&text), sha256);
	why = gate_signed_why(holding->peer, &claim);
	if (why != NULL) {
		refuse(holding, why);
		return 0;
	}
	return enter(holding, question);
}

int
on_hold(struct peer *peer, const void *fields)
{
	const struct wire_hold *question = fields;
	struct holding holding AUTO(holding_done) = { .peer = peer };
	struct gate *gate = peer->gate;
	int r = gate_signed_refresh(gate);

	if (r == 0)
		r = session_find(gate->store, question->which, &holding.sign.session);
	if (r == 0)
		r = session_get(gate->store, &holding.sign.session, &holding.session);
	if (r < 0)
		return r;
	holding.sign.act = strcmp(question->act, hold_act_names[HOLD_RELEASE]) == 0 ? HOLD_RELEASE : HOLD_SET;
	holding.sign.at_us = gate_now(gate).wall_us;
	snprintf(holding.sign.person, sizeof holding.sign.person, "%s", peer_person(peer));
	holding.sign.reason = gate_mask_text(gate, holding.session.role, question->reason);
	if (check_person(&holding) != 0)
		return 0;
	if (question->reason[strspn(question->reason, " ")] == '\0') {
		fail_usage(&holding, "say why with --reason TEXT; it stands in the log");
		return 0;
	}
	if (check_act(&holding, question, &r) != 0)
		return r;
	return answer(&holding, question);
}

/* ---- the end of a hold, and words about it ---- */

/* 1 if there was one. */
static int
end_one(struct gate *gate)
{
	AUTO_TXN struct txn txn = { 0 };
	struct id session;
	int r = txn_begin(&txn, gate->store);

	if (r == 0)
		r = hold_lapse(gate->store, clock_wall_us(), &session);
	if (r <= 0)
		return r;
	r = gate_say(gate, LOG_HOLD_ENDED, &session, "the hold on this session has reached its end; its retention goes on");
	if (r == 0)
		r = txn_commit(&txn);
	if (r == 0)
		peers_changed(gate, "recording", &session);
	return r == 0 ? 1 : r;
}

void
gate_hold_tick(struct gate *gate)
{
	int r;

	if (gate->clock.jumped)
		return;
	do {
		r = end_one(gate);
	} while (r > 0);
	if (r < 0)
		log_error("holds that are over cannot be released: %s", err_text(r));
}

static int
add_words(void *ctx, const struct hold_sign *sign)
{
	struct buf *words = ctx;
	char when[CLOCK_TEXT];

	/* Too many words: the oldest stand there, the log has all. */
	(void)buf_addf(words, "%s%s %s %s at %s: %s", buf_len(words) > 0 ? " | " : "", sign->person, sign->done ? "signed" : "waits for others to sign",
	    hold_act_names[sign->act], clock_local(sign->at_us, when), sign->reason != NULL ? sign->reason : err_text(sign->text_error));
	return 0;
}

char *
gate_hold_words(struct gate *gate, const struct session *session)
{
	AUTO_BUF struct buf words = { .max = WORDS_MOST };
	int r = 0;

	if (session->hold.by[0] != '\0')
		r = hold_list(gate->store, &session->id, 0, add_words, &words);
	if (r == 0)
		r = hold_list(gate->store, &session->id, clock_wall_us(), add_words, &words);
	return r == 0 ? buf_text(&words) : own_dup(err_text(r));
}
