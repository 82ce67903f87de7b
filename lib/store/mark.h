/* SPDX-License-Identifier: ISC */
/*
 * How many entries the log had when it was last written: 8 bytes, little-endian, in the file `mark` beside the catalogue. It is
 * written after each commit and not synced, so it never says more than what is on the disk: where it does, the newest
 * transactions were lost (a damaged write-ahead log, an older file put in place), and with them perhaps a revocation.
 */
#ifndef POSTERN_LIB_STORE_MARK_H
#define POSTERN_LIB_STORE_MARK_H

#include <stdint.h>

#include "lib/store/store.h"

#define MARK_FILE	"mark"

/* For lib/store only. Opens or makes it; ERR_STORE_BEHIND if the log is shorter. */
int	mark_open(struct store *store, const char *dir);
void	mark_put(struct store *store, int64_t entries);

/* What it says in a state directory; 0 without one. */
int64_t	mark_read(const char *dir);

#endif
