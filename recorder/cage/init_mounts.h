/* SPDX-License-Identifier: ISC */
/* What a session sees of the file system: its own /proc, its own session.sock, and nothing of Postern's state. */
#ifndef POSTERN_RECORDER_CAGE_INIT_MOUNTS_H
#define POSTERN_RECORDER_CAGE_INIT_MOUNTS_H

#include <stddef.h>

struct plan;

/*
 * For a process in a mount and pid namespace of its own. Makes all mounts private first, also inside a chroot. 0, or
 * -errno with a sentence in `why`.
 */
int	init_mounts(struct plan *plan, char *why, size_t size);

#endif
