/* SPDX-License-Identifier: ISC */
/* A program in raw mode that leaves in the way its argument says: leave, exit (without leaving) or fork. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/fdio.h"
#include "lib/term/grid.h"
#include "lib/term/paint.h"
#include "lib/term/rawtty.h"

static int
caught(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void
fork_and_exit(void)
{
	pid_t child = fork();

	if (child == 0)
		exit(0);	/* with its copy of the net; it must not restore anything */
	waitpid(child, NULL, 0);
}

int
main(int argc, char **argv)
{
	struct grid *grid;
	struct rawtty *tty;
	struct pollfd fds[] = { { .fd = 0, .events = POLLIN }, { .fd = caught(), .events = POLLIN } };
	AUTO_BUF struct buf fresh;
	char text[200];
	int cols, rows;

	buf_init(&fresh, 4096);

	if (argc != 2 || !rawtty_is(1) || rawtty_size(1, &cols, &rows) < 0 || rawtty_enter(1, &tty) < 0)
		return 2;
	grid = grid_new(cols, rows);
	rawtty_follow(tty, grid);
	if (paint_fresh(rows, &fresh) < 0 || fdio_write(1, buf_data(&fresh), buf_len(&fresh)) < 0)
		return 2;
	if (strcmp(argv[1], "fork") == 0)
		fork_and_exit();
	snprintf(text, sizeof text, "\033[?1049h\033[?25l\033[?1002h\033[2;5r\033[31m\033(0\033[2;1H\033(Bpid %d\033[3;1Hin raw mode\033(0",
	    (int)getpid());
	grid_write(grid, text, strlen(text));
	if (fdio_write(1, text, strlen(text)) < 0)
		return 2;
	poll(fds, 2, -1);
	if (strcmp(argv[1], "exit") == 0)
		exit(3);
	rawtty_leave(tty);
	grid_free(grid);
	return 0;
}
