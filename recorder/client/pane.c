/* SPDX-License-Identifier: ISC */
/* forkpty and a grid. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/term/grid.h"
#include "recorder/client/pane.h"

#define SCREEN_MOST	(4u << 20)

int
pane_start(struct pane *pane, char *const argv[], int cols, int rows)
{
	const struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, &size);

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execv(argv[0], argv);
		_exit(127);
	}
	*pane = (struct pane){ .pid = pid, .fd = master, .status = -1, .grid = grid_new(cols, rows) };
	fdio_cloexec(master, true);
	return fdio_nonblock(master, true);
}

static void
reap(struct pane *pane, int flags)
{
	int status;

	if (pane->pid <= 0 || waitpid(pane->pid, &status, flags) != pane->pid)
		return;
	pane->pid = 0;
	pane->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
pane_done(struct pane *pane)
{
	if (pane->pid > 0) {
		own_close(&pane->fd);	/* the line drops: programs of ours end by that alone */
		for (int i = 0; i < 100 && pane->pid > 0; i++) {
			reap(pane, WNOHANG);
			usleep(20000);
		}
	}
	if (pane->pid > 0) {
		kill(pane->pid, SIGKILL);
		reap(pane, 0);
	}
	own_close(&pane->fd);
	grid_free(pane->grid);
	*pane = (struct pane){ .fd = -1, .status = pane->status };
}

bool
pane_pump(struct pane *pane, int ms)
{
	struct pollfd p = { .fd = pane->fd, .events = POLLIN };
	char bytes[16384];
	ssize_t n;

	if (pane->fd >= 0 && poll(&p, 1, ms) > 0) {
		n = read(pane->fd, bytes, sizeof bytes);
		if (n > 0)
			grid_write(pane->grid, bytes, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			own_close(&pane->fd);
	}
	if (pane->fd < 0)
		reap(pane, 0);
	return pane->fd >= 0;
}

void
pane_type(struct pane *pane, const char *keys, size_t count)
{
	if (pane->fd >= 0)
		(void)fdio_write(pane->fd, keys, count);
}

void
pane_resize(struct pane *pane, int cols, int rows)
{
	const struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };

	grid_resize(pane->grid, cols, rows);
	if (pane->fd >= 0)
		(void)ioctl(pane->fd, TIOCSWINSZ, &size);
}

char *
pane_text(const struct pane *pane)
{
	AUTO_BUF struct buf text = { .max = SCREEN_MOST };

	(void)grid_text(pane->grid, &text);
	return buf_text(&text);
}

bool
pane_wait(struct pane *pane, const char *words, int seconds)
{
	int64_t until = clock_boot_us() + seconds * CLOCK_US;

	for (;;) {
		AUTO_FREE char *text = pane_text(pane);

		if (strstr(text, words) != NULL)
			return true;
		if (clock_boot_us() > until)
			return false;
		if (!pane_pump(pane, 100)) {
			AUTO_FREE char *last = pane_text(pane);

			return strstr(last, words) != NULL;
		}
	}
}

int
pane_wait_end(struct pane *pane, int seconds)
{
	int64_t until = clock_boot_us() + seconds * CLOCK_US;

	while (clock_boot_us() < until)
		if (!pane_pump(pane, 100))
			return pane->status;
	return -1;
}
