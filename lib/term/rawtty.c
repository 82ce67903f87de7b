/* SPDX-License-Identifier: ISC */
/* Terminal attributes saved and set; nothing here waits for a terminal that does not read. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/own.h"
#include "lib/term/paint.h"
#include "lib/term/rawtty.h"

#define DRAIN_MS	500	/* how long a stuck terminal may keep us on the way out */

struct rawtty {
	int			 fd;
	pid_t			 owner;	/* a forked child's exit() must not touch the terminal */
	struct termios		 before;
	const struct grid	*grid;	/* NULL if nobody follows */
};

/* exit() hands its functions nothing, so the one that is in raw mode must be known here. */
static struct rawtty *entered;

bool
rawtty_is(int fd)
{
	return isatty(fd) == 1;
}

int
rawtty_size(int fd, int *cols, int *rows)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		return -errno;
	*cols = size.ws_col > 0 ? size.ws_col : 80;
	*rows = size.ws_row > 0 ? size.ws_row : 24;
	return 0;
}

/* A background process that sets attributes is stopped by SIGTTOU, unless it is blocked. */
static int
set_attributes(int fd, const struct termios *attributes)
{
	sigset_t stop, before;
	int r = 0;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, &before);
	while (tcsetattr(fd, TCSANOW, attributes) < 0) {
		if (errno != EINTR) {
			r = -errno;
			break;
		}
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static void
leave_at_exit(void)
{
	if (entered != NULL && entered->owner == getpid())
		rawtty_leave(entered);
}

int
rawtty_enter(int fd, struct rawtty **tty)
{
	static bool is_hung;
	struct termios raw;
	struct rawtty *t;
	int r;

	if (entered != NULL)
		return -EBUSY;
	if (tcgetattr(fd, &raw) < 0)
		return -errno;
	t = own_alloc(sizeof *t);
	t->fd = fd;
	t->owner = getpid();
	t->before = raw;
	cfmakeraw(&raw);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	r = set_attributes(fd, &raw);
	if (r < 0) {
		free(t);
		return r;
	}
	if (!is_hung && atexit(leave_at_exit) == 0)
		is_hung = true;
	entered = *tty = t;
	return 0;
}

void
rawtty_follow(struct rawtty *tty, const struct grid *grid)
{
	tty->grid = grid;
}

/* In small pieces, each only when the terminal takes it: after a hang-up or ^S the way out must still end. */
static void
write_some(int fd, const uint8_t *bytes, size_t count)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	while (count > 0 && poll(&p, 1, DRAIN_MS) == 1 && (p.revents & POLLOUT) != 0) {
		ssize_t n = write(fd, bytes, count < 64 ? count : 64);

		if (n <= 0)
			return;
		bytes += n;
		count -= (size_t)n;
	}
}

void
rawtty_leave(struct rawtty *tty)
{
	AUTO_BUF struct buf out;
	int kept = errno;

	buf_init(&out, 4096);
	if (tty == NULL)
		return;
	if (entered == tty)
		entered = NULL;
	if (tty->grid != NULL && paint_sane(tty->grid, &out) == 0)
		write_some(tty->fd, buf_data(&out), buf_len(&out));
	set_attributes(tty->fd, &tty->before);
	free(tty);
	errno = kept;
}
