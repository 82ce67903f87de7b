/* SPDX-License-Identifier: ISC */
/* Two recordings of one session read as one: what was shown, and beside it what was run, in the order of their times. */
#include "config.h"

#include <stdlib.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/record/reading.h"

void
rec_reader_join(struct rec_reader *r, struct rec_reader *trail)
{
	rec_join_done(&r->join);
	r->join.trail = trail;
}

struct rec_reader *
rec_reader_trail(const struct rec_reader *r)
{
	return r->join.trail;
}

void
rec_join_done(struct rec_join *join)
{
	rec_reader_free(join->trail);
	*join = (struct rec_join){ 0 };
}

void
rec_join_clear(struct rec_join *join)
{
	join->has_shown = join->has_run = false;
	join->taken = 0;
	join->segment = 0;
	join->was_run = false;
	join->last_us = 0;
}

/* These stand in both; the recording's own are handed out. */
static bool
is_double(const struct rec_event *event)
{
	return event->kind == REC_STATE || event->kind == REC_END;
}

static int
take_run(struct rec_join *join)
{
	struct rec_place place;
	int result;

	do {
		result = rec_reader_next(join->trail, &join->run);
		if (result != 1)
			return result;
		rec_reader_place(join->trail, &place);
		join->taken = place.segment == join->segment ? join->taken + 1 : 1;
		join->segment = place.segment;
	} while (is_double(&join->run));
	join->has_run = true;
	return 1;
}

int
rec_join_next(struct rec_reader *r, struct rec_event *event)
{
	struct rec_join *join = &r->join;
	int shown = join->has_shown ? 1 : rec_reader_alone(r, &join->shown);
	int run = join->has_run ? 1 : take_run(join);

	join->has_shown = shown == 1;
	if (shown < 0 && shown != ERR_REC_DAMAGED)
		return shown;
	if (run < 0 && run != ERR_REC_DAMAGED)
		return run;
	if (shown != 1 && run != 1)
		return shown < 0 ? shown : run;
	join->was_run = run == 1 && (shown != 1 || join->run.t_us < join->shown.t_us);
	*event = join->was_run ? join->run : join->shown;
	if (event->t_us < join->last_us)
		event->t_us = join->last_us;	/* of a running one: the other had come to its end for then */
	join->last_us = event->t_us;
	if (join->was_run)
		join->has_run = false;
	else
		join->has_shown = false;
	return 1;
}

void
rec_join_place(const struct rec_join *join, struct rec_place *place)
{
	struct rec_place trail;

	rec_reader_place(join->trail, &trail);
	place->trail_segment = trail.segment;
	place->trail_offset = trail.offset;
	place->trail_taken = trail.segment == join->segment ? join->taken : 0;
	if (place->trail_taken > 0 && (join->has_run || join->was_run))
		place->trail_taken--;	/* that one comes again */
}

void
rec_join_goto(struct rec_join *join, const struct rec_place *place)
{
	const struct rec_place trail = { .segment = place->trail_segment, .offset = place->trail_offset };
	struct rec_event event;

	rec_join_clear(join);
	join->segment = place->trail_segment;
	rec_reader_goto(join->trail, &trail);
	while (join->taken < place->trail_taken && rec_reader_next(join->trail, &event) == 1)
		join->taken++;
}
