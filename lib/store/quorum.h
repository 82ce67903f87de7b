/* SPDX-License-Identifier: ISC */
/* Counts persons: so many in all, and for "one of each group" a different one for every group. No database here. */
#ifndef POSTERN_LIB_STORE_QUORUM_H
#define POSTERN_LIB_STORE_QUORUM_H

#include <stddef.h>
#include <stdint.h>

#define QUORUM_GROUPS	32
#define QUORUM_PERSONS	64

struct quorum {
	const char *const	*groups;			/* borrowed */
	size_t			 group_count;
	size_t			 person_count;
	uint32_t		 speaks_for[QUORUM_PERSONS];	/* bit g: this person may stand for group g */
};

/* More than QUORUM_GROUPS groups can never be satisfied. */
void		quorum_init(struct quorum *quorum, const char *const *groups, size_t group_count);

/* One more person, who speaks for `groups` (one a line; NULL: none). ERR_BUF_FULL after QUORUM_PERSONS. */
int		quorum_add(struct quorum *quorum, const char *groups);

/* How many more persons are needed at least, if `count` are wanted in all; 0: it is enough. */
unsigned	quorum_missing(const struct quorum *quorum, unsigned count);

#endif
