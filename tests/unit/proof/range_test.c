/* SPDX-License-Identifier: ISC */
/* Every range of every small tree leads to the root that RFC 6962 gives it, and nothing else does. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/err.h"
#include "lib/proof/range.h"

#define MOST	40	/* leaves */

static uint8_t leaves[MOST][TREE_HASH], kept[8][MOST][TREE_HASH], roots[MOST + 1][TREE_HASH];

static void
keep(void *user, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH])
{
	(void)user;
	memcpy(kept[level][index], hash, TREE_HASH);
}

static int
look(void *user, unsigned level, uint64_t index, uint8_t hash[TREE_HASH])
{
	(void)user;
	if ((index + 1) << level > MOST)
		return -EIO;
	memcpy(hash, kept[level][index], TREE_HASH);
	return 0;
}

static const struct tree_source source = { look, NULL };

static int
grow(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	tree_root(&tree, roots[0]);
	for (uint8_t i = 0; i < MOST; i++) {
		tree_leaf(&i, 1, leaves[i]);
		tree_append(&tree, leaves[i], keep, NULL);
		tree_root(&tree, roots[i + 1]);
	}
	return 0;
}

/* The root that leaves first to end - 1, but for one that is left out (skip), make with what stands beside them. */
static int
root_of(const struct range *range, uint64_t skip, uint8_t root[TREE_HASH])
{
	struct range_walk walk;
	int r = range_begin(range, &walk);

	for (uint64_t i = range->first; r == 0 && i < range->end; i++)
		if (i != skip)
			range_leaf(&walk, leaves[i]);
	return r < 0 ? r : range_end(range, &walk, root);
}

static void
every_range_leads_to_the_root(void **state)
{
	uint8_t root[TREE_HASH];

	(void)state;
	for (uint64_t size = 0; size <= MOST; size++)
		for (uint64_t first = 0; first <= size; first++)
			for (uint64_t end = first; end <= size; end++) {
				struct range range = { .first = first, .end = end, .size = size };

				assert_int_equal(range_prove(&source, &range), 0);
				assert_int_equal(root_of(&range, UINT64_MAX, root), 0);
				assert_memory_equal(root, roots[size], TREE_HASH);
			}
}

static void
a_leaf_that_is_left_out_is_noticed(void **state)
{
	struct range range = { .first = 3, .end = 21, .size = 37 };
	uint8_t root[TREE_HASH];

	(void)state;
	assert_int_equal(range_prove(&source, &range), 0);
	for (uint64_t skip = 3; skip < 21; skip++)
		assert_int_equal(root_of(&range, skip, root), ERR_PROOF);
}

static void
a_range_that_claims_to_be_another_is_noticed(void **state)
{
	uint8_t root[TREE_HASH];

	(void)state;
	for (uint64_t first = 0; first < 20; first++) {
		struct range range = { .first = 4, .end = 20, .size = 37 };

		assert_int_equal(range_prove(&source, &range), 0);
		range.first = first;
		if (first != 4 && root_of(&range, UINT64_MAX, root) == 0)
			assert_memory_not_equal(root, roots[37], TREE_HASH);
	}
}

static void
a_subtree_more_or_less_is_refused(void **state)
{
	struct range range = { .first = 5, .end = 9, .size = 29 };
	uint8_t root[TREE_HASH];

	(void)state;
	assert_int_equal(range_prove(&source, &range), 0);
	range.left_count++;
	assert_int_equal(root_of(&range, UINT64_MAX, root), ERR_PROOF);
	range.left_count -= 2;
	assert_int_equal(root_of(&range, UINT64_MAX, root), ERR_PROOF);
	range.left_count++;
	range.right_count--;
	assert_int_equal(root_of(&range, UINT64_MAX, root), ERR_PROOF);
}

static void
what_is_out_of_order_is_refused(void **state)
{
	struct range backwards = { .first = 5, .end = 4, .size = 9 }, beyond = { .first = 1, .end = 10, .size = 9 };
	struct range_walk walk;

	(void)state;
	assert_int_equal(range_prove(&source, &backwards), -EINVAL);
	assert_int_equal(range_prove(&source, &beyond), -EINVAL);
	assert_int_equal(range_begin(&backwards, &walk), ERR_PROOF);
	assert_int_equal(range_begin(&beyond, &walk), ERR_PROOF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_range_leads_to_the_root),
		cmocka_unit_test(a_leaf_that_is_left_out_is_noticed),
		cmocka_unit_test(a_range_that_claims_to_be_another_is_noticed),
		cmocka_unit_test(a_subtree_more_or_less_is_refused),
		cmocka_unit_test(what_is_out_of_order_is_refused),
	};

	return cmocka_run_group_tests(tests, grow, NULL);
}
