/* SPDX-License-Identifier: ISC */
/* What the gate writes into the log. */
#ifndef POSTERN_RECORDER_GATE_GATE_LOG_H
#define POSTERN_RECORDER_GATE_GATE_LOG_H

#include <stdint.h>

#include "lib/base/id.h"

struct gate;

/* Numbers stand in the log's entries: they never change their meaning. Their names: lib/store/event_json.c. */
enum log_type {
	LOG_GATE_STARTED = 1, LOG_GATE_STOPPED, LOG_POLICY_LOADED, LOG_POLICY_REFUSED, LOG_PEER_REFUSED,
	LOG_EPOCH,	/* = HEAD_EPOCH_TYPE: no sentence, the key itself */
	LOG_KEY_CHANGED, LOG_KEY_TROUBLE, LOG_ROSTER_CHANGED,
	LOG_REQUESTED = 10, LOG_GRANTED, LOG_DENIED, LOG_AGREED, LOG_CANCELLED, LOG_REQUEST_LAPSED, LOG_GRANT_LAPSED,
	LOG_DECISION_REFUSED, LOG_GLASS, LOG_REVIEWED,
	LOG_POLICY_VERSION = 20,	/* = EVENT_VERSIONS; these are facts: the SHA-256 of what is in force from now on (gate_versions.h) */
	LOG_ROSTER_VERSION, LOG_MEMBERS_VERSION,
	LOG_ENTERED = 30, LOG_ENTRY_REFUSED, LOG_SESSION_STARTED, LOG_SESSION, LOG_SEGMENT, LOG_SESSION_ENDED, LOG_REVOKED,
	LOG_SAID, LOG_SESSION_LOST, LOG_RIGHT_LOST, LOG_FROZEN, LOG_THAWED, LOG_EXTENDED, LOG_SHORTENED, LOG_MASKED, LOG_GUARD_ANSWERED,
	LOG_ROLE_CHANGED, LOG_TRAIL_SEGMENT,
	LOG_OUTPUT = 52, LOG_OUTPUT_LOST, LOG_OUTPUT_BACK, LOG_WITNESSED, LOG_WITNESS_TROUBLE,
	LOG_RECORDING_OPENED = 60, LOG_RECORDING_REFUSED, LOG_LISTED, LOG_REPORTED,
	LOG_AUDITOR_RETIRED, LOG_AUDITOR_RETURNED, LOG_ENVELOPE_ADDED, LOG_AUDITOR_REFUSED, LOG_LAYER_TAKEN, LOG_LAYER_REMOVED,
	LOG_WATCHED = 70, LOG_WATCH_ENDED, LOG_SEARCHED,
	LOG_ENVELOPE_SEALED, LOG_TRAIL_SEALED,	/* no sentence: its hash, as a fact */
	LOG_DELETED = 80, LOG_DELETION_FAILED, LOG_RETENTION_RUN, LOG_RETENTION_HELD, LOG_CLOCK_JUMPED,
	LOG_HOLD_SIGNED, LOG_HOLD_REFUSED, LOG_HELD, LOG_RELEASED, LOG_HOLD_ENDED,
	LOG_DELETION_DONE = 90, LOG_REASON, LOG_REPLICA, LOG_REPLICA_TROUBLE, LOG_RESTORED, LOG_SLOTS_WRAPPED, LOG_BACKUP,
	LOG_TYPES = 100
};

/*
 * In a format of gate_say(), before what people wrote (a reason, a comment): "...: " LOG_WORDS "%s". Such words become an
 * entry of their own, of type LOG_REASON, right behind the sentence: they go with the texts of their class, the sentence
 * stays with the log. The journal, whose time nobody here knows, does not get them.
 */
#define LOG_WORDS	"\037"

/* "granted", "session-ended", ...; "unknown". */
const char	*gate_log_name(unsigned type);

/* The retention class of what concerns no role: the policy's first. */
const char	*gate_log_class(const struct gate *gate);

struct log_entry {
	enum log_type	 type;
	struct id	 subject;	/* zero: the bastion itself */
	const char	*class;		/* NULL: the policy's first */
	int64_t		 number;	/* a worker's own count, or EVENT_NO_NUMBER */
	int64_t		 time_us;	/* 0: now */
	uint32_t	 unit;		/* with class NULL and not 0: a session's texts */
};

/* Appends a sentence. 0, 1 (this number is there already), or negative after a line in the journal. */
int	gate_log(struct gate *gate, const struct log_entry *entry, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The usual case: no number, now. */
int	gate_say(struct gate *gate, enum log_type type, const struct id *subject, const char *format, ...)
	    __attribute__((format(printf, 4, 5)));

#endif
