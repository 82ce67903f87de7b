/* SPDX-License-Identifier: ISC */
/* Names of recordings' files, in one place. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/store/failure.h"
#include "lib/store/recording.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_files.h"

#define SUFFIXES	2

/* Of recordings, of trails. */
static const char *const suffixes[][SUFFIXES] = { { "rec", "tail" }, { "trail.rec", "trail.tail" } };

char *
gate_files_path(const struct gate *gate, const struct id *session, const char *suffix)
{
	char name[ID_TEXT + 16];
	char id[ID_TEXT];

	snprintf(name, sizeof name, "%s.%s", id_text(session, id), suffix);
	return place_path(gate->daemon.place.state, "rec", name);
}

int
gate_files_open(const struct gate *gate, const struct id *session, const char *suffix)
{
	AUTO_FREE char *path = gate_files_path(gate, session, suffix);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int
gate_files_remove(const struct gate *gate, const struct id *session, bool trail)
{
	int r = 0;

	for (size_t i = 0; i < SUFFIXES; i++) {
		AUTO_FREE char *path = gate_files_path(gate, session, suffixes[trail][i]);

		if (unlink(path) < 0 && errno != ENOENT && r == 0)
			r = -errno;
	}
	return r;
}

/* "ID.rec", "ID.tail", "ID.trail.rec", "ID.trail.tail". */
static bool
is_ours(const char *name, struct id *session, bool *trail)
{
	char digits[ID_TEXT] = "";
	size_t count = strcspn(name, ".");

	if (count != ID_TEXT - 1 || name[count] == '\0')
		return false;
	memcpy(digits, name, count);
	for (size_t i = 0; i < 2 * SUFFIXES; i++) {
		*trail = i >= SUFFIXES;
		if (strcmp(name + count + 1, suffixes[*trail][i % SUFFIXES]) == 0)
			return id_parse(digits, session) == 0;
	}
	return false;
}

int
gate_files_sweep(struct gate *gate)
{
	AUTO_FREE char *folder = place_path(gate->daemon.place.state, "rec", NULL);
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	struct recording recording;
	struct id session;
	bool trail;
	int failed = 0;
	int r;

	if (dir == NULL)
		return -errno;
	while ((entry = readdir(dir)) != NULL) {
		if (!is_ours(entry->d_name, &session, &trail) ||
		    (trail ? recording_trail_get : recording_get)(gate->store, &session, &recording) < 0 || recording.state != RECORDING_EXPIRED)
			continue;
		r = gate_files_remove(gate, &session, trail);
		if (r == 0)
			log_info("%s of an expired recording was still there; it is removed now", entry->d_name);
		else if (failure_note(gate->store, trail ? recording.session.trail_unit : recording.session.recording_unit, FAILURE_FILE,
		    clock_wall_us(), err_text(r)) < 0)
			failed = r;	/* else it is tried again from there */
	}
	closedir(dir);
	return failed;
}
