/* SPDX-License-Identifier: ISC */
/* How far an output has come. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/out/progress.h"

#define FILE_MOST	1024

int
progress_read(const char *folder, const char *name, struct progress *mark)
{
	AUTO_FREE char *path = place_path(folder, name, NULL), *text = NULL;
	int r = fdio_slurp_path(path, FILE_MOST, &text, NULL);
	const char *lost;

	*mark = (struct progress){ 0 };
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (sscanf(text, "at %" SCNd64, &mark->at) != 1 || mark->at < 0)
		return ERR_CONFIG;
	lost = strstr(text, "\nlost ");
	if (lost != NULL)
		(void)sscanf(lost, "\nlost %" SCNd64 " %255[^\n]", &mark->lost_s, mark->why);
	return 0;
}

int
progress_write(const char *folder, const char *name, const struct progress *mark)
{
	AUTO_FREE char *path = place_path(folder, name, NULL);
	AUTO_BUF struct buf text = { .max = FILE_MOST };
	int r = buf_addf(&text, "at %" PRId64 "\n", mark->at);

	if (r == 0 && mark->lost_s != 0)
		r = buf_addf(&text, "lost %" PRId64 " %s\n", mark->lost_s, mark->why);
	return r < 0 ? r : fdio_replace(path, 0600, buf_data(&text), buf_len(&text));
}

int
progress_lock(const char *folder, const char *name)
{
	AUTO_FREE char *path = NULL;
	AUTO_FD int fd = -1;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (asprintf(&path, "%s/.%s.lock", folder, name) < 0)
		return -ENOMEM;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return -errno;
	return TAKE(fd, -1);
}
