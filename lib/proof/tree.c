/* SPDX-License-Identifier: ISC */
/* The Merkle tree: growing it, proving from it, checking proofs. */
#include "config.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "lib/base/secret.h"
#include "lib/proof/tree.h"

/* Leaves [first, first + count) of a tree, being one node of it. */
struct span {
	uint64_t	first;
	uint64_t	count;
};

void
tree_leaf(const void *bytes, size_t count, uint8_t hash[TREE_HASH])
{
	static const uint8_t mark = 0;
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, &mark, 1);
	crypto_hash_sha256_update(&state, bytes, count);
	crypto_hash_sha256_final(&state, hash);
}

void
tree_node(const uint8_t left[TREE_HASH], const uint8_t right[TREE_HASH], uint8_t hash[TREE_HASH])
{
	uint8_t bytes[1 + 2 * TREE_HASH] = { 1 };

	memcpy(bytes + 1, left, TREE_HASH);
	memcpy(bytes + 1 + TREE_HASH, right, TREE_HASH);
	secret_sha256(bytes, sizeof bytes, hash);
}

void
tree_append(struct tree *tree, const uint8_t leaf[TREE_HASH], tree_keep *keep, void *user)
{
	uint64_t index = tree->size;
	uint8_t hash[TREE_HASH];
	unsigned level = 0;

	memcpy(hash, leaf, TREE_HASH);
	if (keep != NULL)
		keep(user, 0, index, hash);
	for (; (index & 1) != 0; index >>= 1) {
		tree_node(tree->edge[level], hash, hash);
		level++;
		if (keep != NULL)
			keep(user, level, index >> 1, hash);
	}
	memcpy(tree->edge[level], hash, TREE_HASH);
	tree->size++;
}

void
tree_root(const struct tree *tree, uint8_t root[TREE_HASH])
{
	bool is_first = true;

	if (tree->size == 0)
		secret_sha256("", 0, root);
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if ((tree->size >> level & 1) == 0)
			continue;
		if (is_first)
			memcpy(root, tree->edge[level], TREE_HASH);
		else
			tree_node(tree->edge[level], root, root);
		is_first = false;
	}
}

int
tree_at(const struct tree_source *source, uint64_t size, struct tree *tree)
{
	uint64_t first = 0;
	int r = 0;

	*tree = (struct tree){ .size = size };
	for (unsigned level = TREE_LEVELS; level-- > 0 && r == 0;) {
		if ((size >> level & 1) == 0)
			continue;
		r = source->look(source->user, level, first >> level, tree->edge[level]);
		first += UINT64_C(1) << level;
	}
	return r;
}

/* Largest power of two below count, which is at least 2: where a node that is not complete divides. */
static uint64_t
half(uint64_t count)
{
	return UINT64_C(1) << (63 - __builtin_clzll(count - 1));
}

static bool
is_complete(uint64_t count)
{
	return (count & (count - 1)) == 0;
}

/* Its hash. Only the right edge of a tree is not complete, so this goes down on one side at most. */
static int
span_hash(const struct tree_source *source, struct span span, uint8_t hash[TREE_HASH])
{
	uint8_t left[TREE_HASH];
	uint64_t k;
	int r;

	if (is_complete(span.count)) {
		unsigned level = (unsigned)__builtin_ctzll(span.count);

		return source->look(source->user, level, span.first >> level, hash);
	}
	k = half(span.count);
	r = span_hash(source, (struct span){ span.first, k }, left);
	if (r == 0)
		r = span_hash(source, (struct span){ span.first + k, span.count - k }, hash);
	if (r == 0)
		tree_node(left, hash, hash);
	return r;
}

/* The proof's spans were found from the root down; proofs go up. */
static int
fill(const struct tree_source *source, const struct span *spans, size_t count, struct tree_proof *proof)
{
	int r = 0;

	proof->count = count;
	for (size_t i = 0; i < count && r == 0; i++)
		r = span_hash(source, spans[count - 1 - i], proof->hash[i]);
	return r;
}

int
tree_prove_leaf(const struct tree_source *source, uint64_t index, uint64_t size, struct tree_proof *proof)
{
	struct span spans[TREE_LEVELS], at = { 0, size };
	size_t count = 0;

	if (index >= size)
		return -EINVAL;
	while (at.count > 1) {
		uint64_t k = half(at.count);

		if (index < at.first + k) {
			spans[count++] = (struct span){ at.first + k, at.count - k };
			at.count = k;
		} else {
			spans[count++] = (struct span){ at.first, k };
			at = (struct span){ at.first + k, at.count - k };
		}
	}
	return fill(source, spans, count, proof);
}

/* RFC 6962 2.1.2, SUBPROOF: the old tree's right edge is followed down to where it is a whole node. */
int
tree_prove_growth(const struct tree_source *source, uint64_t old, uint64_t size, struct tree_proof *proof)
{
	struct span spans[TREE_LEVELS + 1], at = { 0, size };
	size_t count = 0;
	bool is_whole = true;	/* the old tree itself, whose root the reader has */

	proof->count = 0;
	if (old > size)
		return -EINVAL;
	if (old == 0 || old == size)
		return 0;
	while (old != at.first + at.count) {
		uint64_t k = half(at.count);

		if (old <= at.first + k) {
			spans[count++] = (struct span){ at.first + k, at.count - k };
			at.count = k;
		} else {
			spans[count++] = (struct span){ at.first, k };
			at = (struct span){ at.first + k, at.count - k };
			is_whole = false;
		}
	}
	if (!is_whole)
		spans[count++] = at;
	return fill(source, spans, count, proof);
}

/* A walk from a node at the lowest level upwards, beside the tree's last node. */
struct climb {
	uint64_t	at, last;
};

static void
climb_one(struct climb *climb)
{
	climb->at >>= 1;
	climb->last >>= 1;
}

/* True if the sibling stands on the left; then all levels without a sibling are skipped. */
static bool
climb_is_right(struct climb *climb)
{
	if ((climb->at & 1) == 0 && climb->at != climb->last)
		return false;
	while ((climb->at & 1) == 0 && climb->at != 0)
		climb_one(climb);
	return true;
}

bool
tree_check_leaf(const struct tree_head *head, uint64_t index, const uint8_t leaf[TREE_HASH], const struct tree_proof *proof)
{
	struct climb climb = { index, head->size - 1 };
	uint8_t hash[TREE_HASH];

	if (index >= head->size)
		return false;
	memcpy(hash, leaf, TREE_HASH);
	for (size_t i = 0; i < proof->count; i++) {
		if (climb.last == 0)
			return false;
		if (climb_is_right(&climb))
			tree_node(proof->hash[i], hash, hash);
		else
			tree_node(hash, proof->hash[i], hash);
		climb_one(&climb);
	}
	return climb.last == 0 && memcmp(hash, head->root, TREE_HASH) == 0;
}

bool
tree_check_growth(const struct tree_head *old, const struct tree_head *head, const struct tree_proof *proof)
{
	struct climb climb = { old->size - 1, head->size - 1 };
	uint8_t small[TREE_HASH], large[TREE_HASH];
	size_t i = 0;

	if (old->size == head->size)
		return proof->count == 0 && memcmp(old->root, head->root, TREE_HASH) == 0;
	if (old->size == 0 || old->size > head->size || proof->count == 0)
		return old->size == 0 && proof->count == 0;
	while ((climb.at & 1) != 0)
		climb_one(&climb);
	memcpy(small, is_complete(old->size) ? old->root : proof->hash[i++], TREE_HASH);
	memcpy(large, small, TREE_HASH);
	for (; i < proof->count; i++) {
		if (climb.last == 0)
			return false;
		if (climb_is_right(&climb)) {
			tree_node(proof->hash[i], small, small);
			tree_node(proof->hash[i], large, large);
		} else {
			tree_node(large, proof->hash[i], large);
		}
		climb_one(&climb);
	}
	return climb.last == 0 && memcmp(small, old->root, TREE_HASH) == 0 && memcmp(large, head->root, TREE_HASH) == 0;
}
