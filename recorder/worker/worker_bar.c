/* SPDX-License-Identifier: ISC */
/*
 * What the recorder itself says: a line over the bottom row of the picture, put there and taken away without harm to the
 * program's own, or a wire_notice where there is no terminal. Notices are never part of the recorded output.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "lib/term/paint.h"
#include "recorder/worker/worker.h"

#define SHOWN_US	(5 * CLOCK_US)
#define BUSY_US		(CLOCK_US / 20)	/* between two looks whether a torn notice can be mended */
#define PAINT_PAUSE	(64u * 1024)	/* not while so much waits for the client */

/* The moments before the end at which the engineer is warned. */
static const struct {
	int64_t		 left_us;
	const char	*words;
} warnings[] = {
	{ 300 * CLOCK_US, "5 minutes" },
	{ 60 * CLOCK_US, "1 minute" },
};

#define WARNINGS	(sizeof warnings / sizeof warnings[0])

void
bar_init(struct worker *w)
{
	if (w->start->tty && w->start->gate)
		w->bar.grid = grid_new((int)w->port.cols, (int)w->port.rows);
	buf_init(&w->bar.bytes, PAINT_MOST);
}

void
bar_done(struct worker_bar *bar)
{
	grid_free(bar->grid);
	buf_done(&bar->bytes);
	free(bar->text);
	*bar = (struct worker_bar){ 0 };
}

/* To the client's terminal only, in pieces that a message takes. */
static void
send_bytes(struct worker *w)
{
	struct buf *bytes = &w->bar.bytes;

	while (buf_len(bytes) > 0) {
		size_t count = buf_len(bytes) < WIRE_CHUNK ? buf_len(bytes) : WIRE_CHUNK;
		struct wire_output output = { { bytes->bytes + bytes->start, count } };

		client_put(w, WIRE_OUTPUT, &output);
		buf_consume(bytes, count);
	}
	buf_done(bytes);
	buf_init(bytes, PAINT_MOST);
}

/*
 * The grid believes that the session begins at the top left of an empty screen, so the client's terminal is made that;
 * what stood there goes into its scrollback. Without it a notice would be drawn in the wrong place.
 */
void
bar_begin(struct worker *w)
{
	if (w->bar.grid == NULL || paint_fresh((int)w->port.rows, &w->bar.bytes) < 0)
		return;
	send_bytes(w);
}

/* Nothing of ours between the bytes of a sequence, and nothing on top of a long queue. */
static bool
can_paint(const struct worker *w)
{
	return w->bar.grid != NULL && !w->bar.is_blind && !w->drop.is_blank && !grid_mid_sequence(w->bar.grid) && w->phase >= WORKER_RUNNING &&
	    client_waiting(w) < PAINT_PAUSE;
}

/* Brings the terminal to what it should show now: the notice, or the program's own row. */
static void
paint(struct worker *w)
{
	struct worker_bar *bar = &w->bar;

	if (!can_paint(w))
		return;
	if (bar->text == NULL || notice_is_torn(&bar->notice, bar->grid))
		(void)notice_hide(&bar->notice, bar->grid, &bar->bytes);
	if (bar->text != NULL && (bar->is_new || !bar->notice.is_shown))
		(void)notice_show(&bar->notice, bar->grid, bar->text, &bar->bytes);
	bar->is_new = false;
	send_bytes(w);
}

static bool
is_settled(const struct worker_bar *bar)
{
	return !bar->is_new && bar->notice.is_shown == (bar->text != NULL) && !notice_is_torn(&bar->notice, bar->grid);
}

void
bar_feed(struct worker *w, const uint8_t *bytes, size_t count)
{
	struct worker_bar *bar = &w->bar;

	if (bar->grid == NULL)
		return;
	grid_write(bar->grid, bytes, count);
	drop_paint(w);
	if (!bar->is_blind && !is_settled(bar) && (w->due[DUE_PAINT] == 0 || w->due[DUE_PAINT] > clock_boot_us() + BUSY_US))
		w->due[DUE_PAINT] = clock_boot_us() + BUSY_US;
}

void
bar_resize(struct worker *w)
{
	if (w->bar.grid == NULL)
		return;
	grid_resize(w->bar.grid, (int)w->port.cols, (int)w->port.rows);
	paint(w);
}

void
bar_say(struct worker *w, const char *text, bool is_lasting)
{
	struct wire_notice notice = { .text = (char *)(uintptr_t)text };
	struct worker_bar *bar = &w->bar;

	if (bar->grid == NULL || bar->is_blind) {
		client_put(w, WIRE_NOTICE, &notice);
		return;
	}
	free(bar->text);
	bar->text = own_dup(text);
	bar->is_new = true;
	w->due[DUE_NOTICE] = is_lasting ? 0 : clock_boot_us() + SHOWN_US;
	w->due[DUE_PAINT] = clock_boot_us();
}

/* What stands there when nothing else is said; NULL: the program's own row. */
static const char *
standing(const struct worker *w, char text[WORKER_NOTICE])
{
	if (w->phase != WORKER_RUNNING)
		return NULL;
	if (menu_is_open(w))
		return menu_text(w, text);
	if (w->tape.is_held)
		return BAR_HELD;
	if (guard_is_asking(w))
		return guard_text(w, text);
	return freeze_is_on(w) ? freeze_notice(w, text) : NULL;
}

void
bar_clear(struct worker *w)
{
	char text[WORKER_NOTICE];
	const char *rest = standing(w, text);

	free(w->bar.text);
	w->bar.text = rest != NULL ? own_dup(rest) : NULL;
	w->bar.is_new = rest != NULL;
	w->due[DUE_NOTICE] = 0;
	if (w->bar.grid != NULL && !w->bar.is_blind)
		w->due[DUE_PAINT] = clock_boot_us();
}

void
bar_anew(struct worker *w)
{
	w->bar.notice = (struct notice){ 0 };
	if (paint_anew(w->bar.grid, &w->bar.bytes) == 0)
		send_bytes(w);
	bar_clear(w);
}

void
bar_tick(struct worker *w)
{
	drop_paint(w);
	paint(w);
	if (!w->bar.is_blind && !is_settled(&w->bar))
		w->due[DUE_PAINT] = clock_boot_us() + BUSY_US;
}

/* The next warning that still lies ahead. */
static void
plan_warning(struct worker *w)
{
	int64_t now = clock_boot_us();

	w->due[DUE_WARN] = 0;
	for (size_t i = WARNINGS; w->deadline_us > 0 && i-- > 0;)
		if (w->deadline_us - warnings[i].left_us > now)
			w->due[DUE_WARN] = w->deadline_us - warnings[i].left_us;
}

void
bar_warn(struct worker *w)
{
	int64_t left_us = w->deadline_us - clock_boot_us();
	struct worker_news news = { .type = "warned" };
	char minute[CLOCK_TEXT], text[160];
	size_t i = 0;

	while (i + 1 < WARNINGS && left_us <= warnings[i + 1].left_us)
		i++;
	news.text = warnings[i].words;
	snprintf(text, sizeof text, "This session ends in %s, at %s.", warnings[i].words, clock_minute(w->ends_us, minute));
	bar_say(w, text, false);
	snprintf(text, sizeof text, "warned: %s left", warnings[i].words);
	tape_text(w, REC_STATE, text);
	gate_report(w, &news);
	plan_warning(w);
}

/* "Your session was extended by alice to 14:30." `is_later` is only looked at if somebody has moved it. */
static void
say_deadline(struct worker *w, const struct wire_deadline *deadline, bool is_later)
{
	const char *colon = deadline->reason[0] != '\0' ? ": " : "";
	char minute[CLOCK_TEXT], text[WORKER_NOTICE], state[WORKER_NOTICE];

	clock_minute(w->ends_us, minute);
	if (deadline->boot_us == 0)
		snprintf(text, sizeof text, "This session has no end now.");
	else if (deadline->by[0] == '\0')
		snprintf(text, sizeof text, "This session ends at %s now%s%.100s.", minute, colon, deadline->reason);
	else if (is_later)
		snprintf(text, sizeof text, "Your session was extended by %.40s to %s%s%.100s.", deadline->by, minute, colon, deadline->reason);
	else
		snprintf(text, sizeof text, "Your session was shortened by %.40s: it ends at %s%s%.90s.", deadline->by, minute, colon, deadline->reason);
	snprintf(state, sizeof state, "%s: by %.40s to %s%s%.100s", is_later ? "extended" : "shortened", deadline->by, minute, colon,
	    deadline->reason);
	bar_say(w, text, false);
	tape_text(w, REC_STATE, deadline->by[0] != '\0' ? state : text);
}

/* A deadline in the past ends the session with the next turn. */
void
bar_deadline(struct worker *w, const struct wire_deadline *deadline)
{
	bool is_later = deadline->boot_us > w->deadline_us;

	w->deadline_us = w->due[DUE_DEADLINE] = deadline->boot_us;
	w->ends_us = deadline->wall_us;
	plan_warning(w);
	if (w->phase != WORKER_RUNNING)
		return;
	if (deadline->boot_us == 0 || deadline->boot_us > clock_boot_us()) {
		w->due[DUE_ENDING] = 0;
		freeze_off(w, FREEZE_DEADLINE, deadline->by[0] != '\0' ? deadline->by : "the gate");
	}
	say_deadline(w, deadline, is_later);
}

/* An alternate screen, mouse modes, a hidden cursor: nothing of the session stays behind. */
void
bar_leave(struct worker *w)
{
	struct worker_bar *bar = &w->bar;
	const struct grid *grid = bar->grid != NULL ? bar->grid : input_grid(w);

	if (grid == NULL || bar->is_blind)
		return;
	bar_clear(w);
	paint(w);
	(void)paint_sane(grid, &bar->bytes);
	send_bytes(w);
}
