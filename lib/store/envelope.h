/* SPDX-License-Identifier: ISC */
/*
 * Envelopes added to a recording (or a trail) after it was made: an age file to one more recipient, sealed under its slot as
 * its own one is, so that the same erasure closes it. One is added, never replaced.
 */
#ifndef POSTERN_LIB_STORE_ENVELOPE_H
#define POSTERN_LIB_STORE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store/store.h"

#define ENVELOPE_ADDED_MOST	65536	/* bytes of one */

struct envelope {
	struct id	 session;
	bool		 trail;		/* to its trail; else to its recording */
	char		 recipient[STORE_NAME];	/* "age1..." */
	char		 person[STORE_NAME];	/* who added it */
	int64_t		 at_us;
	uint8_t		 sha256[32];	/* of the bytes; set by envelope_add() */
	const uint8_t	*bytes;		/* NULL if they cannot be read: */
	size_t		 count;
	int		 error;		/* ERR_EXPIRED, ERR_SLOT_DAMAGED, ERR_STORE_DAMAGED (also: they are not those of sha256) */
};

/*
 * Adds it. ERR_NOT_FOUND (there is no such recording), ERR_EXPIRED (it has gone), ERR_STORE_CONFLICT (this person has added
 * one for this recipient), -EINVAL (its size), ERR_MSG_TEXT.
 */
int	envelope_add(struct store *store, struct envelope *envelope);

/* Those of a session, or of all with NULL; oldest first, trails behind recordings. The bytes are valid in each() alone. */
int	envelope_list(struct store *store, const struct id *session, int (*each)(void *ctx, const struct envelope *envelope), void *ctx);

#endif
