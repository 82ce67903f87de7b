/* SPDX-License-Identifier: ISC */
/* The trail's beginning: the tracer, which init starts before it makes mounts, and the child's listener on its way to it. */
#ifndef POSTERN_RECORDER_CAGE_INIT_TRAIL_H
#define POSTERN_RECORDER_CAGE_INIT_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct plan;
struct warden_start;

struct init_trail {
	int	link;	/* to the tracer; -1: there is none */
	pid_t	pid;	/* of the tracer, as the session sees it; 0 */
	uint8_t	witness;	/* of enum tracer_ready */
};

/*
 * Starts the tracer if the role leaves a trail, and hands its pidfd to the warden. Before any mount is made, so that its
 * program is found; it waits. 0, or below zero with a sentence in `why`. INIT_TRAIL and INIT_WATCH are closed.
 */
int	init_trail_start(const struct warden_start *start, struct init_trail *trail, char *why, size_t size);

/*
 * In the child: from here on its calls and those of all that comes of it are told. Marks are added to the plan. Where the
 * kernel cannot, trial mode goes on without a trail and the worker is told why; else below zero with a sentence in `why`.
 */
int	init_trail_listen(struct plan *plan, const struct init_trail *trail, char *why, size_t size);

/* The command has gone: waits until the tracer has told what it knows, or for a moment. */
void	init_trail_finish(struct init_trail *trail);

#endif
