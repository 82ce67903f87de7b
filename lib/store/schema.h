/* SPDX-License-Identifier: ISC */
/* Versions of the catalogue's tables, for lib/store only: step N (from 1) turns version N-1 into N. */
#ifndef POSTERN_LIB_STORE_SCHEMA_H
#define POSTERN_LIB_STORE_SCHEMA_H

#include <stddef.h>

struct store;

/* Steps as SQL scripts; the programs' own list. */
extern const char *const	schema_steps[];
extern const size_t		schema_step_count;

/*
 * Applies the steps that are missing, all of them or none. ERR_STORE_VERSION if the catalogue knows more steps than
 * `count`; ERR_STORE if steps are missing and the catalogue is open for reading only.
 */
int	schema_bring(struct store *store, const char *const *steps, size_t count);

#endif
