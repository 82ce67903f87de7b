/* SPDX-License-Identifier: ISC */
/* One recorder on a pty of ours, read as fast as a good terminal reads. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define ONCE		65536
#define END_LIMIT	60.0	/* seconds for a recorder to finish */
#define LEFT_LIMIT	5.0	/* and for what it leaves behind */

double
now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void __attribute__((noreturn))
become(const struct bench *bench, char *const argv[])
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(bench->dir) == 0) {
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		setenv("SHELL", "/bin/sh", 1);
		execvp(argv[0], argv);
	}
	_exit(127);
}

int
session_start(struct session *session, const struct bench *bench, char *const argv[])
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };

	session->began = now();
	session->pid = forkpty(&session->fd, NULL, NULL, &size);
	if (session->pid == 0)
		become(bench, argv);
	if (session->pid < 0) {
		session->fd = -1;
		return -errno;
	}
	return fcntl(session->fd, F_SETFD, FD_CLOEXEC);
}

/* What has been read is looked through together with the end of what came before. */
static bool
holds(char *tail, size_t *kept, const char *bytes, size_t count, const char *text)
{
	size_t length = strlen(text), room = count + *kept;
	char *both = malloc(room + 1);
	bool found;

	if (both == NULL)
		return false;
	memcpy(both, tail, *kept);
	memcpy(both + *kept, bytes, count);
	found = memmem(both, room, text, length) != NULL;
	*kept = room < length ? room : length - 1;
	memcpy(tail, both + room - *kept, *kept);
	free(both);
	return found;
}

bool
session_read(struct session *session, const char *text, double limit)
{
	static char bytes[ONCE];
	char tail[64];
	size_t kept = 0;
	double until = now() + limit;
	struct pollfd output = { .fd = session->fd, .events = POLLIN };

	while (session->fd >= 0 && now() < until) {
		ssize_t n;

		if (poll(&output, 1, 200) <= 0)
			continue;
		n = read(session->fd, bytes, sizeof bytes);
		if (n > 0 && text != NULL && holds(tail, &kept, bytes, (size_t)n, text))
			return true;
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
			close(session->fd);
			session->fd = -1;
		}
	}
	return session->fd < 0 && text == NULL;
}

int
session_type(const struct session *session, char key)
{
	return write(session->fd, &key, 1) == 1 ? 0 : -1;
}

/* We are the subreaper: whatever a recorder has left running is our child now, and its time counts. */
static void
reap_left(const struct bench *bench)
{
	double until = now() + LEFT_LIMIT;
	pid_t pid = 0;

	while (pid >= 0 && now() < until && !(pid == 0 && bench->gate > 0)) {
		pid = waitpid(-1, NULL, WNOHANG);
		if (pid == 0 && bench->gate == 0)
			usleep(500);
	}
}

bool
session_end(struct session *session, const struct bench *bench)
{
	bool ended = session_read(session, NULL, END_LIMIT);

	if (session->fd >= 0)
		close(session->fd);
	session->fd = -1;
	if (!ended)
		kill(session->pid, SIGKILL);
	waitpid(session->pid, NULL, 0);	/* it has closed its terminal, or is dead */
	session->ended = now() - session->began;
	reap_left(bench);
	return ended;
}
