/* SPDX-License-Identifier: ISC */
/* The log's length outside of the catalogue. */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/store/event.h"
#include "lib/store/mark.h"
#include "lib/store/stmt.h"

static int
open_file(const char *dir, int flags)
{
	AUTO_FREE char *path = place_path(dir, MARK_FILE, NULL);
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* A file that was cut short says nothing. */
static int64_t
entries_in(int fd)
{
	uint64_t count;

	if (fdio_pread(fd, &count, sizeof count, 0) != (ssize_t)sizeof count)
		return 0;
	count = le64toh(count);
	return count <= INT64_MAX ? (int64_t)count : INT64_MAX;
}

int
mark_open(struct store *store, const char *dir)
{
	int64_t entries = 0;
	int r = event_count(store, &entries);

	if (r < 0)
		return r;
	store->mark = open_file(dir, O_RDWR | O_CREAT);
	if (store->mark < 0)
		return store->mark;
	if (entries_in(store->mark) > entries)
		return ERR_STORE_BEHIND;
	mark_put(store, entries);
	return 0;
}

/* Where it cannot be written it stays behind, and tells less. */
void
mark_put(struct store *store, int64_t entries)
{
	const uint64_t count = htole64((uint64_t)entries);

	if (store->mark >= 0)
		(void)fdio_pwrite(store->mark, &count, sizeof count, 0);
}

int64_t
mark_read(const char *dir)
{
	AUTO_FD int fd = open_file(dir, O_RDONLY);

	return fd < 0 ? 0 : entries_in(fd);
}
