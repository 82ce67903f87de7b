/* SPDX-License-Identifier: ISC */
/* Freeze and thaw: everybody who may end a session may freeze it; only who decides about the role lets it go on. */
#include "config.h"

#include <stdlib.h>

#include "lib/base/cli.h"
#include "lib/base/own.h"
#include "lib/store/session.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"

/* What is told is what was ordered: the worker's reports say how it went. */
static int
halt(struct peer *peer, struct live *live, const struct wire_freeze *question)
{
	const struct session *session = &live->session;
	AUTO_FREE char *by = own_dup(peer_person(peer));
	AUTO_FREE char *reason = gate_mask_text(peer->gate, session->role, question->reason);
	struct wire_halt halt = { .on = question->on, .by = by, .reason = reason };

	int r = gate_say(peer->gate, question->on ? LOG_FROZEN : LOG_THAWED, &session->id, "%s %s the session of %s as %s: " LOG_WORDS "%s", by,
	    question->on ? "froze" : "thawed", session->person, session->role, reason);

	if (r < 0 && !question->on)	/* it stands still without a word of it, but does not go on so */
		return r;
	live_put(live, WIRE_HALT, &halt);
	peer_done(peer, question->on ? "Frozen: %s of %s. The deadline goes on." : "Thawed: %s of %s.", session->role, session->person);
	return 0;
}

int
on_freeze(struct peer *peer, const void *fields)
{
	const struct wire_freeze *question = fields;
	struct live *live;
	struct id id;
	int r = session_find(peer->gate->store, question->which, &id);

	if (r < 0)
		return r;
	live = live_find(peer->gate, &id);
	if (live == NULL) {
		peer_fail(peer, STATUS_LAPSED, "the session is not running any more");
		return 0;
	}
	if (question->on ? !gate_session_may(peer, live->session.person, live->session.role) :
	    !gate_session_decides(peer, live->session.person, live->session.role)) {
		peer_fail(peer, STATUS_DENIED, "only those who may decide about '%s' %s", live->session.role,
		    question->on ? "freeze it" : "let it go on, and nobody their own");
		return 0;
	}
	return halt(peer, live, question);
}
