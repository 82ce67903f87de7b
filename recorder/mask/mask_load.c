/* SPDX-License-Identifier: ISC */
/* Files and folders of masking rules. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/mask/mask_rules.h"

#define MOST_BYTES	(1024 * 1024)	/* of one file */
#define MOST_FILES	256

struct files {
	struct mask_text	 texts[MOST_FILES];
	char			*names[MOST_FILES];	/* what the texts point to */
	char			*bytes[MOST_FILES];
	size_t			 count;
	struct buf		*errors;
};

static int
refuse(const struct files *files, const char *name, const char *why)
{
	buf_addf(files->errors, "%s: %s\n", name, why);
	return ERR_MASK_RULES;
}

static int
add_file(struct files *files, const char *path)
{
	char *text;
	size_t count;
	int r;

	if (files->count == MOST_FILES)
		return refuse(files, path, "these are too many files");
	r = fdio_slurp_path(path, MOST_BYTES, &text, &count);
	if (r < 0) {
		refuse(files, path, err_text(r));
		return r;
	}
	files->names[files->count] = own_dup(path);
	files->bytes[files->count] = text;
	files->texts[files->count] = (struct mask_text){ files->names[files->count], text, count };
	files->count++;
	return 0;
}

static int
is_rules_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".yaml") == 0;
}

/* Bytewise, so that the order is the same in every locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
add_path(struct files *files, const char *path)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_rules_file, by_name);
	int r = 0;

	if (count < 0 && errno == ENOTDIR)
		return add_file(files, path);
	if (count < 0) {
		r = -errno;
		refuse(files, path, strerror(errno));
		return r;
	}
	for (int i = 0; i < count; i++) {
		AUTO_FREE char *file = place_path(path, entries[i]->d_name, NULL);

		if (r == 0)
			r = add_file(files, file);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int
mask_rules_load(const char *const *paths, size_t count, struct mask_rules **rules, struct buf *errors)
{
	AUTO_FREE struct files *files = own_alloc(sizeof *files);
	int r = 0;

	files->errors = errors;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_path(files, paths[i]);
	if (r == 0)
		r = mask_rules_parse(files->texts, files->count, rules, errors);
	for (size_t i = 0; i < files->count; i++) {
		free(files->names[i]);
		free(files->bytes[i]);
	}
	return r;
}
