/* SPDX-License-Identifier: ISC */
/* What lapses when, what stops it, and that nothing of it is left. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/copy.h"
#include "lib/store/event.h"
#include "lib/store/failure.h"
#include "lib/store/recording.h"
#include "lib/store/replica.h"
#include "lib/store/retention.h"
#include "lib/store/stmt.h"
#include "tests/unit/store/place.h"

#define RECORDING_DAYS	90
#define TEXTS_DAYS	30
#define TRAIL_DAYS	200
#define LOG_DAYS	365
#define SECONDS(days)	((days) * INT64_C(86400))

static const struct class standard[] = {
	{ .name = "other", .recording_s = 1, .texts_s = 1, .log_s = 1 },
	{ .name = "standard", .recording_s = SECONDS(RECORDING_DAYS), .texts_s = SECONDS(TEXTS_DAYS), .trail_s = SECONDS(TRAIL_DAYS),
	    .log_s = SECONDS(LOG_DAYS) },
};
static const struct classes classes = { .items = standard, .count = 2 };

struct found {
	struct lapse	items[64];
	size_t		count;
};

static int
gather(void *ctx, const struct lapse *lapse)
{
	struct found *found = ctx;

	assert_true(found->count < 64);
	found->items[found->count++] = *lapse;
	return 0;
}

static struct found
due(struct store *store, int64_t now_us)
{
	struct found found = { .count = 0 };

	assert_int_equal(retention_due(store, &classes, now_us, gather, &found), 0);
	return found;
}

static void
say(struct store *store, const struct session *session, int64_t time_us, const char *text)
{
	struct event_new event = { .type = 1, .subject = session->id, .time_us = time_us, .unit = session->texts_unit,
		.number = EVENT_NO_NUMBER, .text = text, .text_bytes = strlen(text) };
	int64_t seq;

	assert_int_equal(event_append(store, &event, &seq), 0);
}

static void
each_kind_counts_from_its_own_moment(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct found found = { .count = 0 };
	int64_t ended = NOON + MINUTE;

	assert_int_equal(retention_plan(store, &classes, gather, &found), 0);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.items[0].kind, UNIT_WORDS);	/* it is the only one whose end is known */
	assert_int_equal(found.items[0].day, NOON / DAY);
	assert_int_equal(found.items[0].lapses_us, (NOON / DAY + 1 + TEXTS_DAYS) * DAY);
	assert_int_equal(found.items[1].lapses_us, 0);
	finish(store, &session.id, ended);
	found.count = 0;
	assert_int_equal(retention_plan(store, &classes, gather, &found), 0);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.items[0].kind, UNIT_TEXTS);
	assert_int_equal(found.items[0].unit, session.texts_unit);
	assert_int_equal(found.items[0].lapses_us, ended + TEXTS_DAYS * DAY);
	assert_true(id_equal(&found.items[0].session, &session.id));
	assert_int_equal(found.items[1].kind, UNIT_WORDS);
	assert_int_equal(found.items[2].kind, UNIT_RECORDING);
	assert_int_equal(found.items[2].lapses_us, ended + RECORDING_DAYS * DAY);
	assert_string_equal(found.items[2].class, "standard");
	assert_int_equal(due(store, ended + TEXTS_DAYS * DAY - 1).count, 0);
	assert_int_equal(due(store, ended + TEXTS_DAYS * DAY).count, 1);
	assert_int_equal(due(store, ended + RECORDING_DAYS * DAY).count, 3);
	assert_int_equal(due(store, ended + 400 * DAY).count, 3);
}

static void
a_trail_lapses_by_itself_and_a_hold_stops_it_too(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered_with_trail(store, NOON);
	int64_t ended = NOON + MINUTE;
	struct found found;

	finish(store, &session.id, ended);
	found = due(store, ended + RECORDING_DAYS * DAY);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.items[2].kind, UNIT_RECORDING);
	found = due(store, ended + TRAIL_DAYS * DAY);
	assert_int_equal(found.count, 4);
	assert_int_equal(found.items[3].kind, UNIT_TRAIL);
	assert_int_equal(found.items[3].unit, session.trail_unit);
	assert_true(id_equal(&found.items[3].session, &session.id));
	assert_int_equal(session_hold(store, &session.id, &(struct session_hold){ .by = "audit-1", .at_us = NOON }), 0);
	assert_int_equal(retention_shred(store, session.trail_unit, ended + TRAIL_DAYS * DAY), ERR_HELD);
	assert_int_equal(session_release(store, &session.id), 0);
	assert_int_equal(retention_shred(store, session.trail_unit, ended + TRAIL_DAYS * DAY), 0);
	assert_int_equal(due(store, ended + TRAIL_DAYS * DAY).count, 3);
}

static void
what_people_wrote_goes_without_the_log(void **state)
{
	struct store *store = place_store(state);
	struct event_new event = { .type = 1, .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER, .text = "sentence", .text_bytes = 8 };
	AUTO_EVENT struct event sentence = { 0 }, reason = { 0 };
	struct found found;
	int64_t seq, words_seq;
	uint32_t words;

	assert_int_equal(event_append(store, &event, &seq), 0);
	assert_int_equal(unit_words(store, "standard", NOON, &words), 0);
	event.class = NULL;
	event.unit = words;
	event.text = "INC-1 why";
	assert_int_equal(event_append(store, &event, &words_seq), 0);
	found = due(store, NOON + (TEXTS_DAYS + 1) * DAY);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].unit, words);
	assert_int_equal(retention_shred(store, words, NOON + (TEXTS_DAYS + 1) * DAY), 0);
	assert_int_equal(event_get(store, seq, &sentence), 0);
	assert_string_equal(sentence.text, "sentence");
	assert_int_equal(event_get(store, words_seq, &reason), 0);
	assert_int_equal(reason.text_error, ERR_EXPIRED);
	found = due(store, NOON + (LOG_DAYS + 1) * DAY);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].kind, UNIT_DAY);
}

static int
take_failure(void *ctx, const struct failure *failure)
{
	struct failure *taken = ctx;

	*taken = *failure;
	return 0;
}

static void
a_failure_is_kept_until_its_work_is_done(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct failure failure = { .unit = 0 };

	assert_int_equal(failure_note(store, session.recording_unit, FAILURE_FILE, NOON, "read-only file system"), 1);
	assert_int_equal(failure_note(store, session.recording_unit, FAILURE_FILE, NOON + MINUTE, "input/output error"), 2);
	assert_int_equal(failure_list(store, take_failure, &failure), 0);
	assert_int_equal(failure.unit, session.recording_unit);
	assert_int_equal(failure.kind, UNIT_RECORDING);
	assert_int_equal(failure.since_us, NOON);
	assert_int_equal(failure.last_us, NOON + MINUTE);
	assert_int_equal(failure.tries, 2);
	assert_string_equal(failure.why, "input/output error");
	assert_true(id_equal(&failure.session, &session.id));
	assert_int_equal(failure_over(store, session.recording_unit, FAILURE_FILE), 1);
	assert_int_equal(failure_over(store, session.recording_unit, FAILURE_FILE), 0);
	failure.unit = 0;
	assert_int_equal(failure_list(store, take_failure, &failure), 0);
	assert_int_equal(failure.unit, 0);
}

static int
count_job(void *ctx, const struct replica_job *job)
{
	((unsigned *)ctx)[job->is_erase ? 1 : 0]++;
	return 0;
}

static void
a_replica_is_told_again_until_it_confirms(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct replica_state known;
	unsigned jobs[2] = { 0, 0 };

	finish(store, &session.id, NOON);
	assert_int_equal(replica_jobs(store, 0, count_job, jobs), 0);
	assert_int_equal(jobs[0], 3);	/* recording, texts, the day's words */
	assert_int_equal(replica_kept(store, session.recording_unit, NOON), 0);
	assert_int_equal(replica_kept(store, session.recording_unit, NOON), 0);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON), 0);
	assert_int_equal(retention_shred(store, session.texts_unit, NOON), 0);	/* it may have a copy that it never confirmed */
	jobs[0] = 0;
	assert_int_equal(replica_jobs(store, 0, count_job, jobs), 0);
	assert_int_equal(jobs[0], 1);
	assert_int_equal(jobs[1], 2);
	assert_int_equal(replica_erased(store, session.recording_unit, NOON, "receipt"), 0);
	assert_int_equal(replica_state(store, &known), 0);
	assert_int_equal(known.erased, 1);
	assert_int_equal(known.to_erase, 1);
	assert_int_equal(known.to_keep, 1);
	assert_int_equal(known.kept, 0);
}

static void
an_old_catalogue_forgets_what_is_gone_elsewhere(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	const struct event_new said = { .type = EVENT_DELETED, .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER, .text = "gone", .text_bytes = 4 };
	const struct slot later = { .unit = 400, .class = 77, .state = SLOT_LIVE, .created_ms = NOON / 1000 };
	struct recording recording;
	struct found found = { .count = 0 };

	assert_int_equal(recording_create(store, &session.id, "age", 3, NOON), 0);
	assert_int_equal(session_hold(store, &session.id, &(struct session_hold){ .by = "audit-1", .at_us = NOON }), 0);
	assert_int_equal(retention_shred_said(store, session.recording_unit, NOON, &said), ERR_HELD);
	assert_int_equal(copy_forget(store, session.recording_unit, NOON, &said), 0);	/* held, and its session runs: the key is gone all the same */
	assert_int_equal(copy_forget(store, session.recording_unit, NOON, &said), 0);
	assert_int_equal(recording_get(store, &session.id, &recording), 0);
	assert_int_equal(recording.state, RECORDING_EXPIRED);
	assert_int_equal(copy_adopt(store, &later), 0);
	assert_int_equal(copy_adopt(store, &later), 0);
	assert_int_equal(retention_plan(store, &classes, gather, &found), 0);
	for (size_t i = 0; i < found.count; i++)
		if (found.items[i].unit == 400)
			assert_int_equal(found.items[i].lapses_us, (NOON / DAY + 1 + TEXTS_DAYS) * DAY);
	assert_int_equal(found.count, 4);	/* texts, words, the log's day, and the one from later */
}

static void
a_slot_and_the_logs_word_of_it_go_together(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct event_new said = { .type = EVENT_DELETED, .subject = session.id, .time_us = NOON, .number = EVENT_NO_NUMBER, .text = "gone", .text_bytes = 4 };
	int64_t count, after;

	finish(store, &session.id, NOON);
	assert_int_equal(event_count(store, &count), 0);
	assert_int_equal(retention_shred_said(store, session.recording_unit, NOON, &said), -EINVAL);	/* no class */
	assert_int_equal(due(store, NOON + RECORDING_DAYS * DAY).count, 3);	/* still due, although its key is zero */
	said.class = "standard";
	assert_int_equal(retention_shred_said(store, session.recording_unit, NOON, &said), 0);
	assert_int_equal(due(store, NOON + RECORDING_DAYS * DAY).count, 2);
	assert_int_equal(event_count(store, &after), 0);
	assert_int_equal(after, count + 1);
}

static void
unknown_classes_and_zero_are_kept_for_ever(void **state)
{
	static const struct class forever = { .name = "standard" };
	const struct classes none = { .count = 0 };
	const struct classes zero = { .items = &forever, .count = 1 };
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct found found = { .count = 0 };

	finish(store, &session.id, NOON);
	assert_int_equal(retention_due(store, &none, NOON + 40000 * DAY, gather, &found), 0);
	assert_int_equal(retention_due(store, &zero, NOON + 40000 * DAY, gather, &found), 0);
	assert_int_equal(found.count, 0);
	assert_int_equal(retention_plan(store, &none, gather, &found), 0);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.items[0].lapses_us, 0);
}

static void
a_running_session_is_not_erased(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);

	assert_int_equal(retention_shred(store, session.recording_unit, NOON), ERR_IN_USE);
	assert_int_equal(retention_shred(store, 4711, NOON), ERR_NOT_FOUND);
	finish(store, &session.id, NOON);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON), 0);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON + DAY), 0);
}

static void
a_hold_keeps_the_session_its_request_and_its_events(void **state)
{
	struct store *store = place_store(state);
	struct session held = entered(store, NOON);
	struct session free_one = entered(store, NOON + 10 * DAY);
	struct found found;
	int64_t late = NOON + 1000 * DAY;

	finish(store, &held.id, NOON + MINUTE);
	finish(store, &free_one.id, NOON + 10 * DAY);
	assert_int_equal(session_hold(store, &held.id, &(struct session_hold){ .by = "audit-1", .at_us = NOON }), 0);
	found = due(store, late);
	assert_int_equal(found.count, 3);	/* of six */
	for (size_t i = 0; i < found.count; i++) {
		assert_int_not_equal(found.items[i].unit, held.recording_unit);
		assert_int_not_equal(found.items[i].unit, held.texts_unit);
		assert_int_not_equal(found.items[i].day, NOON / DAY);
	}
	assert_int_equal(retention_shred(store, held.recording_unit, late), ERR_HELD);
	assert_int_equal(session_release(store, &held.id), 0);
	assert_int_equal(due(store, late).count, 6);
	assert_int_equal(retention_shred(store, held.recording_unit, late), 0);
}

static void
events_about_a_held_session_hold_their_day(void **state)
{
	struct store *store = place_store(state);
	struct session held = entered(store, NOON);
	struct event_new event = { .type = 1, .subject = held.id, .time_us = NOON + 5 * DAY, .class = "standard",
		.number = EVENT_NO_NUMBER, .text = "looked at", .text_bytes = 9 };
	AUTO_EVENT struct event found = { 0 };
	int64_t seq;

	finish(store, &held.id, NOON + MINUTE);
	assert_int_equal(event_append(store, &event, &seq), 0);
	assert_int_equal(event_get(store, seq, &found), 0);
	assert_int_equal(session_hold(store, &held.id, &(struct session_hold){ .by = "audit-1", .at_us = NOON }), 0);
	assert_int_equal(retention_shred(store, found.unit, NOON + 1000 * DAY), ERR_HELD);
	assert_int_equal(session_release(store, &held.id), 0);
	assert_int_equal(retention_shred(store, found.unit, NOON + 1000 * DAY), 0);
}

static void
a_shredded_day_gets_a_new_slot_if_the_clock_goes_back(void **state)
{
	struct store *store = place_store(state);
	uint32_t first;
	uint32_t again;
	uint32_t second;

	assert_int_equal(unit_day(store, "standard", NOON, &first), 0);
	assert_int_equal(unit_day(store, "standard", NOON + MINUTE, &again), 0);
	assert_int_equal(again, first);
	assert_int_equal(unit_day(store, "other", NOON, &again), 0);
	assert_int_not_equal(again, first);
	assert_int_equal(retention_shred(store, first, NOON + 400 * DAY), 0);
	assert_int_equal(unit_day(store, "standard", NOON, &second), 0);
	assert_int_not_equal(second, first);
	ask(store, NOON, "works again");
}

static void
nothing_readable_is_left_after_a_purge(void **state)
{
	static const char reason[] = "INC-4821 customers see empty baskets";
	struct place_test *place = *state;
	struct store *store = place->store;
	struct session session = entered(store, NOON);
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	uint8_t keys[3][SECRET_KEY];
	uint8_t sealed[4][24];	/* nonces: unique beginnings of four sealed texts */
	int64_t late = NOON + 1000 * DAY;
	struct found found;
	size_t texts = 0;

	say(store, &session, NOON, "a line he typed");
	assert_int_equal(recording_create(store, &session.id, "age envelope", 12, NOON), 0);
	finish(store, &session.id, NOON + MINUTE);
	assert_int_equal(stmt_open(store, "SELECT sealed FROM requests UNION ALL SELECT sealed FROM decisions "
	    "UNION ALL SELECT sealed FROM events UNION ALL SELECT sealed FROM recordings", NO_BINDS, &stmt), 0);
	while (stmt_step(stmt) == 1) {
		assert_true(texts < 4);
		memcpy(sealed[texts++], sqlite3_column_blob(stmt, 0), sizeof sealed[0]);
	}
	stmt_close(&stmt);
	assert_int_equal(texts, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(place_search(place, NULL, sealed[i], sizeof sealed[i]) > 0);
	found = due(store, late);
	assert_int_equal(found.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(slots_key(&store->slots, found.items[i].unit, keys[i]), 0);
	assert_int_equal(place_search(place, NULL, reason, 16), 0);	/* never was in the clear */
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(place_search(place, NULL, keys[i], SECRET_KEY), 1);
		assert_int_equal(retention_shred(store, found.items[i].unit, late), 0);
	}
	assert_int_equal(store_purge(store), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(place_search(place, NULL, keys[i], SECRET_KEY), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(place_search(place, NULL, sealed[i], sizeof sealed[i]), 0);
	assert_int_equal(due(store, late).count, 0);
	assert_int_equal(place_size(place, "catalogue.db-wal"), 0);
}

static void
what_is_left_still_tells_who_and_when(void **state)
{
	struct place_test *place = *state;
	struct store *store = place->store;
	struct session session = entered(store, NOON);
	struct found found;
	AUTO_REQUEST struct request request = { 0 };
	AUTO_EVENT struct event event = { 0 };
	AUTO_IDS struct ids ids = { 0 };
	int64_t late = NOON + 1000 * DAY;

	say(store, &session, NOON, "a line he typed");
	finish(store, &session.id, NOON + MINUTE);
	found = due(store, late);
	for (size_t i = 0; i < found.count; i++)
		assert_int_equal(retention_shred(store, found.items[i].unit, late), 0);
	assert_int_equal(ids_from(store, "SELECT id FROM requests", NO_BINDS, &ids), 0);
	assert_int_equal(ids.count, 1);
	assert_int_equal(request_get(store, &ids.items[0], &request), 0);
	assert_string_equal(request.person, "eng-07");
	assert_int_equal(request.created_us, NOON);
	assert_int_equal(request.state, REQUEST_GRANTED);
	assert_null(request.reason);
	assert_int_equal(event_get(store, 0, &event), 0);
	assert_null(event.text);
	assert_int_equal(event.time_us, NOON);
}

static void
a_purge_gives_the_space_back(void **state)
{
	static char text[8000];
	struct place_test *place = *state;
	struct session session = entered(place->store, NOON);
	long before;

	memset(text, 'x', sizeof text - 1);
	for (int i = 0; i < 40; i++)
		say(place->store, &session, NOON, text);
	finish(place->store, &session.id, NOON);
	assert_int_equal(store_purge(place->store), 0);
	before = place_size(place, "catalogue.db");
	assert_int_equal(retention_shred(place->store, session.texts_unit, NOON + 40 * DAY), 0);
	assert_int_equal(store_purge(place->store), 0);
	assert_true(place_size(place, "catalogue.db") < before - 40 * 7000);
}

static void
a_purge_waits_for_readers_and_says_so(void **state)
{
	struct place_test *place = *state;
	AUTO_STORE struct store *reader = NULL;
	AUTO_STMT sqlite3_stmt *stmt = NULL;

	ask(place->store, NOON, "one");
	ask(place->store, NOON, "two");
	assert_int_equal(store_open(place->dir, STORE_READONLY, &reader), 0);
	assert_int_equal(stmt_open(reader, "SELECT id FROM requests", NO_BINDS, &stmt), 0);
	assert_int_equal(stmt_step(stmt), 1);
	assert_int_equal(store_purge(place->store), ERR_STORE_BUSY);
	stmt_close(&stmt);
	assert_int_equal(store_purge(place->store), 0);
}

static void
many_end(struct store *store, int count, int64_t step_us)
{
	AUTO_TXN struct txn txn = { 0 };

	assert_int_equal(txn_begin(&txn, store), 0);
	for (int i = 0; i < count; i++) {
		struct session session = entered(store, NOON + i * step_us);

		finish(store, &session.id, NOON + i * step_us);
	}
	assert_int_equal(txn_commit(&txn), 0);
}

static void
a_run_over_a_tenth_of_a_class_is_told(void **state)
{
	struct store *store = place_store(state);
	struct guard guard;

	many_end(store, 30, MINUTE);
	assert_int_equal(retention_guard(store, &classes, NOON + TEXTS_DAYS * DAY + 2 * MINUTE, &guard), 0);
	assert_int_equal(guard.live, 30);
	assert_int_equal(guard.due, 3);
	assert_false(guard.too_many);
	assert_string_equal(guard.class, "standard");
	assert_int_equal(guard.kind, UNIT_TEXTS);
	assert_int_equal(retention_guard(store, &classes, NOON + TEXTS_DAYS * DAY + 3 * MINUTE, &guard), 0);
	assert_int_equal(guard.due, 4);
	assert_true(guard.too_many);
	assert_int_equal(retention_guard(store, &classes, NOON, &guard), 0);
	assert_false(guard.too_many);
	assert_int_equal(guard.due, 0);
}

static void
a_small_class_does_not_stop_a_run(void **state)
{
	struct store *store = place_store(state);
	struct guard guard;

	many_end(store, RETENTION_SMALL - 1, MINUTE);
	assert_int_equal(retention_guard(store, &classes, NOON + 1000 * DAY, &guard), 0);
	assert_false(guard.too_many);
	assert_string_equal(guard.class, "");
}

static void
held_and_overdue_ones_do_not_hide_the_others(void **state)
{
	struct store *store = place_store(state);
	struct session held = entered(store, NOON - 10 * DAY);
	struct guard guard;

	finish(store, &held.id, NOON - 10 * DAY);
	assert_int_equal(session_hold(store, &held.id, &(struct session_hold){ .by = "audit-1", .at_us = NOON }), 0);
	many_end(store, 25, MINUTE);
	assert_int_equal(retention_guard(store, &classes, NOON + TEXTS_DAYS * DAY + DAY, &guard), 0);
	assert_int_equal(guard.live, 26);
	assert_int_equal(guard.due, 25);
	assert_true(guard.too_many);
}

static void
the_guard_tells_the_newest_event(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct guard guard;

	say(store, &session, NOON + 5 * SECOND, "later");
	say(store, &session, NOON, "earlier");
	assert_int_equal(retention_guard(store, &classes, NOON, &guard), 0);
	assert_int_equal(guard.newest_us, NOON + 5 * SECOND);
}

static void
an_erasure_cut_short_is_due_again(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON);
	struct recording recording;

	assert_int_equal(recording_create(store, &session.id, "age", 3, NOON), 0);
	finish(store, &session.id, NOON);
	assert_int_equal(slots_shred(&store->slots, session.recording_unit), 0);	/* and then the power failed */
	assert_int_equal(due(store, NOON + RECORDING_DAYS * DAY).count, 3);
	assert_int_equal(retention_shred(store, session.recording_unit, NOON + RECORDING_DAYS * DAY), 0);
	assert_int_equal(recording_get(store, &session.id, &recording), 0);
	assert_int_equal(recording.state, RECORDING_EXPIRED);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_counts_from_its_own_moment),
		TEST(unknown_classes_and_zero_are_kept_for_ever),
		TEST(a_trail_lapses_by_itself_and_a_hold_stops_it_too),
		TEST(what_people_wrote_goes_without_the_log),
		TEST(a_failure_is_kept_until_its_work_is_done),
		TEST(a_slot_and_the_logs_word_of_it_go_together),
		TEST(a_replica_is_told_again_until_it_confirms),
		TEST(an_old_catalogue_forgets_what_is_gone_elsewhere),
		TEST(a_running_session_is_not_erased),
		TEST(a_hold_keeps_the_session_its_request_and_its_events),
		TEST(events_about_a_held_session_hold_their_day),
		TEST(a_shredded_day_gets_a_new_slot_if_the_clock_goes_back),
		TEST(nothing_readable_is_left_after_a_purge),
		TEST(what_is_left_still_tells_who_and_when),
		TEST(a_purge_gives_the_space_back),
		TEST(a_purge_waits_for_readers_and_says_so),
		TEST(a_run_over_a_tenth_of_a_class_is_told),
		TEST(a_small_class_does_not_stop_a_run),
		TEST(held_and_overdue_ones_do_not_hide_the_others),
		TEST(the_guard_tells_the_newest_event),
		TEST(an_erasure_cut_short_is_due_again),
	};

	return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
