/* SPDX-License-Identifier: ISC */
/* The pty side of terminal tests: one thread, poll, and a screen in this process. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/text.h"
#include "lib/term/guard.h"
#include "lib/term/screencell.h"
#include "tests/term/harness.h"

#define KEPT	(4u << 20)	/* bytes of output */

struct term {
	int		 master;	/* -1 when closed */
	pid_t		 pid;
	bool		 has_ended;
	int		 status;
	struct guard	*screen;
	struct buf	 answers, bytes;
};

static int64_t
limit_at(void)
{
	const char *text = getenv("TERM_LIMIT");
	long seconds = text != NULL ? strtol(text, NULL, 10) : TERM_LIMIT_S;

	return clock_boot_us() + (seconds > 0 ? seconds : TERM_LIMIT_S) * CLOCK_US;
}

static void
become(char *const argv[])
{
	static const char *const dropped[] = { "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_TIME", "LANGUAGE", "COLUMNS",
		"LINES", "TMUX", "STY", "COLORTERM", "NO_COLOR" };

	for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
		unsetenv(dropped[i]);
	setenv("TERM", "xterm-256color", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

struct term *
term_start(char *const argv[], int cols, int rows)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };
	struct term *t;
	int master;
	pid_t pid = forkpty(&master, NULL, NULL, &size);

	if (pid < 0) {
		fprintf(stderr, "no pty: %s\n", strerror(errno));
		return NULL;
	}
	if (pid == 0)
		become(argv);
	t = own_alloc(sizeof *t);
	t->master = master;
	t->pid = pid;
	t->screen = guard_new(cols, rows);
	buf_init(&t->answers, 4096);
	buf_init(&t->bytes, KEPT);
	guard_answer(t->screen, &t->answers);
	fdio_nonblock(master, true);
	fdio_cloexec(master, true);
	return t;
}

void
term_free(struct term *t)
{
	int status;

	if (t == NULL)
		return;
	term_hang_up(t);
	if (!term_has_ended(t, &status)) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	guard_free(t->screen);
	buf_done(&t->answers);
	buf_done(&t->bytes);
	free(t);
}

void
term_hang_up(struct term *t)
{
	if (t->master >= 0)
		close(t->master);
	t->master = -1;
}

/* The screen's answers to the program's questions; one that does not fit stays for the next time. */
static void
give_answers(struct term *t)
{
	ssize_t n;

	if (buf_len(&t->answers) == 0)
		return;
	n = write(t->master, buf_data(&t->answers), buf_len(&t->answers));
	if (n > 0)
		buf_consume(&t->answers, (size_t)n);
}

static void
keep(struct term *t, const uint8_t *bytes, size_t count)
{
	if (buf_room(&t->bytes) < count)
		buf_consume(&t->bytes, KEPT / 2);
	(void)buf_add(&t->bytes, bytes, count);
}

bool
term_pump(struct term *t, int wait_ms)
{
	struct pollfd p = { .fd = t->master, .events = POLLIN };
	uint8_t bytes[16384];
	ssize_t n;

	if (t->master < 0)
		return false;
	give_answers(t);
	if (poll(&p, 1, wait_ms) <= 0)
		return true;
	n = read(t->master, bytes, sizeof bytes);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {	/* EIO: the last one that had it open has gone */
		term_hang_up(t);
		return false;
	}
	keep(t, bytes, (size_t)n);
	guard_write(t->screen, bytes, (size_t)n);
	give_answers(t);
	return true;
}

int
term_fd(const struct term *t)
{
	return t->master;
}

static void
put_cell(const struct screen_cell *cell, struct buf *out)
{
	uint8_t bytes[4];

	for (int i = 0; i < cell->count; i++)
		(void)buf_add(out, bytes, (size_t)text_encode(cell->chars[i], bytes));
	if (cell->count == 0 && cell->width > 0)
		(void)buf_add_text(out, " ");
}

char *
term_row(struct term *t, int row)
{
	AUTO_BUF struct buf out;
	struct screen_cell cell;
	char *text;
	size_t count;

	buf_init(&out, 1 << 16);
	for (int col = 0; row >= 0 && row < guard_rows(t->screen) && col < guard_cols(t->screen); col++) {
		guard_cell(t->screen, row, col, &cell);
		put_cell(&cell, &out);
	}
	text = buf_text(&out);
	for (count = strlen(text); count > 0 && text[count - 1] == ' '; count--)
		text[count - 1] = '\0';
	return text;
}

char *
term_screen_text(struct term *t)
{
	AUTO_BUF struct buf out;
	int last = guard_rows(t->screen) - 1;

	buf_init(&out, 1 << 22);
	for (; last >= 0; last--) {
		AUTO_FREE char *text = term_row(t, last);

		if (text[0] != '\0')
			break;
	}
	for (int row = 0; row <= last; row++) {
		AUTO_FREE char *text = term_row(t, row);

		(void)buf_addf(&out, "%s\n", text);
	}
	return buf_text(&out);
}

static void
show(struct term *t, const char *why, const char *words)
{
	AUTO_FREE char *text = term_screen_text(t);

	fprintf(stderr, "%s \"%s\"; the screen is:\n", why, words);
	for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		fprintf(stderr, "  | %s\n", line);
}

static bool
is_there(struct term *t, const char *words)
{
	AUTO_FREE char *text = term_screen_text(t);

	return strstr(text, words) != NULL;
}

static bool
wait_for(struct term *t, const char *words, bool there)
{
	int64_t limit = limit_at();
	bool is_open = true;

	while (is_there(t, words) != there) {
		if (!is_open || clock_boot_us() > limit) {
			show(t, is_open ? "waited in vain for" : "the program has ended, no change of", words);
			return false;
		}
		is_open = term_pump(t, 50);
		while (is_open && term_fd(t) >= 0) {	/* all there is, before the screen is looked at again */
			struct pollfd p = { .fd = t->master, .events = POLLIN };

			if (poll(&p, 1, 0) <= 0)
				break;
			is_open = term_pump(t, 0);
			if (is_there(t, words) == there)
				break;
		}
	}
	return true;
}

bool
term_wait(struct term *t, const char *words)
{
	return wait_for(t, words, true);
}

bool
term_wait_gone(struct term *t, const char *words)
{
	return wait_for(t, words, false);
}

bool
term_type_bytes(struct term *t, const void *bytes, size_t count)
{
	int64_t limit = limit_at();
	const char *at = bytes;

	while (count > 0) {
		ssize_t n = t->master >= 0 ? write(t->master, at, count) : -1;

		if (n > 0) {
			at += n;
			count -= (size_t)n;
			continue;
		}
		if (t->master < 0 || (errno != EAGAIN && errno != EINTR) || clock_boot_us() > limit) {
			show(t, "the program does not take", at);
			return false;
		}
		term_pump(t, 10);	/* it may wait for us to read */
	}
	return true;
}

bool
term_type(struct term *t, const char *keys)
{
	return term_type_bytes(t, keys, strlen(keys));
}

void
term_resize(struct term *t, int cols, int rows)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };

	while (term_fd(t) >= 0) {	/* what was written for the old size belongs on a screen of the old size */
		struct pollfd p = { .fd = t->master, .events = POLLIN };

		if (poll(&p, 1, 0) <= 0 || !term_pump(t, 0))
			break;
	}
	guard_resize(t->screen, cols, rows);
	if (t->master >= 0)
		ioctl(t->master, TIOCSWINSZ, &size);
}

void
term_signal(struct term *t, int number)
{
	if (!t->has_ended)
		kill(t->pid, number);
}

pid_t
term_pid(const struct term *t)
{
	return t->pid;
}

void
term_cursor(struct term *t, int *row, int *col, bool *is_visible)
{
	guard_cursor(t->screen, row, col, is_visible);
}

const char *
term_title(struct term *t)
{
	return guard_title(t->screen);
}

bool
term_is_alternate(struct term *t)
{
	return guard_is_alternate(t->screen);
}

const struct buf *
term_bytes(struct term *t)
{
	return &t->bytes;
}

bool
term_has_ended(struct term *t, int *status)
{
	int raw;

	if (!t->has_ended && waitpid(t->pid, &raw, WNOHANG) == t->pid) {
		t->has_ended = true;
		t->status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
	}
	*status = t->status;
	return t->has_ended;
}

int
term_end(struct term *t)
{
	int64_t limit = limit_at();
	int status;

	while (!term_has_ended(t, &status)) {
		if (clock_boot_us() > limit) {
			show(t, "the program does not end;", "killed");
			kill(t->pid, SIGKILL);
			waitpid(t->pid, NULL, 0);
			t->has_ended = true;
			t->status = -1;
		} else if (!term_pump(t, 20)) {
			poll(NULL, 0, 10);
		}
	}
	while (term_fd(t) >= 0) {	/* its last words; a child of its may hold the pty open */
		struct pollfd p = { .fd = t->master, .events = POLLIN };

		if (poll(&p, 1, 0) <= 0 || !term_pump(t, 0))
			break;
	}
	return t->status;
}
