/* SPDX-License-Identifier: ISC */
/* What the tracer of a session tells, heard where a worker would. */
#ifndef POSTERN_TESTS_E2E_CAGE_TOLD_H
#define POSTERN_TESTS_E2E_CAGE_TOLD_H

#include <pthread.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "tests/e2e/cage.h"

/* All that was told, as lines; and how much of each. */
struct told {
	pthread_t	thread;
	int		from;
	struct buf	lines;
	char		*text;
	long		execs, exits, files, begun, none;
	uint8_t		witness;	/* of enum tracer_ready */
	uint64_t	lost;		/* execs that the witness missed */
};

/* A session that leaves a trail of writes; the account's shell splits `script`. */
void	 trail_init(struct cage *cage, enum cage_mode mode, const char *script);

/* Between these two the session runs; the first must come before it starts. The caller frees told->text. */
void	 trail_begin(struct cage *cage, struct told *told);
void	 trail_end(struct told *told);

/* All of it; the output of the session, which the caller frees. */
char	*trail_through(struct cage *cage, struct told *told);

/* The tracer's pid, seen from here: a child of the session's first process. 0: there is none. */
pid_t	 trail_tracer(const struct cage *cage);

long	 count_of(const char *text, const char *word);

#endif
