/* SPDX-License-Identifier: ISC */
/* Capabilities of the calling process: init holds none once the session runs, and the command never gets any. */
#ifndef POSTERN_RECORDER_CAGE_CAPS_H
#define POSTERN_RECORDER_CAGE_CAPS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Makes exactly `mask` (bits 1 << CAP_*) of what is permitted inheritable and ambient, so that it outlives the exec of
 * a program under an ordinary uid. 0 or -errno.
 */
int	caps_keep_over_exec(uint64_t mask);

/* Gives up all sets, the bounding set included (as far as CAP_SETPCAP is held). 0 or -errno. */
int	caps_drop_all(void);

/* Before becoming an account: nothing stays inheritable or ambient. 0 or -errno. */
int	caps_drop_inherited(void);

/* True if nothing is permitted, effective, inheritable or ambient. */
bool	caps_none(void);

#endif
