/* SPDX-License-Identifier: ISC */
/* All kinds of messages in one const table: who sends it, to whom, in which phase, and its fields. */
#ifndef POSTERN_LIB_WIRE_KINDS_H
#define POSTERN_LIB_WIRE_KINDS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire/codec.h"

#define WIRE_VERSION	2u		/* rises with a release that changes a layout; gate N speaks to workers N-1 */
#define WIRE_FRAME_MOST	(96u * 1024)	/* longest frame: kind and fields */
#define WIRE_CHUNK	(64u * 1024)	/* most bytes of a recording or a stream in one message */

/* Numbers never change their meaning; a retired one stays unused. */
enum wire_kind {
	WIRE_HELLO = 1, WIRE_WELCOME, WIRE_FAIL, WIRE_DONE, WIRE_LOGIN,
	WIRE_ROLES = 10, WIRE_ROLE, WIRE_ASK, WIRE_ASKED, WIRE_CANCEL, WIRE_REQUESTS, WIRE_REQUEST_ROW, WIRE_GRANTS,
	WIRE_GRANT_ROW, WIRE_ENTER,
	WIRE_DECIDE = 30, WIRE_SESSIONS, WIRE_SESSION_ROW, WIRE_REVOKE, WIRE_SAY, WIRE_SUBSCRIBE, WIRE_CHANGED, WIRE_FREEZE,
	WIRE_EXTEND, WIRE_SHORTEN, WIRE_REVIEW, WIRE_ALLOW, WIRE_HOLD, WIRE_REWRAP,
	WIRE_SEARCH = 45, WIRE_BACKUP, WIRE_LAYERS, WIRE_LAYER_ROW, WIRE_DEPOSIT,
	WIRE_RECORDINGS = 50, WIRE_RECORDING_ROW, WIRE_OPEN, WIRE_OPENED, WIRE_READ, WIRE_DATA, WIRE_PLAN, WIRE_PLAN_ROW,
	WIRE_RUN, WIRE_EVENTS, WIRE_EVENT_ROW, WIRE_POLICY, WIRE_POLICY_TEXT,
	WIRE_AUDIT, WIRE_AUDIT_ROW, WIRE_PAGE, WIRE_AUDIT_SESSION, WIRE_AUDIT_REQUEST, WIRE_AUDIT_EVENT, WIRE_PAGE_END,
	WIRE_BASIS = 70, WIRE_BASIS_ROW, WIRE_SIGNED, WIRE_SIGNED_ROW, WIRE_COULD, WIRE_COULD_ROW, WIRE_KEPT, WIRE_KEPT_ROW,
	WIRE_KEYS, WIRE_KEY_ROW,
	WIRE_START = 80, WIRE_ENVELOPE, WIRE_GO, WIRE_REPORT, WIRE_ACK, WIRE_STATUS, WIRE_STATUS_ROW, WIRE_STOP,
	WIRE_DEADLINE, WIRE_TELL, WIRE_HALT, WIRE_WISH, WIRE_WISHED, WIRE_BACK, WIRE_VERDICT,
	WIRE_STARTED = 100, WIRE_INPUT, WIRE_OUTPUT, WIRE_ERROR_OUTPUT, WIRE_SIZE, WIRE_INPUT_END, WIRE_NOTICE, WIRE_ENDED,
	WIRE_INSIDE_STATUS = 120, WIRE_INSIDE_ROW, WIRE_INSIDE_END, WIRE_INSIDE_NOTE, WIRE_INSIDE_EXTEND,
	WIRE_LAUNCH = 140, WIRE_LAUNCHED, WIRE_LAUNCH_FAILED, WIRE_TABLE, WIRE_LAUNCH_FILE, WIRE_END_SESSION, WIRE_RECEIPT,
	WIRE_KINDS = 160
};

/* Who speaks. */
enum wire_side {
	WIRE_NOBODY,
	WIRE_FROM_CLIENT,	/* to the gate: postern, console, player */
	WIRE_FROM_GATE,		/* to those */
	WIRE_GATE_TO_WORKER,
	WIRE_WORKER_TO_GATE,
	WIRE_CLIENT_TO_WORKER,	/* after the handover */
	WIRE_WORKER_TO_CLIENT,
	WIRE_INSIDE_TO_WORKER,	/* session.sock */
	WIRE_WORKER_TO_INSIDE,
	WIRE_GATE_TO_KEEPER,
	WIRE_KEEPER_TO_GATE
};

/* When it is heard; the connection holds the phase. */
enum wire_phase {
	WIRE_PHASE_NEW = 1,	/* before hello */
	WIRE_PHASE_KNOWN = 2,	/* after it */
	WIRE_PHASE_GONE = 4	/* after enter: the gate hears nothing more */
};

struct wire_row {
	const char		*name;	/* for journals */
	uint32_t		 sides;	/* bits 1 << enum wire_side */
	uint32_t		 phases;	/* bits of enum wire_phase; what only answers or streams is heard in all */
	const struct wire_field	*fields;
	size_t			 size;	/* of the struct */
	uint32_t		 most;	/* longest encoded fields */
};

/* The row of a kind, NULL if there is none: such a message is refused. */
const struct wire_row	*wire_row(unsigned kind);

/* The name for a journal; "unknown". */
const char		*wire_name(unsigned kind);

#endif
