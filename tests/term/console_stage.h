/* SPDX-License-Identifier: ISC */
/* A console on a pty, a gate that says what it is told to, and a clock that stands still: what console tests share. */
#ifndef POSTERN_TESTS_TERM_CONSOLE_STAGE_H
#define POSTERN_TESTS_TERM_CONSOLE_STAGE_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "tests/term/harness.h"

#define STAGE_NOW	(INT64_C(1795183360) * 1000000)	/* 2026-11-20 14:02:40 UTC */

struct stage {
	char		 dir[64];
	char		 clock[96];	/* path of the clock's file */
	pid_t		 gate;
	int		 to_gate;
	FILE		*from_gate;
	struct term	*term;
};

/* For cmocka: a directory and a gate without a request; takes all of it away, also after a failed test. */
int	 stage_setup(void **state);
int	 stage_teardown(void **state);

/* Starts the console; `env` is NAME=VALUE or NULL. */
void	 stage_console(struct stage *stage, int cols, int rows, const char *env);

/* The same with -H one -H two; an ssh of ours leads any host but "broken" to the gate. */
void	 stage_remote(struct stage *stage, int cols, int rows, const char *one, const char *two);

/* Fail the test if the screen does not come to show the words, or to lose them. */
void	 stage_wait(struct stage *stage, const char *words);
void	 stage_wait_gone(struct stage *stage, const char *words);
void	 stage_type(struct stage *stage, const char *keys);
void	 stage_golden(struct stage *stage, const char *name);

/* A command for the gate (fake_gate.c tells them), and the gate's next words. */
void	 stage_tell(struct stage *stage, const char *command);
void	 stage_heard(struct stage *stage, const char *words);	/* fails if the next line has not these words */

/* The three requests, the grant and the four sessions of most tests. */
void	 stage_usual(struct stage *stage);

void	 stage_clock(const struct stage *stage, int64_t now_us);

#endif
