/* SPDX-License-Identifier: ISC */
/* The loop: keys are answered at once, everything else at most ten times a second; clocks go on each second. */
#include "config.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "console/act.h"
#include "console/console.h"
#include "console/keys.h"
#include "console/screen.h"
#include "console/sign.h"
#include "console/view.h"
#include "lib/base/cli.h"
#include "lib/base/clock.h"

#define PAINT_EVERY_US	(CLOCK_US / 10)

enum { POLL_KEYS, POLL_SIGNALS, POLL_LINKS };

/* What a turn of the loop must still do. */
struct turn {
	struct pollfd	fds[POLL_LINKS + 2 * CONSOLE_LINKS];
	bool		dirty;		/* something to be seen has changed */
	bool		at_once;	/* and somebody waits for it */
	int64_t		painted_us;	/* boot: last time */
	int64_t		second;		/* wall: shown by the clocks */
};

void
console_say(struct console *console, enum ink ink, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(console->status, sizeof console->status, format, args);
	va_end(args);
	console->status_ink = ink;
	console->status_us = console->now_us;
}

void
console_show(struct console *console, const struct view *view)
{
	console->view = view;
	console->scroll = 0;
}

struct row *
console_row(const struct console *console)
{
	return console->queue.at;
}

const struct link *
console_link(const struct console *console, const struct row *row)
{
	return &console->links[row->link];
}

bool
console_is_up(const struct console *console, const struct row *row)
{
	return console->links[row->link].state == LINK_UP;
}

const struct link *
console_lost(const struct console *console)
{
	for (unsigned i = 0; i < console->link_count; i++)
		if (console->links[i].state != LINK_UP)
			return &console->links[i];
	return NULL;
}

const struct link *
console_troubled(const struct console *console)
{
	for (unsigned i = 0; i < console->link_count; i++)
		if (console->links[i].state == LINK_UP && console->links[i].trouble[0] != '\0')
			return &console->links[i];
	return NULL;
}

bool
console_is_approver(const struct console *console)
{
	for (unsigned i = 0; i < console->link_count; i++) {
		const struct wire_welcome *welcome = link_welcome(&console->links[i]);

		if (welcome != NULL && welcome->approver)
			return true;
	}
	return false;
}

/* ---- the three sources ------------------------------------------------------------------------------------------- */

static void
press(struct console *console, wint_t key, bool special)
{
	if (special && key == KEY_RESIZE)
		return;
	if (special && key == KEY_ENTER) {	/* the keypad's */
		key = '\n';
		special = false;
	}
	if (console->prompt.kind != PROMPT_NONE) {
		prompt_key(console, key, special);
		return;
	}
	console->status[0] = '\0';
	keys_press(console, special ? KEYS_SPECIAL((int)key) : (int)key);
}

static void
on_keys(struct console *console, struct turn *turn)
{
	int waiting = 0;
	wint_t key;
	int r;

	if (turn->fds[POLL_KEYS].revents == 0)
		return;
	/* A terminal that is readable and has nothing to read has gone. */
	if (ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0)
		console->quit = true;
	while (!console->quit && (r = get_wch(&key)) != ERR) {
		press(console, key, r == KEY_CODE_YES);
		turn->dirty = turn->at_once = true;
	}
}

static void
on_signals(struct console *console, struct turn *turn)
{
	struct signalfd_siginfo info;

	while (read(turn->fds[POLL_SIGNALS].fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT) {
			console->quit = true;
			continue;
		}
		screen_resize();
		turn->dirty = turn->at_once = true;
	}
}

static void
on_answer(struct console *console, struct link *link)
{
	link->answered = false;
	console_say(console, link->worked ? INK_GOOD : INK_BAD, "%s",
	    link->answer[0] != '\0' ? link->answer : link->worked ? "Done." : "The gate refused, without a reason.");
}

static void
on_links(struct console *console, struct turn *turn)
{
	for (unsigned i = 0; i < console->link_count; i++) {
		struct link *link = &console->links[i];

		turn->dirty |= link_step(link, &turn->fds[POLL_LINKS + 2 * i]);
		if (link->answered)
			on_answer(console, link);
	}
	if (console->queue.alarm)
		beep();
	console->queue.alarm = false;
	sign_look(console);
	turn->dirty |= queue_sweep(&console->queue, console->now_us);
	act_check_target(console);
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Milliseconds until something is due without being woken. */
static int
patience(const struct console *console, const struct turn *turn)
{
	int64_t now_us = clock_boot_us();
	int64_t due_us = now_us + CLOCK_US - clock_wall_us() % CLOCK_US;	/* the clocks' next second */

	if (turn->dirty)
		due_us = earlier(due_us, turn->painted_us + PAINT_EVERY_US);
	for (unsigned i = 0; i < console->link_count; i++)
		due_us = earlier(due_us, link_due(&console->links[i]));
	return due_us <= now_us ? 0 : (int)((due_us - now_us) / 1000) + 1;
}

static void
wait_for_something(const struct console *console, struct turn *turn)
{
	unsigned count = POLL_LINKS + 2 * console->link_count;

	for (unsigned i = 0; i < console->link_count; i++)
		link_poll(&console->links[i], &turn->fds[POLL_LINKS + 2 * i]);
	if (poll(turn->fds, count, patience(console, turn)) > 0)
		return;
	for (unsigned i = 0; i < count; i++)
		turn->fds[i].revents = 0;
}

static void
paint_if_due(struct console *console, struct turn *turn)
{
	int64_t now_us = clock_boot_us();
	int64_t second = console->now_us / CLOCK_US;

	turn->dirty |= second != turn->second;
	if (!turn->dirty || (!turn->at_once && now_us - turn->painted_us < PAINT_EVERY_US))
		return;
	screen_paint(console);
	turn->dirty = turn->at_once = false;
	turn->painted_us = now_us;
	turn->second = second;
}

int
console_run(struct console *console, int signals)
{
	struct turn turn = { .dirty = true, .at_once = true };

	turn.fds[POLL_KEYS] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	turn.fds[POLL_SIGNALS] = (struct pollfd){ .fd = signals, .events = POLLIN };
	console->view = &view_list;
	console->now_us = clock_wall_us();
	for (unsigned i = 0; i < console->link_count; i++)
		link_open(&console->links[i]);
	while (!console->quit) {
		paint_if_due(console, &turn);
		wait_for_something(console, &turn);
		console->now_us = clock_wall_us();
		on_links(console, &turn);
		on_keys(console, &turn);
		on_signals(console, &turn);
	}
	return STATUS_OK;
}
