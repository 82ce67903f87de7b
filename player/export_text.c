/* SPDX-License-Identifier: ISC */
/*
 * What was shown, as lines: each row when it leaves the screen at its top, is cleared away, or stands there at the end.
 * So lines come as they stood in the end, edited; rows that the terminal had wrapped are one line again. What a
 * full-screen program shows is no text of lines: it is one line that says when. What happened to the session (frozen, a
 * guard, a note, its end) stands between brackets where it happened.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/record/event.h"
#include "lib/term/grid.h"
#include "lib/term/parser.h"
#include "player/export.h"
#include "player/picture.h"
#include "player/said.h"

#define LINE_MOST	(1U << 20)	/* a line that goes on for longer is broken here */

struct paper {
	struct grid	*grid;
	struct parser	 parser;	/* goes along with the grid's own, to see what comes before it is done */
	struct buf	 line;		/* rows of one line so far */
	unsigned	 blank;		/* empty lines not written yet: none at the end */
	int		 done;		/* rows from the top that are written already */
	int64_t		 full_us;	/* a full-screen program since then; -1 none */
	int		 result;	/* of the first write that failed */
	struct out	*out;
};

static void
put(struct paper *paper, const char *text)
{
	if (paper->result == 0)
		paper->result = out_put_text(paper->out, text);
}

static void
end_line(struct paper *paper)
{
	AUTO_FREE char *clean = text_clean((const char *)buf_data(&paper->line), buf_len(&paper->line));
	size_t count = strlen(clean);

	buf_clear(&paper->line);
	while (count > 0 && clean[count - 1] == ' ')
		clean[--count] = '\0';
	if (count == 0) {
		paper->blank++;
		return;
	}
	for (; paper->blank > 0; paper->blank--)
		put(paper, "\n");
	put(paper, clean);
	put(paper, "\n");
}

/* A row that goes on in the next one keeps its blanks: they stand inside the line. */
static void
add_row(void *user, const struct grid *grid, int row)
{
	struct paper *paper = user;
	size_t before = buf_len(&paper->line);
	AUTO_FREE char *text = NULL;

	if (paper->done > 0) {
		paper->done--;
		return;
	}
	if (grid_row_text(grid, row, &paper->line) < 0) {
		end_line(paper);
		before = 0;
		(void)grid_row_text(grid, row, &paper->line);
	}
	if (!grid_row_wrapped(grid, row)) {
		end_line(paper);
		return;
	}
	text = buf_text(&paper->line);
	if (before <= strlen(text))
		for (int width = text_width(text + before); width < grid_cols(grid); width++)
			(void)buf_add_text(&paper->line, " ");
}

/* Everything that stands on the screen, before it goes; blank rows below it are nothing. */
static void
add_screen(struct paper *paper)
{
	int last = -1;

	if (grid_is_alternate(paper->grid))
		return;
	for (int row = 0; row < grid_rows(paper->grid); row++) {
		AUTO_BUF struct buf text = { .max = LINE_MOST };

		if (grid_row_text(paper->grid, row, &text) < 0 || buf_len(&text) > 0)
			last = row;
	}
	for (int row = 0; row <= last; row++)
		add_row(paper, paper->grid, row);
	if (buf_len(&paper->line) > 0)
		end_line(paper);
	paper->done = 0;
}

/* The rows above the cursor, which stay where they are: what follows comes behind them. */
static void
add_above(struct paper *paper)
{
	int done = paper->done, row, col;

	grid_cursor(paper->grid, &row, &col);
	for (int i = 0; i < row; i++)
		add_row(paper, paper->grid, i);
	paper->done = row > done ? row : done;
}

static int
begin(struct export *export)
{
	struct paper *paper = own_alloc(sizeof *paper);

	*paper = (struct paper){ .grid = picture_new(export->tape), .full_us = -1, .out = &export->out };
	parser_init(&paper->parser);
	buf_init(&paper->line, LINE_MOST);
	grid_on_leave(paper->grid, add_row, paper);
	export->state = paper;
	return 0;
}

/* Erases the whole screen, or everything. */
static bool
clears(const struct parser *parser, enum parser_event event)
{
	if (event == PARSER_ESC)
		return parser->byte == 'c' && parser->csi.inter == 0;
	return event == PARSER_CSI && parser->csi.final == 'J' && parser->csi.inter == 0 && parser->csi.prefix == 0 &&
	    parser_value(&parser->csi, 0, 0) == 2;
}

/* Goes to the alternate screen. */
static bool
leaves_lines(const struct paper *paper, enum parser_event event)
{
	const struct parser_csi *csi = &paper->parser.csi;

	if (event != PARSER_CSI || csi->prefix != '?' || csi->final != 'h' || grid_is_alternate(paper->grid))
		return false;
	for (unsigned i = 0; i < csi->count; i++)
		if (csi->value[i] == 47 || csi->value[i] == 1047 || csi->value[i] == 1049)
			return true;
	return false;
}

static void
note_full(struct paper *paper, int64_t t_us)
{
	char from[CLOCK_TEXT], to[CLOCK_TEXT], text[2 * CLOCK_TEXT + 64];
	bool is_full = grid_is_alternate(paper->grid);

	if (is_full == (paper->full_us >= 0))
		return;
	if (is_full) {
		paper->full_us = t_us;
		return;
	}
	snprintf(text, sizeof text, "[a full-screen program, %s to %s]\n", clock_short(paper->full_us / CLOCK_US, from),
	    clock_short(t_us / CLOCK_US, to));
	paper->full_us = -1;
	put(paper, text);
}

/* The grid gets the bytes up to the one that clears, is read, and then gets that one. */
static void
add_output(struct paper *paper, const struct rec_event *event)
{
	const uint8_t *at = event->bytes, *given = event->bytes, *end = event->bytes + event->count;
	enum parser_event found;

	while ((found = parser_next(&paper->parser, &at, end)) != PARSER_END) {
		if (clears(&paper->parser, found) || leaves_lines(paper, found)) {
			grid_write(paper->grid, given, (size_t)(at - 1 - given));
			given = at - 1;
			if (leaves_lines(paper, found))
				add_above(paper);
			else
				add_screen(paper);
		}
		if (found == PARSER_CSI && paper->parser.csi.prefix == '?') {
			grid_write(paper->grid, given, (size_t)(at - given));
			given = at;
			note_full(paper, event->t_us);
		}
	}
	grid_write(paper->grid, given, (size_t)(end - given));
	note_full(paper, event->t_us);
}

/* Between what was shown before it and after it; within a full-screen program there is no line to stand on, so it stands before its own. */
static void
note_said(struct paper *paper, const struct rec_event *event)
{
	AUTO_FREE char *said = said_text(event);
	AUTO_FREE char *line = NULL;
	char when[CLOCK_TEXT];

	if (said == NULL)
		return;
	if (asprintf(&line, "[%s %s]\n", clock_short(event->t_us / CLOCK_US, when), said) < 0)
		return;
	if (!grid_is_alternate(paper->grid))
		add_above(paper);
	put(paper, line);
}

static int
add(struct export *export, const struct rec_event *event)
{
	struct paper *paper = export->state;

	if (event->kind == REC_OUTPUT || event->kind == REC_ERROR_OUTPUT)
		add_output(paper, event);
	else
		picture_event(paper->grid, event);
	note_said(paper, event);
	return paper->result;
}

static int
end(struct export *export)
{
	static const char leave[] = "\030\033[?47l\033[?1047l\033[?1049l";
	struct paper *paper = export->state;

	grid_write(paper->grid, leave, sizeof leave - 1);
	note_full(paper, export->t_us);
	add_screen(paper);
	return paper->result;
}

static void
done(struct export *export)
{
	struct paper *paper = export->state;

	if (paper == NULL)
		return;
	grid_free(paper->grid);
	buf_done(&paper->line);
	own_free(&export->state);
}

const struct export_format export_text = { .name = "text", .begin = begin, .event = add, .end = end, .done = done };
