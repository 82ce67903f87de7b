/* SPDX-License-Identifier: ISC */
/* Helpers that several tests of lib/term share. */
#ifndef POSTERN_TESTS_UNIT_TERM_SUPPORT_H
#define POSTERN_TESTS_UNIT_TERM_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

struct grid;

/* The screen as text; the caller frees it. */
char		*support_text(const struct grid *grid);

/* Fails the test if cells, pens, cursor, modes or pen differ. `what` names the case. */
void		 support_same(const struct grid *a, const struct grid *b, const char *what);

/* A capture of tests/golden by name, NUL-terminated; the caller frees it. */
uint8_t		*support_golden(const char *name, size_t *count);

uint32_t	 noise_random(uint32_t *seed);

/* Whole sequences and characters, some of them broken, that reach every handler; returns how many bytes. */
size_t		 noise_fill(uint32_t *seed, uint8_t *bytes, size_t most);

#endif
