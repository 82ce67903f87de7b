/* SPDX-License-Identifier: ISC */
/* What `postern try` needs on both its ways: a private gate in a folder of its own, and a line for each thing proved. */
#ifndef POSTERN_RECORDER_CLIENT_TOUR_H
#define POSTERN_RECORDER_CLIENT_TOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TOUR_WORDS	24

struct tour {
	char	*dir;		/* the one folder */
	char	*postern;	/* our own program */
	pid_t	 gate;		/* posternd; 0 */
	int	 step, failed;
	char	 request[64];	/* id of the request made last */
	char	 session[64];	/* id of the session seen last */
};

/* Makes the folder, writes its policy and starts posternd. 0, or an exit status after a sentence. */
int	tour_begin(struct tour *tour);

/* Runs `play` in a process of its own, which signals may end. Its exit status, or 128 + the signal. */
int	tour_guard(struct tour *tour, int (*play)(struct tour *));

/* Stops posternd, removes the folder unless `keep`. */
void	tour_end(struct tour *tour, bool keep);

/*
 * Runs `postern VERB ... --root DIR --as PERSON`, the words separated by NULL at the end. Its exit status; what it said
 * (stdout and stderr) in *said, which the caller frees.
 */
int	tour_run(struct tour *tour, char **said, const char *person, ...) __attribute__((sentinel));

/* The same words as an argv for a pane; the caller frees the array only. */
char	**tour_argv(const struct tour *tour, const char *person, const char *const words[]);

/* One line: number, what was proved, ok or what went wrong. Returns `held`. */
bool	tour_proved(struct tour *tour, bool held, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Retention's last step, shared by both ways: waits until the recording's window has lapsed and it is refused. */
void	tour_deletion(struct tour *tour);

/* With a terminal: both sides on one screen. Returns an exit status. */
int	tour_split(struct tour *tour);

#endif
