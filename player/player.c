/* SPDX-License-Identifier: ISC */
/* The loop: keys are answered at once; the picture is drawn at most thirty times a second. */
#include "config.h"

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "player/act.h"
#include "player/keys.h"
#include "player/player.h"
#include "player/stage.h"
#include "player/tape.h"

#define PAINT_EVERY_US	(CLOCK_US / 30)
#define WORK_US		INT64_C(25000)
#define KEY_ESCAPE	27
#define CTRL(letter)	((letter) & 0x1f)

void
player_say(struct player *p, enum ink ink, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->said, sizeof p->said, format, args);
	va_end(args);
	p->said_ink = ink;
	p->said_us = clock_boot_us();
}

char *
player_time(const struct player *p, int64_t t_us, char *text)
{
	if (p->clock == PLAYER_RELATIVE)
		return clock_short(t_us / CLOCK_US, text);
	clock_local(p->tape->info->start_wall_us + t_us, text);
	/* "2026-11-20 14:02:40 +0100" */
	if (p->clock == PLAYER_WALL) {
		memmove(text, text + 11, 8);
		text[8] = '\0';
	}
	return text;
}

static void
type_time(struct player *p, wint_t key, bool is_special)
{
	size_t count = strlen(p->prompt);

	if (!is_special && (key == '\r' || key == '\n')) {
		p->prompts = false;
		act_go(p, p->prompt);
	} else if (!is_special && (key == KEY_ESCAPE || key == CTRL('c'))) {
		p->prompts = false;
	} else if ((is_special && key == KEY_BACKSPACE) || (!is_special && (key == 0x7f || key == '\b'))) {
		p->prompt[count > 0 ? count - 1 : 0] = '\0';
	} else if (!is_special && key == CTRL('u')) {
		p->prompt[0] = '\0';
	} else if (!is_special && key >= ' ' && key < 0x7f && count + 1 < sizeof p->prompt) {
		p->prompt[count] = (char)key;
		p->prompt[count + 1] = '\0';
	}
}

/* All that were typed. True if there was one. */
static bool
on_keys(struct player *p)
{
	bool any = false;
	wint_t key;
	int r;

	while ((r = get_wch(&key)) != ERR) {
		bool is_special = r == KEY_CODE_YES;

		any = true;
		/* What one key asked for is where the next one begins, if that is not far. */
		if (p->deck.goal != DECK_THERE)
			(void)deck_work(&p->deck, WORK_US);
		if (is_special && key == KEY_RESIZE)
			continue;
		if (p->prompts)
			type_time(p, key, is_special);
		else
			(void)keys_press(p, is_special ? KEYS_SPECIAL((int)key) : (int)key);
	}
	return any;
}

static bool
on_signals(struct player *p, int signals)
{
	struct signalfd_siginfo info;
	bool any = false;

	while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
		any = true;
		if (info.ssi_signo == SIGWINCH)
			stage_resize();
		else
			p->quits = true;
	}
	return any;
}

/* The end, once; and what went wrong with the picture, each time. */
static void
tell(struct player *p)
{
	const struct rec_report *report = rec_reader_report(p->deck.scout.reader);

	if (p->deck.said[0] != '\0')
		player_say(p, INK_BAD, "%s", p->deck.said);
	p->deck.said[0] = '\0';
	if (!p->told_open && p->deck.follows && !p->tape->running && p->deck.n == p->deck.scout.n) {
		p->told_open = true;
		player_say(p, INK_WARN, "Waiting for more: %s.", report->missing);
	}
	if (p->told_end || !deck_is_over(&p->deck))
		return;
	p->told_end = true;
	if (p->deck.scout.error < 0 || p->deck.error < 0)
		player_say(p, INK_BAD, "No more can be read: %s.", err_text(p->deck.error < 0 ? p->deck.error : p->deck.scout.error));
	else if (report->missing[0] != '\0')
		player_say(p, INK_BAD, "This is not all: %s.", report->missing);
}

void
player_run(struct player *p, int signals)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
	int64_t painted_us = 0;
	bool is_dirty = true;

	while (!p->quits) {
		int wait_ms = deck_wait_ms(&p->deck);
		int64_t now_us = clock_boot_us();

		if (is_dirty && now_us - painted_us >= PAINT_EVERY_US) {
			stage_paint(p);
			painted_us = clock_boot_us();
			is_dirty = false;
		}
		if (is_dirty)
			wait_ms = wait_ms < 0 || wait_ms > 33 ? 33 : wait_ms;
		else if (p->said[0] != '\0')
			wait_ms = wait_ms < 0 || wait_ms > 1000 ? 1000 : wait_ms;
		if (poll(fds, 2, wait_ms) > 0 && (fds[0].revents & (POLLHUP | POLLERR)) != 0)
			return;
		is_dirty |= on_signals(p, signals);
		is_dirty |= on_keys(p);
		is_dirty |= deck_work(&p->deck, WORK_US) || p->said[0] != '\0';
		tell(p);
	}
}
