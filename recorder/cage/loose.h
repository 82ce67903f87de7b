/* SPDX-License-Identifier: ISC */
/* Programs in a tree that is meant for reading: whoever may run a loader (ld.so) may run them as well. */
#ifndef POSTERN_RECORDER_CAGE_LOOSE_H
#define POSTERN_RECORDER_CAGE_LOOSE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Calls `each` with the path of every program in and below `path` (also if it is one itself), without following links and
 * without leaving the file system's names; looks at no more than `most` entries. False if there were more.
 */
bool	loose_scan(const char *path, size_t most, void (*each)(const char *path, void *user), void *user);

#endif
