/* SPDX-License-Identifier: ISC */
/*
 * Reads a recording ahead of whoever watches it, once, a little at a time: where its segments begin, what there is to jump to, how
 * much happened when, and now and then the whole screen, from which any later moment is a short way.
 */
#ifndef POSTERN_PLAYER_SCOUT_H
#define POSTERN_PLAYER_SCOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/record/reader.h"

struct grid;
struct tape;

/* Events are counted from 0; "at n" means that n events have happened. */
enum mark_kind { MARK_LINE, MARK_RESIZE, MARK_NOTE, MARK_STATE, MARK_END, MARK_KINDS };

struct mark {
	uint64_t	n;	/* the event is n - 1 */
	int64_t		t_us;
	enum mark_kind	kind;
	char		*text;	/* clean; of a note or state; "" */
};

/* The screen after n events, as bytes for a fresh terminal of this size. */
struct still {
	uint64_t	n;
	int64_t		t_us;
	int		cols, rows;
	char		*bytes;
	size_t		count;
};

/* Keys that were typed: a piece of scout->keys, or only their number. */
struct typed {
	uint64_t	n;	/* as in a mark */
	uint32_t	from, count;
	uint32_t	hidden;	/* typed while the terminal did not echo: not in the recording */
};

/* A segment, and how many events lie before it. */
struct leg {
	struct rec_place	place;
	uint64_t		n;
};

struct scout {
	const struct tape	*tape;
	struct rec_reader	*reader;
	struct grid		*grid;
	uint64_t		 n;		/* events read */
	int64_t			 t_us;		/* time of the last */
	bool			 at_end;	/* there was no more at the last look */
	bool			 is_over;	/* nor will there be: the end was reached, or damage */
	int			 error;		/* of the source; 0 */
	struct leg		*legs;
	size_t			 leg_count;
	struct mark		*marks;
	size_t			 mark_count;
	struct still		*stills;
	size_t			 still_count;
	size_t			 still_bytes;	/* of all */
	uint64_t		 since;		/* bytes of output since the last still */
	uint64_t		 spacing;	/* between stills */
	struct typed		*typed;
	size_t			 typed_count;
	struct buf		 keys;		/* the bytes of them */
	uint32_t		*activity;	/* bytes of output in each second */
	size_t			 seconds;	/* so many of them */
};

/* Takes the reader. */
void	scout_init(struct scout *scout, const struct tape *tape, struct rec_reader *reader);
void	scout_done(struct scout *scout);

/* Reads on for about so long, at least one event if there is one. True if there was any. */
bool	scout_read(struct scout *scout, int64_t budget_us);

/* The last still at or before n, by events or by time. Never NULL: the first one is the empty screen. */
const struct still	*scout_still_at(const struct scout *scout, uint64_t n);
const struct still	*scout_still_by(const struct scout *scout, int64_t t_us);

/* The leg that event n lies in, as far as it was read. NULL only if nothing was. */
const struct leg	*scout_leg(const struct scout *scout, uint64_t n);

#endif
