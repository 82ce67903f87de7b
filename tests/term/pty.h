/* SPDX-License-Identifier: ISC */
/*
 * A program on a pty of a fixed size, its screen, and keys typed into it. Tests wait for what they expect to see, never
 * for time; what does not come fails the test and shows the screen that was there instead.
 */
#ifndef POSTERN_TESTS_TERM_PTY_H
#define POSTERN_TESTS_TERM_PTY_H

#include <stdbool.h>
#include <sys/types.h>

#define PTY_LIMIT_MS	30000

struct grid;

struct pty {
	int		 master;	/* -1: closed */
	pid_t		 pid;		/* 0: none */
	struct grid	*grid;
};

/* Runs argv on a new pty; `env` (NAME=VALUE, NULL-terminated) is put over the environment, which is set for tests. */
void	 pty_start(struct pty *pty, char *const argv[], char *const env[], int cols, int rows);

/* Ends what still runs and releases everything; harmless on a zeroed or ended pty. */
void	 pty_done(struct pty *pty);

void	 pty_type(struct pty *pty, const char *keys);
void	 pty_resize(struct pty *pty, int cols, int rows);

/* Until the screen shows the words; until it does not show them any more. */
void	 pty_wait(struct pty *pty, const char *words);
void	 pty_wait_gone(struct pty *pty, const char *words);

/* Until the program has ended: its exit status, 128 + signal. The last screen stays. */
int	 pty_wait_exit(struct pty *pty);

/*
 * Until the screen is the one in tests/golden/NAME.screen. With GOLDEN=write in the environment (make golden) it
 * becomes the file instead, as soon as it stands still.
 */
void	 pty_golden(struct pty *pty, const char *name);

/* The screen as text, blanks at line ends and empty lines at the end cut; the caller frees it. */
char	*pty_text(const struct pty *pty);

/* True if a cell has another colour than the terminal's own, or another background. */
bool	 pty_has_colour(const struct pty *pty);
bool	 pty_has_background(const struct pty *pty);

#endif
