/* SPDX-License-Identifier: ISC */
/* Erasing what lapsed, one slot after the other: its key, the entry of the log about it, its file; and what did not work, again. */
#ifndef POSTERN_RECORDER_GATE_GATE_ERASE_H
#define POSTERN_RECORDER_GATE_GATE_ERASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gate;
struct lapse;
struct peer;

struct erase_run {
	struct gate	*gate;
	struct peer	*peer;		/* who watches; NULL: the schedule */
	int64_t		 now_us;
	unsigned	 erased, failed;
};

/* For retention_due(); ctx is the run. What cannot be erased is kept as a failure (lib/store/failure.h) and said; 0 then too. */
int	erase_lapse(void *ctx, const struct lapse *lapse);

/* Files that could not be removed: all of them for somebody who watches, else those whose time to be tried has come. */
void	erase_retry(struct erase_run *run);

/* A row for each deletion that has failed so far: `what` is "failed". 0 or an error. */
int	erase_put_failures(struct peer *peer);

/* "a session's recording", "log entries of 2026-11-20". */
void	erase_describe(const struct lapse *lapse, char *text, size_t size);

/* The row for whoever asked; a peer of NULL is fine. */
void	erase_put(struct peer *peer, const struct lapse *lapse, bool done, const char *text);

#endif
