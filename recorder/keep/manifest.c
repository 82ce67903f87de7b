/* SPDX-License-Identifier: ISC */
/* The list of a backup's files. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/id.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "recorder/keep/manifest.h"

#define FILE_NAME	"backup"
#define MOST		(64u * 1024 * 1024)
#define CHUNK		65536

void
manifest_done(struct manifest *manifest)
{
	free(manifest->files);
	*manifest = (struct manifest){ 0 };
}

/* Hashes a file, and writes it to `to` if that is not below zero. */
static int
pump(int from, int to, struct manifest_file *file)
{
	static uint8_t chunk[CHUNK];
	crypto_hash_sha256_state hash;
	ssize_t n;
	int r = 0;

	crypto_hash_sha256_init(&hash);
	while (r == 0 && (n = fdio_pread(from, chunk, sizeof chunk, (off_t)file->bytes)) > 0) {
		crypto_hash_sha256_update(&hash, chunk, (size_t)n);
		file->bytes += n;
		if (to >= 0)
			r = fdio_write(to, chunk, (size_t)n);
	}
	if (r == 0 && n < 0)
		r = (int)n;
	crypto_hash_sha256_final(&hash, file->sha256);
	return r;
}

static int
hash_file(const char *dir, struct manifest_file *file)
{
	AUTO_FREE char *path = place_path(dir, file->name, NULL);
	AUTO_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : pump(fd, -1, file);
}

static void
append(struct manifest *manifest, const struct manifest_file *file)
{
	manifest->files = own_grow(manifest->files, manifest->count + 1, sizeof *file);
	manifest->files[manifest->count++] = *file;
}

int
manifest_add(struct manifest *manifest, const char *dir, const char *name)
{
	struct manifest_file file = { .bytes = 0 };
	int r;

	snprintf(file.name, sizeof file.name, "%s", name);
	r = hash_file(dir, &file);
	if (r == 0)
		append(manifest, &file);
	return r;
}

/* Beside its name first: a copy cut short is never taken for the whole. */
int
manifest_copy(struct manifest *manifest, const char *from, const char *to, const char *name)
{
	AUTO_FREE char *source = place_path(from, name, NULL), *target = place_path(to, name, NULL), *part = NULL;
	AUTO_FD int in = open(source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), out = -1;
	struct manifest_file file = { .bytes = 0 };
	int r;

	if (in < 0)
		return -errno;
	if (asprintf(&part, "%s.part", target) < 0) {
		part = NULL;
		return -ENOMEM;
	}
	out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return -errno;
	snprintf(file.name, sizeof file.name, "%s", name);
	r = pump(in, out, &file);
	if (r == 0 && (fsync(out) < 0 || rename(part, target) < 0))
		r = -errno;
	if (r < 0)
		unlink(part);
	else
		append(manifest, &file);
	return r;
}

bool
manifest_has(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->count; i++)
		if (strcmp(manifest->files[i].name, name) == 0)
			return true;
	return false;
}

int
manifest_write(const struct manifest *manifest, const char *dir)
{
	AUTO_FREE char *path = place_path(dir, FILE_NAME, NULL);
	AUTO_BUF struct buf text = { .max = MOST };
	char hex[65];
	int r = buf_addf(&text, "postern backup v1\ntime %" PRId64 "\nlog %s\nentries %" PRId64 "\n", manifest->time_s, manifest->log, manifest->entries);

	for (size_t i = 0; r == 0 && i < manifest->count; i++)
		r = buf_addf(&text, "file %s %" PRId64 " %s\n", id_hex(manifest->files[i].sha256, 32, hex), manifest->files[i].bytes, manifest->files[i].name);
	return r < 0 ? r : fdio_replace(path, 0600, buf_data(&text), buf_len(&text));
}

/* Only names that a backup has: never one that leads out of its folder. */
const char *const manifest_folders[] = { "rec", "versions", "witness", "out", NULL };

static bool
is_folder(const char *name, const char *slash)
{
	for (size_t i = 0; manifest_folders[i] != NULL; i++)
		if (strlen(manifest_folders[i]) == (size_t)(slash - name) && strncmp(manifest_folders[i], name, (size_t)(slash - name)) == 0)
			return true;
	return false;
}

static bool
is_name(const char *name)
{
	const char *slash = strchr(name, '/');

	bool is_below = slash != NULL && slash == strrchr(name, '/') && is_folder(name, slash);

	return name[0] != '.' && strstr(name, "..") == NULL && (slash == NULL || is_below);
}

static int
read_line(struct manifest *manifest, const char *line)
{
	struct manifest_file file = { .bytes = 0 };
	char hex[65];

	if (sscanf(line, "file %64s %" SCNd64 " %95s", hex, &file.bytes, file.name) == 3) {
		if (!is_name(file.name) || sodium_hex2bin(file.sha256, 32, hex, strlen(hex), NULL, NULL, NULL) != 0)
			return ERR_CONFIG;
		append(manifest, &file);
		return 0;
	}
	if (strncmp(line, "log ", 4) == 0)
		return snprintf(manifest->log, sizeof manifest->log, "%s", line + 4) < (int)sizeof manifest->log ? 0 : ERR_CONFIG;
	if (sscanf(line, "time %" SCNd64, &manifest->time_s) == 1 || sscanf(line, "entries %" SCNd64, &manifest->entries) == 1)
		return 0;
	return ERR_CONFIG;
}

int
manifest_read(struct manifest *manifest, const char *dir)
{
	AUTO_FREE char *path = place_path(dir, FILE_NAME, NULL), *text = NULL;
	char *save = NULL;
	int r = fdio_slurp_path(path, MOST, &text, NULL);
	const char *line = r == 0 ? strtok_r(text, "\n", &save) : NULL;

	if (r < 0)
		return r == -ENOENT ? ERR_CONFIG : r;
	if (line == NULL || strcmp(line, "postern backup v1") != 0)
		return ERR_CONFIG;
	while (r == 0 && (line = strtok_r(NULL, "\n", &save)) != NULL)
		r = read_line(manifest, line);
	return r;
}

int
manifest_check(const struct manifest *manifest, const char *dir, const char **name)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < manifest->count; i++) {
		struct manifest_file file = { .bytes = 0 };

		memcpy(file.name, manifest->files[i].name, sizeof file.name);
		*name = manifest->files[i].name;
		r = hash_file(dir, &file);
		if (r == 0 && (file.bytes != manifest->files[i].bytes || memcmp(file.sha256, manifest->files[i].sha256, 32) != 0))
			r = ERR_STORE_DAMAGED;
	}
	return r;
}
