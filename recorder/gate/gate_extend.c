/* SPDX-License-Identifier: ISC */
/* More and less time. Never beyond the role's most, counted from the moment the grant was first entered. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/decision.h"
#include "lib/store/grant.h"
#include "lib/store/session.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_extend.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"
#include "recorder/policy/policy.h"

#define USUAL_S	(15 * 60)
#define SAID	512

/* One wish for more time, and what is answered. */
struct wish {
	struct gate			*gate;
	const struct policy_role	*role;
	struct grant			 grant;
	int64_t				 seconds;
	const char			*reason;	/* as it was said */
	struct request			 request;	/* what it became; released by wish_done() */
	int				 status;	/* exit status of the answer */
	char				 text[SAID];
};

static void
wish_done(struct wish *wish)
{
	request_done(&wish->request);
}

static int fails(struct wish *wish, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int
fails(struct wish *wish, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(wish->text, sizeof wish->text, format, args);
	va_end(args);
	wish->status = status;
	return -1;
}

/* So many seconds may still be added. */
static int64_t
room(const struct gate *gate, const struct policy_role *role, const struct grant *grant)
{
	struct moment now = gate_now(gate);
	int64_t left = grant_left(grant, &now);

	return role->times.most_s - (now.wall_us - grant->deadline.used_us) / CLOCK_US - (left > 0 ? left / CLOCK_US : 0);
}

/* Every running session of the grant hears its new deadline, as the catalogue has it now. */
static void
move_deadlines(struct gate *gate, const struct id *grant, const char *by, const char *reason)
{
	AUTO_FREE char *by_copy = own_dup(by);
	AUTO_FREE char *reason_copy = own_dup(reason);
	struct session session;

	for (struct live *l = gate->sessions; l != NULL; l = l->next) {
		struct wire_deadline deadline = { .reason = reason_copy, .by = by_copy };

		if (!id_equal(&l->session.grant, grant) || session_get(gate->store, &l->session.id, &session) < 0)
			continue;
		l->session.clock = session.clock;
		deadline.boot_us = session.clock.ends_boot_us;
		deadline.wall_us = session.clock.ends_us;
		live_put(l, WIRE_DEADLINE, &deadline);
		peers_changed(gate, "session", &l->session.id);
	}
	peers_changed(gate, "grant", grant);
}

static void
tell_sessions(struct gate *gate, const struct id *grant, char *text)
{
	struct wire_tell tell = { .text = text };

	for (struct live *l = gate->sessions; l != NULL; l = l->next)
		if (id_equal(&l->session.grant, grant))
			live_put(l, WIRE_TELL, &tell);
}

/* When the extended grant ends now. */
static char *
new_end(struct gate *gate, const struct request *request, char minute[CLOCK_TEXT])
{
	struct grant grant;

	if (grant_get(gate->store, &request->extends, &grant) < 0)
		return memcpy(minute, "?", 2);
	return clock_minute(grant.deadline.ends_us, minute);
}

int
gate_extend_said(struct gate *gate, const struct request *request, const struct outcome *outcome)
{
	char minute[CLOCK_TEXT];

	if (outcome->state == REQUEST_DENIED)
		return gate_say(gate, LOG_DENIED, &request->id, "%s denied more time for %s to %s", outcome->person, request->role, request->person);
	if (outcome->state != REQUEST_GRANTED)
		return 0;
	return gate_say(gate, LOG_EXTENDED, &request->extends, "%s of %s was extended by %s to %s: " LOG_WORDS "%s", request->role, request->person,
	    outcome->person, new_end(gate, request, minute), request->reason != NULL ? request->reason : "");
}

/* After a grant: "Extended: shell of anna by 15 min, to 14:30." */
static void
extended(struct gate *gate, const struct request *request, const struct outcome *outcome, char text[SAID])
{
	char span[CLOCK_TEXT], minute[CLOCK_TEXT];

	snprintf(text, SAID, "Extended: %s of %s by %s, to %s.", request->role, request->person, clock_span(outcome->seconds, span),
	    new_end(gate, request, minute));
	move_deadlines(gate, &request->extends, strcmp(outcome->person, DECISION_POLICY) == 0 ? "the policy" : outcome->person, "");
}

bool
gate_extend_fits(struct peer *peer, const struct request *request, int64_t seconds)
{
	const struct policy_role *role = policy_role(peer->gate->policy, request->role);
	char span[CLOCK_TEXT];
	struct grant grant;
	int64_t most;

	if (role == NULL || grant_get(peer->gate->store, &request->extends, &grant) < 0)
		return true;	/* the catalogue itself says what is wrong */
	most = room(peer->gate, role, &grant);
	if (most >= seconds)
		return true;
	if (most > 0)
		peer_fail(peer, STATUS_USAGE, "the role's longest time leaves %s more; grant that with --for", clock_span(most, span));
	else
		peer_fail(peer, STATUS_DENIED, "the role's longest time is used up");
	return false;
}

void
gate_extend_decided(struct peer *peer, const struct request *request, const struct outcome *outcome, const char *comment)
{
	struct gate *gate = peer->gate;
	char text[SAID];

	if (outcome->state == REQUEST_GRANTED) {
		extended(gate, request, outcome, text);
	} else if (outcome->state == REQUEST_DENIED) {
		snprintf(text, sizeof text, "%s denied more time%s%s", outcome->person, comment != NULL ? ": " : ".", comment != NULL ? comment : "");
		tell_sessions(gate, &request->extends, text);
		snprintf(text, sizeof text, "Denied: more time for %s to %s.", request->role, request->person);
	} else {
		snprintf(text, sizeof text, "Your decision counts; %u more %s needed.", outcome->missing, outcome->missing == 1 ? "person is" : "persons are");
	}
	peer_done(peer, "%s", text);
	peers_changed(gate, "request", &request->id);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

struct waiting {
	const struct id	*grant;
	bool		 found;
};

static int
is_waiting(void *ctx, const struct request *request)
{
	struct waiting *waiting = ctx;

	waiting->found = waiting->found || id_equal(&request->extends, waiting->grant);
	return 0;
}

/* What stands in the way, whoever asks. */
static int
check(struct wish *wish)
{
	const struct request_filter filter = { .state = request_state_names[REQUEST_WAITING], .person = wish->grant.person };
	struct waiting waiting = { .grant = &wish->grant.id };
	char span[CLOCK_TEXT];
	int64_t most;

	wish->role = policy_role(wish->gate->policy, wish->grant.role);
	if (wish->role == NULL)
		return fails(wish, STATUS_DENIED, "the policy has no role '%s' any more", wish->grant.role);
	if (wish->grant.state != GRANT_RUNNING)
		return fails(wish, STATUS_LAPSED, wish->grant.state == GRANT_ENDED ? "it is over already; ask for the role again" :
		    "nobody has entered it yet, so its clock does not run");
	if (wish->reason[strspn(wish->reason, " ")] == '\0')
		return fails(wish, STATUS_USAGE, "more time needs a reason");
	most = room(wish->gate, wish->role, &wish->grant);
	if (most <= 0)
		return fails(wish, STATUS_DENIED, "the role's longest time is used up; ask for the role again when it is over");
	if (wish->seconds == 0)
		wish->seconds = most < USUAL_S ? most : USUAL_S;
	if (wish->seconds < 0 || wish->seconds > most)
		return fails(wish, STATUS_USAGE, "the role's longest time leaves %s more", clock_span(most, span));
	if (request_list(wish->gate->store, &filter, is_waiting, &waiting) == 0 && waiting.found)
		return fails(wish, STATUS_FAILED, "a request for more time is waiting already; it is decided or cancelled first");
	return 0;
}

/* What is asked for. It lapses with what it is to extend. 0 or negative after fails(). */
static int
fill(struct wish *wish)
{
	AUTO_REQUEST struct request first = { 0 };
	struct request *request = &wish->request;
	struct gate *gate = wish->gate;
	struct moment now = gate_now(gate);
	int64_t until = now.wall_us + grant_left(&wish->grant, &now) + wish->role->ends.freeze_s * CLOCK_US;
	int r = request_get(gate->store, &wish->grant.request, &first);

	if (r < 0)
		return fails(wish, cli_status(r), "%s", err_text(r));
	*request = first;
	first = (struct request){ 0 };
	free(request->reason);
	request->id = id_new();
	request->extends = wish->grant.id;
	request->reason = gate_mask_text(gate, wish->role->name, wish->reason);
	request->seconds = wish->seconds;
	request->not_before_us = 0;
	request->unbound = false;
	request->created_us = now.wall_us;
	request->lapses_us = now.wall_us + gate->policy->lapse_s * CLOCK_US;
	request->lapses_us = until < request->lapses_us ? until : request->lapses_us;
	request->state = REQUEST_WAITING;
	return 0;
}

int
gate_extend_make(struct gate *gate, const struct request *request)
{
	AUTO_TXN struct txn txn = { 0 };
	char span[CLOCK_TEXT];
	int r = txn_begin(&txn, gate->store);

	if (r == 0)
		r = request_create(gate->store, request);
	if (r == 0)
		r = gate_say(gate, LOG_REQUESTED, &request->id, "%s (account %s) asks for %s more of %s: " LOG_WORDS "%s", request->person, request->account,
		    clock_span(request->seconds, span), request->role, request->reason);
	return r < 0 ? r : txn_commit(&txn);
}

/* The holder asks: the policy may say no or yes at once, else somebody decides. */
static void
ask(struct wish *wish, const struct policy_subject *subject)
{
	struct outcome outcome = { .state = REQUEST_WAITING };
	AUTO_TXN struct txn txn = { 0 };	/* request, entries and what the policy decides: all or nothing */
	char why[POLICY_WHY] = "";
	char asks[256], span[CLOCK_TEXT];
	int r;

	if (check(wish) < 0)
		return;
	if (policy_may_request(wish->gate->policy, subject, wish->role, clock_wall_us(), why) < 0) {
		(void)fails(wish, STATUS_DENIED, "%s", why);
		return;
	}
	if (fill(wish) < 0)
		return;
	r = txn_begin(&txn, wish->gate->store);
	if (r == 0)
		r = gate_extend_make(wish->gate, &wish->request);
	if (r == 0)
		r = gate_decide_by_policy(wish->gate, subject, wish->role, &wish->request, &outcome);
	if (r == 0)
		r = gate_extend_said(wish->gate, &wish->request, &outcome);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0) {
		(void)fails(wish, cli_status(r), "%s", err_text(r));
		return;
	}
	peers_changed(wish->gate, "request", &wish->request.id);
	if (outcome.state == REQUEST_GRANTED)
		extended(wish->gate, &wish->request, &outcome, wish->text);
	else
		snprintf(wish->text, sizeof wish->text, "Asked for %s more; %s decides.", clock_span(wish->seconds, span),
		    policy_deciders(wish->role, asks, sizeof asks));
}

static void
answer(struct peer *peer, const struct wish *wish)
{
	if (wish->status == 0)
		peer_done(peer, "%s", wish->text);
	else
		peer_fail(peer, wish->status, "%s", wish->text);
}

/* Somebody who decides gives more time by themselves: that is the holder's request, decided; others may have to agree. */
static int
give(struct peer *peer, struct wish *wish)
{
	struct policy_subject subject = who_subject(peer->who);
	struct wire_decide yes = { .which = (char[]){ "" }, .grant = true, .comment = (char[]){ "" } };
	uint32_t counts;
	int r;

	if (check(wish) < 0) {
		answer(peer, wish);
		return 0;
	}
	r = policy_may_decide(peer->gate->policy, &subject, wish->role, wish->grant.person, &counts);
	if (r < 0) {
		peer_fail(peer, STATUS_DENIED, "%s", policy_may_decide_text(r));
		return 0;
	}
	if (fill(wish) < 0) {
		answer(peer, wish);
		return 0;
	}
	if (!wish->role->approve.is_signed)
		return gate_decide(peer, &yes, &wish->request, true);
	r = gate_extend_make(peer->gate, &wish->request);	/* it waits for their signature, and for others */
	return r < 0 ? r : gate_decide(peer, &yes, &wish->request, false);
}

struct holding {
	struct id	grant;
	unsigned	running;
};

static int
count_running(void *ctx, const struct grant *grant)
{
	struct holding *holding = ctx;

	if (grant->state == GRANT_RUNNING) {
		holding->grant = grant->id;
		holding->running++;
	}
	return 0;
}

/* A session, a grant, or nothing: the only one that the peer has entered. 0, negative, or 1 when the peer has been told. */
static int
find(struct peer *peer, const char *which, struct grant *grant)
{
	struct store *store = peer->gate->store;
	const struct grant_filter mine = { .person = peer_person(peer) };
	struct holding holding = { 0 };
	struct session session;
	struct id id;
	int r;

	if (which[0] == '\0') {
		r = grant_list(store, &mine, count_running, &holding);
		if (r < 0)
			return r;
		if (holding.running != 1) {
			peer_fail(peer, STATUS_USAGE, holding.running == 0 ? "you have no session whose time could be changed" :
			    "you have several; name the session");
			return 1;
		}
		return grant_get(store, &holding.grant, grant);
	}
	r = session_find(store, which, &id);
	if (r == 0)
		r = session_get(store, &id, &session);
	if (r == 0)
		id = session.grant;
	else if (r == ERR_NOT_FOUND)
		r = grant_find(store, which, &id);
	return r < 0 ? r : grant_get(store, &id, grant);
}

int
on_extend(struct peer *peer, const void *fields)
{
	const struct wire_extend *question = fields;
	__attribute__((cleanup(wish_done))) struct wish wish = { .gate = peer->gate, .seconds = question->seconds, .reason = question->reason };
	struct policy_subject subject = who_subject(peer->who);
	int r = find(peer, question->which, &wish.grant);

	if (r != 0)
		return r < 0 ? r : 0;
	if (strcmp(wish.grant.person, peer_person(peer)) != 0)
		return give(peer, &wish);
	ask(&wish, &subject);
	answer(peer, &wish);
	return 0;
}

/* ---- from inside a session --------------------------------------------------------------------------------------- */

static void
wished(struct live *live, int status, const char *text)
{
	AUTO_FREE char *copy = own_dup(text);
	struct wire_wished wished = { .n = live->wish.n, .status = (uint32_t)status, .text = copy };

	free(live->wish.reason);
	live->wish = (struct live_wish){ 0 };
	live_put(live, WIRE_WISHED, &wished);
}

static void
on_wisher(void *user, struct who *who, const char *why)
{
	struct live *live = user;
	struct gate *gate = live->gate;
	__attribute__((cleanup(wish_done))) struct wish wish = { .gate = gate, .seconds = live->wish.seconds, .reason = live->wish.reason };
	struct policy_subject subject;
	int r = who == NULL || who->person == NULL || strcmp(who->person, live->session.person) != 0 ? ERR_NO_RIGHT : gate_store(gate);

	if (r == 0 && gate->policy == NULL)
		r = ERR_POLICY_NONE;
	if (r == 0)
		r = grant_get(gate->store, &live->session.grant, &wish.grant);
	if (r == 0) {
		subject = who_subject(who);
		ask(&wish, &subject);
		wished(live, wish.status, wish.text);
	} else {
		wished(live, STATUS_FAILED, who == NULL ? why : err_text(r));
	}
	who_free(who);
}

int
gate_extend_wish(struct live *live, const void *fields)
{
	const struct wire_wish *wish = fields;
	bool is_busy = live->wish.n != 0;

	if (wish->n <= 0)
		return ERR_MSG_REFUSED;
	if (is_busy)	/* the worker has one at a time; after a change of gates the older one is nobody's any more */
		who_forget_user(live->gate, live);
	live->checking = live->checking && !is_busy;
	free(live->wish.reason);
	live->wish = (struct live_wish){ .n = wish->n, .seconds = wish->seconds, .reason = own_dup(wish->reason) };
	who_ask_account(live->gate, live->session.account, live->gate->daemon.trial ? live->session.person : NULL, on_wisher, live);
	return 0;
}

/* ---- less time --------------------------------------------------------------------------------------------------- */

static int
shorten(struct peer *peer, const struct grant *grant, const struct wire_shorten *question)
{
	struct gate *gate = peer->gate;
	AUTO_FREE char *reason = gate_mask_text(gate, grant->role, question->reason);
	AUTO_TXN struct txn txn = { 0 };
	struct moment now = gate_now(gate);
	char span[CLOCK_TEXT];
	int r = txn_begin(&txn, gate->store);

	if (r == 0)
		r = grant_shorten(gate->store, &grant->id, question->seconds, &now);
	if (r == 0)
		r = gate_say(gate, LOG_SHORTENED, &grant->id, "%s shortened %s of %s to %s from now: " LOG_WORDS "%s", peer_person(peer), grant->role, grant->person,
		    clock_span(question->seconds, span), reason);
	if (r == 0)
		r = txn_commit(&txn);
	if (r < 0)
		return r;
	move_deadlines(gate, &grant->id, peer_person(peer), reason);
	peer_done(peer, "Shortened: %s of %s ends in %s.", grant->role, grant->person, span);
	return 0;
}

int
on_shorten(struct peer *peer, const void *fields)
{
	const struct wire_shorten *question = fields;
	struct grant grant;
	int r = find(peer, question->which, &grant);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!gate_session_may(peer, grant.person, grant.role)) {
		peer_fail(peer, STATUS_DENIED, "only those who may decide about '%s' shorten it", grant.role);
		return 0;
	}
	r = shorten(peer, &grant, question);
	if (r == ERR_EARLY)
		peer_fail(peer, STATUS_FAILED, "nobody has entered it yet; revoke it, or grant less next time");
	else if (r == ERR_BAD_TIME)
		peer_fail(peer, STATUS_USAGE, "that would not be sooner than it ends by itself");
	return r == ERR_EARLY || r == ERR_BAD_TIME ? 0 : r;
}
