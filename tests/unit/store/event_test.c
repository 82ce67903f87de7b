/* SPDX-License-Identifier: ISC */
/* The log: bytes of an entry, order, numbers of workers, what happens to texts. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/store/event.h"
#include "lib/store/stmt.h"
#include "tests/unit/store/place.h"

static int
append(struct store *store, const struct id *subject, int64_t number, const char *text, int64_t *seq)
{
	struct event_new event = { .type = 258, .flags = 3, .subject = *subject, .time_us = NOON + 1234567,
		.class = "standard", .number = number, .text = text, .text_bytes = strlen(text) };

	return event_append(store, &event, seq);
}

static void
an_entry_has_the_bytes_that_the_header_says(void **state)
{
	struct store *store = place_store(state);
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	AUTO_EVENT struct event event = { 0 };
	struct row row = { 0 };
	struct id subject = { .bytes = { 0xde, 0xad } };
	const uint8_t *sealed;
	uint8_t hash[SECRET_SHA256];
	uint8_t keys[2][SECRET_KEY];
	uint8_t wanted[48] = "AE01";
	char plain[64];
	size_t count;
	unsigned long long length;
	int64_t seq;

	assert_int_equal(append(store, &subject, EVENT_NO_NUMBER, "zero", &seq), 0);
	assert_int_equal(append(store, &subject, EVENT_NO_NUMBER, "who, what, why", &seq), 0);
	assert_int_equal(seq, 1);
	assert_int_equal(event_get(store, 1, &event), 0);
	/* 1728043201234 ms is 0x01925766b2d2 */
	memcpy(wanted + 4, "\0\0\0\0\0\0\0\1" "\0\0\1\x92\x57\x66\xb2\xd2" "\1\2" "\0\3" "\0\0\0\1" "\xde\xad", 26);
	wanted[47] = 24 + 14 + 16;
	assert_memory_equal(event.entry, wanted, sizeof wanted);
	assert_int_equal(stmt_open(store, "SELECT sealed FROM events WHERE seq = 1", NO_BINDS, &stmt), 0);
	assert_int_equal(stmt_step(stmt), 1);
	row.stmt = stmt;
	sealed = row_bytes(&row, &count);
	assert_int_equal(count, 54);
	secret_sha256(sealed, count, hash);
	assert_memory_equal(event.entry + 48, hash, sizeof hash);
	assert_int_equal(slots_key(&store->slots, event.unit, keys[0]), 0);
	secret_derive(keys[0], "ev", keys[1]);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)plain, &length, NULL, sealed + 24, count - 24,
	    event.entry, 48, sealed, keys[1]), 0);
	assert_memory_equal(plain, "who, what, why", 14);
}

struct seen {
	int	count;
	int64_t	last;
};

static int
see(void *ctx, const struct event *event)
{
	struct seen *seen = ctx;

	assert_non_null(event->text);
	seen->count++;
	seen->last = event->seq;
	return 0;
}

static void
events_are_numbered_and_found(void **state)
{
	struct store *store = place_store(state);
	struct id one = id_new();
	struct id two = id_new();
	struct event_filter all = { .type = -1 };
	struct event_filter of_two = { .type = -1, .subject = &two };
	struct event_filter since = { .type = -1, .since = 3 };
	struct event_filter newest = { .type = -1, .newest_first = true, .limit = 2 };
	struct event_filter other = { .type = 7 };
	struct seen seen = { 0 };
	int64_t seq;
	char text[16];

	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof text, "event %d", i);
		assert_int_equal(append(store, i % 2 == 0 ? &one : &two, EVENT_NO_NUMBER, text, &seq), 0);
		assert_int_equal(seq, i);
	}
	assert_int_equal(event_count(store, &seq), 0);
	assert_int_equal(seq, 5);
	assert_int_equal(event_list(store, &all, see, &seen), 0);
	assert_int_equal(seen.count, 5);
	assert_int_equal(seen.last, 4);
	assert_int_equal(event_list(store, &of_two, see, &seen), 0);
	assert_int_equal(seen.count, 7);
	assert_int_equal(event_list(store, &since, see, &seen), 0);
	assert_int_equal(seen.count, 9);
	assert_int_equal(event_list(store, &newest, see, &seen), 0);
	assert_int_equal(seen.count, 11);
	assert_int_equal(seen.last, 3);
	assert_int_equal(event_list(store, &other, see, &seen), 0);
	assert_int_equal(seen.count, 11);
	assert_int_equal(event_newest(store, &seq), 0);
	assert_int_equal(seq, NOON + 1234000);
}

static void
an_empty_log_has_nothing(void **state)
{
	struct store *store = place_store(state);
	struct event event;
	int64_t n;

	assert_int_equal(event_count(store, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(event_newest(store, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(event_get(store, 0, &event), ERR_NOT_FOUND);
}

static void
a_workers_event_is_entered_once(void **state)
{
	struct store *store = place_store(state);
	struct id session = id_new();
	struct id other = id_new();
	int64_t first;
	int64_t seq;

	assert_int_equal(append(store, &session, 0, "n 0", &first), 0);
	assert_int_equal(append(store, &session, 1, "n 1", &seq), 0);
	assert_int_equal(append(store, &session, 0, "n 0 sent again", &seq), 1);
	assert_int_equal(seq, first);
	assert_int_equal(append(store, &other, 0, "n 0 of another", &seq), 0);
	assert_int_equal(event_count(store, &seq), 0);
	assert_int_equal(seq, 3);
}

static void
texts_of_any_bytes_come_back(void **state)
{
	struct store *store = place_store(state);
	static char big[EVENT_TEXT_MOST + 1];
	struct event_new event = { .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER, .text = big,
		.text_bytes = EVENT_TEXT_MOST };
	struct event_new nowhere = { .time_us = NOON, .text = "x", .text_bytes = 1, .number = EVENT_NO_NUMBER };
	AUTO_EVENT struct event found = { 0 };
	AUTO_EVENT struct event empty = { 0 };
	int64_t seq;

	big[0] = '\n';
	big[EVENT_TEXT_MOST - 1] = 'x';
	assert_int_equal(event_append(store, &event, &seq), 0);
	assert_int_equal(event_get(store, seq, &found), 0);
	assert_int_equal(found.text_bytes, EVENT_TEXT_MOST);
	assert_memory_equal(found.text, big, EVENT_TEXT_MOST);
	event.text_bytes = 0;
	assert_int_equal(event_append(store, &event, &seq), 0);
	assert_int_equal(event_get(store, seq, &empty), 0);
	assert_string_equal(empty.text, "");
	event.text_bytes = EVENT_TEXT_MOST + 1;
	assert_int_equal(event_append(store, &event, &seq), -EINVAL);
	assert_int_equal(event_append(store, &nowhere, &seq), -EINVAL);
}

static void
an_erased_slot_takes_the_text_and_leaves_the_entry(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct event_new event = { .type = 9, .subject = session.id, .time_us = NOON, .unit = session.texts_unit,
		.number = EVENT_NO_NUMBER, .text = "said", .text_bytes = 4 };
	AUTO_EVENT struct event before = { 0 };
	AUTO_EVENT struct event after = { 0 };
	int64_t seq;

	assert_int_equal(event_append(store, &event, &seq), 0);
	assert_int_equal(event_get(store, seq, &before), 0);
	assert_string_equal(before.text, "said");
	assert_int_equal(slots_shred(&store->slots, session.texts_unit), 0);
	assert_int_equal(event_get(store, seq, &after), 0);
	assert_null(after.text);
	assert_memory_equal(after.entry, before.entry, EVENT_ENTRY);
	assert_int_equal(event_append(store, &event, &seq), ERR_SLOT_GONE);
}

static void
changed_rows_are_noticed(void **state)
{
	static const char *const changes[] = {
		"UPDATE events SET type = 1",
		"UPDATE events SET time_ms = time_ms + 1",
		"UPDATE events SET subject = zeroblob(16)",
		"UPDATE events SET sealed = zeroblob(length(sealed))",
		"UPDATE events SET sealed = x'00'",
	};
	struct place_test *place = *state;
	struct id subject = id_new();
	int64_t seq;

	assert_int_equal(append(place->store, &subject, EVENT_NO_NUMBER, "true", &seq), 0);
	assert_true(stmt_run(place->store, "DROP TRIGGER events_fixed", NO_BINDS) >= 0);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		AUTO_TXN struct txn txn = { 0 };
		struct event event;

		assert_int_equal(txn_begin(&txn, place->store), 0);
		assert_int_equal(stmt_run(place->store, changes[i], NO_BINDS), 1);
		if (event_get(place->store, seq, &event) != ERR_STORE_DAMAGED)
			fail_msg("not noticed: %s", changes[i]);
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_has_the_bytes_that_the_header_says),
		TEST(events_are_numbered_and_found),
		TEST(an_empty_log_has_nothing),
		TEST(a_workers_event_is_entered_once),
		TEST(texts_of_any_bytes_come_back),
		TEST(an_erased_slot_takes_the_text_and_leaves_the_entry),
		TEST(changed_rows_are_noticed),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
