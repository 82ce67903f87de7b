/* SPDX-License-Identifier: ISC */
/* A walk that ends: so many entries, so deep. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "recorder/cage/elf.h"
#include "recorder/cage/loose.h"

#define DEEPEST	24

struct walk {
	size_t	  left;
	void	(*each)(const char *path, void *user);
	void	 *user;
};

static void walk_folder(struct walk *walk, int dir, const char *path, int floors);

static void
walk_entry(struct walk *walk, int dir, const char *path, const struct dirent *entry, int floors)
{
	AUTO_FREE char *whole = NULL;
	int below;

	if (asprintf(&whole, "%s/%s", strcmp(path, "/") == 0 ? "" : path, entry->d_name) < 0)
		return;
	if (entry->d_type == DT_REG && elf_is_program(dir, entry->d_name))
		walk->each(whole, walk->user);
	if (entry->d_type != DT_DIR)
		return;
	if (floors == 0) {
		walk->left = 0;
		return;
	}
	below = openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below >= 0)
		walk_folder(walk, below, whole, floors - 1);
}

/* Takes `dir`. */
static void
walk_folder(struct walk *walk, int dir, const char *path, int floors)
{
	DIR *list = fdopendir(dir);
	const struct dirent *entry;

	if (list == NULL) {
		close(dir);
		return;
	}
	while (walk->left > 0 && (entry = readdir(list)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		walk->left--;
		walk_entry(walk, dir, path, entry, floors);
	}
	closedir(list);
}

bool
loose_scan(const char *path, size_t most, void (*each)(const char *path, void *user), void *user)
{
	AUTO_FREE char *real = realpath(path, NULL);
	struct walk walk = { .left = most, .each = each, .user = user };
	int dir;

	if (real == NULL)
		return true;
	dir = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0)
		walk_folder(&walk, dir, real, DEEPEST);
	else if (elf_is_program(AT_FDCWD, real))
		each(real, user);
	return walk.left > 0;
}
