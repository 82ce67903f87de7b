/* SPDX-License-Identifier: ISC */
/* A decision: an approver's grant or denial, or the policy's. Four eyes and N of M count persons, here. */
#ifndef POSTERN_LIB_STORE_DECISION_H
#define POSTERN_LIB_STORE_DECISION_H

#include <stddef.h>
#include <stdint.h>

#include "lib/store/request.h"

#define DECISION_POLICY	"policy"	/* person of a decision by the policy itself; no human may be named so */

enum verdict { VERDICT_GRANT, VERDICT_DENY, VERDICTS };

extern const char *const verdict_names[VERDICTS];	/* "grant", "deny" */

struct decision {
	struct id	 request;
	char		 person[STORE_NAME];
	enum verdict	 verdict;
	int64_t		 seconds;	/* granted, at most what was asked; 0: as asked */
	char		*groups;	/* the groups this person speaks for, one a line; NULL: none */
	char		*comment;	/* one line; NULL: none, or text_error tells why */
	int		 text_error;	/* ERR_EXPIRED, ERR_SLOT_DAMAGED, ERR_STORE_DAMAGED: comment, text, signature are lost */
	uint8_t		*text;		/* what was signed; without a signature how the person had logged in, or NULL */
	size_t		 text_bytes;
	uint8_t		*signature;
	size_t		 signature_bytes;
	int64_t		 at_us;
};

#define AUTO_DECISION	__attribute__((cleanup(decision_done)))

void	decision_done(struct decision *decision);

/* What the policy asks for, and what the grant shall be like. */
struct need {
	unsigned		 count;		/* persons; 0 counts as 1 */
	const char *const	*groups;	/* each must be spoken for by a person of its own */
	size_t			 group_count;	/* at most 32 */
	int64_t			 sessions;	/* that may run at once; 0 counts as 1 */
	int64_t			 unused_s;	/* the grant lapses if nobody enters for so long once it is usable */
	struct id		 grant;		/* id_new() for the grant, if one is made */
};

/* How the request stands now, also after ERR_DECIDED: who was faster, when, with what. */
struct outcome {
	enum request_state	state;
	char			person[STORE_NAME];	/* who decided last, or closed it */
	enum verdict		verdict;
	int64_t			at_us;
	int64_t			seconds;	/* granted; the smallest of all grants */
	unsigned		missing;	/* persons still needed while it waits */
	struct id		grant;		/* the new (or extended) grant; zero if none (a recording may be opened) */
};

/*
 * Enters the decision and, when it is enough, makes (or extends) the grant: one transaction, so that of several
 * consoles one wins. A denial ends the request. `now` is the moment of the decision (decision->at_us is ignored).
 * ERR_NOT_FOUND; ERR_OWN_REQUEST; ERR_DECIDED (not waiting any more, or this person has decided before: then
 * outcome->state is waiting and outcome->person this one); ERR_LAPSED (nobody decided in time, or the grant to extend
 * is over); ERR_BAD_TIME (longer than asked); ERR_MSG_TEXT; for a grant also the request's reason_error. After
 * ERR_DECIDED `outcome` is filled in as well.
 */
int	request_decide(struct store *store, const struct decision *decision, const struct need *need,
	    const struct moment *now, struct outcome *outcome);

/* The decisions on a request, oldest first. */
int	decision_list(struct store *store, const struct id *request,
	    int (*each)(void *ctx, const struct decision *decision), void *ctx);

#endif
