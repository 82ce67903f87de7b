/* SPDX-License-Identifier: ISC */
/*
 * What has changed in settings, in words for the log. What was last told lies in STATE/seen.NAME, so that a change made
 * while no gate ran is told as well.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_CHANGE_H
#define POSTERN_RECORDER_GATE_GATE_CHANGE_H

#include <stddef.h>

struct gate;

#define CHANGE_MOST	8000	/* bytes of a difference; the rest is counted */

/*
 * Lines that came and went between two texts, as "new: A | B; gone: C"; in what order they stand does not matter. A line that begins with
 * a blank is named with the last one before it that does not. "nothing reads differently" if there are none. For the caller to free.
 */
char	*change_words(const char *old, const char *text);

/* The same against what was told last under this name: NULL if that was this very text, "" the first time. */
char	*gate_change(struct gate *gate, const char *name, const char *text);

/* It is in the log now. */
void	 gate_change_told(struct gate *gate, const char *name, const char *text);

#endif
