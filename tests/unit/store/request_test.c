/* SPDX-License-Identifier: ISC */
/* Requests and decisions: the text, four eyes, N of M, eight consoles at once. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/own.h"
#include "lib/base/secret.h"
#include "lib/store/grant.h"
#include "lib/store/stmt.h"
#include "tests/unit/store/place.h"

static int
count_requests(void *ctx, const struct request *request)
{
	int *count = ctx;

	assert_true(request->created_us > 0);
	(*count)++;
	return 0;
}

static int
count_ids(void *ctx, const struct id *id)
{
	int *count = ctx;

	assert_false(id_is_zero(id));
	(*count)++;
	return 0;
}

static void
a_request_is_read_as_it_was_asked(void **state)
{
	struct store *store = place_store(state);
	AUTO_REQUEST struct request request = { 0 };
	struct id id = ask(store, NOON, "disk 97 % full — ticket OPS-1");

	assert_int_equal(request_get(store, &id, &request), 0);
	assert_string_equal(request.person, "eng-07");
	assert_string_equal(request.account, "eng07");
	assert_string_equal(request.role, "orders-ro");
	assert_string_equal(request.host, "bastion-1");
	assert_string_equal(request.class, "standard");
	assert_string_equal(request.reason, "disk 97 % full — ticket OPS-1");
	assert_int_equal(request.seconds, 1800);
	assert_int_equal(request.state, REQUEST_WAITING);
}

static void
the_canonical_text_has_a_fixed_form_and_its_hash_is_kept(void **state)
{
	struct store *store = place_store(state);
	AUTO_REQUEST struct request request = { .person = "eng-07", .account = "eng07", .role = "orders-ro",
		.host = "bastion-1", .class = "standard", .seconds = 1800, .not_before_us = 5, .created_us = 3,
		.lapses_us = 9, .allows = { 1, 2, 3 } };
	AUTO_REQUEST struct request found = { 0 };
	AUTO_BUF struct buf text = { 0 };
	AUTO_FREE char *written = NULL;
	uint8_t sha256[SECRET_SHA256];

	assert_int_equal(id_parse("000102030405060708090a0b0c0d0e0f", &request.id), 0);
	request.reason = own_dup("why not");
	buf_init(&text, 4096);
	assert_int_equal(request_text(&request, &text), 0);
	written = buf_text(&text);
	assert_string_equal(written, "request v1\nid 000102030405060708090a0b0c0d0e0f\nperson eng-07\naccount eng07\n"
	    "host bastion-1\nrole orders-ro\nseconds 1800\nnot-before 5\ncreated 3\n"
	    "allows 0102030000000000000000000000000000000000000000000000000000000000\nreason why not\n");
	secret_sha256(written, strlen(written), sha256);
	assert_int_equal(request_create(store, &request), 0);
	assert_int_equal(request_get(store, &request.id, &found), 0);
	assert_memory_equal(found.sha256, sha256, sizeof sha256);
	assert_memory_equal(found.allows, request.allows, sizeof found.allows);
}

/* A request of an older release: its text does not name what the role allowed, and its hash still holds. */
static void
an_older_request_is_read_as_it_was_written(void **state)
{
	struct store *store = place_store(state);
	AUTO_REQUEST struct request request = { .id = id_new(), .person = "eng-07", .account = "eng07", .role = "orders-ro",
		.host = "bastion-1", .class = "standard", .seconds = 1800, .created_us = 3, .lapses_us = 9, .allows = { 1, 2, 3 }, .unbound = true };
	AUTO_REQUEST struct request found = { 0 };
	AUTO_BUF struct buf text = { .max = 4096 }, again = { .max = 4096 };
	uint8_t sha256[SECRET_SHA256];

	request.reason = own_dup("why not");
	assert_int_equal(request_text(&request, &text), 0);
	secret_sha256(buf_data(&text), buf_len(&text), sha256);
	assert_int_equal(request_create(store, &request), 0);
	assert_int_equal(request_get(store, &request.id, &found), 0);
	assert_true(found.unbound);
	assert_string_equal(found.reason, "why not");
	assert_memory_equal(found.sha256, sha256, sizeof sha256);
	assert_int_equal(request_text(&found, &again), 0);
	assert_int_equal(buf_len(&again), buf_len(&text));
	assert_memory_equal(buf_data(&again), buf_data(&text), buf_len(&text));
}

static void
texts_with_controls_and_empty_names_are_refused(void **state)
{
	struct store *store = place_store(state);
	struct request request = { .id = id_new(), .person = "eng-07", .account = "eng07", .role = "shell",
		.host = "b", .class = "standard", .seconds = 60, .created_us = NOON, .lapses_us = NOON + MINUTE };

	request.reason = own_dup("two\nlines");
	assert_int_equal(request_create(store, &request), ERR_MSG_TEXT);
	free(request.reason);
	request.reason = own_dup("fine");
	request.person[0] = '\0';
	assert_int_equal(request_create(store, &request), ERR_MSG_TEXT);
	strcpy(request.person, "eng\n07");
	assert_int_equal(request_create(store, &request), ERR_MSG_TEXT);
	strcpy(request.person, "eng-07");
	request.seconds = 0;
	assert_int_equal(request_create(store, &request), ERR_BAD_TIME);
	request.seconds = 60;
	assert_int_equal(request_create(store, &request), 0);
	assert_int_equal(request_create(store, &request), ERR_STORE_CONFLICT);
	request_done(&request);
}

static void
a_prefix_finds_one_or_says_why_not(void **state)
{
	struct store *store = place_store(state);
	struct request request = { .person = "eng-07", .account = "a", .role = "shell", .host = "b", .class = "standard",
		.seconds = 60, .created_us = NOON, .lapses_us = NOON + MINUTE };
	struct id id;

	request.reason = own_dup("r");
	assert_int_equal(id_parse("aaaa0000000000000000000000000000", &request.id), 0);
	assert_int_equal(request_create(store, &request), 0);
	assert_int_equal(id_parse("aaaaffffffffffffffffffffffffffff", &request.id), 0);
	assert_int_equal(request_create(store, &request), 0);
	assert_int_equal(request_find(store, "aaaa", &id), ERR_AMBIGUOUS);
	assert_int_equal(request_find(store, "aaaaf", &id), 0);
	assert_true(id_equal(&id, &request.id));
	assert_int_equal(request_find(store, "bbbb", &id), ERR_NOT_FOUND);
	assert_int_equal(request_find(store, "aa", &id), ERR_BAD_ID);
	assert_int_equal(request_find(store, "zzzz", &id), ERR_BAD_ID);
	request_done(&request);
}

static void
lists_are_filtered_and_limited(void **state)
{
	struct store *store = place_store(state);
	struct id first = ask(store, NOON, "one");
	struct request_filter waiting = { .state = "waiting" };
	struct request_filter late = { .since_us = NOON + MINUTE };
	struct request_filter other = { .person = "eng-08" };
	struct request_filter newest = { .limit = 1 };
	int count = 0;

	ask(store, NOON + MINUTE, "two");
	assert_int_equal(request_cancel(store, &first, "eng-07", NOON), 0);
	assert_int_equal(request_list(store, &waiting, count_requests, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(request_list(store, &late, count_requests, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(request_list(store, &other, count_requests, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(request_list(store, &newest, count_requests, &count), 0);
	assert_int_equal(count, 3);
}

static void
nobody_decides_their_own_request(void **state)
{
	struct store *store = place_store(state);
	struct id request = ask(store, NOON, "r");

	assert_int_equal(decide(store, &request, "eng-07", VERDICT_GRANT, NOON), ERR_OWN_REQUEST);
	assert_int_equal(decide(store, &request, "eng-07", VERDICT_DENY, NOON), ERR_OWN_REQUEST);
	assert_int_equal(decide(store, &request, "appr-02", VERDICT_GRANT, NOON), 0);
}

static void
a_grant_takes_the_shortest_time_and_the_not_before(void **state)
{
	struct store *store = place_store(state);
	struct request request = { .id = id_new(), .person = "eng-07", .account = "a", .role = "shell", .host = "b",
		.class = "standard", .seconds = 1800, .not_before_us = NOON + 30 * MINUTE, .created_us = NOON,
		.lapses_us = NOON + 60 * MINUTE };
	struct decision one = { .request = request.id, .person = "appr-02", .seconds = 900 };
	struct decision two = { .request = request.id, .person = "appr-05", .seconds = 600 };
	struct decision long_one = { .request = request.id, .person = "appr-09", .seconds = 1801 };
	struct need need = { .count = 2, .sessions = 3, .unused_s = 600, .grant = id_new() };
	struct moment now = at(NOON + MINUTE);
	struct outcome outcome;
	struct grant grant;

	request.reason = own_dup("r");
	assert_int_equal(request_create(store, &request), 0);
	request_done(&request);
	assert_int_equal(request_decide(store, &long_one, &need, &now, &outcome), ERR_BAD_TIME);
	assert_int_equal(request_decide(store, &one, &need, &now, &outcome), 0);
	assert_int_equal(outcome.state, REQUEST_WAITING);
	assert_int_equal(outcome.missing, 1);
	assert_int_equal(request_decide(store, &two, &need, &now, &outcome), 0);
	assert_int_equal(outcome.state, REQUEST_GRANTED);
	assert_int_equal(outcome.seconds, 600);
	assert_int_equal(grant_get(store, &outcome.grant, &grant), 0);
	assert_int_equal(grant.seconds, 600);
	assert_int_equal(grant.sessions, 3);
	assert_int_equal(grant.usable_us, NOON + 30 * MINUTE);
	assert_int_equal(grant.lapses_us, NOON + 40 * MINUTE);
	assert_string_equal(grant.role, "shell");
}

static void
a_person_counts_once(void **state)
{
	struct store *store = place_store(state);
	struct id request = ask(store, NOON, "r");
	struct decision decision = { .request = request, .person = "appr-02", .seconds = 60 };
	struct need need = { .count = 2, .grant = id_new() };
	struct moment now = at(NOON);
	struct moment later = at(NOON + SECOND);
	struct outcome outcome;

	assert_int_equal(request_decide(store, &decision, &need, &now, &outcome), 0);
	decision.seconds = 120;
	assert_int_equal(request_decide(store, &decision, &need, &later, &outcome), ERR_DECIDED);
	assert_int_equal(outcome.state, REQUEST_WAITING);
	assert_string_equal(outcome.person, "appr-02");
	assert_int_equal(outcome.seconds, 60);
	assert_int_equal(outcome.at_us, NOON);
}

static void
one_of_each_group_takes_different_persons(void **state)
{
	static const char *const groups[] = { "pay", "sec" };
	struct store *store = place_store(state);
	struct id request = ask(store, NOON, "r");
	struct decision both = { .request = request, .person = "appr-02" };
	struct decision pay = { .request = request, .person = "appr-05" };
	struct need need = { .count = 2, .groups = groups, .group_count = 2, .grant = id_new() };
	struct moment now = at(NOON);
	struct outcome outcome;

	both.groups = own_dup("pay\nsec");
	pay.groups = own_dup("pay");
	assert_int_equal(request_decide(store, &both, &need, &now, &outcome), 0);
	assert_int_equal(outcome.missing, 1);
	assert_int_equal(request_decide(store, &pay, &need, &now, &outcome), 0);
	assert_int_equal(outcome.state, REQUEST_GRANTED);
	free(both.groups);
	free(pay.groups);
}

static void
one_denial_ends_it(void **state)
{
	struct store *store = place_store(state);
	struct id request = ask(store, NOON, "r");
	struct decision grant = { .request = request, .person = "appr-02" };
	struct need need = { .count = 3, .grant = id_new() };
	struct moment now = at(NOON);
	struct outcome outcome;
	struct grant found;

	assert_int_equal(request_decide(store, &grant, &need, &now, &outcome), 0);
	assert_int_equal(decide(store, &request, "appr-05", VERDICT_DENY, NOON + SECOND), 0);
	strcpy(grant.person, "appr-09");
	assert_int_equal(request_decide(store, &grant, &need, &now, &outcome), ERR_DECIDED);
	assert_int_equal(outcome.state, REQUEST_DENIED);
	assert_string_equal(outcome.person, "appr-05");
	assert_int_equal(outcome.at_us, NOON + SECOND);
	assert_int_equal(grant_of_request(store, &request, &found), ERR_NOT_FOUND);
}

struct seen {
	int		 count;
	struct decision	 last;
};

static int
see_decision(void *ctx, const struct decision *decision)
{
	struct seen *seen = ctx;

	assert_string_equal(decision->comment, "enough to look");
	assert_int_equal(decision->text_bytes, 13);
	assert_memory_equal(decision->text, "approval v1\nx", 13);
	assert_int_equal(decision->signature_bytes, 3);
	assert_memory_equal(decision->signature, "\0\1\2", 3);
	assert_string_equal(decision->groups, "dba");
	assert_int_equal(decision->seconds, 1200);
	seen->count++;
	return 0;
}

static void
a_decision_keeps_comment_text_and_signature(void **state)
{
	struct store *store = place_store(state);
	struct id request = ask(store, NOON, "r");
	AUTO_DECISION struct decision decision = { .request = request, .person = "appr-02", .seconds = 1200 };
	struct need need = { .count = 1, .grant = id_new() };
	struct moment now = at(NOON);
	struct outcome outcome;
	struct seen seen = { 0 };

	decision.comment = own_dup("enough to look");
	decision.groups = own_dup("dba");
	decision.text = (uint8_t *)own_dup("approval v1\nx");
	decision.text_bytes = 13;
	decision.signature = memcpy(own_alloc(3), "\0\1\2", 3);
	decision.signature_bytes = 3;
	assert_int_equal(request_decide(store, &decision, &need, &now, &outcome), 0);
	assert_int_equal(decision_list(store, &request, see_decision, &seen), 0);
	assert_int_equal(seen.count, 1);
}

static void
only_the_asker_takes_it_back_and_only_while_it_waits(void **state)
{
	struct store *store = place_store(state);
	struct id request = ask(store, NOON, "r");
	struct id nobody = id_new();

	assert_int_equal(request_cancel(store, &nobody, "eng-07", NOON), ERR_NOT_FOUND);
	assert_int_equal(request_cancel(store, &request, "appr-02", NOON), ERR_NO_RIGHT);
	assert_int_equal(request_cancel(store, &request, "eng-07", NOON), 0);
	assert_int_equal(request_cancel(store, &request, "eng-07", NOON), ERR_DECIDED);
	assert_int_equal(decide(store, &request, "appr-02", VERDICT_GRANT, NOON), ERR_DECIDED);
}

static void
undecided_requests_lapse(void **state)
{
	struct store *store = place_store(state);
	struct id first = ask(store, NOON, "r");
	struct id second = ask(store, NOON + MINUTE, "r");
	AUTO_REQUEST struct request request = { 0 };
	int count = 0;

	assert_int_equal(request_lapse(store, NOON + 60 * MINUTE - 1, count_ids, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(request_lapse(store, NOON + 60 * MINUTE, count_ids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(request_get(store, &first, &request), 0);
	assert_int_equal(request.state, REQUEST_LAPSED);
	assert_int_equal(request.end.closed_us, NOON + 60 * MINUTE);
	assert_int_equal(decide(store, &second, "appr-02", VERDICT_GRANT, NOON + 61 * MINUTE), ERR_LAPSED);
	assert_int_equal(request_lapse(store, NOON + 90 * MINUTE, count_ids, &count), 0);
	assert_int_equal(count, 1);
}

/* One of the racing consoles: exit status 0 if it won, 1 if it was told who did, 2 for anything else. */
static int
console_races(const char *dir, const struct id *request, int number, int start)
{
	AUTO_STORE struct store *store = NULL;
	struct decision decision = { .request = *request };
	struct need need = { .count = 1, .grant = id_new() };
	struct moment now = at(NOON + number);
	struct outcome outcome;
	char byte;
	int r;

	snprintf(decision.person, sizeof decision.person, "appr-%d", number);
	if (store_open(dir, 0, &store) != 0 || read(start, &byte, 1) != 0)
		return 2;
	r = request_decide(store, &decision, &need, &now, &outcome);
	if (r == 0)
		return outcome.state == REQUEST_GRANTED && strcmp(outcome.person, decision.person) == 0 ? 0 : 2;
	if (r != ERR_DECIDED || outcome.state != REQUEST_GRANTED)
		return 2;
	/* The winner's name and moment belong together, and it was not us. */
	return strncmp(outcome.person, "appr-", 5) == 0 && atoi(outcome.person + 5) == (int)(outcome.at_us - NOON) &&
	    outcome.at_us != NOON + number && !id_is_zero(&outcome.grant) ? 1 : 2;
}

static void
of_eight_consoles_at_once_one_wins_and_seven_are_told_who(void **state)
{
	struct place_test *place = *state;
	struct id request = ask(place->store, NOON, "r");
	int results[3] = { 0 };
	int start[2];

	store_close(TAKE(place->store, NULL));
	assert_int_equal(pipe(start), 0);
	for (int i = 0; i < 8; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			close(start[1]);
			_exit(console_races(place->dir, &request, i + 1, start[0]));
		}
	}
	close(start[0]);
	close(start[1]);	/* all eight wait for the end of this pipe */
	for (int i = 0; i < 8; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 3);
		results[WEXITSTATUS(status)]++;
	}
	assert_int_equal(results[0], 1);
	assert_int_equal(results[1], 7);
	assert_int_equal(results[2], 0);
	assert_int_equal(place_reopen(place, 0), 0);
}

static int
reason_is_lost(void *ctx, const struct request *request)
{
	int *lost = ctx;

	if (request->reason_error == ERR_SLOT_DAMAGED && request->reason == NULL)
		(*lost)++;
	return 0;
}

static void
a_damaged_slot_costs_its_texts_and_nothing_else(void **state)
{
	struct place_test *place = *state;
	struct id before = ask(place->store, NOON, "lost");
	struct request_filter all = { 0 };
	AUTO_REQUEST struct request request = { 0 };
	struct id after;
	int lost = 0;

	place_overwrite(place, "slots", 64 + 20, "XXXX", 4);	/* in the key of unit 1 */
	after = ask(place->store, NOON + MINUTE, "goes on");
	assert_int_equal(request_list(place->store, &all, reason_is_lost, &lost), 0);
	assert_int_equal(lost, 1);
	assert_int_equal(request_get(place->store, &before, &request), ERR_SLOT_DAMAGED);
	assert_int_equal(decide(place->store, &before, "appr-02", VERDICT_GRANT, NOON), ERR_SLOT_DAMAGED);
	assert_int_equal(decide(place->store, &before, "appr-02", VERDICT_DENY, NOON), 0);
	assert_int_equal(request_get(place->store, &after, &request), 0);
	assert_string_equal(request.reason, "goes on");
	assert_int_equal(decide(place->store, &after, "appr-02", VERDICT_GRANT, NOON + MINUTE), 0);
}

static void
a_row_changed_behind_our_back_cannot_be_decided(void **state)
{
	struct place_test *place = *state;
	struct id id = ask(place->store, NOON, "thirty minutes");
	AUTO_REQUEST struct request request = { 0 };

	assert_true(stmt_run(place->store, "DROP TRIGGER requests_fixed", NO_BINDS) >= 0);
	assert_int_equal(stmt_run(place->store, "UPDATE requests SET seconds = 86400", NO_BINDS), 1);
	assert_int_equal(request_get(place->store, &id, &request), ERR_STORE_DAMAGED);
	assert_int_equal(decide(place->store, &id, "appr-02", VERDICT_GRANT, NOON), ERR_STORE_DAMAGED);
	assert_int_equal(request_cancel(place->store, &id, "eng-07", NOON), 0);
}

/* A request of auditor-1 to open the recording of a session for ten minutes. */
static struct id
ask_opening(struct store *store, const struct id *session)
{
	struct request request = { .id = id_new(), .person = "auditor-1", .account = "a", .role = "orders-ro", .host = "b", .class = "standard",
		.seconds = 600, .created_us = NOON, .lapses_us = NOON + 60 * MINUTE, .opens = *session, .reason = (char[]){ "INC-7" } };

	assert_int_equal(request_create(store, &request), 0);
	return request.id;
}

static int
refuse_grant(void *ctx, const struct grant *grant)
{
	(void)ctx;
	fail_msg("a grant of %s", grant->role);
	return 0;
}

static void
a_grant_to_open_is_a_window_for_one_person_and_one_session(void **state)
{
	struct store *store = place_store(state);
	struct session session = entered(store, NOON), other = entered(store, NOON);
	struct id id = ask_opening(store, &session.id);
	const struct grant_filter theirs = { .person = "auditor-1", .ended_too = true };
	AUTO_REQUEST struct request request = { 0 };

	assert_int_equal(request_window(store, &session.id, "auditor-1", NOON, &request), ERR_NOT_FOUND);
	assert_int_equal(decide(store, &id, "auditor-1", VERDICT_GRANT, NOON), ERR_OWN_REQUEST);
	assert_int_equal(decide(store, &id, "auditor-2", VERDICT_GRANT, NOON + MINUTE), 0);
	assert_int_equal(request_window(store, &session.id, "auditor-2", NOON + MINUTE, &request), ERR_NOT_FOUND);
	assert_int_equal(request_window(store, &other.id, "auditor-1", NOON + MINUTE, &request), ERR_NOT_FOUND);
	assert_int_equal(request_window(store, &session.id, "auditor-1", NOON + 11 * MINUTE, &request), ERR_NOT_FOUND);
	assert_int_equal(request_window(store, &session.id, "auditor-1", NOON + 11 * MINUTE - 1, &request), 0);
	assert_true(id_equal(&request.id, &id));
	assert_string_equal(request.reason, "INC-7");
	assert_string_equal(request.end.closed_by, "auditor-2");
	assert_true(request.opens_until_us == NOON + 11 * MINUTE);
	assert_int_equal(grant_list(store, &theirs, refuse_grant, NULL), 0);
}

static void
what_a_request_opens_cannot_be_exchanged(void **state)
{
	struct place_test *place = *state;
	struct session session = entered(place->store, NOON), other = entered(place->store, NOON);
	struct id id = ask_opening(place->store, &session.id), nobody = id_new();
	struct request wrong = { .id = id_new(), .person = "p", .account = "a", .role = "r", .host = "h", .class = "standard", .seconds = 60,
		.created_us = NOON, .lapses_us = NOON + MINUTE, .opens = nobody, .reason = (char[]){ "x" } };
	AUTO_REQUEST struct request request = { 0 };

	assert_int_equal(request_create(place->store, &wrong), ERR_NOT_FOUND);
	assert_true(stmt_run(place->store, "UPDATE requests SET opens = $1", BINDS(bind_id(&other.id))) < 0);
	assert_true(stmt_run(place->store, "UPDATE requests SET opens_until_us = 1", NO_BINDS) < 0);
	assert_true(stmt_run(place->store, "DROP TRIGGER requests_opens_fixed", NO_BINDS) >= 0);
	assert_int_equal(stmt_run(place->store, "UPDATE requests SET opens = $1 WHERE opens IS NOT NULL", BINDS(bind_id(&other.id))), 1);
	assert_int_equal(request_get(place->store, &id, &request), ERR_STORE_DAMAGED);
	assert_int_equal(decide(place->store, &id, "auditor-2", VERDICT_GRANT, NOON), ERR_STORE_DAMAGED);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_read_as_it_was_asked),
		TEST(the_canonical_text_has_a_fixed_form_and_its_hash_is_kept),
		TEST(an_older_request_is_read_as_it_was_written),
		TEST(texts_with_controls_and_empty_names_are_refused),
		TEST(a_prefix_finds_one_or_says_why_not),
		TEST(lists_are_filtered_and_limited),
		TEST(nobody_decides_their_own_request),
		TEST(a_grant_takes_the_shortest_time_and_the_not_before),
		TEST(a_person_counts_once),
		TEST(one_of_each_group_takes_different_persons),
		TEST(one_denial_ends_it),
		TEST(a_decision_keeps_comment_text_and_signature),
		TEST(only_the_asker_takes_it_back_and_only_while_it_waits),
		TEST(undecided_requests_lapse),
		TEST(a_damaged_slot_costs_its_texts_and_nothing_else),
		TEST(a_row_changed_behind_our_back_cannot_be_decided),
		TEST(a_grant_to_open_is_a_window_for_one_person_and_one_session),
		TEST(what_a_request_opens_cannot_be_exchanged),
		TEST(of_eight_consoles_at_once_one_wins_and_seven_are_told_who),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
