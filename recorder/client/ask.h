/* SPDX-License-Identifier: ISC */
/* Asking for a role and waiting for the decision, as `request`, `enter` and the menu do it. */
#ifndef POSTERN_RECORDER_CLIENT_ASK_H
#define POSTERN_RECORDER_CLIENT_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/wire/client.h"

/* What to ask for; texts are borrowed. */
struct ask {
	const char	*role, *reason;
	const char	*opens;		/* NULL, or a session: its recording shall be opened, and role is empty */
	int64_t		 seconds;	/* 0: the role's default */
	int64_t		 not_before_us;	/* 0: now */
	bool		 glass;		/* without a decision (break-glass) */
};

/* Sends the request. 0 and its id, or an exit status after a sentence. */
int	ask_send(struct client *client, const struct ask *ask, struct id *request);

/* Sends it as a break-glass and says aloud what that means. 0 with *grant, or an exit status after a sentence. */
int	ask_glass(struct client *client, const struct ask *ask, struct id *grant);

/*
 * Waits until the request is decided; with a terminal on stderr a line shows who is asked and for how long. Ctrl-C
 * takes the request back; a hang-up leaves it standing and ends the process. 0 with *grant, or an exit status
 * (denied, lapsed, cancelled) after a sentence.
 */
int	ask_wait(struct client *client, const struct id *request, struct id *grant);

/* Reads one row of a request by its id. 0 or an exit status. The caller releases the message. */
int	ask_row(struct client *client, const struct id *request, struct wire_message *row);

#endif
