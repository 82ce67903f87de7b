/* SPDX-License-Identifier: ISC */
/* The list of findings, and the looks at files and disk. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/client/doctor.h"

#define FREE_BYTES	(UINT64_C(1) << 30)
#define FREE_PART	20	/* a twentieth of the disk */
#define MOST_WHO	512	/* bytes; who comes after that is "..." */

void
doctor_done(struct doctor *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->findings[i].area);
		free(d->findings[i].what);
		free(d->findings[i].fix);
		free(d->findings[i].who);
	}
	for (size_t i = 0; i < d->skipped_count; i++)
		free(d->skipped[i]);
	free(d->findings);
	free(d->skipped);
	*d = (struct doctor){ 0 };
}

static void
add_who(struct finding *f, const char *who)
{
	size_t count = strlen(f->who);
	char *longer;

	if (count >= MOST_WHO)
		return;
	if (count + strlen(who) + 2 >= MOST_WHO)
		who = "...";
	if (asprintf(&longer, "%s%s%s", f->who, count > 0 ? ", " : "", who) < 0)
		return;
	free(f->who);
	f->who = longer;
}

void
doctor_add(struct doctor *d, const char *area, const char *who, const char *what, const char *fix)
{
	struct finding *f = NULL;

	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->findings[i].what, what) == 0 && strcmp(d->findings[i].fix, fix) == 0)
			f = &d->findings[i];
	if (f == NULL) {
		d->findings = own_grow(d->findings, d->count + 1, sizeof *f);
		f = &d->findings[d->count++];
		*f = (struct finding){ own_dup(area), own_dup(what), own_dup(fix), own_dup("") };
	}
	if (who != NULL)
		add_who(f, who);
}

void
doctor_skip(struct doctor *d, const char *what)
{
	d->skipped = own_grow(d->skipped, d->skipped_count + 1, sizeof *d->skipped);
	d->skipped[d->skipped_count++] = own_dup(what);
}

/* What a file or folder must be like. */
struct wish {
	uint32_t	owner;
	mode_t		forbidden;	/* bits that must not be set */
	const char	*command;	/* that takes them away */
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

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			check_file(d, file, wish);
	}
	closedir(dir);
}

void
doctor_files(struct doctor *d, const struct place *place, uint32_t owner)
{
	const struct wish secret = { owner, S_IRWXG | S_IRWXO, "chmod go=" };
	const struct wish settings = { place->root == NULL ? 0 : owner, S_IWGRP | S_IWOTH, "chmod go-w" };
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

void
doctor_disk(struct doctor *d, const struct place *place)
{
	char what[512];
	struct statvfs vfs;
	uint64_t left, all;

	if (statvfs(place->state, &vfs) < 0)
		return;
	left = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	all = (uint64_t)vfs.f_blocks * vfs.f_frsize;
	if (left >= FREE_BYTES && left >= all / FREE_PART)
		return;
	snprintf(what, sizeof what, "only %lu MiB are left for recordings; without space no session is granted",
	    (unsigned long)(left >> 20));
	doctor_add(d, "disk", NULL, what, "df -h: make room, or give the state a file system of its own");
}
