/* SPDX-License-Identifier: ISC */
/* What the test puts into a session as its command: looks around, multiplies, attacks, and prints what it found. */
#ifndef POSTERN_TESTS_E2E_CAGE_PROBE_H
#define POSTERN_TESTS_E2E_CAGE_PROBE_H

#include <stddef.h>

/* argv[1] is one of: env, who, look, swarm, chase, attack, try. Exit status. */
int	cage_probe(int argc, char **argv);

int	probe_spawn(char **argv);	/* N: so many programs, one after the other */

/* A program of a hundred bytes that exits with 42; one byte where none is written down for this processor. */
extern const unsigned char	probe_tiny[];
extern const size_t		probe_tiny_count;

#endif
