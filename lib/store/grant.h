/* SPDX-License-Identifier: ISC */
/* A grant: what a request becomes. Its clock starts with the first session; all its sessions share one deadline. */
#ifndef POSTERN_LIB_STORE_GRANT_H
#define POSTERN_LIB_STORE_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/store.h"

enum grant_state { GRANT_UNUSED, GRANT_RUNNING, GRANT_ENDED, GRANT_STATES };

extern const char *const grant_state_names[GRANT_STATES];	/* "unused", "running", "ended" */

/* When it runs out, once used; all zero before. */
struct grant_deadline {
	int64_t		used_us;	/* first session */
	int64_t		ends_us;	/* wall time, for people and after a reboot */
	int64_t		ends_boot_us;	/* what is enforced, on the clock of `boot` */
	struct id	boot;
};

struct grant_end {
	char		why[STORE_WORD];	/* "lapsed" (never used), "over", or the caller's word: "revoked", "returned" */
	char		by[STORE_NAME];		/* "" if nobody but the clock */
	int64_t		at_us;
};

struct grant {
	struct id		id;
	struct id		request;
	char			person[STORE_NAME];
	char			role[STORE_NAME];
	char			class[STORE_NAME];
	int64_t			seconds;	/* granted; more after extensions */
	int64_t			sessions;	/* may run at once */
	int64_t			created_us;
	int64_t			usable_us;	/* not before */
	int64_t			lapses_us;	/* if unused by then */
	enum grant_state	state;
	struct grant_deadline	deadline;
	struct grant_end	end;
};

/* ERR_NOT_FOUND. A grant owns nothing. */
int	grant_get(struct store *store, const struct id *id, struct grant *grant);
int	grant_find(struct store *store, const char *prefix, struct id *id);	/* as request_find() */

/* The grant of a request: ERR_NOT_FOUND if it has none (yet). */
int	grant_of_request(struct store *store, const struct id *request, struct grant *grant);

struct grant_filter {
	const char	*person;	/* NULL: anybody */
	bool		 ended_too;
	int64_t		 limit;		/* 0: all; else the newest so many */
};

int	grant_list(struct store *store, const struct grant_filter *filter,
	    int (*each)(void *ctx, const struct grant *grant), void *ctx);

/*
 * For session_enter(): counts one more session in, under the store's lock. The first one starts the clock. After a
 * reboot the deadline is set on the new clock, never later than the whole length from now. On success `grant` is as it is now.
 * ERR_NOT_FOUND, ERR_NO_RIGHT (another person's), ERR_EARLY, ERR_LAPSED (unused for too long, over or ended),
 * ERR_IN_USE.
 */
int	grant_use(struct store *store, const struct id *id, const char *person, const struct moment *now,
	    struct grant *grant);

/* No further entry; what runs is for the caller to end. Ending an ended grant changes nothing: ERR_LAPSED. */
int	grant_finish(struct store *store, const struct id *id, const struct grant_end *end);

/*
 * So many seconds more for a grant that has not ended, and for the sessions under it; from now on, if the deadline has
 * passed and a session waits frozen. ERR_NOT_FOUND, ERR_LAPSED, ERR_BAD_TIME.
 */
int	grant_extend(struct store *store, const struct id *id, int64_t seconds, const struct moment *now);

/*
 * The deadline of a running grant, and of the sessions under it, comes `seconds` from now. ERR_NOT_FOUND, ERR_LAPSED (ended,
 * or its deadline has passed), ERR_EARLY (not used yet: there is no deadline), ERR_BAD_TIME (that would not be sooner).
 */
int	grant_shorten(struct store *store, const struct id *id, int64_t seconds, const struct moment *now);

/* What is left of it now, in microseconds: the whole length if it is unused, 0 or less if its deadline has passed. */
int64_t	grant_left(const struct grant *grant, const struct moment *now);

/*
 * Ends grants that were not used in time ("lapsed") and those whose deadline is over ("over"), but not while a session
 * under it waits frozen for more time. `each` (may be NULL) hears of every one after that is on the disk.
 */
int	grant_lapse(struct store *store, const struct moment *now, int (*each)(void *ctx, const struct id *id), void *ctx);

/* For request_decide(): a new unused grant. */
int	grant_create(struct store *store, const struct grant *grant);

#endif
