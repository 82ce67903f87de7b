/* SPDX-License-Identifier: ISC */
/* The tree against RFC 6962's own definition, written down here as it stands there, and against published roots. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sodium.h>

#include "lib/base/secret.h"
#include "lib/proof/tree.h"

#define MOST	130	/* leaves: past two complete levels of seven */

static uint8_t leaves[MOST][TREE_HASH];
static uint8_t kept[TREE_LEVELS][MOST][TREE_HASH];

static void
keep(void *user, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH])
{
	(void)user;
	memcpy(kept[level][index], hash, TREE_HASH);
}

static int
look(void *user, unsigned level, uint64_t index, uint8_t hash[TREE_HASH])
{
	static const uint8_t none[TREE_HASH];
	uint64_t *limit = user;	/* leaves there are */

	if (((index + 1) << level) > *limit || memcmp(kept[level][index], none, TREE_HASH) == 0)
		return -EIO;
	memcpy(hash, kept[level][index], TREE_HASH);
	return 0;
}

/* MTH of leaves [first, first + count), by the book. */
static void
by_the_book(size_t first, size_t count, uint8_t hash[TREE_HASH])
{
	uint8_t left[TREE_HASH], right[TREE_HASH];
	size_t k = 1;

	if (count == 1) {
		memcpy(hash, leaves[first], TREE_HASH);
		return;
	}
	while (k * 2 < count)
		k *= 2;
	by_the_book(first, k, left);
	by_the_book(first + k, count - k, right);
	tree_node(left, right, hash);
}

static int
grow(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	secret_init();
	for (size_t i = 0; i < MOST; i++) {
		tree_leaf(&i, sizeof i, leaves[i]);
		tree_append(&tree, leaves[i], keep, NULL);
	}
	return 0;
}

static void
roots_are_the_published_ones(void **state)
{
	static const struct { const char *leaf, *root; } rows[] = {
		{ "", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
		{ "10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
		{ "2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
		{ "40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
		{ "5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
		{ "606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
	};
	uint8_t bytes[16], hash[TREE_HASH];
	struct tree tree = { 0 };
	char text[2 * TREE_HASH + 1];
	size_t count;

	(void)state;
	tree_root(&tree, hash);
	assert_string_equal(sodium_bin2hex(text, sizeof text, hash, sizeof hash),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sodium_hex2bin(bytes, sizeof bytes, rows[i].leaf, strlen(rows[i].leaf), NULL, &count, NULL);
		tree_leaf(bytes, count, hash);
		tree_append(&tree, hash, NULL, NULL);
		tree_root(&tree, hash);
		assert_string_equal(sodium_bin2hex(text, sizeof text, hash, sizeof hash), rows[i].root);
	}
}

static void
each_size_has_the_root_of_the_book_and_can_be_gone_back_to(void **state)
{
	struct tree tree = { 0 }, again;
	uint8_t root[TREE_HASH], book[TREE_HASH];

	(void)state;
	for (uint64_t size = 1; size <= MOST; size++) {
		struct tree_source source = { look, &size };

		tree_append(&tree, leaves[size - 1], NULL, NULL);
		tree_root(&tree, root);
		by_the_book(0, size, book);
		assert_memory_equal(root, book, sizeof root);
		assert_int_equal(tree_at(&source, size, &again), 0);
		tree_root(&again, root);
		assert_memory_equal(root, book, sizeof root);
	}
}

static void
every_leaf_is_proven_in_every_size_and_no_other_is(void **state)
{
	struct tree_proof proof;

	(void)state;
	for (uint64_t size = 1; size <= MOST; size++) {
		struct tree_source source = { look, &size };
		struct tree_head head = { .size = size };

		by_the_book(0, size, head.root);
		for (uint64_t i = 0; i < size; i++) {
			assert_int_equal(tree_prove_leaf(&source, i, size, &proof), 0);
			assert_true(tree_check_leaf(&head, i, leaves[i], &proof));
			assert_false(tree_check_leaf(&head, i, leaves[(i + 1) % MOST], &proof));
			if (size > 1)
				assert_false(tree_check_leaf(&head, (i + 1) % size, leaves[i], &proof));
		}
		assert_int_equal(tree_prove_leaf(&source, size, size, &proof), -EINVAL);
	}
}

static void
every_tree_is_proven_to_grow_from_every_smaller_one(void **state)
{
	struct tree_proof proof;

	(void)state;
	for (uint64_t size = 1; size <= MOST; size++) {
		struct tree_source source = { look, &size };
		struct tree_head head = { .size = size };

		by_the_book(0, size, head.root);
		for (uint64_t old = 1; old <= size; old++) {
			struct tree_head before = { .size = old };

			by_the_book(0, old, before.root);
			assert_int_equal(tree_prove_growth(&source, old, size, &proof), 0);
			assert_true(tree_check_growth(&before, &head, &proof));
			before.root[7] ^= 1;
			assert_false(tree_check_growth(&before, &head, &proof));
		}
	}
}

static void
a_proof_with_any_bit_turned_is_refused(void **state)
{
	uint64_t size = 77;
	struct tree_source source = { look, &size };
	struct tree_head head = { .size = size }, old = { .size = 33 };
	struct tree_proof leaf, growth;

	(void)state;
	by_the_book(0, size, head.root);
	by_the_book(0, old.size, old.root);
	assert_int_equal(tree_prove_leaf(&source, 41, size, &leaf), 0);
	assert_int_equal(tree_prove_growth(&source, old.size, size, &growth), 0);
	for (size_t bit = 0; bit < leaf.count * TREE_HASH * 8; bit++) {
		leaf.hash[bit / 256][bit / 8 % 32] ^= (uint8_t)(1 << bit % 8);
		assert_false(tree_check_leaf(&head, 41, leaves[41], &leaf));
		leaf.hash[bit / 256][bit / 8 % 32] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < growth.count * TREE_HASH * 8; bit++) {
		growth.hash[bit / 256][bit / 8 % 32] ^= (uint8_t)(1 << bit % 8);
		assert_false(tree_check_growth(&old, &head, &growth));
		growth.hash[bit / 256][bit / 8 % 32] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
a_proof_that_is_too_short_or_too_long_is_refused(void **state)
{
	uint64_t size = 77;
	struct tree_source source = { look, &size };
	struct tree_head head = { .size = size }, old = { .size = 33 };
	struct tree_proof proof;

	(void)state;
	by_the_book(0, size, head.root);
	by_the_book(0, old.size, old.root);
	assert_int_equal(tree_prove_leaf(&source, 76, size, &proof), 0);
	proof.count--;
	assert_false(tree_check_leaf(&head, 76, leaves[76], &proof));
	proof.count += 2;
	assert_false(tree_check_leaf(&head, 76, leaves[76], &proof));
	assert_int_equal(tree_prove_growth(&source, old.size, size, &proof), 0);
	proof.count--;
	assert_false(tree_check_growth(&old, &head, &proof));
	proof.count += 2;
	assert_false(tree_check_growth(&old, &head, &proof));
	proof.count = 0;
	assert_false(tree_check_growth(&old, &head, &proof));
	assert_false(tree_check_growth(&head, &old, &proof));
	assert_true(tree_check_growth(&head, &head, &proof));
	old.size = 0;
	assert_true(tree_check_growth(&old, &head, &proof));
}

static void
what_cannot_be_looked_up_ends_the_proof(void **state)
{
	uint64_t there = 20;
	struct tree_source source = { look, &there };
	struct tree_proof proof;
	struct tree tree;

	(void)state;
	assert_int_equal(tree_prove_leaf(&source, 3, 40, &proof), -EIO);
	assert_int_equal(tree_prove_growth(&source, 7, 40, &proof), -EIO);
	assert_int_equal(tree_prove_growth(&source, 41, 40, &proof), -EINVAL);
	assert_int_equal(tree_at(&source, 40, &tree), -EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_the_published_ones),
		cmocka_unit_test(each_size_has_the_root_of_the_book_and_can_be_gone_back_to),
		cmocka_unit_test(every_leaf_is_proven_in_every_size_and_no_other_is),
		cmocka_unit_test(every_tree_is_proven_to_grow_from_every_smaller_one),
		cmocka_unit_test(a_proof_with_any_bit_turned_is_refused),
		cmocka_unit_test(a_proof_that_is_too_short_or_too_long_is_refused),
		cmocka_unit_test(what_cannot_be_looked_up_ends_the_proof),
	};

	return cmocka_run_group_tests(tests, grow, NULL);
}
