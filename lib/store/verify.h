/* SPDX-License-Identifier: ISC */
/*
 * Checking a log as an outsider does: nothing in the catalogue is believed but what entries, signed heads and the caller's
 * own knowledge prove together. What each verdict can and cannot mean stands in postern(1), verify.
 */
#ifndef POSTERN_LIB_STORE_VERIFY_H
#define POSTERN_LIB_STORE_VERIFY_H

#include "lib/proof/checkpoint.h"
#include "lib/store/store.h"

enum verify_verdict {
	VERIFY_FINE,
	VERIFY_EDITED,		/* an entry, or a text, is not what was signed */
	VERIFY_GAP,		/* entries are missing in between, or were lost before the log was put back from a backup */
	VERIFY_CUT,		/* entries are missing at the end: a signed head counts more of them */
	VERIFY_ROLLED_BACK,	/* the log is shorter than the one that was pinned */
	VERIFY_RESIGNED,	/* a signature is missing or false, or the log is another one than the one that was pinned */
	VERIFY_KEY_UNKNOWN,	/* no head is signed by the key that the caller trusts */
	VERIFY_VERDICTS
};

/* What the caller knows from elsewhere. */
struct verify_trust {
	const struct note_key	*key;		/* the log's stable key */
	const struct checkpoint	*pins;		/* heads that were seen before */
	size_t			 pin_count;
};

struct verify_report {
	enum verify_verdict	verdict;
	int64_t			at;		/* of the first fault: an entry's number, or a head's size */
	char			why[256];	/* a sentence about it; "" if all is fine */
	int64_t			entries;
	int64_t			covered;	/* so many are under a head that holds */
	int64_t			head_us;	/* when that head was signed, by its own signed time; 0: no head */
	int64_t			heads, epochs, pins;	/* that were checked */
	int64_t			expired;	/* texts that were deleted on time; their entries are there */
	int64_t			restored;	/* how often it was put back from a backup; then the verdict is a gap at least */
	int64_t			lost_pins;	/* pins of entries that were lost by that */
};

/* "fine", "edited", "gap", "cut", "rolled-back", "re-signed", "key-unknown". */
const char	*verify_name(enum verify_verdict verdict);

/* 0 and the report, which ends at the first fault; or an error of the catalogue itself. */
int	verify_log(struct store *store, const struct verify_trust *trust, struct verify_report *report);

#endif
