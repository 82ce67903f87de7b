/* SPDX-License-Identifier: ISC */
/*
 * The power is cut while the log grows: it never goes behind a head that was handed out. All writes below SQLite are kept
 * in order (tests/unit/store/disk.h), and after each cut the log is opened and checked with every head that was out by then.
 */
#include "config.h"

#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/head.h"
#include "lib/store/mark.h"
#include "lib/store/verify.h"
#include "recorder/gate/signer.h"
#include "tests/unit/store/disk.h"
#include "tests/unit/store/place.h"

#define ROUNDS	360	/* transactions: more than one checkpoint's worth of pages */
#define CUTS	200
#define SEED	UINT64_C(0x2545f4914f6cdd1d)	/* another one: POSTERN_SEED */

/* A head somebody has. */
struct given {
	size_t			point;	/* of the disk's memory, when it was given */
	struct checkpoint	head;
};

struct power {
	struct place_test	*place;
	struct place_test	*after;		/* made anew for each cut */
	struct disk		*disk;
	struct signer		*signer;
	struct note_key		 key;
	int64_t			 now_us;
	struct given		 given[2 * ROUNDS];
	struct checkpoint	 pins[2 * ROUNDS];	/* the same heads alone */
	size_t			 count;
	uint64_t		 seed;
};

static int
seal(void *user)
{
	struct power *power = user;

	return signer_seal(power->signer, power->place->store, power->now_us);
}

/* As the gate gives a head to a console: what the catalogue has, after the transaction. */
static void
hand_out(struct power *power)
{
	AUTO_HEAD struct head head = { 0 };
	struct given *given = &power->given[power->count++];
	struct note note;

	assert_int_equal(head_get(power->place->store, INT64_MAX, &head), 0);
	assert_int_equal(note_parse(head.note, strlen(head.note), &note), 0);
	assert_int_equal(checkpoint_parse(note.text, note.text_bytes, &given->head), 0);
	given->point = disk_now(power->disk);
	power->pins[power->count - 1] = given->head;
}

static void
append(struct power *power, uint64_t count)
{
	static char text[900];
	struct event_new event = { .type = 1, .time_us = power->now_us, .class = "standard", .number = EVENT_NO_NUMBER, .text = text,
		.text_bytes = disk_random(&power->seed) % sizeof text };
	AUTO_TXN struct txn txn = { 0 };
	int64_t seq;

	assert_int_equal(txn_begin(&txn, power->place->store), 0);
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(event_append(power->place->store, &event, &seq), 0);
	assert_int_equal(txn_commit(&txn), 0);
}

static void
change_key(struct power *power)
{
	struct signer_moment at = { power->now_us, "standard" };
	bool is_broken;

	assert_int_equal(signer_begin(power->signer, power->place->store, &at, &is_broken), 0);
	assert_false(is_broken);
}

/* Alone and many at once, with changes of the key, a purge, and whatever checkpoints SQLite makes of it. */
static void
live(struct power *power)
{
	for (int i = 0; i < ROUNDS; i++) {
		power->now_us += (int64_t)(disk_random(&power->seed) % (2 * SECOND));
		append(power, i % 7 == 0 ? disk_random(&power->seed) % 60 + 1 : 1);
		if (i % 50 == 49)
			change_key(power);
		if (i == ROUNDS / 2)
			assert_int_equal(store_purge(power->place->store), 0);
		hand_out(power);
	}
}

static int
set_up(void **state)
{
	struct power *power = own_alloc(sizeof *power);
	const char *seed = getenv("POSTERN_SEED");
	void *place = NULL;

	secret_init();
	*power = (struct power){ .now_us = NOON, .seed = seed != NULL ? strtoull(seed, NULL, 0) | 1 : SEED, .disk = disk_watch() };
	print_message("# seed 0x%llx\n", (unsigned long long)power->seed);
	assert_int_equal(place_setup(&place), 0);
	power->place = place;
	assert_int_equal(signer_open(power->place->dir, "bastion01/postern", -1, power->place->store, &power->signer), 0);
	power->key = *signer_key(power->signer);
	store_seal_with(power->place->store, seal, power);
	change_key(power);
	hand_out(power);
	live(power);
	disk_unwatch(power->disk);
	assert_int_equal(place_setup(&place), 0);
	power->after = place;
	*state = power;
	return 0;
}

static int
tear_down(void **state)
{
	struct power *power = *state;
	void *place = power->place, *after = power->after;

	signer_close(power->signer);
	(void)place_teardown(&place);
	(void)place_teardown(&after);
	disk_free(power->disk);
	free(power);
	return 0;
}

/* How many heads were out at that point. */
static size_t
given_by(const struct power *power, size_t point)
{
	size_t count = 0;

	while (count < power->count && power->given[count].point <= point)
		count++;
	return count;
}

/*
 * The slots are written past SQLite and on the disk at once: they are never behind the catalogue, but may be before it. The
 * mark is written before a head is given out, and nobody syncs it; at most it says what it said then.
 */
static void
restart_after(struct power *power, size_t point)
{
	uint64_t mark = htole64(power->pins[given_by(power, point) - 1].head.size);
	char from[512], to[512];
	AUTO_FREE char *slots = NULL;
	size_t count;

	store_close(TAKE(power->after->store, NULL));
	snprintf(to, sizeof to, "%s/" MARK_FILE, power->after->dir);
	assert_int_equal(fdio_replace(to, 0600, &mark, sizeof mark), 0);
	snprintf(from, sizeof from, "%s/slots", power->place->dir);
	snprintf(to, sizeof to, "%s/slots", power->after->dir);
	assert_int_equal(fdio_slurp_path(from, 1 << 24, &slots, &count), 0);
	assert_int_equal(fdio_replace(to, 0600, slots, count), 0);
	disk_cut(power->disk, point, &power->seed, power->after->dir);
	assert_int_equal(place_reopen(power->after, 0), 0);
}

static enum verify_verdict
check(struct power *power, const struct checkpoint *pins, size_t count, struct verify_report *report)
{
	struct verify_trust trust = { .key = &power->key, .pins = pins, .pin_count = count };

	assert_int_equal(verify_log(power->after->store, &trust, report), 0);
	return report->verdict;
}

/* True if heads that were given out later tell that the log is behind them. */
static bool
assert_log_is_not_behind(struct power *power, size_t point)
{
	const struct checkpoint *pins = power->pins;
	struct verify_report report;
	size_t out = given_by(power, point);

	restart_after(power, point);
	if (check(power, pins, out, &report) != VERIFY_FINE)
		fail_msg("cut after %zu of %zu: %s", point, disk_now(power->disk), report.why);
	assert_true(report.pins >= (int64_t)1 && report.covered == report.entries);
	assert_true((uint64_t)report.entries >= pins[out - 1].head.size);
	if ((uint64_t)report.entries >= pins[power->count - 1].head.size)
		return false;
	assert_int_equal(check(power, pins, power->count, &report), VERIFY_ROLLED_BACK);
	return true;
}

static void
no_cut_takes_the_log_behind_a_head_that_was_handed_out(void **state)
{
	struct power *power = *state;
	size_t first = power->given[0].point, more = disk_now(power->disk) - first;
	int behind = 0;

	for (int i = 0; i < CUTS; i++)
		behind += assert_log_is_not_behind(power, first + disk_random(&power->seed) % (more + 1));
	assert_true(behind > CUTS / 2);	/* most cuts lost something: the heads of later tell */
}

static void
a_cut_at_the_moment_a_head_is_given_keeps_it(void **state)
{
	struct power *power = *state;

	for (size_t i = 0; i < power->count; i += 9)
		(void)assert_log_is_not_behind(power, power->given[i].point);
}

/* After the cut the log grows on from where it is, and all that was said before still holds. */
static void
the_log_goes_on_after_a_cut(void **state)
{
	struct power *power = *state;
	struct verify_report report;

	for (int i = 0; i < 10; i++) {
		size_t point = power->given[0].point + disk_random(&power->seed) % (disk_now(power->disk) - power->given[0].point);
		struct event_new event = { .type = 1, .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER, .text = "on", .text_bytes = 2 };
		int64_t seq;

		restart_after(power, point);
		assert_int_equal(event_append(power->after->store, &event, &seq), 0);
		assert_int_equal(check(power, &power->given[0].head, 1, &report), VERIFY_FINE);
		assert_true(report.entries == seq + 1 && report.pins == 1);
		assert_int_equal(place_reopen(power->after, 0), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_cut_takes_the_log_behind_a_head_that_was_handed_out),
		cmocka_unit_test(a_cut_at_the_moment_a_head_is_given_keeps_it),
		cmocka_unit_test(the_log_goes_on_after_a_cut),
	};

	return cmocka_run_group_tests_name("power", tests, set_up, tear_down);
}
