/* SPDX-License-Identifier: ISC */
/* Time and order: what the two sinks may have, and when. */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "lib/term/parser.h"
#include "recorder/mask/mask_column.h"
#include "recorder/mask/mask_inside.h"
#include "recorder/mask/mask_output.h"
#include "recorder/mask/mask_veil.h"

#define CHUNK		2048u	/* bytes between two matchings; no more than the carry takes */
#define ECHO_MOST	256	/* more output than this is no echo of a key */
#define PAINT_BYTES	(16u << 20)	/* more than the largest screen takes */
#define JUMP_MOST	4096	/* bytes after which a jump of the cursor is forgotten */

/* Rows with something new are about to go. What scrolls away in order is still part of its line, in the carry. */
static void
before(void *user, int from, int to, bool is_lost)
{
	struct mask_stream *s = user;
	int first, last, at, col;

	if (is_lost)
		s->lost = grid_place(s->grid);
	grid_cursor(s->grid, &at, &col);
	for (int row = from; row <= to;) {
		mask_line_span(s->grid, row, &first, &last);
		if (grid_row_used(s->grid, row) == 0 || (!is_lost && first <= at && at <= last))
			row++;
		else
			row = mask_chain(s, row, is_lost ? MASK_CLOSE : MASK_LOOK);
	}
}

static void
string(void *user, uint64_t begin, uint64_t end)
{
	struct mask_stream *s = user;

	mask_string(s, begin, end);
	if (s->outputs != NULL)
		mask_output_mark(s, begin, end);
}

static void
leave(void *user, const struct grid *grid, int row)
{
	struct mask_stream *s = user;
	uint32_t mark = grid_row_mark(grid, row);

	if ((mark & ROW_CARRIED) == 0) {
		s->carry.count = 0;
		s->top_mark = 0;
	}
	if (s->carry.count == 0) {
		s->top_before = s->top_mark;
		s->is_before_apart = s->is_top_apart;
	}
	s->is_top_apart = grid_row_used(grid, row) == 0;
	if (!s->is_top_apart)
		s->top_mark = mark;
	if (s->columns != NULL)
		mask_column_leave(s, row);
	mask_carry_take(&s->carry, grid, row);
	grid_row_set_mark(s->grid, row + 1, grid_row_mark(grid, row + 1) | ROW_CARRIED);
}

struct mask_stream *
mask_stream_new(struct mask_match *match, const struct mask_params *params)
{
	struct mask_stream *s = own_alloc(sizeof *s);
	struct grid_watch watch = { .before = before, .string = string, .user = s };

	s->match = match;
	s->rules = mask_match_rules(match);
	s->params = *params;
	if (params->key != NULL)
		memcpy(s->key, params->key, SECRET_KEY);
	s->params.key = NULL;
	s->rule_hits = own_alloc(sizeof *s->rule_hits * (mask_rules_entries(s->rules) + 1));
	if (s->rules->output_count > 0)
		s->outputs = own_alloc(sizeof *s->outputs);
	if (s->rules->column_count > 0)
		s->columns = own_alloc(sizeof *s->columns);
	s->grid = grid_new(params->cols, params->rows);
	s->held = s->open = s->edited = UINT64_MAX;
	s->long_rule = MASK_NO_RULE;
	grid_watch(s->grid, &watch);
	grid_on_leave(s->grid, leave, s);
	return s;
}

void
mask_stream_free(struct mask_stream *s)
{
	if (s == NULL)
		return;
	grid_free(s->grid);
	mask_queue_done(&s->queue);
	mask_carry_done(&s->carry);
	mask_columns_done(s->columns);
	mask_open_done(&s->cursor);
	free(s->outputs);
	free(s->rule_hits);
	sodium_memzero(s, sizeof *s);
	free(s);
}

static bool
is_painting(const struct mask_stream *s)
{
	return s->jumped != 0 && grid_place(s->grid) - s->jumped < JUMP_MOST;
}

/* Nothing of a string is given away before it is over: to a terminal it is nothing until then. */
static uint64_t
before_string(const struct mask_stream *s, uint64_t to)
{
	uint64_t begin;

	if (!grid_in_string(s->grid, &begin) || begin < 2)
		return to - grid_unfinished(s->grid);
	if (begin - 2 < s->string_done)
		begin = s->string_done + 2;
	return begin - 2 < to ? begin - 2 : to;
}

static void
drop(struct mask_stream *s)
{
	uint64_t to = s->recorded < s->shown ? s->recorded : s->shown;
	size_t count = (size_t)(to - s->queue.base), left;

	if (s->params.tell != NULL && count > 0) {
		const uint8_t *at = mask_queue_at(&s->queue, s->queue.base, &left);

		for (size_t i = 0; i < count; i++)
			s->feeds += at[i] == '\n';
	}
	mask_queue_drop(&s->queue, to);
}

#define SEQUENCE_MOST	256	/* bytes before a place in which the beginning of a sequence is looked for */

/* True if the sequence that begins with bytes[0], an escape, does not end within `count`: controls may stand in it, and are obeyed. */
static bool
is_unfinished(const uint8_t *bytes, size_t count)
{
	const uint8_t *at = bytes, *end = bytes + count;
	struct parser parser;

	parser_init(&parser);
	while (parser_next(&parser, &at, end) != PARSER_END)
		;
	return parser_is_inside(&parser);
}

/* The recording gets whole sequences: who looks at the rest alone would take the end of one for text. */
static uint64_t
before_sequence(const struct mask_stream *s, uint64_t to)
{
	uint64_t from = to - s->recorded > SEQUENCE_MOST ? to - SEQUENCE_MOST : s->recorded;
	size_t left, count = (size_t)(to - from);
	const uint8_t *bytes = mask_queue_at(&s->queue, from, &left);
	const uint8_t *escape = memrchr(bytes, 0x1b, count);

	if (escape == NULL || !is_unfinished(escape, count - (size_t)(escape - bytes)))
		return to;
	return from + (uint64_t)(escape - bytes);
}

static void
give_record(struct mask_stream *s, uint64_t to)
{
	if (to > s->recorded && to < grid_place(s->grid))
		to = before_sequence(s, to);
	if (to <= s->recorded)
		return;
	if (s->params.record != NULL && !s->is_inside)
		mask_flat(s, s->recorded, to);
	while (s->recorded < to) {
		uint64_t end = to;
		int64_t us = mask_came_at(&s->came, s->recorded, &end);

		if (s->params.came != NULL)
			s->params.came(s->params.user, us);
		mask_queue_emit(&s->queue, s->recorded, end, false, s->params.record, s->params.user);
		s->recorded = end;
	}
	s->is_inside = to == grid_place(s->grid) && grid_mid_sequence(s->grid);
}

static void
note_shown(struct mask_stream *s, uint64_t to)
{
	s->shown = to;
	s->ring[s->ring_next++ % SHOWN_RING] = (struct mask_shown){ to, s->now_us };
}

static void
collect(void *user, const uint8_t *bytes, size_t count)
{
	(void)buf_add(user, bytes, count);	/* a queue is far smaller than PAINT_BYTES */
}

/* What completes a value comes in one piece with what covers the rest of it. */
static void
give_screen(struct mask_stream *s, uint64_t to)
{
	struct buf out;

	if (!s->has_late) {
		if (to > s->shown) {
			mask_queue_emit(&s->queue, s->shown, to, true, s->params.screen, s->params.user);
			note_shown(s, to);
		}
		return;
	}
	buf_init(&out, PAINT_BYTES);
	if (to > s->shown) {
		mask_queue_emit(&s->queue, s->shown, to, true, collect, &out);
		note_shown(s, to);
	}
	mask_paint_late(s, &out);
	if (buf_len(&out) > 0)
		s->params.screen(s->params.user, buf_data(&out), buf_len(&out));
	buf_wipe(&out);
}

/* A string that has not ended is matched as far as it has come. */
static void
match_string(struct mask_stream *s)
{
	uint64_t begin;

	if (!grid_in_string(s->grid, &begin))
		return;
	mask_string(s, begin, grid_place(s->grid));
	s->string_done = grid_place(s->grid);
}

/* Everything is decided as it is now. */
static void
close_all(struct mask_stream *s)
{
	mask_chains(s, MASK_CLOSE);
	match_string(s);
	s->jumped = 0;
	s->open = s->held = UINT64_MAX;
	give_record(s, before_string(s, grid_place(s->grid)));
}

/* Somebody types: all since the first key may be erased, changed and written again. */
static uint64_t
before_edit(const struct mask_stream *s, uint64_t to)
{
	to = s->edited < to ? s->edited : to;
	return s->edited != UINT64_MAX && s->open < to ? s->open : to;
}

/* A line feed, a jump or another screen is the end of typing, unless its line goes on in the next row. */
static void
end_edit(struct mask_stream *s, bool has_feed, bool has_jump)
{
	int first, last, row, col;

	if (s->edited == UINT64_MAX)
		return;
	grid_cursor(s->grid, &row, &col);
	mask_line_span(s->grid, row, &first, &last);
	if (grid_is_alternate(s->grid) || has_jump || (has_feed && first == row && grid_place(s->grid) > s->edited))
		s->edited = UINT64_MAX;
}

/* The same but for what may still become a value at the end of the cursor's line, or, if it is edited, for all of this line. */
static void
settle(struct mask_stream *s)
{
	uint64_t to = before_string(s, grid_place(s->grid));

	s->open = s->held = UINT64_MAX;
	mask_chains(s, MASK_SETTLE);
	s->jumped = 0;
	to = s->held < to ? s->held : to;
	give_record(s, before_edit(s, to));
	s->is_settled = true;
}

static void
release_record(struct mask_stream *s)
{
	uint64_t place = grid_place(s->grid), to = before_string(s, place);

	if (!is_painting(s))
		give_record(s, before_edit(s, to < s->open ? to : s->open));
	if (place - s->recorded > MASK_HELD_MOST) {
		match_string(s);
		settle(s);
	}
	if (place - s->recorded > MASK_HELD_MOST) {
		s->edited = UINT64_MAX;
		close_all(s);
	}
}

static void
release_screen(struct mask_stream *s, bool is_echo)
{
	uint64_t to = before_string(s, grid_place(s->grid));

	if (s->params.screen == NULL) {
		s->shown = grid_place(s->grid);
		return;
	}
	if (!is_echo && !s->has_late && s->held < to)
		to = s->held;
	give_screen(s, to);
	if (s->shown == grid_place(s->grid))
		s->held_us = 0;
	else if (s->held_us == 0)
		s->held_us = s->now_us;
}

/* Text that was never on a terminal has line feeds alone, which its driver would have completed. */
static void
guess_driver(struct mask_stream *s, const uint8_t *bytes, size_t count)
{
	const uint8_t *feed = memchr(bytes, '\n', count);

	if (s->is_driver || feed == NULL || !s->params.is_any)
		return;
	s->is_driver = feed > bytes ? feed[-1] == '\r' : s->last == '\r';
	grid_set_newline(s->grid, !s->is_driver);
}

void
mask_stream_write(struct mask_stream *s, const void *bytes, size_t count, int64_t now_us)
{
	const uint8_t *at = bytes;
	bool is_echo = count <= ECHO_MOST && s->typed_us != 0 && now_us - s->typed_us <= MASK_ECHO_US;

	s->now_us = s->wrote_us = now_us;
	s->is_settled = false;
	while (count > 0) {
		size_t piece = count < CHUNK ? count : CHUNK;
		bool has_jump;

		guess_driver(s, at, piece);
		mask_queue_add(&s->queue, at, piece);
		mask_came_note(&s->came, s->queue.base + mask_queue_len(&s->queue), now_us);
		grid_write(s->grid, at, piece);
		s->last = at[piece - 1];
		has_jump = grid_jumps(s->grid) != s->jumps;
		if (has_jump) {
			s->jumps = grid_jumps(s->grid);
			s->jumped = grid_place(s->grid);
		}
		end_edit(s, memchr(at, '\n', piece) != NULL, has_jump);
		s->echo_work = 0;
		s->open = s->held = s->wait = UINT64_MAX;
		mask_chains(s, MASK_LOOK);
		s->held = s->wait < s->held ? s->wait : s->held;
		s->open = s->wait < s->open ? s->wait : s->open;
		release_screen(s, is_echo);
		release_record(s);
		drop(s);
		at += piece;
		count -= piece;
	}
}

/* Now, or before the sequence or the character that is not complete now. */
static uint64_t
edit_begin(const struct mask_stream *s)
{
	uint64_t place = grid_place(s->grid);
	const uint8_t *bytes, *escape;
	size_t left;

	if (grid_unfinished(s->grid) > 0)
		return place - grid_unfinished(s->grid);
	if (!grid_mid_sequence(s->grid) || place == s->recorded)
		return place;
	bytes = mask_queue_at(&s->queue, s->recorded, &left);
	escape = memrchr(bytes, 0x1b, (size_t)(place - s->recorded));
	return s->recorded + (escape != NULL ? (uint64_t)(escape - bytes) : 0);
}

void
mask_stream_typed(struct mask_stream *s, int64_t now_us)
{
	s->typed_us = now_us;
	if (s->edited == UINT64_MAX && !grid_is_alternate(s->grid))
		s->edited = edit_begin(s);
}

static int64_t
idle_at(const struct mask_stream *s)
{
	return s->wrote_us + (is_painting(s) ? MASK_PAINT_US : MASK_IDLE_US);
}

int64_t
mask_stream_due(const struct mask_stream *s)
{
	int64_t due = 0;

	if (!s->is_settled && s->recorded < grid_place(s->grid) - grid_unfinished(s->grid))
		due = idle_at(s);
	if (s->held_us != 0 && s->shown < before_string(s, grid_place(s->grid)) && (due == 0 || s->held_us + MASK_HOLD_US < due))
		due = s->held_us + MASK_HOLD_US;
	return due;
}

void
mask_stream_tick(struct mask_stream *s, int64_t now_us)
{
	s->now_us = now_us;
	if (s->held_us != 0 && now_us - s->held_us >= MASK_HOLD_US && s->shown < before_string(s, grid_place(s->grid))) {
		s->held = UINT64_MAX;
		release_screen(s, true);
		drop(s);
	}
	if (!s->is_settled && s->recorded < grid_place(s->grid) - grid_unfinished(s->grid) && now_us >= idle_at(s)) {
		settle(s);
		release_screen(s, true);
		drop(s);
	}
}

void
mask_stream_flush(struct mask_stream *s, int64_t now_us)
{
	s->now_us = now_us;
	close_all(s);
	release_screen(s, true);
	give_record(s, grid_place(s->grid));
	if (s->params.screen != NULL)
		give_screen(s, grid_place(s->grid));
	drop(s);
}

void
mask_stream_resize(struct mask_stream *s, int cols, int rows, int64_t now_us)
{
	s->now_us = now_us;
	settle(s);
	release_screen(s, true);
	drop(s);
	grid_resize(s->grid, cols, rows);
	s->carry.count = 0;
}

size_t
mask_stream_undecided(struct mask_stream *s, struct buf *veiled)
{
	uint64_t from = s->veiled > s->recorded ? s->veiled : s->recorded;
	size_t count, left;
	uint8_t *to;

	if (veiled == NULL || s->shown <= from)
		return s->shown > s->recorded ? (size_t)(s->shown - s->recorded) : 0;
	count = (size_t)(s->shown - from);
	to = buf_reserve(veiled, count);
	if (to != NULL) {
		memcpy(to, mask_queue_at(&s->queue, from, &left), count);
		mask_veil(to, count);
		buf_commit(veiled, count);
	}
	s->veiled = s->shown;
	return (size_t)(s->shown - s->recorded);
}

const struct grid *
mask_stream_grid(const struct mask_stream *s)
{
	return s->grid;
}

void
mask_stream_counts(const struct mask_stream *s, struct mask_counts *counts)
{
	*counts = s->counts;
}

uint64_t
mask_stream_rule_hits(const struct mask_stream *s, size_t rule)
{
	return rule < mask_rules_entries(s->rules) ? s->rule_hits[rule] : 0;
}

size_t
mask_stream_memory(const struct mask_stream *s)
{
	return sizeof *s + grid_memory(s->grid) + (1 + sizeof *s->queue.subs) * s->queue.size + mask_rules_entries(s->rules) * sizeof *s->rule_hits +
	    (s->columns != NULL ? sizeof *s->columns : 0) + (s->outputs != NULL ? sizeof *s->outputs : 0) + s->carry.size * sizeof *s->carry.cells +
	    s->cursor.room + (s->cursor.from != NULL ? s->rules->count * sizeof *s->cursor.from : 0);
}
