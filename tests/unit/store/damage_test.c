/* SPDX-License-Identifier: ISC */
/* Pages of the files are overwritten with noise: an error or the right data, never a crash, never something else. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/store/event.h"
#include "lib/store/recording.h"
#include "tests/unit/store/place.h"

#define SESSIONS	40
#define TRIALS		60
#define PAGE		4096

static struct session	known[SESSIONS];
static uint64_t		seed = 0x9e3779b97f4a7c15;

static uint64_t
noise(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Texts long enough that some lie on overflow pages. */
static void
text_of(int i, char text[6000])
{
	int count = snprintf(text, 6000, "line %d ", i);

	if (i % 8 == 0) {
		memset(text + count, 'x', 5000);
		text[count + 5000] = '\0';
	}
}

static void
fill(struct store *store)
{
	for (int i = 0; i < SESSIONS; i++) {
		struct event_new event = { .type = 1, .time_us = NOON + i * MINUTE, .number = EVENT_NO_NUMBER };
		char text[6000];
		int64_t seq;

		known[i] = entered(store, NOON + i * MINUTE);
		text_of(i, text);
		event.subject = known[i].id;
		event.unit = known[i].texts_unit;
		event.text = text;
		event.text_bytes = strlen(text);
		assert_int_equal(event_append(store, &event, &seq), 0);
		assert_int_equal(seq, i);
		assert_int_equal(recording_create(store, &known[i].id, text, strlen(text), NOON), 0);
	}
}

static void
same_session(const struct session *a, const struct session *b)
{
	assert_true(id_equal(&a->grant, &b->grant));
	assert_string_equal(a->person, b->person);
	assert_string_equal(a->account, b->account);
	assert_string_equal(a->role, b->role);
	assert_string_equal(a->host, b->host);
	assert_string_equal(a->class, b->class);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->clock.started.wall_us, b->clock.started.wall_us);
	assert_int_equal(a->clock.ends_boot_us, b->clock.ends_boot_us);
	assert_int_equal(a->columns, b->columns);
	assert_int_equal(a->lines, b->lines);
	assert_int_equal(a->recording_unit, b->recording_unit);
	assert_int_equal(a->texts_unit, b->texts_unit);
	assert_string_equal(b->hold.by, "");
	assert_string_equal(b->end.why, "");
}

static int
session_is_right(void *ctx, const struct session *session)
{
	int *count = ctx;

	for (int i = 0; i < SESSIONS; i++)
		if (id_equal(&known[i].id, &session->id)) {
			same_session(&known[i], session);
			(*count)++;
			return 0;
		}
	fail_msg("a session that never was");
	return 0;
}

static int
request_is_right(void *ctx, const struct request *request)
{
	int *count = ctx;

	if (request->reason_error < 0)
		return request->reason_error;
	assert_string_equal(request->person, "eng-07");
	assert_string_equal(request->reason, "INC-4821 customers see empty baskets");
	(*count)++;
	return 0;
}

static int
event_is_right(void *ctx, const struct event *event)
{
	int *count = ctx;
	char text[6000];

	if (event->text_error < 0)
		return event->text_error;
	assert_in_range(event->seq, 0, SESSIONS - 1);
	text_of((int)event->seq, text);
	assert_string_equal(event->text, text);
	(*count)++;
	return 0;
}

/* Each list gives an error or everything; with `complete` false it may also have lost what was written last. */
static int
read_all(struct store *store, bool complete)
{
	struct session_filter sessions = { 0 };
	struct request_filter requests = { 0 };
	struct event_filter events = { .type = -1 };
	int counts[3] = { 0 };
	int results[3];
	int errors = 0;

	results[0] = session_list(store, &sessions, session_is_right, &counts[0]);
	results[1] = request_list(store, &requests, request_is_right, &counts[1]);
	results[2] = event_list(store, &events, event_is_right, &counts[2]);
	for (int i = 0; i < 3; i++) {
		if (results[i] < 0)
			errors++;
		else if (complete)
			assert_int_equal(counts[i], SESSIONS);
	}
	for (int i = 0; i < SESSIONS; i++) {
		AUTO_BUF struct buf envelope = { 0 };
		char text[6000];

		buf_init(&envelope, RECORDING_ENVELOPE_MOST);
		if (recording_envelope(store, &known[i].id, &envelope) < 0) {
			errors++;
			continue;
		}
		text_of(i, text);
		assert_int_equal(buf_len(&envelope), strlen(text));
		assert_memory_equal(buf_data(&envelope), text, strlen(text));
	}
	return errors;
}

/* One to three pages of DIR/name become noise. */
static void
spoil(const struct place_test *place, const char *name)
{
	uint8_t page[PAGE];
	long pages = place_size(place, name) / PAGE;

	for (uint64_t n = noise() % 3 + 1; n > 0 && pages > 0; n--) {
		for (size_t i = 0; i < sizeof page; i++)
			page[i] = (uint8_t)noise();
		place_overwrite(place, name, (long)(noise() % (uint64_t)pages) * PAGE, page, sizeof page);
	}
}

/* TRIALS times: spoil the file, open, read; then the good copy again. */
static void
trials(struct place_test *place, const char *name, bool complete)
{
	struct place_copy copy = place_copy(place, name);
	int noticed = 0;

	for (int i = 0; i < TRIALS; i++) {
		int r;

		spoil(place, name);
		r = place_reopen(place, 0);
		if (r < 0 || read_all(place->store, complete) > 0)
			noticed++;
		store_close(TAKE(place->store, NULL));
		place_put_back(place, name, &copy);
	}
	free(copy.bytes);
	assert_true(noticed > TRIALS / 2);
	assert_int_equal(place_reopen(place, 0), 0);
	assert_int_equal(read_all(place->store, true), 0);
}

static void
noise_in_the_catalogue_is_an_error_or_does_not_matter(void **state)
{
	struct place_test *place = *state;

	fill(place->store);
	store_close(TAKE(place->store, NULL));
	trials(place, "catalogue.db", true);
}

static void
noise_in_the_slots_is_an_error_or_does_not_matter(void **state)
{
	struct place_test *place = *state;
	static const uint8_t nothing[PAGE];

	fill(place->store);
	store_close(TAKE(place->store, NULL));
	place_overwrite(place, "slots", 2 * PAGE, nothing, PAGE);
	{
		struct place_copy copy = place_copy(place, "slots");

		copy.count = 2 * PAGE;	/* so that every trial hits pages in use */
		place_put_back(place, "slots", &copy);
		free(copy.bytes);
	}
	trials(place, "slots", true);
}

static void
noise_in_the_log_ahead_never_gives_wrong_rows(void **state)
{
	struct place_test *place = *state;
	struct place_copy main_file;
	struct place_copy ahead;

	fill(place->store);
	main_file = place_copy(place, "catalogue.db");	/* while it is open: as a crash would leave them */
	ahead = place_copy(place, "catalogue.db-wal");
	assert_true(ahead.count > PAGE);
	for (int i = 0; i < TRIALS; i++) {
		store_close(TAKE(place->store, NULL));
		place_put_back(place, "catalogue.db", &main_file);
		place_put_back(place, "catalogue.db-wal", &ahead);
		spoil(place, "catalogue.db-wal");
		if (place_reopen(place, 0) == 0)
			read_all(place->store, false);
	}
	free(main_file.bytes);
	free(ahead.bytes);
}

static void
noise_while_it_is_open_is_an_error_or_does_not_matter(void **state)
{
	struct place_test *place = *state;
	struct place_copy copy;

	fill(place->store);
	store_close(TAKE(place->store, NULL));
	copy = place_copy(place, "catalogue.db");
	for (int i = 0; i < 20; i++) {
		assert_int_equal(place_reopen(place, 0), 0);
		for (int k = 0; k < 5; k++)
			spoil(place, "catalogue.db");
		read_all(place->store, false);
		store_close(TAKE(place->store, NULL));
		place_put_back(place, "catalogue.db", &copy);
	}
	free(copy.bytes);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(noise_in_the_catalogue_is_an_error_or_does_not_matter),
		TEST(noise_in_the_slots_is_an_error_or_does_not_matter),
		TEST(noise_in_the_log_ahead_never_gives_wrong_rows),
		TEST(noise_while_it_is_open_is_an_error_or_does_not_matter),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
