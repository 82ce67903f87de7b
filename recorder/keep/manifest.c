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
#include <sys/stat.h>
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

/*
 * The folder of `name`, and its last part. The folders below belong to the gate's account, which could have put a link there;
 * whoever copies may be root.
 */
static int
open_folder(const char *dir, const char *name, const char **base)
{
	const char *slash = strchr(name, '/');
	AUTO_FD int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char folder[MANIFEST_NAME];
	int fd;

	*base = slash != NULL ? slash + 1 : name;
	if (top < 0)
		return -errno;
	if (slash == NULL)
		return TAKE(top, -1);
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
	fd = openat(top, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* A file, and neither a link to one nor a pipe that keeps whoever reads it. */
static int
open_file(const char *dir, const char *name)
{
	const char *base;
	AUTO_FD int folder = open_folder(dir, name, &base), fd = -1;
	struct stat is;

	if (folder < 0)
		return folder;
	fd = openat(folder, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &is) < 0)
		return -errno;
	return S_ISREG(is.st_mode) ? TAKE(fd, -1) : -EINVAL;
}

static int
hash_file(const char *dir, struct manifest_file *file)
{
	AUTO_FD int fd = open_file(dir, file->name);

	return fd < 0 ? fd : pump(fd, -1, file);
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
static int
write_file(int in, int folder, const char *base, struct manifest_file *file)
{
	char part[MANIFEST_NAME + 8];
	AUTO_FD int out = -1;
	int r;

	snprintf(part, sizeof part, "%s.part", base);
	unlinkat(folder, part, 0);
	out = openat(folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return -errno;
	r = pump(in, out, file);
	if (r == 0 && (fsync(out) < 0 || renameat(folder, part, folder, base) < 0 || fsync(folder) < 0))
		r = -errno;
	if (r < 0)
		unlinkat(folder, part, 0);
	return r;
}

int
manifest_copy(struct manifest *manifest, const char *from, const char *to, const char *name)
{
	AUTO_FD int in = open_file(from, name), folder = -1;
	struct manifest_file file = { .bytes = 0 };
	const char *base;
	int r;

	if (in < 0)
		return in;
	folder = open_folder(to, name, &base);
	if (folder < 0)
		return folder;
	snprintf(file.name, sizeof file.name, "%s", name);
	r = write_file(in, folder, base, &file);
	if (r == 0)
		append(manifest, &file);
	return r;
}

int
manifest_give(const char *dir, const char *name, uid_t uid, gid_t gid)
{
	const char *base;
	AUTO_FD int folder = open_folder(dir, name, &base);

	if (folder < 0)
		return folder;
	return fchownat(folder, base, uid, gid, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
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

const char *const manifest_folders[] = { "rec", "versions", "witness", "out", NULL };

static bool
is_folder(const char *name, const char *slash)
{
	for (size_t i = 0; manifest_folders[i] != NULL; i++)
		if (strlen(manifest_folders[i]) == (size_t)(slash - name) && strncmp(manifest_folders[i], name, (size_t)(slash - name)) == 0)
			return true;
	return false;
}

/* Only names that a backup has: never one that leads out of its folder, and no key slots. */
bool
manifest_is_name(const char *name)
{
	static const char *const above[] = { "catalogue.db", "log.pub", "log.key", "pseudonyms.key" };
	const char *slash = strchr(name, '/');
	bool is_known = slash != NULL && is_folder(name, slash) && slash[1] != '.';

	for (size_t i = 0; i < sizeof above / sizeof above[0]; i++)
		is_known = is_known || strcmp(name, above[i]) == 0;
	if (slash != NULL && (strchr(slash + 1, '/') != NULL || slash[1] == '\0'))
		return false;
	return is_known && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")] == '\0';
}

static int
read_line(struct manifest *manifest, const char *line)
{
	struct manifest_file file = { .bytes = 0 };
	char hex[65];

	if (sscanf(line, "file %64s %" SCNd64 " %95s", hex, &file.bytes, file.name) == 3) {
		if (!manifest_is_name(file.name) || sodium_hex2bin(file.sha256, 32, hex, strlen(hex), NULL, NULL, NULL) != 0)
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
