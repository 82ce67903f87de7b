/* SPDX-License-Identifier: ISC */
/* A socket pair is ssh's standard input and output, so that the wire has one descriptor either way. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/dial.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/signals.h"

/* Non-blocking from the start: a gate whose queue of callers is full must not freeze the screen. */
int
dial_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_FD int fd = -1;

	if (strlen(path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return errno == EAGAIN ? -EBUSY : -errno;
	return TAKE(fd, -1);
}

/* In the child: our signal mask must not be ssh's. */
static void
become_ssh(const char *host, int socket, int complaints)
{
	const int sources[] = { socket, socket, complaints };
	const int targets[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };

	signals_unblock();
	if (fdio_arrange(sources, targets, 3, STDERR_FILENO) == 0)
		execlp("ssh", "ssh", "-T", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3", "-o",
		    "BatchMode=yes", "--", host, "postern", "stdio", (char *)NULL);
	dprintf(STDERR_FILENO, "ssh cannot be started: %s\n", strerror(errno));
	_exit(127);
}

int
dial_ssh(const char *host, pid_t *child, int *complaints)
{
	int pair[2];
	int tell[2];
	pid_t pid;

	if (host[0] == '-')
		return -EINVAL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	if (pipe2(tell, O_CLOEXEC | O_NONBLOCK) < 0) {
		close(pair[0]);
		close(pair[1]);
		return -errno;
	}
	pid = fork();
	if (pid == 0)
		become_ssh(host, pair[1], tell[1]);
	close(pair[1]);
	close(tell[1]);
	if (pid < 0 || fdio_nonblock(pair[0], true) < 0) {
		close(pair[0]);
		close(tell[0]);
		return -EAGAIN;
	}
	*child = pid;
	*complaints = tell[0];
	return pair[0];
}

void
dial_listen(int complaints, char *text, size_t size)
{
	char said[512];
	ssize_t n = complaints < 0 ? 0 : read(complaints, said, sizeof said - 1);
	char *line;

	while (n > 0 && (said[n - 1] == '\n' || said[n - 1] == '\r'))
		n--;
	if (n <= 0)
		return;
	said[n] = '\0';
	line = strrchr(said, '\n');
	snprintf(text, size, "%s", line != NULL ? line + 1 : said);
}

void
dial_end(pid_t child, int *complaints)
{
	if (*complaints >= 0)
		close(*complaints);
	*complaints = -1;
	if (child <= 0)
		return;
	kill(child, SIGKILL);	/* it holds nothing of ours but the connection */
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}
