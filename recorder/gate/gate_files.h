/* SPDX-License-Identifier: ISC */
/* The files of recordings, state/rec/ID.rec and ID.tail, and of trails beside them, ID.trail.rec and ID.trail.tail. */
#ifndef POSTERN_RECORDER_GATE_GATE_FILES_H
#define POSTERN_RECORDER_GATE_GATE_FILES_H

#include <stdbool.h>

struct gate;
struct id;

/* suffix: "rec", "tail", "trail.rec", "trail.tail". The caller frees it. */
char	*gate_files_path(const struct gate *gate, const struct id *session, const char *suffix);

/* For reading; the descriptor, or -errno. */
int	 gate_files_open(const struct gate *gate, const struct id *session, const char *suffix);

/* Both of the recording, or of the trail; what is not there is as good as removed. 0 or -errno. Only after its key slot has gone. */
int	 gate_files_remove(const struct gate *gate, const struct id *session, bool trail);

/*
 * Removes files whose recording (or trail) has expired: a gate that died between slot and file leaves them, or a disk that did not
 * let them go. 0, or the first error: then it should be tried again.
 */
int	 gate_files_sweep(struct gate *gate);

#endif
