/* SPDX-License-Identifier: ISC */
/* Lines that wait in a session: who decides about the role says whether they are entered, and nobody says it about their own. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/cli.h"
#include "lib/base/own.h"
#include "lib/store/session.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_guard.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"

void
gate_guard_note(struct live *live, const struct wire_report *report)
{
	AUTO_FREE char *text = gate_mask_text(live->gate, live->session.role, report->text);

	live->guarded[0] = '\0';
	live->guarded_n = report->a;
	if (strcmp(report->type, "guard-asked") == 0)
		snprintf(live->guarded, sizeof live->guarded, "waits for a yes or no: %.220s", text);
}

/* The worker's report says what became of it. */
static int
answer(struct peer *peer, struct live *live, const struct wire_allow *question)
{
	const struct session *session = &live->session;
	AUTO_FREE char *by = own_dup(peer_person(peer));
	AUTO_FREE char *reason = gate_mask_text(peer->gate, session->role, question->reason);
	struct wire_verdict verdict = { .n = live->guarded_n, .allow = question->on, .by = by, .reason = reason };
	const char *word = question->on ? "allowed" : "refused";

	int r = gate_say(peer->gate, LOG_GUARD_ANSWERED, &session->id, "%s %s a line in the session of %s as %s: " LOG_WORDS "%s", by, word, session->person, session->role,
	    reason);

	if (r < 0 && question->on)	/* it is refused without a word of it, but not allowed */
		return r;
	live->guarded[0] = '\0';
	live_put(live, WIRE_VERDICT, &verdict);
	peer_done(peer, question->on ? "Allowed: the line is entered now." : "Refused: the line is not entered.");
	peers_changed(peer->gate, "session", &session->id);
	return 0;
}

int
on_allow(struct peer *peer, const void *fields)
{
	const struct wire_allow *question = fields;
	struct live *live;
	struct id id;
	int r = session_find(peer->gate->store, question->which, &id);

	if (r < 0)
		return r;
	live = live_find(peer->gate, &id);
	if (live == NULL)
		peer_fail(peer, STATUS_LAPSED, "the session is not running any more");
	else if (!gate_session_decides(peer, live->session.person, live->session.role))
		peer_fail(peer, STATUS_DENIED, "only those who may decide about '%s' answer this, and nobody about their own line", live->session.role);
	else if (live->guarded[0] == '\0')
		peer_fail(peer, STATUS_LAPSED, "no line waits for an answer there");
	else
		return answer(peer, live, question);
	return 0;
}
