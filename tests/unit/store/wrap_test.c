/* SPDX-License-Identifier: ISC */
/* Key slots that are wrapped under a key from elsewhere. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/store/replica.h"
#include "lib/store/request.h"
#include "lib/store/rewrap.h"
#include "lib/store/store.h"
#include "tests/unit/store/place.h"

#define AUTO_SLOTS	__attribute__((cleanup(slots_close)))
#define MADE_MS		1700000000123
#define RECORD		64

static struct wraps *
keys(unsigned count)
{
	struct wraps *wraps = secret_new(sizeof *wraps);

	wraps->count = count;
	for (unsigned i = 0; i < count; i++)
		wrap_new(&wraps->keys[i]);
	return wraps;
}

/* The one in force becomes the old one. */
static struct wraps *
changed(const struct wraps *before)
{
	struct wraps *wraps = keys(1);

	wraps->keys[1] = before->keys[0];
	wraps->count = 2;
	return wraps;
}

static bool
is_there(const struct place_test *place, const char *name)
{
	AUTO_FREE char *path = place_path(place->dir, name, NULL);

	return access(path, F_OK) == 0;
}

static void
begin(struct slots *slots, const struct place_test *place, const struct wraps *wraps)
{
	assert_int_equal(slots_open(slots, place->dir, false, false), 0);
	slots->wraps = wraps;
}

static void
make(struct slots *slots, uint32_t unit)
{
	const struct slot slot = { .unit = unit, .class = 3, .created_ms = MADE_MS };

	assert_int_equal(slots_create(slots, &slot), 0);
}

static void
a_wrapped_record_has_the_bytes_that_the_headers_say(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t record[RECORD], key[SECRET_KEY], pad[32], hash[32], label[29];

	begin(&slots, place, wraps);
	make(&slots, 5);
	assert_int_equal(slots_key(&slots, 5, key), 0);
	assert_int_equal(pread(slots.fd, record, sizeof record, 5 * RECORD), RECORD);
	assert_memory_equal(record, "\0\0\0\5\0\3\0\3\0\0\1\x8b\xcf\xe5\x68\x7b", 16);
	memcpy(label, "postern slot v1\0\0\0\5\0\3\0\0\1\x8b\xcf\xe5\x68\x7b", sizeof label);
	crypto_auth_hmacsha256_state hmac;
	crypto_auth_hmacsha256_init(&hmac, wraps->keys[0].key, 32);
	crypto_auth_hmacsha256_update(&hmac, label, sizeof label);
	crypto_auth_hmacsha256_final(&hmac, pad);
	for (size_t i = 0; i < 32; i++)
		assert_int_equal(record[16 + i] ^ pad[i], key[i]);
	crypto_auth_hmacsha256_init(&hmac, wraps->keys[0].key, 32);
	crypto_auth_hmacsha256_update(&hmac, (const uint8_t *)"postern slots key id", 20);
	crypto_auth_hmacsha256_final(&hmac, hash);
	assert_memory_equal(record + 48, hash, 4);
	secret_sha256(record, 52, hash);
	assert_memory_equal(record + 52, hash, 12);
	assert_int_equal(place_search(place, NULL, key, sizeof key), 0);
	assert_int_equal(place_search(place, NULL, key, 8), 0);
}

static void
without_its_key_a_slot_says_so_and_can_be_copied_and_erased(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SECRET struct wraps *others = keys(2);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t record[RECORD], key[SECRET_KEY];
	struct slot slot;

	begin(&slots, place, wraps);
	make(&slots, 5);
	slots.wraps = NULL;
	assert_int_equal(slots_key(&slots, 5, key), ERR_WRAP_MISSING);
	slots.wraps = others;
	assert_int_equal(slots_key(&slots, 5, key), ERR_WRAP_WRONG);
	assert_int_equal(slots_get(&slots, 5, &slot), 0);
	assert_int_equal(slot.state, SLOT_LIVE);
	assert_true(slot.is_wrapped);
	assert_memory_equal(slot.wrap_id, wraps->keys[0].id, WRAP_ID);
	assert_int_equal(slots_copy(&slots, 5, record), 0);
	assert_int_equal(slots_shred(&slots, 5), 0);
	slots.wraps = wraps;
	assert_int_equal(slots_key(&slots, 5, key), ERR_SLOT_GONE);
	assert_int_equal(place_search(place, "slots", record + 16, 32), 0);
	assert_int_equal(slots_put(&slots, record), ERR_SLOT_GONE);
}

static void
any_flipped_bit_of_a_wrapped_record_is_noticed(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t record[RECORD], key[SECRET_KEY];

	begin(&slots, place, wraps);
	make(&slots, 2);
	assert_int_equal(pread(slots.fd, record, sizeof record, 2 * RECORD), RECORD);
	for (size_t bit = 0; bit < 8 * sizeof record; bit++) {
		uint8_t byte = (uint8_t)(record[bit / 8] ^ 1 << bit % 8);

		place_overwrite(place, "slots", (long)(2 * RECORD + bit / 8), &byte, 1);
		assert_int_equal(slots_key(&slots, 2, key), ERR_SLOT_DAMAGED);
		place_overwrite(place, "slots", 2 * RECORD, record, sizeof record);
	}
	assert_int_equal(slots_key(&slots, 2, key), 0);
}

/* Some in the clear, some wrapped, some erased, over more than one block. */
static void
fill(struct slots *slots, struct wraps *wraps, uint8_t plain[][SECRET_KEY], uint32_t count)
{
	for (uint32_t unit = 1; unit < count; unit++) {
		slots->wraps = unit % 3 == 0 ? wraps : NULL;
		make(slots, unit);
		slots->wraps = wraps;
		assert_int_equal(slots_key(slots, unit, plain[unit]), 0);
		if (unit % 7 == 0)
			assert_int_equal(slots_shred(slots, unit), 0);
	}
}

static void
check_keys(struct slots *slots, uint8_t plain[][SECRET_KEY], uint32_t count)
{
	uint8_t key[SECRET_KEY];

	for (uint32_t unit = 1; unit < count; unit++) {
		assert_int_equal(slots_key(slots, unit, key), unit % 7 == 0 ? ERR_SLOT_GONE : 0);
		if (unit % 7 != 0)
			assert_memory_equal(key, plain[unit], SECRET_KEY);
	}
}

static void
what_lies_in_the_clear_is_wrapped_in_place(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	static uint8_t plain[150][SECRET_KEY];
	struct survey survey;
	uint32_t count;

	begin(&slots, place, wraps);
	fill(&slots, wraps, plain, 150);
	assert_int_equal(slots_survey(&slots, &survey), 0);
	assert_int_equal(survey.plain + survey.now, 149 - 149 / 7);
	assert_true(survey.plain > 80 && survey.now > 30);
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
	assert_int_equal(count, survey.plain);
	check_keys(&slots, plain, 150);
	for (uint32_t unit = 1; unit < 150; unit++)
		assert_int_equal(place_search(place, NULL, plain[unit], SECRET_KEY), 0);
	assert_int_equal(slots_survey(&slots, &survey), 0);
	assert_int_equal(survey.plain, 0);
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
	assert_int_equal(count, 0);
	assert_false(is_there(place, REWRAP_FILE));
}

static void
a_new_key_takes_over_from_the_old_one(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *first = keys(1);
	AUTO_SECRET struct wraps *both = changed(first);
	AUTO_SECRET struct wraps *second = keys(1);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	static uint8_t plain[80][SECRET_KEY];
	struct survey survey;
	uint32_t count;

	begin(&slots, place, first);
	fill(&slots, first, plain, 80);
	slots.wraps = both;
	check_keys(&slots, plain, 80);
	assert_int_equal(slots_survey(&slots, &survey), 0);
	assert_true(survey.old > 0 && survey.now == 0 && survey.plain > 0);
	second->keys[0] = both->keys[0];
	slots.wraps = second;	/* the old one is gone too early */
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), ERR_WRAP_WRONG);
	slots.wraps = both;
	check_keys(&slots, plain, 80);
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
	slots.wraps = second;
	check_keys(&slots, plain, 80);
	assert_int_equal(slots_survey(&slots, &survey), 0);
	assert_int_equal(survey.plain + survey.old + survey.other, 0);
}

/* What stood in the redo file when the power went: as rewrap.h has it. */
static void
put_redo(const struct place_test *place, const uint8_t *block, uint64_t offset, bool is_torn)
{
	AUTO_FREE char *path = place_path(place->dir, REWRAP_FILE, NULL);
	uint8_t redo[64 + 4096] = "SLOTREDO", hashed[16 + 16 + 4096] = { 0 };

	for (int i = 0; i < 8; i++)
		redo[8 + i] = (uint8_t)(offset >> (56 - 8 * i));
	memcpy(redo + 64, block, 4096);
	memcpy(hashed, redo, 16);
	memcpy(hashed + 32, block, 4096);
	secret_sha256(hashed, sizeof hashed, redo + 16);
	if (is_torn)
		memset(redo + 64 + 2048, 0x5a, 2048);
	assert_int_equal(fdio_replace(path, 0600, redo, sizeof redo), 0);
}

/* For each place at which the power may go in the middle of writing the second block: its end is garbage, its beginning new. */
static void
a_block_torn_by_a_power_cut_is_whole_after_the_next_start(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	static uint8_t plain[150][SECRET_KEY], after[4096];
	static const size_t cuts[] = { 0, 1, 512, 640, 2048, 4095, 4096 };
	struct place_copy before;
	uint32_t count;

	begin(&slots, place, wraps);
	fill(&slots, wraps, plain, 150);
	before = place_copy(place, "slots");
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
	assert_int_equal(pread(slots.fd, after, sizeof after, 4096), 4096);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		uint8_t torn[4096];

		slots_close(&slots);
		place_put_back(place, "slots", &before);
		memset(torn, 0x5a, sizeof torn);
		memcpy(torn, after, cuts[i]);
		place_overwrite(place, "slots", 4096, torn, sizeof torn);
		put_redo(place, after, 4096, false);
		begin(&slots, place, wraps);
		assert_false(is_there(place, REWRAP_FILE));
		check_keys(&slots, plain, 150);
		assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
		check_keys(&slots, plain, 150);
	}
	free(before.bytes);
}

static void
what_was_erased_does_not_come_back_from_the_redo_file(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	static uint8_t plain[80][SECRET_KEY], block[4096];
	uint32_t count;
	uint8_t key[SECRET_KEY];

	begin(&slots, place, wraps);
	fill(&slots, wraps, plain, 80);
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
	assert_int_equal(pread(slots.fd, block, sizeof block, 0), 4096);
	assert_int_equal(slots_shred(&slots, 5), 0);
	put_redo(place, block, 0, false);
	slots_close(&slots);
	begin(&slots, place, wraps);
	assert_int_equal(slots_key(&slots, 5, key), ERR_SLOT_GONE);
	assert_int_equal(place_search(place, NULL, block + (size_t)5 * RECORD + 16, 32), 0);
	/* One that was torn itself says nothing. */
	put_redo(place, block, 0, true);
	slots_close(&slots);
	begin(&slots, place, wraps);
	assert_int_equal(slots_key(&slots, 5, key), ERR_SLOT_GONE);
	assert_int_equal(slots_key(&slots, 6, key), 0);
	assert_memory_equal(key, plain[6], SECRET_KEY);
	assert_false(is_there(place, REWRAP_FILE));
}

static void
the_replica_takes_another_wrapping_and_no_way_back(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SECRET struct wraps *both = changed(wraps);
	AUTO_SLOTS struct slots slots = { .fd = -1 };
	uint8_t clear[RECORD], first[RECORD], second[RECORD], false_one[RECORD], hash[32], key[SECRET_KEY], found[SECRET_KEY];
	uint32_t count;

	begin(&slots, place, NULL);
	make(&slots, 5);
	assert_int_equal(slots_key(&slots, 5, key), 0);
	assert_int_equal(slots_copy(&slots, 5, clear), 0);
	slots.wraps = wraps;
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
	assert_int_equal(slots_copy(&slots, 5, first), 0);
	slots.wraps = both;
	assert_int_equal(slots_rewrap(&slots, place->dir, &count), 0);
	assert_int_equal(slots_copy(&slots, 5, second), 0);
	place_overwrite(place, "slots", 5 * RECORD, clear, sizeof clear);
	slots.wraps = NULL;	/* as on the second host */
	assert_int_equal(slots_put(&slots, first), 0);
	assert_int_equal(slots_put(&slots, first), 0);
	assert_int_equal(slots_put(&slots, clear), ERR_STORE_CONFLICT);
	memcpy(false_one, first, sizeof false_one);
	false_one[20] ^= 1;
	secret_sha256(false_one, 52, hash);
	memcpy(false_one + 52, hash, 12);
	assert_int_equal(slots_put(&slots, false_one), ERR_STORE_CONFLICT);
	assert_int_equal(slots_put(&slots, second), 0);
	slots.wraps = both;
	assert_int_equal(slots_key(&slots, 5, found), 0);
	assert_memory_equal(found, key, sizeof key);
}

static void
a_key_in_writing_is_checked(void **state)
{
	AUTO_SECRET struct wraps *wraps = keys(2);
	AUTO_SECRET struct wraps *found = keys(0);
	char text[3 * WRAP_TEXT], one[WRAP_TEXT];

	(void)state;
	wrap_text(&wraps->keys[0], one);
	assert_int_equal(strlen(one), 20 + 8 + 1 + 64 + 1);
	assert_int_equal(wraps_parse(found, one), 0);
	assert_int_equal(wraps_parse(found, one), 0);
	assert_int_equal(found->count, 1);
	assert_memory_equal(found->keys, wraps->keys, sizeof wraps->keys[0]);
	wrap_text(&wraps->keys[1], one);
	snprintf(text, sizeof text, "# the old one\n\n%s \r\n", one);
	assert_int_equal(wraps_parse(found, text), 0);
	assert_int_equal(found->count, 2);
	for (size_t i = 0; one[i] != '\n'; i++) {
		AUTO_SECRET struct wraps *none = keys(0);

		memcpy(text, one, sizeof one);
		text[i] = text[i] == '7' ? '8' : '7';
		assert_int_equal(wraps_parse(none, text), ERR_WRAP_KEY);
		assert_int_equal(none->count, 0);
	}
	wrap_new(&wraps->keys[0]);
	wrap_text(&wraps->keys[0], one);
	assert_int_equal(wraps_parse(found, one), ERR_WRAP_KEY);	/* a third one */
}

static void
put_credential(const struct place_test *place, const char *name, const struct wrap *wrap, mode_t mode)
{
	AUTO_FREE char *path = place_path(place->dir, name, NULL);
	char text[WRAP_TEXT];

	wrap_text(wrap, text);
	assert_int_equal(fdio_replace(path, mode, text, strlen(text)), 0);
}

static void
credentials_are_read_with_their_modes(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(2);
	AUTO_SECRET struct wraps *found = keys(0);
	AUTO_FREE char *old = place_path(place->dir, WRAP_CREDENTIAL_OLD, NULL);
	AUTO_FD int pipe = -1;

	assert_int_equal(wraps_load(found, NULL), 0);
	assert_int_equal(wraps_load(found, place->dir), 0);
	assert_int_equal(found->count, 0);
	put_credential(place, WRAP_CREDENTIAL_OLD, &wraps->keys[1], 0400);
	assert_int_equal(wraps_load(found, place->dir), ERR_WRAP_OLD);
	found->count = 0;
	put_credential(place, WRAP_CREDENTIAL, &wraps->keys[0], 0404);
	assert_int_equal(wraps_load(found, place->dir), ERR_KEY_OPEN);
	put_credential(place, WRAP_CREDENTIAL, &wraps->keys[0], 0400);
	assert_int_equal(wraps_load(found, place->dir), 0);
	assert_int_equal(found->count, 2);
	assert_memory_equal(found->keys, wraps->keys, sizeof wraps->keys);
	pipe = wraps_pipe(found);
	assert_true(pipe >= 0);
	found->count = 0;
	assert_int_equal(wraps_take(found, pipe), 0);
	assert_int_equal(found->count, 2);
	assert_memory_equal(found->keys, wraps->keys, sizeof wraps->keys);
	assert_int_equal(fdio_replace(old, 0400, "nothing\n", 8), 0);
	found->count = 0;
	assert_int_equal(wraps_load(found, place->dir), ERR_WRAP_KEY);
}

static int
read_reason(void *ctx, const struct request *request)
{
	char *reason = ctx;

	snprintf(reason, 64, "%s", request->reason != NULL ? request->reason : err_name(request->reason_error));
	return 0;
}

static int
count_job(void *ctx, const struct replica_job *job)
{
	(*(int *)ctx)++;
	return job->is_erase;
}

static void
a_catalogue_is_wrapped_as_it_is_opened(void **state)
{
	struct place_test *place = *state;
	AUTO_SECRET struct wraps *wraps = keys(1);
	AUTO_SECRET struct wraps *others = keys(1);
	const struct request_filter all = { .limit = 0 };
	char reason[64] = "";
	struct survey survey;
	int jobs = 0;

	ask(place->store, NOON, "find the lost orders");
	assert_int_equal(replica_kept(place->store, 1, NOON), 0);
	assert_int_equal(replica_jobs(place->store, 0, count_job, &jobs), 0);
	assert_int_equal(jobs, 0);
	assert_int_equal(store_wrap_with(place->store, wraps, &survey), 0);
	assert_int_equal(survey.plain, 1);
	assert_int_equal(replica_jobs(place->store, 0, count_job, &jobs), 0);
	assert_int_equal(jobs, 1);	/* its copy there is in the clear */
	ask(place->store, NOON + DAY, "another day");
	assert_int_equal(request_list(place->store, &all, read_reason, reason), 0);
	assert_string_equal(reason, "find the lost orders");
	assert_int_equal(place_reopen(place, 0), 0);
	assert_int_equal(store_wrap_with(place->store, NULL, NULL), ERR_WRAP_MISSING);
	assert_int_equal(request_list(place->store, &all, read_reason, reason), 0);
	assert_string_equal(reason, "ERR_WRAP_MISSING");
	assert_int_equal(store_wrap_with(place->store, others, &survey), ERR_WRAP_WRONG);
	assert_int_equal(survey.other, 2);
	assert_memory_equal(survey.other_id, wraps->keys[0].id, WRAP_ID);
	assert_int_equal(place_reopen(place, STORE_READONLY), 0);
	assert_int_equal(store_wrap_with(place->store, wraps, &survey), 0);
	assert_int_equal(survey.now, 2);
	assert_int_equal(request_list(place->store, &all, read_reason, reason), 0);
	assert_string_equal(reason, "find the lost orders");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wrapped_record_has_the_bytes_that_the_headers_say),
		TEST(without_its_key_a_slot_says_so_and_can_be_copied_and_erased),
		TEST(any_flipped_bit_of_a_wrapped_record_is_noticed),
		TEST(what_lies_in_the_clear_is_wrapped_in_place),
		TEST(a_new_key_takes_over_from_the_old_one),
		TEST(a_block_torn_by_a_power_cut_is_whole_after_the_next_start),
		TEST(what_was_erased_does_not_come_back_from_the_redo_file),
		TEST(the_replica_takes_another_wrapping_and_no_way_back),
		TEST(a_key_in_writing_is_checked),
		TEST(credentials_are_read_with_their_modes),
		TEST(a_catalogue_is_wrapped_as_it_is_opened),
	};

	return cmocka_run_group_tests_name("wrap", tests, NULL, NULL);
}
