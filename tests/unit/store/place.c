/* SPDX-License-Identifier: ISC */
/* Shared by the store's tests. */
#include "config.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/store/grant.h"
#include "tests/unit/store/place.h"

int
place_setup(void **state)
{
	struct place_test *place = own_alloc(sizeof *place);

	strcpy(place->dir, "/tmp/postern-store-XXXXXX");
	if (mkdtemp(place->dir) == NULL)
		return -1;
	*state = place;
	return place_reopen(place, STORE_CREATE);
}

int
place_teardown(void **state)
{
	struct place_test *place = *state;
	DIR *dir = opendir(place->dir);
	struct dirent *entry;

	store_close(place->store);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	rmdir(place->dir);
	free(place);
	return 0;
}

struct store *
place_store(void **state)
{
	struct place_test *place = *state;

	return place->store;
}

int
place_reopen(struct place_test *place, unsigned flags)
{
	store_close(TAKE(place->store, NULL));
	return store_open(place->dir, flags, &place->store);
}

static FILE *
place_file(const struct place_test *place, const char *name, const char *mode)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", place->dir, name);
	return fopen(path, mode);
}

void
place_overwrite(const struct place_test *place, const char *name, long offset, const void *bytes, size_t count)
{
	FILE *file = place_file(place, name, "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, offset, SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	assert_int_equal(fclose(file), 0);
}

long
place_size(const struct place_test *place, const char *name)
{
	FILE *file = place_file(place, name, "r");
	long size;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	fclose(file);
	return size;
}

static size_t
search_file(const char *path, const void *bytes, size_t count)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	size_t found = 0;

	assert_int_equal(fdio_slurp_path(path, 1 << 28, &text, &size), 0);
	for (const char *from = text; (from = memmem(from, size - (size_t)(from - text), bytes, count)) != NULL; from++)
		found++;
	return found;
}

size_t
place_search(const struct place_test *place, const char *name, const void *bytes, size_t count)
{
	DIR *dir = opendir(place->dir);
	struct dirent *entry;
	size_t found = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[512];

		if (entry->d_name[0] == '.' || (name != NULL && strcmp(name, entry->d_name) != 0))
			continue;
		snprintf(path, sizeof path, "%s/%s", place->dir, entry->d_name);
		found += search_file(path, bytes, count);
	}
	closedir(dir);
	return found;
}

struct place_copy
place_copy(const struct place_test *place, const char *name)
{
	struct place_copy copy;
	char path[512];

	snprintf(path, sizeof path, "%s/%s", place->dir, name);
	assert_int_equal(fdio_slurp_path(path, 1 << 28, &copy.bytes, &copy.count), 0);
	return copy;
}

void
place_put_back(const struct place_test *place, const char *name, const struct place_copy *copy)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", place->dir, name);
	assert_int_equal(fdio_replace(path, 0600, copy->bytes, copy->count), 0);
}

struct moment
at(int64_t wall_us)
{
	return (struct moment){ .wall_us = wall_us, .boot_us = wall_us - NOON + 1000 * SECOND, .boot.bytes = { 7 } };
}

struct id
ask(struct store *store, int64_t now_us, const char *reason)
{
	AUTO_REQUEST struct request request = {
		.id = id_new(), .person = "eng-07", .account = "eng07", .role = "orders-ro", .host = "bastion-1",
		.class = "standard", .seconds = 1800, .created_us = now_us, .lapses_us = now_us + 60 * MINUTE,
	};

	request.reason = own_dup(reason);
	assert_int_equal(request_create(store, &request), 0);
	return request.id;
}

int
decide(struct store *store, const struct id *request, const char *person, enum verdict verdict, int64_t now_us)
{
	struct decision decision = { .request = *request, .verdict = verdict };
	struct need need = { .count = 1, .sessions = 2, .unused_s = 3600, .grant = id_new() };
	struct moment now = at(now_us);
	struct outcome outcome;

	snprintf(decision.person, sizeof decision.person, "%s", person);
	return request_decide(store, &decision, &need, &now, &outcome);
}

struct id
granted(struct store *store, int64_t now_us)
{
	struct id request = ask(store, now_us, "INC-4821 customers see empty baskets");
	struct grant grant;

	assert_int_equal(decide(store, &request, "appr-02", VERDICT_GRANT, now_us), 0);
	assert_int_equal(grant_of_request(store, &request, &grant), 0);
	return grant.id;
}

static struct session
entered_as(struct store *store, int64_t now_us, bool has_trail)
{
	struct session session = { .id = id_new(), .grant = granted(store, now_us), .person = "eng-07",
		.account = "orders-ro", .host = "bastion-1", .columns = 80, .lines = 24, .has_trail = has_trail };
	struct moment now = at(now_us);

	assert_int_equal(session_enter(store, &session, &now), 0);
	return session;
}

struct session
entered(struct store *store, int64_t now_us)
{
	return entered_as(store, now_us, false);
}

struct session
entered_with_trail(struct store *store, int64_t now_us)
{
	return entered_as(store, now_us, true);
}

void
finish(struct store *store, const struct id *session, int64_t now_us)
{
	struct session_end end = { .why = "exit", .at_us = now_us };

	assert_int_equal(session_finish(store, session, &end), 0);
}
