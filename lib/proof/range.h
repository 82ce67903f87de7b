/* SPDX-License-Identifier: ISC */
/*
 * That some consecutive leaves are in the tree, with nothing between them: the complete subtrees to the left and to the right
 * of them. Whoever has these and the leaves makes the root by pushing all of them on a stack from left to right, where two
 * of one size become one of twice the size, and folding what is left of the stack from the right. sha256sum can do that.
 */
#ifndef POSTERN_LIB_PROOF_RANGE_H
#define POSTERN_LIB_PROOF_RANGE_H

#include "lib/proof/tree.h"

#define RANGE_HASHES	(2 * TREE_LEVELS)	/* most subtrees of one side */

struct range {
	uint64_t	first, end;	/* leaves first to end - 1 */
	uint64_t	size;		/* of the tree; first <= end <= size */
	uint8_t		left[RANGE_HASHES][TREE_HASH], right[RANGE_HASHES][TREE_HASH];
	size_t		left_count, right_count;
};

/* Fills left and right for first, end and size. 0; -EINVAL if they are out of order; what `look` said. */
int	range_prove(const struct tree_source *source, struct range *range);

/*
 * The subtrees that cover leaves from `at` to `end`, in their order: the first one's level, or -1 if at is end. The next one
 * begins 2^level leaves on.
 */
int	range_level(uint64_t at, uint64_t end);

/* A stack that is being filled. */
struct range_walk {
	uint8_t		hash[RANGE_HASHES][TREE_HASH];
	unsigned	level[RANGE_HASHES];
	size_t		count;
	uint64_t	at;		/* leaves so far */
};

/* What lies left of the leaves. 0, or ERR_PROOF if the range cannot be. */
int	range_begin(const struct range *range, struct range_walk *walk);
/* The next leaf. */
void	range_leaf(struct range_walk *walk, const uint8_t leaf[TREE_HASH]);
/* The root, with what lies right of them. ERR_PROOF if leaves are missing or too many. */
int	range_end(const struct range *range, struct range_walk *walk, uint8_t root[TREE_HASH]);

#endif
