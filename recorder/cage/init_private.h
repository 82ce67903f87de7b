/* SPDX-License-Identifier: ISC */
/* Mounts for a role with rights: what it is not given is out of sight, and what is no program of its cannot be run. */
#ifndef POSTERN_RECORDER_CAGE_INIT_PRIVATE_H
#define POSTERN_RECORDER_CAGE_INIT_PRIVATE_H

#include <stddef.h>

struct plan;

/*
 * After init_mounts' own, in the same private namespace. Adds its marks to the plan's record. 0, or -errno with a
 * sentence in `why`.
 */
int	init_private(struct plan *plan, char *why, size_t size);

#endif
