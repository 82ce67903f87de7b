/* SPDX-License-Identifier: ISC */
/* For lib/wire: bounds of fields, and the layouts that stand in kinds_worker.c. */
#ifndef POSTERN_LIB_WIRE_KINDFIELDS_H
#define POSTERN_LIB_WIRE_KINDFIELDS_H

#include "lib/wire/codec.h"

/* Bounds, in bytes. */
#define MASK_KEY	32
#define NAME_MOST	128		/* names, ids, short words */
#define REASON_MOST	1024		/* what a person wrote */
#define SENTENCE_MOST	2048		/* what we wrote */
#define DETAILS_MOST	8192
#define WORD_MOST	32768		/* one word of a command */
#define SIGNED_MOST	4096		/* a decision's text, an SSHSIG */
#define VKEY_MOST	512		/* a log's key as text */
#define LOGIN_MOST	8192		/* a method and a public key of any kind */
#define KEYS_MOST	16384		/* a person's public keys, one a line */
#define ENVELOPE_MOST	16384		/* age file: about 100 recipients */
#define LAYERED_MOST	65536		/* an envelope that takes several keys */
#define ADDED_MOST	49152		/* envelopes that were added to a recording */
#define META_MOST	16384

/* Layouts: the fields of struct wire_NAME, as the table in kinds.c refers to them. */
extern const struct wire_field start_fields[], envelope_fields[], go_fields[], report_fields[], ack_fields[],
    status_fields[], status_row_fields[], stop_fields[], deadline_fields[], tell_fields[], halt_fields[], verdict_fields[],
    back_fields[], wish_fields[], wished_fields[], inside_extend_fields[],
    started_fields[], input_fields[], output_fields[], error_output_fields[], size_fields[], input_end_fields[],
    notice_fields[], ended_fields[], inside_status_fields[], inside_row_fields[], inside_end_fields[],
    inside_note_fields[], launch_fields[], launched_fields[], end_session_fields[], receipt_fields[], launch_failed_fields[],
    table_fields[], launch_file_fields[],
    audit_fields[], audit_row_fields[], page_fields[], audit_session_fields[], audit_request_fields[], audit_event_fields[],
    page_end_fields[], could_fields[], could_row_fields[], kept_fields[], kept_row_fields[];

#endif
