/* SPDX-License-Identifier: ISC */
/* Who looks at what: openings, live watching from its beginning to its end, and searches. */
#include "config.h"

#include <stdio.h>

#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/store/recording.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_watch.h"
#include "recorder/gate/peer.h"

/* " (export as text)": what for stays in the log as long as that it was opened; why goes before, with what people wrote. */
static char *
what_for(struct gate *gate, const char *role, const char *how)
{
	AUTO_FREE char *masked = gate_mask_text(gate, role, how);
	char *words = NULL;

	if (masked[0] == '\0' || asprintf(&words, " (%.64s)", masked) < 0)
		return own_dup("");
	return words;
}

int
gate_watch_opened(struct peer *peer, const struct recording *recording, const char *window, const struct wire_open *question)
{
	const struct session *session = &recording->session;
	AUTO_FREE char *reason = gate_mask_text(peer->gate, session->role, question->reason);
	AUTO_FREE char *how = what_for(peer->gate, session->role, question->how);
	bool is_live = session->state != SESSION_ENDED;
	int r;

	if (!is_live)
		return gate_say(peer->gate, LOG_RECORDING_OPENED, &session->id, "%s opened the %s of %s as %s%s%s: " LOG_WORDS "%s",
		    peer_person(peer), recording->state == RECORDING_EXPIRED ? "trail" : "recording", session->person, session->role, how, window, reason);
	r = gate_say(peer->gate, LOG_WATCHED, &session->id, "%s watches the running session of %s as %s%s%s: " LOG_WORDS "%s", peer_person(peer),
	    session->person, session->role, how, window, reason);
	if (r >= 0)
		peer->reading.watched_boot_us = clock_boot_us();
	return r;
}

void
gate_watch_over(struct peer *peer)
{
	int64_t since_us = TAKE(peer->reading.watched_boot_us, 0);
	char span[CLOCK_TEXT];

	if (since_us != 0)
		gate_say(peer->gate, LOG_WATCH_ENDED, &peer->reading.session, "%s no longer watches this session, after %s", peer_person(peer),
		    clock_span((clock_boot_us() - since_us) / CLOCK_US, span));
}

void
gate_watch_all_over(struct gate *gate)
{
	for (struct peer *peer = gate->peers; peer != NULL; peer = peer->next)
		gate_watch_over(peer);
}

/* The words that are looked for may be what the masking rules cover. */
static int
say_searched(struct peer *peer, const struct wire_search *question)
{
	const struct gate_scope scope = { question->person, question->role, question->since_us, question->until_us };
	AUTO_FREE char *words = gate_mask_text(peer->gate, "", question->words);
	AUTO_FREE char *reason = gate_mask_text(peer->gate, "", question->reason);
	AUTO_FREE char *whose = gate_audit_scope(&scope);

	return gate_say(peer->gate, LOG_SEARCHED, NULL, "%s searches %u recording%s%s: " LOG_WORDS "'%s'%s%s", peer_person(peer),
	    question->count, question->count == 1 ? "" : "s", whose, words, reason[0] != '\0' ? ": " : "", reason);
}

int
on_search(struct peer *peer, const void *fields)
{
	const struct wire_search *question = fields;
	int r;

	if (!gate_audit_may(peer))
		return 0;
	if (question->words[0] == '\0') {
		peer_fail(peer, STATUS_USAGE, "a search needs words to look for");
		return 0;
	}
	r = say_searched(peer, question);
	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}
