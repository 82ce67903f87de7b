/* SPDX-License-Identifier: ISC */
/* What the store's tests share: a temporary state directory, and rows to put into it. */
#ifndef POSTERN_TESTS_UNIT_STORE_PLACE_H
#define POSTERN_TESTS_UNIT_STORE_PLACE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/store/decision.h"
#include "lib/store/session.h"

#define SECOND	INT64_C(1000000)
#define MINUTE	(60 * SECOND)
#define DAY	(24 * 60 * MINUTE)
#define NOON	(INT64_C(20000) * DAY + 12 * 60 * MINUTE)	/* some day, 12:00 UTC */

struct place_test {
	char		 dir[64];
	struct store	*store;
};

/* cmocka fixtures: *state is a struct place_test with an open, empty store; the teardown removes the directory. */
int	place_setup(void **state);
int	place_teardown(void **state);

struct store	*place_store(void **state);
/* Closes and opens again; the result of store_open. */
int	place_reopen(struct place_test *place, unsigned flags);

/* `count` bytes at `offset` of DIR/name are overwritten. */
void	place_overwrite(const struct place_test *place, const char *name, long offset, const void *bytes, size_t count);
/* How often the bytes stand in DIR/name; or, with name NULL, in all its files together. */
size_t	place_search(const struct place_test *place, const char *name, const void *bytes, size_t count);
long	place_size(const struct place_test *place, const char *name);

/* DIR/name as it is now, and put back; `bytes` is for the caller to free. */
struct place_copy {
	char	*bytes;
	size_t	 count;
};

struct place_copy	place_copy(const struct place_test *place, const char *name);
void	place_put_back(const struct place_test *place, const char *name, const struct place_copy *copy);

struct moment	at(int64_t wall_us);	/* boot_us runs along, on the test's one boot */

/* eng-07 asks for orders-ro for 30 minutes at `now_us`; undecided for an hour it lapses. */
struct id	ask(struct store *store, int64_t now_us, const char *reason);
/* One person's verdict with a need of `count`; the result of request_decide(). */
int		decide(struct store *store, const struct id *request, const char *person, enum verdict verdict, int64_t now_us);
/* Asked and granted by appr-02 at `now_us`: the grant, for two sessions at once. */
struct id	granted(struct store *store, int64_t now_us);
/* A session under a new grant, started at `now_us`. */
struct session	entered(struct store *store, int64_t now_us);
struct session	entered_with_trail(struct store *store, int64_t now_us);
void		finish(struct store *store, const struct id *session, int64_t now_us);

#endif
