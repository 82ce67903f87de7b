/* SPDX-License-Identifier: ISC */
/* The disk under the state: room for recordings, and whether it is encrypted. */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/doctor/doctor.h"
#include "recorder/policy/policy.h"

#define FREE_BYTES	(UINT64_C(1) << 30)
#define FREE_PART	20	/* a twentieth of the disk */
#define FREE_FILES	1000	/* two for each session that runs */
#define DEEPEST		8	/* devices upon devices */

static void
check_space(struct doctor *d, const struct statvfs *vfs)
{
	uint64_t left = (uint64_t)vfs->f_bavail * vfs->f_frsize;
	uint64_t all = (uint64_t)vfs->f_blocks * vfs->f_frsize;
	char what[512];

	if (left < POLICY_RESERVE)
		snprintf(what, sizeof what, "%lu KiB are left for recordings, less than the %lu MiB that each session is promised: nobody gets in",
		    (unsigned long)(left >> 10), (unsigned long)(POLICY_RESERVE >> 20));
	else
		snprintf(what, sizeof what, "only %lu MiB are left for recordings; below %lu MiB no session is granted", (unsigned long)(left >> 20),
		    (unsigned long)(POLICY_RESERVE >> 20));
	if (left < FREE_BYTES || left < all / FREE_PART)
		doctor_add(d, "disk", NULL, what, "df -h: make room, or give the state a file system of its own");
	snprintf(what, sizeof what, "only %lu more files fit on the disk of the state, and each session makes two", (unsigned long)vfs->f_favail);
	if (vfs->f_files > 0 && vfs->f_favail < FREE_FILES)
		doctor_add(d, "disk", NULL, what, "df -i: remove files, or give the state a file system of its own");
}

/* The device, or one below it, is dm-crypt: its uuid begins with CRYPT-. `folder`: of the device, in /sys. */
static bool
is_crypt(const char *folder, int depth)
{
	AUTO_FREE char *uuid_path = place_path(folder, "dm/uuid", NULL);
	AUTO_FREE char *slaves = place_path(folder, "slaves", NULL);
	AUTO_FREE char *uuid = NULL;
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (fdio_slurp_path(uuid_path, 256, &uuid, NULL) == 0 && strncmp(uuid, "CRYPT-", 6) == 0)
		return true;
	dir = depth < DEEPEST ? opendir(slaves) : NULL;
	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		AUTO_FREE char *below = place_path(slaves, entry->d_name, NULL);

		found = entry->d_name[0] != '.' && is_crypt(below, depth + 1);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

bool
doctor_is_encrypted(const char *folder)
{
	return is_crypt(folder, 0);
}

/* A partition's own folder has no slaves and no dm; what it lies on is not looked at, for encryption is above it. */
bool
doctor_is_open(const char *path)
{
	char device[64];
	struct statfs fs;
	struct stat st;

	if (statfs(path, &fs) < 0 || stat(path, &st) < 0 || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		return false;
	snprintf(device, sizeof device, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
	return !doctor_is_encrypted(device);
}

void
doctor_disk(struct doctor *d, const struct place *place)
{
	struct statvfs vfs;

	if (statvfs(place->state, &vfs) < 0)
		return;
	if ((vfs.f_flag & ST_RDONLY) != 0)
		doctor_add(d, "disk", NULL, "the file system of the state is read-only, so nothing is recorded and nobody gets in",
		    "mount -o remount,rw, after reading why in: dmesg");
	check_space(d, &vfs);
}
