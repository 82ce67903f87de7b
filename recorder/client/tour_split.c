/* SPDX-License-Identifier: ISC */
/* `postern try` with a terminal: the engineer's side above, the approver's console below, one key to change sides. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cli.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"
#include "lib/base/text.h"
#include "lib/term/grid.h"
#include "lib/term/pen.h"
#include "lib/term/rawtty.h"
#include "recorder/client/pane.h"
#include "recorder/client/tour.h"

#define KEY_SIDE	0x07	/* Ctrl-G */
#define KEY_LEAVE	0x11	/* Ctrl-Q */
#define FRAME_MOST	(8u << 20)
#define CONSOLE_LEAST	14	/* rows, of the console's own SCREEN_LEAST_ROWS */
#define ENGINEER_LEAST	7	/* rows: the menu with its three questions */

enum side { ENGINEER, APPROVER, SIDES };

struct split {
	struct tour	*tour;
	struct pane	 panes[SIDES];
	enum side	 front;
	int		 cols, rows;
	bool		 leaving;
};

static const char *const titles[SIDES] = {
	[ENGINEER] = " ENGINEER  what `ssh bastion` shows: pick the role, say why and for how long ",
	[APPROVER] = " APPROVER  the console: a grants, g grants less, r revokes, ? help ",
};

/* Rows of one side. Each has half of the window, but in a small one (80x24) the console goes first: it needs its least. */
static int
side_rows(const struct split *s, enum side side)
{
	int both = s->rows - SIDES - 1;		/* without the titles and the footer */
	int below = both - both / 2;

	if (below < CONSOLE_LEAST)
		below = both - ENGINEER_LEAST < CONSOLE_LEAST ? both - ENGINEER_LEAST : CONSOLE_LEAST;
	if (below < both / 2)
		below = both - both / 2;
	return side == ENGINEER ? both - below : below;
}

static int
side_top(const struct split *s, enum side side)
{
	return side == ENGINEER ? 0 : side_rows(s, ENGINEER) + 1;
}

static void
start_side(struct split *s, enum side side)
{
	static const char *const menu[] = { "menu", NULL };
	static const char *const console[] = { "console", NULL };
	AUTO_FREE char **argv = tour_argv(s->tour, side == ENGINEER ? "engineer" : "approver", side == ENGINEER ? menu : console);
	int rows = side_rows(s, side);

	pane_done(&s->panes[side]);
	if (pane_start(&s->panes[side], argv, s->cols, rows > 1 ? rows : 1) < 0)
		s->leaving = true;
}

/* ---- drawing ------------------------------------------------------------------------------------------------------- */

static void
draw_cell(const struct grid *grid, const struct grid_cell *cell, struct buf *out)
{
	uint32_t chars[GRID_CHARS];
	size_t count = grid_cell_chars(grid, cell, chars);
	uint8_t bytes[4];

	if (count == 0 && grid_cell_width(cell) > 0)
		(void)buf_add(out, " ", 1);
	for (size_t i = 0; i < count; i++)
		(void)buf_add(out, bytes, (size_t)text_encode(chars[i], bytes));
}

static void
draw_row(const struct grid *grid, int row, int screen_row, struct buf *out)
{
	uint64_t pen = 0;

	(void)buf_addf(out, "\033[%d;1H\033[0m", screen_row + 1);
	for (int col = 0; col < grid_cols(grid); col++) {
		const struct grid_cell *cell = grid_cell(grid, row, col);

		if (cell == NULL)
			break;
		if (cell->pen != pen)
			(void)pen_write(out, cell->pen);
		pen = cell->pen;
		draw_cell(grid, cell, out);
	}
	(void)buf_add_text(out, "\033[0m\033[K");
}

static void
draw_line(const struct split *s, int row, const char *text, bool is_front, struct buf *out)
{
	char fitted[1024];
	int width = text_fit(text, s->cols, !text_utf8_locale(), fitted, sizeof fitted);

	(void)buf_addf(out, "\033[%d;1H\033[0;%sm%s%*s\033[0m", row + 1, is_front ? "7;1" : "7;2", fitted, s->cols - width, "");
}

static void
draw_side(const struct split *s, enum side side, struct buf *out)
{
	const struct pane *pane = &s->panes[side];
	int rows = side_rows(s, side);

	draw_line(s, side_top(s, side), titles[side], side == s->front, out);
	for (int row = 0; pane->grid != NULL && row < rows; row++)
		draw_row(pane->grid, row, side_top(s, side) + 1 + row, out);
}

static void
draw(const struct split *s)
{
	AUTO_BUF struct buf out = { .max = FRAME_MOST };
	const struct pane *front = &s->panes[s->front];
	int row;
	int col;

	(void)buf_add_text(&out, "\033[?25l");
	draw_side(s, ENGINEER, &out);
	draw_side(s, APPROVER, &out);
	draw_line(s, s->rows - 1, front->fd < 0 ? " This side has ended: Enter starts it again.   Ctrl-G other side   Ctrl-Q on to the replay " :
	    " Ctrl-G changes sides   Ctrl-Q leaves this screen and goes on to the replay ", false, &out);
	if (front->grid != NULL && front->fd >= 0) {
		grid_cursor(front->grid, &row, &col);
		(void)buf_addf(&out, "\033[%d;%dH%s", side_top(s, s->front) + 2 + row, col + 1, (grid_modes(front->grid) & GRID_VISIBLE) != 0 ? "\033[?25h" : "");
	}
	(void)fdio_write(STDOUT_FILENO, buf_data(&out), buf_len(&out));
}

/* ---- keys and sizes ------------------------------------------------------------------------------------------------ */

static void
on_keys(struct split *s, const char *keys, ssize_t count)
{
	struct pane *front = &s->panes[s->front];

	for (ssize_t i = 0; i < count; i++) {
		if (keys[i] == KEY_SIDE)
			s->front = s->front == ENGINEER ? APPROVER : ENGINEER;
		else if (keys[i] == KEY_LEAVE)
			s->leaving = true;
		else if (front->fd < 0 && keys[i] == '\r')
			start_side(s, s->front);
		else
			pane_type(&s->panes[s->front], keys + i, 1);
		front = &s->panes[s->front];
	}
}

static void
on_size(struct split *s)
{
	rawtty_size(STDIN_FILENO, &s->cols, &s->rows);
	for (enum side side = 0; side < SIDES; side++) {
		int rows = side_rows(s, side);

		if (s->panes[side].grid != NULL)
			pane_resize(&s->panes[side], s->cols, rows > 1 ? rows : 1);
	}
}

static int
open_signals(void)
{
	static const int heard[] = { SIGWINCH, SIGTERM, SIGHUP, 0 };

	return signals_open(heard, NULL);
}

static void
loop(struct split *s, int signals)
{
	struct signalfd_siginfo info;
	char keys[256];

	while (!s->leaving) {
		struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = signals, .events = POLLIN },
			{ .fd = s->panes[ENGINEER].fd, .events = POLLIN }, { .fd = s->panes[APPROVER].fd, .events = POLLIN } };

		draw(s);
		if (poll(fds, 4, 1000) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0) {
			ssize_t n = read(STDIN_FILENO, keys, sizeof keys);

			if (n <= 0)
				return;
			on_keys(s, keys, n);
		}
		if (fds[1].revents != 0 && read(signals, &info, sizeof info) == sizeof info) {
			if (info.ssi_signo != SIGWINCH)
				return;
			on_size(s);
		}
		pane_pump(&s->panes[ENGINEER], 0);
		pane_pump(&s->panes[APPROVER], 0);
	}
}

/* ---- afterwards ---------------------------------------------------------------------------------------------------- */

/* One of our commands in this terminal, as the auditor. Its exit status. */
static int
run_here(const struct tour *tour, const char *const words[])
{
	AUTO_FREE char **argv = tour_argv(tour, "auditor", words);
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
find_newest(struct tour *tour)
{
	AUTO_FREE char *said = NULL;
	const char *id;

	tour_run(tour, &said, "auditor", "sessions", "--all", "--json", NULL);
	id = strstr(said, "\"id\":\"");
	snprintf(tour->session, sizeof tour->session, "%.32s", id != NULL ? id + 6 : "");
	return id != NULL;
}

static void
replay(struct tour *tour)
{
	const char *const list[] = { "ls", NULL };
	const char *const play[] = { "play", tour->session, "--reason", "to see that it is all there", NULL };
	char key;

	if (!find_newest(tour)) {
		printf("Nobody entered a session, so there is nothing to replay.\n");
		return;
	}
	printf("Now you are the auditor. Recordings:\n\n");
	fflush(stdout);
	run_here(tour, list);
	printf("\nEnter replays the newest one (q leaves the player). ");
	fflush(stdout);
	while (read(STDIN_FILENO, &key, 1) == 1 && key != '\n')
		;
	if (run_here(tour, play) != STATUS_OK)
		printf("The replay ended with an error; `postern try --keep` leaves everything in place.\n");
	printf("Its retention window is 20 s here (days or years in a real policy). Waiting for it to lapse ...\n");
	fflush(stdout);
	tour_deletion(tour);
}

int
tour_split(struct tour *tour)
{
	struct split s = { .tour = tour, .panes = { { .fd = -1 }, { .fd = -1 } } };
	AUTO_FD int signals = open_signals();
	struct rawtty *tty = NULL;

	rawtty_size(STDIN_FILENO, &s.cols, &s.rows);
	start_side(&s, ENGINEER);
	start_side(&s, APPROVER);
	if (rawtty_enter(STDIN_FILENO, &tty) < 0)
		return STATUS_FAILED;
	(void)fdio_write(STDOUT_FILENO, "\033[?1049h\033[2J", 12);
	loop(&s, signals);
	(void)fdio_write(STDOUT_FILENO, "\033[?1049l\033[?25h", 14);
	rawtty_leave(tty);
	signals_unblock();
	pane_done(&s.panes[ENGINEER]);
	pane_done(&s.panes[APPROVER]);
	replay(tour);
	return tour->failed == 0 ? STATUS_OK : STATUS_FAILED;
}
