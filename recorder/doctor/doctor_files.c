/* SPDX-License-Identifier: ISC */
/* Owners and modes of files. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/doctor/doctor.h"

/* What a file or folder must be like. */
struct wish {
	uint32_t	owner;
	mode_t		forbidden;	/* bits that must not be set */
	const char	*command;	/* that takes them away */
	const char	*open;		/* a file that anybody may read; "" if there is none */
};

static void
check_file(struct doctor *d, const char *path, const struct wish *wish)
{
	char what[1024], fix[1024];
	struct stat st;

	if (lstat(path, &st) < 0 || S_ISLNK(st.st_mode))
		return;
	if (st.st_uid != wish->owner) {
		snprintf(what, sizeof what, "%s belongs to uid %lu", path, (unsigned long)st.st_uid);
		snprintf(fix, sizeof fix, "chown %lu %s", (unsigned long)wish->owner, path);
		doctor_add(d, "files", NULL, what, fix);
	}
	if ((st.st_mode & wish->forbidden) != 0) {
		snprintf(what, sizeof what, "%s has mode %04o, which lets others in", path, (unsigned)st.st_mode & 07777);
		snprintf(fix, sizeof fix, "%s %s", wish->command, path);
		doctor_add(d, "files", NULL, what, fix);
	}
}

/* A folder and what lies directly in it. */
static void
check_folder(struct doctor *d, const char *path, const struct wish *wish)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	check_file(d, path, wish);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		AUTO_FREE char *file = place_path(path, entry->d_name, NULL);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && strcmp(entry->d_name, wish->open) != 0)
			check_file(d, file, wish);
	}
	closedir(dir);
}

void
doctor_files(struct doctor *d, const struct place *place, uint32_t owner)
{
	const struct wish secret = { owner, S_IRWXG | S_IRWXO, "chmod go=", "log.pub" };
	const struct wish settings = { place->root == NULL ? 0 : owner, S_IWGRP | S_IWOTH, "chmod go-w", "" };
	AUTO_FREE char *roles = place_path(place->etc, "roles.d", NULL);
	AUTO_FREE char *rules = place_path(place->etc, "rules.d", NULL);
	AUTO_FREE char *recordings = place_path(place->state, "rec", NULL);
	struct stat st;

	check_folder(d, place->etc, &settings);
	check_folder(d, roles, &settings);
	check_folder(d, rules, &settings);
	if (lstat(place->state, &st) < 0) {
		doctor_skip(d, errno == ENOENT ? "the state: no gate has run here yet" : "the state: only root may look");
		return;
	}
	check_folder(d, place->state, &secret);
	check_folder(d, recordings, &secret);
}
