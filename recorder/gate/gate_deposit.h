/* SPDX-License-Identifier: ISC */
/*
 * What the keys of several persons have left of an envelope (lib/record/layers.h), for one request to open it: in secret memory, as
 * long as that request waits or its window is open.
 */
#ifndef POSTERN_RECORDER_GATE_GATE_DEPOSIT_H
#define POSTERN_RECORDER_GATE_GATE_DEPOSIT_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/base/id.h"
#include "lib/base/secret.h"

struct gate;
struct request;

#define DEPOSITS_MOST	64	/* of all requests together, and of one peer before its grant counts */
#define DEPOSIT_GROUPS	2	/* what is sealed by itself: the recording, the trail */

/* An envelope as it is now, under a request: as it was made, or what others have left of it. */
struct source {
	unsigned	 group;
	uint8_t		 own[SECRET_SHA256];		/* of the group's first envelope as it was made; the others were added to that */
	uint8_t		 envelope[SECRET_SHA256];	/* of this one as it was made: which one it is */
	uint8_t		 sha256[SECRET_SHA256];		/* of the bytes */
	unsigned	 keys;		/* that it takes, as it was made: more than 1 */
	unsigned	 left;		/* layers that must come off before one key is enough */
	struct buf	 bytes;
};

/* Each envelope of what is kept of this session that takes several keys. `request` NULL: as they were made. 0, negative, or what `each` returned. */
int		sources_each(struct gate *gate, const struct id *session, const struct id *request,
		    int (*each)(void *ctx, const struct source *source), void *ctx);

struct deposit {
	struct deposit	*next;
	struct id	 request;
	uint8_t		 own[SECRET_SHA256], envelope[SECRET_SHA256];	/* of its source */
	uint8_t		 from[SECRET_SHA256];		/* bytes of its source */
	unsigned	 left;		/* layers */
	bool		 is_theirs;	/* one of its keys is known as that of the one who asked */
	char		 key[64];	/* whose part it was, the first one of that person */
	uint8_t		*bytes;		/* secret memory */
	size_t		 count;
};

/* Takes it, in the place of what was there of the same envelope under the same request. */
void		deposits_put(struct deposit **deposits, struct deposit *deposit);
struct deposit	*deposits_find(struct deposit *deposits, const struct id *request, const uint8_t envelope[SECRET_SHA256]);	/* NULL: any */
unsigned	deposits_count(const struct deposit *deposits);
void		deposits_free(struct deposit **deposits);	/* wipes them; an empty list is fine */

/*
 * An envelope as the catalogue has it becomes what the keys of others have left of it, for the one whose request was granted. 0
 * (also if it takes one key only), or ERR_NOT_FOUND: not enough was opened, or the gate was restarted since.
 */
int		gate_deposit_replace(struct gate *gate, const struct id *request, struct buf *envelope);

/* The request of this person under which enough was opened and whose window is open. ERR_NOT_FOUND. The caller releases it. */
int		gate_deposit_window(struct gate *gate, const struct id *session, const char *person, struct request *request);

/* Forgets the deposits of requests that neither wait nor have a window that is open. */
void		gate_deposit_sweep(struct gate *gate);

#endif
