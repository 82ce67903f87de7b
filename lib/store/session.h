/* SPDX-License-Identifier: ISC */
/* A session: one entry under a grant, with its key slots (recording, texts, perhaps trail), its clock and its end. */
#ifndef POSTERN_LIB_STORE_SESSION_H
#define POSTERN_LIB_STORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/store/store.h"

struct grant;

enum session_state { SESSION_STARTING, SESSION_RUNNING, SESSION_FROZEN, SESSION_ENDED, SESSION_STATES };

extern const char *const session_state_names[SESSION_STATES];	/* "starting", "running", ... */

struct session_clock {
	struct moment	started;
	int64_t		ends_us;
	int64_t		ends_boot_us;	/* the deadline, on the clock of started.boot */
};

struct session_hold {
	char		by[STORE_NAME];	/* "" if it is not held */
	int64_t		at_us;
	int64_t		until_us;	/* 0: until somebody releases it */
};

struct session_end {
	char		why[STORE_WORD];	/* "deadline", "revoked", "exit", "idle", "worker-died": the caller's word */
	int		status;			/* as wait() gives it */
	int64_t		killed;			/* processes */
	int64_t		survivors;		/* must be 0 */
	int64_t		at_us;
};

struct session {
	struct id		id;		/* id_new() by the caller; the recording's too */
	struct id		grant;
	char			person[STORE_NAME];
	char			account[STORE_NAME];
	char			role[STORE_NAME];
	char			host[STORE_HOST];
	char			class[STORE_NAME];
	enum session_state	state;
	struct session_clock	clock;
	int			columns, lines;		/* of the terminal; 0 without one */
	int64_t			worker_pid, warden_pid;	/* 0: not known (yet) */
	bool			has_trail;	/* it has a trail beside its recording (recording.h), and a slot for it */
	uint32_t		recording_unit, texts_unit, trail_unit;	/* the last one 0: it has none */
	struct session_hold	hold;
	struct session_end	end;
};

/*
 * Enters the grant: grant_use() and the new session, in state starting, in one transaction. The caller gives id, grant,
 * person, account, host, columns, lines and has_trail; role, class, clock, units and state are filled in. Errors: grant_use().
 */
int	session_enter(struct store *store, struct session *session, const struct moment *now);

/* The processes are there: starting becomes running. ERR_NOT_FOUND, ERR_LAPSED (ended meanwhile). */
int	session_started(struct store *store, const struct id *id, int64_t worker_pid, int64_t warden_pid);

/* Freeze or thaw: SESSION_RUNNING or SESSION_FROZEN. Errors as above. */
int	session_turn(struct store *store, const struct id *id, enum session_state state);

/* The first end counts: 0 if this was it, 1 if it had ended before (nothing changes). ERR_NOT_FOUND, ERR_MSG_TEXT. */
int	session_finish(struct store *store, const struct id *id, const struct session_end *end);

/*
 * Legal hold: while it is on, nothing of this session is deleted, also after its end until session_release() was called.
 * Again gives it another end. ERR_NOT_FOUND.
 */
int	session_hold(struct store *store, const struct id *id, const struct session_hold *hold);
int	session_release(struct store *store, const struct id *id);

/* ERR_NOT_FOUND. A session owns nothing. */
int	session_get(struct store *store, const struct id *id, struct session *session);
int	session_find(struct store *store, const char *prefix, struct id *id);	/* as request_find() */

struct session_filter {
	bool			 live;		/* only those that have not ended */
	const struct id		*grant;		/* NULL: any */
	const char		*person;
	const char		*role;
	int64_t			 since_us;	/* started at or after */
	int64_t			 until_us;	/* started before; 0: no bound */
	int64_t			 limit;		/* 0: all; else the newest so many */
};

/*
 * For reports, oldest first and a page at a time: those of which some part lies in a time, behind the one that was
 * had last (zeros at first). For requests: those that were made in it.
 */
struct page {
	int64_t		from_us, end_us;	/* end_us excluded */
	int64_t		after_us;		/* started, or created, of the last one */
	struct id	after;
	int64_t		limit;			/* 0: all */
};

int	session_page(struct store *store, const struct page *page, int (*each)(void *ctx, const struct session *session), void *ctx);

/* How long somebody was inside under the grant until now_us, and in how many sessions; time in several at once counts once. */
int	session_used(struct store *store, const struct id *grant, int64_t now_us, int64_t *used_us, int64_t *sessions);

int	session_list(struct store *store, const struct session_filter *filter,
	    int (*each)(void *ctx, const struct session *session), void *ctx);

#endif
