/* SPDX-License-Identifier: ISC */
/* Deletions that are not done yet. A row stays until its work is done, however often that is tried. */
#ifndef POSTERN_LIB_STORE_FAILURE_H
#define POSTERN_LIB_STORE_FAILURE_H

#include "lib/store/unit.h"

#define FAILURE_WHY	256

/* What is left of it: the key in the slots file, the recording's file, the replica's copy of the key. */
enum failure_part { FAILURE_KEY, FAILURE_FILE, FAILURE_REPLICA, FAILURE_PARTS };

extern const char *const failure_part_names[FAILURE_PARTS];	/* "key", "file", "replica" */

struct failure {
	uint32_t		unit;
	enum failure_part	part;
	enum unit_kind		kind;
	char			class[STORE_NAME];
	struct id		session;	/* zero: a day's */
	int64_t			day;		/* days since 1970; 0: a session's */
	int64_t			since_us, last_us;
	int64_t			tries;
	char			why[FAILURE_WHY];
};

/* Once more it did not work. The number of tries so far, or an error. */
int	failure_note(struct store *store, uint32_t unit, enum failure_part part, int64_t now_us, const char *why);

/* It is done: 1 if there was such a row, else 0. */
int	failure_over(struct store *store, uint32_t unit, enum failure_part part);

/* All, oldest first. */
int	failure_list(struct store *store, int (*each)(void *ctx, const struct failure *failure), void *ctx);

#endif
