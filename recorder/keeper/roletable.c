/* SPDX-License-Identifier: ISC */
/* The keeper's half: bounds, and the child that is asked. Links nothing that knows YAML. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/signals.h"
#include "recorder/keeper/roletable.h"

#define LIMIT_US	(10 * CLOCK_US)
#define MOST_BYTES	(sizeof(struct roletable_head) + (size_t)ROLETABLE_MOST * sizeof(struct role_record))
#define PIDS_MOST	32768
#define SESSIONS_MOST	64
#define SECONDS_MOST	(INT64_C(100) * 365 * 86400)

static bool
is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL && text[0] != '\0';
}

static bool
is_record(const struct role_record *r)
{
	if (!is_text(r->name, sizeof r->name) || !is_text(r->account, sizeof r->account))
		return false;
	if ((r->flags & ~(uint32_t)ROLE_FLAGS) != 0 || r->argc > ROLE_RUN || r->envc > ROLE_ENV)
		return false;
	if (((r->flags & ROLE_SHELL) != 0) != (r->argc == 0))
		return false;
	if (r->sessions == 0 || r->sessions > SESSIONS_MOST || r->pids_max == 0 || r->pids_max > PIDS_MOST)
		return false;
	if (r->nice < 0 || r->nice > 19 || r->most_s <= 0 || r->most_s > SECONDS_MOST || r->idle_s < 0 ||
	    r->idle_s > SECONDS_MOST || r->freeze_s < 0 || r->freeze_s > ROLE_FREEZE_MOST_S)
		return false;
	if (r->trail > ROLE_TRAIL_MOST || r->cpu_s < 0 || r->cpu_s > SECONDS_MOST || !rights_valid(&r->rights))
		return false;
	for (uint32_t i = 0; i < r->argc; i++)
		if (!is_text(r->run[i], ROLE_WORD))
			return false;
	for (uint32_t i = 0; i < r->envc; i++)
		if (!is_text(r->env[i], ROLE_WORD) || strchr(r->env[i], '=') == NULL)
			return false;
	return r->argc == 0 || r->run[0][0] == '/';
}

int
roletable_check(const void *bytes, size_t count, struct roletable **table)
{
	AUTO_FREE struct roletable *copy = NULL;
	struct roletable_head head;

	if (count < sizeof head || count > MOST_BYTES)
		return ERR_POLICY;
	memcpy(&head, bytes, sizeof head);
	if (head.magic != ROLETABLE_MAGIC || head.version != ROLETABLE_VERSION ||
	    head.record_bytes != sizeof(struct role_record) || head.count > ROLETABLE_MOST)
		return ERR_POLICY;
	if (count != sizeof head + head.count * sizeof(struct role_record))
		return ERR_POLICY;
	copy = own_alloc(count);
	memcpy(copy, bytes, count);
	for (uint32_t i = 0; i < head.count; i++)
		if (!is_record(&copy->records[i]))
			return ERR_POLICY;
	*table = TAKE(copy, NULL);
	return 0;
}

void
roletable_free_at(struct roletable **table)
{
	free(*table);
	*table = NULL;
}

/* In the child: standard output is the pipe, standard error stays, nothing else crosses. */
static void __attribute__((noreturn))
become(const char *program, const char *etc_dir, bool trial, int out)
{
	const int sources[] = { -1, out, STDERR_FILENO };
	const int targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
	const char *const args[] = { program, etc_dir, trial ? "--trial" : NULL, NULL };
	char *const env[] = { NULL };

	signals_unblock();
	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execve(program, (char *const *)(uintptr_t)args, env);
	_exit(127);
}

/* Everything the child says until it closes its end; -ETIMEDOUT if that takes too long. */
static int
collect(int from, struct buf *said)
{
	int64_t until = clock_boot_us() + LIMIT_US;
	struct pollfd p = { .fd = from, .events = POLLIN };

	for (;;) {
		int64_t left = until - clock_boot_us();
		uint8_t bytes[16384];
		ssize_t n;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&p, 1, (int)(left / 1000) + 1) <= 0)
			continue;
		n = read(from, bytes, sizeof bytes);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		if (n > 0 && buf_add(said, bytes, (size_t)n) < 0)
			return ERR_POLICY;
	}
}

/* Exit statuses of postern-roletable: 0, 2 = there is no policy; all else: it is not valid. */
static int
reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 2 ? ERR_POLICY_NONE : ERR_POLICY;
}

int
roletable_ask(const char *etc_dir, bool trial, struct roletable **table)
{
	AUTO_FREE char *program = place_program("postern-roletable");
	AUTO_BUF struct buf said = { 0 };
	AUTO_FD int from = -1;
	int ends[2];
	pid_t pid;
	int r, status;

	buf_init(&said, MOST_BYTES);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	from = ends[0];
	pid = fork();
	if (pid == 0)
		become(program, etc_dir, trial, ends[1]);
	r = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r < 0)
		return r;
	r = collect(from, &said);
	if (r < 0)
		kill(pid, SIGKILL);
	status = reap(pid);
	if (r == 0)
		r = status;
	return r < 0 ? r : roletable_check(buf_data(&said), buf_len(&said), table);
}
