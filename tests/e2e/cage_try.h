/* SPDX-License-Identifier: ISC */
/* Inside a session: does one thing after the other that a role may or may not do, and prints what the kernel says. */
#ifndef POSTERN_TESTS_E2E_CAGE_TRY_H
#define POSTERN_TESTS_E2E_CAGE_TRY_H

/* Each word is ACT or ACT:WHAT (the table is in cage_try.c); prints "WORD: done" or "WORD: the kernel's reason". */
int	cage_try(char **words);

#endif
