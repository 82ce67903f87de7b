/* SPDX-License-Identifier: ISC */
/* The layout of what gate, worker, client, keeper and the inside of a session say to each other. */
#include "config.h"

#include "lib/wire/kindfields.h"
#include "lib/wire/kinds.h"
#include "lib/wire/messages.h"

/* clang-format off */
const struct wire_field start_fields[] = {
	WIRE_FIELD(start, ID, session, 0),
	WIRE_FIELD(start, TEXT, person, NAME_MOST),
	WIRE_FIELD(start, TEXT, role, NAME_MOST),
	WIRE_FIELD(start, TEXT, host, NAME_MOST),
	WIRE_FIELD(start, TEXT, reason, REASON_MOST),
	WIRE_FIELD(start, TEXT, by, SENTENCE_MOST),
	WIRE_FIELD(start, TEXT, kept, NAME_MOST),
	WIRE_FIELD(start, TEXT, meta, META_MOST),
	WIRE_FIELD(start, TEXT, trail_meta, META_MOST),
	WIRE_FIELD(start, WORDS, recipients, NAME_MOST),
	WIRE_FIELD(start, WORDS, owners, NAME_MOST),
	WIRE_FIELD(start, U32, keys, 0),
	WIRE_FIELD(start, BOOL, external, 0),
	WIRE_FIELD(start, BOOL, tty, 0),
	WIRE_FIELD(start, BOOL, gate, 0),
	WIRE_FIELD(start, BOOL, direct, 0),
	WIRE_FIELD(start, BOOL, warden, 0),
	WIRE_FIELD(start, U32, cols, 0),
	WIRE_FIELD(start, U32, rows, 0),
	WIRE_FIELD(start, I64, started_us, 0),
	WIRE_FIELD(start, I64, ends_us, 0),
	WIRE_FIELD(start, I64, deadline_boot_us, 0),
	WIRE_FIELD(start, I64, seconds, 0),
	WIRE_FIELD(start, I64, idle_s, 0),
	WIRE_FIELD(start, I64, grace_s, 0),
	WIRE_FIELD(start, BOOL, mask, 0),
	WIRE_FIELD(start, BYTES, mask_key, MASK_KEY),
	WIRE_FIELD(start, BYTES, menu, 8),
	WIRE_FIELD(start, I64, keep_s, 0),
	WIRE_FIELD(start, I64, freeze_s, 0),
	WIRE_FIELD(start, WORDS, guard, REASON_MOST),
	WIRE_FIELD(start, U32, trail, 0),
	WIRE_FIELD(start, BOOL, files, 0),
	WIRE_FIELD(start, BOOL, own_trail, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field envelope_fields[] = {
	WIRE_FIELD(envelope, BYTES, age, LAYERED_MOST),
	WIRE_FIELD(envelope, BOOL, trail, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field go_fields[] = {
	WIRE_FIELD(go, BOOL, on, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field report_fields[] = {
	WIRE_FIELD(report, I64, n, 0),
	WIRE_FIELD(report, I64, time_us, 0),
	WIRE_FIELD(report, TEXT, type, NAME_MOST),
	WIRE_FIELD(report, TEXT, text, SENTENCE_MOST),
	WIRE_FIELD(report, I64, a, 0),
	WIRE_FIELD(report, I64, b, 0),
	WIRE_FIELD(report, I64, c, 0),
	WIRE_FIELD(report, BYTES, sha256, 32),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field ack_fields[] = {
	WIRE_FIELD(ack, I64, n, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field status_fields[] = {
	WIRE_FIELD(status, BOOL, on, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field status_row_fields[] = {
	WIRE_FIELD(status_row, ID, session, 0),
	WIRE_FIELD(status_row, TEXT, state, NAME_MOST),
	WIRE_FIELD(status_row, I64, active_us, 0),
	WIRE_FIELD(status_row, I64, output_bytes, 0),
	WIRE_FIELD(status_row, I64, deadline_boot_us, 0),
	WIRE_FIELD(status_row, U32, cols, 0),
	WIRE_FIELD(status_row, U32, rows, 0),
	WIRE_FIELD(status_row, U32, reports, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field stop_fields[] = {
	WIRE_FIELD(stop, TEXT, reason, REASON_MOST),
	WIRE_FIELD(stop, TEXT, by, NAME_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field deadline_fields[] = {
	WIRE_FIELD(deadline, I64, boot_us, 0),
	WIRE_FIELD(deadline, I64, wall_us, 0),
	WIRE_FIELD(deadline, TEXT, reason, REASON_MOST),
	WIRE_FIELD(deadline, TEXT, by, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field tell_fields[] = {
	WIRE_FIELD(tell, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field wish_fields[] = {
	WIRE_FIELD(wish, I64, n, 0),
	WIRE_FIELD(wish, I64, seconds, 0),
	WIRE_FIELD(wish, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field wished_fields[] = {
	WIRE_FIELD(wished, I64, n, 0),
	WIRE_FIELD(wished, U32, status, 0),
	WIRE_FIELD(wished, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field back_fields[] = {
	WIRE_FIELD(back, U32, cols, 0),
	WIRE_FIELD(back, U32, rows, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field verdict_fields[] = {
	WIRE_FIELD(verdict, I64, n, 0),
	WIRE_FIELD(verdict, BOOL, allow, 0),
	WIRE_FIELD(verdict, TEXT, by, NAME_MOST),
	WIRE_FIELD(verdict, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field halt_fields[] = {
	WIRE_FIELD(halt, BOOL, on, 0),
	WIRE_FIELD(halt, TEXT, by, NAME_MOST),
	WIRE_FIELD(halt, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field started_fields[] = {
	WIRE_FIELD(started, ID, session, 0),
	WIRE_FIELD(started, I64, ends_us, 0),
	WIRE_FIELD(started, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field input_fields[] = {
	WIRE_FIELD(input, BYTES, bytes, WIRE_CHUNK),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field output_fields[] = {
	WIRE_FIELD(output, BYTES, bytes, WIRE_CHUNK),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field error_output_fields[] = {
	WIRE_FIELD(error_output, BYTES, bytes, WIRE_CHUNK),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field size_fields[] = {
	WIRE_FIELD(size, U32, cols, 0),
	WIRE_FIELD(size, U32, rows, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field input_end_fields[] = {
	WIRE_FIELD(input_end, BOOL, on, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field notice_fields[] = {
	WIRE_FIELD(notice, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field ended_fields[] = {
	WIRE_FIELD(ended, TEXT, why, SENTENCE_MOST),
	WIRE_FIELD(ended, I64, exit_status, 0),
	WIRE_FIELD(ended, TEXT, text, DETAILS_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field inside_status_fields[] = {
	WIRE_FIELD(inside_status, BOOL, on, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field inside_row_fields[] = {
	WIRE_FIELD(inside_row, ID, session, 0),
	WIRE_FIELD(inside_row, TEXT, person, NAME_MOST),
	WIRE_FIELD(inside_row, TEXT, role, NAME_MOST),
	WIRE_FIELD(inside_row, TEXT, by, SENTENCE_MOST),
	WIRE_FIELD(inside_row, TEXT, reason, REASON_MOST),
	WIRE_FIELD(inside_row, I64, started_us, 0),
	WIRE_FIELD(inside_row, I64, ends_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field inside_end_fields[] = {
	WIRE_FIELD(inside_end, BOOL, on, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field inside_note_fields[] = {
	WIRE_FIELD(inside_note, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field inside_extend_fields[] = {
	WIRE_FIELD(inside_extend, I64, seconds, 0),
	WIRE_FIELD(inside_extend, TEXT, reason, REASON_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field launch_fields[] = {
	WIRE_FIELD(launch, ID, session, 0),
	WIRE_FIELD(launch, ID, grant, 0),
	WIRE_FIELD(launch, U32, role, 0),
	WIRE_FIELD(launch, BYTES, policy, 8),
	WIRE_FIELD(launch, BOOL, tty, 0),
	WIRE_FIELD(launch, U32, cols, 0),
	WIRE_FIELD(launch, U32, rows, 0),
	WIRE_FIELD(launch, I64, deadline_boot_us, 0),
	WIRE_FIELD(launch, BOOL, mask, 0),
	WIRE_FIELD(launch, BOOL, own_trail, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field launched_fields[] = {
	WIRE_FIELD(launched, ID, session, 0),
	WIRE_FIELD(launched, I64, worker_pid, 0),
	WIRE_FIELD(launched, I64, warden_pid, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field end_session_fields[] = {
	WIRE_FIELD(end_session, ID, session, 0),
	WIRE_FIELD(end_session, BOOL, late, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field receipt_fields[] = {
	WIRE_FIELD(receipt, ID, session, 0),
	WIRE_FIELD(receipt, BOOL, known, 0),
	WIRE_FIELD(receipt, I64, killed, 0),
	WIRE_FIELD(receipt, I64, survivors, 0),
	WIRE_FIELD(receipt, I64, took_us, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field launch_failed_fields[] = {
	WIRE_FIELD(launch_failed, ID, session, 0),
	WIRE_FIELD(launch_failed, TEXT, text, SENTENCE_MOST),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field table_fields[] = {
	WIRE_FIELD(table, BYTES, policy, 8),
	WIRE_FIELD(table, U32, roles, 0),
	{ NULL, WIRE_END, 0, 0 } };

const struct wire_field launch_file_fields[] = {
	WIRE_FIELD(launch_file, TEXT, term, NAME_MOST),
	WIRE_FIELD(launch_file, WORDS, locale, NAME_MOST),
	WIRE_FIELD(launch_file, WORDS, command, WORD_MOST),
	{ NULL, WIRE_END, 0, 0 } };
/* clang-format on */
