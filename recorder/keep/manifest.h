/* SPDX-License-Identifier: ISC */
/*
 * What is in a backup: the file `backup` in its folder, lines of text.
 *
 *	postern backup v1 | time UNIX | log VKEY | entries N | file SHA256 BYTES NAME ...
 */
#ifndef POSTERN_RECORDER_KEEP_MANIFEST_H
#define POSTERN_RECORDER_KEEP_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/proof/note.h"

#define MANIFEST_NAME	96	/* room for a file's name below the folder */

extern const char *const manifest_folders[];	/* those in which files may lie, ended by NULL */

struct manifest_file {
	char	name[MANIFEST_NAME];
	int64_t	bytes;
	uint8_t	sha256[32];
};

struct manifest {
	int64_t			 time_s;
	int64_t			 entries;	/* of the log */
	char			 log[NOTE_VKEY];	/* "" if it had no key yet */
	struct manifest_file	*files;
	size_t			 count;
};

#define AUTO_MANIFEST	__attribute__((cleanup(manifest_done)))

void	manifest_done(struct manifest *manifest);

/* Copies FROM/name to TO/name, on the disk when this returns, mode 0600, and adds it. -ENOENT if there is none; links are not
 * followed below FROM and TO, and what is no ordinary file is -EINVAL. */
int	manifest_copy(struct manifest *manifest, const char *from, const char *to, const char *name);

/* Gives a file, or a link by itself, to an account. 0 or -errno. */
int	manifest_give(const char *dir, const char *name, uid_t uid, gid_t gid);

/* A name that the list can have: of the files above, or of plain characters in one of the folders. */
bool	manifest_is_name(const char *name);

/* Adds a file that is there already. */
int	manifest_add(struct manifest *manifest, const char *dir, const char *name);
bool	manifest_has(const struct manifest *manifest, const char *name);

/* 0, ERR_CONFIG (no such file, or not a manifest's text), -errno. */
int	manifest_write(const struct manifest *manifest, const char *dir);
int	manifest_read(struct manifest *manifest, const char *dir);

/* Its files against their hashes: 0; ERR_STORE_DAMAGED and the name of the first that is another one; -errno. */
int	manifest_check(const struct manifest *manifest, const char *dir, const char **name);

#endif
