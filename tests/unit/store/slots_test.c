/* SPDX-License-Identifier: ISC */
/* The file of key slots by itself. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/store/slots.h"
#include "tests/unit/store/place.h"

#define AUTO_SLOTS	__attribute__((cleanup(slots_close)))

static void
make(struct slots *slots, const struct place_test *place, uint32_t unit, uint8_t key[SECRET_KEY])
{
	struct slot slot = { .unit = unit, .class = 3, .created_ms = 1700000000123 };

	if (slots->fd < 0)
		assert_int_equal(slots_open(slots, place->dir, false, false), 0);
	assert_int_equal(slots_create(slots, &slot), 0);
	assert_int_equal(slots_key(slots, unit, key), 0);
}

static void
a_record_has_the_bytes_that_the_header_says(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY];
	uint8_t record[SLOTS_RECORD];
	uint8_t hash[SECRET_SHA256];

	make(&slots, place, 5, key);
	assert_int_equal(pread(slots.fd, record, sizeof record, 5 * 64), 64);
	assert_memory_equal(record, "\0\0\0\5\0\3\0\1\0\0\1\x8b\xcf\xe5\x68\x7b", 16);
	assert_memory_equal(record + 16, key, 32);
	secret_sha256(record, 48, hash);
	assert_memory_equal(record + 48, hash, 16);
}

static void
a_copy_is_taken_once_and_never_over_an_erased_one(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY], record[SLOTS_RECORD], far_away[SLOTS_RECORD], other[SLOTS_RECORD];
	uint32_t count;

	make(&slots, place, 5, key);
	make(&slots, place, 6, key);
	assert_int_equal(slots_copy(&slots, 5, record), 0);
	assert_int_equal(slots_copy(&slots, 6, other), 0);
	assert_int_equal(slots_copy(&slots, 7, far_away), ERR_SLOT_DAMAGED);	/* never made */
	assert_int_equal(slots_put(&slots, record), 0);
	assert_int_equal(slots_shred(&slots, 5), 0);
	assert_int_equal(slots_put(&slots, record), ERR_SLOT_GONE);
	assert_int_equal(slots_copy(&slots, 5, far_away), ERR_SLOT_GONE);
	other[20] ^= 1;
	assert_int_equal(slots_put(&slots, other), ERR_SLOT_DAMAGED);
	assert_int_equal(slots_count(&slots, &count), 0);
	assert_true(count > 6);
	/* A slot that was erased before it was ever there takes nothing either. */
	assert_int_equal(slots_shred(&slots, 9), 0);
	assert_int_equal(slots_key(&slots, 9, key), ERR_SLOT_GONE);
}

static void
another_key_in_the_same_place_is_refused(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY], again[SECRET_KEY], record[SLOTS_RECORD], hash[SECRET_SHA256];

	make(&slots, place, 5, key);
	assert_int_equal(slots_copy(&slots, 5, record), 0);
	record[20] ^= 1;
	secret_sha256(record, 48, hash);
	memcpy(record + 48, hash, 16);
	assert_int_equal(slots_put(&slots, record), ERR_STORE_CONFLICT);
	assert_int_equal(slots_key(&slots, 5, again), 0);
	assert_memory_equal(key, again, SECRET_KEY);
}

static void
an_erased_key_is_nowhere_in_the_file(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY];
	uint8_t other[SECRET_KEY];
	uint8_t kept[SECRET_KEY];
	struct slot slot;

	make(&slots, place, 7, key);
	make(&slots, place, 8, other);
	assert_int_equal(place_search(place, "slots", key, sizeof key), 1);
	assert_int_equal(slots_shred(&slots, 7), 0);
	assert_int_equal(place_search(place, NULL, key, sizeof key), 0);
	assert_int_equal(place_search(place, NULL, key, 8), 0);
	assert_int_equal(slots_key(&slots, 7, key), ERR_SLOT_GONE);
	assert_int_equal(slots_get(&slots, 7, &slot), 0);
	assert_int_equal(slot.state, SLOT_ERASED);
	assert_int_equal(slot.class, 3);
	assert_int_equal(slot.created_ms, 1700000000123);
	assert_int_equal(slots_shred(&slots, 7), 0);
	assert_int_equal(slots_key(&slots, 8, kept), 0);
	assert_memory_equal(kept, other, sizeof kept);
}

static void
a_unit_is_given_once(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	struct slot slot = { .unit = 9, .class = 1 };
	struct slot none = { .unit = 0, .class = 1 };
	uint8_t key[SECRET_KEY];
	uint8_t again[SECRET_KEY];

	make(&slots, place, 9, key);
	assert_int_equal(slots_create(&slots, &slot), ERR_STORE_CONFLICT);
	assert_int_equal(slots_key(&slots, 9, again), 0);
	assert_memory_equal(key, again, sizeof key);
	assert_int_equal(slots_shred(&slots, 9), 0);
	assert_int_equal(slots_create(&slots, &slot), ERR_STORE_CONFLICT);
	assert_int_equal(slots_create(&slots, &none), ERR_STORE_CONFLICT);
	assert_int_equal(slots_key(&slots, 0, again), ERR_SLOT_DAMAGED);
}

static void
any_flipped_bit_is_noticed_and_can_still_be_erased(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY];
	uint8_t found[SECRET_KEY];
	uint8_t record[SLOTS_RECORD];

	make(&slots, place, 2, key);
	assert_int_equal(pread(slots.fd, record, sizeof record, 2 * 64), 64);
	for (size_t bit = 0; bit < 8 * sizeof record; bit++) {
		uint8_t byte = (uint8_t)(record[bit / 8] ^ 1 << bit % 8);

		place_overwrite(place, "slots", (long)(2 * 64 + bit / 8), &byte, 1);
		assert_int_equal(slots_key(&slots, 2, found), ERR_SLOT_DAMAGED);
		place_overwrite(place, "slots", 2 * 64, record, sizeof record);
	}
	assert_int_equal(slots_key(&slots, 2, found), 0);
	record[40] ^= 1;
	place_overwrite(place, "slots", 2 * 64, record, sizeof record);
	assert_int_equal(slots_shred(&slots, 2), 0);
	assert_int_equal(slots_key(&slots, 2, found), ERR_SLOT_GONE);
	assert_int_equal(place_search(place, "slots", key, 24), 0);
}

static void
a_record_copied_to_another_place_is_noticed(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY];
	uint8_t record[SLOTS_RECORD];

	make(&slots, place, 2, key);
	assert_int_equal(pread(slots.fd, record, sizeof record, 2 * 64), 64);
	place_overwrite(place, "slots", 3 * 64, record, sizeof record);
	assert_int_equal(slots_key(&slots, 3, key), ERR_SLOT_DAMAGED);
}

static void
what_was_never_made_has_no_key(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY];
	struct slot slot;

	assert_int_equal(slots_open(&slots, place->dir, false, false), 0);
	assert_int_equal(slots_key(&slots, 1, key), ERR_SLOT_DAMAGED);
	assert_int_equal(slots_key(&slots, 4000000000, key), ERR_SLOT_DAMAGED);
	assert_int_equal(slots_get(&slots, 1, &slot), 0);
	assert_int_equal(slot.state, SLOT_FREE);
}

static void
the_file_grows_as_units_come(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY];
	uint8_t first[SECRET_KEY];
	long before;

	make(&slots, place, 1, first);
	before = place_size(place, "slots");
	make(&slots, place, (uint32_t)(before / 64), key);
	assert_true(place_size(place, "slots") > before);
	assert_int_equal(place_size(place, "slots") % 64, 0);
	assert_int_equal(slots_key(&slots, 1, key), 0);
	assert_memory_equal(key, first, sizeof key);
}

static void
a_file_cut_short_is_an_error(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t key[SECRET_KEY];

	make(&slots, place, 3, key);
	assert_int_equal(ftruncate(slots.fd, 3 * 64 + 40), 0);
	assert_int_equal(slots_key(&slots, 3, key), ERR_SLOT_DAMAGED);
}

static void
a_directory_in_its_place_is_refused(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	char path[512];

	snprintf(path, sizeof path, "%s/slots", place->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(slots_open(&slots, place->dir, false, false), -ENOENT);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(slots_open(&slots, place->dir, false, true) < 0);
	assert_true(slots_open(&slots, place->dir, true, false) < 0);
	assert_int_equal(rmdir(path), 0);
}

static void
a_file_that_others_may_reach_is_not_written_to(void **state)
{
	struct place_test *place = *state;
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	AUTO_SLOTS struct slots copy = { .fd = -1 };
	AUTO_FREE char *path = place_path(place->dir, SLOTS_FILE, NULL);

	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(slots_open(&slots, place->dir, false, false), ERR_KEY_OPEN);
	assert_int_equal(slots_open(&copy, place->dir, false, true), 0);	/* a copy that somebody looks at */
	slots_close(&copy);
	copy.fd = -1;
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(slots_open(&slots, place->dir, false, false), 0);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_has_the_bytes_that_the_header_says),
		TEST(a_copy_is_taken_once_and_never_over_an_erased_one),
		TEST(another_key_in_the_same_place_is_refused),
		TEST(an_erased_key_is_nowhere_in_the_file),
		TEST(a_unit_is_given_once),
		TEST(any_flipped_bit_is_noticed_and_can_still_be_erased),
		TEST(a_record_copied_to_another_place_is_noticed),
		TEST(what_was_never_made_has_no_key),
		TEST(the_file_grows_as_units_come),
		TEST(a_file_cut_short_is_an_error),
		TEST(a_directory_in_its_place_is_refused),
		TEST(a_file_that_others_may_reach_is_not_written_to),
	};

	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
