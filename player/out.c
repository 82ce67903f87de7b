/* SPDX-License-Identifier: ISC */
/* Large writes. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cli.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "player/out.h"

static bool
is_same(const char *a, const char *b)
{
	struct stat x, y;

	return b != NULL && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int
out_open(struct out *out, const struct cli *cli, const char *path, const char *not_this, bool raw)
{
	*out = (struct out){ .cli = cli, .path = path, .fd = STDOUT_FILENO, .room = own_alloc(OUT_ROOM) };
	if (path != NULL && is_same(path, not_this)) {
		out->fd = -1;
		return cli_fail(cli, STATUS_USAGE, "%s is the recording itself", path);
	}
	if (path != NULL)
		out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	if (out->fd < 0)
		return cli_fail(cli, STATUS_FAILED, "%s: %s", path, err_text(-errno));
	if (raw && isatty(out->fd))
		return cli_fail(cli, STATUS_USAGE, "recorded bytes could do anything to a terminal: use -o FILE, a pipe, or play");
	return STATUS_OK;
}

void
out_close(struct out *out)
{
	if (out->path != NULL)
		own_close(&out->fd);
	free(out->room);
	out->room = NULL;
}

int
out_flush(struct out *out)
{
	int r = fdio_write(out->fd, out->room, out->count);

	out->count = 0;
	return r;
}

int
out_put(struct out *out, const void *bytes, size_t count)
{
	int r = 0;

	if (count > OUT_ROOM - out->count)
		r = out_flush(out);
	if (r < 0)
		return r;
	if (count > OUT_ROOM)
		return fdio_write(out->fd, bytes, count);
	if (count > 0)
		memcpy(out->room + out->count, bytes, count);
	out->count += count;
	return 0;
}

int
out_put_text(struct out *out, const char *text)
{
	return out_put(out, text, strlen(text));
}
