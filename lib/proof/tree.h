/* SPDX-License-Identifier: ISC */
/*
 * The tree over the log: RFC 6962, section 2 (SHA-256; a leaf is hashed behind 0x00, a node behind 0x01, the empty tree is
 * the hash of nothing). Proofs are made from the hashes of complete subtrees, which never change once they stand, and
 * checked as RFC 9162 (2.1.3.2, 2.1.4.2) says.
 */
#ifndef POSTERN_LIB_PROOF_TREE_H
#define POSTERN_LIB_PROOF_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_HASH	32
#define TREE_LEVELS	64

/* What is needed to append: one hash for each bit of the size that is set, of the complete subtree of so many leaves. */
struct tree {
	uint64_t	size;	/* leaves */
	uint8_t		edge[TREE_LEVELS][TREE_HASH];
};

/* Hashes on the way from a leaf, or from an older root, to the root; lowest first. */
struct tree_proof {
	uint8_t		hash[TREE_LEVELS + 1][TREE_HASH];
	size_t		count;
};

/*
 * Complete subtrees: number `index` of those with 2^level leaves. To be kept when one is finished, and looked up when a
 * proof needs it. Looking up: 0, or negative, which ends the proof with that error.
 */
typedef void	tree_keep(void *user, unsigned level, uint64_t index, const uint8_t hash[TREE_HASH]);
typedef int	tree_look(void *user, unsigned level, uint64_t index, uint8_t hash[TREE_HASH]);

struct tree_source {
	tree_look	*look;
	void		*user;
};

void	tree_leaf(const void *bytes, size_t count, uint8_t hash[TREE_HASH]);
void	tree_node(const uint8_t left[TREE_HASH], const uint8_t right[TREE_HASH], uint8_t hash[TREE_HASH]);

/* A struct tree of zeros is the empty tree. `keep` (may be NULL) hears of the leaf, and of each subtree that it completes. */
void	tree_append(struct tree *tree, const uint8_t leaf[TREE_HASH], tree_keep *keep, void *user);
void	tree_root(const struct tree *tree, uint8_t root[TREE_HASH]);

/* The tree as it was with `size` leaves, to go on from there. 0 or what `look` said. */
int	tree_at(const struct tree_source *source, uint64_t size, struct tree *tree);

/* That leaf `index` is in the tree of `size` leaves. 0; -EINVAL if it cannot be; what `look` said. */
int	tree_prove_leaf(const struct tree_source *source, uint64_t index, uint64_t size, struct tree_proof *proof);

/* That the tree of `size` leaves begins with the one of `old` leaves; empty if old is 0 or size. Results as above. */
int	tree_prove_growth(const struct tree_source *source, uint64_t old, uint64_t size, struct tree_proof *proof);

/* A tree that somebody vouches for. */
struct tree_head {
	uint64_t	size;
	uint8_t		root[TREE_HASH];
};

bool	tree_check_leaf(const struct tree_head *head, uint64_t index, const uint8_t leaf[TREE_HASH], const struct tree_proof *proof);
bool	tree_check_growth(const struct tree_head *old, const struct tree_head *head, const struct tree_proof *proof);

#endif
