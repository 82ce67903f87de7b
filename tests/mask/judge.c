/* SPDX-License-Identifier: ISC */
/* The mask with a clock of our own, and screens before and behind it. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/mask/mask_match.h"
#include "recorder/mask/mask_stream.h"
#include "tests/mask/judge.h"

#define MOST_TEXT	(1024 * 1024)
#define KEY_US		INT64_C(90000)	/* between keys, and */
#define WRITE_US	INT64_C(4000)	/* between other writes */

struct court {
	const struct script	*script;
	struct grid		*screen;	/* what the engineer sees, and */
	struct grid		*sent;		/* would see */
	struct buf		*record;
	struct buf		 text;
	bool			 is_screen, is_standing;
};

/* All rows in one, without the blanks at their ends; is_trimmed: nor those at their beginnings. */
static void
rows_text(const struct grid *grid, struct buf *text, bool is_trimmed)
{
	buf_clear(text);
	for (int row = 0; row < grid_rows(grid); row++) {
		size_t before = buf_len(text);
		uint8_t *bytes;
		size_t blanks = 0;

		grid_row_text(grid, row, text);
		bytes = text->bytes + text->start + before;
		while (is_trimmed && before + blanks < buf_len(text) && bytes[blanks] == ' ')
			blanks++;
		if (blanks > 0) {
			memmove(bytes, bytes + blanks, buf_len(text) - before - blanks);
			text->end -= blanks;
		}
	}
}

/* One of its values, or half of one. */
static bool
shows(const struct grid *grid, const struct script *script, struct buf *text, bool is_half)
{
	for (int trimmed = 0; trimmed < 2; trimmed++) {
		rows_text(grid, text, trimmed == 1);
		for (size_t i = 0; i < script->values_count; i++) {
			const char *value = script->values[i];

			if (is_half ? judge_finds((const char *)buf_data(text), buf_len(text), value) :
			    memmem(buf_data(text), buf_len(text), value, strlen(value)) != NULL)
				return true;
		}
	}
	return false;
}

static void
on_record(void *user, const uint8_t *bytes, size_t count)
{
	struct court *court = user;

	if (buf_add(court->record, bytes, count) < 0)
		abort();
}

static void
on_screen(void *user, const uint8_t *bytes, size_t count)
{
	struct court *court = user;

	grid_write(court->screen, bytes, count);
	court->is_screen = court->is_screen || shows(court->screen, court->script, &court->text, false);
}

static void
run_ticks(struct mask_stream *stream, int64_t until)
{
	int64_t due;

	while ((due = mask_stream_due(stream)) > 0 && due <= until)
		mask_stream_tick(stream, due);
}

/* What has come whole must not stand there by half when its write is over. */
static void
look(struct court *court)
{
	court->is_standing = court->is_standing ||
	    (shows(court->sent, court->script, &court->text, false) && shows(court->screen, court->script, &court->text, true));
}

static void
resize(struct mask_stream *stream, struct court *court, const struct script_write *write, int64_t now)
{
	mask_stream_resize(stream, write->cols, write->rows, now);
	grid_resize(court->screen, write->cols, write->rows);
	grid_resize(court->sent, write->cols, write->rows);
}

static void
play(struct mask_stream *stream, struct court *court)
{
	const struct script *script = court->script;
	int64_t now = CLOCK_US;
	size_t from = 0;

	for (size_t i = 0; i < script->count; i++) {
		const struct script_write *write = &script->writes[i];

		if (write->is_typed)
			mask_stream_typed(stream, now);
		grid_write(court->sent, buf_data(&script->bytes) + from, write->end - from);
		mask_stream_write(stream, buf_data(&script->bytes) + from, write->end - from, now);
		look(court);
		from = write->end;
		now += (write->is_typed ? KEY_US : WRITE_US) + write->wait_us;
		run_ticks(stream, now);
		if (write->cols > 0)
			resize(stream, court, write, now);
	}
	run_ticks(stream, now + 10 * CLOCK_US);
	look(court);
	mask_stream_flush(stream, now + 10 * CLOCK_US);
	look(court);
}

bool
judge_finds(const char *text, size_t count, const char *value)
{
	size_t length = strlen(value);
	size_t window = (length + 1) / 2;

	for (size_t i = 0; i + window <= length; i++) {
		if (memmem(text, count, value + i, window) != NULL)
			return true;
	}
	return false;
}

/* Behind an escape sequence that begins at `p`; its end may be missing. */
static const uint8_t *
over_sequence(const uint8_t *p, const uint8_t *end)
{
	if (++p == end)
		return p;
	if (*p == '[') {
		for (p++; p < end && (*p < '@' || *p > '~'); p++)
			;
		return p < end ? p + 1 : p;
	}
	if (*p == ']') {
		while (p < end && *p != '\a' && !(*p == '\033' && p + 1 < end && p[1] == '\\'))
			p++;
		return p < end ? p + 1 + (*p == '\033') : p;
	}
	while (p < end && *p >= ' ' && *p <= '/')
		p++;
	return p < end ? p + 1 : p;
}

static void
strip(const struct buf *record, struct buf *text)
{
	const uint8_t *p = buf_data(record);
	const uint8_t *end = p + buf_len(record);

	buf_clear(text);
	while (p < end) {
		if (*p == '\033') {
			p = over_sequence(p, end);
		} else {
			if (*p >= ' ')
				buf_add(text, p, 1);
			p++;
		}
	}
}

static bool
finds_any(const struct buf *text, const struct script *script)
{
	for (size_t i = 0; i < script->values_count; i++) {
		if (judge_finds((const char *)buf_data(text), buf_len(text), script->values[i]))
			return true;
	}
	return false;
}

/* One behind the last column of a row that was written to; a blank inside of a value may have become a mark. */
static int
width_of_row(const struct grid *grid, int row)
{
	for (int col = grid_cols(grid) - 1; col >= 0; col--) {
		if (grid_cell(grid, row, col)->glyph != 0)
			return col + 1;
	}
	return 0;
}

static bool
is_skewed(const struct grid *a, const struct grid *b)
{
	int row_a, col_a, row_b, col_b;

	grid_cursor(a, &row_a, &col_a);
	grid_cursor(b, &row_b, &col_b);
	if (row_a != row_b || col_a != col_b)
		return true;
	for (int row = 0; row < grid_rows(a); row++) {
		if (width_of_row(a, row) != width_of_row(b, row))
			return true;
	}
	return false;
}

/* The recording beside what was sent, both on a screen: at each write if they are equally long, else at the end only. */
static void
replay(const struct script *script, const struct buf *record, struct court *court, struct judged *judged)
{
	AUTO_GRID struct grid *sent = grid_new(script->cols, script->rows);
	AUTO_GRID struct grid *kept = grid_new(script->cols, script->rows);
	bool is_even = buf_len(record) == buf_len(&script->bytes);
	size_t from = 0;

	for (size_t i = 0; i < script->count && is_even; i++) {
		const struct script_write *write = &script->writes[i];
		size_t count = write->end - from;

		grid_write(sent, buf_data(&script->bytes) + from, count);
		grid_write(kept, buf_data(record) + from, count);
		from = write->end;
		judged->is_skewed = judged->is_skewed || is_skewed(sent, kept);
		judged->is_screen = judged->is_screen || shows(kept, script, &court->text, false);
		if (write->cols > 0) {
			grid_resize(sent, write->cols, write->rows);
			grid_resize(kept, write->cols, write->rows);
		}
	}
	if (is_even)
		return;
	grid_write(sent, buf_data(&script->bytes), buf_len(&script->bytes));
	grid_write(kept, buf_data(record), buf_len(record));
	judged->is_skewed = is_skewed(sent, kept);
	judged->is_screen = judged->is_screen || shows(kept, script, &court->text, false);
}

struct judged
judge(struct mask_match *match, const struct script *script, struct buf *record)
{
	AUTO_GRID struct grid *screen = grid_new(script->cols, script->rows);
	AUTO_GRID struct grid *sent = grid_new(script->cols, script->rows);
	struct court court = { .script = script, .screen = screen, .sent = sent, .record = record };
	const struct mask_params params = { .cols = script->cols, .rows = script->rows, .record = on_record, .screen = on_screen,
		.user = &court };
	struct mask_stream *stream = mask_stream_new(match, &params);
	struct judged judged = { .is_raw = false };

	buf_clear(record);
	buf_init(&court.text, MOST_TEXT);
	play(stream, &court);
	mask_stream_free(stream);
	judged.is_screen = court.is_screen;
	judged.is_standing = court.is_standing;
	judged.is_touched = buf_len(record) != buf_len(&script->bytes) ||
	    memcmp(buf_data(record), buf_data(&script->bytes), buf_len(record)) != 0;
	judged.is_raw = finds_any(record, script);
	strip(record, &court.text);
	judged.is_text = finds_any(&court.text, script);
	replay(script, record, &court, &judged);
	buf_done(&court.text);
	return judged;
}
