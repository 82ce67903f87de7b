/* SPDX-License-Identifier: ISC */
/*
 * A recording: what the catalogue knows of a session's file, and the keyring. The age envelope that opens it lies
 * here, sealed under the session's recording slot, and nowhere else. A session with has_trail has two: what was run
 * (programs, files, command lines) stands in one of its own, the trail, with its own slot, envelope and file.
 */
#ifndef POSTERN_LIB_STORE_RECORDING_H
#define POSTERN_LIB_STORE_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "lib/store/session.h"

struct buf;

#define RECORDING_ENVELOPE_MOST	65536	/* bytes of an envelope */

enum recording_state { RECORDING_OPEN, RECORDING_CLOSED, RECORDING_EXPIRED, RECORDING_STATES };

extern const char *const recording_state_names[RECORDING_STATES];	/* "open", "closed", "expired" */

/* The file, once closed; zeros before. */
struct recording_file {
	int64_t		closed_us;
	int64_t		bytes;
	int64_t		duration_us;
	uint8_t		sha256[32];	/* of the whole file */
};

struct recording {
	struct session		session;	/* whose it is; session.id is the recording's id */
	enum recording_state	state;
	int64_t			created_us;
	struct recording_file	file;
	int64_t			expired_us;	/* when its slot was erased; 0 */
	uint8_t			envelope_sha256[32];
};

/* One per session. ERR_NOT_FOUND (no such session), ERR_STORE_CONFLICT (it has one), -EINVAL (size of the envelope). */
int	recording_create(struct store *store, const struct id *session, const void *envelope, size_t count,
	    int64_t now_us);

/* Its file is complete. Again is fine: the first counts. ERR_NOT_FOUND. */
int	recording_close(struct store *store, const struct id *session, const struct recording_file *file);

/* ERR_NOT_FOUND. A recording owns nothing. Ids are the sessions': session_find(). */
int	recording_get(struct store *store, const struct id *session, struct recording *recording);

struct recording_filter {
	const char	*state;		/* a name from recording_state_names; NULL: any */
	const char	*person;
	const char	*role;
	int64_t		 since_us;	/* started at or after */
	int64_t		 until_us;	/* started before; 0: no bound */
	int64_t		 limit;		/* 0: all; else the newest so many */
};

int	recording_list(struct store *store, const struct recording_filter *filter,
	    int (*each)(void *ctx, const struct recording *recording), void *ctx);

/*
 * The age envelope, added to `envelope`. ERR_NOT_FOUND; ERR_EXPIRED (recording_get() tells when and of which class);
 * ERR_SLOT_DAMAGED; ERR_STORE_DAMAGED if it is not what recording_create() was given.
 */
int	recording_envelope(struct store *store, const struct id *session, struct buf *envelope);

/* The same of the session's trail. _create: ERR_NOT_FOUND also if the session was entered without one. */
int	recording_trail_create(struct store *store, const struct id *session, const void *envelope, size_t count, int64_t now_us);
int	recording_trail_close(struct store *store, const struct id *session, const struct recording_file *file);
int	recording_trail_get(struct store *store, const struct id *session, struct recording *recording);
int	recording_trail_envelope(struct store *store, const struct id *session, struct buf *envelope);

#endif
