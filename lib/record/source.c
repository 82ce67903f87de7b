/* SPDX-License-Identifier: ISC */
/* Recordings in files. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/record/source.h"

struct files {
	int	fd[REC_PARTS];
	bool	ours;
};

static ssize_t
read_at(void *ctx, enum rec_part part, uint64_t offset, void *to, size_t count)
{
	const struct files *files = ctx;

	if (files->fd[part] < 0 || offset > INT64_MAX)
		return 0;
	return fdio_pread(files->fd[part], to, count, (off_t)offset);
}

static int64_t
size(void *ctx, enum rec_part part)
{
	const struct files *files = ctx;
	struct stat st;

	if (files->fd[part] < 0)
		return 0;
	return fstat(files->fd[part], &st) == 0 ? (int64_t)st.st_size : -errno;
}

static int
open_tail(const char *path)
{
	AUTO_FREE char *beside = NULL;
	size_t count = strlen(path);
	int fd;

	if (asprintf(&beside, "%s.tail", path) < 0) {
		beside = NULL;
		return -1;
	}
	fd = open(beside, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && count > 4 && strcmp(path + count - 4, ".rec") == 0) {
		memcpy(beside + count - 4, ".tail", sizeof ".tail");
		fd = open(beside, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	return fd;
}

int
rec_source_files(struct rec_source *source, const char *path)
{
	struct files *files;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	rec_source_fds(source, fd, open_tail(path));
	files = source->ctx;
	files->ours = true;
	return 0;
}

void
rec_source_fds(struct rec_source *source, int rec_fd, int tail_fd)
{
	struct files *files = own_alloc(sizeof *files);

	files->fd[REC_PART_FILE] = rec_fd;
	files->fd[REC_PART_TAIL] = tail_fd;
	*source = (struct rec_source){ .ctx = files, .read_at = read_at, .size = size };
}

bool
rec_source_is_busy(const struct rec_source *source)
{
	const struct files *files = source->ctx;
	int fd = files->fd[REC_PART_TAIL];

	if (fd < 0)
		return false;
	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK;
	(void)flock(fd, LOCK_UN);
	return false;
}

void
rec_source_done(struct rec_source *source)
{
	struct files *files = source->ctx;

	if (files != NULL && files->ours) {
		own_close(&files->fd[REC_PART_FILE]);
		own_close(&files->fd[REC_PART_TAIL]);
	}
	free(files);
	*source = (struct rec_source){ .ctx = NULL };
}
