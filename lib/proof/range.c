/* SPDX-License-Identifier: ISC */
/* Proofs of consecutive leaves. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/proof/range.h"

int
range_level(uint64_t at, uint64_t end)
{
	int level = 0;

	if (at >= end)
		return -1;
	while (level < TREE_LEVELS - 2 && (at >> level & 1) == 0 && (UINT64_C(2) << level) <= end - at)
		level++;
	return level;
}

/* The subtrees of [at, end) out of `source`. */
static int
look_up(const struct tree_source *source, uint64_t at, uint64_t end, uint8_t (*hash)[TREE_HASH], size_t *count)
{
	int level, r = 0;

	for (*count = 0; r == 0 && (level = range_level(at, end)) >= 0; at += UINT64_C(1) << level) {
		r = source->look(source->user, (unsigned)level, at >> level, hash[*count]);
		(*count)++;
	}
	return r;
}

int
range_prove(const struct tree_source *source, struct range *range)
{
	int r;

	if (range->first > range->end || range->end > range->size || range->size > INT64_MAX)
		return -EINVAL;
	r = look_up(source, 0, range->first, range->left, &range->left_count);
	return r < 0 ? r : look_up(source, range->end, range->size, range->right, &range->right_count);
}

static void
push(struct range_walk *walk, unsigned level, const uint8_t given[TREE_HASH])
{
	uint8_t hash[TREE_HASH];

	walk->at += UINT64_C(1) << level;
	memcpy(hash, given, TREE_HASH);
	for (; walk->count > 0 && walk->level[walk->count - 1] == level; level++)
		tree_node(walk->hash[--walk->count], hash, hash);
	walk->level[walk->count] = level;
	memcpy(walk->hash[walk->count++], hash, TREE_HASH);
}

/* Exactly the subtrees that cover what is between here and `end`. */
static int
push_all(struct range_walk *walk, uint64_t end, const uint8_t (*hash)[TREE_HASH], size_t count)
{
	size_t used = 0;
	int level;

	while ((level = range_level(walk->at, end)) >= 0) {
		if (used == count)
			return ERR_PROOF;
		push(walk, (unsigned)level, hash[used++]);
	}
	return used == count ? 0 : ERR_PROOF;
}

int
range_begin(const struct range *range, struct range_walk *walk)
{
	*walk = (struct range_walk){ .count = 0 };
	if (range->first > range->end || range->end > range->size || range->size > INT64_MAX || range->left_count > RANGE_HASHES || range->right_count > RANGE_HASHES)
		return ERR_PROOF;
	return push_all(walk, range->first, range->left, range->left_count);
}

void
range_leaf(struct range_walk *walk, const uint8_t leaf[TREE_HASH])
{
	push(walk, 0, leaf);
}

int
range_end(const struct range *range, struct range_walk *walk, uint8_t root[TREE_HASH])
{
	static const struct tree empty;
	int r = walk->at == range->end ? push_all(walk, range->size, range->right, range->right_count) : ERR_PROOF;

	if (r < 0)
		return r;
	if (walk->count == 0) {
		tree_root(&empty, root);
		return 0;
	}
	memcpy(root, walk->hash[--walk->count], TREE_HASH);
	while (walk->count > 0)
		tree_node(walk->hash[--walk->count], root, root);
	return 0;
}
