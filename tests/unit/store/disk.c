/* SPDX-License-Identifier: ISC */
/* A layer between SQLite and its files that remembers, and what a power cut makes of what it remembers. */
#include "config.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "tests/unit/store/disk.h"

#define SECTOR	512

enum which { MAIN, AHEAD, FILES, OTHER = FILES };
enum what { WRITE, CUT, SYNC };	/* CUT: the file ends at `offset` */

struct act {
	enum which	 file;
	enum what	 what;
	int64_t		 offset;
	size_t		 count;
	uint8_t		*bytes;
};

struct disk {
	sqlite3_vfs	 vfs;
	sqlite3_vfs	*real;
	struct act	*acts;
	size_t		 count, room;
};

struct file {
	sqlite3_file	 base;
	struct disk	*disk;
	enum which	 which;
	sqlite3_file	*real;	/* behind this one */
};

static void
remember(struct file *file, enum what what, int64_t offset, const void *bytes, size_t count)
{
	struct disk *disk = file->disk;
	struct act act = { .file = file->which, .what = what, .offset = offset, .count = count };

	if (file->which == OTHER)
		return;
	if (count > 0) {
		act.bytes = own_alloc(count);
		memcpy(act.bytes, bytes, count);
	}
	if (disk->count == disk->room) {
		disk->room = disk->room * 2 + 1024;
		disk->acts = own_grow(disk->acts, disk->room, sizeof *disk->acts);
	}
	disk->acts[disk->count++] = act;
}

/* ---- SQLite's methods: all go on to the real file --------------------------------------------------------------- */

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct file *)f)->real;
}

static int
file_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int
file_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), to, n, at);
}

static int
file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real(f)->pMethods->xFileSize(real(f), size);
}

static int
file_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int
file_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
file_reserved(sqlite3_file *f, int *is)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), is);
}

static int
file_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int
file_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
file_traits(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
file_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), at, n, flags);
}

static void
file_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
file_shm_unmap(sqlite3_file *f, int gone)
{
	return real(f)->pMethods->xShmUnmap(real(f), gone);
}

static int
file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **at)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, at);
}

static int
file_write(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 at)
{
	remember((struct file *)f, WRITE, at, bytes, (size_t)count);
	return real(f)->pMethods->xWrite(real(f), bytes, count, at);
}

static int
file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	remember((struct file *)f, CUT, size, NULL, 0);
	return real(f)->pMethods->xTruncate(real(f), size);
}

/* What SQLite calls synced is: only then is the sync remembered. */
static int
file_sync(sqlite3_file *f, int flags)
{
	int code = real(f)->pMethods->xSync(real(f), flags);

	if (code == SQLITE_OK)
		remember((struct file *)f, SYNC, 0, NULL, 0);
	return code;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate, .xSync = file_sync,
	.xFileSize = file_size, .xLock = file_lock, .xUnlock = file_unlock, .xCheckReservedLock = file_reserved,
	.xFileControl = file_control, .xSectorSize = file_sector, .xDeviceCharacteristics = file_traits, .xShmMap = file_shm_map,
	.xShmLock = file_shm_lock, .xShmBarrier = file_shm_barrier, .xShmUnmap = file_shm_unmap,
};

static int
disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct disk *disk = (struct disk *)vfs->pAppData;
	struct file *file = (struct file *)f;
	int code;

	*file = (struct file){ .disk = disk, .which = OTHER, .real = (sqlite3_file *)(file + 1) };
	if ((flags & SQLITE_OPEN_MAIN_DB) != 0)
		file->which = MAIN;
	else if ((flags & SQLITE_OPEN_WAL) != 0)
		file->which = AHEAD;
	code = disk->real->xOpen(disk->real, name, file->real, flags, out);
	f->pMethods = file->real->pMethods != NULL ? &methods : NULL;
	return code;
}

struct disk *
disk_watch(void)
{
	struct disk *disk = own_alloc(sizeof *disk);

	disk->real = sqlite3_vfs_find(NULL);
	disk->vfs = *disk->real;	/* all but opening is done by the real one's functions, which look at no file of ours */
	disk->vfs.pNext = NULL;
	disk->vfs.zName = "remembers";
	disk->vfs.szOsFile = (int)sizeof(struct file) + disk->real->szOsFile;
	disk->vfs.xOpen = disk_open;
	disk->vfs.pAppData = disk;
	assert_int_equal(sqlite3_vfs_register(&disk->vfs, 1), SQLITE_OK);
	return disk;
}

void
disk_unwatch(struct disk *disk)
{
	sqlite3_vfs_unregister(&disk->vfs);
	assert_int_equal(sqlite3_vfs_register(disk->real, 1), SQLITE_OK);
}

void
disk_free(struct disk *disk)
{
	for (size_t i = 0; i < disk->count; i++)
		free(disk->acts[i].bytes);
	free(disk->acts);
	free(disk);
}

size_t
disk_now(const struct disk *disk)
{
	return disk->count;
}

uint64_t
disk_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* ---- what is left after a cut ------------------------------------------------------------------------------------- */

struct image {
	uint8_t	*bytes;
	size_t	 count, room;
};

static void
image_put(struct image *image, size_t at, const uint8_t *bytes, size_t count)
{
	size_t end = at + count;

	if (end > image->room) {
		image->bytes = own_grow(image->bytes, 2 * end, 1);
		memset(image->bytes + image->room, 0, 2 * end - image->room);
		image->room = 2 * end;
	}
	memcpy(image->bytes + at, bytes, count);
	if (end > image->count)
		image->count = end;
}

static void
image_end(struct image *image, size_t count)
{
	if (count >= image->count)
		return;
	memset(image->bytes + count, 0, image->count - count);
	image->count = count;
}

/* Sector by sector: there, not there, or the beginning of it. */
static void
image_maybe(struct image *image, const struct act *act, uint64_t *seed)
{
	for (size_t done = 0; done < act->count;) {
		size_t at = (size_t)act->offset + done, part = SECTOR - at % SECTOR;
		uint64_t luck = disk_random(seed) >> 40;

		if (part > act->count - done)
			part = act->count - done;
		if (luck % 8 < 4)
			image_put(image, at, act->bytes + done, part);
		else if (luck % 8 == 4)
			image_put(image, at, act->bytes + done, (luck >> 3) % part + 1);
		done += part;
	}
}

static void
act_on(struct image *image, const struct act *act, bool is_sure, uint64_t *seed)
{
	if (act->what == WRITE && is_sure)
		image_put(image, (size_t)act->offset, act->bytes, act->count);
	else if (act->what == WRITE)
		image_maybe(image, act, seed);
	else if (act->what == CUT && (is_sure || disk_random(seed) % 2 == 0))
		image_end(image, (size_t)act->offset);
}

static void
cut_file(const struct disk *disk, enum which which, size_t point, uint64_t *seed, const char *path)
{
	struct image image = { 0 };
	size_t sure = 0;

	for (size_t i = 0; i < point; i++)
		if (disk->acts[i].file == which && disk->acts[i].what == SYNC)
			sure = i;
	for (size_t i = 0; i < point; i++)
		if (disk->acts[i].file == which)
			act_on(&image, &disk->acts[i], i < sure, seed);
	assert_int_equal(fdio_replace(path, 0600, image.count > 0 ? (const void *)image.bytes : "", image.count), 0);
	free(image.bytes);
}

void
disk_cut(const struct disk *disk, size_t point, uint64_t *seed, const char *dir)
{
	char path[512];

	snprintf(path, sizeof path, "%s/catalogue.db", dir);
	cut_file(disk, MAIN, point, seed, path);
	snprintf(path, sizeof path, "%s/catalogue.db-wal", dir);
	cut_file(disk, AHEAD, point, seed, path);
	snprintf(path, sizeof path, "%s/catalogue.db-shm", dir);
	remove(path);
}
