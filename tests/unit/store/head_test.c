/* SPDX-License-Identifier: ISC */
/* The tree over the log: its root is the one of the entries themselves, also after what was undone and in a new process. */
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
#include "lib/store/head.h"
#include "lib/store/stmt.h"
#include "tests/unit/store/place.h"

#define MANY	700	/* two complete subtrees of 256, and a rest */

static void
append(struct store *store, const char *text)
{
	struct event_new event = { .type = 1, .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER, .text = text,
		.text_bytes = strlen(text) };
	int64_t seq;

	assert_int_equal(event_append(store, &event, &seq), 0);
}

static int
add_leaf(void *ctx, const struct event *event)
{
	uint8_t leaf[TREE_HASH];

	tree_leaf(event->entry, sizeof event->entry, leaf);
	tree_append(ctx, leaf, NULL, NULL);
	return 0;
}

/* The head as an outsider makes it: from the entries. */
static void
by_entries(struct store *store, struct tree_head *head)
{
	struct event_filter all = { .type = -1 };
	struct tree tree = { 0 };

	assert_int_equal(event_list(store, &all, add_leaf, &tree), 0);
	head->size = tree.size;
	tree_root(&tree, head->root);
}

static void
assert_head_is_right(struct store *store, uint64_t size)
{
	struct tree_head now, outside;

	assert_int_equal(head_now(store, &now), 0);
	by_entries(store, &outside);
	assert_true(now.size == size && outside.size == size);
	assert_memory_equal(now.root, outside.root, TREE_HASH);
}

static void
fill(struct store *store, int count)
{
	AUTO_TXN struct txn txn = { 0 };

	assert_int_equal(txn_begin(&txn, store), 0);
	for (int i = 0; i < count; i++)
		append(store, "text");
	assert_int_equal(txn_commit(&txn), 0);
}

static void
the_root_is_that_of_the_entries_at_each_size(void **state)
{
	struct store *store = place_store(state);

	assert_head_is_right(store, 0);
	for (uint64_t i = 1; i <= 40; i++) {
		append(store, "text");
		assert_head_is_right(store, i);
	}
}

static void
what_is_undone_is_not_in_the_tree(void **state)
{
	struct store *store = place_store(state);

	append(store, "stays");
	{
		AUTO_TXN struct txn txn = { 0 };

		assert_int_equal(txn_begin(&txn, store), 0);
		append(store, "goes");
		assert_head_is_right(store, 2);
		{
			AUTO_TXN struct txn inner = { 0 };

			assert_int_equal(txn_begin(&inner, store), 0);
			append(store, "goes first");
		}
		append(store, "goes as well");
		assert_head_is_right(store, 3);
	}
	assert_head_is_right(store, 1);
	append(store, "stays too");
	assert_head_is_right(store, 2);
}

static void
a_new_process_goes_on_where_the_old_one_was(void **state)
{
	struct place_test *place = *state;

	fill(place->store, MANY);
	assert_head_is_right(place->store, MANY);
	assert_int_equal(place_reopen(place, 0), 0);
	append(place->store, "after");
	assert_head_is_right(place->store, MANY + 1);
}

static void
every_entry_is_proven_also_without_what_saves_time(void **state)
{
	struct store *store = place_store(state);
	struct tree_source source = head_source(store);
	struct tree_proof proof;
	struct tree_head head, old = { .size = 300 };
	uint8_t leaf[TREE_HASH];
	struct tree tree;

	fill(store, MANY);
	assert_int_equal(head_now(store, &head), 0);
	assert_int_equal(tree_at(&source, old.size, &tree), 0);
	tree_root(&tree, old.root);
	for (int round = 0; round < 2; round++) {
		for (int64_t i = 0; i < MANY; i += 37) {
			AUTO_EVENT struct event event = { 0 };

			assert_int_equal(event_get(store, i, &event), 0);
			tree_leaf(event.entry, sizeof event.entry, leaf);
			assert_int_equal(tree_prove_leaf(&source, (uint64_t)i, head.size, &proof), 0);
			assert_true(tree_check_leaf(&head, (uint64_t)i, leaf, &proof));
		}
		assert_int_equal(tree_prove_growth(&source, old.size, head.size, &proof), 0);
		assert_true(tree_check_growth(&old, &head, &proof));
		assert_true(stmt_run(store, "DELETE FROM nodes", NO_BINDS) == (round == 0 ? 2 : 0));
	}
}

static void
an_entry_that_is_missing_or_altered_is_noticed(void **state)
{
	struct place_test *place = *state;
	struct tree_head before, after;

	fill(place->store, 20);
	assert_int_equal(head_now(place->store, &before), 0);
	assert_true(stmt_run(place->store, "DROP TRIGGER events_fixed", NO_BINDS) >= 0);
	assert_true(stmt_run(place->store, "DROP TRIGGER events_keep", NO_BINDS) >= 0);
	assert_int_equal(stmt_run(place->store, "UPDATE events SET entry = zeroblob(80) WHERE seq = 5", NO_BINDS), 1);
	assert_int_equal(place_reopen(place, 0), 0);
	assert_int_equal(head_now(place->store, &after), 0);
	assert_memory_not_equal(before.root, after.root, TREE_HASH);
	assert_int_equal(stmt_run(place->store, "DELETE FROM events WHERE seq = 5", NO_BINDS), 1);
	assert_int_equal(place_reopen(place, 0), 0);
	assert_int_equal(head_now(place->store, &after), ERR_STORE_DAMAGED);
}

static int
count_head(void *ctx, const struct head *head)
{
	int64_t *sum = ctx;

	*sum += head->size;
	return 0;
}

static void
signed_heads_are_kept_one_a_size(void **state)
{
	struct store *store = place_store(state);
	char one[] = "one\n", three[] = "three\n", again[] = "three again\n";
	struct head heads[] = { { 1, NOON, one }, { 3, NOON + SECOND, three }, { 3, NOON + 2 * SECOND, again } };
	struct head far = { 4, NOON, one };
	AUTO_HEAD struct head found = { 0 };
	int64_t sum = 0;

	fill(store, 3);
	assert_int_equal(head_get(store, 3, &found), ERR_NOT_FOUND);
	for (int i = 0; i < 3; i++)
		assert_int_equal(head_put(store, &heads[i]), 0);
	assert_int_equal(head_put(store, &far), -EINVAL);
	assert_int_equal(head_get(store, 3, &found), 0);
	assert_string_equal(found.note, "three again\n");
	head_done(&found);
	assert_int_equal(head_get(store, 2, &found), 0);
	assert_int_equal(found.size, 1);
	assert_int_equal(head_list(store, 0, count_head, &sum), 0);
	assert_int_equal(sum, 4);
}

static void
put_head(struct store *store, int64_t size, int64_t time_us)
{
	char note[] = "note\n";
	struct head head = { size, time_us, note };

	assert_int_equal(head_put(store, &head), 0);
}

static int64_t
sum_of_heads(struct store *store)
{
	int64_t sum = 0;

	assert_int_equal(head_list(store, 0, count_head, &sum), 0);
	return sum;
}

static void
of_one_second_the_last_head_is_kept_and_those_that_end_an_epoch(void **state)
{
	struct store *store = place_store(state);
	struct event_new epoch = { .type = HEAD_EPOCH_TYPE, .time_us = NOON, .class = "standard", .number = EVENT_NO_NUMBER,
		.fact = (const uint8_t *)"thirty-two bytes that name a key" };
	int64_t seq;

	fill(store, 10);
	put_head(store, 10, NOON);
	assert_int_equal(event_append(store, &epoch, &seq), 0);
	put_head(store, 11, NOON + 1);
	assert_true(sum_of_heads(store) == 11);
	fill(store, 89);
	put_head(store, 100, NOON + 2);
	assert_true(sum_of_heads(store) == 111);
	fill(store, 900);
	put_head(store, 1000, NOON + 3);
	assert_true(sum_of_heads(store) == 1011);
	fill(store, 1000);
	put_head(store, 2000, NOON + SECOND);
	assert_true(sum_of_heads(store) == 3011);
	assert_int_equal(head_thin(store, 2000), 0);
	assert_true(sum_of_heads(store) == 2011);
}

static int
seal_with_a_head(void *user)
{
	struct store *store = *(struct store **)user;
	struct tree_head now;

	assert_int_equal(head_now(store, &now), 0);
	put_head(store, (int64_t)now.size, NOON);
	return 0;
}

/* A head of more entries than there are would be refused, and one in another transaction would stay. */
static void
a_transaction_and_its_head_are_written_together_or_not_at_all(void **state)
{
	struct place_test *place = *state;
	struct tree_head head;

	store_seal_with(place->store, seal_with_a_head, &place->store);
	fill(place->store, 3);
	assert_true(sum_of_heads(place->store) == 3);
	{
		AUTO_TXN struct txn txn = { 0 };

		assert_int_equal(txn_begin(&txn, place->store), 0);
		assert_true(store_is_writing(place->store));
		append(place->store, "goes");
		assert_true(sum_of_heads(place->store) == 3);	/* the head comes with the end */
	}
	assert_false(store_is_writing(place->store));
	assert_true(sum_of_heads(place->store) == 3);
	{
		AUTO_TXN struct txn txn = { 0 };	/* without an entry: without a head */

		assert_int_equal(txn_begin(&txn, place->store), 0);
		assert_int_equal(stmt_run(place->store, "DELETE FROM heads", NO_BINDS), 1);
		assert_int_equal(txn_commit(&txn), 0);
	}
	assert_true(sum_of_heads(place->store) == 0);
	append(place->store, "stays");
	assert_true(sum_of_heads(place->store) == 4);
	assert_int_equal(head_now(place->store, &head), 0);
	assert_true(head.size == 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_root_is_that_of_the_entries_at_each_size, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(what_is_undone_is_not_in_the_tree, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(a_new_process_goes_on_where_the_old_one_was, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(every_entry_is_proven_also_without_what_saves_time, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(an_entry_that_is_missing_or_altered_is_noticed, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(signed_heads_are_kept_one_a_size, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(of_one_second_the_last_head_is_kept_and_those_that_end_an_epoch, place_setup, place_teardown),
		cmocka_unit_test_setup_teardown(a_transaction_and_its_head_are_written_together_or_not_at_all, place_setup, place_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
