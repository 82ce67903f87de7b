/* SPDX-License-Identifier: ISC */
/* Answers of the helpers, kept for a while: which are still fresh, and what a failed command is worth. */
#ifndef POSTERN_RECORDER_GATE_GROUPS_KEPT_H
#define POSTERN_RECORDER_GATE_GROUPS_KEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "recorder/gate/groups.h"

struct kept {
	TAILQ_ENTRY(kept)	 link;
	enum groups_kind	 kind;
	char			*argument;
	int			 error;		/* of the last try */
	char			*text;		/* the last good answer, as the helper wrote it; NULL: never */
	int64_t			 tried_us;	/* boottime */
	int64_t			 good_us;
};

struct kept_answers {
	TAILQ_HEAD(kept_list, kept) list;	/* the newest first */
	unsigned		 count;
	struct groups_limits	 limits;
};

void		 kept_init(struct kept_answers *answers, const struct groups_limits *limits);
void		 kept_clear(struct kept_answers *answers);

/* Nothing is fresh any more; last good answers of commands stay. */
void		 kept_age(struct kept_answers *answers);

/* What is fresh enough at `boot_us` to be used without asking; NULL if one has to ask. */
const struct kept *kept_fresh(const struct kept_answers *answers, enum groups_kind kind, const char *argument, int64_t boot_us);

/* Keeps an answer; text NULL with an error. A failed command does not wipe out its last good answer. */
const struct kept *kept_put(struct kept_answers *answers, enum groups_kind kind, const char *argument, int error,
		    const char *text, int64_t boot_us);

/* Hands the answer as it counts at `boot_us` to `done`. */
void		 kept_tell(const struct kept_answers *answers, const struct kept *kept, int64_t boot_us,
		    void (*done)(const struct groups_answer *answer, void *user), void *user);

#endif
