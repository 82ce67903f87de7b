/* SPDX-License-Identifier: ISC */
/*
 * How far an output (folder out of the state directory) or a witness (folder witness) has come: a file NAME with a line "at N" (the first
 * entry that it does not have), and as long as it is lost "lost SECONDS SENTENCE". The process writes it, `postern doctor` reads it.
 */
#ifndef POSTERN_RECORDER_OUT_MARK_H
#define POSTERN_RECORDER_OUT_MARK_H

#include <stdint.h>

#define MARK_WHY	256

struct mark {
	int64_t	at;
	int64_t	lost_s;		/* wall clock; 0: it is not */
	char	why[MARK_WHY];
};

/* 0 (a file that is not there is all zeros), ERR_CONFIG, -errno. */
int	mark_read(const char *folder, const char *name, struct mark *mark);
int	mark_write(const char *folder, const char *name, const struct mark *mark);

/* Makes the folder, and waits until no other process has this output. A descriptor to keep, or -errno. */
int	mark_lock(const char *folder, const char *name);

#endif
