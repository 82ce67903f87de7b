/* SPDX-License-Identifier: ISC */
/* What was in force when. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/store/event.h"
#include "recorder/gate/gate.h"
#include "recorder/gate/gate_versions.h"
#include "recorder/policy/policy.h"

#define FOLDER		"versions"
#define BYTES_MOST	(16u << 20)
#define LENGTH		8	/* bytes of a file's length */

static char *
path_of(const struct gate *gate, const uint8_t sha256[SECRET_SHA256])
{
	char hex[2 * SECRET_SHA256 + 1];

	return place_path(gate->daemon.place.state, FOLDER, id_hex(sha256, SECRET_SHA256, hex));
}

struct search {
	int64_t			 at_us;
	struct gate_version	*version;
	bool			 is_found;
};

/* The last entry counts that is not later, whatever the clock did in between. */
static int
take_version(void *ctx, const struct event *event)
{
	struct search *search = ctx;

	if (!event->is_fact || event->time_us > search->at_us)
		return 0;
	search->is_found = true;
	search->version->entry = event->seq;
	search->version->since_us = event->time_us;
	memcpy(search->version->sha256, event->entry + EVENT_FACT_AT, SECRET_SHA256);
	return 0;
}

int
gate_version_at(struct gate *gate, enum log_type type, int64_t at_us, struct gate_version *version)
{
	struct search search = { .at_us = at_us, .version = version };
	int r = event_versions(gate->store, (int)type, take_version, &search);

	return r < 0 ? r : search.is_found ? 0 : ERR_NOT_FOUND;
}

static int
write_version(struct gate *gate, const uint8_t sha256[SECRET_SHA256], const char *bytes, size_t count)
{
	AUTO_FREE char *folder = place_path(gate->daemon.place.state, FOLDER, NULL);
	AUTO_FREE char *path = path_of(gate, sha256);

	if (access(path, F_OK) == 0)
		return 0;
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return -errno;
	return fdio_replace(path, 0600, bytes, count);
}

static int
append_fact(struct gate *gate, enum log_type type, const uint8_t sha256[SECRET_SHA256])
{
	const struct event_new event = { .type = (uint16_t)type, .time_us = clock_wall_us(), .class = gate_log_class(gate),
		.number = EVENT_NO_NUMBER, .fact = sha256 };
	int64_t seq;

	return event_append(gate->store, &event, &seq);
}

void
gate_version_keep(struct gate *gate, enum log_type type, const char *bytes, size_t count)
{
	struct gate_version last;
	uint8_t sha256[SECRET_SHA256];
	int r = gate_store(gate);

	secret_sha256(bytes, count, sha256);
	if (r == 0)
		r = write_version(gate, sha256, bytes, count);
	if (r == 0)
		r = gate_version_at(gate, type, INT64_MAX, &last);
	if (r == ERR_NOT_FOUND || (r == 0 && memcmp(last.sha256, sha256, sizeof sha256) != 0))
		r = append_fact(gate, type, sha256);
	if (r < 0)
		gate_say(gate, LOG_KEY_TROUBLE, NULL, "the %s could not be kept (%s): who could do what now cannot be told later",
		    gate_log_name(type), err_text(r));
}

static int
add_file(struct buf *all, const struct policy_file *file)
{
	uint8_t length[LENGTH];
	int r = buf_add(all, file->name, strlen(file->name) + 1);

	for (int i = 0; i < LENGTH; i++)
		length[i] = (uint8_t)((uint64_t)file->count >> (8 * (LENGTH - 1 - i)));
	if (r == 0)
		r = buf_add(all, length, sizeof length);
	return r < 0 ? r : buf_add(all, file->text, file->count);
}

void
gate_versions_policy(struct gate *gate, const struct policy_files *files)
{
	AUTO_BUF struct buf all = { .max = BYTES_MOST };
	const struct policy_file *roster = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < files->count; i++) {
		if (strcmp(files->files[i].name, POLICY_ROSTER) == 0)
			roster = &files->files[i];
		else
			r = add_file(&all, &files->files[i]);
	}
	if (r < 0)
		log_error("the policy could not be kept: %s", err_text(r));
	else
		gate_version_keep(gate, LOG_POLICY_VERSION, (const char *)buf_data(&all), buf_len(&all));
	gate_version_keep(gate, LOG_ROSTER_VERSION, roster != NULL ? roster->text : "", roster != NULL ? roster->count : 0);
}

int
gate_version_read(struct gate *gate, const uint8_t sha256[SECRET_SHA256], char **bytes, size_t *count)
{
	AUTO_FREE char *path = path_of(gate, sha256);
	AUTO_FREE char *text = NULL;
	uint8_t found[SECRET_SHA256];
	int r = fdio_slurp_path(path, BYTES_MOST, &text, count);

	if (r < 0)
		return r;
	secret_sha256(text, *count, found);
	if (memcmp(found, sha256, sizeof found) != 0)
		return ERR_STORE_DAMAGED;
	*bytes = TAKE(text, NULL);
	return 0;
}

int
gate_version_files(const char *bytes, size_t count, struct policy_files *files)
{
	const char *end = bytes + count, *at = bytes;

	*files = (struct policy_files){ 0 };
	while (at < end) {
		const char *name = at, *nul = memchr(at, '\0', (size_t)(end - at));
		struct policy_file *file;
		uint64_t length = 0;

		if (nul == NULL || end - nul - 1 < LENGTH)
			return ERR_STORE_DAMAGED;
		for (int i = 0; i < LENGTH; i++)
			length = length << 8 | (uint8_t)nul[1 + i];
		at = nul + 1 + LENGTH;
		if (length > (uint64_t)(end - at))
			return ERR_STORE_DAMAGED;
		files->files = own_grow(files->files, files->count + 1, sizeof *files->files);
		file = &files->files[files->count++];
		*file = (struct policy_file){ .name = own_dup(name), .text = own_alloc((size_t)length + 1), .count = (size_t)length };
		memcpy(file->text, at, (size_t)length);
		at += length;
	}
	return 0;
}
