/* SPDX-License-Identifier: ISC */
/*
 * Drives a program on a pty from shell scripts, by the words that a person would see.
 *
 *	drive start SOCKET COLSxROWS COMMAND [ARG...]	returns when it runs; it is served in the background
 *	drive SOCKET wait WORDS				0 as soon as WORDS are on the screen (in one row)
 *	drive SOCKET gone WORDS				0 as soon as they are not
 *	drive SOCKET type TEXT				types TEXT; \r \n \t \e \\ \xHH and ^C (any control) are known
 *	drive SOCKET key NAME...			up down left right home end pgup pgdn del enter esc tab bs f1 ... f12
 *	drive SOCKET resize COLSxROWS			a new window size
 *	drive SOCKET dump | row N | cursor | title	what is shown (rows from 1; "ROW COL visible|hidden")
 *	drive SOCKET has WORDS				0 if WORDS are on the screen now, without waiting
 *	drive SOCKET saw TEXT				0 if the program has ever written these bytes (escapes as in type)
 *	drive SOCKET save FILE				all bytes it has written
 *	drive SOCKET pid | alive			its process; 0 if it still runs
 *	drive SOCKET signal NUMBER | hangup		kill(2) it; drop the line
 *	drive SOCKET status				waits for its end and prints the exit status (128 + signal)
 *	drive SOCKET end				kills it if it still runs, prints the status, and ends the driver
 *
 * Each prints its answer on stdout and exits with 0, or with 1 if the answer is no; then the screen is on stderr. Waits
 * end after 60 s (TERM_LIMIT seconds). The driver ends by itself, with its program, when the script that started it
 * has gone. Several drivers, each with its socket, may run at once.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/term/harness.h"

#define LINE	65536	/* of a command */

struct driver {
	struct term	*term;
	int		 listener;
	pid_t		 owner;		/* the script */
	bool		 is_done;
	FILE		*answer;
};

/* One verb: true is yes. `text` is what stands behind it. */
struct verb {
	const char	*name;
	bool		(*run)(struct driver *d, char *text);
};

static int
hex(char c)
{
	const char *digits = "0123456789abcdef", *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* In place; returns how many bytes. */
static size_t
unescape(char *text)
{
	static const char names[] = "rnte\\^", bytes[] = "\r\n\t\033\\^";
	char *out = text;

	for (char *at = text; *at != '\0'; at++) {
		const char *known = at[0] == '\\' && at[1] != '\0' ? strchr(names, at[1]) : NULL;

		if (known != NULL) {
			*out++ = bytes[known - names];
			at++;
		} else if (at[0] == '\\' && at[1] == 'x' && hex(at[2]) >= 0 && hex(at[3]) >= 0) {
			*out++ = (char)(hex(at[2]) * 16 + hex(at[3]));
			at += 3;
		} else if (at[0] == '^' && at[1] >= '@' && at[1] <= '_') {
			*out++ = (char)(at[1] & 0x1f);
			at++;
		} else {
			*out++ = *at;
		}
	}
	return (size_t)(out - text);
}

static bool
run_wait(struct driver *d, char *text)
{
	return term_wait(d->term, text);
}

static bool
run_gone(struct driver *d, char *text)
{
	return term_wait_gone(d->term, text);
}

static bool
run_type(struct driver *d, char *text)
{
	return term_type_bytes(d->term, text, unescape(text));
}

static bool
run_key(struct driver *d, char *text)
{
	static const struct {
		const char	*name, *keys;
	} keys[] = {
		{ "up", "\033[A" }, { "down", "\033[B" }, { "right", "\033[C" }, { "left", "\033[D" },
		{ "home", "\033[H" }, { "end", "\033[F" }, { "pgup", "\033[5~" }, { "pgdn", "\033[6~" },
		{ "del", "\033[3~" }, { "enter", "\r" }, { "esc", "\033" }, { "tab", "\t" }, { "bs", "\177" },
		{ "f1", "\033OP" }, { "f2", "\033OQ" }, { "f3", "\033OR" }, { "f4", "\033OS" }, { "f5", "\033[15~" },
		{ "f6", "\033[17~" }, { "f7", "\033[18~" }, { "f8", "\033[19~" }, { "f9", "\033[20~" },
		{ "f10", "\033[21~" }, { "f11", "\033[23~" }, { "f12", "\033[24~" },
	};

	for (char *save = NULL, *name = strtok_r(text, " ", &save); name != NULL; name = strtok_r(NULL, " ", &save)) {
		size_t i = 0;

		while (i < sizeof keys / sizeof keys[0] && strcmp(keys[i].name, name) != 0)
			i++;
		if (i == sizeof keys / sizeof keys[0] || !term_type(d->term, keys[i].keys))
			return false;
	}
	return true;
}

static bool
parse_size(const char *text, int *cols, int *rows)
{
	return sscanf(text, "%dx%d", cols, rows) == 2 && *cols > 0 && *rows > 0 && *cols < 1000 && *rows < 1000;
}

static bool
run_resize(struct driver *d, char *text)
{
	int cols, rows;

	if (!parse_size(text, &cols, &rows))
		return false;
	term_resize(d->term, cols, rows);
	return true;
}

static bool
run_dump(struct driver *d, char *text)
{
	AUTO_FREE char *screen = term_screen_text(d->term);

	(void)text;
	fputs(screen, d->answer);
	return true;
}

static bool
run_row(struct driver *d, char *text)
{
	AUTO_FREE char *row = term_row(d->term, (int)strtol(text, NULL, 10) - 1);

	fprintf(d->answer, "%s\n", row);
	return true;
}

static bool
run_cursor(struct driver *d, char *text)
{
	int row, col;
	bool is_visible;

	(void)text;
	term_cursor(d->term, &row, &col, &is_visible);
	fprintf(d->answer, "%d %d %s\n", row + 1, col + 1, is_visible ? "visible" : "hidden");
	return true;
}

static bool
run_title(struct driver *d, char *text)
{
	(void)text;
	fprintf(d->answer, "%s\n", term_title(d->term));
	return true;
}

static bool
run_has(struct driver *d, char *text)
{
	AUTO_FREE char *screen = term_screen_text(d->term);

	return strstr(screen, text) != NULL;
}

static bool
run_saw(struct driver *d, char *text)
{
	const struct buf *bytes = term_bytes(d->term);
	size_t count = unescape(text);

	return memmem(buf_data(bytes), buf_len(bytes), text, count) != NULL;
}

static bool
run_save(struct driver *d, char *text)
{
	const struct buf *bytes = term_bytes(d->term);

	return fdio_replace(text, 0600, buf_data(bytes), buf_len(bytes)) == 0;
}

static bool
run_pid(struct driver *d, char *text)
{
	(void)text;
	fprintf(d->answer, "%d\n", (int)term_pid(d->term));
	return true;
}

static bool
run_alive(struct driver *d, char *text)
{
	int status;

	(void)text;
	return !term_has_ended(d->term, &status);
}

static bool
run_signal(struct driver *d, char *text)
{
	term_signal(d->term, (int)strtol(text, NULL, 10));
	return true;
}

static bool
run_hang_up(struct driver *d, char *text)
{
	(void)text;
	term_hang_up(d->term);
	return true;
}

static bool
run_status(struct driver *d, char *text)
{
	(void)text;
	fprintf(d->answer, "%d\n", term_end(d->term));
	return true;
}

static bool
run_end(struct driver *d, char *text)
{
	term_signal(d->term, SIGKILL);
	d->is_done = true;
	return run_status(d, text);
}

/* clang-format off */
static const struct verb verbs[] = {
	{ "wait", run_wait },	{ "gone", run_gone },	{ "type", run_type },	{ "key", run_key },
	{ "resize", run_resize },{ "dump", run_dump },	{ "row", run_row },	{ "cursor", run_cursor },
	{ "title", run_title },	{ "has", run_has },	{ "saw", run_saw },	{ "save", run_save },
	{ "pid", run_pid },	{ "alive", run_alive },	{ "signal", run_signal },{ "hangup", run_hang_up },
	{ "status", run_status },{ "end", run_end },
};
/* clang-format on */

static bool
run_verb(struct driver *d, char *line)
{
	char *text = line + strcspn(line, " ");

	if (*text != '\0')
		*text++ = '\0';
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, line) == 0)
			return verbs[i].run(d, text);
	fprintf(d->answer, "drive: %s is no command\n", line);
	return false;
}

/* One command a connection: it comes whole, ended by the client's shutdown; the last byte of the answer is y or n. */
static void
serve(struct driver *d)
{
	AUTO_FD int peer = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);
	AUTO_FREE char *answer = NULL;
	AUTO_FREE char *line = own_alloc(LINE + 1);
	size_t count = 0, answer_count;
	bool is_yes;

	if (peer < 0)
		return;
	for (ssize_t n = 1; n > 0 && count < LINE; count += n > 0 ? (size_t)n : 0)
		n = read(peer, line + count, LINE - count);
	d->answer = open_memstream(&answer, &answer_count);
	if (d->answer == NULL)
		return;
	is_yes = run_verb(d, line);
	if (!is_yes)
		run_dump(d, line);
	fputc(is_yes ? 'y' : 'n', d->answer);
	fclose(d->answer);
	(void)fdio_write(peer, answer, answer_count);
}

static void
serve_all(struct driver *d)
{
	while (!d->is_done && kill(d->owner, 0) == 0) {
		struct pollfd fds[] = {
			{ .fd = d->listener, .events = POLLIN },
			{ .fd = term_fd(d->term), .events = POLLIN },
		};

		if (poll(fds, 2, 500) < 0 && errno != EINTR)
			return;
		if (fds[1].revents != 0)
			term_pump(d->term, 0);
		if (fds[0].revents != 0)
			serve(d);
	}
}

/* In the background from here on; what the caller reads from us must see our end, so its descriptors are let go. */
static int
start(const char *path, const char *size, char *const argv[])
{
	struct driver d = { .owner = getppid() };
	int cols, rows, null;

	if (!parse_size(size, &cols, &rows)) {
		fprintf(stderr, "drive: %s is no size\n", size);
		return 2;
	}
	d.listener = fdio_listen(path, 0600);
	if (d.listener < 0) {
		fprintf(stderr, "drive: %s: %s\n", path, err_text(d.listener));
		return 2;
	}
	if (fork() != 0)
		return 0;
	setsid();
	signal(SIGPIPE, SIG_IGN);
	d.term = term_start(argv, cols, rows);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	if (d.term != NULL)
		serve_all(&d);
	unlink(path);
	term_free(d.term);
	return 0;
}

static int
ask(const char *path, char *const words[])
{
	AUTO_FD int server = fdio_connect(path);
	AUTO_BUF struct buf answer;
	uint8_t *room;
	ssize_t n = 1;
	size_t count;

	buf_init(&answer, 8 << 20);
	if (server < 0) {
		fprintf(stderr, "drive: %s: %s\n", path, err_text(server));
		return 2;
	}
	for (int i = 0; words[i] != NULL; i++) {
		if (i > 0)
			(void)fdio_write(server, " ", 1);
		(void)fdio_write(server, words[i], strlen(words[i]));
	}
	shutdown(server, SHUT_WR);
	while (n > 0 && (room = buf_reserve(&answer, 4096)) != NULL) {
		n = read(server, room, 4096);
		buf_commit(&answer, n > 0 ? (size_t)n : 0);
	}
	count = buf_len(&answer);
	if (count == 0) {
		fprintf(stderr, "drive: the driver of %s has gone\n", path);
		return 2;
	}
	if (buf_data(&answer)[count - 1] == 'y') {
		fwrite(buf_data(&answer), 1, count - 1, stdout);
		return 0;
	}
	fprintf(stderr, "drive: %s %s: no; the screen is:\n", words[0], words[1] != NULL ? words[1] : "");
	fwrite(buf_data(&answer), 1, count - 1, stderr);
	return 1;
}

int
main(int argc, char **argv)
{
	if (argc >= 5 && strcmp(argv[1], "start") == 0)
		return start(argv[2], argv[3], argv + 4);
	if (argc >= 3)
		return ask(argv[1], argv + 2);
	fprintf(stderr, "usage: drive start SOCKET COLSxROWS COMMAND [ARG...] | drive SOCKET COMMAND [TEXT]\n");
	return 2;
}
