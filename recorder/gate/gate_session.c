/* SPDX-License-Identifier: ISC */
/* Sessions: who sees them, who ends them, who says something in them. */
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
#include "lib/store/decision.h"
#include "lib/store/event.h"
#include "lib/store/grant.h"
#include "lib/store/session.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_opening.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/gate/who.h"

#define ROWS		1000
#define MASKED_MOST	200	/* rules that are told of */
#define MASKED_WORD	120	/* bytes of a rule and its count */

bool
gate_session_may(const struct peer *peer, const char *person, const char *role)
{
	return strcmp(person, peer_person(peer)) == 0 || gate_session_decides(peer, person, role);
}

bool
gate_session_decides(const struct peer *peer, const char *person, const char *role_name)
{
	const struct policy *policy = peer->gate->policy;
	const struct policy_role *role = policy_role(policy, role_name);
	struct policy_subject subject = who_subject(peer->who);
	uint32_t counts;

	if (strcmp(person, peer_person(peer)) == 0)
		return false;
	if (policy_is_admin(policy, &subject))
		return true;
	return role != NULL && policy_may_decide(policy, &subject, role, person, &counts) == 0;
}

static bool
may_see(const struct peer *peer, const struct session *session)
{
	struct policy_subject subject = who_subject(peer->who);

	return gate_session_may(peer, session->person, session->role) || gate_is_auditor(peer->gate, &subject);
}

static int
add_person(void *ctx, const struct decision *decision)
{
	struct buf *by = ctx;

	if (decision->verdict == VERDICT_GRANT && (buf_len(by) == 0 || buf_add_text(by, ", ") == 0))
		(void)buf_add_text(by, decision->person);
	return 0;
}

int
gate_session_by(struct gate *gate, const struct id *request, struct buf *names)
{
	return decision_list(gate->store, request, add_person, names);
}

void
gate_session_words(struct gate *gate, const struct session *session, char **reason, char **by)
{
	AUTO_REQUEST struct request request = { 0 };
	struct buf names = { .max = 1900 };
	struct grant grant;

	*reason = NULL;
	if (grant_get(gate->store, &session->grant, &grant) == 0) {
		if (request_get(gate->store, &grant.request, &request) == 0)
			*reason = TAKE(request.reason, NULL);
		(void)gate_session_by(gate, &grant.request, &names);
	}
	*by = buf_text(&names);
	buf_done(&names);
}

void
gate_session_masked_free(char ***masked)
{
	for (char **word = *masked; word != NULL && *word != NULL; word++)
		free(*word);
	free(*masked);
}

/* The end of "NAME=COUNT" at `text`, whose name may have spaces in it; NULL if there is none. */
static const char *
masked_end(const char *text)
{
	const char *sign = text;

	while ((sign = strchr(sign, '=')) != NULL) {
		size_t digits = strspn(++sign, "0123456789");

		if (digits > 0 && (sign[digits] == ' ' || sign[digits] == '\0'))
			return sign + digits;
	}
	return NULL;
}

static int
take_masked(void *ctx, const struct event *event)
{
	char ***masked = ctx;
	const char *at = event->text != NULL ? event->text : "";
	const char *end;
	size_t count = 0;

	for (; count < MASKED_MOST && (end = masked_end(at)) != NULL; at = end + strspn(end, " ")) {
		if ((size_t)(end - at) > MASKED_WORD)
			continue;
		*masked = own_grow(*masked, count + 2, sizeof **masked);
		if (asprintf(&(*masked)[count], "%.*s", (int)(end - at), at) < 0)
			(*masked)[count] = own_dup("");
		(*masked)[++count] = NULL;
	}
	return 0;
}

char **
gate_session_masked(struct gate *gate, const struct id *session)
{
	const struct event_filter filter = { .subject = session, .type = LOG_MASKED, .newest_first = true, .limit = 1 };
	char **masked = own_alloc(sizeof *masked);
	int r = event_list(gate->store, &filter, take_masked, &masked);

	if (r < 0)
		log_warn("what was masked in a session cannot be told: %s", err_text(r));
	return masked;
}

/* Why it ended; of a revoked one also by whom. The caller frees it. */
static char *
end_words(struct gate *gate, const struct session *session)
{
	struct grant grant;
	char *text;

	if (strcmp(session->end.why, "revoked") != 0 || grant_get(gate->store, &session->grant, &grant) < 0 || grant.end.by[0] == '\0')
		return own_dup(session->end.why);
	return asprintf(&text, "revoked by %s", grant.end.by) < 0 ? own_dup("revoked") : text;
}

struct listing {
	struct peer	*peer;
	bool		 one;
};

static int
put_session(void *ctx, const struct session *session)
{
	struct listing *list = ctx;
	struct session copy = *session;
	const struct live *live = live_find(list->peer->gate, &session->id);
	AUTO_FREE char *state = own_dup(session_state_names[session->state]);
	AUTO_FREE char *trouble = own_dup(live == NULL ? "" : live->trouble[0] != '\0' ? live->trouble :
	    live->frozen[0] != '\0' ? live->frozen : live->guarded[0] != '\0' ? live->guarded : live->away ? "its engineer is not connected" : "");
	AUTO_FREE char *reason = NULL;
	AUTO_FREE char *by = NULL;
	AUTO_FREE char *why = end_words(list->peer->gate, session);
	AUTO_MASKED char **masked = NULL;
	struct wire_session_row row = { .session = session->id, .grant = session->grant, .person = copy.person, .role = copy.role,
		.host = copy.host, .state = state, .started_us = session->clock.started.wall_us, .ends_us = session->clock.ends_us,
		.ended_us = session->end.at_us, .why = why, .exit_status = session->end.status,
		.killed = session->end.killed, .survivors = session->end.survivors };

	if (!may_see(list->peer, session))
		return list->one ? ERR_NO_RIGHT : 0;
	gate_session_words(list->peer->gate, session, &reason, &by);
	masked = gate_session_masked(list->peer->gate, &session->id);
	row.reason = reason;
	row.by = by;
	row.masked = masked;
	if (trouble[0] != '\0')
		row.why = trouble;
	/* By the clock that counts, so that a wall clock that was set does not show a wrong rest. */
	if (session->state != SESSION_ENDED && id_equal(&session->clock.started.boot, &list->peer->gate->boot))
		row.ends_us = clock_wall_us() + session->clock.ends_boot_us - clock_boot_us();
	row.active_us = live != NULL ? live->active_us : session->end.at_us;
	row.output_bytes = live != NULL ? live->output_bytes : 0;
	row.cols = live != NULL ? live->cols : (uint32_t)session->columns;
	row.rows = live != NULL ? live->rows : (uint32_t)session->lines;
	peer_put(list->peer, WIRE_SESSION_ROW, &row);
	return list->peer->broken ? ERR_PEER_GONE : 0;
}

int
on_sessions(struct peer *peer, const void *fields)
{
	const struct wire_sessions *question = fields;
	struct listing list = { .peer = peer, .one = question->which[0] != '\0' };
	const struct session_filter filter = { .live = question->running, .person = question->mine ? peer_person(peer) : NULL,
		.limit = question->limit != 0 && question->limit < ROWS ? question->limit : ROWS,
		.until_us = question->until_us };
	struct session session;
	struct id id;
	int r;

	if (list.one) {
		r = session_find(peer->gate->store, question->which, &id);
		if (r == 0)
			r = session_get(peer->gate->store, &id, &session);
		if (r == 0)
			r = put_session(&list, &session);
	} else {
		r = session_list(peer->gate->store, &filter, put_session, &list);
	}
	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}

/* The grant has ended, and the log says so: both or neither. */
static int
end_grant(struct peer *peer, const struct grant *grant, const char *reason)
{
	struct gate *gate = peer->gate;
	AUTO_TXN struct txn txn = { 0 };
	struct grant_end end = { .why = "revoked", .at_us = clock_wall_us() };
	int r = txn_begin(&txn, gate->store);

	snprintf(end.by, sizeof end.by, "%s", peer_person(peer));
	if (r == 0)
		r = grant_finish(gate->store, &grant->id, &end);
	if (r == ERR_LAPSED)	/* a moment ago, by itself */
		r = 0;
	if (r == 0)
		r = gate_say(gate, LOG_REVOKED, &grant->id, "%s revoked %s of %s: " LOG_WORDS "%s", end.by, grant->role, grant->person, reason);
	return r < 0 ? r : txn_commit(&txn);
}

/* Ends every running session of the grant, also when the catalogue takes nothing, and lets nobody in again. */
static void
revoke_grant(struct peer *peer, const struct grant *grant, const char *said)
{
	struct gate *gate = peer->gate;
	AUTO_FREE char *reason = gate_mask_text(gate, grant->role, said);
	unsigned count = 0;
	int r = end_grant(peer, grant, reason);

	for (struct live *l = gate->sessions; l != NULL; l = l->next)
		if (id_equal(&l->session.grant, &grant->id)) {
			live_stop(l, reason, peer_person(peer));
			count++;
		}
	peers_changed(gate, "grant", &grant->id);
	if (r < 0)
		peer_fail(peer, cli_status(r), "%u %s ended, but the grant could not be taken back (%s): revoke it again, or it can still be entered",
		    count, count == 1 ? "session is" : "sessions are", err_text(r));
	else if (count == 0)
		peer_done(peer, "Revoked: %s of %s; nobody was in it.", grant->role, grant->person);
	else
		peer_done(peer, "Revoked: %s of %s; %u %s ended.", grant->role, grant->person, count, count == 1 ? "session is" : "sessions are");
}

int
on_revoke(struct peer *peer, const void *fields)
{
	const struct wire_revoke *question = fields;
	struct session session;
	struct grant grant;
	struct id id;
	int r = session_find(peer->gate->store, question->which, &id);

	if (r == 0)
		r = session_get(peer->gate->store, &id, &session);
	if (r == 0)
		id = session.grant;
	else if (r == ERR_NOT_FOUND)
		r = grant_find(peer->gate->store, question->which, &id);
	if (r == 0)
		r = grant_get(peer->gate->store, &id, &grant);
	if (r == ERR_NOT_FOUND)
		return gate_opening_revoke(peer, question->which, question->reason);
	if (r < 0)
		return r;
	if (!gate_session_may(peer, grant.person, grant.role)) {
		peer_fail(peer, STATUS_DENIED, "only those who may decide about '%s' revoke it", grant.role);
		return 0;
	}
	if (grant.state == GRANT_ENDED) {
		peer_fail(peer, STATUS_LAPSED, "it is over already (%s)", grant.end.why);
		return 0;
	}
	revoke_grant(peer, &grant, question->reason);
	return 0;
}

int
on_say(struct peer *peer, const void *fields)
{
	const struct wire_say *question = fields;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *said = NULL;
	struct wire_tell tell;
	struct live *live;
	struct id id;
	int r = session_find(peer->gate->store, question->which, &id);

	if (r < 0)
		return r;
	live = live_find(peer->gate, &id);
	if (live == NULL) {
		peer_fail(peer, STATUS_NOT_FOUND, "the session is not running any more");
		return 0;
	}
	if (!gate_session_may(peer, live->session.person, live->session.role))
		return ERR_NO_RIGHT;
	said = gate_mask_text(peer->gate, live->session.role, question->text);
	if (asprintf(&text, "%s: %s", peer_person(peer), said) < 0) {
		text = NULL;
		return ERR_BUF_FULL;
	}
	tell.text = text;
	live_put(live, WIRE_TELL, &tell);
	gate_say(peer->gate, LOG_SAID, &id, "%s says something in the session of %s: " LOG_WORDS "%s", peer_person(peer), live->session.person, said);
	peer_done(peer, "Said.");
	return 0;
}
