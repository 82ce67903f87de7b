/* SPDX-License-Identifier: ISC */
/*
 * The second host's copies of the key slots, as the catalogue knows them: which it has been given, which it has erased by its
 * signed word. What is still to be sent follows from that alone, so nothing is forgotten by a restart.
 */
#ifndef POSTERN_LIB_STORE_REPLICA_H
#define POSTERN_LIB_STORE_REPLICA_H

#include <stdbool.h>

#include "lib/store/unit.h"

/* One thing that the replica has not confirmed. */
struct replica_job {
	uint32_t	unit;
	bool		is_erase;	/* else it is a live one to be kept */
	struct id	session;	/* zero: a day's */
	bool		has_envelope;
	uint8_t		envelope_sha256[32];
};

/* At most `limit` of them, those to be erased in front. */
int	replica_jobs(struct store *store, int64_t limit, int (*each)(void *ctx, const struct replica_job *job), void *ctx);

/* The live record as it is to be sent, SLOTS_RECORD bytes into secret memory. Errors as of slots_key(). */
int	replica_record(struct store *store, uint32_t unit, uint8_t *record);

/* The replica has said so. The receipt is the signed note, checked by the caller. 0 or an error. */
int	replica_kept(struct store *store, uint32_t unit, int64_t now_us);
int	replica_erased(struct store *store, uint32_t unit, int64_t now_us, const char *receipt);

struct replica_state {
	int64_t	kept;		/* copies that it holds */
	int64_t	to_keep;	/* live slots that it has no copy of */
	int64_t	to_erase;	/* erased here, not there as far as we know */
	int64_t	erased;		/* with a receipt */
};

int	replica_state(struct store *store, struct replica_state *state);

/* The receipts there are, from this unit on, in the order of their units; for whoever checks them. */
int	replica_receipts(struct store *store, uint32_t since, int (*each)(void *ctx, uint32_t unit, const char *receipt), void *ctx);

#endif
