/* SPDX-License-Identifier: ISC */
/*
 * Which warden holds which session, so that the keeper can end one without its worker: run/p/ID, root's alone, survives
 * a restart of the keeper; and what that left when it was over: run/p/ID.receipt. A warden is known by pid and start time; a pid that was used again is not signalled.
 */
#ifndef POSTERN_RECORDER_CLIENT_WARDENS_H
#define POSTERN_RECORDER_CLIENT_WARDENS_H

#include <sys/types.h>

#include "lib/base/id.h"

struct place;
struct warden_left;

int	wardens_note(const struct place *place, const struct id *session, pid_t warden);	/* 0 or -errno */
void	wardens_forget(const struct place *place, const char *id);

/* Tells the warden to end its session now. Its pidfd, to wait for; ERR_NOT_FOUND: it has gone already, and the session with it; -errno. */
int	wardens_end(const struct place *place, const struct id *session);

/* What it left when it ended its session. 0; ERR_NOT_FOUND: nothing; -errno. */
int	wardens_receipt(const struct place *place, const struct id *session, struct warden_left *left);

#endif
