/* SPDX-License-Identifier: ISC */
/* Legal holds: the signatures of several persons that set one or release it. Who may, and how many it takes, is the caller's. */
#ifndef POSTERN_LIB_STORE_HOLD_H
#define POSTERN_LIB_STORE_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/store/session.h"

struct buf;

/* A signature waits so long for the others. */
#define HOLD_OPEN_US	(INT64_C(3) * 86400 * 1000000)

enum hold_act { HOLD_SET, HOLD_RELEASE, HOLD_ACTS };

extern const char *const hold_act_names[HOLD_ACTS];	/* "hold", "release" */

struct hold_sign {
	struct id	 session;
	enum hold_act	 act;
	int64_t		 until_us;	/* whole seconds; 0 of a release */
	char		 person[STORE_NAME];
	uint32_t	 counts;	/* the caller's: which of the parts this person stands for */
	int64_t		 at_us;
	bool		 done;		/* it has led to the act */
	char		*reason;	/* one line; NULL: text_error tells why */
	int		 text_error;	/* ERR_EXPIRED, ERR_SLOT_DAMAGED, ERR_STORE_DAMAGED */
	char		*text;		/* what was signed */
	uint8_t		*signature;
	size_t		 signature_bytes;
};

#define AUTO_HOLD_SIGN	__attribute__((cleanup(hold_sign_done)))

void	hold_sign_done(struct hold_sign *sign);

/* What a signature is about, in LF lines: "hold v1", act WORD, session HEX, until UNIX, reason TEXT. 0 or ERR_BUF_FULL. */
int	hold_text(const struct hold_sign *sign, struct buf *text);

/*
 * Enters a signature; an open one of the same person for this session is void then. `enough`: with the open ones for the
 * same act and end it does what it says, in the same transaction, and all others are void. ERR_NOT_FOUND, ERR_MSG_TEXT.
 */
int	hold_enter(struct store *store, const struct hold_sign *sign, bool enough);

/* Those that are open at `now_us`, or (now_us 0) all that led to something; oldest first. */
int	hold_list(struct store *store, const struct id *session, int64_t now_us,
	    int (*each)(void *ctx, const struct hold_sign *sign), void *ctx);

/* Releases a session whose hold has ended by `now_us`: 1 and its id, or 0 if there is none. */
int	hold_lapse(struct store *store, int64_t now_us, struct id *session);

#endif
