/* SPDX-License-Identifier: ISC */
/*
 * Finds words in a recording: in all that stood on its screen (also for a moment, also in a full-screen program), in the lines
 * that were entered, in what was executed, in notes and in what happened to the session.
 */
#ifndef POSTERN_PLAYER_SIEVE_H
#define POSTERN_PLAYER_SIEVE_H

#include <stddef.h>
#include <stdint.h>

struct rec_event;
struct sieve;
struct tape;

/* Where words were found. */
struct sieve_hit {
	int64_t		 t_us;	/* within the recording: when the line was first seen to have them */
	const char	*what;	/* "shown", "entered", "ran", "said"; static */
	char		*line;	/* clean, one line */
};

/* All of `words` (NULL-terminated, borrowed) must be in a line, whatever the case of ASCII letters. Never NULL. */
struct sieve	*sieve_new(const struct tape *tape, char *const *words);
void		 sieve_free(struct sieve *sieve);	/* NULL is fine */

void		 sieve_event(struct sieve *sieve, const struct rec_event *event);

/* After the last event: what was found, by time, the same line once only. The sieve's own. */
const struct sieve_hit	*sieve_hits(struct sieve *sieve, size_t *count);

#endif
