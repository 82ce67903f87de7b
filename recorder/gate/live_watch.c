/* SPDX-License-Identifier: ISC */
/* Looks after sessions that run: rights that were lost, orders and deadlines that were not obeyed, how idle they are. */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/store/grant.h"
#include "lib/store/request.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_ask.h"
#include "recorder/gate/gate_glass.h"
#include "recorder/gate/gate_keeper.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"
#include "recorder/gate/who.h"
#include "recorder/policy/policy.h"

#define STOP_US		(10 * CLOCK_US)	/* how long a worker may take to end a session */

/* A catalogue that does not answer takes nothing away either. */
static bool
keeps_right(const struct live *live, const struct policy_subject *subject, const struct policy_role *role)
{
	struct grant grant;

	if (gate_store(live->gate) < 0 || grant_get(live->gate->store, &live->session.grant, &grant) < 0)
		return true;
	return gate_glass_keeps(live->gate, subject, role, &grant.request);
}

static void
on_checked(void *user, struct who *who, const char *why)
{
	struct live *live = user;
	const struct policy *policy = live->gate->policy;
	const struct policy_role *role = policy != NULL ? policy_role(policy, live->session.role) : NULL;
	struct policy_subject subject;

	live->checking = false;
	/* An answer that did not come takes nothing away; the next minute asks again. */
	if (who == NULL && who_may_come_back(why))
		return;
	if (who != NULL) {
		subject = who_subject(who);
		if (role != NULL && who->person != NULL && strcmp(who->person, live->session.person) == 0 &&
		    keeps_right(live, &subject, role)) {
			who_free(who);
			return;
		}
	}
	who_free(who);
	gate_say(live->gate, LOG_RIGHT_LOST, &live->session.id, "%s lost the right to %s; the session is ended", live->session.person, live->session.role);
	live_stop(live, "you no longer have the right to this role", "the policy");
}

void
live_stop(struct live *live, const char *reason, const char *by)
{
	AUTO_FREE char *reason_copy = own_dup(reason);
	AUTO_FREE char *by_copy = own_dup(by);
	struct wire_stop stop = { .reason = reason_copy, .by = by_copy };

	if (live->stop_boot_us == 0)
		live->stop_boot_us = clock_boot_us();
	live_put(live, WIRE_STOP, &stop);
}

/* How long a session may stand still after its deadline, by the policy of today. */
static int64_t
still_us(const struct live *live)
{
	const struct policy *policy = live->gate->policy;
	const struct policy_role *role = policy != NULL ? policy_role(policy, live->session.role) : NULL;

	return role != NULL ? role->ends.freeze_s * CLOCK_US : 0;
}

void
live_hurry(struct gate *gate)
{
	int64_t late = clock_boot_us() - STOP_US;

	for (struct live *l = gate->sessions; l != NULL; l = l->next) {
		bool ordered = l->stop_boot_us != 0 && l->stop_boot_us < late;
		bool over = id_equal(&l->session.clock.started.boot, &gate->boot) && l->session.clock.ends_boot_us + still_us(l) < late;

		if (l->hurried || (!ordered && !over))
			continue;
		l->hurried = true;
		gate_say(gate, LOG_SESSION_LOST, &l->session.id, "the recorder of %s's session as %s did not end it in time; its warden does",
		    l->session.person, l->session.role);
		if (gate_keeper_end(gate, &l->session.id, true) < 0)
			log_error("the keeper does not hear");
	}
}

void
live_ask_status(struct gate *gate)
{
	struct wire_status status = { .on = true };

	for (struct live *l = gate->sessions; l != NULL; l = l->next)
		if (l->launched)
			live_put(l, WIRE_STATUS, &status);
}

/* Its grant was for what the role allowed, so it goes on as it is; whoever looks after it may end it. */
static bool
is_outdated(struct live *live)
{
	const struct policy_role *role = policy_role(live->gate->policy, live->session.role);
	AUTO_REQUEST struct request request = { 0 };
	struct grant grant;

	if (role == NULL || grant_get(live->gate->store, &live->session.grant, &grant) < 0 ||
	    request_get(live->gate->store, &grant.request, &request) < 0)
		return false;
	return gate_role_changed(&request, role);
}

void
live_compare_roles(struct gate *gate)
{
	if (gate_store(gate) < 0)
		return;
	for (struct live *l = gate->sessions; l != NULL; l = l->next) {
		bool was = l->is_outdated;

		l->is_outdated = is_outdated(l);
		if (!l->is_outdated || was)
			continue;
		gate_say(gate, LOG_ROLE_CHANGED, &l->session.id, "%s allows something else now; the session of %s goes on as it was granted",
		    l->session.role, l->session.person);
		peers_changed(gate, "session", &l->session.id);
	}
}

void
live_check_rights(struct gate *gate)
{
	for (struct live *l = gate->sessions; l != NULL; l = l->next) {
		if (l->checking || gate->policy == NULL)
			continue;
		l->checking = true;
		who_ask_account(gate, l->session.account, gate->daemon.trial ? l->session.person : NULL, on_checked, l);
	}
}
