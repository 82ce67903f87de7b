/* SPDX-License-Identifier: ISC */
/* Inside a session: does one thing after the other that a role may or may not do, and prints what the kernel says. */
#ifndef POSTERN_TESTS_E2E_CAGE_TRY_H
#define POSTERN_TESTS_E2E_CAGE_TRY_H

#define CAGE_KILLED	(-1000)	/* less the signal */

/* One thing to do: 0 if it was let through, else -errno, or that it was killed. */
struct cage_act {
	const char	*name;
	int		(*act)(const char *what);
};

/* Each ends with a NULL name. */
extern const struct cage_act cage_reach[];	/* to other processes; WHAT is a pid, "init", "tracer" or "warden" */
extern const struct cage_act cage_plant[];	/* to programs that the session brings along */

/* Each word is ACT or ACT:WHAT (the tables are in cage_try.c and the two above); prints "WORD: done" or "WORD: the kernel's reason". */
int	cage_try(char **words);

int	cage_result(long r);	/* of a system call: 0 or -errno */

#endif
