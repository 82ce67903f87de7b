/* SPDX-License-Identifier: ISC */
/* What it takes to open a recording: a reason, and for some classes somebody else's grant with a window. */
#ifndef POSTERN_RECORDER_GATE_GATE_OPENING_H
#define POSTERN_RECORDER_GATE_GATE_OPENING_H

#include <stdbool.h>

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

/*
 * May the peer open it now, with this reason? If not, peer and log have been told. `words` becomes what the log adds about
 * the window that allows it, or "".
 */
bool	gate_opening_may(struct peer *peer, const struct recording *recording, const struct wire_open *question,
	    char words[GATE_OPENING_WORDS]);

/* By which role's rules a request is decided: for one to open, those of its class. NULL: there are none any more. */
const struct policy_role *gate_opening_role(const struct policy *policy, const struct request *request);

/* "shell", or "the opening of 1a2b3c4d (shell)": what was asked for. Returns `words`. */
char	*gate_opening_what(const struct request *request, char words[GATE_OPENING_WORDS]);

#endif
