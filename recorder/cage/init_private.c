/* SPDX-License-Identifier: ISC */
/*
 * Three covers: /run (and sockets elsewhere), the temporary folders if the role wants its own, and over everything noexec and
 * read-only: Landlock has no right for mapping programs, nor for modes, owners, times and attributes of files. Each takes copies of what must stay in sight first (open_tree), covers, and puts the copies back (move_mount).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/cage/init_private.h"
#include "recorder/cage/plan.h"
#include "recorder/keeper/contract.h"

#define BARRED		(MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define KEPT_MOST	320	/* more than libraries and rights together */
#define COPY		(OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE)

/* Copies of files and trees, waiting to be put back at their own paths. */
struct kept {
	struct {
		char	*path;
		int	 tree;
		bool	 folder;
	} all[KEPT_MOST];
	size_t	count;
};

static void
kept_done(struct kept *kept)
{
	for (size_t i = 0; i < kept->count; i++) {
		own_close(&kept->all[i].tree);
		free(kept->all[i].path);
	}
	kept->count = 0;
}

#define AUTO_KEPT	__attribute__((cleanup(kept_done)))

static bool
is_below(const char *path, const char *folder)
{
	size_t count = strlen(folder);

	return strncmp(path, folder, count) == 0 && path[count] == '/';
}

/* 0, also if it is not there; -ENOSPC, -errno. */
static int
keep(struct kept *kept, const char *path, const char *below)
{
	AUTO_FREE char *real = realpath(path, NULL);
	AUTO_FD int fd = -1;
	struct stat st;
	int tree;

	if (real == NULL || (below != NULL && !is_below(real, below)))
		return 0;
	for (size_t i = 0; i < kept->count; i++)
		if (strcmp(kept->all[i].path, real) == 0)
			return 0;
	if (kept->count == KEPT_MOST)
		return -ENOSPC;
	fd = plan_open(real);
	tree = fd < 0 ? fd : open_tree(fd, "", COPY | AT_EMPTY_PATH);
	if (tree < 0 || fstat(tree, &st) < 0)
		return fd < 0 ? fd : -errno;
	kept->all[kept->count].folder = S_ISDIR(st.st_mode);
	kept->all[kept->count].tree = tree;
	kept->all[kept->count++].path = TAKE(real, NULL);
	return 0;
}

/* The folders that lead to `path`, and at its end a folder or an empty file to mount on. Only on a cover of our own. */
static int
make_way(const char *path, bool folder)
{
	AUTO_FREE char *copy = own_dup(path);
	AUTO_FD int fd = -1;

	for (char *at = strchr(copy + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST && errno != EROFS)
			return -errno;
		*at = '/';
	}
	if (folder)
		return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_EXCL, 0444);
	return fd < 0 && errno != EEXIST ? -errno : 0;
}

static int
put_back(const struct kept *kept, bool make)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < kept->count; i++) {
		AUTO_FD int place = -1;

		if (make)
			r = make_way(kept->all[i].path, kept->all[i].folder);
		place = r == 0 ? plan_open(kept->all[i].path) : -1;
		if (r == 0 && place < 0)
			r = place;
		if (r == 0 && move_mount(kept->all[i].tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
			r = -errno;
	}
	return r;
}

/* What the role names, and what the session stands on, wherever it lies below `folder`. */
static int
keep_plan(struct kept *kept, const struct plan *plan, const char *folder)
{
	const struct warden_start *start = plan->start;
	const struct rights *rights = &start->role.rights;
	int r = keep(kept, start->run_dir, folder);

	if (r == 0)
		r = keep(kept, start->root, folder);
	if (r == 0)
		r = keep(kept, plan->account.home, folder);
	for (size_t i = 0; r == 0 && i < plan->count; i++)
		r = keep(kept, plan->paths[i].path, folder);
	for (uint32_t i = 0; r == 0 && i < rights->paths_count; i++)
		if (rights->paths[i].kind == RIGHT_SOCKET)
			r = keep(kept, rights->paths[i].path, folder);
	return r;
}

/* An empty file system over `folder`, with `kept` in it; then perhaps closed. */
static int
cover(const char *folder, const struct kept *kept, bool close_it, const char *options)
{
	struct mount_attr closed = { .attr_set = MOUNT_ATTR_RDONLY };
	int r;

	if (mount("tmpfs", folder, "tmpfs", BARRED, options) < 0)
		return -errno;
	r = put_back(kept, true);
	if (r == 0 && close_it && mount_setattr(AT_FDCWD, folder, 0, &closed, sizeof closed) < 0)
		r = -errno;
	return r;
}

/* The session's own /run: what is not named here is not there. Names of hosts and accounts stay. */
static int
cover_run(const struct plan *plan, const char *folder)
{
	static const char *const names[] = { "/run/systemd/resolve/resolv.conf", "/run/systemd/resolve/stub-resolv.conf",
		"/run/resolvconf/resolv.conf", "/run/NetworkManager/resolv.conf", "/run/utmp", "/run/nscd" };
	AUTO_FREE char *real = realpath(folder, NULL);
	AUTO_KEPT struct kept kept = { .count = 0 };
	int r;

	if (real == NULL)
		return 0;
	r = keep_plan(&kept, plan, real);
	for (size_t i = 0; r == 0 && i < sizeof names / sizeof names[0]; i++)
		r = keep(&kept, names[i], real);
	if (r == 0 && (plan->start->role.flags & ROLE_SUDO))
		r = keep(&kept, "/run/sudo", real);
	return r == 0 ? cover(real, &kept, true, "mode=0755,size=256k,nr_inodes=1024") : r;
}

static bool
is_granted(const struct plan *plan, const char *path)
{
	const struct rights *rights = &plan->start->role.rights;

	for (uint32_t i = 0; i < rights->paths_count; i++)
		if (rights->paths[i].kind == RIGHT_SOCKET &&
		    (strcmp(rights->paths[i].path, path) == 0 || is_below(path, rights->paths[i].path)))
			return true;
	return false;
}

static int
cover_socket(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	if (S_ISDIR(st.st_mode))
		return mount("tmpfs", path, "tmpfs", BARRED | MS_RDONLY, "size=4k,nr_inodes=2,mode=0555") < 0 ? -errno : 0;
	return mount("/dev/null", path, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* Sockets that lie elsewhere by habit: container engines, X, agents and tmux of whoever shares the uid. */
static int
cover_sockets(const struct plan *plan)
{
	static const char *const places[] = { "/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket",
		"/var/lib/incus/unix.socket", "/var/lib/docker.sock", "/tmp/.X11-unix", "/tmp/.ICE-unix", "/tmp/ssh-*",
		"/tmp/tmux-*", "/tmp/dbus-*", "/tmp/gpg-*" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof places / sizeof places[0]; i++) {
		glob_t found;

		if (glob(places[i], GLOB_NOSORT, NULL, &found) != 0)
			continue;
		for (size_t k = 0; r == 0 && k < found.gl_pathc; k++)
			if (!is_granted(plan, found.gl_pathv[k]))
				r = cover_socket(found.gl_pathv[k]);
		globfree(&found);
	}
	return r;
}

static int
cover_temporary(const struct plan *plan, const char *folder)
{
	AUTO_FREE char *real = realpath(folder, NULL);
	AUTO_KEPT struct kept kept = { .count = 0 };
	int r;

	if (real == NULL)
		return 0;
	r = keep_plan(&kept, plan, real);
	return r == 0 ? cover(real, &kept, false, "mode=1777,size=25%") : r;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct plan_path *)a)->path, ((const struct plan_path *)b)->path);
}

/* A copy of what may be run or written, with the other of the two taken away. */
static int
keep_barred(struct kept *kept, const struct plan_path *path)
{
	/* Single devices need no mount of their own: read-only does not keep anybody from writing to them. */
	bool writable = (path->access & (LL_WRITE_FILE | LL_READ_DIR)) == (LL_WRITE_FILE | LL_READ_DIR);
	struct mount_attr barred = { .attr_set = (path->program ? 0u : MOUNT_ATTR_NOEXEC) | (writable ? 0u : MOUNT_ATTR_RDONLY) };
	size_t before = kept->count;
	int r;

	if (!path->program && !writable)
		return 0;
	r = keep(kept, path->path, NULL);
	if (r < 0 || kept->count == before || barred.attr_set == 0)
		return r;
	if (mount_setattr(kept->all[before].tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &barred, sizeof barred) < 0)
		return -errno;
	return 0;
}

/*
 * Nothing can be run or mapped as a program, and nothing changed, but what the plan says: that is copied before and put
 * back over itself, folders before what is in them.
 */
static int
bar_everything(struct plan *plan)
{
	struct mount_attr barred = { .attr_set = MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY };
	AUTO_KEPT struct kept kept = { .count = 0 };
	int r = 0;

	if (plan->count > 0)
		qsort(plan->paths, plan->count, sizeof *plan->paths, by_path);
	for (size_t i = 0; r == 0 && i < plan->count; i++)
		r = keep_barred(&kept, &plan->paths[i]);
	if (r == 0 && mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &barred, sizeof barred) < 0)
		r = -errno;
	return r == 0 ? put_back(&kept, false) : r;
}

static int
failed(char *why, size_t size, const char *what, int r)
{
	snprintf(why, size, "%s: %s", what, err_text(r));
	return r;
}

int
init_private(struct plan *plan, char *why, size_t size)
{
	static const char *const temporary[] = { "/tmp", "/var/tmp", "/dev/shm" };
	int r;

	if (!plan->confined)
		return 0;
	r = cover_run(plan, "/run");
	if (r == 0)
		r = cover_run(plan, "/var/run");	/* where it is a folder of its own */
	if (r == 0)
		r = cover_sockets(plan);
	if (r < 0)
		return failed(why, size, "the sockets of other services cannot be hidden", r);
	for (size_t i = 0; (plan->start->role.rights.flags & RIGHTS_TMP) && i < sizeof temporary / sizeof temporary[0]; i++) {
		r = cover_temporary(plan, temporary[i]);
		if (r < 0)
			return failed(why, size, "no private temporary folders", r);
	}
	r = bar_everything(plan);
	if (r < 0)
		return failed(why, size, "other programs and files cannot be barred", r);
	plan->enforced.marks |= MARK_SOCKETS | MARK_NOEXEC | MARK_READ_ONLY | ((plan->start->role.rights.flags & RIGHTS_TMP) ? MARK_TMP : 0u);
	return 0;
}
