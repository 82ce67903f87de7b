/* SPDX-License-Identifier: ISC */
/* A file that grows: whole lines or none, on the disk before they count, and another file once somebody has rotated it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "recorder/out/sink.h"

/* What a crash left of a line ends there. */
static int
end_line(int fd, off_t size)
{
	char last = '\n';

	if (size > 0 && fdio_pread(fd, &last, 1, size - 1) != 1)
		return -EIO;
	return last != '\n' ? fdio_write(fd, "\n", 1) : 0;
}

static int
open_file(struct sink *sink)
{
	AUTO_FD int fd = open(sink->words[0], O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
	struct stat is;
	int r;

	if (fd < 0 || fstat(fd, &is) < 0)
		return -errno;
	if (!S_ISREG(is.st_mode)) {
		snprintf(sink->why, sizeof sink->why, "it is no ordinary file");
		return -EINVAL;
	}
	r = end_line(fd, is.st_size);
	if (r == 0)
		sink->fd = TAKE(fd, -1);
	return r;
}

/* The file that stands at the path is not the one that is open: it was rotated, or removed. */
static bool
is_moved(const struct sink *sink)
{
	struct stat there, here;

	return lstat(sink->words[0], &there) < 0 || fstat(sink->fd, &here) < 0 || there.st_ino != here.st_ino || there.st_dev != here.st_dev;
}

static int
put_lines(int fd, const struct sink_line *lines, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = fdio_write(fd, lines[i].json, strlen(lines[i].json));
		if (r == 0)
			r = fdio_write(fd, "\n", 1);
	}
	return r == 0 && fdatasync(fd) < 0 ? -errno : r;
}

static void
close_file(struct sink *sink)
{
	own_close(&sink->fd);
	sink->fd = -1;
}

static int
put(struct sink *sink, const struct sink_line *lines, size_t count, size_t *taken)
{
	struct stat before;
	int r = 0;

	if (sink->fd >= 0 && is_moved(sink))
		close_file(sink);
	if (sink->fd < 0)
		r = open_file(sink);
	if (r == 0 && fstat(sink->fd, &before) < 0)
		r = -errno;
	if (r < 0)
		return r;
	r = put_lines(sink->fd, lines, count);
	if (r == 0)
		*taken = count;
	else if (ftruncate(sink->fd, before.st_size) < 0)	/* half of a line is worse than none */
		close_file(sink);
	return r;
}

const struct sink_kind sink_file = { .name = "file", .put = put, .close = close_file };
