/* SPDX-License-Identifier: ISC */
/* A recording's output once more, for those who try masking rules on it. */
#ifndef POSTERN_RECORDER_CLIENT_REPLAY_H
#define POSTERN_RECORDER_CLIENT_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/source.h"

struct age_ring;
struct cli;
struct mask_params;
struct mask_stream;
struct rec_reader;

struct replay {
	struct rec_source	 source;
	struct age_ring		*ring;
	struct rec_reader	*reader;
	int64_t			 now_us;	/* since the recording's start, of what is being played */
};

/* The bytes at the file's beginning are those of a recording. */
bool	replay_is_recording(int fd);

/* With the identity that the command line names. 0, or an exit status after a sentence. replay_done() either way. */
int	replay_open(const struct cli *cli, const char *path, struct replay *replay);
void	replay_done(struct replay *replay);	/* harmless on a zeroed one */

/* The terminal as it was at first. */
void	replay_size(const struct replay *replay, struct mask_params *params);

/* All its output, each piece at its time, up to its end or the first damage. 0, ERR_REC_DAMAGED or the source's error. */
int	replay_run(struct replay *replay, struct mask_stream *stream);

#endif
