/* SPDX-License-Identifier: ISC */
/* Folders and tar archives (POSIX.1 ustar), written. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "player/sack.h"

#define BLOCK		512
#define SUMS_MOST	(64u << 20)

/* pax(1), ustar: everything in octal digits. */
struct header {
	char	name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag, linkname[100], magic[6], version[2];
	char	uname[32], gname[32], devmajor[8], devminor[8], prefix[155], pad[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

int
sack_open(struct sack *sack, const char *path, int64_t time_s)
{
	size_t length = strlen(path);
	const char *name;

	*sack = (struct sack){ .path = own_dup(path), .tar = -1, .time_s = time_s, .sums = { .max = SUMS_MOST } };
	while (length > 1 && sack->path[length - 1] == '/')
		sack->path[--length] = '\0';
	if (length < 5 || strcmp(sack->path + length - 4, ".tar") != 0) {
		sack->error = mkdir(sack->path, 0700) < 0 ? -errno : 0;
		return sack->error;
	}
	sack->tar = open(sack->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (sack->tar < 0)
		sack->error = -errno;
	name = strrchr(sack->path, '/');
	snprintf(sack->top, sizeof sack->top, "%.24s", name != NULL ? name + 1 : sack->path);
	if (strlen(sack->top) > 4)
		*strrchr(sack->top, '.') = '\0';
	if (strspn(sack->top, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != strlen(sack->top) || sack->top[0] == '.')
		snprintf(sack->top, sizeof sack->top, "report");
	return sack->error;
}

/* Both kinds of name are ours: short, and of letters, digits, '.', '-' and '/'. */
static int
put_tar(struct sack *sack, const char *name, mode_t mode, const void *bytes, size_t count)
{
	static const uint8_t zeros[BLOCK];
	struct header header = { .typeflag = '0', .magic = "ustar", .version = { '0', '0' } };
	unsigned sum = 0;
	int r = snprintf(header.name, sizeof header.name, "%s", name);

	snprintf(header.prefix, sizeof header.prefix, "%s", sack->top);
	if (r < 0 || (size_t)r >= sizeof header.name || count > 077777777777)
		return -ENAMETOOLONG;
	snprintf(header.mode, sizeof header.mode, "%07o", (unsigned)mode);
	snprintf(header.uid, sizeof header.uid, "%07o", 0u);
	snprintf(header.gid, sizeof header.gid, "%07o", 0u);
	snprintf(header.size, sizeof header.size, "%011" PRIo64, (uint64_t)count);
	snprintf(header.mtime, sizeof header.mtime, "%011" PRIo64, (uint64_t)sack->time_s & 077777777777);
	memset(header.chksum, ' ', sizeof header.chksum);
	for (size_t i = 0; i < sizeof header; i++)
		sum += ((const uint8_t *)&header)[i];
	snprintf(header.chksum, sizeof header.chksum, "%06o", sum & 0777777);
	r = fdio_write(sack->tar, &header, sizeof header);
	if (r == 0)
		r = fdio_write(sack->tar, bytes, count);
	if (r == 0 && count % BLOCK != 0)
		r = fdio_write(sack->tar, zeros, BLOCK - count % BLOCK);
	return r;
}

static int
put_file(const struct sack *sack, const char *name, mode_t mode, const void *bytes, size_t count)
{
	AUTO_FREE char *path = place_path(sack->path, name, NULL);

	for (char *slash = path + strlen(sack->path) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return fdio_replace(path, mode, bytes, count);
}

void
sack_put(struct sack *sack, const char *name, bool is_run, const void *bytes, size_t count)
{
	mode_t mode = is_run ? 0700 : 0600;
	uint8_t sha256[SECRET_SHA256];
	char hex[2 * SECRET_SHA256 + 1];

	if (sack->error < 0)
		return;
	secret_sha256(bytes, count, sha256);
	sack->error = buf_addf(&sack->sums, "%s  %s\n", id_hex(sha256, sizeof sha256, hex), name);
	if (sack->error == 0)
		sack->error = sack->tar >= 0 ? put_tar(sack, name, mode, bytes, count) : put_file(sack, name, mode, bytes, count);
}

void
sack_put_text(struct sack *sack, const char *name, const char *text)
{
	sack_put(sack, name, false, text, strlen(text));
}

int
sack_end(struct sack *sack)
{
	static const uint8_t end[2 * BLOCK];

	if (sack->error == 0 && sack->tar >= 0)
		sack->error = fdio_write(sack->tar, end, sizeof end);
	if (sack->error == 0 && sack->tar >= 0 && fsync(sack->tar) < 0)
		sack->error = -errno;
	return sack->error;
}

void
sack_close(struct sack *sack)
{
	own_close(&sack->tar);
	buf_done(&sack->sums);
	free(sack->path);
	sack->path = NULL;
}
