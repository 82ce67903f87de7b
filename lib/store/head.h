/* SPDX-License-Identifier: ISC */
/*
 * The tree over the log (lib/proof/tree.h; its leaves are the 80-byte entries of event.h) and its signed heads. The tree
 * follows from the entries alone; whoever checks the log makes it anew.
 */
#ifndef POSTERN_LIB_STORE_HEAD_H
#define POSTERN_LIB_STORE_HEAD_H

#include "lib/proof/tree.h"
#include "lib/store/event.h"

/* The tree over all entries there are. 0, or ERR_STORE_DAMAGED if an entry is missing. */
int	head_now(struct store *store, struct tree_head *head);

/* Complete subtrees of the log, for tree_prove_leaf() and the like. Borrows the store. */
struct tree_source	head_source(struct store *store);

/*
 * An epoch of the key that signs heads begins with an entry of this type, a fact: its public key (32 bytes). The number of
 * the epoch is the subject's last four bytes, big-endian. The head that ends with it is signed by the epoch before.
 */
#define HEAD_EPOCH_TYPE	6

void		head_epoch_subject(uint32_t number, struct id *subject);
uint32_t	head_epoch_number(const struct event *event);

/* A head that was signed. */
struct head {
	int64_t	 size;
	int64_t	 time_us;
	char	*note;	/* the signed note, with a NUL */
};

#define AUTO_HEAD	__attribute__((cleanup(head_done)))

void	head_done(struct head *head);

/*
 * Keeps it; an older one of the same size goes, and so does the one before it if it is of the same second and ends no epoch:
 * whoever was given that one checks it against the entries. -EINVAL if it is of more entries than there are.
 */
int	head_put(struct store *store, const struct head *head);

/* Of those with fewer than `size` entries only the ones that end an epoch stay: each vouches for all that came before it. */
int	head_thin(struct store *store, int64_t size);

/* The newest of at most `size` entries; ERR_NOT_FOUND if there is none. */
int	head_get(struct store *store, int64_t size, struct head *head);

/* All from `since` entries on, smallest first. */
int	head_list(struct store *store, int64_t since, int (*each)(void *ctx, const struct head *head), void *ctx);

/* For event_append(), in its transaction: entry number `seq` has been added. */
int	head_grow(struct store *store, int64_t seq, const uint8_t entry[EVENT_ENTRY]);

#endif
