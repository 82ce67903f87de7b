/* SPDX-License-Identifier: ISC */
/* Rows from top to bottom. */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/keys.h"
#include "player/player.h"
#include "player/stage.h"
#include "player/tape.h"

#define ESCAPE_MS	25
#define TOP		1	/* rows above the picture */
#define BELOW		3	/* and below: status, timeline, footer */
#define SAID_S		10

void
stage_close(void)
{
	if (!isendwin())
		endwin();
}

void
stage_open(struct player *p)
{
	initscr();
	atexit(stage_close);
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	theme_init(&p->theme);
	keys_open();
}

void
stage_resize(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

/* ---- header ------------------------------------------------------------------------------------------------------ */

/* "2026-11-20 14:02 -> 14:31 (29 min)". The day is said again if it is another one. */
static void
write_when(const struct player *p, char *text, size_t size)
{
	int64_t start_us = p->tape->info->start_wall_us, length_us = deck_length_us(&p->deck);
	char start[CLOCK_TEXT], end[CLOCK_TEXT], span[CLOCK_TEXT];
	bool is_live = deck_is_live(&p->deck);

	clock_local(start_us, start);
	clock_local(start_us + length_us, end);
	start[16] = end[16] = '\0';
	snprintf(text, size, "%s %s %s (%s)", start, draw_glyph(&p->theme, GLYPH_ARROW),
	    is_live ? "now" : strncmp(start, end, 10) == 0 ? end + 11 : end, clock_span(length_us / CLOCK_US, span));
}

static void
paint_header(const struct player *p)
{
	const struct meta *meta = &p->tape->meta;
	const char *role = meta->role[0] != '\0' ? meta->role : p->tape->name;
	const char *about = meta->reason[0] != '\0' ? meta->reason : meta->command;
	char when[3 * CLOCK_TEXT], by[256] = "";
	int col = 1, left;

	draw_blank(0);
	write_when(p, when, sizeof when);
	if (meta->by[0] != '\0')
		snprintf(by, sizeof by, "by %.200s", meta->by);
	col += draw_text(&p->theme, (struct spot){ 0, col, COLS - col, INK_ACCENT }, role) + 2;
	if (meta->person[0] != '\0')
		col += draw_text(&p->theme, (struct spot){ 0, col, COLS - col, INK_BOLD }, meta->person) + 2;
	col += draw_text(&p->theme, (struct spot){ 0, col, COLS - col, INK_PLAIN }, when) + 2;
	left = COLS - col;
	if (by[0] != '\0' && left > text_width(by) + 10)
		left -= text_width(by) + 2;
	col += draw_text(&p->theme, (struct spot){ 0, col, left, INK_PLAIN }, about) + 2;
	draw_text(&p->theme, (struct spot){ 0, col, COLS - col, INK_DIM }, by);
}

/* ---- status ------------------------------------------------------------------------------------------------------ */

static int
paint_pace(const struct player *p, int row, int col)
{
	const struct deck *d = &p->deck;
	const struct theme *theme = &p->theme;
	char speed[16];

	snprintf(speed, sizeof speed, d->speed >= 0 ? "%dx" : "1/%dx", d->speed >= 0 ? 1 << d->speed : 1 << -d->speed);
	if (d->goal != DECK_THERE)
		return draw_text(theme, (struct spot){ row, col, COLS - col, INK_WARN }, "looking for it");
	if (deck_is_over(d))
		return draw_text(theme, (struct spot){ row, col, COLS - col, INK_BOLD }, "end");
	if (d->is_paused)
		return draw_format(theme, (struct spot){ row, col, COLS - col, INK_WARN }, "%s paused", draw_glyph(theme, GLYPH_PAUSE));
	if (d->follows)
		return draw_format(theme, (struct spot){ row, col, COLS - col, INK_GOOD }, "%s live", draw_glyph(theme, GLYPH_LIVE));
	return draw_format(theme, (struct spot){ row, col, COLS - col, INK_GOOD }, "%s %s", draw_glyph(theme, GLYPH_PLAY), speed);
}

static void
write_rest(const struct player *p, char *text, size_t size)
{
	const struct deck *d = &p->deck;
	char idle[48] = "idle as it was", skipped[CLOCK_TEXT], part[64] = "";

	if (d->limits_idle)
		snprintf(idle, sizeof idle, "idle %s 2 s", draw_glyph(&p->theme, GLYPH_MOST));
	if (d->limits_idle && d->skipped_us >= CLOCK_US)
		snprintf(idle, sizeof idle, "%s of silence skipped", clock_span(d->skipped_us / CLOCK_US, skipped));
	if (p->has_view && (p->canvas.rows < p->view.rows || p->canvas.cols < p->view.cols))
		snprintf(part, sizeof part, " from row %d, column %d", p->canvas.from_row + 1, p->canvas.from_col + 1);
	snprintf(text, size, "%s  event %llu of %llu%s  %dx%d%s", idle, (unsigned long long)d->n, (unsigned long long)d->scout.n,
	    d->scout.at_end || d->scout.is_over ? "" : "+", d->cols, d->rows, part);
}

static void
paint_status(const struct player *p, int row)
{
	char now[CLOCK_TEXT], length[CLOCK_TEXT], rest[256];
	int64_t length_us = deck_length_us(&p->deck);
	int col = 1;

	draw_blank(row);
	player_time(p, p->deck.t_us, now);
	if (p->clock == PLAYER_RELATIVE)
		col += draw_format(&p->theme, (struct spot){ row, col, COLS - col, INK_BOLD }, "%s / %s", now,
		    player_time(p, length_us, length));
	else
		col += draw_text(&p->theme, (struct spot){ row, col, COLS - col, INK_BOLD }, now);
	col += 2;
	col += paint_pace(p, row, col) + 2;
	write_rest(p, rest, sizeof rest);
	draw_text(&p->theme, (struct spot){ row, col, COLS - col, INK_DIM }, rest);
}

/* A sentence over the last rows of the picture, for a while. */
static void
paint_said(struct player *p, int bottom)
{
	struct spot spot = { 0, 1, COLS - 2, p->said_ink };
	int rows, top;

	if (p->said[0] == '\0')
		return;
	if (clock_boot_us() - p->said_us > SAID_S * CLOCK_US) {
		p->said[0] = '\0';
		return;
	}
	rows = draw_paragraph(&p->theme, spot, 0, p->said);
	top = bottom - rows < TOP ? TOP : bottom - rows;
	for (int row = top; row < bottom; row++)
		draw_blank(row);
	spot.row = top;
	draw_paragraph(&p->theme, spot, bottom, p->said);
}

static void
paint_prompt(const struct player *p, int row)
{
	int col = 1;

	draw_blank(row);
	col += draw_text(&p->theme, (struct spot){ row, col, COLS - col, INK_ACCENT },
	    "Go to (12:30 since the start, or a time of day):") + 1;
	col += draw_text(&p->theme, (struct spot){ row, col, COLS - col, INK_PLAIN }, p->prompt);
	move(row, col < COLS ? col : COLS - 1);
	curs_set(1);
}

/* ---- picture ----------------------------------------------------------------------------------------------------- */

static int
clamp(int value, int most)
{
	return value > most ? (most > 0 ? most : 0) : value < 0 ? 0 : value;
}

/* The cursor of the picture stays inside, with as little movement as that takes. */
static int
follow(int from, int at, int shown)
{
	return at < from ? at : at >= from + shown ? at - shown + 1 : from;
}

/* Where the picture ends and the window goes on. */
static void
paint_edges(const struct player *p, int rows, int cols)
{
	const struct canvas *c = &p->canvas;

	for (int row = 0; c->cols < cols && row < c->rows; row++)
		draw_text(&p->theme, (struct spot){ TOP + row, c->cols, 1, INK_DIM }, draw_glyph(&p->theme, GLYPH_SIDE));
	for (int col = 0; c->rows < rows && col < c->cols; col++)
		draw_text(&p->theme, (struct spot){ TOP + c->rows, col, 1, INK_DIM }, draw_glyph(&p->theme, GLYPH_RULE));
}

static void
paint_picture(struct player *p, int rows)
{
	struct canvas *c = &p->canvas;
	struct screen_view *v = &p->view;

	p->has_view = deck_look(&p->deck, v) == 0;
	if (!p->has_view) {
		draw_paragraph(&p->theme, (struct spot){ TOP, 1, COLS - 2, INK_BAD }, TOP + rows,
		    "There is no process to paint the picture with; this goes on as soon as there is one.");
		return;
	}
	c->top = TOP;
	c->rows = v->rows < rows ? v->rows : rows;
	c->cols = v->cols < COLS ? v->cols : COLS;
	if (!p->pans) {
		c->from_row = follow(c->from_row, v->row, c->rows);
		c->from_col = follow(c->from_col, v->col, c->cols);
	}
	c->from_row = clamp(c->from_row, v->rows - c->rows);
	c->from_col = clamp(c->from_col, v->cols - c->cols);
	canvas_paint(c, &p->theme, p->deck.screen, v);
	paint_edges(p, rows, COLS);
}

/* The terminal's cursor stands where the recorded one does, if that is in sight. */
static void
place_cursor(const struct player *p)
{
	int row = p->view.row - p->canvas.from_row, col = p->view.col - p->canvas.from_col;

	if (!p->has_view || !p->view.is_visible || row < 0 || row >= p->canvas.rows || col < 0 || col >= p->canvas.cols)
		return;
	curs_set(1);
	move(TOP + row, col);
}

/* ---- help -------------------------------------------------------------------------------------------------------- */

static void
paint_help(struct player *p, int rows)
{
	int row = TOP + 1 - p->help_from;
	int width = COLS > 70 ? 30 : COLS / 3;

	for (size_t i = 0; i < key_count; i++) {
		if (keys[i].name == NULL)
			continue;
		if (row >= TOP && row < TOP + rows) {
			draw_text(&p->theme, (struct spot){ row, 2, width - 2, INK_ACCENT }, keys[i].name);
			draw_text(&p->theme, (struct spot){ row, width + 1, COLS - width - 1, INK_PLAIN }, keys[i].help);
		}
		row++;
	}
	if (row <= TOP + rows / 2 && p->help_from > 0)
		p->help_from--;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static void
paint_all(struct player *p)
{
	int rows = LINES - TOP - BELOW - (p->shows_keys ? 1 : 0);

	if (p->shows_help)
		paint_help(p, rows);
	else
		paint_picture(p, rows);
	paint_said(p, TOP + rows);
	paint_header(p);
	if (p->shows_keys)
		stage_strip(p, TOP + rows);
	paint_status(p, LINES - 3);
	stage_bar(p, LINES - 2);
	if (!p->prompts)
		keys_footer(p, LINES - 1);
	if (!p->shows_help)
		place_cursor(p);
	if (p->prompts)
		paint_prompt(p, LINES - 1);
}

void
stage_paint(struct player *p)
{
	erase();
	curs_set(0);
	if (COLS < STAGE_LEAST_COLS || LINES < STAGE_LEAST_ROWS)
		draw_paragraph(&p->theme, (struct spot){ 0, 0, COLS, INK_PLAIN }, LINES, "This window is too small for the player; q leaves.");
	else
		paint_all(p);
	refresh();
}
