/* SPDX-License-Identifier: ISC */
/* The layout on disk. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"

char *
place_path(const char *base, const char *a, const char *b)
{
	char *path;

	if (asprintf(&path, b != NULL ? "%s/%s/%s" : "%s/%s", base, a, b) < 0)
		log_fatal("out of memory");
	return path;
}

void
place_init(struct place *place, const char *root)
{
	char here[PATH_MAX];

	*place = (struct place){ 0 };
	if (root == NULL) {
		place->run = own_dup(POSTERN_RUNDIR);
		place->state = own_dup(POSTERN_STATEDIR);
		place->etc = own_dup(POSTERN_SYSCONFDIR);
		return;
	}
	if (root[0] != '/' && getcwd(here, sizeof here) != NULL)
		place->root = place_path(here, root, NULL);
	else
		place->root = own_dup(root);
	place->run = place_path(place->root, "run", NULL);
	place->state = place_path(place->root, "state", NULL);
	place->etc = place_path(place->root, "etc", NULL);
}

void
place_done(struct place *place)
{
	free(place->root);
	free(place->run);
	free(place->state);
	free(place->etc);
	*place = (struct place){ 0 };
}

static const char *const rooms[] = { "recorder", "console", "player" };

#define ROOMS	(sizeof rooms / sizeof rooms[0])

/* Our program `name` in one of the rooms below `top`; NULL if it is in none. */
static char *
in_rooms(const char *top, const char *name)
{
	for (size_t i = 0; i < ROOMS; i++) {
		char *path = place_path(top, rooms[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

/* `self` is TOP/ROOM/PROGRAM. It is cut. */
static char *
beside_room(char *self, const char *name)
{
	char *slash = strrchr(self, '/');

	if (slash == NULL)
		return NULL;
	*slash = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash != NULL && i < ROOMS; i++)
		if (strcmp(slash + 1, rooms[i]) == 0) {
			*slash = '\0';
			return in_rooms(self, name);
		}
	return NULL;
}

/* `self` is TOP/tests/ANYTHING. It is cut. */
static char *
beside_tests(char *self, const char *name)
{
	char *tests = NULL;

	for (char *at = strstr(self, "/tests/"); at != NULL; at = strstr(at + 1, "/tests/"))
		tests = at;
	if (tests == NULL)
		return NULL;
	*tests = '\0';
	return in_rooms(self, name);
}

/* In a build tree the programs lie in recorder/, console/ and player/, side by side under one folder. */
static char *
beside(const char *name)
{
	char self[PATH_MAX];
	char again[PATH_MAX];
	ssize_t count = readlink("/proc/self/exe", self, sizeof self - 1);
	char *path;

	if (count <= 0)
		return NULL;
	self[count] = '\0';
	memcpy(again, self, (size_t)count + 1);
	path = beside_room(self, name);
	return path != NULL ? path : beside_tests(again, name);
}

char *
place_program(const char *name)
{
	static const char *const folders[] = { POSTERN_LIBEXECDIR, POSTERN_SBINDIR, POSTERN_BINDIR };
	char *path = beside(name);

	for (size_t i = 0; path == NULL && i < sizeof folders / sizeof folders[0]; i++) {
		path = place_path(folders[i], name, NULL);
		if (access(path, X_OK) < 0 && i + 1 < sizeof folders / sizeof folders[0]) {
			free(path);
			path = NULL;
		}
	}
	return path;
}
