/* SPDX-License-Identifier: ISC */
/* The layout of what people and the gate say to each other, and the one table of kinds. */
#include "config.h"

#include "lib/wire/kindfields.h"
#include "lib/wire/kinds.h"
#include "lib/wire/messages.h"

/* clang-format off */
static const struct wire_field hello_fields[] = {
	WIRE_FIELD(hello, U32, version, 0),
	WIRE_FIELD(hello, TEXT, program, NAME_MOST),
	WIRE_FIELD(hello, TEXT, as, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field welcome_fields[] = {
	WIRE_FIELD(welcome, U32, version, 0),
	WIRE_FIELD(welcome, TEXT, host, NAME_MOST),
	WIRE_FIELD(welcome, TEXT, person, NAME_MOST),
	WIRE_FIELD(welcome, BOOL, trial, 0),
	WIRE_FIELD(welcome, BOOL, approver, 0),
	WIRE_FIELD(welcome, BOOL, auditor, 0),
	WIRE_FIELD(welcome, BOOL, admin, 0),
	WIRE_FIELD(welcome, TEXT, release, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field fail_fields[] = {
	WIRE_FIELD(fail, U32, status, 0),
	WIRE_FIELD(fail, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field done_fields[] = {
	WIRE_FIELD(done, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field login_fields[] = {
	WIRE_FIELD(login, TEXT, how, LOGIN_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field roles_fields[] = {
	WIRE_FIELD(roles, BOOL, all, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field role_fields[] = {
	WIRE_FIELD(role, TEXT, role, NAME_MOST),
	WIRE_FIELD(role, TEXT, about, SENTENCE_MOST),
	WIRE_FIELD(role, I64, default_s, 0),
	WIRE_FIELD(role, I64, most_s, 0),
	WIRE_FIELD(role, TEXT, asks, SENTENCE_MOST),
	WIRE_FIELD(role, TEXT, run, SENTENCE_MOST),
	WIRE_FIELD(role, TEXT, keep, NAME_MOST),
	WIRE_FIELD(role, BOOL, may, 0),
	WIRE_FIELD(role, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(role, BOOL, files, 0),
	WIRE_FIELD(role, I64, glass_s, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field ask_fields[] = {
	WIRE_FIELD(ask, TEXT, role, NAME_MOST),
	WIRE_FIELD(ask, TEXT, reason, REASON_MOST),
	WIRE_FIELD(ask, TEXT, opens, NAME_MOST),
	WIRE_FIELD(ask, I64, seconds, 0),
	WIRE_FIELD(ask, I64, not_before_us, 0),
	WIRE_FIELD(ask, BOOL, glass, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field asked_fields[] = {
	WIRE_FIELD(asked, ID, request, 0),
	WIRE_FIELD(asked, TEXT, state, NAME_MOST),
	WIRE_FIELD(asked, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field cancel_fields[] = {
	WIRE_FIELD(cancel, TEXT, which, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field requests_fields[] = {
	WIRE_FIELD(requests, TEXT, which, NAME_MOST),
	WIRE_FIELD(requests, TEXT, state, NAME_MOST),
	WIRE_FIELD(requests, BOOL, mine, 0),
	WIRE_FIELD(requests, U32, limit, 0),
	WIRE_FIELD(requests, I64, until_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field request_row_fields[] = {
	WIRE_FIELD(request_row, ID, request, 0),
	WIRE_FIELD(request_row, TEXT, person, NAME_MOST),
	WIRE_FIELD(request_row, TEXT, role, NAME_MOST),
	WIRE_FIELD(request_row, TEXT, host, NAME_MOST),
	WIRE_FIELD(request_row, TEXT, reason, REASON_MOST),
	WIRE_FIELD(request_row, TEXT, about, SENTENCE_MOST),
	WIRE_FIELD(request_row, I64, seconds, 0),
	WIRE_FIELD(request_row, I64, created_us, 0),
	WIRE_FIELD(request_row, I64, lapses_us, 0),
	WIRE_FIELD(request_row, I64, not_before_us, 0),
	WIRE_FIELD(request_row, TEXT, state, NAME_MOST),
	WIRE_FIELD(request_row, TEXT, asks, SENTENCE_MOST),
	WIRE_FIELD(request_row, U32, need, 0),
	WIRE_FIELD(request_row, U32, got, 0),
	WIRE_FIELD(request_row, U32, deciders, 0),
	WIRE_FIELD(request_row, U32, online, 0),
	WIRE_FIELD(request_row, TEXT, by, SENTENCE_MOST),
	WIRE_FIELD(request_row, TEXT, comment, REASON_MOST),
	WIRE_FIELD(request_row, I64, decided_us, 0),
	WIRE_FIELD(request_row, I64, granted_s, 0),
	WIRE_FIELD(request_row, ID, grant, 0),
	WIRE_FIELD(request_row, BOOL, can, 0),
	WIRE_FIELD(request_row, BOOL, signs, 0),
	WIRE_FIELD(request_row, U32, keys, 0),
	WIRE_FIELD(request_row, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(request_row, TEXT, details, DETAILS_MOST),
	WIRE_FIELD(request_row, ID, extends, 0),
	WIRE_FIELD(request_row, I64, ends_us, 0),
	WIRE_FIELD(request_row, ID, opens, 0),
	WIRE_FIELD(request_row, BOOL, unreviewed, 0),
	WIRE_FIELD(request_row, BOOL, can_review, 0),
	WIRE_FIELD(request_row, TEXT, reviewer, NAME_MOST),
	WIRE_FIELD(request_row, TEXT, review, REASON_MOST),
	WIRE_FIELD(request_row, I64, reviewed_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field grants_fields[] = {
	WIRE_FIELD(grants, BOOL, all, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field grant_row_fields[] = {
	WIRE_FIELD(grant_row, ID, grant, 0),
	WIRE_FIELD(grant_row, ID, request, 0),
	WIRE_FIELD(grant_row, TEXT, person, NAME_MOST),
	WIRE_FIELD(grant_row, TEXT, role, NAME_MOST),
	WIRE_FIELD(grant_row, TEXT, by, SENTENCE_MOST),
	WIRE_FIELD(grant_row, TEXT, comment, REASON_MOST),
	WIRE_FIELD(grant_row, TEXT, reason, REASON_MOST),
	WIRE_FIELD(grant_row, TEXT, state, NAME_MOST),
	WIRE_FIELD(grant_row, I64, seconds, 0),
	WIRE_FIELD(grant_row, I64, usable_us, 0),
	WIRE_FIELD(grant_row, I64, lapses_us, 0),
	WIRE_FIELD(grant_row, I64, ends_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field enter_fields[] = {
	WIRE_FIELD(enter, TEXT, grant, NAME_MOST),
	WIRE_FIELD(enter, TEXT, role, NAME_MOST),
	WIRE_FIELD(enter, BOOL, tty, 0),
	WIRE_FIELD(enter, TEXT, term, NAME_MOST),
	WIRE_FIELD(enter, WORDS, locale, NAME_MOST),
	WIRE_FIELD(enter, U32, cols, 0),
	WIRE_FIELD(enter, U32, rows, 0),
	WIRE_FIELD(enter, TEXT, menu, NAME_MOST),
	WIRE_FIELD(enter, WORDS, command, WORD_MOST),
	WIRE_FIELD(enter, BOOL, files, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field basis_fields[] = {
	WIRE_FIELD(basis, TEXT, which, NAME_MOST),
	WIRE_FIELD(basis, I64, known, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field basis_row_fields[] = {
	WIRE_FIELD(basis_row, ID, request, 0),
	WIRE_FIELD(basis_row, BOOL, must, 0),
	WIRE_FIELD(basis_row, BYTES, text, SIGNED_MOST),
	WIRE_FIELD(basis_row, TEXT, log, VKEY_MOST),
	WIRE_FIELD(basis_row, BYTES, note, SIGNED_MOST),
	WIRE_FIELD(basis_row, BYTES, proof, SIGNED_MOST),
	WIRE_FIELD(basis_row, BYTES, keys, KEYS_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field signed_fields[] = {
	WIRE_FIELD(signed, TEXT, which, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field signed_row_fields[] = {
	WIRE_FIELD(signed_row, ID, request, 0),
	WIRE_FIELD(signed_row, TEXT, person, NAME_MOST),
	WIRE_FIELD(signed_row, TEXT, verdict, NAME_MOST),
	WIRE_FIELD(signed_row, TEXT, principal, NAME_MOST),
	WIRE_FIELD(signed_row, I64, at_us, 0),
	WIRE_FIELD(signed_row, BYTES, text, SIGNED_MOST),
	WIRE_FIELD(signed_row, BYTES, signature, SIGNED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field decide_fields[] = {
	WIRE_FIELD(decide, TEXT, which, NAME_MOST),
	WIRE_FIELD(decide, BOOL, grant, 0),
	WIRE_FIELD(decide, I64, seconds, 0),
	WIRE_FIELD(decide, TEXT, comment, REASON_MOST),
	WIRE_FIELD(decide, BYTES, text, SIGNED_MOST),
	WIRE_FIELD(decide, BYTES, signature, SIGNED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field sessions_fields[] = {
	WIRE_FIELD(sessions, TEXT, which, NAME_MOST),
	WIRE_FIELD(sessions, BOOL, running, 0),
	WIRE_FIELD(sessions, BOOL, mine, 0),
	WIRE_FIELD(sessions, U32, limit, 0),
	WIRE_FIELD(sessions, I64, until_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field session_row_fields[] = {
	WIRE_FIELD(session_row, ID, session, 0),
	WIRE_FIELD(session_row, ID, grant, 0),
	WIRE_FIELD(session_row, TEXT, person, NAME_MOST),
	WIRE_FIELD(session_row, TEXT, role, NAME_MOST),
	WIRE_FIELD(session_row, TEXT, host, NAME_MOST),
	WIRE_FIELD(session_row, TEXT, reason, REASON_MOST),
	WIRE_FIELD(session_row, TEXT, by, SENTENCE_MOST),
	WIRE_FIELD(session_row, TEXT, state, NAME_MOST),
	WIRE_FIELD(session_row, I64, started_us, 0),
	WIRE_FIELD(session_row, I64, ends_us, 0),
	WIRE_FIELD(session_row, I64, active_us, 0),
	WIRE_FIELD(session_row, I64, ended_us, 0),
	WIRE_FIELD(session_row, U32, cols, 0),
	WIRE_FIELD(session_row, U32, rows, 0),
	WIRE_FIELD(session_row, U32, processes, 0),
	WIRE_FIELD(session_row, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(session_row, I64, exit_status, 0),
	WIRE_FIELD(session_row, I64, killed, 0),
	WIRE_FIELD(session_row, I64, survivors, 0),
	WIRE_FIELD(session_row, I64, output_bytes, 0),
	WIRE_FIELD(session_row, WORDS, masked, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field revoke_fields[] = {
	WIRE_FIELD(revoke, TEXT, which, NAME_MOST),
	WIRE_FIELD(revoke, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field say_fields[] = {
	WIRE_FIELD(say, TEXT, which, NAME_MOST),
	WIRE_FIELD(say, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field extend_fields[] = {
	WIRE_FIELD(extend, TEXT, which, NAME_MOST),
	WIRE_FIELD(extend, I64, seconds, 0),
	WIRE_FIELD(extend, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field shorten_fields[] = {
	WIRE_FIELD(shorten, TEXT, which, NAME_MOST),
	WIRE_FIELD(shorten, I64, seconds, 0),
	WIRE_FIELD(shorten, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field layers_fields[] = {
	WIRE_FIELD(layers, TEXT, which, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field layer_row_fields[] = {
	WIRE_FIELD(layer_row, BYTES, envelope, 32),
	WIRE_FIELD(layer_row, U32, part, 0),
	WIRE_FIELD(layer_row, BYTES, file, LAYERED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field deposit_fields[] = {
	WIRE_FIELD(deposit, TEXT, which, NAME_MOST),
	WIRE_FIELD(deposit, BYTES, envelope, 32),
	WIRE_FIELD(deposit, U32, part, 0),
	WIRE_FIELD(deposit, BYTES, inner, LAYERED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field review_fields[] = {
	WIRE_FIELD(review, TEXT, which, NAME_MOST),
	WIRE_FIELD(review, TEXT, comment, REASON_MOST),
	WIRE_FIELD(review, BOOL, signs, 0),
	WIRE_FIELD(review, I64, known, 0),
	WIRE_FIELD(review, BYTES, text, SIGNED_MOST),
	WIRE_FIELD(review, BYTES, signature, SIGNED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field allow_fields[] = {
	WIRE_FIELD(allow, TEXT, which, NAME_MOST),
	WIRE_FIELD(allow, BOOL, on, 0),
	WIRE_FIELD(allow, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field hold_fields[] = {
	WIRE_FIELD(hold, TEXT, which, NAME_MOST),
	WIRE_FIELD(hold, TEXT, act, NAME_MOST),
	WIRE_FIELD(hold, I64, until_us, 0),
	WIRE_FIELD(hold, TEXT, reason, REASON_MOST),
	WIRE_FIELD(hold, I64, known, 0),
	WIRE_FIELD(hold, BYTES, text, SIGNED_MOST),
	WIRE_FIELD(hold, BYTES, signature, SIGNED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field freeze_fields[] = {
	WIRE_FIELD(freeze, TEXT, which, NAME_MOST),
	WIRE_FIELD(freeze, BOOL, on, 0),
	WIRE_FIELD(freeze, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field subscribe_fields[] = {
	WIRE_FIELD(subscribe, BOOL, on, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field changed_fields[] = {
	WIRE_FIELD(changed, TEXT, what, NAME_MOST),
	WIRE_FIELD(changed, ID, id, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field recordings_fields[] = {
	WIRE_FIELD(recordings, TEXT, which, NAME_MOST),
	WIRE_FIELD(recordings, TEXT, person, NAME_MOST),
	WIRE_FIELD(recordings, TEXT, role, NAME_MOST),
	WIRE_FIELD(recordings, I64, since_us, 0),
	WIRE_FIELD(recordings, I64, until_us, 0),
	WIRE_FIELD(recordings, U32, limit, 0),
	WIRE_FIELD(recordings, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field recording_row_fields[] = {
	WIRE_FIELD(recording_row, ID, session, 0),
	WIRE_FIELD(recording_row, TEXT, person, NAME_MOST),
	WIRE_FIELD(recording_row, TEXT, role, NAME_MOST),
	WIRE_FIELD(recording_row, TEXT, host, NAME_MOST),
	WIRE_FIELD(recording_row, TEXT, reason, REASON_MOST),
	WIRE_FIELD(recording_row, TEXT, by, SENTENCE_MOST),
	WIRE_FIELD(recording_row, TEXT, class, NAME_MOST),
	WIRE_FIELD(recording_row, TEXT, state, NAME_MOST),
	WIRE_FIELD(recording_row, I64, started_us, 0),
	WIRE_FIELD(recording_row, I64, ended_us, 0),
	WIRE_FIELD(recording_row, I64, expires_us, 0),
	WIRE_FIELD(recording_row, I64, bytes, 0),
	WIRE_FIELD(recording_row, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(recording_row, BOOL, held, 0),
	WIRE_FIELD(recording_row, I64, held_until_us, 0),
	WIRE_FIELD(recording_row, TEXT, hold, DETAILS_MOST),
	WIRE_FIELD(recording_row, WORDS, masked, NAME_MOST),
	WIRE_FIELD(recording_row, TEXT, trail, NAME_MOST),
	WIRE_FIELD(recording_row, I64, trail_bytes, 0),
	WIRE_FIELD(recording_row, I64, trail_expires_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field open_fields[] = {
	WIRE_FIELD(open, TEXT, which, NAME_MOST),
	WIRE_FIELD(open, TEXT, reason, REASON_MOST),
	WIRE_FIELD(open, TEXT, how, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field opened_fields[] = {
	WIRE_FIELD(opened, ID, session, 0),
	WIRE_FIELD(opened, BYTES, envelope, ENVELOPE_MOST),
	WIRE_FIELD(opened, U32, keys, 0),
	WIRE_FIELD(opened, BOOL, running, 0),
	WIRE_FIELD(opened, BYTES, sha256, 32),
	WIRE_FIELD(opened, BYTES, added, ADDED_MOST),
	WIRE_FIELD(opened, BOOL, gone, 0),
	WIRE_FIELD(opened, BOOL, more, 0),
	WIRE_FIELD(opened, TEXT, words, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field search_fields[] = {
	WIRE_FIELD(search, TEXT, words, REASON_MOST),
	WIRE_FIELD(search, TEXT, person, NAME_MOST),
	WIRE_FIELD(search, TEXT, role, NAME_MOST),
	WIRE_FIELD(search, I64, since_us, 0),
	WIRE_FIELD(search, I64, until_us, 0),
	WIRE_FIELD(search, U32, count, 0),
	WIRE_FIELD(search, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field rewrap_fields[] = {
	WIRE_FIELD(rewrap, ID, session, 0),
	WIRE_FIELD(rewrap, BOOL, trail, 0),
	WIRE_FIELD(rewrap, TEXT, recipient, NAME_MOST),
	WIRE_FIELD(rewrap, BYTES, envelope, LAYERED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field backup_fields[] = {
	WIRE_FIELD(backup, I64, entries, 0),
	WIRE_FIELD(backup, TEXT, root, NAME_MOST),
	WIRE_FIELD(backup, I64, recordings, 0),
	WIRE_FIELD(backup, I64, files, 0),
	WIRE_FIELD(backup, I64, bytes, 0),
	WIRE_FIELD(backup, TEXT, folder, SENTENCE_MOST),
	WIRE_FIELD(backup, BOOL, with_keys, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field keys_fields[] = {
	WIRE_FIELD(keys, TEXT, act, NAME_MOST),
	WIRE_FIELD(keys, TEXT, which, NAME_MOST),
	WIRE_FIELD(keys, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field key_row_fields[] = {
	WIRE_FIELD(key_row, TEXT, recipient, NAME_MOST),
	WIRE_FIELD(key_row, TEXT, owner, NAME_MOST),
	WIRE_FIELD(key_row, BOOL, retired, 0),
	WIRE_FIELD(key_row, I64, at_us, 0),
	WIRE_FIELD(key_row, TEXT, by, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field read_fields[] = {
	WIRE_FIELD(read, ID, session, 0),
	WIRE_FIELD(read, BOOL, trail, 0),
	WIRE_FIELD(read, BOOL, tail, 0),
	WIRE_FIELD(read, I64, offset, 0),
	WIRE_FIELD(read, U32, count, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field data_fields[] = {
	WIRE_FIELD(data, I64, offset, 0),
	WIRE_FIELD(data, I64, size, 0),
	WIRE_FIELD(data, BYTES, bytes, WIRE_CHUNK),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field plan_fields[] = {
	WIRE_FIELD(plan, BOOL, all, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field plan_row_fields[] = {
	WIRE_FIELD(plan_row, ID, id, 0),
	WIRE_FIELD(plan_row, TEXT, what, NAME_MOST),
	WIRE_FIELD(plan_row, TEXT, class, NAME_MOST),
	WIRE_FIELD(plan_row, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(plan_row, I64, lapses_us, 0),
	WIRE_FIELD(plan_row, BOOL, done, 0),
	WIRE_FIELD(plan_row, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field run_fields[] = {
	WIRE_FIELD(run, BOOL, confirm, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field events_fields[] = {
	WIRE_FIELD(events, TEXT, subject, NAME_MOST),
	WIRE_FIELD(events, I64, since, 0),
	WIRE_FIELD(events, U32, limit, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field event_row_fields[] = {
	WIRE_FIELD(event_row, I64, seq, 0),
	WIRE_FIELD(event_row, I64, time_us, 0),
	WIRE_FIELD(event_row, TEXT, type, NAME_MOST),
	WIRE_FIELD(event_row, ID, subject, 0),
	WIRE_FIELD(event_row, TEXT, text, DETAILS_MOST),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field policy_fields[] = {
	WIRE_FIELD(policy, BOOL, full, 0),
	{ NULL, WIRE_END, 0, 0 } };

static const struct wire_field policy_text_fields[] = {
	WIRE_FIELD(policy_text, BYTES, text, WIRE_CHUNK),
	{ NULL, WIRE_END, 0, 0 } };

#define SIDE(name)	(1u << WIRE_##name)
#define ANY		(WIRE_PHASE_NEW | WIRE_PHASE_KNOWN)

#define ROW(kind, message, from, when) \
	[WIRE_##kind] = { #message, from, when, message##_fields, sizeof(struct wire_##message), WIRE_FRAME_MOST - 1 }

static const struct wire_row rows[WIRE_KINDS] = {
	ROW(HELLO, hello, SIDE(FROM_CLIENT) | SIDE(GATE_TO_WORKER), WIRE_PHASE_NEW),
	ROW(WELCOME, welcome, SIDE(FROM_GATE) | SIDE(WORKER_TO_GATE), ANY),
	ROW(FAIL, fail, SIDE(FROM_GATE) | SIDE(WORKER_TO_INSIDE) | SIDE(WORKER_TO_GATE) | SIDE(WORKER_TO_CLIENT), ANY),
	ROW(DONE, done, SIDE(FROM_GATE) | SIDE(WORKER_TO_INSIDE), ANY),
	ROW(LOGIN, login, SIDE(FROM_CLIENT), WIRE_PHASE_NEW),
	ROW(ROLES, roles, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(ROLE, role, SIDE(FROM_GATE), ANY),
	ROW(ASK, ask, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(ASKED, asked, SIDE(FROM_GATE), ANY),
	ROW(CANCEL, cancel, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(REQUESTS, requests, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(REQUEST_ROW, request_row, SIDE(FROM_GATE), ANY),
	ROW(GRANTS, grants, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(GRANT_ROW, grant_row, SIDE(FROM_GATE), ANY),
	ROW(ENTER, enter, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(DECIDE, decide, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(LAYERS, layers, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(LAYER_ROW, layer_row, SIDE(FROM_GATE), ANY),
	ROW(DEPOSIT, deposit, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(SESSIONS, sessions, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(SESSION_ROW, session_row, SIDE(FROM_GATE), ANY),
	ROW(REVOKE, revoke, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(SAY, say, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(EXTEND, extend, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(SHORTEN, shorten, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(REVIEW, review, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(ALLOW, allow, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(HOLD, hold, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(FREEZE, freeze, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(SUBSCRIBE, subscribe, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(CHANGED, changed, SIDE(FROM_GATE), ANY),
	ROW(RECORDINGS, recordings, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(RECORDING_ROW, recording_row, SIDE(FROM_GATE), ANY),
	ROW(OPEN, open, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(OPENED, opened, SIDE(FROM_GATE), ANY),
	ROW(SEARCH, search, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(REWRAP, rewrap, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(BACKUP, backup, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(KEYS, keys, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(KEY_ROW, key_row, SIDE(FROM_GATE), ANY),
	ROW(READ, read, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(DATA, data, SIDE(FROM_GATE), ANY),
	ROW(PLAN, plan, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(PLAN_ROW, plan_row, SIDE(FROM_GATE), ANY),
	ROW(RUN, run, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(EVENTS, events, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(EVENT_ROW, event_row, SIDE(FROM_GATE), ANY),
	ROW(POLICY, policy, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(POLICY_TEXT, policy_text, SIDE(FROM_GATE), ANY),
	ROW(BASIS, basis, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(BASIS_ROW, basis_row, SIDE(FROM_GATE), ANY),
	ROW(SIGNED, signed, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(SIGNED_ROW, signed_row, SIDE(FROM_GATE), ANY),
	ROW(AUDIT, audit, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(AUDIT_ROW, audit_row, SIDE(FROM_GATE), ANY),
	ROW(PAGE, page, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(AUDIT_SESSION, audit_session, SIDE(FROM_GATE), ANY),
	ROW(AUDIT_REQUEST, audit_request, SIDE(FROM_GATE), ANY),
	ROW(AUDIT_EVENT, audit_event, SIDE(FROM_GATE), ANY),
	ROW(PAGE_END, page_end, SIDE(FROM_GATE), ANY),
	ROW(COULD, could, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(COULD_ROW, could_row, SIDE(FROM_GATE), ANY),
	ROW(KEPT, kept, SIDE(FROM_CLIENT), WIRE_PHASE_KNOWN),
	ROW(KEPT_ROW, kept_row, SIDE(FROM_GATE), ANY),
	ROW(START, start, SIDE(GATE_TO_WORKER), ANY),
	ROW(ENVELOPE, envelope, SIDE(WORKER_TO_GATE), ANY),
	ROW(GO, go, SIDE(GATE_TO_WORKER), ANY),
	ROW(REPORT, report, SIDE(WORKER_TO_GATE), ANY),
	ROW(ACK, ack, SIDE(GATE_TO_WORKER), ANY),
	ROW(STATUS, status, SIDE(GATE_TO_WORKER), ANY),
	ROW(STATUS_ROW, status_row, SIDE(WORKER_TO_GATE), ANY),
	ROW(STOP, stop, SIDE(GATE_TO_WORKER), ANY),
	ROW(DEADLINE, deadline, SIDE(GATE_TO_WORKER), ANY),
	ROW(TELL, tell, SIDE(GATE_TO_WORKER), ANY),
	ROW(WISH, wish, SIDE(WORKER_TO_GATE), ANY),
	ROW(WISHED, wished, SIDE(GATE_TO_WORKER), ANY),
	ROW(BACK, back, SIDE(GATE_TO_WORKER), WIRE_PHASE_NEW),
	ROW(VERDICT, verdict, SIDE(GATE_TO_WORKER), ANY),
	ROW(HALT, halt, SIDE(GATE_TO_WORKER), ANY),
	ROW(STARTED, started, SIDE(WORKER_TO_CLIENT), ANY),
	ROW(INPUT, input, SIDE(CLIENT_TO_WORKER), ANY),
	ROW(OUTPUT, output, SIDE(WORKER_TO_CLIENT), ANY),
	ROW(ERROR_OUTPUT, error_output, SIDE(WORKER_TO_CLIENT), ANY),
	ROW(SIZE, size, SIDE(CLIENT_TO_WORKER), ANY),
	ROW(INPUT_END, input_end, SIDE(CLIENT_TO_WORKER), ANY),
	ROW(NOTICE, notice, SIDE(WORKER_TO_CLIENT), ANY),
	ROW(ENDED, ended, SIDE(WORKER_TO_CLIENT), ANY),
	ROW(INSIDE_STATUS, inside_status, SIDE(INSIDE_TO_WORKER), ANY),
	ROW(INSIDE_ROW, inside_row, SIDE(WORKER_TO_INSIDE), ANY),
	ROW(INSIDE_END, inside_end, SIDE(INSIDE_TO_WORKER), ANY),
	ROW(INSIDE_NOTE, inside_note, SIDE(INSIDE_TO_WORKER), ANY),
	ROW(INSIDE_EXTEND, inside_extend, SIDE(INSIDE_TO_WORKER), ANY),
	ROW(LAUNCH, launch, SIDE(GATE_TO_KEEPER), ANY),
	ROW(LAUNCHED, launched, SIDE(KEEPER_TO_GATE), ANY),
	ROW(LAUNCH_FAILED, launch_failed, SIDE(KEEPER_TO_GATE), ANY),
	ROW(TABLE, table, SIDE(KEEPER_TO_GATE), ANY),
	ROW(END_SESSION, end_session, SIDE(GATE_TO_KEEPER), ANY),
	ROW(RECEIPT, receipt, SIDE(KEEPER_TO_GATE), ANY),
	ROW(LAUNCH_FILE, launch_file, SIDE(GATE_TO_KEEPER), ANY),
};
/* clang-format on */

const struct wire_row *
wire_row(unsigned kind)
{
	return kind < WIRE_KINDS && rows[kind].name != NULL ? &rows[kind] : NULL;
}

const char *
wire_name(unsigned kind)
{
	const struct wire_row *row = wire_row(kind);

	return row != NULL ? row->name : "unknown";
}
