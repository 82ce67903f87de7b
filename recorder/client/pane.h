/* SPDX-License-Identifier: ISC */
/* A program on a pty of its own, with our screen behind it: `postern try` shows two of them, or types for the newcomer. */
#ifndef POSTERN_RECORDER_CLIENT_PANE_H
#define POSTERN_RECORDER_CLIENT_PANE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct grid;

struct pane {
	pid_t		 pid;	/* 0: has ended */
	int		 fd;	/* the pty's master; -1 */
	int		 status;	/* exit status, when it has ended */
	struct grid	*grid;
};

/* Starts argv with TERM=xterm-256color. 0 or -errno. pane_done() ends what still runs. */
int	pane_start(struct pane *pane, char *const argv[], int cols, int rows);
void	pane_done(struct pane *pane);

/* Takes in what the program wrote, waiting for it at most `ms`. False when it has ended. */
bool	pane_pump(struct pane *pane, int ms);

void	pane_type(struct pane *pane, const char *keys, size_t count);
void	pane_resize(struct pane *pane, int cols, int rows);

/* Until the words stand on the screen, at most `seconds`; false if they do not. */
bool	pane_wait(struct pane *pane, const char *words, int seconds);

/* Until the program has ended; its exit status, or -1. */
int	pane_wait_end(struct pane *pane, int seconds);

/* The screen as text; the caller frees it. */
char	*pane_text(const struct pane *pane);

#endif
