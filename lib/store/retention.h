/* SPDX-License-Identifier: ISC */
/*
 * Retention: when each key slot's time is over, and erasing it. The slots of a recording, a trail and a session's texts count from the
 * end of their session, a day's slots from the end of that day. The order is: slot first, which closes every copy at once,
 * then the rows; an erasure cut short is found again as due.
 */
#ifndef POSTERN_LIB_STORE_RETENTION_H
#define POSTERN_LIB_STORE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/store/unit.h"

/*
 * The rule of a tenth is not applied to a class (and kind) with fewer live slots than this: there one evening's
 * sessions are a tenth. A jumped clock is what it is for, and the clock rule stands alone for small ones.
 */
#define RETENTION_SMALL	20

struct event_new;

/* How long a class keeps what, in seconds; 0: for ever. */
struct class {
	char	name[STORE_NAME];
	int64_t	recording_s;
	int64_t	trail_s;	/* of trails beside recordings */
	int64_t	texts_s;
	int64_t	log_s;
};

/* The policy's classes. */
struct classes {
	const struct class	*items;
	size_t			 count;
};

/* One live slot. */
struct lapse {
	uint32_t	unit;
	enum unit_kind	kind;
	char		class[STORE_NAME];
	int64_t		day;		/* days since 1970, of a day's slot */
	struct id	session;	/* of a session's slots */
	int64_t		from_us;	/* counted from here; 0: the session has not ended, nothing lapses */
	int64_t		lapses_us;	/* 0: never, not yet known, or the policy does not know the class */
	bool		held;		/* a hold on the session, or on one whose request or events lie here */
};

/* Every live slot, those that lapse first in front. */
int	retention_plan(struct store *store, const struct classes *classes,
	    int (*each)(void *ctx, const struct lapse *lapse), void *ctx);

/* Those whose time is over at `now_us` and that are not held. They are collected first: `each` may shred. */
int	retention_due(struct store *store, const struct classes *classes, int64_t now_us,
	    int (*each)(void *ctx, const struct lapse *lapse), void *ctx);

/* What a careful caller looks at before a run. */
struct guard {
	int64_t		newest_us;		/* time of the newest event: a clock far from it has jumped */
	char		class[STORE_NAME];	/* the class and kind of which the run takes the largest share, */
	enum unit_kind	kind;			/* among those with at least RETENTION_SMALL live slots; "" if none */
	int64_t		live;
	int64_t		due;
	bool		too_many;		/* that is more than a tenth */
};

int	retention_guard(struct store *store, const struct classes *classes, int64_t now_us, struct guard *guard);

/*
 * Erases one slot and what was sealed under it; the recording, or the trail, becomes expired. Doing it again is fine. Its
 * file is the caller's to remove, and so are store_purge() after a run and the event that tells of it.
 * ERR_NOT_FOUND; ERR_HELD; ERR_IN_USE (its session has not ended); ERR_SLOT_DAMAGED (could not be read back).
 */
int	retention_shred(struct store *store, uint32_t unit, int64_t now_us);

/* The same, with the entry of the log that tells of it: both are there, or neither is. */
int	retention_shred_said(struct store *store, uint32_t unit, int64_t now_us, const struct event_new *said);

/* The same, of a slot whose key has gone elsewhere already: nothing stops it. */
int	retention_forget(struct store *store, uint32_t unit, int64_t now_us, const struct event_new *said);

#endif
