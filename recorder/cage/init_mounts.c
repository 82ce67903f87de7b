/* SPDX-License-Identifier: ISC */
/* Private mounts. Order matters: nothing is mounted before it is certain that the host will not see it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "recorder/keeper/contract.h"
#include "recorder/cage/init_mounts.h"
#include "recorder/cage/init_private.h"
#include "recorder/cage/plan.h"

#define BARRED	(MS_NOSUID | MS_NODEV | MS_NOEXEC)

static int
failed(char *why, size_t size, const char *what, const char *path)
{
	int r = -errno;

	snprintf(why, size, "%s %s: %s", what, path, err_text(r));
	return r;
}

/*
 * In a chroot "/" is no mount point, so its propagation cannot be changed and nothing may be mounted on it: if the mount
 * below is shared, the host would get it too. A detached copy of the tree is private before it is attached, on /proc,
 * which is a mount point and made private first; then the copy becomes the root.
 */
static int
private_in_chroot(void)
{
	struct mount_attr private = { .propagation = MS_PRIVATE };
	AUTO_FD int tree = -1;

	if (mount(NULL, "/proc", NULL, MS_PRIVATE | MS_REC, NULL) < 0)
		return -errno;
	tree = open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (tree < 0)
		return -errno;
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &private, sizeof private) < 0 ||
	    move_mount(tree, "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    fchdir(tree) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return -errno;
	return mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0 ? -errno : 0;
}

static int
make_private(void)
{
	if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) == 0)
		return 0;
	return errno == EINVAL ? private_in_chroot() : -errno;
}

/* An empty folder that nobody can write to, over `path`. What is not there need not be hidden. */
static int
hide(const char *path)
{
	if (path[0] == '\0' || access(path, F_OK) < 0)
		return 0;
	return mount("tmpfs", path, "tmpfs", BARRED | MS_RDONLY, "size=4k,nr_inodes=2,mode=0555");
}

static int
hide_file(const char *root, const char *name)
{
	char path[CONTRACT_PATH + 32];

	snprintf(path, sizeof path, "%s/%s", root, name);
	if (access(path, F_OK) < 0)
		return 0;
	return mount("/dev/null", path, NULL, MS_BIND, NULL);
}

/* Over run_dir comes the folder that holds session.sock; read-only does not keep anybody from connecting. */
static int
show_inside(const struct warden_start *start)
{
	struct mount_attr barred = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
	};

	if (start->run_dir[0] == '\0' || access(start->run_dir, F_OK) < 0)
		return 0;
	if (start->inside_dir[0] == '\0')
		return hide(start->run_dir);
	if (mount(start->inside_dir, start->run_dir, NULL, MS_BIND, NULL) < 0)
		return -1;
	return mount_setattr(AT_FDCWD, start->run_dir, 0, &barred, sizeof barred);
}

int
init_mounts(struct plan *plan, char *why, size_t size)
{
	const struct warden_start *start = plan->start;
	int r = make_private();

	if (r < 0) {
		errno = -r;
		return failed(why, size, "the session's mounts cannot be made private:", "/");
	}
	if (show_inside(start) < 0)
		return failed(why, size, "cannot hide", start->run_dir);
	if (hide(start->state_dir) < 0)
		return failed(why, size, "cannot hide", start->state_dir);
	if ((start->flags & SESSION_TRIAL) && hide(start->etc_dir) < 0)
		return failed(why, size, "cannot hide", start->etc_dir);
	/* The trial's auditor and engineer share one uid; the key that opens the recordings must not lie open here. */
	if ((start->flags & SESSION_TRIAL) && start->root[0] != '\0' && hide_file(start->root, "auditor.key") < 0)
		return failed(why, size, "cannot hide auditor.key in", start->root);
	r = init_private(plan, why, size);
	if (r < 0)
		return r;
	if (mount("proc", "/proc", "proc", BARRED, NULL) < 0)
		return failed(why, size, "cannot mount", "/proc");
	return 0;
}
