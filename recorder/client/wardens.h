/* SPDX-License-Identifier: ISC */
/*
 * Which warden holds which session, so that the keeper can end one without its worker: run/p/ID, root's alone, survives
 * a restart of the keeper. A warden is known by pid and start time; a pid that was used again is not signalled.
 */
#ifndef POSTERN_RECORDER_CLIENT_WARDENS_H
#define POSTERN_RECORDER_CLIENT_WARDENS_H

#include <sys/types.h>

#include "lib/base/id.h"

struct place;

int	wardens_note(const struct place *place, const struct id *session, pid_t warden);	/* 0 or -errno */
void	wardens_forget(const struct place *place, const char *id);

/* Tells the warden to end its session now. 0; ERR_NOT_FOUND: it has gone already, and the session with it; -errno. */
int	wardens_end(const struct place *place, const struct id *session);

#endif
