/* SPDX-License-Identifier: ISC */
/* Going on, and going elsewhere. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "player/deck.h"
#include "player/picture.h"
#include "player/tape.h"

#define POLL_US		INT64_C(200000)	/* how often a running recording is asked for more */
#define DIED		"The painter of the picture died; this is drawn by a new one."
#define AHEAD_US	INT64_C(10000)	/* of each turn for reading ahead */

/* ---- the picture ------------------------------------------------------------------------------------------------- */

/* The painter died on event n: a fresh one goes on behind it. What it shows is complete again from the next still on. */
static void
replace_screen(struct deck *d)
{
	char when[CLOCK_TEXT];

	screen_free(d->screen);
	d->screen = NULL;
	if (d->bad_count < DECK_BAD_MOST)
		d->bad[d->bad_count++] = d->n;
	snprintf(d->said, sizeof d->said, "At %s (event %llu) the painter of the picture died; it is drawn anew from there on.",
	    clock_short(d->t_us / CLOCK_US, when), (unsigned long long)d->n + 1);
	if (screen_new(d->cols, d->rows, &d->screen) < 0)
		d->screen = NULL;
	else
		(void)screen_write(d->screen, picture_prologue(d->tape), strlen(picture_prologue(d->tape)));
}

static bool
is_bad(const struct deck *d, uint64_t n)
{
	for (unsigned i = 0; i < d->bad_count; i++)
		if (d->bad[i] == n)
			return true;
	return false;
}

static void
show_event(struct deck *d, const struct rec_event *event)
{
	uint16_t columns, rows;
	int r = 0;

	if (rec_event_read_resize(event, &columns, &rows) == 0) {
		d->cols = columns;
		d->rows = rows;
	}
	if (d->screen == NULL && screen_new(d->cols, d->rows, &d->screen) < 0) {
		d->screen = NULL;
		return;
	}
	if (is_bad(d, d->n))
		return;
	if (event->kind == REC_OUTPUT || event->kind == REC_ERROR_OUTPUT)
		r = screen_write(d->screen, event->bytes, event->count);
	else if (event->kind == REC_RESIZE)
		r = screen_resize(d->screen, columns, rows);
	if (r < 0)
		replace_screen(d);
}

/* The screen becomes the still. Ends whatever sequence it is in, then resets it. */
static void
show_still(struct deck *d, const struct still *still)
{
	static const char fresh[] = "\030\033c";

	d->cols = still->cols;
	d->rows = still->rows;
	if (d->screen != NULL && screen_write(d->screen, fresh, sizeof fresh - 1) == 0 &&
	    screen_resize(d->screen, d->cols, d->rows) == 0 && screen_write(d->screen, still->bytes, still->count) == 0)
		return;
	if (d->screen != NULL)
		snprintf(d->said, sizeof d->said, DIED);
	screen_free(d->screen);
	d->screen = NULL;
	if (screen_new(d->cols, d->rows, &d->screen) < 0 || screen_write(d->screen, still->bytes, still->count) < 0)
		snprintf(d->said, sizeof d->said, "There is no process to paint the picture with.");
}

int
deck_look(struct deck *d, struct screen_view *view)
{
	if (d->screen == NULL)
		return ERR_SCREEN;
	if (screen_look(d->screen, view) == 0)
		return 0;
	/* It did not die on any event that we know of: the same picture again, from the still. */
	snprintf(d->said, sizeof d->said, DIED);
	show_still(d, scout_still_at(&d->scout, d->n));
	deck_go_event(d, d->n);
	return d->screen != NULL ? screen_look(d->screen, view) : ERR_SCREEN;
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* The event n, which the scout has seen before. */
static bool
peek(struct deck *d)
{
	int r;

	if (d->has_next || d->n >= d->scout.n || d->error < 0)
		return d->has_next;
	r = rec_reader_next(d->reader, &d->next);
	d->has_next = r == 1;
	d->error = r < 0 ? r : 0;
	return d->has_next;
}

/* Event n happens. Where there is a still behind it, the picture becomes that, as it does for those who come from elsewhere. */
static void
pass(struct deck *d)
{
	const struct still *still;

	show_event(d, &d->next);
	d->has_next = false;
	d->n++;
	if (d->next.t_us > d->t_us)
		d->t_us = d->next.t_us;
	d->quiet_us = d->t_us;
	still = scout_still_at(&d->scout, d->n);
	if (still->n == d->n)
		show_still(d, still);
}

/* Back to a still, and the reader with it. */
static void
jump(struct deck *d, const struct still *still)
{
	const struct leg *leg = scout_leg(&d->scout, still->n);

	d->has_next = false;
	d->n = still->n;
	d->t_us = d->quiet_us = still->t_us;
	show_still(d, still);
	if (leg == NULL || d->n == 0) {
		(void)rec_reader_rewind(d->reader);
		return;
	}
	rec_reader_goto(d->reader, &leg->place);
	for (uint64_t n = leg->n; n < d->n && rec_reader_next(d->reader, &d->next) == 1; n++)
		;
}

/* ---- goals ------------------------------------------------------------------------------------------------------- */

void
deck_go_time(struct deck *d, int64_t t_us)
{
	d->goal = DECK_TO_TIME;
	d->goal_us = t_us < 0 ? 0 : t_us;
	d->follows = false;
	d->skipped_us = 0;
}

void
deck_go_event(struct deck *d, uint64_t n)
{
	d->goal = DECK_TO_EVENT;
	d->goal_n = n;
	d->follows = false;
	d->skipped_us = 0;
}

void
deck_go_end(struct deck *d)
{
	deck_go_event(d, UINT64_MAX);
	d->follows = !d->scout.is_over;
}

void
deck_step(struct deck *d, int by)
{
	uint64_t from = d->goal == DECK_TO_EVENT && d->goal_n < d->scout.n ? d->goal_n : d->n;

	deck_pause(d, true);
	if (by < 0 && from == 0)
		return;
	deck_go_event(d, by < 0 ? from - 1 : from + 1);
}

/* Is the goal within what the scout has seen? Reads on if not. */
static bool
is_known(struct deck *d, int64_t budget_us)
{
	bool is_seen = d->goal == DECK_TO_EVENT ? d->goal_n <= d->scout.n : d->goal_us < d->scout.t_us;

	if (is_seen || d->scout.is_over)
		return true;
	(void)scout_read(&d->scout, budget_us);
	return d->scout.at_end;
}

static bool
is_reached(struct deck *d)
{
	if (d->goal == DECK_TO_EVENT)
		return d->n == d->goal_n || !peek(d);
	return !peek(d) || d->next.t_us > d->goal_us;
}

/* What is behind us, or far ahead, begins at a still. */
static void
shorten(struct deck *d)
{
	const struct still *still = d->goal == DECK_TO_EVENT ? scout_still_at(&d->scout, d->goal_n) :
	    scout_still_by(&d->scout, d->goal_us);
	bool is_back = d->goal == DECK_TO_EVENT ? d->goal_n < d->n : d->goal_us < d->t_us;

	if (is_back || still->n > d->n)
		jump(d, still);
}

/* Towards the goal, until it is reached or the time is over. */
static void
approach(struct deck *d, int64_t until_us)
{
	if (!is_known(d, until_us - clock_boot_us()))
		return;
	shorten(d);
	while (!is_reached(d)) {
		pass(d);
		if (clock_boot_us() >= until_us)
			return;
	}
	if (d->goal == DECK_TO_TIME && d->goal_us > d->t_us)
		d->t_us = d->goal_us < deck_length_us(d) ? d->goal_us : deck_length_us(d);
	d->quiet_us = d->t_us;
	d->goal = DECK_THERE;
	d->ticked_us = clock_boot_us();
}

/* ---- going on ---------------------------------------------------------------------------------------------------- */

static int64_t
stretch(const struct deck *d, int64_t real_us)
{
	return d->speed >= 0 ? real_us * (1 << d->speed) : real_us / (1 << -d->speed);
}

/* Silence beyond the limit is passed over. */
static void
cut_silence(struct deck *d)
{
	if (!d->limits_idle || !peek(d) || d->t_us - d->quiet_us < DECK_IDLE_US || d->next.t_us <= d->t_us)
		return;
	d->skipped_us = d->next.t_us - d->t_us;
	d->t_us = d->next.t_us;
}

static bool
play(struct deck *d, int64_t until_us)
{
	int64_t now_us = clock_boot_us();
	uint64_t before = d->n;

	d->t_us += stretch(d, now_us - d->ticked_us);
	d->ticked_us = now_us;
	cut_silence(d);
	while (peek(d) && d->next.t_us <= d->t_us) {
		pass(d);
		/* The clock waits for a picture that is slow to paint. */
		if (clock_boot_us() >= until_us && d->n < d->scout.n) {
			d->t_us = d->next.t_us;
			break;
		}
	}
	if (d->n > before)
		d->quiet_us = d->t_us;
	if (!peek(d) && d->t_us > deck_length_us(d))
		d->t_us = deck_length_us(d);
	d->follows = !peek(d) && deck_is_live(d);
	return true;
}

/* At the end of a running one: everything at once. */
static bool
follow(struct deck *d, int64_t until_us)
{
	uint64_t before = d->n;

	while (peek(d) && clock_boot_us() < until_us)
		pass(d);
	d->ticked_us = clock_boot_us();
	d->follows = !deck_is_over(d);
	return d->n > before;
}

bool
deck_work(struct deck *d, int64_t budget_us)
{
	int64_t until_us = clock_boot_us() + budget_us;
	bool has_changed = d->goal != DECK_THERE;

	if (d->goal != DECK_THERE)
		approach(d, until_us);
	else if ((!d->scout.at_end || clock_boot_us() - d->looked_us >= POLL_US) && !d->scout.is_over) {
		has_changed = scout_read(&d->scout, AHEAD_US);
		d->looked_us = clock_boot_us();
	}
	if (deck_is_over(d))
		d->is_paused = true;
	if (d->goal != DECK_THERE || d->is_paused)
		d->ticked_us = clock_boot_us();
	else
		has_changed |= d->follows ? follow(d, until_us) : play(d, until_us);
	return has_changed;
}

int
deck_wait_ms(const struct deck *d)
{
	if (d->goal != DECK_THERE || (!d->scout.at_end && !d->scout.is_over))
		return 0;
	if (d->is_paused || d->follows)	/* what the scout has seen may not be there for us at the first look */
		return d->scout.is_over && (d->is_paused || d->n == d->scout.n) ? -1 : (int)(POLL_US / 1000);
	return 33;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

void
deck_init(struct deck *d, struct tape *tape, struct rec_reader *ahead, struct screen *screen)
{
	*d = (struct deck){ .tape = tape, .reader = tape->reader, .screen = screen, .limits_idle = true,
		.cols = tape->info->columns, .rows = tape->info->rows };
	scout_init(&d->scout, tape, ahead);
	show_still(d, scout_still_at(&d->scout, 0));
	d->ticked_us = clock_boot_us();
}

void
deck_done(struct deck *d)
{
	scout_done(&d->scout);
	screen_free(d->screen);
	d->screen = NULL;
}

void
deck_pause(struct deck *d, bool is_paused)
{
	d->is_paused = is_paused;
	d->follows = d->follows && !is_paused;
	d->skipped_us = 0;
	d->ticked_us = clock_boot_us();
}

void
deck_set_speed(struct deck *d, int speed)
{
	d->speed = speed > DECK_SPEED_MOST ? DECK_SPEED_MOST : speed < -DECK_SPEED_MOST ? -DECK_SPEED_MOST : speed;
	d->ticked_us = clock_boot_us();
}

bool
deck_is_over(const struct deck *d)
{
	return d->error < 0 || (d->scout.is_over && d->n == d->scout.n);
}

bool
deck_is_live(const struct deck *d)
{
	return d->scout.at_end && !d->scout.is_over && d->error == 0;
}

int64_t
deck_length_us(const struct deck *d)
{
	int64_t own = d->tape->info->duration_us;

	return own > d->scout.t_us && !d->scout.is_over ? own : d->scout.t_us;
}
