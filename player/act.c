/* SPDX-License-Identifier: ISC */
/* The keys' doings. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "player/act.h"
#include "player/moment.h"
#include "player/player.h"
#include "player/tape.h"

#define CELLS_MOST	500
#define NAMES_MOST	1000	/* tries for a name that is free */

void
act_pause(struct player *p, int unused)
{
	(void)unused;
	if (deck_is_over(&p->deck))
		deck_go_time(&p->deck, 0);	/* at the end: once more */
	deck_pause(&p->deck, !p->deck.is_paused);
}

void
act_step(struct player *p, int by)
{
	deck_step(&p->deck, by);
}

/* Several presses before the first is done add up. */
static int64_t
aim(const struct player *p)
{
	return p->deck.goal == DECK_TO_TIME ? p->deck.goal_us : p->deck.t_us;
}

void
act_seconds(struct player *p, int by)
{
	int64_t to_us = aim(p) + by * CLOCK_US;
	int64_t length_us = deck_length_us(&p->deck);

	deck_go_time(&p->deck, to_us > length_us ? length_us : to_us);
}

void
act_speed(struct player *p, int by)
{
	deck_set_speed(&p->deck, by == 0 ? 0 : p->deck.speed + by);
}

void
act_tenth(struct player *p, int tenth)
{
	deck_go_time(&p->deck, deck_length_us(&p->deck) / 10 * tenth);
}

void
act_start(struct player *p, int unused)
{
	(void)unused;
	deck_go_time(&p->deck, 0);
}

void
act_end(struct player *p, int unused)
{
	(void)unused;
	if (p->deck.is_paused && !p->deck.scout.is_over)
		deck_pause(&p->deck, false);
	deck_go_end(&p->deck);
}

void
act_ask_time(struct player *p, int unused)
{
	(void)unused;
	p->prompts = true;
	p->prompt[0] = '\0';
}

void
act_go(struct player *p, const char *text)
{
	const struct moment_range range = { .start_wall_us = p->tape->info->start_wall_us,
		.length_us = deck_length_us(&p->deck), .prefer_wall = p->clock != PLAYER_RELATIVE };
	char end[CLOCK_TEXT];
	int64_t t_us;

	if (text[0] == '\0')
		return;
	if (moment_parse(text, &range, &t_us) < 0) {
		player_say(p, INK_WARN, "\"%s\" is no time: write 90s, 12:30 or 14:07:44.", text);
		return;
	}
	if (t_us > range.length_us) {
		player_say(p, INK_WARN, "It ends at %s.", player_time(p, range.length_us, end));
		t_us = range.length_us;
	}
	deck_go_time(&p->deck, t_us);
}

static const char *
mark_text(const struct mark *mark)
{
	static const char *const names[MARK_KINDS] = {
		[MARK_LINE] = "a line was typed", [MARK_RESIZE] = "the window got another size", [MARK_NOTE] = "note: ",
		[MARK_STATE] = "", [MARK_END] = "the end",
	};

	return names[mark->kind];
}

void
act_mark(struct player *p, int by)
{
	const struct scout *scout = &p->deck.scout;
	uint64_t n = p->deck.goal == DECK_TO_EVENT ? p->deck.goal_n : p->deck.n;
	const struct mark *found = NULL;

	for (size_t i = 0; i < scout->mark_count; i++) {
		const struct mark *mark = &scout->marks[i];

		if (by > 0 && mark->n > n) {
			found = mark;
			break;
		}
		if (by < 0 && mark->n < n)
			found = mark;
	}
	if (found == NULL) {
		player_say(p, INK_DIM, by > 0 ? "There is no mark behind this place." : "There is no mark before this place.");
		return;
	}
	deck_go_event(&p->deck, found->n);
	player_say(p, INK_PLAIN, "%s%s", mark_text(found), found->text);
}

void
act_keys(struct player *p, int unused)
{
	(void)unused;
	p->shows_keys = !p->shows_keys;
}

void
act_clock(struct player *p, int unused)
{
	(void)unused;
	p->clock = (p->clock + 1) % PLAYER_CLOCKS;
}

void
act_idle(struct player *p, int unused)
{
	(void)unused;
	p->deck.limits_idle = !p->deck.limits_idle;
}

void
act_pan_rows(struct player *p, int by)
{
	if (p->shows_help) {
		p->help_from = p->help_from + by < 0 ? 0 : p->help_from + by;
		return;
	}
	p->pans = true;
	p->canvas.from_row += by;
}

void
act_pan_cols(struct player *p, int by)
{
	p->pans = true;
	p->canvas.from_col += by;
}

void
act_help(struct player *p, int unused)
{
	(void)unused;
	p->shows_help = !p->shows_help;
	p->help_from = 0;
}

void
act_back(struct player *p, int unused)
{
	(void)unused;
	p->shows_help = false;
	p->pans = false;
	p->said[0] = '\0';
}

void
act_quit(struct player *p, int unused)
{
	(void)unused;
	if (p->shows_help)
		p->shows_help = false;
	else
		p->quits = true;
}

/* ---- the picture's text into a file ------------------------------------------------------------------------------ */

static int
add_row(const struct screen *screen, int row, int cols, struct buf *out)
{
	struct screen_cell cells[CELLS_MOST];
	uint8_t bytes[4];
	int r = 0, last = -1;

	screen_cells(screen, row, cells);
	for (int col = 0; col < cols; col++)
		if (cells[col].count > 0 && cells[col].chars[0] != ' ')
			last = col;
	for (int col = 0; r == 0 && col <= last; col++) {
		if (cells[col].count == 0 && cells[col].width > 0)
			r = buf_add_text(out, " ");
		for (int i = 0; r == 0 && i < cells[col].count; i++)
			r = buf_add(out, bytes, (size_t)text_encode(cells[col].chars[i], bytes));
	}
	return r == 0 ? buf_add_text(out, "\n") : r;
}

/* A new file: never over one that is there. The descriptor, or -errno. */
static int
create(const struct player *p, char *name, size_t size)
{
	char when[CLOCK_TEXT];
	int fd = -EEXIST;

	clock_short(p->deck.t_us / CLOCK_US, when);
	for (char *c = when; *c != '\0'; c++)
		if (*c == ':')
			*c = '-';
	for (int i = 1; fd == -EEXIST && i < NAMES_MOST; i++) {
		char number[16] = "";

		if (i > 1)
			snprintf(number, sizeof number, ".%d", i);
		snprintf(name, size, "postern-%s-%s%s.txt", p->tape->name, when, number);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		fd = fd < 0 ? -errno : fd;
	}
	return fd;
}

void
act_save(struct player *p, int unused)
{
	AUTO_BUF struct buf text = { .max = 8U << 20 };
	AUTO_FD int fd = -1;
	char name[128];
	int r = 0;

	(void)unused;
	if (tape_is_login()) {
		player_say(p, INK_WARN, "Through a login no files are written; use play -H from your own machine.");
		return;
	}
	r = deck_look(&p->deck, &p->view);
	for (int row = 0; r == 0 && row < p->view.rows; row++)
		r = add_row(p->deck.screen, row, p->view.cols, &text);
	while (buf_len(&text) > 1 && memcmp(text.bytes + text.end - 2, "\n\n", 2) == 0)
		text.end--;	/* blank rows at the bottom */
	if (r == 0) {
		fd = create(p, name, sizeof name);
		r = fd < 0 ? fd : fdio_write(fd, buf_data(&text), buf_len(&text));
	}
	if (r < 0)
		player_say(p, INK_BAD, "The text was not written: %s.", err_text(r));
	else
		player_say(p, INK_GOOD, "The text of this picture is in %s.", name);
}
