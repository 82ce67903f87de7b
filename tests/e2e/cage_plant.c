/* SPDX-License-Identifier: ISC */
/* Acts of a session that brings a program along: in memory, without a name, in a file of its own, of another architecture. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/cage_probe.h"
#include "tests/e2e/cage_try.h"

#define NOEXEC_SEAL	0x8u	/* of memfd_create, newer than the headers */

/* In a child: by descriptor with an empty path, or by path. 0 if it ran; that it was killed; or why it did not run. */
static int
run(int fd, const char *path)
{
	char *argv[] = { (char[]){ "planted" }, NULL };
	char *environment[] = { NULL };
	int ends[2], error = 0, status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		syscall(SYS_execveat, fd, path, argv, environment, path[0] == '\0' ? AT_EMPTY_PATH : 0);
		error = errno;
		_exit(write(ends[1], &error, sizeof error) < 0);
	}
	close(ends[1]);
	if (read(ends[0], &error, sizeof error) != sizeof error)
		error = 0;
	close(ends[0]);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? CAGE_KILLED - WTERMSIG(status) : -error;
}

/* Takes the descriptor. A program that is open for writing does not run: it is opened once more. */
static int
fill_and_run(int fd)
{
	char name[32];
	int again, r;

	if (fd < 0)
		return -errno;
	if (write(fd, probe_tiny, probe_tiny_count) != (ssize_t)probe_tiny_count || fchmod(fd, 0755) < 0) {
		close(fd);
		return -EIO;
	}
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	again = open(name, O_RDONLY | O_CLOEXEC);
	close(fd);
	if (again < 0)
		return -errno;
	r = run(again, "");
	close(again);
	return r;
}

static int
try_fexec(const char *what)
{
	(void)what;
	return fill_and_run((int)syscall(SYS_memfd_create, "planted", 0));
}

/* Memory that may never be a program is let through: is it one all the same? */
static int
try_sealed(const char *what)
{
	int fd = (int)syscall(SYS_memfd_create, "planted", NOEXEC_SEAL);

	(void)what;
	if (fd < 0)
		return -errno;
	if (write(fd, probe_tiny, probe_tiny_count) < 0 || (fchmod(fd, 0755) < 0 && errno != EPERM)) {
		close(fd);
		return -EIO;
	}
	return run(fd, "");
}

static int
try_nameless(const char *folder)
{
	return fill_and_run(open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0700));
}

static int
try_planted(const char *path)
{
	return fill_and_run(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0700));
}

static int
try_run(const char *path)
{
	return run(AT_FDCWD, path);
}

const struct cage_act cage_plant[] = {
	{ "fexec", try_fexec }, { "sealed", try_sealed }, { "nameless", try_nameless }, { "planted", try_planted }, { "run", try_run },
	{ NULL, NULL },
};
