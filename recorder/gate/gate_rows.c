/* SPDX-License-Identifier: ISC */
/* Lists of requests and grants, as far as the one who asks may see them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/decision.h"
#include "lib/store/glass.h"
#include "lib/store/grant.h"
#include "lib/store/session.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_glass.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_layers.h"
#include "recorder/gate/gate_opening.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/gate/who.h"

#define ROWS		1000	/* when no limit was given */
#define DETAILS_MASKS	1024

/* Decisions on one request, folded into what a row says. */
struct decided {
	struct buf	 by, comment;
	uint32_t	 grants;
	int64_t		 at_us;
	const char	*me;		/* the one who asks; NULL: does not matter */
	bool		 by_me;
};

static int
add_decision(void *ctx, const struct decision *decision)
{
	struct decided *d = ctx;
	int r = 0;

	if (buf_len(&d->by) > 0)
		r = buf_add_text(&d->by, ", ");
	if (r == 0)
		r = buf_add_text(&d->by, decision->person);
	if (r == 0 && decision->comment != NULL && decision->comment[0] != '\0') {
		if (buf_len(&d->comment) > 0)
			r = buf_add_text(&d->comment, " / ");
		if (r == 0)
			r = buf_add_text(&d->comment, decision->comment);
	}
	d->grants += decision->verdict == VERDICT_GRANT;
	d->by_me = d->by_me || (d->me != NULL && strcmp(decision->person, d->me) == 0);
	d->at_us = decision->at_us;
	return r == ERR_BUF_FULL ? 0 : r;	/* a row that is full says less, it does not fail */
}

struct may_decide {
	const struct policy		*policy;
	const struct policy_role	*role;
	const char			*requester;
};

static bool
may_decide(const struct peer *peer, void *user)
{
	const struct may_decide *m = user;
	struct policy_subject subject = who_subject(peer->who);
	uint32_t counts;

	return policy_may_decide(m->policy, &subject, m->role, m->requester, &counts) == 0;
}

static bool
may_decide_role(const struct peer *peer, const char *role_name, const char *requester)
{
	struct may_decide m = { peer->gate->policy, policy_role(peer->gate->policy, role_name), requester };

	return m.role != NULL && may_decide(peer, &m);
}

/* How many persons of the policy could decide; 0 if that depends on groups that only NSS knows. */
static unsigned
count_deciders(const struct may_decide *m, bool trial)
{
	const struct policy_approve *approve = &m->role->approve;
	unsigned count = 0;
	const char *rest;
	uint32_t counts;

	for (unsigned i = 0; !trial && i < approve->by_count; i++)
		if (policy_entry(approve->by[i], &rest) != POLICY_PERSON)
			return 0;
	if (!trial && approve->each_count > 0)
		return 0;
	for (unsigned i = 0; i < m->policy->people_count; i++) {
		struct policy_subject subject = { .person = m->policy->people[i].person };

		count += policy_may_decide(m->policy, &subject, m->role, m->requester, &counts) == 0;
	}
	return count;
}

struct listing {
	struct peer	*peer;
	const char	*state;
	bool		 one;		/* a single thing was asked for */
	bool		 mine;		/* only the peer's own */
	bool		 shown;
};

/* Sentences for the details view. */
static char *
details_of(const struct policy_role *role)
{
	char span[CLOCK_TEXT];
	char kept[CLOCK_TEXT];
	char *text = NULL;
	AUTO_BUF struct buf masks = { .max = DETAILS_MASKS };
	AUTO_FREE char *words = NULL;

	if (role == NULL)
		return own_dup("The policy has no such role any more.");
	if (policy_print_mask(role->mask, &masks) < 0)
		buf_clear(&masks);
	words = buf_text(&masks);
	if (asprintf(&text, "Runs as %s: %s. | %s | Masked: %s. | At most %s; recordings are kept %s.", role->start.as != NULL ? role->start.as : "?",
	    role->start.run_count > 0 ? role->start.run[0] : "the account's shell",
	    role->start.sudo ? "May become root with sudo." : "Cannot gain more rights (no_new_privs).",
	    words, clock_span(role->times.most_s, span), gate_kept(role, kept)) < 0)
		return own_dup("");
	return text;
}

/* The same about a recording that shall be opened. */
static char *
details_of_opening(struct gate *gate, const struct request *request)
{
	char id[ID_TEXT], when[CLOCK_TEXT];
	struct session session;
	char *text = NULL;

	if (session_get(gate->store, &request->opens, &session) < 0)
		return own_dup("The catalogue has no such session any more.");
	if (asprintf(&text, "Session %s: %s as %s, from %s. | Recordings of class %s are opened only with a grant like this; each opening is in the log.",
	    id_text(&session.id, id), session.person, session.role, clock_local(session.clock.started.wall_us, when), session.class) < 0)
		return own_dup("");
	return text;
}

static void
fill_role(struct peer *peer, const struct request *request, struct wire_request_row *row, char asks[512])
{
	const struct policy_role *role = gate_opening_role(peer->gate->policy, request);
	struct may_decide m = { peer->gate->policy, role, request->person };
	struct policy_subject subject = who_subject(peer->who);
	uint32_t counts;
	int r;

	if (role == NULL) {
		snprintf(asks, 512, "nobody: the policy has no such rule any more");
		return;
	}
	policy_deciders(role, asks, 512);
	row->about = role->about != NULL ? role->about : (char *)(uintptr_t)"";
	row->need = policy_needs(role);
	row->signs = role->approve.is_signed;
	if (request->state == REQUEST_WAITING)
		row->keys = gate_layers_left(peer->gate, request);
	row->deciders = count_deciders(&m, peer->gate->daemon.trial);
	row->online = peers_count(peer->gate, may_decide, &m);
	r = policy_may_decide(peer->gate->policy, &subject, role, request->person, &counts);
	row->can = r == 0;
	if (r < 0)
		row->why = own_dup(policy_may_decide_text(r));
}

static bool
may_see(const struct peer *peer, const char *person, bool can_decide)
{
	struct policy_subject subject = who_subject(peer->who);

	return can_decide || strcmp(person, peer_person(peer)) == 0 || gate_is_auditor(peer->gate, &subject) ||
	    policy_is_admin(peer->gate->policy, &subject);
}

static int
put_request(void *ctx, const struct request *request)
{
	struct listing *list = ctx;
	struct peer *peer = list->peer;
	struct decided d = { .by = { .max = 1900 }, .comment = { .max = 900 }, .me = peer_person(peer) };
	struct request copy = *request;
	AUTO_GLASS struct glass glass = { 0 };
	struct grant grant;
	bool told;
	char asks[512] = "";
	AUTO_FREE char *details = id_is_zero(&request->opens) ? details_of(policy_role(peer->gate->policy, request->role)) : details_of_opening(peer->gate, request);
	AUTO_FREE char *state = own_dup(request_state_names[request->state]);
	AUTO_FREE char *by = NULL;
	AUTO_FREE char *comment = NULL;
	struct wire_request_row row = { .request = request->id, .person = copy.person, .role = copy.role, .host = copy.host,
		.reason = copy.reason, .seconds = request->seconds, .created_us = request->created_us,
		.lapses_us = request->lapses_us, .not_before_us = request->not_before_us, .state = state, .asks = asks,
		.details = details, .extends = request->extends, .opens = request->opens, .ends_us = request->opens_until_us };
	int r;

	fill_role(peer, request, &row, asks);
	told = gate_glass_row(peer, request, &glass, &row);
	r = may_see(peer, request->person, row.can || told) ? decision_list(peer->gate->store, &request->id, add_decision, &d) : ERR_NO_RIGHT;
	if (r == 0) {
		if (row.can && d.by_me) {
			row.can = false;
			row.why = own_dup("you have decided already; another person must decide too");
		}
		by = buf_text(&d.by);
		comment = buf_text(&d.comment);
		row.by = by;
		row.comment = comment;
		row.got = d.grants;
		row.decided_us = d.at_us;
		if (!id_is_zero(&request->extends) && grant_get(peer->gate->store, &request->extends, &grant) == 0) {
			row.grant = grant.id;
			row.ends_us = grant.deadline.ends_us;
		} else if (request->opens_until_us != 0) {
			row.granted_s = (request->opens_until_us - request->end.closed_us) / CLOCK_US;
		} else if (grant_of_request(peer->gate->store, &request->id, &grant) == 0) {
			row.grant = grant.id;
			row.granted_s = grant.seconds;
		}
		peer_put(peer, WIRE_REQUEST_ROW, &row);
		list->shown = true;
	}
	free(row.why);
	buf_done(&d.by);
	buf_done(&d.comment);
	if (r == ERR_NO_RIGHT && !list->one)
		return 0;
	return r == 0 && peer->broken ? ERR_PEER_GONE : r;
}

static int
put_one_request(struct peer *peer, const char *which)
{
	struct listing list = { .peer = peer, .one = true };
	AUTO_REQUEST struct request request = { 0 };
	struct id id;
	int r = request_find(peer->gate->store, which, &id);

	if (r == 0)
		r = request_get(peer->gate->store, &id, &request);
	return r < 0 ? r : put_request(&list, &request);
}

static int
put_glass(void *ctx, const struct glass *glass)
{
	struct listing *list = ctx;
	AUTO_REQUEST struct request request = { 0 };
	int r;

	if (list->mine && strcmp(glass->person, peer_person(list->peer)) != 0)
		return 0;
	r = request_get(list->peer->gate->store, &glass->request, &request);
	return r < 0 ? r : put_request(list, &request);
}

static int
list_requests(struct listing *list, const struct wire_requests *question)
{
	struct store *store = list->peer->gate->store;
	const struct request_filter filter = { .state = question->state[0] != '\0' ? question->state : NULL,
		.person = question->mine ? peer_person(list->peer) : NULL, .limit = question->limit != 0 && question->limit < ROWS ? question->limit : ROWS,
		.until_us = question->until_us };
	const struct glass_filter glasses = { .all = strcmp(question->state, WIRE_REVIEWS) == 0, .until_us = question->until_us, .limit = filter.limit };

	if (strcmp(question->state, WIRE_UNREVIEWED) == 0 || strcmp(question->state, WIRE_REVIEWS) == 0)
		return glass_list(store, &glasses, put_glass, list);
	return request_list(store, &filter, put_request, list);
}

int
on_requests(struct peer *peer, const void *fields)
{
	const struct wire_requests *question = fields;
	struct listing list = { .peer = peer, .mine = question->mine };
	int r = question->which[0] != '\0' ? put_one_request(peer, question->which) : list_requests(&list, question);

	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}

/* Who decided on the grant's request, and why it was asked for. */
static void
fill_grant(struct peer *peer, const struct grant *grant, struct wire_grant_row *row, struct decided *d)
{
	AUTO_REQUEST struct request request = { 0 };

	if (request_get(peer->gate->store, &grant->request, &request) == 0)
		row->reason = TAKE(request.reason, NULL);
	decision_list(peer->gate->store, &grant->request, add_decision, d);
	row->by = buf_text(&d->by);
	row->comment = buf_text(&d->comment);
}

static int
put_grant(void *ctx, const struct grant *grant)
{
	struct listing *list = ctx;
	struct decided d = { .by = { .max = 1900 }, .comment = { .max = 900 } };
	struct grant copy = *grant;
	AUTO_FREE char *state = own_dup(grant_state_names[grant->state]);
	struct wire_grant_row row = { .grant = grant->id, .request = grant->request, .person = copy.person, .role = copy.role,
		.state = state, .seconds = grant->seconds, .usable_us = grant->usable_us, .lapses_us = grant->lapses_us,
		.ends_us = grant->deadline.ends_us };

	if (!may_see(list->peer, grant->person, may_decide_role(list->peer, grant->role, grant->person)))
		return 0;
	fill_grant(list->peer, grant, &row, &d);
	peer_put(list->peer, WIRE_GRANT_ROW, &row);
	free(row.reason);
	free(row.by);
	free(row.comment);
	buf_done(&d.by);
	buf_done(&d.comment);
	return 0;
}

int
on_grants(struct peer *peer, const void *fields)
{
	const struct wire_grants *question = fields;
	struct listing list = { .peer = peer };
	const struct grant_filter filter = { .person = question->all ? NULL : peer_person(peer), .limit = ROWS };
	int r = grant_list(peer->gate->store, &filter, put_grant, &list);

	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}
