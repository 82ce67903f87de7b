/* SPDX-License-Identifier: ISC */
/* What it takes to open a recording: a reason, and for some classes somebody else's grant with a window. */
#ifndef POSTERN_RECORDER_GATE_GATE_OPENING_H
#define POSTERN_RECORDER_GATE_GATE_OPENING_H

#include <stdbool.h>

#include "lib/base/id.h"

struct buf;
struct outcome;
struct peer;
struct policy;
struct policy_role;
struct recording;
struct request;
struct wire_ask;
struct wire_open;

#define GATE_OPENING_WORDS	256	/* room for the words below */

/* The auditor asks for a window; answered. 0 or negative. */
int	gate_opening_ask(struct peer *peer, const struct wire_ask *ask);

/* An opening that is asked for. */
struct gate_opening {
	unsigned	keys;		/* how many persons must bring one; 1 for most */
	struct id	request;	/* with which window it is opened; zero where it takes none */
	int64_t		until_boot_us;	/* the end of that window; 0: none */
	char		words[GATE_OPENING_WORDS];	/* what the log adds about that, or "" */
};

/* May the peer open it now, with this reason? If not, peer and log have been told. Fills in all but keys. */
bool	gate_opening_may(struct peer *peer, const struct recording *recording, const struct wire_open *question,
	    struct gate_opening *opening);

/*
 * An envelope of the recording, as the catalogue has it, becomes what the keys of the others have left of it, if it takes several.
 * 1, or 0 after peer and log have been told that there is nothing; or negative.
 */
int	gate_opening_envelope(struct peer *peer, const struct recording *recording, const struct gate_opening *opening, struct buf *envelope);

/* Takes a window back before its time: `which` is its request. Answered; ERR_NOT_FOUND if there is no such request to open. */
int	gate_opening_revoke(struct peer *peer, const char *which, const char *said);

/* By which role's rules a request is decided: for one to open, those of its class. NULL: there are none any more. */
const struct policy_role *gate_opening_role(const struct policy *policy, const struct request *request);

/* "shell", or "the opening of 1a2b3c4d (shell)": what was asked for. Returns `words`. */
char	*gate_opening_what(const struct request *request, char words[GATE_OPENING_WORDS]);

#endif
