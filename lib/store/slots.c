/* SPDX-License-Identifier: ISC */
/* The file of key slots: made, read, and zeroed in place. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/store/rewrap.h"
#include "lib/store/slot.h"
#include "lib/store/slots.h"

#define SLOTS_GROW	INT64_C(65536)	/* the file grows by this many bytes of zeros */

static off_t
offset_of(uint32_t unit)
{
	return (off_t)unit * SLOTS_RECORD;
}

/* The record into slots->record; what lies behind the end of the file reads as zeros, as it does before it is used. */
static int
record_load(struct slots *slots, uint32_t unit)
{
	ssize_t count;

	if (slots->fd < 0)
		return ERR_SLOTS_MISSING;
	sodium_memzero(slots->record, SLOTS_RECORD);
	count = fdio_pread(slots->fd, slots->record, SLOTS_RECORD, offset_of(unit));
	return count < 0 ? (int)count : 0;
}

static int
file_make(int dir)
{
	AUTO_FD int fd = openat(dir, SLOTS_FILE, O_RDWR | O_CREAT | O_EXCL | O_DSYNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	r = posix_fallocate(fd, 0, SLOTS_GROW);
	if (r != 0)
		return -r;
	if (fsync(fd) < 0 || fsync(dir) < 0)
		return -errno;
	return 0;
}

int
slots_open(struct slots *slots, const char *dir, bool create, bool readonly)
{
	AUTO_FD int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int fd = -1;
	struct stat status;
	int r;

	*slots = (struct slots){ .fd = -1 };
	if (at < 0)
		return -errno;
	r = create ? file_make(at) : 0;
	if (r < 0)
		return r;
	fd = openat(at, SLOTS_FILE, (readonly ? O_RDONLY : O_RDWR) | O_DSYNC | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? ERR_SLOT_DAMAGED : -errno;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return ERR_SLOT_DAMAGED;
	if (!readonly && (status.st_mode & 077) != 0)
		return ERR_KEY_OPEN;
	r = readonly ? 0 : rewrap_mend(fd, at);
	if (r < 0)
		return r;
	slots->fd = TAKE(fd, -1);
	slots->record = secret_new(SLOTS_RECORD);
	return 0;
}

void
slots_close(struct slots *slots)
{
	own_close(&slots->fd);
	secret_free(slots->record);
	slots->record = NULL;
}

int
slots_check(const struct slots *slots)
{
	struct stat status;

	if (fstat(slots->fd, &status) < 0)
		return -errno;
	return status.st_nlink == 0 ? ERR_SLOTS_MISSING : 0;
}

int
slots_used(struct slots *slots, bool *used)
{
	int r = record_load(slots, 1);	/* numbers are given from 1 upwards */

	if (r == 0)
		*used = sodium_is_zero(slots->record, SLOTS_RECORD) != 1;
	sodium_memzero(slots->record, SLOTS_RECORD);
	return r;
}

/* Room for the record, as zeros, before a key is written: a full disk is then noticed while nothing is lost. */
static int
file_grow(int fd, off_t end)
{
	struct stat status;
	int r;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size >= end)
		return 0;
	r = posix_fallocate(fd, status.st_size, (end - status.st_size + SLOTS_GROW - 1) / SLOTS_GROW * SLOTS_GROW);
	if (r != 0)
		return -r;
	return fsync(fd) < 0 ? -errno : 0;
}

int
slots_create(struct slots *slots, const struct slot *slot)
{
	struct slot made = *slot;
	struct slot old;
	int r;

	made.state = SLOT_LIVE;
	made.is_wrapped = slots->wraps != NULL && slots->wraps->count > 0;
	r = file_grow(slots->fd, offset_of(slot->unit) + SLOTS_RECORD);
	if (r == 0)
		r = record_load(slots, slot->unit);
	if (r < 0)
		return r;
	if (slot->unit == 0 || slot_read(slots->record, slot->unit, &old) < 0 || old.state != SLOT_FREE)
		r = ERR_STORE_CONFLICT;
	if (r == 0) {
		randombytes_buf(slots->record + SLOT_AT_KEY, SECRET_KEY);
		if (made.is_wrapped) {
			memcpy(made.wrap_id, slots->wraps->keys[0].id, WRAP_ID);
			wrap_apply(&slots->wraps->keys[0], &made, slots->record + SLOT_AT_KEY);
		}
		slot_put(slots->record, &made);
		r = fdio_pwrite(slots->fd, slots->record, SLOTS_RECORD, offset_of(slot->unit));
	}
	sodium_memzero(slots->record, SLOTS_RECORD);
	return r;
}

int
slots_copy(struct slots *slots, uint32_t unit, uint8_t record[SLOTS_RECORD])
{
	struct slot slot;
	int r = record_load(slots, unit);

	if (r == 0)
		r = slot_read(slots->record, unit, &slot);
	if (r == 0 && slot.state != SLOT_LIVE)
		r = slot.state == SLOT_ERASED ? ERR_SLOT_GONE : ERR_SLOT_DAMAGED;
	if (r == 0)
		memcpy(record, slots->record, SLOTS_RECORD);
	sodium_memzero(slots->record, SLOTS_RECORD);
	return r;
}

/* The same slot, and only its wrapping is another one. Whether the key inside is the same nobody can tell without both. */
static bool
is_rewrapped(const struct slot *old, const struct slot *given)
{
	return given->is_wrapped && given->class == old->class && given->created_ms == old->created_ms &&
	    (!old->is_wrapped || memcmp(given->wrap_id, old->wrap_id, WRAP_ID) != 0);
}

int
slots_put(struct slots *slots, const uint8_t record[SLOTS_RECORD])
{
	struct slot given, old;
	int r;

	slot_get(record, &given);
	if (given.unit == 0 || slot_read(record, given.unit, &old) < 0 || old.state != SLOT_LIVE)
		return ERR_SLOT_DAMAGED;
	r = file_grow(slots->fd, offset_of(given.unit) + SLOTS_RECORD);
	if (r == 0)
		r = record_load(slots, given.unit);
	if (r == 0)
		r = slot_read(slots->record, given.unit, &old);
	if (r == 0 && old.state == SLOT_ERASED)
		r = ERR_SLOT_GONE;
	else if (r == 0 && old.state == SLOT_LIVE && !is_rewrapped(&old, &given) && sodium_memcmp(slots->record, record, SLOTS_RECORD) != 0)
		r = ERR_STORE_CONFLICT;
	else if (r == 0 && (old.state == SLOT_FREE || is_rewrapped(&old, &given)))
		r = fdio_pwrite(slots->fd, record, SLOTS_RECORD, offset_of(given.unit));
	sodium_memzero(slots->record, SLOTS_RECORD);
	return r;
}

int
slots_count(const struct slots *slots, uint32_t *count)
{
	struct stat status;

	if (slots->fd < 0)
		return ERR_SLOTS_MISSING;
	if (fstat(slots->fd, &status) < 0)
		return -errno;
	*count = (uint32_t)(status.st_size / SLOTS_RECORD);
	return 0;
}

/* The key in slots->record, in place. */
static int
unwrap(struct slots *slots, const struct slot *slot)
{
	const struct wrap *wrap = wraps_find(slots->wraps, slot->wrap_id);

	if (wrap == NULL)
		return slots->wraps == NULL || slots->wraps->count == 0 ? ERR_WRAP_MISSING : ERR_WRAP_WRONG;
	wrap_apply(wrap, slot, slots->record + SLOT_AT_KEY);
	return 0;
}

int
slots_key(struct slots *slots, uint32_t unit, uint8_t key[SECRET_KEY])
{
	struct slot slot;
	int r = record_load(slots, unit);

	if (r == 0)
		r = slot_read(slots->record, unit, &slot);
	if (r == 0 && slot.state != SLOT_LIVE)
		r = slot.state == SLOT_ERASED ? ERR_SLOT_GONE : ERR_SLOT_DAMAGED;
	if (r == 0 && slot.is_wrapped)
		r = unwrap(slots, &slot);
	if (r == 0)
		memcpy(key, slots->record + SLOT_AT_KEY, SECRET_KEY);
	sodium_memzero(slots->record, SLOTS_RECORD);
	return r;
}

int
slots_get(struct slots *slots, uint32_t unit, struct slot *slot)
{
	struct slot found;
	int r = record_load(slots, unit);

	if (r == 0)
		r = slot_read(slots->record, unit, &found);
	if (r == 0)
		*slot = found;
	sodium_memzero(slots->record, SLOTS_RECORD);
	return r;
}

/* Not from memory, if the kernel lets us: what the disk holds is the question. */
static int
read_back(struct slots *slots, uint32_t unit, const uint8_t wanted[SLOTS_RECORD])
{
	int r;

	if (fdatasync(slots->fd) < 0)
		return -errno;
	posix_fadvise(slots->fd, offset_of(unit), SLOTS_RECORD, POSIX_FADV_DONTNEED);
	r = record_load(slots, unit);
	if (r == 0 && memcmp(slots->record, wanted, SLOTS_RECORD) != 0)
		r = ERR_SLOT_DAMAGED;
	return r;
}

int
slots_shred(struct slots *slots, uint32_t unit)
{
	uint8_t erased[SLOTS_RECORD];
	struct slot slot;
	int r;

	if (unit == 0)
		return ERR_SLOT_DAMAGED;
	r = record_load(slots, unit);
	if (r < 0)
		return r;
	slot_get(slots->record, &slot);	/* class and time are kept as they stand, even in a damaged record */
	slot.unit = unit;
	slot.state = SLOT_ERASED;
	memset(slots->record + SLOT_AT_KEY, 0, SECRET_KEY);
	slot_put(slots->record, &slot);
	memcpy(erased, slots->record, sizeof erased);
	r = fdio_pwrite(slots->fd, erased, sizeof erased, offset_of(unit));
	if (r == 0)
		r = read_back(slots, unit, erased);
	sodium_memzero(slots->record, SLOTS_RECORD);
	return r;
}
