/* SPDX-License-Identifier: ISC */
/* The terminal's side of a pty, with the recorder's screen as the picture. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/term/grid.h"
#include "lib/term/pen.h"
#include "tests/term/pty.h"

#define SCREEN_MOST	(1u << 20)
#define STILL_MS	600	/* make golden: so long nothing may come before a screen is written */

/* Nothing of the developer's own terminal or language may reach a golden screen. */
static void
set_environment(char *const env[])
{
	static const char *const drop[] = { "LC_ALL", "LC_CTYPE", "LINES", "COLUMNS", "NO_COLOR", "ESCDELAY" };

	for (size_t i = 0; i < sizeof drop / sizeof drop[0]; i++)
		unsetenv(drop[i]);
	setenv("TERM", "xterm-256color", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; env != NULL && env[i] != NULL; i++)
		putenv(env[i]);
}

void
pty_start(struct pty *pty, char *const argv[], char *const env[], int cols, int rows)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };

	*pty = (struct pty){ .grid = grid_new(cols, rows) };
	pty->pid = forkpty(&pty->master, NULL, NULL, &size);
	assert_true(pty->pid >= 0);
	if (pty->pid == 0) {
		set_environment(env);
		execv(argv[0], argv);
		_exit(127);
	}
	assert_int_equal(fdio_nonblock(pty->master, true), 0);
	fdio_cloexec(pty->master, true);
}

void
pty_done(struct pty *pty)
{
	if (pty->pid > 0) {
		kill(pty->pid, SIGKILL);
		waitpid(pty->pid, NULL, 0);
	}
	if (pty->grid != NULL && pty->master >= 0)
		close(pty->master);
	grid_free(pty->grid);
	*pty = (struct pty){ .master = -1 };
}

/* What the child has drawn goes onto the screen. False if nothing came within `ms`. */
static bool
pump(struct pty *pty, int ms)
{
	struct pollfd p = { .fd = pty->master, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = read(pty->master, bytes, sizeof bytes);
	if (n <= 0) {
		poll(NULL, 0, 10);	/* the child has gone: its end is waited for elsewhere */
		return false;
	}
	grid_write(pty->grid, bytes, (size_t)n);
	return true;
}

char *
pty_text(const struct pty *pty)
{
	AUTO_BUF struct buf out;

	buf_init(&out, SCREEN_MOST);
	grid_text(pty->grid, &out);
	return buf_text(&out);
}

/* Pumps until `is_so` holds; else fails with the screen. */
static void
until(struct pty *pty, bool (*is_so)(const char *screen, const char *what), const char *what, const char *wish)
{
	int64_t limit_us = clock_boot_us() + (int64_t)PTY_LIMIT_MS * 1000;

	for (;;) {
		AUTO_FREE char *screen = pty_text(pty);

		if (is_so(screen, what))
			return;
		if (clock_boot_us() > limit_us) {
			print_error("the screen %s:\n%s\nIt is:\n%s", wish, what, screen);
			pty_done(pty);
			fail();
		}
		pump(pty, 100);
	}
}

static bool
shows(const char *screen, const char *words)
{
	return strstr(screen, words) != NULL;
}

static bool
shows_not(const char *screen, const char *words)
{
	return strstr(screen, words) == NULL;
}

static bool
is_same(const char *screen, const char *wanted)
{
	return strcmp(screen, wanted) == 0;
}

void
pty_wait(struct pty *pty, const char *words)
{
	until(pty, shows, words, "never showed");
}

void
pty_wait_gone(struct pty *pty, const char *words)
{
	until(pty, shows_not, words, "did not stop to show");
}

void
pty_type(struct pty *pty, const char *keys)
{
	assert_int_equal(fdio_write(pty->master, keys, strlen(keys)), 0);
}

void
pty_resize(struct pty *pty, int cols, int rows)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };

	while (pump(pty, 0))
		;
	grid_resize(pty->grid, cols, rows);
	assert_int_equal(ioctl(pty->master, TIOCSWINSZ, &size), 0);
}

int
pty_wait_exit(struct pty *pty)
{
	int64_t limit_us = clock_boot_us() + (int64_t)PTY_LIMIT_MS * 1000;
	int status = 0;
	pid_t r;

	while ((r = waitpid(pty->pid, &status, WNOHANG)) == 0 && clock_boot_us() < limit_us)
		pump(pty, 50);
	while (pump(pty, 0))
		;
	assert_int_equal(r, pty->pid);
	pty->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
golden_write(struct pty *pty, const char *path)
{
	AUTO_FREE char *screen = NULL;

	while (pump(pty, STILL_MS))
		;
	screen = pty_text(pty);
	assert_int_equal(fdio_replace(path, 0644, screen, strlen(screen)), 0);
}

void
pty_golden(struct pty *pty, const char *name)
{
	const char *mode = getenv("GOLDEN");
	AUTO_FREE char *path = place_path(POSTERN_SRCDIR "/tests/golden", name, NULL);
	AUTO_FREE char *file = NULL;
	AUTO_FREE char *wanted = NULL;
	size_t count = 0;

	assert_true(asprintf(&file, "%s.screen", path) > 0);
	if (mode != NULL && strcmp(mode, "write") == 0) {
		golden_write(pty, file);
		return;
	}
	assert_int_equal(fdio_slurp_path(file, SCREEN_MOST, &wanted, &count), 0);
	until(pty, is_same, wanted, "never became");
}

static bool
any_cell(const struct pty *pty, bool (*is_so)(uint64_t pen))
{
	for (int row = 0; row < grid_rows(pty->grid); row++)
		for (int col = 0; col < grid_cols(pty->grid); col++)
			if (is_so(grid_cell(pty->grid, row, col)->pen))
				return true;
	return false;
}

static bool
is_coloured(uint64_t pen)
{
	return pen_fg(pen) != PEN_DEFAULT || pen_bg(pen) != PEN_DEFAULT;
}

static bool
is_on_background(uint64_t pen)
{
	return pen_bg(pen) != PEN_DEFAULT || (pen & PEN_REVERSE) != 0;
}

bool
pty_has_colour(const struct pty *pty)
{
	return any_cell(pty, is_coloured);
}

bool
pty_has_background(const struct pty *pty)
{
	return any_cell(pty, is_on_background);
}
