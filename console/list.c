/* SPDX-License-Identifier: ISC */
/* The first view: who waits for a decision, which grants nobody has entered yet, which sessions run. */
#include "config.h"

#include <curses.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "console/view.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"

#define WHY		1024	/* room for why a request cannot be decided here */
#define STEP		4	/* the waiting list grows in such steps, so that a newcomer seldom moves what is below */
#define HOST_WIDTH	12
#define WARN_S		300
#define BAD_S		60

/* Columns, from the window's width alone: what comes and goes in the rows does not move them. */
struct columns {
	int	role, role_width;
	int	host;			/* 0 = only one gate, no such column */
	int	person, person_width;
	int	bar, bar_width;		/* sessions only */
	int	first, second;		/* two numbers; they end here */
	int	asks, asks_width;	/* who decides, or who granted; width 0 = no room */
	int	reason, reason_width;
};

static int
part_of(int whole, int percent, int least, int most)
{
	int part = whole * percent / 100;

	return part < least ? least : part > most ? most : part;
}

static struct columns
columns_of(const struct console *console, enum list list)
{
	struct columns c = { .role = 3, .role_width = part_of(COLS, 16, 13, 24) };
	int at = c.role + c.role_width + 1;

	if (console->link_count > 1) {
		c.host = at;
		at += HOST_WIDTH + 1;
	}
	c.person = at;
	c.person_width = part_of(COLS, 11, 10, 18);
	at += c.person_width;
	if (list == LIST_RUNNING) {
		c.bar = at + 1;
		c.bar_width = part_of(COLS, 10, 8, 24);
		at = c.bar + c.bar_width;
	}
	c.first = at + (list == LIST_RUNNING ? 8 : 7);
	c.second = c.first + (list == LIST_RUNNING ? 7 : 8);
	c.asks = c.second + 2;
	c.asks_width = COLS < (list == LIST_RUNNING ? 120 : 76) ? 0 : part_of(COLS, 15, 13, 26);
	c.reason = c.asks + c.asks_width + (c.asks_width > 0 ? 2 : 0);
	c.reason_width = COLS - c.reason - 1;
	return c;
}

static struct spot
at(int row, int col, int width, enum ink ink)
{
	return (struct spot){ .row = row, .col = col, .width = width, .ink = ink };
}

/* A right-aligned number that ends before column `end`. */
static void
number(const struct theme *theme, int row, int end, enum ink ink, const char *text)
{
	draw_right(theme, at(row, end - 7, 7, ink), text);
}

/* A time that is long past or far away, in few columns. */
static const char *
brief(int64_t seconds, char text[CLOCK_TEXT])
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 60)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " s", seconds);
	else if (seconds < 3600)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " min", seconds / 60);
	else if (seconds < 86400)
		snprintf(text, CLOCK_TEXT, "%" PRId64 " h", seconds / 3600);
	else
		snprintf(text, CLOCK_TEXT, "%" PRId64 " d", seconds / 86400);
	return text;
}

/* A running clock, or in few columns what is longer than one reads as a clock. */
static const char *
running(int64_t seconds, char text[CLOCK_TEXT])
{
	return seconds < 10 * 3600 ? clock_short(seconds, text) : brief(seconds, text);
}

/* The length of a grant as it would be typed, unless it is longer than its column. */
static const char *
length(int64_t seconds, char text[CLOCK_TEXT])
{
	return strlen(clock_span_code(seconds, text)) <= 6 ? text : brief(seconds, text);
}

/* ---- one row ----------------------------------------------------------------------------------------------------- */

/* Nobody decided it: an entry that waits for its review, or the session under one. */
static bool
is_glass(const struct row *row)
{
	const struct wire_session_row *session = row_session(row);

	return row->list == LIST_REVIEW || (session != NULL && strcmp(session->by, WIRE_GLASS) == 0);
}

/* Rows that nobody can act on are dim, what nobody decided is red; the one under the pointer is bold. */
static enum ink
ink_of(const struct console *console, const struct row *row)
{
	const struct wire_request_row *request = row_request(row);

	if (row->gone_us != 0 || !console_is_up(console, row))
		return INK_DIM;
	if (is_glass(row))
		return INK_BAD;
	if (request != NULL && !request->can)
		return INK_DIM;
	return row == console->queue.at ? INK_BOLD : INK_PLAIN;
}

static void
paint_request(const struct console *console, const struct wire_request_row *request, struct columns c, struct spot spot)
{
	const struct theme *theme = &console->theme;
	char text[CLOCK_TEXT];
	char more[CLOCK_TEXT + 1];
	int64_t waited_s = (console->now_us - request->created_us) / CLOCK_US;

	snprintf(more, sizeof more, "%s%s", id_is_zero(&request->extends) ? "" : "+", length(request->seconds, text));
	number(theme, spot.row, c.first, spot.ink, more);
	number(theme, spot.row, c.second, spot.ink, running(waited_s, text));
	if (request->unreviewed)
		draw_text(theme, at(spot.row, c.asks, c.asks_width, spot.ink), request->can_review ? "you can review" : "not yours");
	else if (request->got > 0 && request->need > 1)
		draw_format(theme, at(spot.row, c.asks, c.asks_width, spot.ink), "%u/%u %s", request->got, request->need,
		    request->asks);
	else
		draw_text(theme, at(spot.row, c.asks, c.asks_width, spot.ink), request->asks);
}

static void
paint_grant(const struct console *console, const struct wire_grant_row *grant, struct columns c, struct spot spot)
{
	const struct theme *theme = &console->theme;
	char text[CLOCK_TEXT];

	number(theme, spot.row, c.first, spot.ink, length(grant->seconds, text));
	number(theme, spot.row, c.second, spot.ink, running((grant->lapses_us - console->now_us) / CLOCK_US, text));
	draw_text(theme, at(spot.row, c.asks, c.asks_width, spot.ink), grant->by);
}

static void
paint_session(const struct console *console, const struct wire_session_row *session, struct columns c, struct spot spot)
{
	const struct theme *theme = &console->theme;
	int64_t left_s = (session->ends_us - console->now_us) / CLOCK_US;
	int64_t whole_s = (session->ends_us - session->started_us) / CLOCK_US;
	enum ink state = left_s <= BAD_S ? INK_BAD : left_s <= WARN_S ? INK_WARN : INK_GOOD;
	char text[CLOCK_TEXT];

	if (spot.ink == INK_DIM)
		state = INK_DIM;
	if (session->ends_us == 0) {
		number(theme, spot.row, c.first, spot.ink, "no end");
	} else {
		draw_bar(theme, at(spot.row, c.bar, c.bar_width, state), (long)left_s, (long)whole_s);
		number(theme, spot.row, c.first, state == INK_GOOD ? spot.ink : state, running(left_s, text));
	}
	number(theme, spot.row, c.second, spot.ink, brief((console->now_us - session->active_us) / CLOCK_US, text));
	draw_text(theme, at(spot.row, c.asks, c.asks_width, spot.ink), session->by);
}

/* What became of a row that has gone: the words stand where the reason stood. */
static void
paint_gone(const struct theme *theme, const struct row *row, struct spot spot)
{
	const struct wire_request_row *request = row_request(row);
	const struct wire_session_row *session = row_session(row);

	if (row->list == LIST_REVIEW)
		draw_text(theme, spot, "reviewed");
	else if (request != NULL && strcmp(request->state, "waiting") != 0)
		draw_format(theme, spot, "%s%s%s", request->state, request->by[0] != '\0' ? " by " : "", request->by);
	else if (session != NULL && session->why[0] != '\0')
		draw_format(theme, spot, "ended: %s", session->why);
	else
		draw_text(theme, spot, row->list == LIST_GRANTED ? "entered, taken back or lapsed" : "over");
}

static void
paint_reason(const struct console *console, const struct row *row, struct spot spot)
{
	const struct theme *theme = &console->theme;
	const struct wire_session_row *session = row_session(row);
	int used = 0;

	if (row->gone_us != 0) {
		paint_gone(theme, row, spot);
		return;
	}
	if (session != NULL && strcmp(session->state, "running") != 0) {
		used = draw_format(theme, at(spot.row, spot.col, spot.width, INK_WARN), "%s:", session->state) + 1;
	}
	if (row_waits(row))
		draw_text(theme, at(spot.row, spot.col, spot.width, INK_WARN), session->why);
	else
		draw_text(theme, at(spot.row, spot.col + used, spot.width - used, spot.ink), row_reason(row));
}

/* The second column: the shape that says the same as the ink. */
static void
paint_mark(const struct console *console, const struct row *row, int line)
{
	const struct theme *theme = &console->theme;
	const struct wire_request_row *request = row_request(row);
	const struct wire_session_row *session = row_session(row);

	if (row == console->queue.at)
		draw_text(theme, at(line, 0, 1, INK_ACCENT), draw_glyph(theme, GLYPH_POINTER));
	if (row->gone_us != 0)
		draw_text(theme, at(line, 1, 1, INK_DIM), draw_glyph(theme, GLYPH_GONE));
	else if (is_glass(row))
		draw_text(theme, at(line, 1, 1, INK_BAD), "!");
	else if (request != NULL && !request->can)
		draw_text(theme, at(line, 1, 1, INK_DIM), draw_glyph(theme, GLYPH_NO));
	else if (session != NULL && strcmp(session->state, "frozen") == 0)
		draw_text(theme, at(line, 1, 1, INK_WARN), draw_glyph(theme, GLYPH_FROZEN));
}

static void
paint_row(const struct console *console, const struct row *row, struct columns c, int line)
{
	const struct theme *theme = &console->theme;
	struct spot spot = at(line, 0, 0, ink_of(console, row));

	paint_mark(console, row, line);
	draw_format(theme, at(line, c.role, c.role_width, spot.ink), "%s%s", row_opens(row), row_role(row));
	if (c.host > 0)
		draw_text(theme, at(line, c.host, HOST_WIDTH, spot.ink), link_name(console_link(console, row)));
	draw_text(theme, at(line, c.person, c.person_width - 1, spot.ink), row_person(row));
	if (row_request(row) != NULL)
		paint_request(console, row_request(row), c, spot);
	else if (row_grant(row) != NULL)
		paint_grant(console, row_grant(row), c, spot);
	else
		paint_session(console, row_session(row), c, spot);
	paint_reason(console, row, at(line, c.reason, c.reason_width, spot.ink));
}

/* ---- one list ---------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char	*title, *person, *first, *second, *asks, *reason;
	const char	*nobody;
} words[LIST_COUNT] = {
	[LIST_REVIEW]	= { "TO REVIEW", "person", "for", "ago", "break-glass", "why", "" },
	[LIST_WAITING]	= { "WAITING", "person", "for", "waited", "decided by", "why", "Nobody is waiting." },
	[LIST_GRANTED]	= { "GRANTED", "person", "for", "lapses", "granted by", "why", "" },
	[LIST_RUNNING]	= { "RUNNING", "person", "left", "idle", "granted by", "why", "Nobody is in a session." },
};
/* clang-format on */

/* A request that cannot be decided here needs a second line that says why, if there is room. */
static const char *
why_not(const struct queue *queue, const struct row *row)
{
	const struct wire_request_row *request = row_request(row);

	if (request == NULL || row->list != LIST_WAITING || row->gone_us != 0)
		return NULL;
	if (!request->can)
		return request->why[0] != '\0' ? request->why : NULL;
	return queue_sign_why(queue, row);
}

static int
lines_of(const struct queue *queue, enum list list, bool whys)
{
	int lines = 0;

	for (size_t i = 0; i < queue->lists[list].count; i++)
		if (queue_shows(queue, queue->lists[list].row[i]))
			lines += 1 + (whys && why_not(queue, queue->lists[list].row[i]) != NULL);
	return lines;
}

/* What stands at the right end of a heading: rows out of sight, else how long the oldest has waited. */
static void
paint_edge(const struct console *console, enum list list, int line, size_t below)
{
	const struct theme *theme = &console->theme;
	const struct rows *rows = &console->queue.lists[list];
	char text[CLOCK_TEXT];
	char edge[2 * CLOCK_TEXT];
	const char *up = draw_glyph(theme, GLYPH_ABOVE);
	const char *down = draw_glyph(theme, GLYPH_BELOW);
	size_t above = console->top[list];

	if (above > 0 && below > 0)
		snprintf(edge, sizeof edge, "  %s %zu  %s %zu more", up, above, down, below);
	else if (above + below > 0)
		snprintf(edge, sizeof edge, "  %s %zu more", above > 0 ? up : down, above + below);
	else if (list == LIST_WAITING && rows->count > 0 && rows->row[0]->gone_us == 0 &&
	    columns_of(console, list).reason_width > 30)
		snprintf(edge, sizeof edge, "oldest %s",
		    clock_span((console->now_us - rows->row[0]->since_us) / CLOCK_US, text));
	else
		return;
	draw_right(theme, at(line, COLS - 25, 24, above + below > 0 ? INK_ACCENT : INK_DIM), edge);
}

static void
paint_heading(const struct console *console, enum list list, int line)
{
	const struct theme *theme = &console->theme;
	struct columns c = columns_of(console, list);
	size_t live = queue_live(&console->queue, list);
	int used = draw_text(theme, at(line, 1, 12, list == LIST_REVIEW && live > 0 ? INK_BAD : INK_BOLD), words[list].title) + 2;

	draw_format(theme, at(line, used, 6, list == LIST_WAITING && live > 0 ? INK_ACCENT : INK_BOLD), "%zu", live);
	if (queue_shown(&console->queue, list) == 0)
		return;
	draw_text(theme, at(line, c.person, c.person_width, INK_DIM), words[list].person);
	if (c.host > 0)
		draw_text(theme, at(line, c.host, HOST_WIDTH, INK_DIM), "gate");
	number(theme, line, c.first, INK_DIM, words[list].first);
	number(theme, line, c.second, INK_DIM, words[list].second);
	draw_text(theme, at(line, c.asks, c.asks_width, INK_DIM), words[list].asks);
	draw_text(theme, at(line, c.reason, c.reason_width, INK_DIM), words[list].reason);
}

static void
paint_empty(const struct console *console, enum list list, int line)
{
	const struct queue *queue = &console->queue;
	char span[CLOCK_TEXT];

	if (queue->lists[list].count > 0 && queue->filter[0] != '\0')
		draw_format(&console->theme, at(line, 3, COLS - 4, INK_DIM), "Nothing here fits \"%s\".", queue->filter);
	else if (list == LIST_WAITING && queue->decided_us > 0)
		draw_format(&console->theme, at(line, 3, COLS - 4, INK_DIM), "%s Last decision %s ago.", words[list].nobody,
		    brief((console->now_us - queue->decided_us) / CLOCK_US, span));
	else
		draw_text(&console->theme, at(line, 3, COLS - 4, INK_DIM), words[list].nobody);
}

/* The nth row of the list that the filter lets through. */
static struct row *
shown(const struct queue *queue, enum list list, size_t n)
{
	for (size_t i = 0; i < queue->lists[list].count; i++)
		if (queue_shows(queue, queue->lists[list].row[i]) && n-- == 0)
			return queue->lists[list].row[i];
	return NULL;
}

/* Scrolls so that the pointer is in sight and no room is wasted. */
static void
scroll_to(struct console *console, enum list list, size_t fits)
{
	size_t count = queue_shown(&console->queue, list);
	size_t *top = &console->top[list];

	for (size_t n = 0; n < count; n++) {
		if (shown(&console->queue, list, n) != console->queue.at)
			continue;
		if (n < *top)
			*top = n;
		if (fits > 0 && n >= *top + fits)
			*top = n - fits + 1;
	}
	if (*top + fits > count)
		*top = count > fits ? count - fits : 0;
}

/* Why not from here, and who can, where no column tells that. */
static void
paint_why(const struct console *console, const struct row *row, struct columns c, int line)
{
	const struct wire_request_row *request = row_request(row);
	bool is_told = request->can || c.asks_width > 0;
	char why[WHY];
	int from;

	snprintf(why, sizeof why, "%s%s%s", why_not(&console->queue, row), is_told ? "" : "; needed: ", is_told ? "" : request->asks);
	from = text_width(why) < COLS - c.asks ? c.asks : c.role + 2;
	draw_text(&console->theme, at(line, from, COLS - from - 1, request->can ? INK_WARN : INK_DIM), why);
}

/* Heading and rows from `line` on, in `room` lines below the heading. */
static void
paint_list(struct console *console, enum list list, int line, int room)
{
	const struct queue *queue = &console->queue;
	struct columns c = columns_of(console, list);
	size_t count = queue_shown(queue, list);
	bool whys = lines_of(queue, list, true) <= room;
	size_t drawn = 0;
	int used = 0;

	paint_heading(console, list, line);
	if (count == 0 && room > 0)
		paint_empty(console, list, line + 1);
	scroll_to(console, list, whys ? count : (size_t)room);
	for (size_t n = console->top[list]; n < count && used < room; n++, drawn++) {
		const struct row *row = shown(queue, list, n);

		paint_row(console, row, c, line + 1 + used++);
		if (whys && why_not(queue, row) != NULL)
			paint_why(console, row, c, line + 1 + used++);
	}
	paint_edge(console, list, line, count - console->top[list] - drawn);
}

/* ---- the view ---------------------------------------------------------------------------------------------------- */

/* Lists that take no room while they are empty. */
static bool
is_hidden(const struct queue *queue, enum list list)
{
	return (list == LIST_REVIEW || list == LIST_GRANTED) && queue_shown(queue, list) == 0;
}

/*
 * Lines for the rows of each list, out of `room`; what nobody decided comes first, then waiting requests, but running
 * sessions keep a third.
 */
static void
share(const struct queue *queue, int room, int lines[LIST_COUNT])
{
	int want[LIST_COUNT];
	int running_least;

	for (enum list list = 0; list < LIST_COUNT; list++) {
		want[list] = lines_of(queue, list, true);
		if (want[list] == 0 && !is_hidden(queue, list))
			want[list] = 1;
	}
	lines[LIST_REVIEW] = want[LIST_REVIEW] < room / 3 ? want[LIST_REVIEW] : room / 3;
	room -= lines[LIST_REVIEW];
	running_least = want[LIST_RUNNING] < room / 3 ? want[LIST_RUNNING] : room / 3;
	lines[LIST_GRANTED] = want[LIST_GRANTED] < room / 5 ? want[LIST_GRANTED] : room / 5;
	lines[LIST_WAITING] = (want[LIST_WAITING] + STEP - 1) / STEP * STEP;
	if (lines[LIST_WAITING] > room - lines[LIST_GRANTED] - running_least)
		lines[LIST_WAITING] = room - lines[LIST_GRANTED] - running_least;
	lines[LIST_RUNNING] = room - lines[LIST_GRANTED] - lines[LIST_WAITING];
}

/* Before any gate has answered there is nothing to list. */
static bool
paint_nothing(const struct console *console, int top, int bottom)
{
	const struct theme *theme = &console->theme;
	int line = top + 1;

	for (unsigned i = 0; i < console->link_count; i++)
		if (link_welcome(&console->links[i]) != NULL)
			return false;
	for (unsigned i = 0; i < console->link_count; i++) {
		const struct link *link = &console->links[i];
		char text[2 * LINK_TEXT];

		snprintf(text, sizeof text, link->why[0] == '\0' ? "Calling the gate, %s.%s" : "No gate answers at %s: %s.",
		    link->host != NULL ? link->host : link->socket, link->why);
		line += draw_paragraph(theme, at(line, 3, COLS - 6, link->why[0] == '\0' ? INK_PLAIN : INK_BAD), bottom, text);
	}
	draw_paragraph(theme, at(line + 1, 3, COLS - 6, INK_PLAIN), bottom,
	    "The console tries again every 2 seconds and shows the requests as soon as posternd answers; "
	    "`postern doctor` on the bastion says what is wrong with it.");
	return true;
}

static void
list_paint(struct console *console, int top, int bottom)
{
	int lines[LIST_COUNT];
	int line = top;
	int headings = -1;	/* each with a line below it, but the last */

	if (paint_nothing(console, top, bottom))
		return;
	for (enum list list = 0; list < LIST_COUNT; list++)
		headings += is_hidden(&console->queue, list) ? 0 : 2;
	share(&console->queue, bottom - top - headings, lines);
	for (enum list list = 0; list < LIST_COUNT; list++) {
		if (is_hidden(&console->queue, list))
			continue;
		paint_list(console, list, line, lines[list]);
		line += lines[list] + 2;
	}
}

static void
list_step(struct console *console, long by)
{
	queue_move(&console->queue, by);
}

/* The whole reason of the row under the pointer, if the row had to cut it. */
static void
list_hint(const struct console *console, char *text, size_t size)
{
	const struct row *row = console_row(console);

	if (row != NULL && text_width(row_reason(row)) > columns_of(console, row->list).reason_width)
		snprintf(text, size, "%s", row_reason(row));
}

const struct view view_list = {
	.name = "lists", .bit = VIEW_LIST, .paint = list_paint, .step = list_step, .hint = list_hint
};
