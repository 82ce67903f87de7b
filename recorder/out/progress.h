/* SPDX-License-Identifier: ISC */
/*
 * How far an output (folder out of the state directory) or a witness (folder witness) has come: a file NAME with a line "at N" (the first
 * entry that it does not have), and as long as it is lost "lost SECONDS SENTENCE". The process writes it, `postern doctor` reads it.
 */
#ifndef POSTERN_RECORDER_OUT_PROGRESS_H
#define POSTERN_RECORDER_OUT_PROGRESS_H

#include <stdint.h>

#define PROGRESS_WHY	256

struct progress {
	int64_t	at;
	int64_t	lost_s;		/* wall clock; 0: it is not */
	char	why[PROGRESS_WHY];
};

/* 0 (a file that is not there is all zeros), ERR_CONFIG, -errno. */
int	progress_read(const char *folder, const char *name, struct progress *mark);
int	progress_write(const char *folder, const char *name, const struct progress *mark);

/* Makes the folder, and waits until no other process has this output. A descriptor to keep, or -errno. */
int	progress_lock(const char *folder, const char *name);

#endif
