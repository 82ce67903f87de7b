/* SPDX-License-Identifier: ISC */
/* For auditors: which recordings there are, their envelopes and ciphertext. Opening one is an act in the log. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/layers.h"
#include "lib/store/event.h"
#include "lib/store/recording.h"
#include "lib/store/request.h"
#include "lib/wire/messages.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_audit.h"
#include "recorder/gate/gate_files.h"
#include "recorder/gate/gate_hold.h"
#include "recorder/gate/gate_keys.h"
#include "recorder/gate/gate_log.h"
#include "recorder/gate/gate_mask.h"
#include "recorder/gate/gate_opening.h"
#include "recorder/gate/gate_refused.h"
#include "recorder/gate/gate_retention.h"
#include "recorder/gate/gate_rules.h"
#include "recorder/gate/gate_session.h"
#include "recorder/gate/gate_watch.h"
#include "recorder/gate/live.h"
#include "recorder/gate/peer.h"
#include "recorder/policy/policy.h"
#include "recorder/gate/who.h"

#define ROWS	1000
#define SCOPE_MOST	1024

bool
gate_audit_may(struct peer *peer)
{
	struct policy_subject subject = who_subject(peer->who);

	if (gate_is_auditor(peer->gate, &subject))
		return true;
	if (policy_is_auditor(peer->gate->policy, &subject)) {
		gate_refused(peer->gate, peer->uid, "this auditor is retired");
		peer_fail(peer, STATUS_DENIED, "you are retired as an auditor here; an administrator can take that back (postern keys return)");
		return false;
	}
	gate_refused(peer->gate, peer->uid, "recordings and the log are for auditors");
	peer_fail(peer, STATUS_DENIED, "recordings are for the auditors that the policy names");
	return false;
}

const char *
gate_audit_state(const struct recording *recording)
{
	if (recording->state == RECORDING_EXPIRED)
		return "expired";
	if (recording->session.state != SESSION_ENDED)
		return "running";
	return recording->state == RECORDING_CLOSED ? "kept" : "cut";	/* cut: its worker went without a word */
}

bool
gate_audit_is_gone(struct gate *gate, const struct recording *recording)
{
	struct recording trail;

	return recording->state == RECORDING_EXPIRED &&
	    (recording_trail_get(gate->store, &recording->session.id, &trail) < 0 || trail.state == RECORDING_EXPIRED);
}

/* What is said of the trail beside it, if there is one. */
static void
fill_trail(struct gate *gate, struct wire_recording_row *row)
{
	struct recording trail;

	if (recording_trail_get(gate->store, &row->session, &trail) < 0)
		return;
	row->trail = (char *)(uintptr_t)gate_audit_state(&trail);
	row->trail_bytes = trail.file.bytes;
	row->trail_expires_us = trail.state == RECORDING_EXPIRED ? trail.expired_us : gate_retention_trail_expires(gate, &trail.session);
}

static int
put_recording(void *ctx, const struct recording *recording)
{
	struct peer *peer = ctx;
	struct recording copy = *recording;
	AUTO_FREE char *reason = NULL;
	AUTO_FREE char *by = NULL;
	AUTO_FREE char *hold = gate_hold_words(peer->gate, &recording->session);
	AUTO_FREE char *state = own_dup(gate_audit_state(recording));
	AUTO_MASKED char **masked = gate_session_masked(peer->gate, &recording->session.id);
	struct wire_recording_row row = { .session = recording->session.id, .person = copy.session.person,
		.role = copy.session.role, .host = copy.session.host, .class = copy.session.class, .state = state,
		.started_us = recording->session.clock.started.wall_us, .ended_us = recording->session.end.at_us,
		.bytes = recording->file.bytes, .why = copy.session.end.why, .held = recording->session.hold.by[0] != '\0',
		.held_until_us = recording->session.hold.until_us };

	row.expires_us = recording->state == RECORDING_EXPIRED ? recording->expired_us :
	    gate_retention_expires(peer->gate, &recording->session);
	gate_session_words(peer->gate, &recording->session, &reason, &by);
	row.reason = reason;
	row.by = by;
	row.hold = hold;
	row.masked = masked;
	fill_trail(peer->gate, &row);
	peer_put(peer, WIRE_RECORDING_ROW, &row);
	return peer->broken ? ERR_PEER_GONE : 0;
}

static int
find(struct peer *peer, const char *which, struct recording *recording)
{
	struct id id;
	int r = session_find(peer->gate->store, which, &id);

	return r < 0 ? r : recording_get(peer->gate->store, &id, recording);
}

char *
gate_audit_scope(const struct gate_scope *scope)
{
	AUTO_BUF struct buf text = { .max = SCOPE_MOST };
	char when[CLOCK_TEXT];

	if (scope->person[0] != '\0')
		(void)buf_addf(&text, ", of %s", scope->person);
	if (scope->role[0] != '\0')
		(void)buf_addf(&text, ", as %s", scope->role);
	if (scope->since_us != 0)
		(void)buf_addf(&text, ", from %s", clock_local(scope->since_us, when));
	if (scope->until_us != 0)
		(void)buf_addf(&text, ", until %s", clock_local(scope->until_us, when));
	return buf_text(&text);
}

/* Whose recordings somebody looked for. */
static void
say_listed(struct peer *peer, const struct wire_recordings *question)
{
	const struct gate_scope scope = { question->person, question->role, question->since_us, question->until_us };
	AUTO_FREE char *reason = gate_mask_text(peer->gate, "", question->reason);
	AUTO_FREE char *whose = gate_audit_scope(&scope);

	gate_say(peer->gate, LOG_LISTED, NULL, "%s looked at the list of recordings%s%s%s: " LOG_WORDS "%s", peer_person(peer),
	    question->which[0] != '\0' ? ", for " : "", question->which, whose, reason);
}

int
on_recordings(struct peer *peer, const void *fields)
{
	const struct wire_recordings *question = fields;
	const struct recording_filter filter = { .person = question->person[0] != '\0' ? question->person : NULL,
		.role = question->role[0] != '\0' ? question->role : NULL, .since_us = question->since_us,
		.until_us = question->until_us, .limit = question->limit != 0 && question->limit < ROWS ? question->limit : ROWS };
	struct recording recording;
	int r;

	if (!gate_audit_may(peer))
		return 0;
	say_listed(peer, question);
	if (question->which[0] != '\0') {
		r = find(peer, question->which, &recording);
		if (r == 0)
			r = put_recording(peer, &recording);
	} else {
		r = recording_list(peer->gate->store, &filter, put_recording, peer);
	}
	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}

/* A session's recording, or the trail beside it, for whoever opens it. */
struct half {
	struct recording	recording;
	struct buf		envelope;
	bool			trail;
	int			error;	/* ERR_EXPIRED: it has gone; ERR_NOT_FOUND: there never was one; others: it is there and cannot be read */
};

static void
half_load(struct gate *gate, const struct id *id, struct half *half)
{
	half->error = (half->trail ? recording_trail_get : recording_get)(gate->store, id, &half->recording);
	if (half->error == 0)
		half->error = (half->trail ? recording_trail_envelope : recording_envelope)(gate->store, id, &half->envelope);
}

/* From now on this peer may read the ciphertext of this recording, and of its trail. */
static void
open_files(struct peer *peer, const struct id *id, struct half halves[2])
{
	struct peer_reading *reading = &peer->reading;

	peer_reading_over(peer);
	reading->session = *id;
	for (size_t i = 0; i < 2; i++) {
		if (halves[i].error < 0)
			continue;
		reading->rec[i] = gate_files_open(peer->gate, id, i != 0 ? "trail.rec" : "rec");
		reading->tail[i] = gate_files_open(peer->gate, id, i != 0 ? "trail.tail" : "tail");
		halves[i].error = reading->rec[i] < 0 ? reading->rec[i] : 0;
	}
}

static void
tell_expired(struct peer *peer, const struct recording *recording)
{
	char when[CLOCK_TEXT];

	gate_say(peer->gate, LOG_RECORDING_REFUSED, &recording->session.id, "%s asked for a recording whose window has lapsed", peer_person(peer));
	if (recording->expired_us == 0) {	/* a catalogue that is older than the slots: put back from a copy */
		peer_fail(peer, STATUS_EXPIRED, "its retention window has lapsed under class %s; the catalogue does not know when",
		    recording->session.class);
		return;
	}
	peer_fail(peer, STATUS_EXPIRED, "its retention window lapsed on %s under class %s",
	    clock_local(recording->expired_us, when), recording->session.class);
}

/* "the recording lapsed on ...; its trail is kept until ...": of what is gone, and of the other one. */
static void
describe_halves(const struct gate *gate, const struct half halves[2], char *words, size_t size)
{
	const struct half *gone = halves[0].error < 0 ? &halves[0] : &halves[1];
	const char *it = gone->trail ? "its trail" : "the recording", *other = gone->trail ? "the recording" : "its trail";
	const struct session *session = &halves[0].recording.session;
	int64_t until_us = gone->trail ? gate_retention_expires(gate, session) : gate_retention_trail_expires(gate, session);
	char lapsed[CLOCK_TEXT], until[CLOCK_TEXT];

	words[0] = '\0';
	if (gone->error == 0 || gone->error == ERR_NOT_FOUND)
		return;
	if (gone->error != ERR_EXPIRED)
		snprintf(words, size, "%s cannot be opened (%s); %s is there", it, err_text(gone->error), other);
	else if (until_us == 0)
		snprintf(words, size, "%s lapsed on %s under class %s; %s is kept", it, clock_local(gone->recording.expired_us, lapsed), session->class, other);
	else
		snprintf(words, size, "%s lapsed on %s under class %s; %s is kept until %s", it, clock_local(gone->recording.expired_us, lapsed),
		    session->class, other, clock_local(until_us, until));
}

static int
put_half(struct peer *peer, struct half *half, struct wire_opened *opened)
{
	AUTO_BUF struct buf added = { .max = GATE_KEYS_ADDED };
	int r = half->error == 0 ? gate_keys_added(peer->gate, &opened->session, half->trail, &added) : 0;

	if (r < 0)
		return r;
	opened->gone = half->error < 0;
	opened->running = half->recording.session.state != SESSION_ENDED;
	opened->sha256 = (struct wire_bytes){ 0 };
	if (half->recording.state == RECORDING_CLOSED)
		opened->sha256 = (struct wire_bytes){ half->recording.file.sha256, sizeof half->recording.file.sha256 };
	opened->envelope = (struct wire_bytes){ half->envelope.bytes + half->envelope.start, buf_len(&half->envelope) };
	opened->added = (struct wire_bytes){ added.bytes + added.start, buf_len(&added) };
	peer_put(peer, WIRE_OPENED, opened);
	return 0;
}

/* What the peer's key opens of each: 1, or 0 after the peer has been told why there is nothing for it. */
static int
take_layers(struct peer *peer, const struct wire_open *question, struct half halves[2], struct gate_opening *opening)
{
	int r = 1;

	for (size_t i = 0; i < 2; i++) {
		unsigned keys = halves[i].error == 0 ? layers_keys(buf_data(&halves[i].envelope), buf_len(&halves[i].envelope)) : 1;

		opening->keys = keys > opening->keys ? keys : opening->keys;
	}
	if (!gate_opening_may(peer, &halves[0].recording, question, opening))
		return 0;
	for (size_t i = 0; r > 0 && i < 2; i++)
		if (halves[i].error == 0)
			r = gate_opening_envelope(peer, &halves[0].recording, opening, &halves[i].envelope);
	return r;
}

/* Both are looked for; what is left is opened, under one act of the log. */
static int
open_halves(struct peer *peer, const struct wire_open *question, struct half halves[2])
{
	const struct recording *recording = &halves[0].recording;
	struct wire_opened opened = { .session = recording->session.id };
	struct gate_opening opening = { .keys = 1 };
	char words[256];
	int r;

	if (halves[0].error == ERR_EXPIRED && halves[1].error < 0) {
		tell_expired(peer, recording);
		return 0;
	}
	if (halves[0].error < 0 && halves[1].error < 0)
		return halves[0].error;
	r = take_layers(peer, question, halves, &opening);
	if (r <= 0)
		return r;
	opened.keys = opening.keys;
	open_files(peer, &opened.session, halves);
	if (halves[0].error < 0 && halves[1].error < 0)
		return halves[0].error;
	peer->reading.until_boot_us = opening.until_boot_us;
	r = gate_watch_opened(peer, recording, opening.words, question);
	if (r < 0) {	/* what the log does not take does not happen */
		peer_reading_over(peer);
		return r;
	}
	describe_halves(peer->gate, halves, words, sizeof words);
	opened.words = words;
	opened.more = halves[1].error == 0;
	r = put_half(peer, &halves[0], &opened);
	opened.more = false;
	return r < 0 || halves[1].error < 0 ? r : put_half(peer, &halves[1], &opened);
}

int
on_open(struct peer *peer, const void *fields)
{
	const struct wire_open *question = fields;
	struct half halves[2] = { { .envelope.max = RECORDING_ENVELOPE_MOST }, { .envelope.max = RECORDING_ENVELOPE_MOST, .trail = true } };
	struct recording recording;
	int r;

	if (!gate_audit_may(peer))
		return 0;
	r = find(peer, question->which, &recording);
	if (r < 0)
		return r;
	half_load(peer->gate, &recording.session.id, &halves[0]);
	half_load(peer->gate, &recording.session.id, &halves[1]);
	r = open_halves(peer, question, halves);
	buf_done(&halves[0].envelope);
	buf_done(&halves[1].envelope);
	return r;
}

/* Whoever opened it may be no auditor any more, and its window over. Those who are retired have nothing open. */
static bool
may_read(struct peer *peer)
{
	struct policy_subject subject = who_subject(peer->who);
	bool is_over = peer->reading.until_boot_us != 0 && clock_boot_us() > peer->reading.until_boot_us;

	if (is_over)
		peer_fail(peer, STATUS_LAPSED, "the window in which it may be read is over");
	else if (!policy_is_auditor(peer->gate->policy, &subject))
		peer_fail(peer, STATUS_DENIED, "recordings are for the auditors that the policy names");
	else
		return true;
	peer_reading_over(peer);
	return false;
}

int
on_read(struct peer *peer, const void *fields)
{
	static uint8_t bytes[WIRE_CHUNK];
	const struct wire_read *question = fields;
	int fd = (question->tail ? peer->reading.tail : peer->reading.rec)[question->trail];
	struct wire_data data = { .offset = question->offset };
	struct stat st = { .st_size = 0 };
	off_t at;
	ssize_t n = 0;

	if (!id_equal(&question->session, &peer->reading.session) || peer->reading.rec[question->trail] < 0)
		return ERR_NO_RIGHT;
	if (question->offset < 0 || question->count > WIRE_CHUNK)
		return ERR_MSG_LENGTH;
	if (!may_read(peer))
		return 0;
	if (fd >= 0 && question->tail) {
		at = lseek(fd, question->offset, SEEK_DATA);	/* over the hole that closed segments left */
		if (at >= 0)
			data.offset = at;
	}
	if (fd >= 0 && fstat(fd, &st) == 0)
		data.size = st.st_size;
	if (fd >= 0)
		n = fdio_pread(fd, bytes, question->count, data.offset);
	if (n < 0)
		return (int)n;
	data.bytes = (struct wire_bytes){ bytes, (size_t)n };
	peer_put(peer, WIRE_DATA, &data);
	return 0;
}

static int
put_event(void *ctx, const struct event *event)
{
	struct peer *peer = ctx;
	AUTO_FREE char *type = own_dup(gate_log_name(event->type));
	char fact[2 * EVENT_FACT_BYTES + 1];
	AUTO_FREE char *text = own_dup(event->is_fact ? id_hex(event->entry + EVENT_FACT_AT, EVENT_FACT_BYTES, fact) :
	    event->text != NULL ? event->text : "(its retention window has lapsed)");
	struct wire_event_row row = { .seq = event->seq, .time_us = event->time_us, .type = type, .subject = event->subject, .text = text };

	peer_put(peer, WIRE_EVENT_ROW, &row);
	return peer->broken ? ERR_PEER_GONE : 0;
}

int
on_events(struct peer *peer, const void *fields)
{
	const struct wire_events *question = fields;
	struct id subject;
	struct event_filter filter = { .type = -1, .since = question->since, .limit = question->limit != 0 && question->limit < ROWS ? question->limit : ROWS };
	int r = 0;

	if (!gate_audit_may(peer))
		return 0;
	if (question->subject[0] != '\0') {
		r = id_parse(question->subject, &subject);
		if (r < 0)
			r = session_find(peer->gate->store, question->subject, &subject);
		if (r < 0)
			r = request_find(peer->gate->store, question->subject, &subject);
		filter.subject = &subject;
	}
	if (r == 0 && question->since == 0)	/* not each page: else its end would run away from who reads it */
		gate_say(peer->gate, LOG_LISTED, NULL, "%s read the log%s%s", peer_person(peer), filter.subject != NULL ? " of " : "", question->subject);
	if (r == 0)
		r = event_list(peer->gate->store, &filter, put_event, peer);
	if (r == 0)
		peer_done(peer, "%s", "");
	return r;
}

int
on_policy(struct peer *peer, const void *fields)
{
	AUTO_BUF struct buf text = { .max = WIRE_CHUNK };
	struct wire_policy_text answer;
	int r;

	(void)fields;
	if (!gate_audit_may(peer))
		return 0;
	r = policy_print(peer->gate->policy, &text);
	if (r < 0)
		return r;
	answer.text = (struct wire_bytes){ text.bytes + text.start, buf_len(&text) };
	peer_put(peer, WIRE_POLICY_TEXT, &answer);
	return 0;
}
