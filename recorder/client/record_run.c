/* SPDX-License-Identifier: ISC */
/* The processes of `postern record`: the command on its pty, the worker, and the warden's part played here. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/signals.h"
#include "lib/base/text.h"
#include "lib/term/rawtty.h"
#include "lib/wire/conn.h"
#include "lib/wire/messages.h"
#include "recorder/keeper/contract.h"
#include "recorder/client/record.h"
#include "recorder/client/relay.h"

#define HANGUP_US	CLOCK_US	/* how long the command may tidy up after its hang-up */
#define OUT_MOST	(192u * 1024)

struct run {
	const struct record	*record;
	int			 master, slave;
	int			 screen;	/* our own terminal for the worker, until it has it; -1 */
	int			 go;		/* pipe: its byte lets the command start, its end makes it go */
	int			 link;		/* to the worker: what a warden has */
	int			 gone;		/* pidfd of the command; -1: it is dead and reaped */
	int			 timer;
	pid_t			 command, worker;
	struct wire_conn	 conn;		/* the client's end */
	int			 status;	/* of the command, as a shell says it */
	bool			 is_ordered;	/* the worker wants the end */
	bool			 is_receipted;
	int64_t			 killed, ordered_us;
};

static void
send_word(struct run *run, const struct warden_word *word)
{
	if (run->link >= 0)
		(void)send(run->link, word, sizeof *word, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
send_receipt(struct run *run)
{
	struct warden_word word = { .what = WARDEN_RECEIPT, .killed = run->killed, .took_us = clock_boot_us() - run->ordered_us };

	if (!run->is_ordered || run->gone >= 0 || run->is_receipted)
		return;
	run->is_receipted = true;
	send_word(run, &word);
}

/* The command's own group and the one in the foreground; what has left the terminal is not ours to end. */
static void
signal_command(struct run *run, int signal)
{
	pid_t front = tcgetpgrp(run->slave);

	if (run->gone < 0)
		return;
	if (front > 0 && front != run->command)
		kill(-front, signal);
	kill(-run->command, signal);
	kill(run->command, signal);
}

static void
end_command(struct run *run)
{
	if (run->is_ordered)
		return;
	run->is_ordered = true;
	run->ordered_us = clock_boot_us();
	if (run->gone >= 0) {
		run->killed = 1;
		signal_command(run, SIGHUP);
		signal_command(run, SIGCONT);
		(void)clock_timer_set(run->timer, run->ordered_us + HANGUP_US);
	}
	send_receipt(run);
}

/* Relay watches: below zero means that the descriptor is not watched any more. */
static int
on_gone(void *user)
{
	struct run *run = user;
	struct warden_word word = { .what = WARDEN_EXITED };
	int status;

	if (waitpid(run->command, &status, WNOHANG) != run->command)
		return 0;
	run->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	close(run->gone);
	run->gone = -1;
	word.exit_status = run->status;
	send_word(run, &word);
	send_receipt(run);
	return -1;
}

static int
on_link(void *user)
{
	struct run *run = user;
	struct warden_order order;
	ssize_t n = recv(run->link, &order, sizeof order, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	end_command(run);	/* an order or the worker's death: either way it is over */
	if (n > 0)
		return 0;
	close(run->link);
	run->link = -1;
	return -1;
}

static int
on_timer(void *user)
{
	struct run *run = user;
	uint64_t times;

	if (read(run->timer, &times, sizeof times) == (ssize_t)sizeof times)
		signal_command(run, SIGKILL);
	return 0;
}

/* The worker records: now the command may run. */
static void
on_started(void *user, const struct wire_started *started)
{
	struct run *run = user;

	(void)started;
	if (write(run->go, "", 1) < 0)
		end_command(run);
	close(run->go);
	run->go = -1;
}

/*
 * If input and output are one terminal, the worker gets it: a relay in between would cost every key two more wake-ups.
 * It is opened anew, because O_NONBLOCK belongs to the open file, which the shell that started us shares.
 */
static void
open_screen(struct run *run)
{
	struct stat in, out;

	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && fstat(STDIN_FILENO, &in) == 0 && fstat(STDOUT_FILENO, &out) == 0 &&
	    in.st_rdev == out.st_rdev)
		run->screen = open("/proc/self/fd/0", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* A pty of the size and with the modes of this terminal, if there is one. */
static int
open_pty(struct run *run, uint32_t *cols, uint32_t *rows)
{
	struct termios modes;
	struct winsize size;
	int c, r;

	if (rawtty_size(STDOUT_FILENO, &c, &r) < 0 && rawtty_size(STDIN_FILENO, &c, &r) < 0) {
		c = 80;
		r = 24;
	}
	*cols = (uint32_t)c;
	*rows = (uint32_t)r;
	size = (struct winsize){ .ws_col = (unsigned short)c, .ws_row = (unsigned short)r };
	run->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (run->master < 0 || unlockpt(run->master) < 0)
		return -errno;
	run->slave = ioctl(run->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (run->slave < 0)
		return -errno;
	if (tcgetattr(STDIN_FILENO, &modes) == 0)
		tcsetattr(run->slave, TCSANOW, &modes);
	(void)ioctl(run->slave, TIOCSWINSZ, &size);
	return 0;
}

/* The child: leads a session on the pty, waits for its go, becomes the command. */
static void __attribute__((noreturn))
become_command(const struct run *run, int go)
{
	char **command = run->record->command;
	char byte;

	setsid();
	(void)ioctl(run->slave, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		dup2(run->slave, fd);
	signals_unblock();
	if (read(go, &byte, 1) != 1)
		_exit(SESSION_NO_COMMAND);
	execvp(command[0], command);
	dprintf(STDERR_FILENO, "postern record: %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? SESSION_NO_COMMAND : SESSION_NO_COMMAND - 1);
}

static int
start_command(struct run *run)
{
	int go[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	run->go = go[1];
	run->command = fork();
	if (run->command == 0) {
		close(go[1]);	/* else its own copy would keep the pipe open */
		become_command(run, go[0]);
	}
	close(go[0]);
	if (run->command < 0)
		return -errno;
	run->gone = (int)syscall(SYS_pidfd_open, run->command, 0);
	return run->gone < 0 ? -errno : 0;
}

/* The worker's start as one end of a pipe that holds it whole. */
static int
pack_start(const struct run *run, uint32_t cols, uint32_t rows)
{
	const char *person = getenv("USER") != NULL ? getenv("USER") : "";
	char host[256] = "";
	AUTO_FREE char *meta = NULL;
	AUTO_FREE char *clean = text_clean(person, strlen(person));
	struct wire_start start = { .session = run->record->id, .recipients = run->record->recipients, .tty = true, .warden = true, .direct = run->screen >= 0,
		.cols = cols, .rows = rows, .started_us = clock_wall_us(), .grace_s = 30,
		.mask = run->record->rules >= 0 };
	AUTO_BUF struct buf bytes;
	int ends[2];
	int r;

	gethostname(host, sizeof host - 1);
	meta = record_meta(clean, host, run->record->line);
	start.person = clean;
	start.host = host;
	start.meta = meta;
	buf_init(&bytes, WIRE_FRAME_MOST + 4);
	r = wire_pack(WIRE_START, &start, &bytes);
	if (r < 0)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	r = fdio_nonblock(ends[1], true);	/* it fits, or the start is not ours */
	if (r == 0)
		r = fdio_write(ends[1], buf_data(&bytes), buf_len(&bytes));
	close(ends[1]);
	if (r < 0)
		close(ends[0]);
	return r < 0 ? r : ends[0];
}

static void __attribute__((noreturn))
become_worker(const struct run *run, int start, int client, int link)
{
	AUTO_FREE char *path = place_program("postern-worker");
	const int sources[] = { start, run->record->rec, run->record->tail, run->master, run->screen, -1, client, -1, -1, -1, link, run->record->rules };
	const int targets[] = { WORKER_START, WORKER_REC, WORKER_TAIL, WORKER_PTY, WORKER_OUT, WORKER_ERR, WORKER_CLIENT, WORKER_GATE,
		WORKER_LISTEN, WORKER_INSIDE, WORKER_WARDEN, WORKER_RULES };
	char name[] = "postern-worker";
	char *argv[] = { name, NULL };

	setsid();
	if (fdio_arrange(sources, targets, sizeof sources / sizeof sources[0], WORKER_LAST) == 0)
		execv(path, argv);
	dprintf(STDERR_FILENO, "postern record: %s: %s\n", path, strerror(errno));
	_exit(1);
}

static int
start_worker(struct run *run, uint32_t cols, uint32_t rows)
{
	AUTO_FD int start = pack_start(run, cols, rows);
	int client[2], link[2];

	if (start < 0)
		return start;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client) < 0)
		return -errno;
	wire_conn_init(&run->conn, client[0], WIRE_WORKER_TO_CLIENT, OUT_MOST);
	run->conn.phase = WIRE_PHASE_KNOWN;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) < 0) {
		close(client[1]);
		return -errno;
	}
	run->link = link[0];
	run->worker = fork();
	if (run->worker == 0)
		become_worker(run, start, client[1], link[1]);
	close(client[1]);
	close(link[1]);
	return run->worker < 0 ? -errno : 0;
}

/* Nothing of ours is left behind, whichever way it ended. */
static void
clean_up(struct run *run)
{
	wire_conn_done(&run->conn);
	if (run->go >= 0)
		close(run->go);
	if (run->gone >= 0) {
		signal_command(run, SIGHUP);
		signal_command(run, SIGKILL);
		close(run->gone);
		waitpid(run->command, NULL, 0);
	}
	if (run->link >= 0)
		close(run->link);
	if (run->slave >= 0)
		close(run->slave);
	if (run->master >= 0)
		close(run->master);
	if (run->timer >= 0)
		close(run->timer);
	if (run->worker > 0)
		waitpid(run->worker, NULL, 0);
}

static int
start(struct run *run)
{
	uint32_t cols, rows;
	int r = open_pty(run, &cols, &rows);

	if (r == 0)
		r = start_worker(run, cols, rows);
	if (r == 0)
		r = start_command(run);
	if (run->master >= 0)
		close(run->master);	/* the worker's alone now */
	run->master = -1;
	own_close(&run->screen);
	run->timer = clock_timer();
	return r == 0 && run->timer < 0 ? run->timer : r;
}

int
record_run(const struct record *record, struct relay_result *result)
{
	struct run run = { .record = record, .master = -1, .slave = -1, .screen = -1, .go = -1, .link = -1, .gone = -1, .timer = -1,
		.conn = { .fd = -1 } };
	struct relay_params params = { .conn = &run.conn, .tty = true, .in = STDIN_FILENO, .out = STDOUT_FILENO, .err = STDERR_FILENO,
		.started = on_started, .watch_count = 3, .user = &run };
	bool direct;
	int r;

	open_screen(&run);
	direct = run.screen >= 0;
	r = start(&run);
	malloc_trim(0);	/* the rules were read here, and are the worker's now */
	params.direct = direct;
	params.watch[0] = (struct relay_watch){ run.gone, on_gone };
	params.watch[1] = (struct relay_watch){ run.link, on_link };
	params.watch[2] = (struct relay_watch){ run.timer, on_timer };
	if (r == 0)
		r = relay_run(&params, result);
	clean_up(&run);
	return r;
}
