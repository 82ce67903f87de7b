/* SPDX-License-Identifier: ISC */
/* Where events go outside of Postern: a file, a syslog socket, a command. One process has one sink, so it may wait. */
#ifndef POSTERN_RECORDER_OUT_SINK_H
#define POSTERN_RECORDER_OUT_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SINK_WHY	200	/* room for a sentence */
#define SINK_BATCH	64	/* most lines at one time */

struct sink;

/* One event. */
struct sink_line {
	int64_t		 seq;
	int64_t		 time_us;
	unsigned	 type;
	char		*json;
	char		*brief;	/* without its text, for a sink that could not take it whole; NULL for others */
};

struct sink_kind {
	const char	*name;
	unsigned	 json;		/* flags of event_json() */
	bool		 has_brief;
	bool		 lags;		/* that a line was read does not show yet that it was dealt with */
	/*
	 * Hands over `count` lines, in their order; *taken says how many of them it has for good. 0, or negative with a
	 * sentence in sink->why if there is more to say than err_text().
	 */
	int		(*put)(struct sink *sink, const struct sink_line *lines, size_t count, size_t *taken);
	int		(*idle)(struct sink *sink);	/* does it still stand? NULL: it need not be asked. As put() */
	void		(*close)(struct sink *sink);
};

struct sink {
	const struct sink_kind	*kind;
	char			*const *words;	/* path, socket, or the command and its arguments; ends with NULL */
	int			 fd;		/* -1: not open */
	pid_t			 pid;		/* the command; 0: none */
	char			 why[SINK_WHY];
};

extern const struct sink_kind	sink_file, sink_syslog, sink_run;

#endif
