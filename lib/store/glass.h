/* SPDX-License-Identifier: ISC */
/* Break-glass: a request that is granted without anybody's decision, and the review that has to follow. */
#ifndef POSTERN_LIB_STORE_GLASS_H
#define POSTERN_LIB_STORE_GLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/decision.h"

#define DECISION_GLASS	"break-glass"	/* person of the decision under such a request; no human may be named so */

struct buf;

struct glass {
	struct id	 request;
	char		 person[STORE_NAME];	/* who entered */
	int64_t		 at_us;
	int64_t		 reviewed_us;		/* 0: not yet, and the rest says nothing */
	char		 reviewed_by[STORE_NAME];
	char		*comment;		/* one line; NULL: none, or comment_error tells why */
	int		 comment_error;		/* ERR_EXPIRED, ERR_SLOT_DAMAGED, ERR_STORE_DAMAGED; then the rest is lost, too */
	char		*text;			/* what was signed, and how; NULL: it was not */
	uint8_t		*signature;
	size_t		 signature_bytes;
};

#define AUTO_GLASS	__attribute__((cleanup(glass_done)))

void	glass_done(struct glass *glass);

/*
 * Makes the request, its decision by DECISION_GLASS and the grant, all or nothing. need->count and groups are not looked
 * at. ERR_UNREVIEWED if an earlier one of the same person waits for its review; else as request_create() and
 * request_decide().
 */
int	glass_break(struct store *store, const struct request *request, const struct need *need, const struct moment *now,
	    struct outcome *outcome);

/* Of a request: ERR_NOT_FOUND if it was decided by people or the policy. Done by the caller. */
int	glass_get(struct store *store, const struct id *request, struct glass *glass);

/* The one of a person that is not reviewed: ERR_NOT_FOUND if there is none. Done by the caller. */
int	glass_open(struct store *store, const char *person, struct glass *glass);

/* Newest first: all, or those that are not reviewed, from before until_us (0: no bound). limit 0: no limit. */
struct glass_filter {
	bool	all;
	int64_t	until_us;
	int64_t	limit;
};

int	glass_list(struct store *store, const struct glass_filter *filter, int (*each)(void *ctx, const struct glass *glass), void *ctx);

/* A person's review, sealed under the day of the request's class. */
struct review {
	struct id	 request;
	const char	*person;
	const char	*comment;	/* not empty */
	int64_t		 at_us;
	const char	*text;		/* what was signed; NULL: nothing */
	const void	*signature;
	size_t		 signature_bytes;
};

/*
 * What a signature under a review is about, in LF lines: "review v1", request HEX, request-sha256 HEX (of the request's own text),
 * comment TEXT. 0 or ERR_BUF_FULL.
 */
int	glass_text(const struct id *request, const uint8_t sha256[32], const char *comment, struct buf *text);

/* ERR_NOT_FOUND; ERR_OWN_REQUEST; ERR_DECIDED (somebody was faster); ERR_MSG_TEXT. */
int	glass_review(struct store *store, const struct review *review);

#endif
