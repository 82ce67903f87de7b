/* SPDX-License-Identifier: ISC */
/* A command that reads lines. It runs as we do, in an environment of its own, and gets the last lines again when it died. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"
#include "recorder/out/sink.h"

#define PATIENCE_US	(60 * CLOCK_US)	/* without reading anything */
#define GRACE_US	(2 * CLOCK_US)	/* to end after its input has */
#define STEP_MS		20
#define SETTLE_MS	100	/* whoever dies of what it has read does so soon */

static void __attribute__((noreturn))
become(const struct sink *sink, int in)
{
	static const char *const env[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/", NULL };
	const int sources[] = { in, STDERR_FILENO, STDERR_FILENO }, targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };

	signals_unblock();
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)setpgid(0, 0);
	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0 && chdir("/") == 0)
		execve(sink->words[0], sink->words, (char **)(uintptr_t)env);
	_exit(127);
}

static int
start(struct sink *sink)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	sink->pid = fork();
	if (sink->pid == 0)
		become(sink, ends[0]);
	close(ends[0]);
	sink->fd = ends[1];
	if (sink->pid > 0)
		return fdio_nonblock(sink->fd, true);
	sink->pid = 0;
	own_close(&sink->fd);
	sink->fd = -1;
	return -EAGAIN;
}

/* -EPIPE and how it ended, if it has. */
static int
is_over(struct sink *sink)
{
	int status;

	if (sink->pid == 0 || waitpid(sink->pid, &status, WNOHANG) != sink->pid)
		return 0;
	sink->pid = 0;
	if (WIFSIGNALED(status))
		snprintf(sink->why, sizeof sink->why, "the command was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == 127)
		snprintf(sink->why, sizeof sink->why, "the command cannot be run");
	else
		snprintf(sink->why, sizeof sink->why, "the command ended with status %d", WEXITSTATUS(status));
	return -EPIPE;
}

static void
pause_ms(long ms)
{
	struct timespec pause = { 0, ms * 1000000 };

	nanosleep(&pause, NULL);
}

static void
close_run(struct sink *sink)
{
	int64_t until = clock_boot_us() + GRACE_US;
	pid_t pid = sink->pid;
	char why[SINK_WHY];

	memcpy(why, sink->why, sizeof why);
	own_close(&sink->fd);
	sink->fd = -1;
	while (sink->pid > 0 && is_over(sink) == 0 && clock_boot_us() < until)
		pause_ms(STEP_MS);
	if (sink->pid > 0) {
		kill(-pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		sink->pid = 0;
	}
	memcpy(sink->why, why, sizeof why);
}

/* As long as it goes on reading: 1 if `done` says so, 0 to go on, negative. */
struct patience {
	int64_t	until_us;
	int	left;	/* bytes in the pipe when it was looked at last */
};

static int
wait_on(struct sink *sink, struct patience *patience)
{
	struct pollfd pipe = { .fd = sink->fd, .events = POLLOUT };
	int left = 0, r = is_over(sink);

	if (r < 0)
		return r;
	if (ioctl(sink->fd, FIONREAD, &left) < 0)
		return -errno;
	if (left < patience->left)
		patience->until_us = clock_boot_us() + PATIENCE_US;
	patience->left = left;
	if (clock_boot_us() > patience->until_us) {
		snprintf(sink->why, sizeof sink->why, "the command does not read its input");
		return -ETIMEDOUT;
	}
	(void)poll(&pipe, 1, 0);
	if ((pipe.revents & POLLERR) == 0 || is_over(sink) == 0)
		pause_ms(STEP_MS);
	return (pipe.revents & POLLERR) != 0 ? -EPIPE : left;
}

static int
put_bytes(struct sink *sink, const char *bytes, size_t count, struct patience *patience)
{
	while (count > 0) {
		ssize_t n = write(sink->fd, bytes, count);
		int r = 0;

		if (n > 0) {
			bytes += n;
			count -= (size_t)n;
			patience->until_us = clock_boot_us() + PATIENCE_US;
		} else if (n < 0 && errno == EAGAIN) {
			r = wait_on(sink, patience);
		} else if (n < 0 && errno != EINTR) {
			r = -errno;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int
drain(struct sink *sink, struct patience *patience)
{
	int left;

	while ((left = wait_on(sink, patience)) > 0)
		;
	return left;
}

static int
put(struct sink *sink, const struct sink_line *lines, size_t count, size_t *taken)
{
	struct patience patience = { .until_us = clock_boot_us() + PATIENCE_US };
	int r = sink->pid == 0 ? start(sink) : 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = put_bytes(sink, lines[i].json, strlen(lines[i].json), &patience);
		if (r == 0)
			r = put_bytes(sink, "\n", 1, &patience);
	}
	if (r == 0)
		r = drain(sink, &patience);
	if (r == 0) {
		pause_ms(SETTLE_MS);
		r = is_over(sink);
	}
	if (r == 0)
		*taken = count;
	else
		close_run(sink);
	return r;
}

static int
idle(struct sink *sink)
{
	int r = is_over(sink);

	if (r < 0)
		close_run(sink);
	return r;
}

const struct sink_kind sink_run = { .name = "run", .lags = true, .put = put, .idle = idle, .close = close_run };
