/* SPDX-License-Identifier: ISC */
/*
 * Stands where ssh would: `ssh OPTIONS -- HOST postern stdio` carries bytes between its standard input and output and
 * the socket that FAKE_SSH_SOCKET names. The host "broken" refuses as ssh does.
 */
#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/fdio.h"

static int
carry(int from, int to)
{
	char bytes[4096];
	ssize_t n = read(from, bytes, sizeof bytes);

	return n <= 0 ? -1 : fdio_write(to, bytes, (size_t)n);
}

int
main(int argc, char **argv)
{
	const char *socket = getenv("FAKE_SSH_SOCKET");
	struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = -1, .events = POLLIN } };

	if (argc < 5 || socket == NULL || strcmp(argv[argc - 1], "stdio") != 0 || strcmp(argv[argc - 2], "postern") != 0 ||
	    strcmp(argv[argc - 4], "--") != 0)
		return 2;
	if (strcmp(argv[argc - 3], "broken") == 0) {
		fprintf(stderr, "a banner\r\nssh: connect to host broken port 22: Connection refused\r\n");
		return 255;
	}
	fds[1].fd = fdio_connect(socket);
	while (fds[1].fd >= 0 && poll(fds, 2, -1) > 0) {
		if (fds[0].revents != 0 && carry(STDIN_FILENO, fds[1].fd) < 0)
			return 0;
		if (fds[1].revents != 0 && carry(fds[1].fd, STDOUT_FILENO) < 0)
			return 0;
	}
	return 1;
}
