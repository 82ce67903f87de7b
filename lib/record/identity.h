/* SPDX-License-Identifier: ISC */
/* The auditor's secret key: where it lies, and its passphrase. */
#ifndef POSTERN_LIB_RECORD_IDENTITY_H
#define POSTERN_LIB_RECORD_IDENTITY_H

#include <stdbool.h>

struct age_ring;
struct cli;

/*
 * Adds the identities of -i FILE; else of ROOT/auditor.key (root NULL: none); else of ~/.config/postern/identity. A
 * passphrase is asked for on the terminal. `must_lock`: a key without one is refused. 0, or an exit status after a
 * sentence.
 */
int	identity_load(const struct cli *cli, const char *root, bool must_lock, struct age_ring *ring);

#endif
