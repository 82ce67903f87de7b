/* SPDX-License-Identifier: ISC */
/* Slots that change their wrapping in place, and what a power cut in the middle of it leaves. */
#include "config.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/rewrap.h"
#include "lib/store/slot.h"

#define BLOCK	4096
#define RECORDS	(BLOCK / SLOTS_RECORD)

static const char magic[8] = "SLOTREDO";

struct redo {
	char		magic[8];
	uint64_t	offset;		/* big-endian */
	uint8_t		sha256[SECRET_SHA256];
	uint8_t		zero[16];
	uint8_t		block[BLOCK];
};

_Static_assert(sizeof(struct redo) == 64 + BLOCK, "no padding in slots.redo");

/* In secret memory. */
struct rewrap {
	struct redo	redo;
	uint8_t		block[BLOCK];	/* as it stands in the file */
};

static void
redo_hash(const struct redo *redo, uint8_t hash[SECRET_SHA256])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)redo, 16);
	crypto_hash_sha256_update(&state, redo->zero, sizeof redo->zero + BLOCK);
	crypto_hash_sha256_final(&state, hash);
}

/* ---- after a power cut ---- */

static int
mend_record(int fd, uint32_t unit, const uint8_t *from)
{
	AUTO_SECRET uint8_t *record = secret_new(SLOTS_RECORD);
	off_t at = (off_t)unit * SLOTS_RECORD;
	struct slot slot;
	ssize_t count = fdio_pread(fd, record, SLOTS_RECORD, at);

	if (count < 0)
		return (int)count;
	if (slot_read(record, unit, &slot) == 0)
		return 0;
	return fdio_pwrite(fd, from, SLOTS_RECORD, at);
}

static int
mend_block(int fd, const struct redo *redo)
{
	uint64_t offset = be64toh(redo->offset);
	uint8_t hash[SECRET_SHA256];
	int r = 0;

	redo_hash(redo, hash);
	if (memcmp(redo->magic, magic, sizeof magic) != 0 || memcmp(hash, redo->sha256, sizeof hash) != 0 || offset % BLOCK != 0 ||
	    offset / SLOTS_RECORD > UINT32_MAX - RECORDS)
		return 0;	/* it was torn itself: then the slots were not touched yet */
	for (uint32_t i = 0; r == 0 && i < RECORDS; i++)
		r = mend_record(fd, (uint32_t)(offset / SLOTS_RECORD) + i, redo->block + (size_t)i * SLOTS_RECORD);
	return r;
}

/* Zeroed in its place first, for else its old blocks would keep slots from being erased. */
static int
redo_remove(int redo_fd, int at)
{
	AUTO_SECRET struct redo *zeros = secret_new(sizeof *zeros);
	int r = fdio_pwrite(redo_fd, zeros, sizeof *zeros, 0);

	if (r == 0 && fdatasync(redo_fd) < 0)
		r = -errno;
	if (r == 0 && (unlinkat(at, REWRAP_FILE, 0) < 0 || fsync(at) < 0))
		r = -errno;
	return r;
}

int
rewrap_mend(int fd, int at)
{
	AUTO_FD int redo_fd = openat(at, REWRAP_FILE, O_RDWR | O_DSYNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	AUTO_SECRET struct redo *redo = NULL;
	struct stat status;
	ssize_t count;
	int r = 0;

	if (redo_fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(redo_fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return ERR_SLOT_DAMAGED;
	redo = secret_new(sizeof *redo);
	count = fdio_pread(redo_fd, redo, sizeof *redo, 0);
	if (count < 0)
		return (int)count;
	if (count == sizeof *redo)
		r = mend_block(fd, redo);
	return r < 0 ? r : redo_remove(redo_fd, at);
}

/* ---- looking ---- */

static void
survey_one(const struct slots *slots, const struct slot *slot, struct survey *survey)
{
	const struct wrap *wrap = slot->is_wrapped ? wraps_find(slots->wraps, slot->wrap_id) : NULL;

	if (!slot->is_wrapped)
		survey->plain++;
	else if (wrap == NULL) {
		survey->other++;
		memcpy(survey->other_id, slot->wrap_id, WRAP_ID);
	} else if (wrap == &slots->wraps->keys[0])
		survey->now++;
	else
		survey->old++;
}

int
slots_survey(struct slots *slots, struct survey *survey)
{
	AUTO_SECRET uint8_t *block = secret_new(BLOCK);
	struct slot slot;
	off_t at = 0;
	ssize_t count;

	*survey = (struct survey){ 0 };
	if (slots->fd < 0)
		return ERR_SLOTS_MISSING;
	while ((count = fdio_pread(slots->fd, block, BLOCK, at)) > 0) {
		for (ssize_t i = 0; i + SLOTS_RECORD <= count; i += SLOTS_RECORD)
			if (slot_read(block + i, (uint32_t)((at + i) / SLOTS_RECORD), &slot) == 0 && slot.state == SLOT_LIVE)
				survey_one(slots, &slot, survey);
		at += count;
	}
	return (int)count;
}

/* ---- wrapping ---- */

/* 1 if the record has another wrapping now, 0 if it needs none. */
static int
rewrap_record(const struct wraps *wraps, uint8_t *record, uint32_t unit)
{
	const struct wrap *wrap;
	struct slot slot;

	if (slot_read(record, unit, &slot) < 0 || slot.state != SLOT_LIVE)
		return 0;	/* a damaged one is said where it is asked for */
	wrap = slot.is_wrapped ? wraps_find(wraps, slot.wrap_id) : NULL;
	if (slot.is_wrapped && wrap == NULL)
		return ERR_WRAP_WRONG;
	if (wrap == &wraps->keys[0])
		return 0;
	if (wrap != NULL)
		wrap_apply(wrap, &slot, record + SLOT_AT_KEY);
	wrap_apply(&wraps->keys[0], &slot, record + SLOT_AT_KEY);
	slot.is_wrapped = true;
	memcpy(slot.wrap_id, wraps->keys[0].id, WRAP_ID);
	slot_put(record, &slot);
	return 1;
}

/* redo->block becomes the new form of `block`: how many records differ. */
static int
rewrap_block(const struct wraps *wraps, struct rewrap *rewrap, off_t at)
{
	int changed = 0;

	memcpy(rewrap->redo.block, rewrap->block, BLOCK);
	for (uint32_t i = 0; i < RECORDS; i++) {
		int r = rewrap_record(wraps, rewrap->redo.block + (size_t)i * SLOTS_RECORD, (uint32_t)(at / SLOTS_RECORD) + i);

		if (r < 0)
			return r;
		changed += r;
	}
	return changed;
}

/* To the side, then in place, then read back. Both descriptors write through. */
static int
write_block(const struct slots *slots, int redo_fd, struct rewrap *rewrap, off_t at)
{
	struct redo *redo = &rewrap->redo;
	ssize_t count;
	int r;

	memcpy(redo->magic, magic, sizeof magic);
	redo->offset = htobe64((uint64_t)at);
	redo_hash(redo, redo->sha256);
	r = fdio_pwrite(redo_fd, redo, sizeof *redo, 0);
	if (r == 0)
		r = fdio_pwrite(slots->fd, redo->block, BLOCK, at);
	if (r == 0 && fdatasync(slots->fd) < 0)
		r = -errno;
	if (r < 0)
		return r;
	posix_fadvise(slots->fd, at, BLOCK, POSIX_FADV_DONTNEED);
	count = fdio_pread(slots->fd, rewrap->block, BLOCK, at);
	if (count != BLOCK)
		return count < 0 ? (int)count : ERR_SLOT_DAMAGED;
	return sodium_memcmp(rewrap->block, redo->block, BLOCK) == 0 ? 0 : ERR_SLOT_DAMAGED;
}

static int
rewrap_all(struct slots *slots, int redo_fd, uint32_t *count)
{
	AUTO_SECRET struct rewrap *rewrap = secret_new(sizeof *rewrap);
	ssize_t got;
	int r = 0;

	for (off_t at = 0; r == 0 && (got = fdio_pread(slots->fd, rewrap->block, BLOCK, at)) != 0; at += BLOCK) {
		if (got < 0)
			return (int)got;
		memset(rewrap->block + got, 0, BLOCK - (size_t)got);
		r = rewrap_block(slots->wraps, rewrap, at);
		*count += r > 0 ? (uint32_t)r : 0;
		if (r > 0)
			r = write_block(slots, redo_fd, rewrap, at);
	}
	return r;
}

int
slots_rewrap(struct slots *slots, const char *dir, uint32_t *count)
{
	AUTO_FD int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int redo_fd = -1;
	int r;

	*count = 0;
	if (slots->wraps == NULL || slots->wraps->count == 0)
		return ERR_WRAP_MISSING;
	if (at < 0)
		return -errno;
	redo_fd = openat(at, REWRAP_FILE, O_RDWR | O_CREAT | O_DSYNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (redo_fd < 0)
		return -errno;
	r = posix_fallocate(redo_fd, 0, sizeof(struct redo));
	if (r != 0)
		return -r;
	if (fsync(redo_fd) < 0 || fsync(at) < 0)
		return -errno;
	r = rewrap_all(slots, redo_fd, count);
	return r < 0 ? r : redo_remove(redo_fd, at);
}
