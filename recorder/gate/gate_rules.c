/* SPDX-License-Identifier: ISC */
/* The protocol of the gate: one row a kind. A kind without a row here is refused, whatever the wire thinks of it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_backup.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_login.h"
#include "recorder/gate/gate_refused.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/gate/gate_trouble.h"
#include "recorder/gate/who.h"

#define TROUBLE	900	/* room for the sentence */

enum {
	FRESH = 1,	/* who the peer is must have been looked up a moment ago: it decides something */
	STORE = 2,	/* needs the catalogue */
	POLICY = 4,	/* needs a valid policy */
	PERSON = 8	/* needs a person the policy knows */
};

static int	on_hello(struct peer *peer, const void *fields);
static int	on_subscribe(struct peer *peer, const void *fields);

/* clang-format off */
static const struct rule {
	int		(*handle)(struct peer *peer, const void *fields);
	unsigned	needs;
} rules[WIRE_KINDS] = {
	[WIRE_HELLO]		= { on_hello,		FRESH },
	[WIRE_LOGIN]		= { on_login,		0 },
	[WIRE_ROLES]		= { on_roles,		POLICY | PERSON },
	[WIRE_ASK]		= { on_ask,		FRESH | STORE | POLICY | PERSON },
	[WIRE_CANCEL]		= { on_cancel,		STORE | PERSON },
	[WIRE_REQUESTS]		= { on_requests,	STORE | POLICY | PERSON },
	[WIRE_GRANTS]		= { on_grants,		STORE | POLICY | PERSON },
	[WIRE_ENTER]		= { on_enter,		FRESH | STORE | POLICY | PERSON },
	[WIRE_BASIS]		= { on_basis,		FRESH | STORE | POLICY | PERSON },
	[WIRE_SIGNED]		= { on_signed,		STORE | POLICY | PERSON },
	[WIRE_DECIDE]		= { on_decide,		FRESH | STORE | POLICY | PERSON },
	[WIRE_LAYERS]		= { on_layers,		FRESH | STORE | POLICY | PERSON },
	[WIRE_DEPOSIT]		= { on_deposit,		FRESH | STORE | POLICY | PERSON },
	[WIRE_SESSIONS]		= { on_sessions,	STORE | POLICY | PERSON },
	[WIRE_REVOKE]		= { on_revoke,		FRESH | STORE | POLICY | PERSON },
	[WIRE_SAY]		= { on_say,		FRESH | STORE | POLICY | PERSON },
	[WIRE_EXTEND]		= { on_extend,		FRESH | STORE | POLICY | PERSON },
	[WIRE_SHORTEN]		= { on_shorten,		FRESH | STORE | POLICY | PERSON },
	[WIRE_REVIEW]		= { on_review,		FRESH | STORE | POLICY | PERSON },
	[WIRE_ALLOW]		= { on_allow,		FRESH | STORE | POLICY | PERSON },
	[WIRE_HOLD]		= { on_hold,		FRESH | STORE | POLICY | PERSON },
	[WIRE_FREEZE]		= { on_freeze,		FRESH | STORE | POLICY | PERSON },
	[WIRE_SUBSCRIBE]	= { on_subscribe,	PERSON },
	[WIRE_RECORDINGS]	= { on_recordings,	STORE | POLICY | PERSON },
	[WIRE_OPEN]		= { on_open,		FRESH | STORE | POLICY | PERSON },
	[WIRE_SEARCH]		= { on_search,		FRESH | STORE | POLICY | PERSON },
	[WIRE_BACKUP]		= { on_backup,		FRESH | STORE },
	[WIRE_REWRAP]		= { on_rewrap,		FRESH | STORE | POLICY | PERSON },
	[WIRE_KEYS]		= { on_keys,		FRESH | STORE | POLICY | PERSON },
	[WIRE_READ]		= { on_read,		POLICY | PERSON },
	[WIRE_PLAN]		= { on_plan,		STORE | POLICY | PERSON },
	[WIRE_RUN]		= { on_run,		FRESH | STORE | POLICY | PERSON },
	[WIRE_EVENTS]		= { on_events,		STORE | POLICY | PERSON },
	[WIRE_POLICY]		= { on_policy,		POLICY | PERSON },
	[WIRE_AUDIT]		= { on_audit,		FRESH | STORE | POLICY | PERSON },
	[WIRE_PAGE]		= { on_page,		STORE | POLICY | PERSON },
	[WIRE_COULD]		= { on_could,		STORE | POLICY | PERSON },
	[WIRE_KEPT]		= { on_kept,		STORE | POLICY | PERSON },
};
/* clang-format on */

bool
gate_needs_who(const struct peer *peer, unsigned kind)
{
	unsigned needs = kind < WIRE_KINDS ? rules[kind].needs : 0;

	if ((needs & (FRESH | PERSON)) == 0)
		return false;
	return peer->who == NULL || clock_boot_us() - peer->who->boot_us > ((needs & FRESH) != 0 ? WHO_FRESH_US : WHO_KNOWN_US);
}

void
gate_greeting(struct peer *peer, const struct wire_hello *hello)
{
	free(peer->program);
	free(peer->as);
	peer->program = own_dup(hello->program);
	peer->as = own_dup(hello->as);
}

/* About at least one role. */
static bool
decides(const struct policy *policy, const struct policy_subject *subject)
{
	uint32_t counts;

	for (unsigned i = 0; i < policy->roles_count; i++)
		if (policy_may_decide(policy, subject, policy->roles[i], "", &counts) == 0)
			return true;
	return false;
}

static int
on_hello(struct peer *peer, const void *fields)
{
	const struct wire_hello *hello = fields;
	const struct policy *policy = peer->gate->policy;
	struct policy_subject subject = who_subject(peer->who);
	AUTO_FREE char *host = own_dup(policy != NULL ? policy->host : "");
	AUTO_FREE char *person = own_dup(peer_person(peer));
	AUTO_FREE char *release = own_dup(PACKAGE_VERSION);
	struct wire_welcome welcome = { .version = WIRE_VERSION, .host = host, .person = person, .release = release,
		.trial = peer->gate->daemon.trial };

	if (hello->version != WIRE_VERSION) {
		peer_fail(peer, STATUS_FAILED, "this program speaks version %u of the protocol and posternd version %u: install the same release of both, and restart posternd if it is the older one",
		    hello->version, WIRE_VERSION);
		return 0;
	}
	if (policy != NULL && peer->who->person != NULL) {
		welcome.auditor = gate_is_auditor(peer->gate, &subject);
		welcome.admin = policy_is_admin(policy, &subject);
		welcome.approver = decides(policy, &subject);
	}
	peer->conn.phase = WIRE_PHASE_KNOWN;
	peer_put(peer, WIRE_WELCOME, &welcome);
	return 0;
}

/* The answer says what is wrong with the gate, to those who can do something about it. */
static int
on_subscribe(struct peer *peer, const void *fields)
{
	const struct policy *policy = peer->gate->policy;
	struct policy_subject subject = who_subject(peer->who);
	char trouble[TROUBLE] = "";

	peer->subscribed = ((const struct wire_subscribe *)fields)->on;
	if (policy != NULL && (gate_is_auditor(peer->gate, &subject) || policy_is_admin(policy, &subject) || decides(policy, &subject)))
		gate_trouble(peer->gate, trouble, sizeof trouble);
	peer_done(peer, "%s", trouble);
	return 0;
}

/* 0, or the peer has been told what is missing. */
static int
check_needs(struct peer *peer, unsigned needs)
{
	char why[200];
	int r = 0;

	if ((needs & POLICY) != 0 && peer->gate->policy == NULL) {
		peer_fail(peer, STATUS_FAILED, "this bastion has no valid policy; its administrator runs `postern policy check`");
		return -1;
	}
	if ((needs & PERSON) != 0 && (peer->who == NULL || peer->who->person == NULL)) {
		snprintf(why, sizeof why, "the policy knows nobody with the account '%s'", peer->who != NULL ? peer->who->account : "?");
		gate_refused(peer->gate, peer->uid, why);
		peer_fail(peer, STATUS_DENIED, "the policy of this bastion knows nobody with the account '%s'",
		    peer->who != NULL ? peer->who->account : "?");
		return -1;
	}
	if ((needs & STORE) != 0)
		r = gate_store(peer->gate);
	if (r < 0)
		peer_fail(peer, cli_status(r), "the catalogue does not work: %s; nothing can be granted until it does", err_text(r));
	return r;
}

void
gate_handle(struct peer *peer, const struct wire_message *message)
{
	const struct rule *rule = &rules[message->kind];
	int r;

	if (rule->handle == NULL) {
		peer_drop(peer, "it sent a message that the gate has no rule for");
		return;
	}
	if (check_needs(peer, rule->needs) != 0)
		return;
	r = rule->handle(peer, message->fields);
	if (r < 0)
		peer_error(peer, r);
}
