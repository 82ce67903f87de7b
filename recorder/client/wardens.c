/* SPDX-License-Identifier: ISC */
/* The keeper's way to a session that does not depend on the worker, which strangers' bytes have reached. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/client/wardens.h"
#include "recorder/keeper/contract.h"

/* In this form it lies in the file. */
struct warden_mark {
	int64_t		pid;
	uint64_t	started;	/* clock ticks since boot, field 22 of /proc/PID/stat (proc(5)) */
};

static int
start_time(pid_t pid, uint64_t *started)
{
	AUTO_FREE char *text = NULL;
	const char *rest;
	char path[64];
	int r;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	r = fdio_slurp_path(path, 4096, &text, NULL);
	if (r < 0)
		return r;
	rest = strrchr(text, ')');	/* the name may hold anything */
	if (rest == NULL || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %" SCNu64, started) != 1)
		return -EIO;
	return 0;
}

static char *
mark_path(const struct place *place, const char *id)
{
	return place_path(place->run, "p", id);
}

int
wardens_note(const struct place *place, const struct id *session, pid_t warden)
{
	char id[ID_TEXT];
	AUTO_FREE char *path = mark_path(place, id_text(session, id));
	struct warden_mark mark = { .pid = warden };
	int r = start_time(warden, &mark.started);

	return r < 0 ? r : fdio_replace(path, 0600, &mark, sizeof mark);
}

static char *
receipt_path(const struct place *place, const char *id)
{
	char name[ID_TEXT + sizeof ".receipt"];

	snprintf(name, sizeof name, "%.*s.receipt", ID_TEXT - 1, id);
	return mark_path(place, name);
}

void
wardens_forget(const struct place *place, const char *id)
{
	AUTO_FREE char *path = mark_path(place, id);
	AUTO_FREE char *receipt = receipt_path(place, id);

	unlink(path);
	unlink(receipt);
}

int
wardens_receipt(const struct place *place, const struct id *session, struct warden_left *left)
{
	char id[ID_TEXT];
	AUTO_FREE char *path = receipt_path(place, id_text(session, id));
	AUTO_FREE char *bytes = NULL;
	size_t count;
	int r = fdio_slurp_path(path, sizeof *left, &bytes, &count);

	if (r < 0)
		return r == -ENOENT ? ERR_NOT_FOUND : r;
	if (count != sizeof *left)
		return -EIO;
	memcpy(left, bytes, sizeof *left);
	return 0;
}

static int
read_mark(const struct place *place, const struct id *session, struct warden_mark *mark)
{
	char id[ID_TEXT];
	AUTO_FREE char *path = mark_path(place, id_text(session, id));
	AUTO_FREE char *bytes = NULL;
	size_t count;
	int r = fdio_slurp_path(path, sizeof *mark, &bytes, &count);

	if (r < 0)
		return r == -ENOENT ? ERR_NOT_FOUND : r;
	if (count != sizeof *mark)
		return -EIO;
	memcpy(mark, bytes, sizeof *mark);
	return 0;
}

int
wardens_end(const struct place *place, const struct id *session)
{
	struct warden_mark mark;
	AUTO_FD int pidfd = -1;
	uint64_t started;
	int r = read_mark(place, session, &mark);

	if (r < 0)
		return r;
	pidfd = (int)syscall(SYS_pidfd_open, (pid_t)mark.pid, 0);
	if (pidfd < 0)
		return errno == ESRCH ? ERR_NOT_FOUND : -errno;
	/* After the descriptor is open the pid cannot change hands any more. */
	if (start_time((pid_t)mark.pid, &started) < 0 || started != mark.started)
		return ERR_NOT_FOUND;
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) < 0)
		return errno == ESRCH ? ERR_NOT_FOUND : -errno;
	return TAKE(pidfd, -1);
}
