/* SPDX-License-Identifier: ISC */
/* Header, status line and footer around the view; and the terminal, taken and given back. */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "console/console.h"
#include "console/keys.h"
#include "console/screen.h"
#include "console/view.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"

#define BODY_TOP	2
#define STATUS_MOST	3	/* rows of a long sentence */
#define STATUS_S	20	/* how long a sentence stands */
#define ESCAPE_MS	25

void
screen_close(void)
{
	if (!isendwin())
		endwin();
}

void
screen_open(struct console *console)
{
	initscr();
	atexit(screen_close);
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	theme_init(&console->theme);
}

void
screen_resize(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);	/* the terminal may have moved lines about */
}

/* ---- header ------------------------------------------------------------------------------------------------------ */

/* "postern  bastion-1 bastion-2": each gate by its name, a lost one in red with a cross. Returns the next column. */
static int
paint_gates(const struct console *console, int col, int end)
{
	const struct theme *theme = &console->theme;

	for (unsigned i = 0; i < console->link_count; i++) {
		const struct link *link = &console->links[i];
		bool lost = link->state != LINK_UP;

		if (lost)
			col += draw_text(theme, (struct spot){ 0, col, end - col, INK_BAD }, draw_glyph(theme, GLYPH_NO)) + 1;
		col += draw_text(theme, (struct spot){ 0, col, end - col, lost ? INK_BAD : INK_PLAIN }, link_name(link)) + 2;
	}
	return col;
}

static const struct wire_welcome *
first_welcome(const struct console *console)
{
	for (unsigned i = 0; i < console->link_count; i++)
		if (link_welcome(&console->links[i]) != NULL)
			return link_welcome(&console->links[i]);
	return NULL;
}

/* The right end: who one is, and the time. A lost gate comes first: since when. */
static int
paint_who(const struct console *console)
{
	const struct theme *theme = &console->theme;
	const struct wire_welcome *welcome = first_welcome(console);
	const struct link *lost = console_lost(console);
	char clock[CLOCK_TEXT];
	char since[CLOCK_TEXT];
	char text[512];
	int width;

	if (lost != NULL && welcome != NULL)
		snprintf(text, sizeof text, "no connection since %s", clock_minute(lost->lost_us, since));
	else
		snprintf(text, sizeof text, "%.200s%s%s  %s", welcome != NULL ? welcome->person : "",
		    welcome != NULL && welcome->trial ? " (trial)" : "",
		    welcome != NULL && !console_is_approver(console) ? " (looking only)" : "",
		    clock_minute(console->now_us, clock));
	width = text_width(text);
	if (width > COLS / 2)
		width = COLS / 2;
	draw_right(theme, (struct spot){ 0, COLS - width - 1, width, lost != NULL ? INK_BAD : INK_PLAIN }, text);
	return COLS - width - 3;
}

static void
paint_header(const struct console *console)
{
	const struct theme *theme = &console->theme;
	char counts[64];
	int end, col;

	for (int row = 0; row < BODY_TOP; row++) {
		move(row, 0);
		clrtoeol();
	}
	end = paint_who(console);
	draw_text(theme, (struct spot){ 0, 1, 7, INK_ACCENT }, "postern");
	col = paint_gates(console, 10, end);
	if (first_welcome(console) == NULL)
		return;
	if (queue_live(&console->queue, LIST_REVIEW) > 0)
		col += draw_format(theme, (struct spot){ 0, col + 1, end - col - 1, INK_BAD }, "%zu to review,", queue_live(&console->queue, LIST_REVIEW)) + 1;
	snprintf(counts, sizeof counts, "%zu waiting, %zu running", queue_live(&console->queue, LIST_WAITING),
	    queue_live(&console->queue, LIST_RUNNING));
	if (end - col - 1 >= (int)strlen(counts))
		draw_text(theme, (struct spot){ 0, col + 1, end - col - 1, INK_DIM }, counts);
}

/* ---- status line ------------------------------------------------------------------------------------------------- */

/* With nothing to report: what is wrong, else what is special, else what the view has to say. */
static void
resting_status(const struct console *console, char *text, size_t size)
{
	const struct link *lost = console_lost(console);

	text[0] = '\0';
	if (first_welcome(console) == NULL)
		return;
	if (lost != NULL)
		snprintf(text, size, "%s does not answer: %s. Trying again every %d s; what is shown is as it was then.", link_name(lost),
		    lost->why[0] != '\0' ? lost->why : "calling it", LINK_RETRY_S);
	else if (console_troubled(console) != NULL)
		snprintf(text, size, "%s: %s", link_name(console_troubled(console)), console_troubled(console)->trouble);
	else if (console->view == &view_list && console->queue.filter[0] != '\0')
		snprintf(text, size, "Only rows with \"%s\"; Esc shows all.", console->queue.filter);
	else if (!console_is_approver(console))
		snprintf(text, size, "You decide for no role here: you can look, but not grant.");
	else if (console->view->hint != NULL)
		console->view->hint(console, text, size);
}

/* The sentence for the status line and its ink. */
static enum ink
status_of(const struct console *console, char text[CONSOLE_STATUS])
{
	bool prompting = console->prompt.kind != PROMPT_NONE;

	snprintf(text, CONSOLE_STATUS, "%s", console->status);
	if (text[0] != '\0')
		return console->status_ink;
	if (!prompting)
		resting_status(console, text, CONSOLE_STATUS);
	return console_lost(console) != NULL || console_troubled(console) != NULL ? INK_BAD : INK_DIM;
}

/* Returns the first row that the status takes above row `bottom`. */
static int
status_top(const struct console *console, const char *text, int bottom)
{
	int rows = draw_paragraph(&console->theme, (struct spot){ bottom, 1, COLS - 2, INK_PLAIN }, bottom, text);

	if (rows < 1)
		rows = 1;
	return bottom - (rows > STATUS_MOST ? STATUS_MOST : rows);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static void
paint_too_small(const struct console *console)
{
	char text[128];

	snprintf(text, sizeof text, "This window has %d columns and %d rows; the console needs %d and %d. q leaves.", COLS,
	    LINES, SCREEN_LEAST_COLS, SCREEN_LEAST_ROWS);
	draw_paragraph(&console->theme, (struct spot){ 0, 0, COLS, INK_PLAIN }, LINES, text);
}

static void
paint_all(struct console *console)
{
	char text[CONSOLE_STATUS];
	enum ink ink = status_of(console, text);
	bool prompting = console->prompt.kind != PROMPT_NONE;
	int footer = LINES - 1;
	int bottom = footer - (prompting ? prompt_rows(console, COLS) - 1 : 0);
	int top = status_top(console, text, bottom);

	console->view->paint(console, BODY_TOP, top - 1);
	paint_header(console);
	draw_paragraph(&console->theme, (struct spot){ top, 1, COLS - 2, ink }, bottom, text);
	if (prompting)
		prompt_paint(console, footer);
	else
		keys_footer(console, footer);
}

void
screen_paint(struct console *console)
{
	if (console->status[0] != '\0' && console->now_us - console->status_us > STATUS_S * CLOCK_US)
		console->status[0] = '\0';
	erase();
	curs_set(0);
	if (COLS < SCREEN_LEAST_COLS || LINES < SCREEN_LEAST_ROWS)
		paint_too_small(console);
	else
		paint_all(console);
	refresh();
}
