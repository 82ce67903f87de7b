/* SPDX-License-Identifier: ISC */
/* Sets of paths. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/own.h"
#include "player/paths.h"

void
paths_done(struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->items[i]);
	free(paths->items);
	*paths = (struct paths){ 0 };
}

/* One name behind the path so far; ".." takes the last one away. */
static size_t
append(char *to, size_t used, const char *name, size_t count)
{
	if (count == 0 || (count == 1 && name[0] == '.'))
		return used;
	if (count == 2 && name[0] == '.' && name[1] == '.') {
		while (used > 0 && to[--used] != '/')
			;
		return used;
	}
	to[used++] = '/';
	memcpy(to + used, name, count);
	return used + count;
}

static size_t
append_all(char *to, size_t used, const char *path)
{
	while (*path != '\0') {
		size_t count = strcspn(path, "/");

		used = append(to, used, path, count);
		path += count + (path[count] == '/');
	}
	return used;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
paths_unite(struct paths *paths)
{
	size_t kept = 0;

	if (paths->count > 1)
		qsort(paths->items, paths->count, sizeof *paths->items, by_name);
	for (size_t i = 0; i < paths->count; i++) {
		if (kept > 0 && strcmp(paths->items[kept - 1], paths->items[i]) == 0)
			free(paths->items[i]);
		else
			paths->items[kept++] = paths->items[i];
	}
	paths->count = paths->settled = kept;
}

void
paths_add(struct paths *paths, const char *cwd, const char *path)
{
	char *made;
	size_t used = 0;

	if (paths->count == PATHS_MOST)
		return;
	made = own_alloc(strlen(cwd) + strlen(path) + 3);
	if (path[0] != '/')
		used = append_all(made, used, cwd);
	used = append_all(made, used, path);
	if (used == 0)
		made[used++] = '/';
	made[used] = '\0';
	if (paths->count == paths->size) {
		paths->size = paths->size == 0 ? 64 : 2 * paths->size;
		paths->items = own_grow(paths->items, paths->size, sizeof *paths->items);
	}
	paths->items[paths->count++] = made;
	if (paths->count >= 1024 && paths->count >= 2 * paths->settled)
		paths_unite(paths);
}

static bool
is_below(const char *path, const char *tree)
{
	size_t count = strlen(tree);

	return strncmp(path, tree, count) == 0 && (path[count] == '/' || path[count] == '\0' || strcmp(tree, "/") == 0);
}

static size_t
folder_bytes(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) : 0;
}

/* Neighbours of one folder, if they are a crowd, become the folder: never the root, nor what lies in it directly. */
static void
gather(struct paths *paths)
{
	for (size_t i = 0; i < paths->count;) {
		size_t folder = folder_bytes(paths->items[i]), end = i + 1;

		while (end < paths->count && folder_bytes(paths->items[end]) == folder && strncmp(paths->items[i], paths->items[end], folder) == 0)
			end++;
		if (end - i >= PATHS_CROWD && folder > 0)
			for (size_t k = i; k < end; k++)
				paths->items[k][folder] = '\0';
		i = end;
	}
	paths_unite(paths);
}

void
paths_settle(struct paths *paths, const char *const *without)
{
	size_t kept = 0;

	paths_unite(paths);
	gather(paths);
	for (size_t i = 0; i < paths->count; i++) {
		bool goes = kept > 0 && is_below(paths->items[i], paths->items[kept - 1]);

		for (const char *const *tree = without; *tree != NULL && !goes; tree++)
			goes = is_below(paths->items[i], *tree);
		if (goes)
			free(paths->items[i]);
		else
			paths->items[kept++] = paths->items[i];
	}
	paths->count = kept;
}
