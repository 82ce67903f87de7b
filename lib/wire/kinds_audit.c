/* SPDX-License-Identifier: ISC */
/* The layout of what a report is made of. */
#include "config.h"

#include "lib/wire/kindfields.h"
#include "lib/wire/kinds.h"
#include "lib/wire/messages.h"

/* clang-format off */
const struct wire_field audit_fields[] = {
	WIRE_FIELD(audit, I64, from_us, 0),
	WIRE_FIELD(audit, I64, end_us, 0),
	WIRE_FIELD(audit, TEXT, what, SENTENCE_MOST),
	WIRE_FIELD(audit, TEXT, reason, REASON_MOST),
	WIRE_FIELD(audit, I64, known, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field audit_row_fields[] = {
	WIRE_FIELD(audit_row, TEXT, host, NAME_MOST),
	WIRE_FIELD(audit_row, I64, from_us, 0),
	WIRE_FIELD(audit_row, I64, end_us, 0),
	WIRE_FIELD(audit_row, I64, entry, 0),
	WIRE_FIELD(audit_row, I64, first, 0),
	WIRE_FIELD(audit_row, I64, end, 0),
	WIRE_FIELD(audit_row, I64, size, 0),
	WIRE_FIELD(audit_row, I64, unsigned_entries, 0),
	WIRE_FIELD(audit_row, TEXT, log, VKEY_MOST),
	WIRE_FIELD(audit_row, BYTES, note, SIGNED_MOST),
	WIRE_FIELD(audit_row, BYTES, proof, SIGNED_MOST),
	WIRE_FIELD(audit_row, BYTES, left, SIGNED_MOST),
	WIRE_FIELD(audit_row, BYTES, right, SIGNED_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field page_fields[] = {
	WIRE_FIELD(page, TEXT, what, NAME_MOST),
	WIRE_FIELD(page, I64, after, 0),
	WIRE_FIELD(page, ID, after_id, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field page_end_fields[] = {
	WIRE_FIELD(page_end, BOOL, more, 0),
	WIRE_FIELD(page_end, I64, after, 0),
	WIRE_FIELD(page_end, ID, after_id, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field audit_session_fields[] = {
	WIRE_FIELD(audit_session, ID, session, 0),
	WIRE_FIELD(audit_session, ID, grant, 0),
	WIRE_FIELD(audit_session, ID, request, 0),
	WIRE_FIELD(audit_session, TEXT, person, NAME_MOST),
	WIRE_FIELD(audit_session, TEXT, account, NAME_MOST),
	WIRE_FIELD(audit_session, TEXT, role, NAME_MOST),
	WIRE_FIELD(audit_session, TEXT, host, SENTENCE_MOST),
	WIRE_FIELD(audit_session, TEXT, class, NAME_MOST),
	WIRE_FIELD(audit_session, TEXT, state, NAME_MOST),
	WIRE_FIELD(audit_session, TEXT, reason, REASON_MOST),
	WIRE_FIELD(audit_session, TEXT, by, SENTENCE_MOST),
	WIRE_FIELD(audit_session, I64, started_us, 0),
	WIRE_FIELD(audit_session, I64, ended_us, 0),
	WIRE_FIELD(audit_session, I64, ends_us, 0),
	WIRE_FIELD(audit_session, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(audit_session, I64, exit_status, 0),
	WIRE_FIELD(audit_session, I64, killed, 0),
	WIRE_FIELD(audit_session, I64, survivors, 0),
	WIRE_FIELD(audit_session, TEXT, recording, NAME_MOST),
	WIRE_FIELD(audit_session, I64, bytes, 0),
	WIRE_FIELD(audit_session, BYTES, sha256, 32),
	WIRE_FIELD(audit_session, BOOL, held, 0),
	WIRE_FIELD(audit_session, WORDS, masked, NAME_MOST),
	WIRE_FIELD(audit_session, TEXT, trail, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field audit_request_fields[] = {
	WIRE_FIELD(audit_request, ID, request, 0),
	WIRE_FIELD(audit_request, ID, grant, 0),
	WIRE_FIELD(audit_request, ID, extends, 0),
	WIRE_FIELD(audit_request, TEXT, person, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, account, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, role, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, host, SENTENCE_MOST),
	WIRE_FIELD(audit_request, TEXT, reason, REASON_MOST),
	WIRE_FIELD(audit_request, TEXT, state, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, closed_by, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, of_role, NAME_MOST),
	WIRE_FIELD(audit_request, I64, seconds, 0),
	WIRE_FIELD(audit_request, I64, created_us, 0),
	WIRE_FIELD(audit_request, I64, closed_us, 0),
	WIRE_FIELD(audit_request, WORDS, decisions, REASON_MOST),
	WIRE_FIELD(audit_request, I64, granted_s, 0),
	WIRE_FIELD(audit_request, I64, used_s, 0),
	WIRE_FIELD(audit_request, I64, sessions, 0),
	WIRE_FIELD(audit_request, TEXT, grant_state, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, grant_why, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, grant_by, NAME_MOST),
	WIRE_FIELD(audit_request, BOOL, glass, 0),
	WIRE_FIELD(audit_request, TEXT, reviewer, NAME_MOST),
	WIRE_FIELD(audit_request, TEXT, review, REASON_MOST),
	WIRE_FIELD(audit_request, I64, reviewed_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field audit_event_fields[] = {
	WIRE_FIELD(audit_event, I64, seq, 0),
	WIRE_FIELD(audit_event, I64, time_us, 0),
	WIRE_FIELD(audit_event, U32, number, 0),
	WIRE_FIELD(audit_event, TEXT, type, NAME_MOST),
	WIRE_FIELD(audit_event, ID, subject, 0),
	WIRE_FIELD(audit_event, TEXT, text, DETAILS_MOST),
	WIRE_FIELD(audit_event, BOOL, expired, 0),
	WIRE_FIELD(audit_event, BYTES, entry, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field could_fields[] = {
	WIRE_FIELD(could, I64, at_us, 0),
	WIRE_FIELD(could, I64, after, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field could_row_fields[] = {
	WIRE_FIELD(could_row, TEXT, what, NAME_MOST),
	WIRE_FIELD(could_row, TEXT, role, NAME_MOST),
	WIRE_FIELD(could_row, TEXT, who, SENTENCE_MOST),
	WIRE_FIELD(could_row, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(could_row, I64, since_us, 0),
	WIRE_FIELD(could_row, I64, entry, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field kept_fields[] = {
	WIRE_FIELD(kept, BYTES, sha256, 32),
	WIRE_FIELD(kept, I64, offset, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field kept_row_fields[] = {
	WIRE_FIELD(kept_row, I64, size, 0),
	WIRE_FIELD(kept_row, BYTES, bytes, WIRE_CHUNK),
	{ NULL, WIRE_END, 0, 0 } };
/* clang-format on */
