/* SPDX-License-Identifier: ISC */
/* What is recorded in the measurements: a program that costs little, so that little has to be taken off again. */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/fdio.h"

#define END		'.'	/* this key ends `echo` and `lines` */
#define PIECE		400	/* bytes that a full-screen program draws at once */
#define PAUSE_NS	2000000	/* between two pieces */

/* The processor time of this process, for whoever measures the recorder to take off. */
static int
write_time(const char *path)
{
	struct rusage usage;
	FILE *file = fopen(path, "w");

	if (file == NULL || getrusage(RUSAGE_SELF, &usage) < 0)
		return 1;
	fprintf(file, "%.6f\n", (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
	return fclose(file) == 0 ? 0 : 1;
}

/* A file as `cat` prints it, or (paced) as a full-screen program draws. */
static int
show(const char *path, const char *times, bool is_paced)
{
	static char bytes[128 * 1024];
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return 1;
	while ((n = read(fd, bytes, is_paced ? PIECE : sizeof bytes)) > 0) {
		if (fdio_write(STDOUT_FILENO, bytes, (size_t)n) < 0)
			return 1;
		if (is_paced)
			nanosleep(&pause, NULL);
	}
	return write_time(times);
}

static int
echo(void)
{
	struct termios modes;
	char key = 0;

	if (tcgetattr(STDIN_FILENO, &modes) < 0)
		return 1;
	cfmakeraw(&modes);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &modes) < 0 || fdio_write(STDOUT_FILENO, "READY", 5) < 0)
		return 1;
	while (key != END && read(STDIN_FILENO, &key, 1) == 1)
		if (fdio_write(STDOUT_FILENO, &key, 1) < 0)
			return 1;
	return 0;
}

/* A line a second. */
static int
lines(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int r = 0;

	for (int i = 0; r == 0; i++) {
		printf("READY %6d: a line of the kind that a program prints while one looks on\n", i);
		fflush(stdout);
		r = poll(&input, 1, 1000);
	}
	return r < 0 ? 1 : 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "show") == 0)
		return show(argv[2], argv[3], false);
	if (argc == 4 && strcmp(argv[1], "draw") == 0)
		return show(argv[2], argv[3], true);
	if (argc == 2 && strcmp(argv[1], "echo") == 0)
		return echo();
	if (argc == 2 && strcmp(argv[1], "lines") == 0)
		return lines();
	if (argc == 2 && strcmp(argv[1], "nothing") == 0)
		return fdio_write(STDOUT_FILENO, "READY", 5) == 0 ? 0 : 1;
	return 2;
}
