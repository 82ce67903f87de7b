/* SPDX-License-Identifier: ISC */
/*
 * postern-probe: the command of `postern policy test USER ROLE --try`. Reads lines "ACT WHAT" from standard input, does
 * each as harmlessly as it can be done, and prints "allowed ACT WHAT" or "refused ACT WHAT: reason". Runs no program of
 * anybody: an exec is stopped before its first instruction.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/own.h"

#define LINE_MOST	512

static int
result(int r)
{
	return r < 0 ? -errno : 0;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
do_read(const char *path)
{
	AUTO_FD int fd = open(path, (is_folder(path) ? O_DIRECTORY : 0) | O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return result(fd);
}

/* In a folder, a file that comes and goes; a file is opened, not touched. */
static int
do_write(const char *path)
{
	char name[LINE_MOST + 32];
	AUTO_FD int fd = -1;

	if (!is_folder(path)) {
		fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		return result(fd);
	}
	snprintf(name, sizeof name, "%s/.postern-probe-XXXXXX", path);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(name);
	return 0;
}

static void exec_stopped(const char *path) __attribute__((noreturn));

static void
exec_stopped(const char *path)
{
	char *argv[] = { (char *)(uintptr_t)path, NULL };
	char *environment[] = { NULL };

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		execve(path, argv, environment);
	_exit(errno < 255 ? errno : 255);
}

/* The traced child stops after a good exec, before the program's first instruction, and is killed there. */
static int
do_run(const char *path)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		exec_stopped(path);
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	if (!WIFSTOPPED(status))
		return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return 0;
}

static int
do_connect(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	AUTO_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : result(connect(fd, (struct sockaddr *)&to, sizeof to));

	return r == -ECONNREFUSED ? 0 : r;	/* nobody is there, and the kernel let it through */
}

static int
do_bind(const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	AUTO_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : result(bind(fd, (struct sockaddr *)&at, sizeof at));

	return r == -EADDRINUSE ? 0 : r;
}

static int
do_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	AUTO_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof to.sun_path)
		return -ENAMETOOLONG;
	memcpy(to.sun_path, path, strlen(path) + 1);
	return fd < 0 ? -errno : result(connect(fd, (struct sockaddr *)&to, sizeof to));
}

static int
do_use(const char *what)
{
	AUTO_FD int fd = -1;

	if (strcmp(what, "udp") == 0)
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	else if (strcmp(what, "listen") == 0)
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	else if (strcmp(what, "raw sockets") == 0)
		fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	else
		return result(unshare(CLONE_NEWUSER));
	if (fd < 0)
		return -errno;
	return strcmp(what, "listen") == 0 ? result(listen(fd, 1)) : 0;
}

static void
answer(char *line)
{
	static const struct {
		const char	*act;
		int		(*run)(const char *what);
	} acts[] = {
		{ "read", do_read }, { "write", do_write }, { "run", do_run }, { "connect", do_connect }, { "bind", do_bind },
		{ "socket", do_socket }, { "use", do_use },
	};
	char *what = strchr(line, ' ');
	int r = -EINVAL;

	if (what == NULL)
		return;
	*what++ = '\0';
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (strcmp(acts[i].act, line) == 0)
			r = acts[i].run(what);
	if (r == 0)
		printf("allowed %s %s\n", line, what);
	else
		printf("refused %s %s: %s\n", line, what, strerror(-r));
}

int
main(void)
{
	char line[LINE_MOST];

	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		answer(line);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
