/* SPDX-License-Identifier: ISC */
/*
 * Statements, for lib/store only. Placeholders are $1, $2, ... and must appear in that order: SQLite numbers them
 * by first use, PostgreSQL by name, and stmt_open refuses a text on which the two would differ.
 */
#ifndef POSTERN_LIB_STORE_STMT_H
#define POSTERN_LIB_STORE_STMT_H

#include <sqlite3.h>

#include "lib/base/id.h"
#include "lib/store/slots.h"

struct buf;
struct tree;

#define STMT_KEPT	48	/* statements that are not prepared anew each time */

struct store {
	sqlite3		*db;
	sqlite3_stmt	*kept[STMT_KEPT];	/* of stmt_run() and stmt_number(); NULL: nothing there yet */
	unsigned	 kept_next;	/* the one that goes when another needs its place */
	uint8_t		(*keys)[32];	/* secret; room for two, zero while nothing is sealed or opened (seal.c) */
	int		(*seal)(void *user);	/* store_seal_with() */
	void		*seal_user;
	bool		 grown;		/* this transaction has added to the log */
	int		 mark;		/* mark.h; -1: none is kept */
	struct slots	 slots;
	char		*dir;		/* absolute */
	unsigned	 flags;
	unsigned	 depth;		/* of open transactions */
	bool		 gave_up;	/* a lock was waited for in vain: until something is written, the next wait is short */
	struct tree	*tree;		/* over the log as it was last asked for; NULL until then (head.c) */
};

enum bind_type { BIND_END, BIND_NULL, BIND_INT, BIND_TEXT, BIND_BLOB };

struct bind {
	enum bind_type	 type;
	int64_t		 number;
	const void	*bytes;		/* borrowed until the statement is closed */
	size_t		 count;
};

#define AUTO_STMT	__attribute__((cleanup(stmt_close)))
#define BINDS(...)	(const struct bind[]){ __VA_ARGS__, { .type = BIND_END } }
#define NO_BINDS	(const struct bind[]){ { .type = BIND_END } }

struct bind	bind_int(int64_t number);
struct bind	bind_text(const char *text);			/* NULL becomes SQL's NULL */
struct bind	bind_blob(const void *bytes, size_t count);	/* NULL bytes become SQL's NULL */
struct bind	bind_id(const struct id *id);
struct bind	bind_id_or_null(const struct id *id);		/* the zero id becomes SQL's NULL */

struct bind	bind_filter(const char *text);			/* NULL becomes "", which filters nothing */
struct bind	bind_limit(int64_t limit);			/* 0 becomes no limit */

int		stmt_open(struct store *store, const char *sql, const struct bind *binds, sqlite3_stmt **stmt);
void		stmt_close(sqlite3_stmt **stmt);
int		stmt_step(sqlite3_stmt *stmt);			/* 1: a row; 0: no more; or an error */

/*
 * The two below keep what they have prepared, as long as the store is open.
 * A statement without rows: the number of rows it changed, or an error.
 */
int		stmt_run(struct store *store, const char *sql, const struct bind *binds);
/* The one number a statement gives; 0 if it has no row or gives NULL. */
int		stmt_number(struct store *store, const char *sql, const struct bind *binds, int64_t *number);

#define ROW_WORD	16	/* longest word of a state, with its NUL */

/* A row read from left to right; the first thing out of place makes `error` ERR_STORE_DAMAGED. */
struct row {
	sqlite3_stmt	*stmt;
	int		 column;
	int		 error;
};

int64_t		row_int(struct row *row);				/* NULL is 0 */
void		row_name(struct row *row, char *name, size_t size);	/* NULL is "" */
char		*row_text(struct row *row);				/* for the caller to free; NULL if NULL */
void		row_id(struct row *row, struct id *id);			/* NULL is the zero id */
void		row_sha256(struct row *row, uint8_t sha256[32]);	/* NULL is zeros */
const uint8_t	*row_bytes(struct row *row, size_t *count);		/* until the next step; NULL if NULL */
int		row_word(struct row *row, const char *const *words, int count);	/* index of a word in `words` */

void		stmt_forget(struct store *store);	/* all that is kept */

/* Our error for one of SQLite's. */
int		stmt_error(int code);

/* Ids gathered before the transaction that found them is committed, and handed to the caller after it. */
struct ids {
	struct id	*items;
	size_t		 count;
};

#define AUTO_IDS	__attribute__((cleanup(ids_done)))

void		ids_done(struct ids *ids);
/* Every id that the statement (an UPDATE ... RETURNING id, or a SELECT) gives. */
int		ids_from(struct store *store, const char *sql, const struct bind *binds, struct ids *ids);
/* The one id in [$1, $2] of a statement that gives at most two: ERR_BAD_ID, ERR_NOT_FOUND, ERR_AMBIGUOUS. */
int		ids_find(struct store *store, const char *sql, const char *prefix, struct id *id);
int		ids_each(const struct ids *ids, int (*each)(void *ctx, const struct id *id), void *ctx);

#endif
