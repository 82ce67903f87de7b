/* SPDX-License-Identifier: ISC */
/*
 * What a log vouches for, held against what is there: approvals against their signatures, recordings against the hashes
 * that were logged while they ran, erased key slots against the log's word of them. Each fault has a word of its own.
 */
#ifndef POSTERN_PLAYER_EVIDENCE_H
#define POSTERN_PLAYER_EVIDENCE_H

#include "lib/proof/roster.h"
#include "lib/store/store.h"

enum evidence_word {
	EVIDENCE_APPROVAL_FALSE,	/* a signature does not hold, or is for something else */
	EVIDENCE_APPROVAL_MISSING,	/* the log says that it must be signed; it is not, or not there */
	EVIDENCE_APPROVER_UNKNOWN,	/* by a key that no roster knows at that time */
	EVIDENCE_RECORDING_ALTERED,	/* its bytes are others than those that were logged */
	EVIDENCE_RECORDING_CUT,		/* it is shorter than logged */
	EVIDENCE_RECORDING_MISSING,	/* there is no file, and nothing says that it was deleted */
	EVIDENCE_ENVELOPE_FALSE,	/* an envelope is not the one that the log tells of */
	EVIDENCE_DELETION_UNLOGGED,	/* a key was erased, and nothing says so */
	EVIDENCE_DELETION_UNDONE,	/* it is logged, but key or file are there */
	EVIDENCE_RECEIPT_FALSE,		/* what should be the replica's word of a deletion is not */
	EVIDENCE_HOLD_FALSE,		/* a legal hold, or its end, without the signatures of two */
	EVIDENCE_WORDS
};

/* So many were looked at, and so many could not be. */
struct evidence_count {
	int64_t	approvals, unsigned_decisions, recordings, segments, deletions;
	int64_t	unread;		/* texts that expired, or whose slots are not in this copy */
	int64_t	absent;		/* recordings that were not looked for: this copy has no folder of them */
	int64_t	receipts, unreceipted;	/* of the replica; erased slots that it has not signed for (yet) */
	int64_t	holds;		/* signatures under holds and releases that hold */
	int64_t	no_roster;	/* approvals whose keys were held against no roster */
};

/* Keys of approvers, and when they counted. */
struct evidence_roster {
	struct roster	roster;
	int64_t		from_us, until_us;	/* the latter is out */
	bool		is_known;		/* else the log tells of it, but it is not here */
};

struct evidence {
	struct store		*store;
	const char		*dir;		/* the state directory */
	const char		*log;		/* name of the log's key */
	const struct note_key	*replica;	/* key of the replica of the key slots; NULL: receipts are not checked */
	const struct evidence_roster	*rosters;	/* a key counts that any of them knows then */
	size_t			 roster_count;
	const struct id		*only;		/* sessions; NULL: all there is */
	size_t			 only_count;
	void			(*found)(void *user, enum evidence_word word, const struct id *id, const char *sentence);
	void			*user;
	struct evidence_count	 count;
};

/* "approval-false", ... */
const char	*evidence_name(enum evidence_word word);

/* Says one to `found`. 0, so that a list goes on. */
int	evidence_fault(struct evidence *evidence, enum evidence_word word, const struct id *id, const char *format, ...)
	    __attribute__((format(printf, 4, 5)));

bool	evidence_wants(const struct evidence *evidence, const struct id *session);

/* Whether a roster of that time knows the key; untold if none of them is here. */
enum evidence_standing { KEY_UNKNOWN, KEY_GOOD, KEY_UNTOLD };

struct sshsig_key;
enum evidence_standing	evidence_standing(const struct evidence *evidence, const struct sshsig_key *key, int64_t at_us);

/* 0 or an error of the catalogue. */
int	evidence_approvals(struct evidence *evidence);
int	evidence_recordings(struct evidence *evidence);
int	evidence_envelopes(struct evidence *evidence);
int	evidence_holds(struct evidence *evidence);
int	evidence_deletions(struct evidence *evidence);
int	evidence_receipts(struct evidence *evidence);

/* Whether DIR/rec/ID.rec (of a trail: ID.trail.rec) is there. */
bool	evidence_has_file(const struct evidence *evidence, const struct id *session, bool trail);

#endif
