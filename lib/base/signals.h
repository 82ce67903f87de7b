/* SPDX-License-Identifier: ISC */
/* Signals arrive by a descriptor; and before an exec everything is as a new program expects it. */
#ifndef POSTERN_LIB_BASE_SIGNALS_H
#define POSTERN_LIB_BASE_SIGNALS_H

#include <signal.h>

/*
 * Blocks the signals of the list, which ends with 0, and opens a descriptor (non-blocking, close-on-exec) that tells of
 * them. `before` gets the mask as it was; NULL if nobody restores it. The descriptor or -errno.
 */
int	signals_open(const int *numbers, sigset_t *before);

/* None blocked: for a child before its exec. */
void	signals_unblock(void);

#endif
