/* SPDX-License-Identifier: ISC */
/* Cgroups of sessions. Nothing here is needed for a session to end; it makes the end quick and complete. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/cage/cgroup.h"

#define FREEZE_MS	200	/* a session that takes longer to stand still is not waited for */
#define STALE_S	60	/* a younger empty cgroup may be about to be used */

/* mountinfo, proc(5): "ID PARENT DEV ROOT POINT OPTIONS ... - TYPE SOURCE OPTIONS". */
int
cgroup_mount(char *point, size_t size)
{
	AUTO_FILE FILE *file = fopen("/proc/self/mountinfo", "re");
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	char path[CGROUP_PATH / 2];

	while (file != NULL && getline(&line, &room, file) > 0) {
		if (strstr(line, " - cgroup2 ") == NULL || sscanf(line, "%*s %*s %*s %*s %255s", path) != 1)
			continue;
		if (strchr(path, '\\') != NULL || strlen(path) >= size)
			continue;	/* an escaped character: nobody mounts it there */
		snprintf(point, size, "%s", path);
		return 0;
	}
	return ERR_UNSUPPORTED;
}

static int
write_at(int dir, const char *name, const char *text)
{
	AUTO_FD int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* Opens the folder `name` in `dir`, made if it is not there. */
static int
folder(int dir, const char *name)
{
	int fd;

	if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* A warden that was killed leaves its empty cgroup; the next one removes it. A populated one cannot be removed. */
static void
sweep(int parent)
{
	DIR *list;
	struct dirent *entry;
	struct stat st;
	int copy = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	list = copy < 0 ? NULL : fdopendir(copy);
	if (list == NULL) {
		own_close(&copy);
		return;
	}
	while ((entry = readdir(list)) != NULL) {
		if (strlen(entry->d_name) != 32 || fstatat(parent, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && st.st_ctime + STALE_S < time(NULL))
			unlinkat(parent, entry->d_name, AT_REMOVEDIR);
	}
	closedir(list);
}

/* The folder of all sessions. Handing the pids controller down may fail: then there is no pids.max. */
static int
open_parent(char *path, size_t size)
{
	char point[CGROUP_PATH / 2];
	AUTO_FD int mount = -1;
	int parent;
	int r;

	r = cgroup_mount(point, sizeof point);
	if (r < 0)
		return r;
	mount = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mount < 0)
		return -errno;
	parent = folder(mount, "postern");
	if (parent < 0)
		return parent;
	(void)write_at(parent, "cgroup.subtree_control", "+pids");
	snprintf(path, size, "%s/postern", point);
	return parent;
}

int
cgroup_make(const char *name, uint32_t pids, struct cgroup *cgroup)
{
	char parent_path[CGROUP_PATH / 2 + 16];
	char most[16];
	AUTO_FD int parent = -1;
	AUTO_FD int dir = -1;

	*cgroup = (struct cgroup){ .dir = -1 };
	parent = open_parent(parent_path, sizeof parent_path);
	if (parent < 0)
		return parent;
	sweep(parent);
	dir = folder(parent, name);
	if (dir < 0)
		return dir;
	if (faccessat(dir, "cgroup.procs", W_OK, AT_EACCESS) < 0)
		return -errno;
	snprintf(most, sizeof most, "%u", pids);
	cgroup->limited = pids > 0 && write_at(dir, "pids.max", most) == 0;
	snprintf(cgroup->path, sizeof cgroup->path, "%s/%s", parent_path, name);
	cgroup->dir = TAKE(dir, -1);
	return 0;
}

int
cgroup_join(const struct cgroup *cgroup)
{
	return cgroup->dir < 0 ? 0 : write_at(cgroup->dir, "cgroup.procs", "0");
}

int
cgroup_watch(void)
{
	char path[CGROUP_PATH];
	AUTO_FD int parent = open_parent(path, sizeof path);

	return parent < 0 ? parent : folder(parent, "watch");
}

static int64_t
count_procs(int dir, pid_t except)
{
	AUTO_FILE FILE *file = NULL;
	AUTO_FD int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	int64_t count = 0;
	int pid;

	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (file == NULL)
		return -1;
	fd = -1;	/* the FILE's now */
	while (fscanf(file, "%d", &pid) == 1)
		count += pid != except;
	return count;
}

/* A session with root inside may have made cgroups below its own: three floors are looked into. */
static int64_t
count_below(int dir, pid_t except, int floors)
{
	int64_t count = count_procs(dir, except);
	struct dirent *entry;
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);

	if (list == NULL) {
		own_close(&copy);
		return count;
	}
	while (count >= 0 && floors > 0 && (entry = readdir(list)) != NULL) {
		AUTO_FD int below = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		below = openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			count += count_below(below, except, floors - 1);
	}
	closedir(list);
	return count;
}

int64_t
cgroup_count(const struct cgroup *cgroup, pid_t except)
{
	return cgroup->dir < 0 ? -1 : count_below(cgroup->dir, except, 3);
}

int
cgroup_kill(const struct cgroup *cgroup)
{
	return cgroup->dir < 0 ? 0 : write_at(cgroup->dir, "cgroup.kill", "1");
}

static bool
has_event(int events, const char *event)
{
	char text[256];
	ssize_t n = pread(events, text, sizeof text - 1, 0);

	if (n < 0)
		return false;	/* the cgroup itself has gone */
	text[n] = '\0';
	return strstr(text, event) != NULL;
}

/* Until cgroup.events no longer has this word; true if so within `ms`. */
static bool
wait_without(int events, const char *event, int ms)
{
	int64_t end = clock_boot_us() + (int64_t)ms * 1000;

	while (has_event(events, event)) {
		struct pollfd p = { .fd = events, .events = POLLPRI };
		int64_t left_us = end - clock_boot_us();

		if (left_us <= 0)
			return false;
		poll(&p, 1, (int)(left_us / 1000) + 1);
	}
	return true;
}

int
cgroup_freeze(const struct cgroup *cgroup, bool on)
{
	AUTO_FD int events = -1;
	int r;

	if (cgroup->dir < 0)
		return ERR_UNSUPPORTED;
	r = write_at(cgroup->dir, "cgroup.freeze", on ? "1" : "0");
	if (r < 0)
		return r;
	events = openat(cgroup->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (events < 0)
		return -errno;
	return wait_without(events, on ? "frozen 0" : "frozen 1", FREEZE_MS) ? 0 : 1;
}

bool
cgroup_wait_empty(const struct cgroup *cgroup, int ms)
{
	AUTO_FD int events = -1;

	if (cgroup->dir < 0)
		return true;
	events = openat(cgroup->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (events < 0)
		return errno == ENOENT || errno == ENODEV;
	return wait_without(events, "populated 1", ms);
}

static int
remove_folder(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)at;
	if (kind == FTW_DP)
		rmdir(path);
	return 0;
}

void
cgroup_remove(struct cgroup *cgroup)
{
	if (cgroup->dir < 0)
		return;
	nftw(cgroup->path, remove_folder, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	own_close(&cgroup->dir);
}
