/* SPDX-License-Identifier: ISC */
/* Times inside a recording, as people write them. */
#ifndef POSTERN_PLAYER_MOMENT_H
#define POSTERN_PLAYER_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

struct cli;

/* The recording that a moment is in. */
struct moment_range {
	int64_t	start_wall_us;
	int64_t	length_us;	/* as far as it is known */
	bool	prefer_wall;	/* how to read "14:07" where both ways fit */
};

/*
 * "90s", "2m"; "12:30" (minutes) and "1:02:30" since the start; or a wall clock time in the viewer's zone, "14:07", "14:07:44"
 * (its first occurrence after the start) or with a date. *t_us since the start, not below 0. 0 or ERR_BAD_TIME.
 */
int	moment_parse(const char *text, const struct moment_range *range, int64_t *t_us);

/* For --since and the like: "7d" is a week ago; else as clock_parse_moment. 0 or ERR_BAD_TIME. */
int	moment_past(const char *text, int64_t now_us, int64_t *wall_us);

/* That of an option, as it was given; *wall_us is left alone if it was not. STATUS_OK, or STATUS_USAGE and it is told. */
int	moment_option(const struct cli *cli, const char *option, int64_t *wall_us);

#endif
