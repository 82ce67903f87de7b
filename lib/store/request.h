/* SPDX-License-Identifier: ISC */
/* A request: somebody asks for a role, for so long, for a reason. */
#ifndef POSTERN_LIB_STORE_REQUEST_H
#define POSTERN_LIB_STORE_REQUEST_H

#include <stdint.h>

#include "lib/store/store.h"

struct buf;
struct page;

enum request_state {
	REQUEST_WAITING, REQUEST_GRANTED, REQUEST_DENIED, REQUEST_CANCELLED, REQUEST_LAPSED, REQUEST_STATES
};

extern const char *const request_state_names[REQUEST_STATES];	/* "waiting", "granted", ... */

/* Its end: who closed it and when; zero and "" while it waits. A lapsed one is closed by "". */
struct request_end {
	int64_t		closed_us;
	char		closed_by[STORE_NAME];
};

struct request {
	struct id		id;		/* id_new() by the caller */
	char			person[STORE_NAME];
	char			account[STORE_NAME];
	char			role[STORE_NAME];
	char			host[STORE_HOST];
	char			class[STORE_NAME];	/* retention class */
	int64_t			seconds;	/* asked */
	int64_t			not_before_us;	/* --at; 0: now */
	int64_t			created_us;
	int64_t			lapses_us;	/* undecided until then: lapsed */
	struct id		extends;	/* the running grant that shall last longer; zero for a new one */
	struct id		opens;		/* the session whose recording shall be opened, instead of a grant; zero: none */
	int64_t			opens_until_us;	/* once that is granted: the end of its window; 0 */
	uint8_t			allows[32];	/* what the role allowed when it was asked for, as a hash of the caller's; zero: not noted */
	bool			 unbound;	/* an older release made it: its text does not name `allows` */
	char			*reason;	/* one line; NULL if it cannot be read: */
	int			reason_error;	/* ERR_EXPIRED, or (only in lists) ERR_SLOT_DAMAGED, ERR_STORE_DAMAGED */
	uint8_t			sha256[32];	/* of request_text(), sealed with the reason and zero without it */
	enum request_state	state;
	struct request_end	end;
};

#define AUTO_REQUEST	__attribute__((cleanup(request_done)))

void	request_done(struct request *request);

/*
 * The canonical text, which approvers sign, in LF lines: "request v1", then "id", "person", "account", "host", "role",
 * "seconds", "not-before" and "created" (microseconds), "extends" or "opens" if it does, "allows"
 * (what the role allowed, 64 hexadecimal digits) if that is noted, "reason", each a word, a space, the value.
 */
int	request_text(const struct request *request, struct buf *text);

/*
 * Enters a waiting request; sha256, state and end of `request` are not looked at. The reason is sealed under the
 * class's slot of the day. ERR_MSG_TEXT (a text with controls, an empty name), ERR_BAD_TIME (seconds), ERR_STORE_CONFLICT
 * (the id is taken), ERR_NOT_FOUND or ERR_NO_RIGHT (the grant to extend is not there, or another person's; the session to
 * open is not there).
 */
int	request_create(struct store *store, const struct request *request);

/* ERR_NOT_FOUND; ERR_STORE_DAMAGED also if the row does not fit the sealed hash any more. Done by the caller. */
int	request_get(struct store *store, const struct id *id, struct request *request);

/* By the first 4 to 32 digits of the id: ERR_BAD_ID, ERR_NOT_FOUND, ERR_AMBIGUOUS. */
int	request_find(struct store *store, const char *prefix, struct id *id);

struct request_filter {
	const char	*state;		/* a name from request_state_names; NULL: any */
	const char	*person;
	const char	*role;
	int64_t		 since_us;	/* created at or after */
	int64_t		 until_us;	/* created before; 0: no bound */
	int64_t		 limit;		/* 0: all; else the newest so many */
};

/* Newest first. A reason that is damaged does not end the list: see reason_error. */
int	request_list(struct store *store, const struct request_filter *filter,
	    int (*each)(void *ctx, const struct request *request), void *ctx);

/* A page for reports: struct page of session.h. */
int	request_page(struct store *store, const struct page *page,
	    int (*each)(void *ctx, const struct request *request), void *ctx);

/* Taken back by the one who asked. ERR_NOT_FOUND, ERR_NO_RIGHT (another person), ERR_DECIDED (not waiting any more). */
int	request_cancel(struct store *store, const struct id *id, const char *person, int64_t now_us);

/* Closes all whose time is over; `each` (may be NULL) hears of every one after that is on the disk. */
int	request_lapse(struct store *store, int64_t now_us, int (*each)(void *ctx, const struct id *id), void *ctx);

/*
 * The request by which this person may open the recording of a session now: granted, and its window not over. ERR_NOT_FOUND. Of
 * several the one that lasts longest. For the caller: its reason may be lost (reason_error), its window is not.
 */
int	request_window(struct store *store, const struct id *session, const char *person, int64_t now_us, struct request *request);

/* For lib/store: the window of a granted request to open. ERR_STORE_CONFLICT if it is none. */
int	request_open_until(struct store *store, const struct id *id, int64_t until_us);

/* For lib/store: as request_get(), but a damaged reason is no error: see reason_error. */
int	request_load(struct store *store, const struct id *id, struct request *request);

/* For lib/store: from waiting to `state`. ERR_STORE_CONFLICT if it was not waiting. */
int	request_close(struct store *store, const struct id *id, enum request_state state, const struct request_end *end);

#endif
