/* SPDX-License-Identifier: ISC */
/* Recordings and the keyring. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/secret.h"
#include "lib/store/envelope.h"
#include "lib/store/recording.h"
#include "lib/store/retired.h"
#include "lib/store/retention.h"
#include "lib/store/stmt.h"
#include "tests/unit/store/place.h"

#define ENVELOPE	"age-encryption.org/v1\n-> X25519 abc\n"

static void
create(struct store *store, const struct session *session)
{
	assert_int_equal(recording_create(store, &session->id, ENVELOPE, strlen(ENVELOPE), NOON), 0);
}

static int
count_recordings(void *ctx, const struct recording *recording)
{
	int *count = ctx;

	assert_string_equal(recording->session.person, "eng-07");
	(*count)++;
	return 0;
}

static void
the_envelope_comes_back_and_lies_nowhere_in_the_clear(void **state)
{
	struct place_test *place = *state;
	struct session session = entered(place->store, NOON);
	struct recording recording;
	uint8_t sha256[SECRET_SHA256];
	AUTO_BUF struct buf envelope = { 0 };

	buf_init(&envelope, RECORDING_ENVELOPE_MOST);
	create(place->store, &session);
	assert_int_equal(recording_envelope(place->store, &session.id, &envelope), 0);
	assert_int_equal(buf_len(&envelope), strlen(ENVELOPE));
	assert_memory_equal(buf_data(&envelope), ENVELOPE, strlen(ENVELOPE));
	assert_int_equal(place_search(place, NULL, "age-encryption", 14), 0);
	assert_int_equal(recording_get(place->store, &session.id, &recording), 0);
	secret_sha256(ENVELOPE, strlen(ENVELOPE), sha256);
	assert_memory_equal(recording.envelope_sha256, sha256, sizeof sha256);
	assert_int_equal(recording.state, RECORDING_OPEN);
}

static void
there_is_one_recording_for_a_session(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct id nobody = id_new();

	create(store, &session);
	assert_int_equal(recording_create(store, &session.id, "x", 1, NOON), ERR_STORE_CONFLICT);
	assert_int_equal(recording_create(store, &nobody, "x", 1, NOON), ERR_NOT_FOUND);
	assert_int_equal(recording_create(store, &session.id, "", 0, NOON), -EINVAL);
	assert_int_equal(recording_create(store, &session.id, "x", RECORDING_ENVELOPE_MOST + 1, NOON), -EINVAL);
}

static void
closing_keeps_size_hash_and_length_once(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct recording_file file = { .closed_us = NOON + MINUTE, .bytes = 12345, .duration_us = 59 * SECOND };
	struct recording_file other = { .closed_us = NOON + 2 * MINUTE, .bytes = 1 };
	struct recording recording;
	struct id nobody = id_new();

	memset(file.sha256, 0xab, sizeof file.sha256);
	create(store, &session);
	assert_int_equal(recording_close(store, &nobody, &file), ERR_NOT_FOUND);
	assert_int_equal(recording_close(store, &session.id, &file), 0);
	assert_int_equal(recording_close(store, &session.id, &other), 0);
	assert_int_equal(recording_get(store, &session.id, &recording), 0);
	assert_int_equal(recording.state, RECORDING_CLOSED);
	assert_int_equal(recording.file.bytes, 12345);
	assert_int_equal(recording.file.closed_us, NOON + MINUTE);
	assert_int_equal(recording.file.duration_us, 59 * SECOND);
	assert_memory_equal(recording.file.sha256, file.sha256, sizeof file.sha256);
}

static void
an_expired_one_says_when_and_of_which_class(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct recording recording;
	AUTO_BUF struct buf envelope = { 0 };

	buf_init(&envelope, RECORDING_ENVELOPE_MOST);
	create(store, &session);
	finish(store, &session.id, NOON + MINUTE);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON + 90 * DAY), 0);
	assert_int_equal(recording_envelope(store, &session.id, &envelope), ERR_EXPIRED);
	assert_int_equal(buf_len(&envelope), 0);
	assert_int_equal(recording_get(store, &session.id, &recording), 0);
	assert_int_equal(recording.state, RECORDING_EXPIRED);
	assert_int_equal(recording.expired_us, NOON + 90 * DAY);
	assert_string_equal(recording.session.class, "standard");
}

static void
a_zeroed_slot_alone_closes_it(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	AUTO_BUF struct buf envelope = { 0 };

	buf_init(&envelope, RECORDING_ENVELOPE_MOST);
	create(store, &session);
	assert_int_equal(slots_shred(&store->slots, session.recording_unit), 0);
	assert_int_equal(recording_envelope(store, &session.id, &envelope), ERR_EXPIRED);
}

static void
an_envelope_of_another_session_does_not_open(void **state)
{
	struct store *store = place_store(state);
	struct session one = entered(store, NOON);
	struct session two = entered(store, NOON);
	AUTO_BUF struct buf envelope = { 0 };

	buf_init(&envelope, RECORDING_ENVELOPE_MOST);
	create(store, &one);
	create(store, &two);
	assert_int_equal(stmt_run(store, "UPDATE recordings SET sealed = (SELECT sealed FROM recordings WHERE session = $1) "
	    "WHERE session = $2", BINDS(bind_id(&one.id), bind_id(&two.id))), 1);
	assert_int_equal(recording_envelope(store, &two.id, &envelope), ERR_STORE_DAMAGED);
	assert_int_equal(recording_envelope(store, &one.id, &envelope), 0);
}

static void
lists_are_filtered(void **state)
{
	struct store *store = place_store(state);
	struct session first = entered(store, NOON);
	struct session second = entered(store, NOON + MINUTE);
	struct recording_file file = { .closed_us = NOON + MINUTE };
	struct recording_filter all = { 0 };
	struct recording_filter closed = { .state = "closed" };
	struct recording_filter late = { .since_us = NOON + 1 };
	struct recording_filter other = { .person = "eng-08" };
	int count = 0;

	create(store, &first);
	create(store, &second);
	assert_int_equal(recording_close(store, &first.id, &file), 0);
	assert_int_equal(recording_list(store, &all, count_recordings, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(recording_list(store, &closed, count_recordings, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(recording_list(store, &late, count_recordings, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(recording_list(store, &other, count_recordings, &count), 0);
	assert_int_equal(count, 4);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

static int
keep_envelope(void *ctx, const struct envelope *envelope)
{
	struct envelope *kept = ctx;

	*kept = *envelope;
	if (envelope->error == 0) {
		assert_int_equal(envelope->count, 5);
		assert_memory_equal(envelope->bytes, "added", 5);
	}
	return 0;
}

static void
an_envelope_is_added_and_never_replaced(void **state)
{
	struct place_test *place = *state;
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct envelope envelope = { .session = session.id, .recipient = "age1new", .person = "auditor-1", .at_us = NOON,
		.bytes = (const uint8_t *)"added", .count = 5 };
	struct envelope kept = { .count = 0 };

	assert_int_equal(envelope_add(store, &envelope), ERR_NOT_FOUND);
	assert_int_equal(recording_create(store, &session.id, ENVELOPE, strlen(ENVELOPE), NOON), 0);
	assert_int_equal(envelope_add(store, &envelope), 0);
	assert_int_equal(envelope_add(store, &envelope), ERR_STORE_CONFLICT);
	assert_int_equal(envelope_list(store, &session.id, keep_envelope, &kept), 0);
	assert_string_equal(kept.recipient, "age1new");
	assert_string_equal(kept.person, "auditor-1");
	assert_int_equal(kept.error, 0);
	assert_memory_equal(kept.sha256, envelope.sha256, sizeof kept.sha256);
	assert_int_equal(place_search(place, NULL, "added", 5), 0);
	assert_true(stmt_run(store, "DELETE FROM envelopes", NO_BINDS) < 0);
	assert_true(stmt_run(store, "UPDATE envelopes SET person = 'x'", NO_BINDS) < 0);
	envelope.person[0] = 'b';
	assert_int_equal(envelope_add(store, &envelope), 0);
	envelope.count = ENVELOPE_ADDED_MOST + 1;
	assert_int_equal(envelope_add(store, &envelope), -EINVAL);
}

static void
a_trail_has_a_slot_an_envelope_and_a_time_of_its_own(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered_with_trail(store, NOON), plain = entered(store, NOON), found;
	struct recording_file file = { .closed_us = NOON + MINUTE, .bytes = 77 };
	struct recording trail;
	AUTO_BUF struct buf envelope = { .max = RECORDING_ENVELOPE_MOST };

	assert_int_equal(session_get(store, &session.id, &found), 0);
	assert_true(found.has_trail);
	assert_int_equal(found.trail_unit, session.trail_unit);
	assert_int_not_equal(found.trail_unit, found.recording_unit);
	assert_int_equal(recording_trail_create(store, &plain.id, "x", 1, NOON), ERR_NOT_FOUND);
	assert_int_equal(recording_trail_get(store, &session.id, &trail), ERR_NOT_FOUND);
	create(store, &session);
	assert_int_equal(recording_trail_create(store, &session.id, "its own", 7, NOON), 0);
	assert_int_equal(recording_trail_create(store, &session.id, "its own", 7, NOON), ERR_STORE_CONFLICT);
	assert_int_equal(recording_trail_close(store, &session.id, &file), 0);
	finish(store, &session.id, NOON + MINUTE);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON + 30 * DAY), 0);
	assert_int_equal(recording_envelope(store, &session.id, &envelope), ERR_EXPIRED);
	assert_int_equal(recording_trail_envelope(store, &session.id, &envelope), 0);
	assert_memory_equal(buf_data(&envelope), "its own", 7);
	assert_int_equal(retention_shred(store, session.trail_unit, NOON + 365 * DAY), 0);
	assert_int_equal(recording_trail_envelope(store, &session.id, &envelope), ERR_EXPIRED);
	assert_int_equal(recording_trail_get(store, &session.id, &trail), 0);
	assert_int_equal(trail.state, RECORDING_EXPIRED);
	assert_int_equal(trail.expired_us, NOON + 365 * DAY);
	assert_int_equal(trail.file.bytes, 77);
}

static int
count_trails(void *ctx, const struct envelope *envelope)
{
	unsigned *counts = ctx;

	counts[envelope->trail]++;
	if (envelope->error == ERR_EXPIRED)
		counts[2]++;
	return 0;
}

static void
an_envelope_of_a_trail_goes_with_the_trail(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered_with_trail(store, NOON);
	struct envelope envelope = { .session = session.id, .trail = true, .recipient = "age1new", .person = "auditor-1", .at_us = NOON,
		.bytes = (const uint8_t *)"added", .count = 5 };
	unsigned counts[3] = { 0 };

	create(store, &session);
	assert_int_equal(envelope_add(store, &envelope), ERR_NOT_FOUND);
	assert_int_equal(recording_trail_create(store, &session.id, "its own", 7, NOON), 0);
	assert_int_equal(envelope_add(store, &envelope), 0);
	envelope.trail = false;
	assert_int_equal(envelope_add(store, &envelope), 0);
	assert_true(stmt_run(store, "DELETE FROM trail_envelopes", NO_BINDS) < 0);
	finish(store, &session.id, NOON + MINUTE);
	assert_int_equal(retention_shred(store, session.trail_unit, NOON + DAY), 0);
	assert_int_equal(envelope_list(store, &session.id, count_trails, counts), 0);
	assert_int_equal(counts[false], 1);
	assert_int_equal(counts[true], 1);
	assert_int_equal(counts[2], 1);	/* the trail's */
}

static void
who_is_retired_is_so_until_it_is_taken_back(void **state)
{
	struct store *store = place_store(state);
	const struct retired carla = { .name = "carla", .at_us = NOON, .by = "root" }, bad = { .name = "a\nb", .at_us = NOON, .by = "root" };

	assert_int_equal(retired_has(store, "carla"), 0);
	assert_int_equal(retired_add(store, &carla), 0);
	assert_int_equal(retired_add(store, &carla), ERR_STORE_CONFLICT);
	assert_true(retired_add(store, &bad) < 0);
	assert_int_equal(retired_has(store, "carla"), 1);
	assert_int_equal(retired_has(store, "anna"), 0);
	assert_int_equal(retired_remove(store, "carla"), 0);
	assert_int_equal(retired_remove(store, "carla"), ERR_NOT_FOUND);
	assert_int_equal(retired_has(store, "carla"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_envelope_comes_back_and_lies_nowhere_in_the_clear),
		TEST(there_is_one_recording_for_a_session),
		TEST(closing_keeps_size_hash_and_length_once),
		TEST(an_expired_one_says_when_and_of_which_class),
		TEST(a_zeroed_slot_alone_closes_it),
		TEST(an_envelope_of_another_session_does_not_open),
		TEST(lists_are_filtered),
		TEST(an_envelope_is_added_and_never_replaced),
		TEST(a_trail_has_a_slot_an_envelope_and_a_time_of_its_own),
		TEST(an_envelope_of_a_trail_goes_with_the_trail),
		TEST(who_is_retired_is_so_until_it_is_taken_back),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
