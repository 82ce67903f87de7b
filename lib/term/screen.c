/* SPDX-License-Identifier: ISC */
/* The watching half of a screen: it never waits longer than SCREEN_WAIT_MS, and believes no byte of the child. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/pen.h"
#include "lib/term/screenchild.h"
#include "lib/term/width.h"

struct screen {
	int			 socket;	/* -1: dead */
	pid_t			 pid;
	int			 cols, rows;
	int			 seen_cols, seen_rows;	/* at the last look */
	bool			 is_seen;	/* nothing was written since the last look */
	struct screen_shared	*shared;
};

static int
clamp(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

int
screen_new(int cols, int rows, struct screen **screen)
{
	struct screen_shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct screen *s;
	int pair[2];
	pid_t pid;

	if (shared == MAP_FAILED)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		int r = -errno;

		munmap(shared, sizeof *shared);
		return r;
	}
	pid = fork();
	if (pid == 0)
		screen_child(pair[1], shared, clamp(cols, 1, GRID_MOST), clamp(rows, 1, GRID_MOST));
	close(pair[1]);
	if (pid < 0) {
		int r = -errno;

		close(pair[0]);
		munmap(shared, sizeof *shared);
		return r;
	}
	(void)fdio_nonblock(pair[0], true);
	s = own_alloc(sizeof *s);
	*s = (struct screen){ .socket = pair[0], .pid = pid, .cols = clamp(cols, 1, GRID_MOST),
		.rows = clamp(rows, 1, GRID_MOST), .shared = shared };
	*screen = s;
	return 0;
}

static int
bury(struct screen *s)
{
	if (s->socket < 0)
		return ERR_SCREEN;
	close(s->socket);
	s->socket = -1;
	kill(s->pid, SIGKILL);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	s->pid = -1;
	return ERR_SCREEN;
}

void
screen_free(struct screen *screen)
{
	if (screen == NULL)
		return;
	(void)bury(screen);
	munmap(screen->shared, sizeof *screen->shared);
	free(screen);
}

pid_t
screen_pid(const struct screen *screen)
{
	return screen->pid;
}

static bool
can(int fd, short events, int64_t limit)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left_ms = (limit - clock_boot_us()) / 1000;
	int r;

	do
		r = poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
	while (r < 0 && errno == EINTR);
	return r == 1 && (p.revents & events) != 0;
}

static int
give(struct screen *s, const void *bytes, size_t count, int64_t limit)
{
	const char *at = bytes;

	while (count > 0) {
		ssize_t n = send(s->socket, at, count, MSG_NOSIGNAL);

		if (n > 0) {
			at += n;
			count -= (size_t)n;
		} else if ((errno != EAGAIN && errno != EINTR) || !can(s->socket, POLLOUT, limit)) {
			return ERR_SCREEN;
		}
	}
	return 0;
}

/* One order, its bytes, and the child's word that it is done. */
static int
order(struct screen *s, struct screen_order what, const void *bytes, size_t count)
{
	int64_t limit = clock_boot_us() + SCREEN_WAIT_MS * INT64_C(1000);
	char done;

	if (s->socket < 0)
		return ERR_SCREEN;
	s->is_seen = what.kind == SCREEN_SHOW;
	if (give(s, &what, sizeof what, limit) < 0 || give(s, bytes, count, limit) < 0)
		return bury(s);
	if (!can(s->socket, POLLIN, limit) || read(s->socket, &done, 1) != 1)
		return bury(s);
	return 0;
}

/* Some three-byte sequences touch every cell: the larger the screen, the less is asked for before the child answers. */
static size_t
piece_of(const struct screen *s)
{
	int bytes = SCREEN_PIECE * (80 * 24) / (s->cols * s->rows);

	return (size_t)clamp(bytes, 48, SCREEN_PIECE);
}

int
screen_write(struct screen *screen, const void *bytes, size_t count)
{
	const char *at = bytes;
	int r = screen->socket < 0 ? ERR_SCREEN : 0;

	while (r == 0 && count > 0) {
		size_t piece = count < piece_of(screen) ? count : piece_of(screen);

		r = order(screen, (struct screen_order){ .kind = SCREEN_BYTES, .a = (uint32_t)piece }, at, piece);
		at += piece;
		count -= piece;
	}
	return r;
}

int
screen_resize(struct screen *screen, int cols, int rows)
{
	screen->cols = clamp(cols, 1, GRID_MOST);
	screen->rows = clamp(rows, 1, GRID_MOST);
	return order(screen, (struct screen_order){ .kind = SCREEN_SIZE, .a = (uint32_t)screen->cols,
	    .b = (uint32_t)screen->rows }, NULL, 0);
}

int
screen_look(struct screen *screen, struct screen_view *view)
{
	const struct screen_shared *shared = screen->shared;
	AUTO_FREE char *title = NULL;
	char raw[SCREEN_TITLE];
	int r = screen->is_seen && screen->socket >= 0 ? 0 :
	    order(screen, (struct screen_order){ .kind = SCREEN_SHOW }, NULL, 0);

	if (r < 0)
		return r;
	screen->seen_cols = screen->cols;
	screen->seen_rows = screen->rows;
	memcpy(raw, shared->title, sizeof raw);
	raw[sizeof raw - 1] = '\0';
	title = text_clean(raw, strlen(raw));
	*view = (struct screen_view){
		.cols = screen->cols, .rows = screen->rows,
		.row = clamp(shared->row, 0, screen->rows - 1), .col = clamp(shared->col, 0, screen->cols - 1),
		.is_visible = shared->is_visible != 0, .is_alternate = shared->is_alternate != 0,
	};
	memcpy(view->title, title, strlen(title));
	return 0;
}

static uint32_t
safe_colour(uint32_t colour)
{
	switch (colour & PEN_KIND) {
	case PEN_INDEXED:
		return colour & (PEN_INDEXED | 0xff);
	case PEN_RGB:
		return colour;
	default:
		return PEN_DEFAULT;
	}
}

/* Not a control, not a bidirectional one, and a character at all. */
static bool
is_safe(uint32_t character)
{
	uint8_t bytes[4];

	if (character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
		return false;
	return text_is_clean((const char *)bytes, (size_t)text_encode(character, bytes));
}

/* `from` is a private copy already: the child cannot change it any more. */
static void
make_safe(const struct screen_cell *from, struct screen_cell *to)
{
	memset(to, 0, sizeof *to);
	to->width = 1;
	to->pen = pen_with_bg(pen_with_fg(from->pen, safe_colour(pen_fg(from->pen))), safe_colour(pen_bg(from->pen)));
	if (pen_underline(to->pen) > 5)
		to->pen &= ~(UINT64_C(7) << PEN_UNDERLINE);
	if (from->count == 0)
		return;
	to->chars[0] = is_safe(from->chars[0]) && width_of(from->chars[0]) > 0 ? from->chars[0] : 0xfffd;
	to->count = 1;
	for (int i = 1; i < from->count && i < SCREEN_CHARS; i++)
		if (is_safe(from->chars[i]) && width_of(from->chars[i]) == 0)
			to->chars[to->count++] = from->chars[i];
	to->width = (uint8_t)width_of(to->chars[0]);
}

static void
make_blank(struct screen_cell *cell, uint8_t width)
{
	memset(cell->chars, 0, sizeof cell->chars);
	cell->count = 0;
	cell->width = width;
}

void
screen_cells(const struct screen *screen, int row, struct screen_cell *cells)
{
	int cols = screen->seen_cols;
	bool is_inside = row >= 0 && row < screen->seen_rows;

	for (int col = 0; col < cols; col++) {
		struct screen_cell copy = { 0 };

		if (is_inside)
			memcpy(&copy, &screen->shared->cells[(size_t)row * (size_t)cols + (size_t)col], sizeof copy);
		make_safe(&copy, &cells[col]);
	}
	for (int col = 0; col < cols; col++) {
		if (cells[col].width != 2)
			continue;
		if (col + 1 == cols || cells[col + 1].count != 0) {	/* there is no room for its right half */
			make_blank(&cells[col], 1);
			continue;
		}
		make_blank(&cells[++col], 0);
	}
}
