/* SPDX-License-Identifier: ISC */
/* Recordings: their bytes against the lengths and hashes that were logged while they ran. No key is needed but that of the texts. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/event.h"
#include "lib/store/recording.h"
#include "player/evidence.h"

#define CHUNK	65536
#define MARK	" bytes so far, SHA-256 "

/* One recording being read. */
struct reading {
	struct evidence			*evidence;
	struct id			 id;
	int				 fd;
	int64_t				 bytes;		/* of the file */
	int64_t				 at;		/* hashed so far */
	crypto_hash_sha256_state	 hash;
	bool				 is_over;	/* a fault was told, or the complete file was seen */
	const char			*it;		/* at the beginning of a sentence */
};

/* "[trail-]segment[: complete]: N bytes so far, SHA-256 HEX" */
static bool
read_mark(const char *text, int64_t *bytes, char sha256[2 * SECRET_SHA256 + 1], bool *is_complete)
{
	const char *mark = strstr(text, MARK), *digits = mark;

	while (digits != NULL && digits > text && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	if (mark == NULL || digits == mark || strlen(mark) != sizeof MARK - 1 + 2 * SECRET_SHA256)
		return false;
	*bytes = strtoll(digits, NULL, 10);
	memcpy(sha256, mark + sizeof MARK - 1, 2 * SECRET_SHA256 + 1);
	*is_complete = strncmp(text, "segment: complete: ", 19) == 0 || strncmp(text, "trail-segment: complete: ", 25) == 0;
	return true;
}

/* 0, or -EIO and the like. */
static int
hash_until(struct reading *reading, int64_t until)
{
	uint8_t chunk[CHUNK];

	while (reading->at < until) {
		size_t want = until - reading->at < CHUNK ? (size_t)(until - reading->at) : CHUNK;
		ssize_t count = fdio_pread(reading->fd, chunk, want, (off_t)reading->at);

		if (count <= 0)
			return count < 0 ? (int)count : -EIO;
		crypto_hash_sha256_update(&reading->hash, chunk, (size_t)count);
		reading->at += count;
	}
	return 0;
}

static int
check_mark(struct reading *reading, int64_t bytes, const char *logged)
{
	crypto_hash_sha256_state copy;
	uint8_t sha256[SECRET_SHA256];
	char hex[2 * SECRET_SHA256 + 1];
	int r;

	if (bytes < reading->at)
		return 0;	/* said again, later than a longer one */
	reading->is_over = bytes > reading->bytes;
	if (reading->is_over)
		return evidence_fault(reading->evidence, EVIDENCE_RECORDING_CUT, &reading->id, "%s has %" PRId64 " bytes; %" PRId64 " were logged.", reading->it, reading->bytes, bytes);
	r = hash_until(reading, bytes);
	if (r < 0)
		return r;
	copy = reading->hash;
	crypto_hash_sha256_final(&copy, sha256);
	reading->is_over = strcmp(id_hex(sha256, sizeof sha256, hex), logged) != 0;
	if (reading->is_over)
		return evidence_fault(reading->evidence, EVIDENCE_RECORDING_ALTERED, &reading->id, "%s has other bytes among its first %" PRId64 " than were logged.", reading->it, bytes);
	reading->evidence->count.segments++;
	return 0;
}

static int
each_segment(void *ctx, const struct event *event)
{
	struct reading *reading = ctx;
	char sha256[2 * SECRET_SHA256 + 1];
	bool is_complete;
	int64_t bytes;
	int r = 0;

	if (reading->is_over)
		return 0;
	if (event->text == NULL || !read_mark(event->text, &bytes, sha256, &is_complete)) {
		reading->evidence->count.unread++;
		return 0;
	}
	r = check_mark(reading, bytes, sha256);
	if (r == 0 && is_complete && !reading->is_over) {
		reading->is_over = true;
		if (reading->bytes > bytes)
			return evidence_fault(reading->evidence, EVIDENCE_RECORDING_ALTERED, &reading->id,
			    "%s has %" PRId64 " bytes behind its end.", reading->it, reading->bytes - bytes);
	}
	return r;
}

static int
is_deleted(void *ctx, const struct event *event)
{
	return event->text == NULL || strstr(event->text, ctx) != NULL;
}

static int
no_file(const struct reading *reading, bool trail)
{
	const struct event_filter deleted = { .subject = &reading->id, .type = EVENT_DELETED };
	int r = event_list(reading->evidence->store, &deleted, is_deleted, (void *)(uintptr_t)(trail ? "trail deleted" : "recording deleted"));

	return r != 0 ? r < 0 ? r : 0 : evidence_fault(reading->evidence, EVIDENCE_RECORDING_MISSING, &reading->id,
	    "%s has no file, and nothing says that it was deleted.", reading->it);
}

static int
check_file(struct evidence *evidence, const struct recording *recording, bool trail)
{
	struct reading reading = { .evidence = evidence, .id = recording->session.id, .it = trail ? "Its trail" : "It" };
	const struct event_filter segments = { .subject = &reading.id, .type = trail ? EVENT_TRAIL_SEGMENT : EVENT_SEGMENT };
	char name[ID_TEXT + 16], id[ID_TEXT];
	AUTO_FREE char *path = NULL;
	AUTO_FD int fd = -1;
	struct stat status;

	snprintf(name, sizeof name, "%s.%s", id_text(&reading.id, id), trail ? "trail.rec" : "rec");
	path = place_path(evidence->dir, "rec", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return no_file(&reading, trail);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (recording->state == RECORDING_EXPIRED)
		return 0;	/* evidence_deletions() tells */
	evidence->count.recordings += !trail;
	reading.fd = fd;
	reading.bytes = (int64_t)status.st_size;
	crypto_hash_sha256_init(&reading.hash);
	return event_list(evidence->store, &segments, each_segment, &reading);
}

static int
each_recording(void *ctx, const struct recording *recording)
{
	struct evidence *evidence = ctx;
	struct recording trail;
	int r;

	if (!evidence_wants(evidence, &recording->session.id))
		return 0;
	r = check_file(evidence, recording, false);
	if (r == 0)
		r = recording_trail_get(evidence->store, &recording->session.id, &trail);
	if (r == ERR_NOT_FOUND)	/* evidence_envelopes() asks the log whether there was one */
		return 0;
	return r < 0 ? r : check_file(evidence, &trail, true);
}

static int
count_absent(void *ctx, const struct recording *recording)
{
	struct evidence *evidence = ctx;

	evidence->count.absent += evidence_wants(evidence, &recording->session.id);
	return 0;
}

int
evidence_recordings(struct evidence *evidence)
{
	const struct recording_filter all = { .limit = 0 };
	AUTO_FREE char *folder = place_path(evidence->dir, "rec", NULL);
	struct stat status;

	if (stat(folder, &status) < 0)
		return recording_list(evidence->store, &all, count_absent, evidence);
	return recording_list(evidence->store, &all, each_recording, evidence);
}
