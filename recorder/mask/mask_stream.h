/* SPDX-License-Identifier: ISC */
/*
 * Terminal output in; out of it the masked stream for the recording, which waits until a line is resolved, and the one
 * for the screen, which waits for 30 ms at most. Values are found on a screen of our own, so that colours, cursor moves,
 * wraps and redraws do not hide them, and covered byte by byte on their way: no escape sequence is touched, no column
 * moves. Times are microseconds of any clock that only goes forward; nothing here asks for the time.
 */
#ifndef POSTERN_RECORDER_MASK_MASK_STREAM_H
#define POSTERN_RECORDER_MASK_MASK_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/secret.h"
#include "recorder/mask/mask_queue.h"

#define MASK_HOLD_US	INT64_C(30000)		/* longest wait of the screen */
#define MASK_IDLE_US	INT64_C(2000000)	/* a line that nothing came to for so long is as it is */
#define MASK_PAINT_US	INT64_C(300000)		/* the same for a painted screen */
#define MASK_HELD_MOST	(16u * 1024)		/* most bytes that the recording waits with */
#define MASK_ECHO_US	INT64_C(250000)		/* after a key, little output is its echo */

struct buf;
struct grid;
struct mask_match;
struct mask_stream;

/* What became of a value, or nearly: for those who try rules. Never the value itself. */
struct mask_told {
	uint32_t	rule;		/* place in the rules, or MASK_NO_RULE: a rule took too long, and the line was covered */
	uint64_t	line;		/* line feeds before it in the stream, counted from 1 */
	uint32_t	chars;		/* of the value */
	bool		is_near;	/* a literal stood there, and nothing matched */
	bool		is_check;	/* with is_near: its check has dropped a match */
};

/* What the recording gets next came then, by the clock of mask_stream_write(). */
typedef void	mask_when(void *user, int64_t us);
typedef void	mask_tell(void *user, const struct mask_told *told);

struct mask_params {
	int		 cols, rows;
	bool		 is_afloat;	/* the terminal was not empty at first, and its cursor somewhere: only distances are known */
	bool		 is_any;	/* no terminal made the bytes, perhaps: line feeds alone end lines until CR LF is seen */
	const uint8_t	*key;		/* SECRET_KEY bytes for pseudonyms; copied; NULL: zeros */
	mask_sink	*record;	/* NULL: nobody records */
	mask_sink	*screen;	/* NULL: nobody looks */
	mask_when	*came;		/* before each piece for `record`; NULL: nobody asks when it came */
	mask_tell	*tell;		/* NULL: nobody asks */
	void		*user;
};

/* Counts since the beginning. */
struct mask_counts {
	uint64_t	hits;		/* values covered, by any rule */
	uint64_t	failed;		/* lines covered because a rule took too long */
	uint64_t	late;		/* characters of values that the recording had already got */
	uint64_t	shown;		/* characters of values that stood on the screen for a moment */
	uint64_t	endless;	/* covered outputs of commands (output-of) behind which no prompt came for long; they stay covered */
	int64_t		shown_us;	/* the longest of these moments */
};

/* The matcher must live as long as the stream; it may serve several, one after another. Never NULL. */
struct mask_stream	*mask_stream_new(struct mask_match *match, const struct mask_params *params);
void			 mask_stream_free(struct mask_stream *stream);	/* wipes; NULL is fine */

void			 mask_stream_write(struct mask_stream *stream, const void *bytes, size_t count, int64_t now_us);

/* A key was typed: the output that follows at once is its echo, and does not wait. */
void			 mask_stream_typed(struct mask_stream *stream, int64_t now_us);

/* The next moment at which mask_stream_tick() has something to do; 0: never. */
int64_t			 mask_stream_due(const struct mask_stream *stream);
void			 mask_stream_tick(struct mask_stream *stream, int64_t now_us);

void			 mask_stream_resize(struct mask_stream *stream, int cols, int rows, int64_t now_us);

/* Nothing more will come, or not soon: everything is decided and given to the sinks. */
void			 mask_stream_flush(struct mask_stream *stream, int64_t now_us);

/*
 * How many bytes the screen has (or would have, if there is one) and the recording has not. Those of them that were not told before
 * are added to `veiled` (NULL: nobody asks), as many bytes, each character covered: mask_veil.h.
 */
size_t			 mask_stream_undecided(struct mask_stream *stream, struct buf *veiled);

/* Text without a screen (an argument, a note): covered in place, each byte by a '*'. */
void			 mask_stream_text(struct mask_stream *stream, char *text);

/* Shows the output as it was given, before masking. */
const struct grid	*mask_stream_grid(const struct mask_stream *stream);

void			 mask_stream_counts(const struct mask_stream *stream, struct mask_counts *counts);
/* Of one of mask_rules_entries(). */
uint64_t		 mask_stream_rule_hits(const struct mask_stream *stream, size_t rule);
size_t			 mask_stream_memory(const struct mask_stream *stream);

#endif
