/* SPDX-License-Identifier: ISC */
/*
 * What a session left on disk whose worker went without a word. The gate cannot read a recording, but it can tell a
 * complete file from a cut one, and it can keep its length and SHA-256, so that nothing is cut off it later.
 */
#ifndef POSTERN_RECORDER_GATE_REMAINS_H
#define POSTERN_RECORDER_GATE_REMAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/id.h"

struct gate;
struct session;

struct remains {
	int64_t	rec_bytes, tail_bytes;	/* -1: there is no such file */
	bool	is_complete;		/* it has its last record */
};

/* A glance only. */
void	remains_look(const struct gate *gate, const struct id *session, struct remains *remains);

/* "its recording is complete (N bytes)", ...; text has REMAINS_TEXT bytes. */
#define REMAINS_TEXT	160
char	*remains_text(const struct remains *remains, char *text);

/* Whether the session's file (its trail's) has its last record. */
bool	remains_is_complete(const struct gate *gate, const struct id *session, bool trail);

/* Reads a complete file (the trail's) to its end, piece by piece in the gate's loop, and closes it in the catalogue. */
void	remains_close(struct gate *gate, const struct session *session, bool trail);

#endif
