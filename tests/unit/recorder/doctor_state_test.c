/* SPDX-License-Identifier: ISC */
/* postern doctor looks at a state: each thing that is broken has its sentence and its line. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/place.h"
#include "lib/base/secret.h"
#include "lib/store/event.h"
#include "lib/store/failure.h"
#include "lib/store/head.h"
#include "lib/store/recording.h"
#include "lib/store/retention.h"
#include "lib/store/wrap.h"
#include "recorder/doctor/doctor.h"
#include "recorder/gate/gate_log.h"
#include "recorder/policy/policy.h"
#include "tests/unit/store/place.h"

#define HOUR	(60 * MINUTE)

static int
setup(void **state)
{
	struct place_test *place;
	int r = place_setup(state);
	AUTO_FREE char *rec = NULL;

	place = *state;
	rec = r == 0 ? place_path(place->dir, "rec", NULL) : NULL;
	return r == 0 ? mkdir(rec, 0700) : r;
}

static int
teardown(void **state)
{
	struct place_test *place = *state;
	AUTO_FREE char *rec = place_path(place->dir, "rec", NULL);

	chmod(place->dir, 0700);
	rmdir(rec);
	return place_teardown(state);
}

/* One class that keeps recordings for a day, as the store's tests name it. */
static const struct policy *
one_day(void)
{
	static char standard[] = "standard";
	static struct policy_class class = { .name = standard, .recording_s = 86400, .texts_s = POLICY_FOREVER, .log_s = POLICY_FOREVER };
	static const struct policy policy = { .classes = &class, .classes_count = 1 };

	return &policy;
}

static void
look_with(const struct place_test *test, int64_t now_us, struct key_look keys, struct doctor *d)
{
	char dir[sizeof test->dir];
	const struct place place = { .root = dir, .state = dir };
	const struct state_look look = { .place = &place, .policy = one_day(), .owner = geteuid(), .group = getegid(), .now_us = now_us, .keys = keys };

	strcpy(dir, test->dir);
	doctor_state(d, &look);
}

static void
look(const struct place_test *test, int64_t now_us, struct doctor *d)
{
	look_with(test, now_us, (struct key_look){ .is_open = false }, d);
}

/* Exactly one, with these words in what it says and in what it asks for. */
static void
one_finding(const struct doctor *d, bool is_advice, const char *what, const char *fix)
{
	if (d->count != 1)
		fail_msg("%zu findings, the first: %s", d->count, d->count > 0 ? d->findings[0].what : "none");
	assert_int_equal(d->findings[0].is_advice, is_advice);
	if (strstr(d->findings[0].what, what) == NULL)
		fail_msg("it says: %s", d->findings[0].what);
	if (strstr(d->findings[0].fix, fix) == NULL)
		fail_msg("it asks for: %s", d->findings[0].fix);
}

static void
put(const struct place_test *place, const char *name)
{
	AUTO_FREE char *path = place_path(place->dir, name, NULL);

	assert_int_equal(fdio_replace(path, 0600, "x", 1), 0);
}

static void
a_state_that_works_has_nothing_to_find(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };
	struct session session = entered(place_store(state), NOON);

	finish(place_store(state), &session.id, NOON + MINUTE);
	look(*state, NOON + HOUR, &d);
	if (d.count > 0)
		fail_msg("%s", d.findings[0].what);
	assert_int_equal(d.skipped_count, 0);
}

static void
what_should_have_gone_is_found(void **state)
{
	AUTO_DOCTOR struct doctor before = { 0 };
	AUTO_DOCTOR struct doctor after = { 0 };
	struct session session = entered(place_store(state), NOON);

	finish(place_store(state), &session.id, NOON + MINUTE);
	look(*state, NOON + DAY + HOUR, &before);	/* a minute less than an hour over its time */
	assert_int_equal(before.count, 0);
	look(*state, NOON + DAY + HOUR + 2 * MINUTE, &after);
	one_finding(&after, false, "the time of 1 key slot was over more than an hour ago, and it is still there", "postern retention run");
}

static void
deletions_that_failed_are_found_until_they_are_done(void **state)
{
	static const char *const words[FAILURE_PARTS] = { "their key is still there: Input/output error", "their file is not: Input/output error",
		"the replica has not confirmed that: Input/output error" };
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	char id[ID_TEXT];

	finish(store, &session.id, NOON + MINUTE);
	id_text(&session.id, id)[ID_SHORT] = '\0';
	for (enum failure_part part = 0; part < FAILURE_PARTS; part++) {
		AUTO_DOCTOR struct doctor d = { 0 };
		AUTO_DOCTOR struct doctor done = { 0 };

		assert_true(failure_note(store, session.recording_unit, part, NOON + DAY, "Input/output error") > 0);
		look(*state, NOON + DAY, &d);
		one_finding(&d, false, words[part], "postern retention run");
		assert_string_equal(d.findings[0].who, id);
		assert_int_equal(failure_over(store, session.recording_unit, part), 1);
		look(*state, NOON + DAY, &done);
		assert_int_equal(done.count, 0);
	}
}

static void
a_deletion_that_waits_for_somebody_says_so(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	const struct event_new held = { .type = LOG_RETENTION_HELD, .time_us = NOON + DAY, .class = "standard", .number = EVENT_NO_NUMBER,
		.text = "the wall clock has jumped", .text_bytes = 25 };
	int64_t seq;

	finish(store, &session.id, NOON + MINUTE);
	assert_int_equal(event_append(store, &held, &seq), 0);
	look(*state, NOON + 2 * DAY, &d);
	one_finding(&d, false, "the wall clock has jumped", "postern retention run --confirm");
}

static void
files_of_deleted_recordings_are_found(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };
	const struct place_test *place = *state;
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	char id[ID_TEXT], name[ID_TEXT + 16];
	AUTO_FREE char *path = NULL;

	assert_int_equal(recording_create(store, &session.id, "envelope", 8, NOON), 0);
	finish(store, &session.id, NOON + MINUTE);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON + 2 * DAY), 0);
	snprintf(name, sizeof name, "rec/%s.rec", id_text(&session.id, id));
	put(place, name);
	look(place, NOON + 2 * DAY, &d);
	path = place_path(place->dir, name, NULL);
	unlink(path);
	one_finding(&d, false, "1 file of deleted recordings could not be removed; their keys are gone", "lsattr");
}

static void
a_hold_that_ends_soon_is_worth_a_word(void **state)
{
	AUTO_DOCTOR struct doctor early = { 0 };
	AUTO_DOCTOR struct doctor soon = { 0 };
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	const struct session_hold hold = { .by = "aud-1", .at_us = NOON, .until_us = NOON + 30 * DAY };
	char id[ID_TEXT];

	finish(store, &session.id, NOON + MINUTE);
	assert_int_equal(session_hold(store, &session.id, &hold), 0);
	look(*state, NOON + 20 * DAY, &early);
	assert_int_equal(early.count, 0);
	look(*state, NOON + 25 * DAY, &soon);
	one_finding(&soon, true, "the legal hold of session", id_text(&session.id, id));
}

static void
a_clock_behind_the_log_is_found(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };
	const struct event_new event = { .type = LOG_GATE_STARTED, .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER, .text = "x", .text_bytes = 1 };
	int64_t seq;

	assert_int_equal(event_append(place_store(state), &event, &seq), 0);
	look(*state, NOON - 3 * HOUR, &d);
	one_finding(&d, false, "the wall clock stands 3 h behind the newest entry of the log, so nothing is deleted", "timedatectl set-ntp true");
}

static void
each_missing_key_of_the_log_is_found(void **state)
{
	static const char *const names[] = { "log.key", "log.pub", "epochs" };
	static const char *const words[] = { "the log's key is missing", "the public half", "the key of the log's present hour" };
	static char note[] = "a note";
	const struct place_test *place = *state;

	assert_int_equal(head_put(place->store, &(struct head){ .size = 0, .time_us = NOON, .note = note }), 0);
	for (size_t missing = 0; missing < 3; missing++) {
		AUTO_DOCTOR struct doctor d = { 0 };
		AUTO_FREE char *path = place_path(place->dir, names[missing], NULL);

		for (size_t i = 0; i < 3; i++)
			put(place, names[i]);
		assert_int_equal(unlink(path), 0);
		look(place, NOON, &d);
		one_finding(&d, false, words[missing], missing < 2 ? names[missing] : "restart posternd");
	}
}

static void
a_damaged_catalogue_and_missing_slots_are_found(void **state)
{
	AUTO_DOCTOR struct doctor damaged = { 0 };
	AUTO_DOCTOR struct doctor missing = { 0 };
	struct place_test *place = *state;
	AUTO_FREE char *slots = place_path(place->dir, "slots", NULL);

	store_close(TAKE(place->store, NULL));
	place_overwrite(place, "catalogue.db", 0, "this is no database", 19);
	look(place, NOON, &damaged);
	one_finding(&damaged, false, "does not open: the catalogue is damaged", "catalogue.db back from the backup");
	assert_int_equal(unlink(slots), 0);
	look(place, NOON, &missing);
	one_finding(&missing, false, "the file of key slots is missing", "slots back from its replica");
}

static void
a_state_without_a_folder_for_recordings_is_found(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };
	const struct place_test *place = *state;
	AUTO_FREE char *rec = place_path(place->dir, "rec", NULL);

	assert_int_equal(rmdir(rec), 0);
	look(place, NOON, &d);
	assert_int_equal(mkdir(rec, 0700), 0);
	one_finding(&d, false, "cannot be written: No such file", "mkdir -p");
}

static void
put_device(const char *folder, const char *name, const char *uuid)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/%s/dm", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/%s/slaves", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/%s/dm/uuid", folder, name);
	assert_int_equal(fdio_replace(path, 0600, uuid, strlen(uuid)), 0);
}

static void
remove_device(const char *folder, const char *name)
{
	static const char *const parts[] = { "dm/uuid", "dm", "slaves/dm-0", "slaves", "" };
	char path[256];

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		snprintf(path, sizeof path, "%s/%s/%s", folder, name, parts[i]);
		if (unlink(path) < 0)
			rmdir(path);
	}
}

/* As /sys has them: an encrypted device, a volume that lies on it, and one that lies on nothing of the kind. */
static void
a_disk_is_encrypted_if_what_it_lies_on_is(void **state)
{
	char folder[] = "/tmp/postern-doctor.XXXXXX", path[256];
	bool crypt, volume, plain;

	(void)state;
	assert_non_null(mkdtemp(folder));
	put_device(folder, "dm-0", "CRYPT-LUKS2-0123\n");
	put_device(folder, "dm-1", "LVM-abc\n");
	put_device(folder, "dm-2", "LVM-def\n");
	snprintf(path, sizeof path, "%s/dm-1/slaves/dm-0", folder);
	assert_int_equal(symlink("../../dm-0", path), 0);
	snprintf(path, sizeof path, "%s/dm-0", folder);
	crypt = doctor_is_encrypted(path);
	path[strlen(path) - 1] = '1';
	volume = doctor_is_encrypted(path);
	path[strlen(path) - 1] = '2';
	plain = doctor_is_encrypted(path);
	remove_device(folder, "dm-0");
	remove_device(folder, "dm-1");
	remove_device(folder, "dm-2");
	assert_int_equal(rmdir(folder), 0);
	assert_true(crypt);
	assert_true(volume);
	assert_false(plain);
	assert_false(doctor_is_encrypted(folder));
}

static void
what_the_child_writes_comes_back_as_it_was(void **state)
{
	AUTO_DOCTOR struct doctor from = { 0 };
	AUTO_DOCTOR struct doctor to = { 0 };
	AUTO_DOCTOR struct doctor none = { 0 };
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	doctor_add(&from, "state", "anna", "a \"word\"", "a line");
	doctor_advise(&from, "clock", NULL, "two\nlines\033[2J", "");
	doctor_skip(&from, "the rest");
	doctor_print_json(&from, true, file);
	rewind(file);
	assert_int_equal(doctor_read(&to, file), 0);
	assert_int_equal(to.count, 2);
	assert_string_equal(to.findings[0].what, "a \"word\"");
	assert_string_equal(to.findings[0].who, "anna");
	assert_string_equal(to.findings[1].what, "two lines?[2J");
	assert_true(to.findings[1].is_advice);
	assert_string_equal(to.skipped[0], "the rest");
	assert_int_equal(doctor_findings(&to), 1);
	fputs("no JSON\n", file);
	fseek(file, -8, SEEK_CUR);
	assert_true(doctor_read(&none, file) < 0);
	fclose(file);
}

/* ---- key slots */

static void
what_a_thief_could_read_is_said(void **state)
{
	const struct key_look open = { .is_open = true }, closed = { .is_open = false };
	AUTO_DOCTOR struct doctor on_an_open_disk = { 0 };
	AUTO_DOCTOR struct doctor on_a_closed_one = { 0 };
	AUTO_DOCTOR struct doctor with_the_key = { 0 };

	entered(place_store(state), NOON);
	ask(place_store(state), NOON + DAY, "another day");
	look_with(*state, NOON + DAY, open, &on_an_open_disk);
	one_finding(&on_an_open_disk, true, "wrapped by nothing and the disk does not look encrypted: a thief of this disk can read reasons, comments and log texts "
	    "with command lines of 2 days and 1 session; not the recordings without an auditor's key", "postern keygen slots");
	look_with(*state, NOON + DAY, closed, &on_a_closed_one);
	assert_int_equal(on_a_closed_one.count, 0);
	put(*state, "log.key");
	look_with(*state, NOON + DAY, open, &with_the_key);
	one_finding(&with_the_key, true, "and 1 session, and sign heads of the log; not", "postern keygen slots");
}

static struct wraps *
wrap_all(struct store *store)
{
	struct wraps *wraps = secret_new(sizeof *wraps);

	wrap_new(&wraps->keys[0]);
	wraps->count = 1;
	assert_int_equal(store_wrap_with(store, wraps, NULL), 0);
	return wraps;
}

static void
wrapped_slots_are_said_with_what_seals_their_key(void **state)
{
	static const struct {
		struct key_look	keys;
		bool		is_advice;
		const char	*what, *fix;
	} rows[] = {
		{ { .is_open = true }, true, "reads nothing of the reasons", "nothing, unless these" },
		{ { .is_open = true, .is_seen = true, .has_slots = true, .sealed = SEALED_TPM }, true, ", sealed by this machine's TPM: a thief", "nothing, unless" },
		{ { .is_seen = true, .has_slots = true, .sealed = SEALED_HOST, .is_host_open = true }, true, "who takes that one too", "--with-key=host+tpm2" },
		{ { .is_seen = true, .has_slots = true, .sealed = SEALED_BY_NOTHING }, false, "is sealed by nothing", "--with-key=host+tpm2" },
		{ { .is_seen = true, .has_slots = true, .has_old = true, .sealed = SEALED_HOST }, true, "and nothing is under it any more", "remove postern.slots.key.old" },
		{ { .is_seen = true }, false, "has no credential postern.slots.key: it does not start", "LoadCredentialEncrypted=" },
	};
	AUTO_DOCTOR struct doctor quiet = { 0 };
	AUTO_SECRET struct wraps *wraps = NULL;
	char id[WRAP_ID_TEXT];

	entered(place_store(state), NOON);
	wraps = wrap_all(place_store(state));
	wrap_id_text(wraps->keys[0].id, id);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO_DOCTOR struct doctor d = { 0 };

		look_with(*state, NOON, rows[i].keys, &d);
		one_finding(&d, rows[i].is_advice, rows[i].what, rows[i].fix);
		if (i == 0)
			one_finding(&d, true, id, "");
	}
	look_with(*state, NOON, (struct key_look){ .is_seen = true, .has_slots = true, .sealed = SEALED_TPM }, &quiet);
	assert_int_equal(quiet.count, 0);
	store_wrap_with(place_store(state), NULL, NULL);
}

static void
slots_in_the_clear_among_wrapped_ones_are_found(void **state)
{
	AUTO_DOCTOR struct doctor d = { 0 };
	AUTO_SECRET struct wraps *wraps = NULL;

	entered(place_store(state), NOON);
	wraps = wrap_all(place_store(state));
	store_wrap_with(place_store(state), NULL, NULL);
	entered(place_store(state), NOON + DAY);
	look(*state, NOON + DAY, &d);
	one_finding(&d, false, "key slots lie in the clear beside ", "systemctl restart posternd");
}

static void
where_keys_lay_before_is_worth_a_word(void **state)
{
	struct event_new told = { .type = LOG_SLOTS_WRAPPED, .time_us = NOON + DAY, .class = "standard", .number = EVENT_NO_NUMBER, .text = "x", .text_bytes = 1 };
	AUTO_DOCTOR struct doctor d = { 0 };
	AUTO_SECRET struct wraps *wraps = NULL;
	int64_t seq;

	ask(place_store(state), NOON, "an old one");
	wraps = wrap_all(place_store(state));
	assert_int_equal(event_append(place_store(state), &told, &seq), 0);
	ask(place_store(state), NOON + 2 * DAY, "a new one");
	look(*state, NOON + 2 * DAY, &d);
	one_finding(&d, true, "1 of the live key slots were wrapped anew on", "a new disk");
	store_wrap_with(place_store(state), NULL, NULL);
}

/* Beginnings of what systemd-creds writes. */
static void
what_a_credential_is_sealed_by_stands_in_its_first_bytes(void **state)
{
	static const struct {
		const char	*text;
		enum sealed	sealed;
	} rows[] = {
		{ "Whxqht+dQJax1aZeCGLxmiAAAAABAAAADAAAABAAAADvdEGVE4SkVGdD/P8AAAAA\n", SEALED_HOST },
		{ "k6iUCUh0RJCQyvL8k8q1UyAAAAABAAAADAAAABAAAAC1lFmbWAqWZ8dCCQkAAAAA\n", SEALED_TPM },
		{ "BYRp2vb1QySABUnaD46i+yAAAAABAAAADAAAABAAAAC1lFmbWAqWZ8dCCQkAAAAA\n", SEALED_BY_NOTHING },
		{ "AYRp2vb1QySABUnaD46i+yAAAAABAAAADAAAABAAAAC1lFmbWAqWZ8dCCQkAAAAA\n", SEALED_UNKNOWN },
		{ "postern-slots-key-1 00000000 11", SEALED_UNKNOWN },
		{ "", SEALED_UNKNOWN },
	};
	struct place_test *place = *state;
	AUTO_FREE char *path = place_path(place->dir, "slots.key.cred", NULL);

	assert_int_equal(doctor_sealed_how(path), SEALED_UNKNOWN);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(fdio_replace(path, 0600, rows[i].text, strlen(rows[i].text)), 0);
		assert_int_equal(doctor_sealed_how(path), rows[i].sealed);
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_state_that_works_has_nothing_to_find),
		TEST(what_should_have_gone_is_found),
		TEST(deletions_that_failed_are_found_until_they_are_done),
		TEST(a_deletion_that_waits_for_somebody_says_so),
		TEST(files_of_deleted_recordings_are_found),
		TEST(a_hold_that_ends_soon_is_worth_a_word),
		TEST(a_clock_behind_the_log_is_found),
		TEST(each_missing_key_of_the_log_is_found),
		TEST(a_damaged_catalogue_and_missing_slots_are_found),
		TEST(a_state_without_a_folder_for_recordings_is_found),
		TEST(what_a_thief_could_read_is_said),
		TEST(wrapped_slots_are_said_with_what_seals_their_key),
		TEST(slots_in_the_clear_among_wrapped_ones_are_found),
		TEST(where_keys_lay_before_is_worth_a_word),
		TEST(what_a_credential_is_sealed_by_stands_in_its_first_bytes),
		cmocka_unit_test(a_disk_is_encrypted_if_what_it_lies_on_is),
		cmocka_unit_test(what_the_child_writes_comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
