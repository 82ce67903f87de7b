/* SPDX-License-Identifier: ISC */
/* Signed heads and their check: what an intruder with every key on the disk can do to the log, and what then is said. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fdio.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/head.h"
#include "lib/store/stmt.h"
#include "lib/store/verify.h"
#include "recorder/gate/signer.h"
#include "tests/unit/store/place.h"

#define EPOCHS		4
#define EACH		5	/* texts of an epoch */
#define RECORD		64

/* A log with signed heads. */
struct log {
	struct place_test	*place;
	struct signer		*signer;
	struct note_key		 key;
	int64_t			 now_us;
};

static char *
state_file(const struct log *log, const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", log->place->dir, name);
	return path;
}

static void
read_key(struct log *log)
{
	AUTO_FREE char *text = NULL;
	size_t count;

	assert_int_equal(fdio_slurp_path(state_file(log, "log.pub"), 1024, &text, &count), 0);
	text[strcspn(text, "\n")] = '\0';
	assert_int_equal(note_key_parse(text, &log->key), 0);
}

static void
append(struct log *log, const char *text)
{
	struct event_new event = { .type = 1, .time_us = log->now_us, .class = "standard", .number = EVENT_NO_NUMBER, .text = text, .text_bytes = strlen(text) };
	int64_t seq;

	log->now_us += SECOND;
	assert_int_equal(event_append(log->place->store, &event, &seq), 0);
}

static int
begin(struct log *log, bool *is_broken)
{
	struct signer_moment at = { log->now_us, "standard" };

	return signer_begin(log->signer, log->place->store, &at, is_broken);
}

static void
start(struct log *log)
{
	bool is_broken;

	assert_int_equal(signer_open(log->place->dir, "bastion01/postern", -1, log->place->store, &log->signer), 0);
	assert_int_equal(begin(log, &is_broken), 0);
	assert_false(is_broken);
}

/* Four epochs with a few texts each; a head after every text. */
static void
live(struct log *log)
{
	for (int i = 0; i < EPOCHS * EACH; i++) {
		bool is_broken;
		int r;

		append(log, "somebody did something");
		if (i % EACH == EACH - 1)
			log->now_us += SIGNER_EPOCH_US;
		r = signer_tick(log->signer, log->place->store, log->now_us);
		assert_int_equal(r, i % EACH == EACH - 1);
		if (r == 1)
			assert_int_equal(begin(log, &is_broken), 0);
	}
	append(log, "the last word");
	assert_int_equal(signer_tick(log->signer, log->place->store, log->now_us), 0);
}

static int
set_up(void **state)
{
	struct log *log = own_alloc(sizeof *log);
	void *place = NULL;

	secret_init();
	assert_int_equal(place_setup(&place), 0);
	*log = (struct log){ .place = place, .now_us = NOON };
	start(log);
	read_key(log);
	live(log);
	*state = log;
	return 0;
}

static int
tear_down(void **state)
{
	struct log *log = *state;
	void *place = log->place;

	signer_close(log->signer);
	free(log);
	return place_teardown(&place);
}

static enum verify_verdict
check(struct log *log, const struct checkpoint *pins, size_t count, struct verify_report *report)
{
	struct verify_trust trust = { .key = &log->key, .pins = pins, .pin_count = count };

	assert_int_equal(verify_log(log->place->store, &trust, report), 0);
	assert_true((report->verdict == VERIFY_FINE) == (report->why[0] == '\0'));
	return report->verdict;
}

static void
assert_verdict(struct log *log, enum verify_verdict verdict)
{
	struct verify_report report;

	assert_string_equal(verify_name(check(log, NULL, 0, &report)), verify_name(verdict));
}

/* As root may: the tables' own guards are no obstacle. */
static void
as_root(struct log *log, const char *sql)
{
	static const char *const guards[] = { "events_fixed", "events_keep", "units_fixed", "units_keep" };
	char drop[64];

	for (size_t i = 0; i < sizeof guards / sizeof guards[0]; i++) {
		snprintf(drop, sizeof drop, "DROP TRIGGER IF EXISTS %s", guards[i]);
		assert_true(stmt_run(log->place->store, drop, NO_BINDS) >= 0);
	}
	assert_true(stmt_run(log->place->store, sql, NO_BINDS) > 0);
	free(TAKE(log->place->store->tree, NULL));
}

/* Sizes where an epoch's entry ends the log. */
static int
keep_handing(void *ctx, const struct event *event)
{
	int64_t *at = ctx;

	for (; *at != 0; at++)
		;
	*at = event->seq + 1;
	return 0;
}

static void
handings(struct log *log, int64_t at[EPOCHS + 2])
{
	struct event_filter filter = { .type = HEAD_EPOCH_TYPE };

	memset(at, 0, (EPOCHS + 2) * sizeof *at);
	assert_int_equal(event_list(log->place->store, &filter, keep_handing, at), 0);
}

static void
cut_at(struct log *log, int64_t size)
{
	char sql[96];

	snprintf(sql, sizeof sql, "DELETE FROM events WHERE seq >= %lld", (long long)size);
	as_root(log, sql);
	snprintf(sql, sizeof sql, "DELETE FROM heads WHERE size > %lld", (long long)size);
	as_root(log, sql);
	(void)stmt_run(log->place->store, "DELETE FROM nodes", NO_BINDS);
}

/* The keys as they lie on the disk. */
struct stolen {
	struct note_key	stable, clock, epoch;
	uint8_t		stable_secret[NOTE_SECRET], epoch_secret[NOTE_SECRET];
};

static void
steal(struct log *log, struct stolen *stolen)
{
	AUTO_FREE char *text = NULL;
	uint8_t seed[33], records[2 * RECORD], public[NOTE_PUBLIC];
	char name[NOTE_NAME + 16];
	const uint8_t *record = records;
	const char *body;
	unsigned number;
	size_t count;
	AUTO_FD int fd = open(state_file(log, "epochs"), O_RDONLY | O_CLOEXEC);

	assert_int_equal(fdio_read(fd, records, sizeof records), 0);
	assert_int_equal(fdio_slurp_path(state_file(log, "log.key"), 1024, &text, &count), 0);
	text[strcspn(text, "\n")] = '\0';
	body = text + strlen("PRIVATE+KEY+") + strlen(log->key.name) + 10;
	assert_int_equal(sodium_base642bin(seed, sizeof seed, body, strlen(body), NULL, &count, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
	crypto_sign_seed_keypair(public, stolen->stable_secret, seed + 1);
	assert_memory_equal(public, log->key.public, sizeof public);
	stolen->stable = log->key;
	assert_int_equal(note_key_make(log->key.name, NOTE_COSIGNATURE, public, &stolen->clock), 0);
	if (sodium_is_zero(record, RECORD))
		record += RECORD;
	assert_true(sodium_is_zero(records + RECORD - (record - records), RECORD));	/* the one before is gone */
	number = (unsigned)record[4] << 24 | (unsigned)record[5] << 16 | (unsigned)record[6] << 8 | record[7];
	crypto_sign_seed_keypair(public, stolen->epoch_secret, record + 16);
	snprintf(name, sizeof name, "%s/e%u", log->key.name, number);
	assert_int_equal(note_key_make(name, NOTE_ED25519, public, &stolen->epoch), 0);
}

/* A head of `size` as the intruder would have it, signed by all that was stolen; the epoch's under any number's name. */
static void
forge(struct log *log, const struct stolen *stolen, int64_t size, unsigned number)
{
	AUTO_BUF struct buf note = { .max = 4096 };
	AUTO_HEAD struct head head = { .size = size, .time_us = log->now_us };
	struct checkpoint checkpoint = { .head.size = (uint64_t)size };
	struct tree_source source = head_source(log->place->store);
	struct note_key key = stolen->epoch;
	char text[CHECKPOINT_TEXT];
	struct tree tree;

	assert_int_equal(tree_at(&source, (uint64_t)size, &tree), 0);
	tree_root(&tree, checkpoint.head.root);
	memcpy(checkpoint.origin, log->key.name, sizeof checkpoint.origin);
	assert_int_equal(checkpoint_print(&checkpoint, text), 0);
	if (number > 0)
		snprintf(strrchr(key.name, '/'), 16, "/e%u", number);
	assert_int_equal(note_key_make(key.name, NOTE_ED25519, key.public, &key), 0);
	buf_addf(&note, "%s\n", text);
	note_sign(&stolen->stable, stolen->stable_secret, text, 0, &note);
	note_sign(&stolen->clock, stolen->stable_secret, text, log->now_us / SECOND, &note);
	note_sign(&key, stolen->epoch_secret, text, 0, &note);
	head.note = buf_text(&note);
	assert_int_equal(head_put(log->place->store, &head), 0);
}

static int
forge_one(void *ctx, const struct head *head)
{
	int64_t *sizes = ctx;

	for (; *sizes != 0; sizes++)
		;
	*sizes = head->size;
	return 0;
}

/* Every head from `size` on anew. */
static void
forge_all(struct log *log, int64_t size)
{
	int64_t sizes[200] = { 0 }, handing[EPOCHS + 2];
	struct stolen stolen;
	unsigned epoch = 0;

	steal(log, &stolen);
	handings(log, handing);
	(void)stmt_run(log->place->store, "DELETE FROM nodes", NO_BINDS);
	assert_int_equal(head_list(log->place->store, size, forge_one, sizes), 0);
	for (int i = 0; sizes[i] != 0; i++) {
		while (epoch < EPOCHS + 1 && handing[epoch] != 0 && handing[epoch] < sizes[i])
			epoch++;
		forge(log, &stolen, sizes[i], epoch);
	}
}

static void
an_honest_log_is_fine(void **state)
{
	struct log *log = *state;
	struct verify_report report;
	AUTO_HEAD struct head newest = { 0 };
	struct checkpoint pin;
	struct note note;

	assert_int_equal(check(log, NULL, 0, &report), VERIFY_FINE);
	assert_int_equal(report.entries, EPOCHS * EACH + 1 + EPOCHS + 1);
	assert_int_equal(report.covered, report.entries);
	assert_int_equal(report.epochs, EPOCHS + 1);
	assert_int_equal(report.head_us, log->now_us);
	assert_int_equal(head_get(log->place->store, 9, &newest), 0);
	assert_int_equal(note_parse(newest.note, strlen(newest.note), &note), 0);
	assert_int_equal(checkpoint_parse(note.text, note.text_bytes, &pin), 0);
	assert_int_equal(check(log, &pin, 1, &report), VERIFY_FINE);
	assert_int_equal(report.pins, 1);
	append(log, "not signed yet");
	assert_int_equal(check(log, NULL, 0, &report), VERIFY_FINE);
	assert_int_equal(report.covered, report.entries - 1);
}

static void
an_edited_text_is_edited(void **state)
{
	as_root(*state, "UPDATE events SET sealed = zeroblob(length(sealed)) WHERE seq = 7");
	assert_verdict(*state, VERIFY_EDITED);
}

static void
an_edited_entry_is_edited(void **state)
{
	as_root(*state, "UPDATE events SET entry = (SELECT CAST(substr(entry, 1, 20) || x'00ff' || substr(entry, 23) AS BLOB) FROM events WHERE seq = 7) WHERE seq = 7");
	assert_verdict(*state, VERIFY_EDITED);
}

static void
a_text_that_went_before_its_time_is_edited(void **state)
{
	as_root(*state, "UPDATE events SET sealed = NULL WHERE seq = 7");
	assert_verdict(*state, VERIFY_EDITED);
	as_root(*state, "UPDATE units SET shredded_us = 1 WHERE number = (SELECT unit FROM events WHERE seq = 7)");
	assert_verdict(*state, VERIFY_FINE);
}

static void
a_dropped_entry_is_a_gap(void **state)
{
	as_root(*state, "DELETE FROM events WHERE seq = 7");
	assert_verdict(*state, VERIFY_GAP);
}

static void
entries_cut_from_the_end_are_cut(void **state)
{
	as_root(*state, "DELETE FROM events WHERE seq >= 15");
	assert_verdict(*state, VERIFY_CUT);
}

static void
a_past_epoch_cannot_be_signed_anew_with_todays_keys(void **state)
{
	struct log *log = *state;

	as_root(log, "UPDATE events SET entry = (SELECT CAST(substr(entry, 1, 20) || x'00ff' || substr(entry, 23) AS BLOB) FROM events WHERE seq = 7) WHERE seq = 7");
	forge_all(log, 8);
	assert_verdict(log, VERIFY_RESIGNED);
}

static void
this_epoch_can_be_signed_anew_and_only_a_pin_tells(void **state)
{
	struct log *log = *state;
	int64_t last;
	char sql[256];
	struct verify_report report;
	struct checkpoint pin;
	struct tree_head head;

	assert_int_equal(event_count(log->place->store, &last), 0);
	assert_int_equal(head_now(log->place->store, &head), 0);
	pin.head = head;
	snprintf(sql, sizeof sql, "UPDATE events SET entry = (SELECT CAST(substr(entry, 1, 20) || x'00ff' || substr(entry, 23) AS BLOB) FROM events WHERE seq = %lld) WHERE seq = %lld",
	    (long long)last - 1, (long long)last - 1);
	as_root(log, sql);
	forge_all(log, last);
	assert_verdict(log, VERIFY_FINE);
	assert_int_equal(check(log, &pin, 1, &report), VERIFY_RESIGNED);
}

static void
a_log_rolled_back_to_a_signed_head_is_told_by_a_pin(void **state)
{
	struct log *log = *state;
	int64_t handing[EPOCHS + 2];
	struct verify_report report;
	struct checkpoint pin;
	struct tree_head head;

	assert_int_equal(head_now(log->place->store, &head), 0);
	pin.head = head;
	handings(log, handing);
	cut_at(log, handing[2]);
	assert_verdict(log, VERIFY_FINE);	/* all signatures are genuine: only its age tells */
	assert_int_equal(check(log, &pin, 1, &report), VERIFY_ROLLED_BACK);
}

static void
a_log_rolled_back_cannot_go_on(void **state)
{
	struct log *log = *state;
	int64_t handing[EPOCHS + 2], count;
	struct stolen stolen;

	steal(log, &stolen);
	handings(log, handing);
	cut_at(log, handing[2]);
	append(log, "what the intruder wants to have happened");
	assert_int_equal(event_count(log->place->store, &count), 0);
	forge(log, &stolen, count, 3);	/* under the name of the epoch that should be in force */
	assert_verdict(log, VERIFY_RESIGNED);
}

static void
a_forged_handing_over_is_no_handing_over(void **state)
{
	struct log *log = *state;
	int64_t handing[EPOCHS + 2], seq;
	struct stolen stolen;
	struct event_new event = { .type = HEAD_EPOCH_TYPE, .time_us = log->now_us, .class = "standard", .number = EVENT_NO_NUMBER };

	steal(log, &stolen);
	handings(log, handing);
	cut_at(log, handing[2]);
	event.fact = stolen.epoch.public;
	head_epoch_subject(4, &event.subject);
	assert_int_equal(event_append(log->place->store, &event, &seq), 0);
	forge(log, &stolen, seq + 1, 3);
	append(log, "what the intruder wants to have happened");
	forge(log, &stolen, seq + 2, 4);
	assert_verdict(log, VERIFY_RESIGNED);
}

static void
another_log_with_another_key_is_unknown(void **state)
{
	struct log *log = *state;
	uint8_t public[NOTE_PUBLIC] = { 9 };

	assert_int_equal(note_key_make(log->key.name, NOTE_ED25519, public, &log->key), 0);
	assert_verdict(log, VERIFY_KEY_UNKNOWN);
}

static void
a_log_that_was_never_signed_has_an_unknown_key(void **state)
{
	as_root(*state, "DELETE FROM heads");
	assert_verdict(*state, VERIFY_KEY_UNKNOWN);
}

static void
a_gate_that_starts_anew_begins_the_next_epoch(void **state)
{
	struct log *log = *state;
	unsigned epoch = signer_epoch(log->signer);

	signer_close(log->signer);
	start(log);
	assert_int_equal(signer_epoch(log->signer), epoch + 1);
	append(log, "after the start");
	assert_int_equal(signer_tick(log->signer, log->place->store, log->now_us), 0);
	assert_verdict(log, VERIFY_FINE);
}

/* The gate dies after the entry that names the next epoch, and before its head: both keys are on the disk. */
static void
a_gate_that_dies_while_handing_over_finishes_it(void **state)
{
	struct log *log = *state;
	uint8_t before[2 * RECORD], after[2 * RECORD];
	int64_t handing[EPOCHS + 2];
	bool is_broken;
	char sql[64];
	AUTO_FD int fd = open(state_file(log, "epochs"), O_RDWR | O_CLOEXEC);

	assert_int_equal(fdio_read(fd, before, sizeof before), 0);
	assert_int_equal(begin(log, &is_broken), 0);
	assert_int_equal(fdio_pread(fd, after, sizeof after, 0), sizeof after);
	for (size_t i = 0; i < sizeof before; i++)
		before[i] |= after[i];	/* each record is zero in one of the two */
	assert_int_equal(fdio_pwrite(fd, before, sizeof before, 0), 0);
	handings(log, handing);
	snprintf(sql, sizeof sql, "DELETE FROM heads WHERE size = %lld", (long long)handing[EPOCHS + 1]);
	as_root(log, sql);
	assert_verdict(log, VERIFY_RESIGNED);

	signer_close(log->signer);
	start(log);
	append(log, "after the start");
	assert_int_equal(signer_tick(log->signer, log->place->store, log->now_us), 0);
	assert_verdict(log, VERIFY_FINE);
}

static void
a_lost_epoch_is_said_and_seen(void **state)
{
	struct log *log = *state;
	bool is_broken = false;

	signer_close(log->signer);
	assert_int_equal(unlink(state_file(log, "epochs")), 0);
	assert_int_equal(signer_open(log->place->dir, "bastion01/postern", -1, log->place->store, &log->signer), 0);
	assert_int_equal(begin(log, &is_broken), 0);
	assert_true(is_broken);
	append(log, "after the start");
	assert_int_equal(signer_tick(log->signer, log->place->store, log->now_us), 0);
	assert_verdict(log, VERIFY_RESIGNED);
}

static void
a_key_that_others_may_read_or_that_is_missing_is_refused(void **state)
{
	struct log *log = *state;

	signer_close(log->signer);
	log->signer = NULL;
	assert_int_equal(chmod(state_file(log, "epochs"), 0604), 0);
	assert_int_equal(signer_open(log->place->dir, "x", -1, log->place->store, &log->signer), ERR_KEY_OPEN);
	assert_int_equal(chmod(state_file(log, "epochs"), 0600), 0);
	assert_int_equal(chmod(state_file(log, "log.key"), 0640), 0);
	assert_int_equal(signer_open(log->place->dir, "x", -1, log->place->store, &log->signer), ERR_KEY_OPEN);
	assert_int_equal(unlink(state_file(log, "log.key")), 0);
	assert_int_equal(signer_open(log->place->dir, "x", -1, log->place->store, &log->signer), ERR_NOT_FOUND);
}

static void
an_idle_log_is_signed_anew_each_minute(void **state)
{
	struct log *log = *state;
	struct verify_report report;

	log->now_us += SIGNER_IDLE_US;
	assert_int_equal(signer_tick(log->signer, log->place->store, log->now_us), 0);
	assert_int_equal(check(log, NULL, 0, &report), VERIFY_FINE);
	assert_int_equal(report.head_us, log->now_us);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(an_honest_log_is_fine), CASE(an_edited_text_is_edited), CASE(an_edited_entry_is_edited), CASE(a_text_that_went_before_its_time_is_edited),
		CASE(a_dropped_entry_is_a_gap), CASE(entries_cut_from_the_end_are_cut), CASE(a_past_epoch_cannot_be_signed_anew_with_todays_keys),
		CASE(this_epoch_can_be_signed_anew_and_only_a_pin_tells), CASE(a_log_rolled_back_to_a_signed_head_is_told_by_a_pin),
		CASE(a_log_rolled_back_cannot_go_on), CASE(a_forged_handing_over_is_no_handing_over), CASE(another_log_with_another_key_is_unknown),
		CASE(a_log_that_was_never_signed_has_an_unknown_key), CASE(a_gate_that_starts_anew_begins_the_next_epoch),
		CASE(a_gate_that_dies_while_handing_over_finishes_it), CASE(a_lost_epoch_is_said_and_seen),
		CASE(a_key_that_others_may_read_or_that_is_missing_is_refused), CASE(an_idle_log_is_signed_anew_each_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
