/* SPDX-License-Identifier: ISC */
/* Reading ahead. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "lib/term/paint.h"
#include "player/picture.h"
#include "player/said.h"
#include "player/scout.h"
#include "player/tape.h"

#define SPACING		(UINT64_C(128) << 10)	/* bytes of output: a few milliseconds of painting */
#define STILLS_MOST	((size_t)48 << 20)	/* bytes of stills; then every other one goes */
#define SECONDS_MOST	((size_t)1 << 20)	/* of activity: twelve days */
#define KEYS_MOST	((size_t)16 << 20)	/* bytes typed */
#define LINES_MOST	((size_t)1 << 20)	/* marks; a recording made to hold more shows the first */

/* Room for one more; doubles when the count is a power of two. */
#define GROW(array, count) \
	do { \
		if (((count) & ((count) - 1)) == 0) \
			(array) = own_grow((array), (count) == 0 ? 1 : 2 * (count), sizeof *(array)); \
	} while (0)

static void
add_still(struct scout *s)
{
	AUTO_BUF struct buf bytes = { .max = PAINT_MOST };
	struct still *still;

	if (buf_add_text(&bytes, picture_prologue(s->tape)) < 0 || (s->n > 0 && paint_whole(s->grid, &bytes) < 0))
		return;
	GROW(s->stills, s->still_count);
	still = &s->stills[s->still_count++];
	*still = (struct still){ .n = s->n, .t_us = s->n > 0 ? s->t_us : 0, .cols = grid_cols(s->grid), .rows = grid_rows(s->grid),
		.bytes = buf_text(&bytes), .count = buf_len(&bytes) };
	s->still_bytes += still->count;
	s->since = 0;
}

/* Every other still goes, the first stays; from now on they are made half as often. */
static void
thin_stills(struct scout *s)
{
	size_t kept = 0;

	s->still_bytes = 0;
	for (size_t i = 0; i < s->still_count; i++) {
		if (i % 2 != 0) {
			free(s->stills[i].bytes);
			continue;
		}
		s->stills[kept] = s->stills[i];
		s->still_bytes += s->stills[kept++].count;
	}
	/* GROW counts on a power of two being the end of the room, so the room follows. */
	s->still_count = kept;
	s->stills = own_grow(s->stills, s->still_count * 2 + 2, sizeof *s->stills);
	s->spacing *= 2;
}

void
scout_init(struct scout *s, const struct tape *tape, struct rec_reader *reader)
{
	*s = (struct scout){ .tape = tape, .reader = reader, .grid = picture_new(tape), .spacing = SPACING };
	buf_init(&s->keys, KEYS_MOST);
	add_still(s);
}

void
scout_done(struct scout *s)
{
	for (size_t i = 0; i < s->mark_count; i++)
		free(s->marks[i].text);
	for (size_t i = 0; i < s->still_count; i++)
		free(s->stills[i].bytes);
	buf_done(&s->keys);
	free(s->typed);
	free(s->marks);
	free(s->stills);
	free(s->legs);
	free(s->activity);
	grid_free(s->grid);
	rec_reader_free(s->reader);
	*s = (struct scout){ .tape = NULL };
}

static void
add_leg(struct scout *s)
{
	struct rec_place place;

	rec_reader_place(s->reader, &place);
	if (s->leg_count > 0 && s->legs[s->leg_count - 1].place.segment == place.segment)
		return;
	GROW(s->legs, s->leg_count);
	s->legs[s->leg_count++] = (struct leg){ .place = place, .n = s->n };
}

static void
add_activity(struct scout *s, const struct rec_event *event)
{
	size_t second = event->t_us > 0 ? (size_t)(event->t_us / CLOCK_US) : 0;

	if (second >= SECONDS_MOST)
		return;
	if (second >= s->seconds) {
		size_t room = (second + 1) * 3 / 2 + 16;

		s->activity = own_grow(s->activity, room, sizeof *s->activity);
		memset(s->activity + s->seconds, 0, (room - s->seconds) * sizeof *s->activity);
		s->seconds = room;
	}
	if (UINT32_MAX - s->activity[second] > event->count)
		s->activity[second] += (uint32_t)event->count;
}

static void
add_typed(struct scout *s, const struct rec_event *event)
{
	struct typed typed = { .n = s->n, .from = (uint32_t)buf_len(&s->keys) };
	struct rec_typed keys;

	if (rec_event_read_typed(event, &keys) < 0 || s->typed_count >= LINES_MOST)
		return;
	if (keys.bytes == NULL)
		typed.hidden = (uint32_t)keys.count;
	else if (buf_add(&s->keys, keys.bytes, keys.count) == 0)
		typed.count = (uint32_t)keys.count;
	else
		return;
	GROW(s->typed, s->typed_count);
	s->typed[s->typed_count++] = typed;
}

static bool
ends_line(const struct rec_event *event)
{
	struct rec_typed typed;

	return rec_event_read_typed(event, &typed) == 0 && typed.bytes != NULL && typed.count > 0 &&
	    (memchr(typed.bytes, '\r', typed.count) != NULL || memchr(typed.bytes, '\n', typed.count) != NULL);
}

/* Called when the event is counted already. */
static void
add_mark(struct scout *s, const struct rec_event *event)
{
	static const char none[] = "";
	AUTO_FREE char *said = NULL;
	const char *text = none;
	size_t count = 0;
	enum mark_kind kind;

	switch (event->kind) {
	case REC_INPUT:
	case REC_TYPED:
		if (!ends_line(event))
			return;
		kind = MARK_LINE;
		break;
	case REC_RESIZE:
		kind = MARK_RESIZE;
		break;
	case REC_NOTE:
	case REC_STATE:
		kind = event->kind == REC_NOTE ? MARK_NOTE : MARK_STATE;
		text = (const char *)event->bytes;
		count = event->count;
		break;
	case REC_GUARD:
		kind = MARK_STATE;
		said = said_text(event);
		text = said != NULL ? said : none;
		count = strlen(text);
		break;
	case REC_END:
		kind = MARK_END;
		break;
	default:
		return;
	}
	if (s->mark_count >= LINES_MOST)
		return;
	GROW(s->marks, s->mark_count);
	s->marks[s->mark_count++] = (struct mark){ .n = s->n, .t_us = event->t_us, .kind = kind, .text = text_clean(text, count) };
}

static void
take(struct scout *s, const struct rec_event *event)
{
	add_leg(s);
	s->n++;
	s->t_us = event->t_us;
	picture_event(s->grid, event);
	add_mark(s, event);
	add_typed(s, event);
	if (event->kind == REC_OUTPUT || event->kind == REC_ERROR_OUTPUT) {
		s->since += event->count;
		add_activity(s, event);
	}
	if (s->since < s->spacing || grid_mid_sequence(s->grid))
		return;
	add_still(s);
	if (s->still_bytes > STILLS_MOST && s->still_count > 2)
		thin_stills(s);
}

bool
scout_read(struct scout *s, int64_t budget_us)
{
	int64_t until_us = clock_boot_us() + budget_us;
	const struct rec_report *report;
	struct rec_event event;
	uint64_t before = s->n;
	int r;

	if (s->is_over)
		return false;
	do {
		r = rec_reader_next(s->reader, &event);
		if (r == 1)
			take(s, &event);
	} while (r == 1 && clock_boot_us() < until_us);
	s->at_end = r != 1;
	if (r == 1)
		return true;
	report = rec_reader_report(s->reader);
	s->is_over = report->complete || r < 0;
	s->error = r < 0 && r != ERR_REC_DAMAGED ? r : 0;
	return s->n > before;
}

const struct still *
scout_still_at(const struct scout *s, uint64_t n)
{
	size_t low = 0, high = s->still_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->stills[middle].n <= n)
			low = middle;
		else
			high = middle;
	}
	return &s->stills[low];
}

const struct still *
scout_still_by(const struct scout *s, int64_t t_us)
{
	size_t low = 0, high = s->still_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->stills[middle].t_us <= t_us)
			low = middle;
		else
			high = middle;
	}
	return &s->stills[low];
}

const struct leg *
scout_leg(const struct scout *s, uint64_t n)
{
	size_t low = 0, high = s->leg_count;

	if (s->leg_count == 0)
		return NULL;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->legs[middle].n <= n)
			low = middle;
		else
			high = middle;
	}
	return &s->legs[low];
}
