/* SPDX-License-Identifier: ISC */
/* A set of paths that grows, and is then brought into the form of a rule: sorted, without doubles, folders for crowds. */
#ifndef POSTERN_PLAYER_PATHS_H
#define POSTERN_PLAYER_PATHS_H

#include <stddef.h>

#define PATHS_MOST	200000	/* more are not taken in; long before, folders stand for them */
#define PATHS_CROWD	4	/* so many files of one folder become the folder */

struct paths {
	char	**items;
	size_t	 count, size, settled;
};

/* Absolute, without "." and ".." and doubled slashes; `cwd` is for a path that is not. */
void	paths_add(struct paths *paths, const char *cwd, const char *path);

/* Sorted, each once, and nothing else. */
void	paths_unite(struct paths *paths);

/* Nothing that lies in the trees of `without` (NULL at the end), and nothing below something else that stays. */
void	paths_settle(struct paths *paths, const char *const *without);

void	paths_done(struct paths *paths);

#endif
