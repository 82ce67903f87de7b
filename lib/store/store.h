/* SPDX-License-Identifier: ISC */
/*
 * The catalogue: who asked, who decided, what ran, what was kept. One directory with catalogue.db (SQLite) and slots
 * (the keys of everything sealed). This room never asks for the time and never logs; both come from the caller.
 *
 * Every operation is one transaction by itself, or part of the caller's (AUTO_TXN). Results are 0 or an error:
 * ERR_STORE_BUSY (locked by somebody for more than two seconds), ERR_STORE_DAMAGED, ERR_STORE_MISSING (the file was
 * moved or removed while open), -ENOSPC, -EIO, besides those each header names. After an error nothing has changed.
 * One store belongs to one process and one thread; several processes may open the same directory.
 *
 * Lists call `each` once a row. A row is the list's own and lives until `each` returns; anything but 0 from `each` ends
 * the list and becomes its result. `each` may read, but should not change, the catalogue.
 */
#ifndef POSTERN_LIB_STORE_STORE_H
#define POSTERN_LIB_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/id.h"

#define STORE_NAME	96		/* room for a person's, account's, role's or class's name with its NUL */
#define STORE_HOST	256
#define STORE_WORD	33		/* a reason as one word: a-z, 0-9 and '-' */
#define STORE_TEXT_MOST	16384		/* bytes of a reason or comment */
#define STORE_SECONDS_MOST	INT64_C(3153600000)	/* a hundred years */

struct store;
struct survey;
struct wraps;

enum store_flag {
	STORE_CREATE = 1,	/* make an empty catalogue if there is none at all */
	STORE_READONLY = 2,
	STORE_KEYLESS = 4	/* the slots may be missing (a copy): then every text is ERR_SLOTS_MISSING */
};

#define AUTO_STORE	__attribute__((cleanup(store_close_at)))

/* A moment on both clocks; `boot` tells one CLOCK_BOOTTIME from the next (the kernel's boot_id). */
struct moment {
	int64_t		wall_us;
	int64_t		boot_us;
	struct id	boot;
};

/*
 * `dir` is the state directory and must exist. Checks the whole file (quick_check) and brings an older schema up to
 * date. Errors besides those above: ERR_STORE_MISSING (no catalogue; or CREATE where only slots with keys are left),
 * ERR_SLOTS_MISSING, ERR_STORE_VERSION (made by a newer program), ERR_STORE_BEHIND (the newest entries are gone; READONLY does
 * not mind).
 */
int		 store_open(const char *dir, unsigned flags, struct store **store);
void		 store_close(struct store *store);	/* NULL is fine */
void		 store_close_at(struct store **store);	/* for AUTO_STORE only */

/*
 * The keys that wrap the key slots; `wraps` (NULL: none) must outlive the store. What lies in the clear or under the old key is wrapped
 * under the one in force, unless READONLY; the replica's copies are to be sent again then. ERR_WRAP_MISSING, ERR_WRAP_WRONG: slots are
 * under a key that is not here; what needs none works all the same. `survey`, if not NULL, is what was found, also then.
 */
int		 store_wrap_with(struct store *store, const struct wraps *wraps, struct survey *survey);

/* Grows whenever this or another process changed something: cheap enough to ask on every tick. Negative on error. */
int64_t		 store_serial(struct store *store);

/* Is the file still there and readable? 0 or an error; cheap. */
int		 store_check(struct store *store);

/* Rewrites the file without what was deleted and empties its write-ahead log; ERR_STORE_BUSY if somebody reads on. */
int		 store_purge(struct store *store);

/*
 * `seal` is called at the end of each outermost transaction that added to the log, inside of it: what it writes (a signed
 * head) is on the disk together with the entries, or neither is. Its error does not hold the entries up. NULL: nothing.
 */
void		 store_seal_with(struct store *store, int (*seal)(void *user), void *user);

/* Between txn_begin() and its end: what is read may still be undone. */
bool		 store_is_writing(const struct store *store);

/*
 * Several operations as one: rolled back at the end of the scope unless committed. May be nested. An error such as a
 * full disk may undo all of it at once; then everything until the scope's end gives ERR_STORE_ROLLED_BACK.
 */
struct txn {
	struct store	*store;
	unsigned	 depth;
};

#define AUTO_TXN	__attribute__((cleanup(txn_done)))

int		 txn_begin(struct txn *txn, struct store *store);	/* takes the write lock */
int		 txn_commit(struct txn *txn);
void		 txn_done(struct txn *txn);

#endif
